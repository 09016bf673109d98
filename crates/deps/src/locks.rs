//! Which lock file pins a manifest.

use base::{Entry, RelPath};

use crate::ManifestKind;

/// The lock file in the manifest's folder, else in the nearest folder above: that of a workspace.
pub(crate) fn of(kind: ManifestKind, manifest: &RelPath, files: &[Entry]) -> Option<RelPath> {
    let mut folder = manifest.parent();
    loop {
        let found = kind.lock_files().iter().find_map(|name| {
            let path = folder.join(name).ok()?;
            let index = files.binary_search_by(|entry| entry.path.cmp(&path));
            index.is_ok().then_some(path)
        });
        if found.is_some() || folder == RelPath::root() {
            return found;
        }
        folder = folder.parent();
    }
}
