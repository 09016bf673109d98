//! How far a long scan is: shown on a terminal, never elsewhere, and not for scans that are over at once.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use base::{Diagnostic, Entry, ReadError, RelPath, System};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a scan runs before it is worth showing.
const LONG: Duration = Duration::from_millis(800);

/// A project whose reads are counted on the screen.
pub(crate) struct Watched<'a> {
    system: &'a dyn System,
    bar: ProgressBar,
    started: Instant,
    is_wanted: bool,
}

impl<'a> Watched<'a> {
    /// Watches the reads of a scan that starts now.
    pub(crate) fn new(system: &'a dyn System, is_quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{spinner} read {pos} files, {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self {
            system,
            bar,
            started: Instant::now(),
            is_wanted: !is_quiet && std::io::stderr().is_terminal(),
        }
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl System for Watched<'_> {
    fn files(&self) -> &[Entry] {
        self.system.files()
    }

    fn problems(&self) -> &[Diagnostic] {
        self.system.problems()
    }

    fn read(&self, path: &RelPath) -> Result<String, ReadError> {
        if self.is_wanted {
            self.bar.inc(1);
            if self.bar.is_hidden() && LONG < self.started.elapsed() {
                self.bar.set_draw_target(ProgressDrawTarget::stderr());
                self.bar.enable_steady_tick(Duration::from_millis(120));
            }
        }
        self.system.read(path)
    }

    fn bytes(&self, path: &RelPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.system.bytes(path, limit)
    }

    fn exists(&self, path: &RelPath) -> bool {
        self.system.exists(path)
    }

    fn is_template_wanted(&self, path: &RelPath) -> bool {
        self.system.is_template_wanted(path)
    }
}
