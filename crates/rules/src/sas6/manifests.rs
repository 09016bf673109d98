//! SAS-6: packages that may change from one deployment to the next: without a lock file, without an upper bound, or from an
//! address.
//!
//! A manifest without a lock file is one finding, and its bounded ranges are none: they float for that very reason. A requirement
//! without any bound is a second decision, and so a second finding; a lock file answers both. A `requirements.txt` has no lock
//! file but its own exact versions, so there only what is unbounded is reported.

use super::of_manifests;
use crate::family::{Family, Input};
use base::{FileId, Place, Span};
use deps::{Manifest, ManifestKind, Requirement, Specifier, Transport};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};

pub(super) const FAMILY: Family = Family {
    rules: || vec![UNPINNED, LOCK, ADDRESS],
    check,
};

const UNPINNED: RuleInfo = RuleInfo {
    name: "sas6/unpinned-dependency",
    title: "A deployment takes whatever version of a package is newest",
    page: include_str!("../../docs/sas6/unpinned-dependency.md"),
    cwe: 1357,
};

const LOCK: RuleInfo = RuleInfo {
    name: "sas6/missing-lockfile",
    title: "No lock file pins the packages of a function",
    page: include_str!("../../docs/sas6/missing-lockfile.md"),
    cwe: 1357,
};

const ADDRESS: RuleInfo = RuleInfo {
    name: "sas6/dependency-from-url",
    title: "A package comes from an address instead of a registry",
    page: include_str!("../../docs/sas6/dependency-from-url.md"),
    cwe: 829,
};

/// Manifests whose packages some function takes along.
fn check(input: &Input<'_>) -> Vec<Finding> {
    of_manifests(input, |manifest| {
        let found = [missing_lock(manifest), unpinned(manifest)];
        let found = found.into_iter().flatten().chain(from_addresses(manifest));
        found.filter(|_| !manifest.requirements.is_empty())
    })
}

fn missing_lock(manifest: &Manifest) -> Option<Finding> {
    let names = manifest.kind.lock_files();
    let is_open = manifest
        .requirements
        .iter()
        .any(|requirement| !matches!(requirement.specifier, Specifier::Local));
    if names.is_empty() || manifest.lock.is_some() || !is_open {
        return None;
    }
    let first = names.first().copied().unwrap_or_default();
    let message = format!(
        "No lock file pins the {} of `{}`: each deployment may take other code along",
        packages(manifest.requirements.len()),
        manifest.path
    );
    Some(
        Finding::new(&LOCK, start_of(manifest.file), message)
            .score(Impact::Limited, Reach::Tenant)
            .fix(format!("Commit the lock file (`{first}`, or that of the package manager in use) and install from it"))
            .subject(manifest.path.to_string()),
    )
}

fn packages(count: usize) -> String {
    match count {
        1 => "package".to_owned(),
        count => format!("{count} packages"),
    }
}

fn start_of(file: FileId) -> Place {
    Place::new(file, Span::default())
}

/// One finding for each manifest, at the first package without a bound; the others are its evidence.
fn unpinned(manifest: &Manifest) -> Option<Finding> {
    let open: Vec<&Requirement> = manifest
        .requirements
        .iter()
        .filter(|requirement| requirement.specifier == Specifier::Open)
        .collect();
    let first = open.first().filter(|_| manifest.lock.is_none())?;
    let how = match (manifest.kind, first.text.as_str()) {
        (ManifestKind::Requirements, text) => format!("`{text}`"),
        (_, text) => format!("`{}`: `{text}`", first.name),
    };
    let others = match open.len() - 1 {
        0 => String::new(),
        1 => " and one more package".to_owned(),
        count => format!(" and {count} more packages"),
    };
    let take = if open.len() == 1 { "takes" } else { "take" };
    let message = format!(
        "{how}{others} in `{}` {take} whatever version is newest when the function is packaged",
        manifest.path
    );
    let mut finding = Finding::new(&UNPINNED, first.place, message)
        .score(Impact::Limited, Reach::Tenant)
        .fix("Name the version that was tested, or commit a lock file")
        .subject(manifest.path.to_string());
    for requirement in open.iter().skip(1) {
        finding = finding.step(
            StepKind::Config,
            requirement.place,
            format!("`{}` has no upper bound", requirement.name),
        );
    }
    Some(finding)
}

fn from_addresses(manifest: &Manifest) -> impl Iterator<Item = Finding> {
    manifest.requirements.iter().filter_map(|requirement| {
        let Specifier::Address {
            transport,
            is_pinned,
        } = requirement.specifier
        else {
            return None;
        };
        let (impact, why) = match (transport, is_pinned) {
            (Transport::Plain, false) => (
                Impact::Serious,
                "over a connection that anybody on the way can change",
            ),
            (Transport::Plain, true) => {
                (Impact::Limited, "over a connection that is not encrypted")
            }
            (Transport::Repository, false) => (
                Impact::Limited,
                "from a branch or tag, whose owner decides anew at each deployment what it is",
            ),
            (Transport::Archive, false) => (
                Impact::Limited,
                "as an archive that its host can replace at any time",
            ),
            (Transport::Repository | Transport::Archive, true) => (
                Impact::Hygiene,
                "past the registry, whose warnings do not reach it",
            ),
        };
        let message = format!("`{}` is installed {why}", requirement.name);
        Some(
            Finding::new(&ADDRESS, requirement.place, message)
                .score(impact, Reach::Tenant)
                .fix("Install it from a registry, or from https with its commit or its hash")
                .subject(requirement.name.to_string()),
        )
    })
}
