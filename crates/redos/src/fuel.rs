//! The work that one pattern may cost. Counted in steps and not in time, so that the answer is the same on every machine.

use std::cell::Cell;

/// What is left of it.
#[derive(Debug)]
pub(crate) struct Fuel(Cell<u64>);

/// There is nothing left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spent;

impl Fuel {
    pub(crate) fn new(steps: u64) -> Self {
        Self(Cell::new(steps))
    }

    /// A part of it, which is taken away here.
    pub(crate) fn share(&self, part: u64) -> Self {
        let share = self.0.get() / part;
        self.0.set(self.0.get() - share);
        Self::new(share)
    }

    pub(crate) fn spend(&self, steps: u64) -> Result<(), Spent> {
        let left = self.0.get().checked_sub(steps).ok_or(Spent)?;
        self.0.set(left);
        Ok(())
    }
}
