//! `tenrec scan`: settings, scan, judgement, reports, exit code.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use base::{Budget, ReadError, RelPath, System};
use finding::RuleInfo;
use knowledge::Knowledge;
use report::{Coverage, Detail, Look, Report};
use tenrec::baseline::Baseline;
use tenrec::config::{self, Config};
use tenrec::disk::{DiskSystem, Listing};
use tenrec::judge::{self, Decisions, Judgement};
use tenrec::scan::{self, Outcome};
use tenrec::select::{FailOn, Selector};

use crate::cli::{Destination, Format, Scan};
use crate::progress::Watched;

/// Bytes of stack for each thread: handler code may be nested as deeply as the budget allows.
const STACK: usize = 256 << 20;

/// The least severity that fails a scan where nobody says another.
const FAIL_ON: FailOn = FailOn::At(finding::Severity::Low);

pub(crate) fn run(arguments: &Scan) -> Result<ExitCode> {
    let started = Instant::now();
    let rules = rules::all();
    let target = Target::new(&arguments.path)?;
    let (mut config, configuration) = configuration(arguments, &target, &rules)?;
    add_arguments(&mut config, arguments, &rules)?;
    let baseline = arguments.baseline.as_deref().map(baseline).transpose()?;
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK)
        .num_threads(arguments.threads.map_or(0, usize::from))
        .build()
        .context("the threads could not be started")?;
    pool.install(|| {
        let system = DiskSystem::listed(
            &target.root,
            Listing {
                only: target.file.as_ref(),
                config: Some(&config),
            },
        );
        let mut outcome = {
            let watched = Watched::new(&system, arguments.quiet);
            let knowledge = config.knowledge.as_deref();
            scan::run_with(
                &watched,
                knowledge.unwrap_or_else(|| Knowledge::builtin()),
                &Budget::default(),
            )
        };
        let decisions = Decisions {
            config: &config,
            baseline: baseline.as_ref(),
            rules: &rules,
        };
        let judgement = judge::judge(&mut outcome, &system, &decisions);
        let coverage = coverage(&outcome, &judgement, configuration);
        let report = Report::new(
            &system,
            report::Input {
                application: &outcome.application,
                exposures: &outcome.exposures,
                findings: &judgement.findings,
                diagnostics: &outcome.diagnostics,
                rules: &rules,
                coverage: &coverage,
            },
        );
        write(&report, arguments, started.elapsed())?;
        let fail_on = config.fail_on.unwrap_or(FAIL_ON);
        let worst = judge::worst(&judgement.findings);
        Ok(if worst.is_some_and(|worst| fail_on.fails(worst)) {
            ExitCode::from(1)
        } else {
            ExitCode::SUCCESS
        })
    })
}

/// What the user wants to have scanned.
struct Target {
    root: PathBuf,
    /// The one file, where it is not the whole directory.
    file: Option<RelPath>,
}

impl Target {
    fn new(path: &Path) -> Result<Self> {
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
        if !scan::is_scanned(&file) {
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
}

/// The configuration in effect and its name for people.
fn configuration(
    arguments: &Scan,
    target: &Target,
    rules: &[RuleInfo],
) -> Result<(Config, Option<String>)> {
    if arguments.no_config {
        return Ok((Config::default(), None));
    }
    let (name, text) = match &arguments.config {
        Some(file) => (file.display().to_string(), read(file)?),
        None => {
            // In the scanned tree, so it is read as a file of the tree: no link out, no huge file.
            let system = DiskSystem::unlisted(&target.root);
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

/// Puts what the command line says over the configuration.
fn add_arguments(config: &mut Config, arguments: &Scan, rules: &[RuleInfo]) -> Result<()> {
    let read = |names: &[String], option: &str| -> Result<Vec<Selector>> {
        names
            .iter()
            .map(|name| {
                Selector::parse(name, rules).map_err(|error| anyhow::anyhow!("{option}: {error}"))
            })
            .collect()
    };
    if !arguments.select.is_empty() {
        config.selection.select = read(&arguments.select, "--select")?;
    }
    config
        .selection
        .ignore
        .extend(read(&arguments.ignore, "--ignore")?);
    config.fail_on = arguments.fail_on.or(config.fail_on);
    Ok(())
}

fn baseline(file: &Path) -> Result<Baseline> {
    Baseline::parse(&read(file)?)
        .map_err(|error| anyhow::anyhow!("{} cannot be the baseline: {error}", file.display()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the user named this file on the command line"
)]
fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} could not be read", file.display()))
}

fn coverage(outcome: &Outcome, judgement: &Judgement, configuration: Option<String>) -> Coverage {
    let statistics = outcome.statistics;
    Coverage {
        files: statistics.files,
        code_files: statistics.code_files,
        stacks: statistics.stacks,
        known: judgement.known,
        configuration,
    }
}

/// Writes every report that is wanted. Files first, so that a reader of the standard output finds them complete.
fn write(report: &Report<'_>, arguments: &Scan, elapsed: Duration) -> Result<()> {
    let look = Look {
        width: crate::width(),
        detail: match (arguments.quiet, arguments.verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            _ => Detail::Normal,
        },
        elapsed,
    };
    let text = |destination: &Destination| -> Result<String> {
        Ok(match destination.format {
            Format::Terminal => report.terminal(&look),
            Format::Json => report.json()? + "\n",
            Format::Sarif => report.sarif()? + "\n",
        })
    };
    let (files, printed): (Vec<_>, Vec<_>) =
        arguments.format.iter().partition(|it| it.file.is_some());
    for destination in files {
        let text = text(destination)?;
        let text = match destination.format {
            Format::Terminal => anstream::adapter::strip_str(&text).to_string(),
            Format::Json | Format::Sarif => text,
        };
        if let Some(file) = &destination.file {
            save(file, &text)?;
        }
    }
    for destination in printed {
        crate::print(&text(destination)?)?;
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the user named this file for the report"
)]
fn save(file: &Path, text: &str) -> Result<()> {
    std::fs::write(file, text).with_context(|| format!("{} could not be written", file.display()))
}
