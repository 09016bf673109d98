//! `tenrec policy`: the least that each function must be allowed.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Result, bail};
use base::Budget;
use knowledge::Knowledge;
use tenrec::names;
use tenrec::policy::{self, Format, Policies};
use tenrec::project::{Project, Untemplated};

use crate::cli::{Policy, PolicyFormat};
use crate::target::{self, Target};

pub(crate) fn run(arguments: &Policy) -> Result<ExitCode> {
    let target = Target::new(&arguments.path)?;
    let knowledge = Knowledge::builtin();
    if let Some(action) = &arguments.explain {
        check_action(knowledge, action)?;
    }
    let rules = rules::all();
    let (config, _) = target.configuration(None, &rules)?;
    target::in_threads(None, || {
        let system = target.files(&config);
        let project = Project::read_with(
            &system,
            config.knowledge.as_deref().unwrap_or(knowledge),
            &Budget::default(),
            Untemplated::Scripts,
        );
        for line in policy::warnings(&project.diagnostics) {
            let _ = writeln!(anstream::stderr(), "note: {line}");
        }
        let mut policies = Policies::new(&project.model, &system);
        if let Some(name) = &arguments.function {
            let known: Vec<String> = policies.names().map(str::to_owned).collect();
            policies = policies.only(name);
            if policies.names().next().is_none() {
                let hint = names::hint(name, known.iter().map(String::as_str));
                bail!("there is no function `{name}`{hint}");
            }
        }
        let text = match &arguments.explain {
            Some(action) => policies.explain(action),
            None => policies.write(format(arguments.format))?,
        };
        crate::print(&text)?;
        Ok(ExitCode::SUCCESS)
    })
}

fn format(format: PolicyFormat) -> Format {
    match format {
        PolicyFormat::Json => Format::Json,
        PolicyFormat::Yaml => Format::Yaml,
        PolicyFormat::Sam => Format::Sam,
        PolicyFormat::Serverless => Format::Serverless,
        PolicyFormat::CloudFormation => Format::CloudFormation,
        PolicyFormat::Terraform => Format::Terraform,
    }
}

/// Refuses an action that IAM does not know.
fn check_action(knowledge: &Knowledge, action: &str) -> Result<()> {
    let Some((prefix, name)) = action.split_once(':') else {
        bail!("`{action}` is no action: it is written service:Action, as s3:PutObject");
    };
    let Some(service) = knowledge.service(&prefix.to_ascii_lowercase()) else {
        bail!("IAM knows no service `{prefix}`");
    };
    let is_known = name.contains(['*', '?']) || knowledge.action(action).is_some();
    if !is_known {
        let hint = names::hint(name, service.actions().map(|action| action.name));
        bail!("IAM knows no action `{action}`{hint}");
    }
    Ok(())
}
