//! Paths inside the project: relative to its root, `/`-separated, never leaving it.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// A path relative to the project root, with `/` between its segments and no `.` or `..` in it. The root itself is the empty
/// path. Made only by the checked constructors, so a value of this type cannot name anything outside the project.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(Arc<str>);

/// Why a written path is not a path inside the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// `../` climbs above the project root.
    #[error("the path leaves the project")]
    LeavesRoot,
    /// `/etc/passwd`, `C:\…`, `~/…`.
    #[error("the path is absolute")]
    Absolute,
}

impl RelPath {
    /// The project root.
    #[must_use]
    pub fn root() -> Self {
        Self(Arc::from(""))
    }

    /// Normalises a path written relative to the root.
    ///
    /// # Errors
    /// When the path is absolute or climbs out of the root.
    pub fn new(path: &str) -> Result<Self, PathError> {
        Self::root().join(path)
    }

    /// The path that `relative`, written in a file of this directory, names.
    ///
    /// # Errors
    /// When `relative` is absolute or climbs out of the root.
    pub fn join(&self, relative: &str) -> Result<Self, PathError> {
        let has_drive = relative.as_bytes().get(1) == Some(&b':');
        if relative.starts_with(['/', '\\', '~']) || has_drive {
            return Err(PathError::Absolute);
        }
        let mut segments: Vec<&str> = self.segments().collect();
        for segment in relative.split(['/', '\\']) {
            match segment {
                "" | "." => {}
                ".." => {
                    segments.pop().ok_or(PathError::LeavesRoot)?;
                }
                name => segments.push(name),
            }
        }
        Ok(Self(Arc::from(segments.join("/"))))
    }

    /// The text of the path; empty for the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The directory that holds this path; the root for the root.
    #[must_use]
    pub fn parent(&self) -> Self {
        match self.0.rfind('/') {
            Some(slash) => Self(Arc::from(self.0.get(..slash).unwrap_or_default())),
            None => Self::root(),
        }
    }

    /// The last segment: `app.py` of `src/app.py`.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The file name up to its last dot: `users.test` of `src/users.test.js`.
    #[must_use]
    pub fn stem(&self) -> &str {
        let name = self.file_name();
        match name.rfind('.') {
            Some(dot) if 0 < dot => name.get(..dot).unwrap_or_default(),
            _ => name,
        }
    }

    /// What follows the last dot of the file name: `js`, or nothing.
    #[must_use]
    pub fn extension(&self) -> &str {
        let name = self.file_name();
        match name.rfind('.') {
            Some(dot) if 0 < dot => name.get(dot + 1..).unwrap_or_default(),
            _ => "",
        }
    }

    /// The names between the slashes.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|segment| !segment.is_empty())
    }

    /// This path and the directories above it, up to the root.
    pub fn upwards(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self.clone()), |path| {
            (!path.0.is_empty()).then(|| path.parent())
        })
    }

    /// Whether this path is `directory` or lies below it.
    #[must_use]
    pub fn is_within(&self, directory: &Self) -> bool {
        directory.0.is_empty()
            || match self.0.strip_prefix(&*directory.0) {
                Some(rest) => rest.is_empty() || rest.starts_with('/'),
                None => false,
            }
    }
}

/// A path equals, and hashes like, its text, so that a table of paths is asked with one that is put together on the spot.
impl Borrow<str> for RelPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_are_normalised_and_stay_inside() {
        let dir = RelPath::new("services/api").unwrap();
        assert_eq!(
            dir.join("../shared/./x.yml").unwrap().as_str(),
            "services/shared/x.yml"
        );
        assert_eq!(dir.join("../../../etc/passwd"), Err(PathError::LeavesRoot));
        assert_eq!(dir.join("/etc/passwd"), Err(PathError::Absolute));
        assert_eq!(dir.join("C:\\x"), Err(PathError::Absolute));
    }

    #[test]
    fn parts_of_a_path() {
        let path = RelPath::new("src/users.test.js").unwrap();
        assert_eq!((path.stem(), path.extension()), ("users.test", "js"));
        assert_eq!(path.parent().as_str(), "src");
        assert!(path.is_within(&RelPath::new("src").unwrap()));
        assert!(!path.is_within(&RelPath::new("sr").unwrap()));
        assert!(path.is_within(&RelPath::root()));
    }
}
