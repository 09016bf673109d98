//! The pass over all files of the project for secrets.

use base::{Budget, FileId, System};
use detect::{Detector, SecretFile};
use rayon::prelude::*;

/// The files that hold secrets, in the order of the files. A file that is no text holds none; one that is code or a template
/// and could not be read is reported by the stage that is about it.
pub(crate) fn read(system: &dyn System, budget: &Budget) -> Vec<SecretFile> {
    let detector = Detector::builtin();
    system
        .files()
        .par_iter()
        .enumerate()
        .filter(|(_, entry)| entry.size <= budget.code_bytes)
        .filter_map(|(index, entry)| {
            let reading = detect::reading(&entry.path)?;
            let text = system.read(&entry.path).ok()?;
            let secrets = detector.secrets(&text, reading);
            (!secrets.is_empty()).then(|| SecretFile {
                path: entry.path.clone(),
                file: FileId(index as u32),
                secrets,
            })
        })
        .collect()
}
