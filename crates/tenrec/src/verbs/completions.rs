//! `tenrec completions`: the script that teaches a shell the arguments.

use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Arguments;

pub(crate) fn run(shell: Shell) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "tenrec", &mut script);
    crate::print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
