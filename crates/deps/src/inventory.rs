//! Manifests and their requirements: plain data.

use base::{FileId, Name, Place, RelPath};

use crate::bundle::Bundle;
use crate::{Ecosystem, Lock};

/// What a project says that it depends on.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// In the order of their paths.
    pub manifests: Vec<Manifest>,
    /// Lock files, and manifests that name exact versions themselves, in the order of their paths.
    pub locks: Vec<Lock>,
    /// What each folder with a manifest or a lock file brings along, in the order of the folders.
    pub bundles: Vec<Bundle>,
}

/// One file that names packages.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// How it is written.
    pub kind: ManifestKind,
    /// Where it is.
    pub path: RelPath,
    /// The file.
    pub file: FileId,
    /// The lock file beside or above it that pins what it names.
    pub lock: Option<RelPath>,
    /// What is installed for production, in source order.
    pub requirements: Vec<Requirement>,
    /// What is installed for work on the project only, in source order.
    pub development: Vec<Requirement>,
    /// What installing the project runs, in source order.
    pub scripts: Vec<Script>,
    /// It makes some packages come in other versions than those who need them ask for.
    pub has_overrides: bool,
}

/// A command that an installation runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// When: `postinstall`.
    pub hook: Name,
    /// What.
    pub command: Name,
    /// Where.
    pub place: Place,
}

/// What is written in a manifest.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) requirements: Vec<Requirement>,
    pub(crate) development: Vec<Requirement>,
    pub(crate) scripts: Vec<Script>,
    pub(crate) has_overrides: bool,
}

impl Written {
    /// These packages, for production.
    pub(crate) fn of(requirements: Vec<Requirement>) -> Self {
        Self {
            requirements,
            ..Self::default()
        }
    }
}

impl Manifest {
    /// Everything that is asked for, whatever for.
    pub fn all(&self) -> impl Iterator<Item = &Requirement> {
        self.requirements.iter().chain(&self.development)
    }

    /// The registry that its packages come from.
    #[must_use]
    pub fn ecosystem(&self) -> Ecosystem {
        match self.kind {
            ManifestKind::PackageJson => Ecosystem::Npm,
            ManifestKind::Requirements | ManifestKind::Pipfile | ManifestKind::Pyproject => {
                Ecosystem::PyPI
            }
        }
    }
}

/// How a manifest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ManifestKind {
    /// `package.json`.
    PackageJson,
    /// `requirements.txt` and its kin.
    Requirements,
    /// `Pipfile`.
    Pipfile,
    /// `pyproject.toml` with dependencies.
    Pyproject,
}

impl ManifestKind {
    /// The kind of the manifest at `path`, by its name. Requirements for development are none.
    #[must_use]
    pub fn of(path: &RelPath) -> Option<Self> {
        let name = path.file_name();
        match name {
            "package.json" => Some(Self::PackageJson),
            "Pipfile" => Some(Self::Pipfile),
            "pyproject.toml" => Some(Self::Pyproject),
            _ => {
                let middle = name.strip_prefix("requirements")?.strip_suffix(".txt")?;
                let is_for_work = ["dev", "test", "lint", "doc", "ci", "build"]
                    .iter()
                    .any(|word| middle.contains(word));
                (!is_for_work).then_some(Self::Requirements)
            }
        }
    }

    /// The names of the lock files that may pin it.
    #[must_use]
    pub fn lock_files(self) -> &'static [&'static str] {
        match self {
            Self::PackageJson => &[
                "package-lock.json",
                "npm-shrinkwrap.json",
                "yarn.lock",
                "pnpm-lock.yaml",
                "bun.lock",
                "bun.lockb",
            ],
            Self::Requirements => &[],
            Self::Pipfile => &["Pipfile.lock"],
            Self::Pyproject => &["poetry.lock", "uv.lock", "pdm.lock", "pylock.toml"],
        }
    }
}

/// One package that a manifest names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The package.
    pub name: Name,
    /// What is asked for.
    pub specifier: Specifier,
    /// The one version that is asked for.
    pub version: Option<Name>,
    /// A hash of the content stands beside it.
    pub has_hash: bool,
    /// As written, for people.
    pub text: Name,
    /// Where.
    pub place: Place,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Specifier {
    /// One version, or a content hash.
    Exact,
    /// Versions up to a bound: `^1.2`, `~=2.0`, `>=1,<2`.
    Bounded,
    /// Whatever is newest, now and in future: `*`, `latest`, `>=1`, no version at all.
    Open,
    /// An address instead of a registry.
    Address {
        /// How it is fetched.
        transport: Transport,
        /// A commit or a content hash says what must come.
        is_pinned: bool,
    },
    /// A directory or file of the project, or another package of the workspace.
    Local,
    /// What is written cannot be read.
    Unknown,
}

/// How a package is fetched from an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Anybody on the way can change it.
    Plain,
    /// A version control repository, over an encrypted connection.
    Repository,
    /// An archive, over an encrypted connection.
    Archive,
}

impl Specifier {
    /// The specifier of an address: `git+https://…@commit`, `http://…/x.tgz`.
    pub(crate) fn address(address: &str) -> Self {
        let (address, fragment) = address.split_once('#').unwrap_or((address, ""));
        let is_repository = address.starts_with("git")
            || address.starts_with("hg+")
            || address.starts_with("svn+")
            || address.starts_with("bzr+")
            || address.ends_with(".git");
        let is_plain = address.starts_with("http:")
            || address.starts_with("git:")
            || address.starts_with("ftp:")
            || address.contains("+http:");
        let revision = match (fragment, address.rsplit_once('@')) {
            ("", Some((_, revision))) => revision,
            (fragment, Some((_, revision))) if fragment.contains('=') => revision,
            (fragment, _) => fragment,
        };
        let has_hash = ["sha256=", "sha384=", "sha512="]
            .iter()
            .any(|hash| fragment.contains(hash));
        let transport = match (is_plain, is_repository) {
            (true, _) => Transport::Plain,
            (false, true) => Transport::Repository,
            (false, false) => Transport::Archive,
        };
        Self::Address {
            transport,
            is_pinned: has_hash || is_repository && is_commit(revision),
        }
    }
}

/// A whole commit hash, or an abbreviation of usual length.
fn is_commit(revision: &str) -> bool {
    (7..=64).contains(&revision.len())
        && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
        && revision.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_how_a_package_comes_and_whether_it_is_pinned() {
        let commit = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";
        for (address, transport, is_pinned) in [
            ("http://files.net/x.tgz".to_owned(), Transport::Plain, false),
            (
                "https://files.net/x.tgz".to_owned(),
                Transport::Archive,
                false,
            ),
            (
                "https://files.net/x.whl#sha256=ab".to_owned(),
                Transport::Archive,
                true,
            ),
            (
                "git+https://git.net/x.git".to_owned(),
                Transport::Repository,
                false,
            ),
            (
                format!("git+https://git.net/x.git@{commit}"),
                Transport::Repository,
                true,
            ),
            (
                format!("git+https://git.net/x.git@{commit}#egg=x"),
                Transport::Repository,
                true,
            ),
            (
                format!("github:user/x#{commit}"),
                Transport::Repository,
                true,
            ),
            (
                "git+ssh://git@git.net/x.git#main".to_owned(),
                Transport::Repository,
                false,
            ),
            ("git://git.net/x.git".to_owned(), Transport::Plain, false),
        ] {
            let expected = Specifier::Address {
                transport,
                is_pinned,
            };
            assert_eq!(Specifier::address(&address), expected, "{address}");
        }
    }
}
