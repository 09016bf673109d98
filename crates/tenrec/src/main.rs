//! The command line. The only place that prints and decides exit codes.

mod advisories;
mod cli;
mod progress;
mod target;
mod verbs;

use std::io::Write;
use std::process::ExitCode;

use anstream::ColorChoice;
use anyhow::{Context, Result};

use cli::{Arguments, Color, Verb};

/// A scan makes many small values on all threads at once, and drops them on others.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = cli::parse();
    let choice = match arguments.color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    choice.write_global();
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            let style = anstyle::AnsiColor::Red.on_default().bold();
            let _ = writeln!(anstream::stderr(), "{style}error{style:#}: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode> {
    match arguments.verb {
        Verb::Scan(scan) => verbs::scan::run(&scan),
        Verb::Policy(policy) => verbs::policy::run(&policy),
        Verb::Blast(blast) => verbs::blast::run(&blast),
        Verb::Fix(fix) => verbs::fix::run(&fix),
        Verb::Cost(cost) => verbs::cost::run(&cost),
        Verb::Redos(redos) => verbs::redos::run(&redos),
        Verb::Explain { rule } => verbs::explain::run(&rule),
        Verb::Rules { format } => verbs::rules::run(format),
        Verb::Sbom(sbom) => verbs::sbom::run(&sbom),
        Verb::Db(db) => verbs::db::run(&db),
        Verb::Completions { shell } => verbs::completions::run(shell),
    }
}

/// Prints, with colours where they are wanted; a reader that closed the pipe is no error.
fn print(text: &str) -> Result<()> {
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("the output could not be printed"),
    }
}

/// Says something beside the output.
fn note(text: &str) {
    // Where nobody reads it, nobody misses it.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Whether the output goes to somebody who sees colours.
fn has_colors() -> bool {
    let choice = anstream::AutoStream::choice(&std::io::stdout());
    choice != ColorChoice::Never
}

/// Columns of the terminal; a width that suits files where there is none.
fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0).clamp(60, 140))
}
