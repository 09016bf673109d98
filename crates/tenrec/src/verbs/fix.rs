//! `tenrec fix`: the edits of the user's files that mend what was found.

use std::process::ExitCode;

use anyhow::{Result, bail};
use base::System;
use finding::{Finding, RuleInfo};
use fix::Extent;
use knowledge::Knowledge;
use tenrec::disk::DiskSystem;
use tenrec::fixes::{Changed, Fixes};
use tenrec::judge::{self, Decisions};
use tenrec::names;
use tenrec::scan::{Options, Scanned};
use tenrec::select::Selector;

use crate::cli::Fix;
use crate::target::{self, Target};

pub(crate) fn run(arguments: &Fix) -> Result<ExitCode> {
    if arguments.needs_review && !arguments.apply && !arguments.diff {
        bail!("--needs-review goes with --apply or --diff; all edits are shown without it");
    }
    let target = Target::new(&arguments.path)?;
    let rules = rules::all();
    let (mut config, _) = target.configuration(None, &rules)?;
    for name in &arguments.rule {
        let selector = selector(name, &rules, Knowledge::builtin())?;
        config.selection.select.push(selector);
    }
    target::in_threads(None, || {
        let system = target.files(&config);
        let knowledge = config.knowledge.as_deref();
        let options = Options {
            knowledge: knowledge.unwrap_or_else(|| Knowledge::builtin()),
            cost: config.cost.clone(),
            ..Options::default()
        };
        let scanned = Scanned::new(&system, &options);
        let model = &scanned.project.model;
        if let Some(name) = &arguments.function {
            let functions = model.application.functions.iter();
            let known: Vec<&str> = functions.map(|function| function.name.as_str()).collect();
            if !known.contains(&name.as_str()) {
                let hint = names::hint(name, known);
                bail!("there is no function `{name}`{hint}");
            }
        }
        let mut outcome = scanned.outcome();
        let decisions = Decisions {
            config: &config,
            fingerprint_key: None,
            baseline: None,
            rules: &rules,
            with_comments: true,
            is_whole: false,
        };
        let judged = judge::judge(&mut outcome, &system, &decisions).findings;
        let meant: Vec<&Finding> = judged
            .iter()
            .filter(|judged| judged.suppression.is_none())
            .map(|judged| &judged.finding)
            .filter(|finding| match &arguments.function {
                Some(name) => is_about(model, finding, name),
                None => true,
            })
            .collect();
        let is_shown = !arguments.apply && !arguments.diff;
        let extent = if is_shown || arguments.needs_review {
            Extent::All
        } else {
            Extent::Safe
        };
        let fixes = Fixes::new(&system, model, &scanned.needs, &meant, extent);
        if arguments.apply {
            apply(&fixes, &system)
        } else if arguments.diff {
            let changed = fixes.changed();
            let patch: String = changed.iter().map(Changed::diff).collect();
            crate::print(&patch)?;
            Ok(code(!changed.is_empty()))
        } else {
            crate::print(&without_secrets(
                fixes.terminal(),
                &scanned.findings,
                &system,
            ))?;
            Ok(code(!fixes.plan().fixes.is_empty()))
        }
    })
}

/// What people are shown, without the secrets that findings are about. A patch has to hold its lines as they are.
fn without_secrets(shown: String, findings: &[Finding], system: &dyn System) -> String {
    let secrets = findings.iter().filter(|finding| finding.secret.is_some());
    secrets.fold(shown, |shown, finding| {
        let entry = system.files().get(finding.place.file.0 as usize);
        let text = entry.and_then(|entry| system.read(&entry.path).ok());
        match text {
            Some(text) => report::hidden(shown, finding.place.span.of(&text)),
            None => shown,
        }
    })
}

/// Whether a finding concerns a function of this name, with or without that of its stack.
fn is_about(model: &link::Model<'_>, finding: &Finding, name: &str) -> bool {
    model.application.functions().any(|(id, function)| {
        function.name == name && finding.functions.contains(&model.function_name(id))
    })
}

/// Reads a rule or risk that has fixes.
fn selector(name: &str, rules: &[RuleInfo], knowledge: &Knowledge) -> Result<Selector> {
    let selector =
        Selector::parse(name, rules).map_err(|error| anyhow::anyhow!("--rule: {error}"))?;
    if let Selector::Rule(rule) = &selector
        && !fix::is_fixable(knowledge, rule)
    {
        let names = rules.iter().map(|rule| rule.name);
        let fixable: Vec<&str> = names
            .filter(|name| fix::is_fixable(knowledge, name))
            .collect();
        bail!(
            "what `{rule}` finds has no edit; those of these rules have: {}",
            fixable.join(", ")
        );
    }
    Ok(selector)
}

fn apply(fixes: &Fixes<'_>, system: &DiskSystem) -> Result<ExitCode> {
    let mut out = String::new();
    let mut failed = Vec::new();
    for changed in fixes.changed() {
        match system.replace(&changed.path, &changed.old, &changed.new) {
            Ok(()) => out.push_str(&format!("{} is written\n", changed.path)),
            Err(error) => failed.push(format!("{} is not written: {error}", changed.path)),
        }
    }
    let kept = fixes.kept();
    out.push_str(&fixes.left());
    if kept != 0 {
        out.push_str(&format!(
            "{kept} to review are not written: look at them with `tenrec fix`, then use --needs-review\n"
        ));
    }
    if out.is_empty() && failed.is_empty() {
        out.push_str(&fixes.summary());
    }
    crate::print(&out)?;
    if !failed.is_empty() {
        bail!("{}", failed.join("; "));
    }
    Ok(code(kept != 0))
}

fn code(has_edits: bool) -> ExitCode {
    if has_edits {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    }
}
