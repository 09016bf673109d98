//! The pass over all files of the project for secrets.

use base::{Budget, FileId, RelPath, Set, System};
use detect::{Detector, SecretFile};
use rayon::prelude::*;

/// The files that hold secrets, in the order of the files. A file that is no text holds none; one that is code or a template
/// and could not be read is reported by the stage that is about it.
pub(crate) fn read(system: &dyn System, budget: &Budget) -> Vec<SecretFile> {
    let detector = Detector::builtin();
    let vendored = vendored(system);
    let is_vendored = |path: &RelPath| {
        let mut folder = path.parent();
        while folder != RelPath::root() {
            if vendored.contains(&folder) {
                return true;
            }
            folder = folder.parent();
        }
        false
    };
    system
        .files()
        .par_iter()
        .enumerate()
        .filter(|(_, entry)| entry.size <= budget.code_bytes && !is_vendored(&entry.path))
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

/// Folders of packages that `pip install --target` has put into the tree: `botocore/` beside `botocore-1.34.0.dist-info/`. What
/// stands in them is public.
fn vendored(system: &dyn System) -> Set<RelPath> {
    let records = system.files().iter().filter(|entry| {
        matches!(entry.path.file_name(), "METADATA" | "RECORD" | "PKG-INFO")
            && matches!(entry.path.parent().extension(), "dist-info" | "egg-info")
    });
    let folders = records.filter_map(|entry| {
        let record = entry.path.parent();
        let name = record.file_name().split('-').next()?.to_ascii_lowercase();
        record.parent().join(&name).ok()
    });
    folders.collect()
}
