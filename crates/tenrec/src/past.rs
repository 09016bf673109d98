//! Secrets that earlier versions of the project's files held, as its Git repository remembers them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use base::{Code, Diagnostic, Diagnostics, Name, RelPath, Set};
use detect::{Detector, Secret};
use history::{Limits, Refusal, Visitor};

use crate::disk;

/// Most bytes of versions with secrets that are kept to be shown.
const MOST: usize = 64 << 20;

/// The past of a project.
#[derive(Debug, Default)]
pub struct Past {
    pub(crate) versions: Vec<Version>,
    /// What was not looked at, and why.
    pub diagnostics: Diagnostics,
    /// How many commits were walked.
    pub commits: usize,
    /// The secrets that were met; each is kept once, where it came in.
    known: Set<u64>,
    bytes: usize,
}

/// A version of a file, with secrets that no earlier version of any file had.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) path: RelPath,
    pub(crate) commit: Name,
    pub(crate) text: String,
    pub(crate) secrets: Vec<Secret>,
}

impl Version {
    /// How people are shown where it is: `src/app.py@3f2a91c0de`.
    pub(crate) fn shown(&self) -> Option<RelPath> {
        RelPath::new(&format!("{}@{}", self.path, self.commit)).ok()
    }
}

impl Past {
    /// What the repository at `root` remembers.
    ///
    /// # Errors
    /// When there is no repository, or it cannot be read safely.
    pub fn read(root: &Path) -> Result<Self, Refusal> {
        let mut past = Self::default();
        // A damaged repository may make its reader give up; that must not take the scan with it.
        let walked = catch_unwind(AssertUnwindSafe(|| {
            history::walk(root, &Limits::default(), &mut past)
        }));
        let Ok(walked) = walked else {
            past.note(Code::Internal, "it could not be read to its end");
            return Ok(past);
        };
        let summary = walked?;
        past.commits = summary.commits;
        if let Some(cut) = summary.cut {
            past.note(Code::BudgetExceeded, &cut.to_string());
        }
        if 0 < summary.unreadable {
            let count = summary.unreadable;
            past.note(
                Code::UnreadableFile,
                &format!("{count} of its objects are damaged or missing"),
            );
        }
        if MOST < past.bytes {
            past.note(
                Code::BudgetExceeded,
                "so many of its versions hold secrets that the newest were left out",
            );
        }
        Ok(past)
    }

    /// Takes a version of a file into account.
    pub fn add(&mut self, commit: &str, path: &str, text: &str) {
        let Ok(path) = RelPath::new(path) else {
            return;
        };
        let Some(reading) = detect::reading_alone(&path) else {
            return;
        };
        if MOST < self.bytes {
            return;
        }
        let mut secrets = Detector::builtin().secrets(text, reading);
        secrets.retain(|secret| self.known.insert(secret.digest()));
        if secrets.is_empty() {
            return;
        }
        self.bytes += text.len();
        self.versions.push(Version {
            path,
            commit: commit.into(),
            text: text.to_owned(),
            secrets,
        });
    }

    fn note(&mut self, code: Code, what: &str) {
        self.diagnostics.push(Diagnostic {
            path: RelPath::root(),
            place: None,
            code,
            message: format!("the history was not looked at as a whole: {what}"),
        });
    }
}

impl Visitor for Past {
    fn wants(&mut self, path: &str) -> bool {
        RelPath::new(path)
            .is_ok_and(|path| detect::reading(&path).is_some() && !disk::is_skipped(&path))
    }

    fn version(&mut self, commit: &str, path: &str, text: &str) {
        self.add(commit, path, text);
    }
}
