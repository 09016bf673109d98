//! SAS-6: lock files that do not hold what they are for: other packages than the manifest asks for, or packages without a hash.

use super::{of_locks, of_manifests};
use crate::family::{Family, Input};
use crate::words;
use base::Place;
use deps::{Inventory, Lock, LockKind, Manifest, Origin, Package, Requirement, Specifier};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};

pub(super) const FAMILY: Family = Family {
    rules: || vec![OUT_OF_STEP, NO_INTEGRITY],
    check,
};

const OUT_OF_STEP: RuleInfo = RuleInfo {
    name: "sas6/lockfile-out-of-step",
    title: "A lock file does not answer what the manifest asks for",
    page: include_str!("../../docs/sas6/lockfile-out-of-step.md"),
    cwe: 1357,
};

const NO_INTEGRITY: RuleInfo = RuleInfo {
    name: "sas6/lockfile-without-integrity",
    title: "A lock file does not say what the content of packages is",
    page: include_str!("../../docs/sas6/lockfile-without-integrity.md"),
    cwe: 353,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = of_manifests(input, |manifest| out_of_step(input.inventory, manifest));
    findings.extend(of_locks(input, without_integrity));
    findings
}

/// One finding for each manifest, at the first requirement that its lock file does not answer.
fn out_of_step(inventory: &Inventory, manifest: &Manifest) -> Option<Finding> {
    let path = manifest.lock.as_ref()?;
    let at = inventory
        .locks
        .binary_search_by(|lock| lock.path.cmp(path))
        .ok()?;
    let pinned = Pinned::new(inventory.locks.get(at)?, manifest)?;
    let mut wrong = manifest
        .all()
        .filter_map(|requirement| Some((requirement.place, pinned.complaint(requirement)?)));
    let (place, complaint): (Place, String) = wrong.next()?;
    let others: Vec<(Place, String)> = wrong.collect();
    let more = match others.len() {
        0 => String::new(),
        1 => ", nor for one more package".to_owned(),
        count => format!(", nor for {count} more packages"),
    };
    let message = format!(
        "`{}` does not answer for `{}`: {complaint}{more}",
        path, manifest.path
    );
    let mut finding = Finding::new(&OUT_OF_STEP, place, message)
        .score(Impact::Limited, Reach::Tenant)
        .fix("Make the lock file anew with the package manager, and install from it alone (`npm ci`, `--frozen-lockfile`)")
        .subject(manifest.path.to_string());
    for (place, complaint) in others {
        finding = finding.step(StepKind::Config, place, complaint);
    }
    Some(finding)
}

/// A lock file that is one manifest's own.
struct Pinned<'a> {
    lock: &'a Lock,
    manifest: &'a Manifest,
    importer: Option<&'a deps::Importer>,
}

impl<'a> Pinned<'a> {
    /// Nothing where the lock file may be that of other projects, or holds nothing that could be read.
    fn new(lock: &'a Lock, manifest: &'a Manifest) -> Option<Self> {
        let folder = manifest.path.parent();
        let at = lock.path.parent();
        let importer = lock.importers.iter().find(|importer| {
            let joined = at.join(importer.folder.as_str());
            joined.is_ok_and(|joined| joined == folder)
        });
        let is_its_own = importer.is_some() || at == folder && lock.importers.is_empty();
        (is_its_own && !lock.packages.is_empty()).then_some(Self {
            lock,
            manifest,
            importer,
        })
    }

    /// What is wrong with what the lock file holds for a requirement.
    fn complaint(&self, requirement: &Requirement) -> Option<String> {
        let is_registered = matches!(
            requirement.specifier,
            Specifier::Exact | Specifier::Bounded | Specifier::Open
        );
        // An alias is locked under another name; what only some platforms need may be left out.
        let is_certain = !requirement.text.starts_with("npm:") && !requirement.text.contains(';');
        if !is_registered || !is_certain {
            return None;
        }
        let found = self.found(requirement);
        if found.is_empty() {
            return Some(format!("`{}` is not in it", requirement.name));
        }
        let ecosystem = self.manifest.ecosystem();
        let takes = |package: &&Package| requirement.takes(ecosystem, &package.version);
        let is_refused = found.iter().all(|package| takes(package) == Some(false));
        let first = found.first().filter(|_| is_refused)?;
        (!self.manifest.has_overrides).then(|| {
            format!(
                "it has `{}` {}, and {} is asked for",
                requirement.name,
                first.version,
                asked(requirement)
            )
        })
    }

    /// The packages that it may hold for a requirement.
    fn found(&self, requirement: &Requirement) -> Vec<&'a Package> {
        let ecosystem = self.manifest.ecosystem();
        let name = ecosystem.normal_name(&requirement.name);
        let is_named = |other: &str| ecosystem.normal_name(other) == name;
        if let Some(importer) = self.importer {
            let wants = importer.wants.iter().filter(|want| is_named(&want.name));
            let gets = wants.filter_map(|want| self.lock.packages.get(want.gets? as usize));
            let gets: Vec<&Package> = gets.collect();
            if !gets.is_empty() {
                return gets;
            }
        }
        let packages = self.lock.packages.iter();
        packages.filter(|package| is_named(&package.name)).collect()
    }
}

fn asked(requirement: &Requirement) -> String {
    match requirement.text.as_str() {
        text if text.starts_with(requirement.name.as_str()) => format!("`{text}`"),
        text => format!("`{} {text}`", requirement.name),
    }
}

/// One finding for each lock file, at the first package without a hash.
fn without_integrity(lock: &Lock) -> Option<Finding> {
    let has_hashes = matches!(
        lock.kind,
        LockKind::Npm
            | LockKind::Yarn
            | LockKind::Pnpm
            | LockKind::Bun
            | LockKind::PythonToml
            | LockKind::Pipfile
    );
    if !has_hashes {
        return None;
    }
    let is_registered =
        |package: &&Package| package.origin == Origin::Registry && !package.version.is_empty();
    let all = lock.packages.iter().filter(is_registered);
    let bare: Vec<&Package> = all
        .clone()
        .filter(|package| !package.has_integrity)
        .collect();
    let first = bare.first()?;
    let names: Vec<&str> = bare.iter().map(|package| package.name.as_str()).collect();
    let message = match all.count() {
        1 => format!("`{}` holds no hash of the only package in it", lock.path),
        count => format!(
            "`{}` holds no hash of {} of its {count} packages: {}",
            lock.path,
            bare.len(),
            words::list(&names)
        ),
    };
    Some(
        Finding::new(&NO_INTEGRITY, first.place, message)
            .score(Impact::Limited, Reach::Tenant)
            .fix("Make the lock file anew with a current version of the package manager, which writes the hash of each package down")
            .subject(lock.path.to_string()),
    )
}
