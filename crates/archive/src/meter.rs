//! Counting what is unpacked, whichever reader unpacks it.

use std::cell::Cell;
use std::io::{self, Read};

use crate::Cut;

/// The bytes that may still be unpacked.
pub(crate) struct Meter {
    left: Cell<u64>,
}

impl Meter {
    pub(crate) fn new(most: u64) -> Self {
        Self {
            left: Cell::new(most),
        }
    }

    /// The same reader, which fails once nothing is left.
    pub(crate) fn metered<R: Read>(&self, inner: R) -> Metered<'_, R> {
        Metered { inner, meter: self }
    }

    /// Fails once nothing is left.
    pub(crate) fn check(&self) -> Result<(), Cut> {
        match self.left.get() {
            0 => Err(Cut::Bytes),
            _ => Ok(()),
        }
    }
}

pub(crate) struct Metered<'m, R> {
    inner: R,
    meter: &'m Meter,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.meter.check().map_err(io::Error::other)?;
        let count = self.inner.read(buffer)?;
        let left = self.meter.left.get();
        self.meter.left.set(left.saturating_sub(count as u64));
        Ok(count)
    }
}
