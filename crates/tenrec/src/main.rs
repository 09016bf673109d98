//! The command line: `tenrec scan`, `tenrec explain`, `tenrec rules`. The only place that prints and decides exit codes.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use base::Budget;
use clap::{Parser, Subcommand, ValueEnum};
use finding::Severity;
use report::Report;
use tenrec::disk::DiskSystem;
use tenrec::scan;

/// Bytes of stack for each thread: handler code may be nested as deeply as the budget allows.
const STACK: usize = 256 << 20;

/// Finds the ten most critical risks of serverless applications, and proves them.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Scan a project. Exits with 0 when it is clean, 1 on findings at or above --fail-on, 2 when the scan failed.
    Scan {
        /// The project's directory.
        #[arg(default_value = ".")]
        path: PathBuf,
        /// How the report is written.
        #[arg(long, default_value = "terminal")]
        format: Format,
        /// The least severity that makes the exit code 1.
        #[arg(long, default_value = "low")]
        fail_on: FailOn,
        /// Write the report to this file instead of the standard output.
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// Print a rule's page.
    Explain {
        /// The rule, such as sas1/os-command-injection.
        rule: String,
    },
    /// List all rules.
    Rules,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Terminal,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    Info,
    Never,
}

impl FailOn {
    fn least(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::High => Some(Severity::High),
            Self::Medium => Some(Severity::Medium),
            Self::Low => Some(Severity::Low),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(anstream::stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode> {
    match arguments.verb {
        Verb::Scan {
            path,
            format,
            fail_on,
            output,
        } => scan(&path, format, fail_on, output),
        Verb::Explain { rule } => explain(&rule),
        Verb::Rules => {
            let list: String = rules::all()
                .iter()
                .map(|rule| format!("{:<34} {}\n", rule.name, rule.title))
                .collect();
            print(&list)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn scan(
    path: &std::path::Path,
    format: Format,
    fail_on: FailOn,
    output: Option<PathBuf>,
) -> Result<ExitCode> {
    if !path.is_dir() {
        bail!(
            "{} is not a directory; give the directory of the project",
            path.display()
        );
    }
    rayon::ThreadPoolBuilder::new()
        .stack_size(STACK)
        .build_global()
        .context("the threads could not be started")?;
    let system = DiskSystem::new(path);
    let outcome = rayon::scope(|_| scan::run(&system, &Budget::default()));
    let report = Report::new(
        &system,
        &outcome.application,
        &outcome.findings,
        &outcome.diagnostics,
    );
    let text = match format {
        Format::Terminal => {
            let statistics = outcome.statistics;
            format!(
                "{}\nScanned {} functions of {} stacks: {} code files of {} files.\n",
                report.terminal(),
                outcome.application.functions.len(),
                statistics.stacks,
                statistics.code_files,
                statistics.files
            )
        }
        Format::Json => report.json()? + "\n",
    };
    match output {
        Some(file) => {
            #[expect(
                clippy::disallowed_methods,
                reason = "the user named this file for the report"
            )]
            std::fs::write(&file, text)
                .with_context(|| format!("{} could not be written", file.display()))?;
        }
        None => print(&text)?,
    }
    let is_bad = fail_on
        .least()
        .is_some_and(|least| outcome.findings.iter().any(|it| least <= it.severity()));
    Ok(if is_bad {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

fn explain(name: &str) -> Result<ExitCode> {
    let rules = rules::all();
    let Some(rule) = rules.iter().find(|rule| rule.name == name) else {
        bail!("there is no rule `{name}`; `tenrec rules` lists all");
    };
    print(rule.page)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints; a reader that closed the pipe is no error.
fn print(text: &str) -> Result<()> {
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("the report could not be printed"),
    }
}
