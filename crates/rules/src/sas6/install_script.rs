//! SAS-6: programs that run when the packages of a function are installed, on the machine that deploys it.
//!
//! Many packages build their binary part so; those of which that is known are data. What is left is listed once for each lock
//! file. The project's own script is worth a word only where it takes code from somewhere else.

use super::{of_locks, of_manifests, packages};
use crate::family::{Family, Input};
use crate::words;
use base::Name;
use deps::{Lock, Package, Script};
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use knowledge::Packages;

pub(super) const FAMILY: Family = Family {
    rules: || vec![SCRIPT],
    check,
};

const SCRIPT: RuleInfo = RuleInfo {
    name: "sas6/install-script",
    title: "Installing the packages of a function runs a program",
    page: include_str!("../../docs/sas6/install-script.md"),
    cwe: 829,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = of_manifests(input, |manifest| {
        let known = packages(input, manifest.ecosystem());
        let scripts = manifest.scripts.iter();
        scripts.filter_map(|script| of_project(known, script))
    });
    findings.extend(of_locks(input, |lock| of_packages(input, lock)));
    findings
}

/// A script of the project that runs what it takes from somewhere else.
fn of_project(known: &Packages, script: &Script) -> Option<Finding> {
    let command = script.command.to_ascii_lowercase();
    let words = command.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    let has = |known: &[Name]| words.clone().any(|word| known.iter().any(|it| it == word));
    let is_fetching = has(&known.fetching) || command.contains("://");
    let is_running = has(&known.running);
    if !(is_fetching && is_running) {
        return None;
    }
    let message = format!(
        "The script `{}` runs what it fetches from elsewhere whenever the packages are installed",
        script.hook
    );
    Some(
        Finding::new(&SCRIPT, script.place, message)
            .score(Impact::Limited, Reach::Tenant)
            .confidence(Confidence::Medium)
            .fix("Commit what it runs, or take it from a registry with its hash")
            .subject(script.hook.to_string()),
    )
}

/// One finding for each lock file, at the first of its packages that run something.
fn of_packages(input: &Input<'_>, lock: &Lock) -> Option<Finding> {
    let ecosystem = lock.kind.ecosystem();
    let known = &packages(input, ecosystem).builds;
    let running = lock.foreign().filter(|package| {
        package.has_install_script && !known.has(&ecosystem.normal_name(&package.name))
    });
    let mut running: Vec<&Package> = running.collect();
    running.dedup_by(|one, other| one.name == other.name);
    let first = running.first()?;
    let mut names: Vec<&str> = running.iter().map(|it| it.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let runs = match names.len() {
        1 => "runs a program of its own when it is installed",
        _ => "run programs of their own when they are installed",
    };
    let message = format!(
        "{} of `{}` {runs}, on the machine that deploys",
        words::list(&names),
        lock.path
    );
    let mut finding = Finding::new(&SCRIPT, first.place, message)
        .score(Impact::Hygiene, Reach::Tenant)
        .fix("Install with `--ignore-scripts` (pip: `--only-binary :all:`), and build by name what needs it")
        .subject(names.join(" "));
    for package in running.iter().skip(1) {
        let message = format!("`{}` {} runs a program too", package.name, package.version);
        finding = finding.step(StepKind::Config, package.place, message);
    }
    Some(finding)
}
