//! `tenrec blast`: what an attacker who owns a function could do.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Result, bail};
use base::Budget;
use knowledge::Knowledge;
use tenrec::blast::{self, Format};
use tenrec::project::Project;
use tenrec::{names, policy};

use crate::cli::{Blast, BlastFormat};
use crate::target::{self, Target};

pub(crate) fn run(arguments: &Blast) -> Result<ExitCode> {
    let target = Target::new(&arguments.path)?;
    let rules = rules::all();
    let (config, _) = target.configuration(None, &rules)?;
    target::in_threads(None, || {
        let system = target.files(&config);
        let knowledge = config.knowledge.as_deref();
        let knowledge = knowledge.unwrap_or_else(|| Knowledge::builtin());
        let project = Project::read(&system, knowledge, &Budget::default());
        for line in policy::warnings(&project.diagnostics) {
            let _ = writeln!(anstream::stderr(), "note: {line}");
        }
        let name = &arguments.function;
        let functions = blast::named(&project.model, name);
        if functions.is_empty() {
            let known = project.model.application.functions.iter();
            let hint = names::hint(name, known.map(|function| function.name.as_str()));
            bail!("there is no function `{name}`{hint}");
        }
        let format = match arguments.format {
            BlastFormat::Text => Format::Text,
            BlastFormat::Json => Format::Json,
        };
        let text = blast::write(&project.model, &system, &functions, format)?;
        crate::print(&text)?;
        Ok(ExitCode::SUCCESS)
    })
}
