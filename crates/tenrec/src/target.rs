//! What the command line names to ask about, and the settings that apply to it; the same for every verb.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use base::{ReadError, RelPath, System};
use finding::RuleInfo;
use knowledge::Knowledge;
use tenrec::config::{self, Config};
use tenrec::disk::{DiskSystem, Listing};
use tenrec::past::Past;
use tenrec::project;

/// Bytes of stack for each thread: handler code may be nested as deeply as the budget allows.
const STACK: usize = 256 << 20;

/// What the user wants to have scanned.
pub(crate) struct Target {
    root: PathBuf,
    /// The one file, where it is not the whole directory.
    file: Option<RelPath>,
}

impl Target {
    /// The project, template or code file at `path`.
    pub(crate) fn new(path: &Path) -> Result<Self> {
        if path.is_dir() {
            return Ok(Self {
                root: path.to_owned(),
                file: None,
            });
        }
        if !path.exists() {
            bail!("{} does not exist", path.display());
        }
        let name = path.file_name().and_then(|name| name.to_str());
        let file = name.and_then(|name| RelPath::new(name).ok());
        let Some(file) = file.filter(|_| path.is_file()) else {
            bail!("{} is neither a directory nor a file", path.display());
        };
        if !project::is_scanned(&file) {
            bail!(
                "{} is neither a template (YAML, JSON) nor code (Python, JavaScript, TypeScript)",
                path.display()
            );
        }
        let root = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        Ok(Self {
            root,
            file: Some(file),
        })
    }

    /// The name of the directory, for people; that of the project as far as it has one.
    pub(crate) fn name(&self) -> &str {
        let named = self.root.file_name().and_then(|name| name.to_str());
        named.unwrap_or("application")
    }

    /// Whether it is a directory, and not one file of it.
    pub(crate) fn is_whole(&self) -> bool {
        self.file.is_none()
    }

    /// Where the project lies below the working directory: `services/api`. Empty where it does not, or is that directory.
    #[expect(
        clippy::disallowed_methods,
        reason = "where the user stands is what the path is seen from"
    )]
    pub(crate) fn below(&self) -> String {
        let here = std::env::current_dir().unwrap_or_default();
        let below = self.root.strip_prefix(&here).unwrap_or(&self.root);
        let mut parts = Vec::new();
        for component in below.components() {
            match component {
                Component::CurDir => {}
                Component::Normal(name) => parts.push(name.to_string_lossy()),
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                    return String::new();
                }
            }
        }
        parts.join("/")
    }

    /// The configuration in effect and its name for people: `file`, else the project's own.
    pub(crate) fn configuration(
        &self,
        file: Option<&Path>,
        rules: &[RuleInfo],
    ) -> Result<(Config, Option<String>)> {
        let (name, text) = match file {
            Some(file) => (file.display().to_string(), read(file)?),
            None => {
                // In the scanned tree, so it is read as a file of the tree: no link out, no huge file.
                let system = DiskSystem::unlisted(&self.root);
                match system.read(&RelPath::new(config::FILE)?) {
                    Ok(text) => (config::FILE.to_owned(), text),
                    Err(ReadError::Missing) => return Ok((Config::default(), None)),
                    Err(error) => bail!("{} cannot be used: {error}", config::FILE),
                }
            }
        };
        let config = Config::parse(&name, &text, rules)?;
        Ok((config, Some(name)))
    }

    /// What the files once held, as the repository of the directory remembers it.
    pub(crate) fn past(&self) -> Result<Past> {
        Past::read(&self.root)
            .with_context(|| format!("--history: {} cannot be looked into", self.root.display()))
    }

    /// The files that are read.
    pub(crate) fn files(&self, config: &Config) -> DiskSystem {
        DiskSystem::listed(
            &self.root,
            Listing {
                only: self.file.as_ref(),
                config: Some(config),
            },
        )
    }
}

/// Does `work` with this many threads, or one for each processor.
pub(crate) fn in_threads<T: Send>(
    threads: Option<u16>,
    work: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK)
        .num_threads(threads.map_or(0, usize::from))
        .build()
        .context("the threads could not be started")?;
    pool.install(|| {
        // Decoded by one thread while another lists and reads the project.
        rayon::spawn(|| {
            let _known = Knowledge::builtin();
        });
        work()
    })
}

/// The text of a file that the user names.
#[expect(
    clippy::disallowed_methods,
    reason = "the user named this file on the command line"
)]
pub(crate) fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} could not be read", file.display()))
}
