//! Lock files: every package that an installation brings along, with its version. One module for each tool's format.

mod bun;
mod cargo;
mod go;
mod maven;
mod npm;
mod nuget;
mod pnpm;
mod python;
mod ruby;
mod yarn;

use base::{Budget, Diagnostics, FileId, Map, Name, RelPath, System};

use crate::{Ecosystem, Origin, Package};

/// One file that says which packages are installed.
#[derive(Clone, Debug)]
pub struct Lock {
    /// How it is written.
    pub kind: LockKind,
    /// Where it is.
    pub path: RelPath,
    /// The file.
    pub file: FileId,
    /// The packages, in the order of the file.
    pub packages: Vec<Package>,
    /// The projects that it is for, where it names them and what they ask for.
    pub importers: Vec<Importer>,
    /// The package that a request stands for: `name` or `name@range`, as [`Lock::find`] asks.
    requests: Map<Name, u32>,
}

/// One project that a lock file is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Importer {
    /// Its folder, from that of the lock file.
    pub folder: RelPath,
    /// What it asks for.
    pub wants: Vec<Want>,
}

/// One package that a project asks for, as its lock file recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// The package's name.
    pub name: Name,
    /// The versions asked for, as written when the file was made; nothing where it does not say.
    pub range: Option<Name>,
    /// Only for work on the project.
    pub is_dev: bool,
    /// The package that it gets.
    pub gets: Option<u32>,
}

/// How a lock file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockKind {
    /// `package-lock.json`, `npm-shrinkwrap.json`.
    Npm,
    /// `yarn.lock`.
    Yarn,
    /// `pnpm-lock.yaml`.
    Pnpm,
    /// `bun.lock`.
    Bun,
    /// `requirements.txt` with exact versions.
    Requirements,
    /// `poetry.lock`, `uv.lock`, `pdm.lock`, `pylock.toml`.
    PythonToml,
    /// `Pipfile.lock`.
    Pipfile,
    /// `pom.xml`.
    Maven,
    /// `gradle.lockfile`.
    Gradle,
    /// `libs.versions.toml`.
    Catalogue,
    /// `packages.lock.json`.
    NuGet,
    /// `project.assets.json`.
    NuGetAssets,
    /// `*.csproj` and its kin.
    DotnetProject,
    /// `go.mod`.
    Go,
    /// `Gemfile.lock`.
    Ruby,
    /// `Cargo.lock`.
    Cargo,
    /// No lock file: packages of this registry as they were installed, in an archive or a folder of the project.
    Installed(Ecosystem),
}

impl LockKind {
    /// The kind of the lock file at `path`, by its name.
    #[must_use]
    pub fn of(path: &RelPath) -> Option<Self> {
        match path.file_name() {
            "package-lock.json" | "npm-shrinkwrap.json" => Some(Self::Npm),
            "yarn.lock" => Some(Self::Yarn),
            "pnpm-lock.yaml" => Some(Self::Pnpm),
            "bun.lock" => Some(Self::Bun),
            "poetry.lock" | "uv.lock" | "pdm.lock" => Some(Self::PythonToml),
            name if name.starts_with("pylock.") && name.ends_with("toml") => Some(Self::PythonToml),
            "Pipfile.lock" => Some(Self::Pipfile),
            "pom.xml" => Some(Self::Maven),
            "gradle.lockfile" | "buildscript-gradle.lockfile" => Some(Self::Gradle),
            "libs.versions.toml" => Some(Self::Catalogue),
            "packages.lock.json" => Some(Self::NuGet),
            "project.assets.json" => Some(Self::NuGetAssets),
            "go.mod" => Some(Self::Go),
            "Gemfile.lock" | "gems.locked" => Some(Self::Ruby),
            "Cargo.lock" => Some(Self::Cargo),
            _ => matches!(path.extension(), "csproj" | "fsproj" | "vbproj")
                .then_some(Self::DotnetProject),
        }
    }

    /// Whether the packages themselves are there, and not only their names.
    #[must_use]
    pub fn is_installed(self) -> bool {
        matches!(self, Self::Installed(_))
    }

    /// The registry that its packages come from.
    #[must_use]
    pub fn ecosystem(self) -> Ecosystem {
        match self {
            Self::Npm | Self::Yarn | Self::Pnpm | Self::Bun => Ecosystem::Npm,
            Self::Requirements | Self::PythonToml | Self::Pipfile => Ecosystem::PyPI,
            Self::Maven | Self::Gradle | Self::Catalogue => Ecosystem::Maven,
            Self::NuGet | Self::NuGetAssets | Self::DotnetProject => Ecosystem::NuGet,
            Self::Go => Ecosystem::Go,
            Self::Ruby => Ecosystem::RubyGems,
            Self::Cargo => Ecosystem::CratesIo,
            Self::Installed(ecosystem) => ecosystem,
        }
    }
}

/// Where a lock file's text comes from, and what reading it may cost.
pub(crate) struct Source<'a> {
    pub(crate) file: FileId,
    pub(crate) path: &'a RelPath,
    pub(crate) text: &'a str,
    pub(crate) budget: &'a Budget,
}

/// Reads one lock file; what cannot be read of it is reported.
pub(crate) fn read(
    kind: LockKind,
    source: &Source<'_>,
    system: &dyn System,
    diagnostics: &mut Diagnostics,
) -> Lock {
    let mut lock = Lock::new(kind, source);
    match kind {
        LockKind::Npm => npm::read(&mut lock, source, diagnostics),
        LockKind::Yarn => yarn::read(&mut lock, source),
        LockKind::Pnpm => pnpm::read(&mut lock, source, diagnostics),
        LockKind::Bun => bun::read(&mut lock, source, diagnostics),
        LockKind::Requirements | LockKind::Installed(_) => {}
        LockKind::PythonToml => python::read(&mut lock, source),
        LockKind::Pipfile => python::pipfile(&mut lock, source, diagnostics),
        LockKind::Maven => maven::pom(&mut lock, source, system),
        LockKind::Gradle => maven::gradle(&mut lock, source),
        LockKind::Catalogue => maven::catalogue(&mut lock, source),
        LockKind::NuGet => nuget::lock_file(&mut lock, source, diagnostics),
        LockKind::NuGetAssets => nuget::assets(&mut lock, source, diagnostics),
        LockKind::DotnetProject => nuget::project(&mut lock, source),
        LockKind::Go => go::read(&mut lock, source),
        LockKind::Ruby => ruby::read(&mut lock, source),
        LockKind::Cargo => cargo::read(&mut lock, source),
    }
    lock.settle();
    lock
}

impl Lock {
    pub(crate) fn new(kind: LockKind, source: &Source<'_>) -> Self {
        Self::empty(kind, source.path.clone(), source.file)
    }

    /// A file without packages.
    pub(crate) fn empty(kind: LockKind, path: RelPath, file: FileId) -> Self {
        Self {
            kind,
            path,
            file,
            packages: Vec::new(),
            importers: Vec::new(),
            requests: Map::default(),
        }
    }

    /// Adds a package and returns its index.
    pub(crate) fn add(&mut self, package: Package) -> u32 {
        self.packages.push(package);
        self.packages.len() as u32 - 1
    }

    /// The package that the project gets for a requirement.
    #[must_use]
    pub fn find(&self, name: &str, range: &str) -> Option<u32> {
        let by_range = self.requests.get(format!("{name}@{range}").as_str());
        let normal = self.kind.ecosystem().normal_name(name);
        by_range
            .or_else(|| self.requests.get(normal.as_str()))
            .copied()
    }

    /// Completes what follows from the rest: who is direct, what is for work only.
    fn settle(&mut self) {
        for package in &mut self.packages {
            package.needs.sort_unstable();
            package.needs.dedup();
        }
        let wants = self.importers.iter().flat_map(|importer| &importer.wants);
        let direct: Vec<u32> = wants.clone().filter_map(|want| want.gets).collect();
        let deployed: Vec<u32> = wants
            .filter(|want| !want.is_dev)
            .filter_map(|want| want.gets)
            .collect();
        for index in &direct {
            if let Some(package) = self.packages.get_mut(*index as usize) {
                package.is_direct = true;
            }
        }
        if direct.is_empty() {
            return;
        }
        let reached = self.closure(deployed);
        for (package, index) in self.packages.iter_mut().zip(0..) {
            package.is_dev = reached.binary_search(&index).is_err();
        }
    }

    /// These packages and all that they need, ascending.
    #[must_use]
    pub fn closure(&self, from: Vec<u32>) -> Vec<u32> {
        let mut is_reached = vec![false; self.packages.len()];
        let mut waiting = from;
        while let Some(index) = waiting.pop() {
            let Some(reached) = is_reached.get_mut(index as usize) else {
                continue;
            };
            if !std::mem::replace(reached, true)
                && let Some(package) = self.packages.get(index as usize)
            {
                waiting.extend(&package.needs);
            }
        }
        let indexes = is_reached.iter().zip(0..);
        indexes
            .filter_map(|(reached, index)| reached.then_some(index))
            .collect()
    }

    /// The packages that are not the project's own.
    pub fn foreign(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| package.origin != Origin::Local)
    }
}
