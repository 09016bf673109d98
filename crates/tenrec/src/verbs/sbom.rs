//! `tenrec sbom`: what an application consists of.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use base::RelPath;
use deps::Package;
use deps::sbom::{Bom, Subject};
use knowledge::Knowledge;
use tenrec::config::Config;
use tenrec::judge::{self, Decisions};
use tenrec::names;
use tenrec::scan::{self, Options};

use crate::advisories;
use crate::cli::{Sbom, SbomFormat};
use crate::target::{self, Target};

pub(crate) fn run(arguments: &Sbom) -> Result<ExitCode> {
    let rules = rules::all();
    let target = Target::new(&arguments.path)?;
    let (config, _) = match arguments.no_config {
        true => (Config::default(), None),
        false => target.configuration(arguments.config.as_deref(), &rules)?,
    };
    let advisories = advisories::open(arguments.db.as_deref())?;
    let time = advisories::source_time();
    target::in_threads(None, || {
        let system = target.files(&config);
        let knowledge = config.knowledge.as_deref();
        let options = Options {
            knowledge: knowledge.unwrap_or_else(|| Knowledge::builtin()),
            advisories: advisories.as_ref().map(|it| &it.database),
            ..Options::default()
        };
        let mut outcome = scan::run_with(&system, &options);
        let decisions = Decisions {
            config: &config,
            fingerprint_key: None,
            baseline: None,
            rules: &rules,
            with_comments: true,
            is_whole: false,
        };
        let judgement = judge::judge(&mut outcome, &system, &decisions);
        let accepted = |package: &Package| {
            let findings = judgement.findings.iter();
            let mut about = findings.filter(|it| {
                it.finding.rule == rules::VULNERABLE_DEPENDENCY && it.finding.place == package.place
            });
            about.find_map(|it| Some(it.suppression.as_ref()?.reason.clone()))
        };
        let mut bom = Bom::default();
        let mut is_known = arguments.function.is_none();
        for (bundle, functions) in outcome.shipping.iter().enumerate() {
            let wanted = functions.iter().filter(|name| match &arguments.function {
                None => true,
                Some(wanted) => is_named(name, wanted),
            });
            let wanted: Vec<_> = wanted.cloned().collect();
            // Without a template, or apart from all functions, everything is listed.
            let is_listed = arguments.function.is_none() || !wanted.is_empty();
            is_known |= !wanted.is_empty();
            if is_listed {
                bom.add(&outcome.inventory, bundle, &wanted, accepted);
            }
        }
        if let (false, Some(wanted)) = (is_known, &arguments.function) {
            let functions = outcome.application.functions.iter();
            let known: Vec<&str> = functions.map(|function| function.name.as_str()).collect();
            if !known.iter().any(|name| is_named(name, wanted)) {
                let hint = names::hint(wanted, known.iter().copied());
                bail!("there is no function `{wanted}`{hint}");
            }
        }
        let subject = Subject {
            name: arguments.function.as_deref().unwrap_or(target.name()),
            tool_version: env!("CARGO_PKG_VERSION"),
            is_checked: advisories.is_some(),
            time: time.as_deref(),
        };
        let unlocked: Vec<&str> = bom.unlocked().map(RelPath::as_str).collect();
        if let [first, others @ ..] = unlocked.as_slice() {
            let others = match others.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            crate::note(&format!(
                "the bill of materials is incomplete: no lock file says which releases {first}{others} installs"
            ));
        }
        let document = match arguments.format {
            SbomFormat::Cyclonedx => bom.cyclonedx(subject),
            SbomFormat::Spdx => bom.spdx(subject),
        };
        let text = serde_json::to_string_pretty(&document)? + "\n";
        match &arguments.output {
            Some(file) => {
                #[expect(clippy::disallowed_methods, reason = "the user named this file")]
                std::fs::write(file, text)
                    .with_context(|| format!("{} could not be written", file.display()))?;
            }
            None => crate::print(&text)?,
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Whether a function is called so, with its stack (`stack/function`) or without.
fn is_named(name: &str, wanted: &str) -> bool {
    name == wanted || name.rsplit('/').next() == Some(wanted)
}
