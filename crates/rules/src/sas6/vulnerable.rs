//! SAS-6: packages with known vulnerabilities, and packages that were made to do harm.
//!
//! One finding for each release of a package in each lock file, whatever the number of its advisories: one update mends them all.
//! A package that comes along through another is reported with the way it comes. Where the code of every function that takes it
//! along was found, and none imports it or what brings it, it is one step less bad, and the finding says so.

use super::called;
use crate::family::{Family, Input};
use app::FunctionId;
use base::Set;
use deps::osv::{Rating, Vulnerability};
use deps::{Bundle, Lock, Package, modules};
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use std::collections::BTreeMap;

pub(super) const FAMILY: Family = Family {
    rules: || vec![VULNERABLE],
    check,
};

/// The rule about known vulnerabilities, which a bill of materials speaks of too.
pub const VULNERABLE_DEPENDENCY: &str = "sas6/known-vulnerable-dependency";

const VULNERABLE: RuleInfo = RuleInfo {
    name: VULNERABLE_DEPENDENCY,
    title: "A function ships a package with a known vulnerability",
    page: include_str!("../../docs/sas6/known-vulnerable-dependency.md"),
    cwe: 1395,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    // The functions that ship each package, by lock file and package.
    let mut shipping: BTreeMap<(usize, u32), Shipped> = BTreeMap::new();
    for bundle in &input.inventory.bundles {
        let Some((at, lock)) = lock_of(input, bundle) else {
            continue;
        };
        let is_vulnerable = |at: &&u32| {
            let package = lock.packages.get(**at as usize);
            package.is_some_and(|package| !package.vulnerabilities.is_empty())
        };
        let vulnerable: Vec<u32> = bundle
            .packages
            .iter()
            .filter(is_vulnerable)
            .copied()
            .collect();
        if vulnerable.is_empty() {
            continue;
        }
        let functions = input.takers.of_bundle(bundle);
        if functions.is_empty() {
            continue;
        }
        let used = used(input, &functions, bundle, lock);
        for package in vulnerable {
            let shipped = shipping.entry((at, package)).or_default();
            shipped.functions.extend(&functions);
            shipped.is_unused &= used
                .as_ref()
                .is_some_and(|used| used.binary_search(&package).is_err());
        }
    }
    let findings = shipping
        .into_iter()
        .filter_map(|((lock, package), shipped)| {
            finding(input, input.inventory.locks.get(lock)?, package, shipped)
        });
    let mut seen = Set::default();
    let mut findings: Vec<Finding> = findings.collect();
    // A lock file and the requirements made from it name the same release: the first says it for both.
    findings.retain(|finding| {
        let key = (finding.subject.clone(), finding.functions.clone());
        seen.insert(key)
    });
    findings
}

struct Shipped {
    functions: Vec<FunctionId>,
    /// No function that ships it imports it.
    is_unused: bool,
}

impl Default for Shipped {
    fn default() -> Self {
        Self {
            functions: Vec::new(),
            is_unused: true,
        }
    }
}

fn lock_of<'a>(input: &Input<'a>, bundle: &Bundle) -> Option<(usize, &'a Lock)> {
    let at = bundle.lock?;
    Some((at, input.inventory.locks.get(at)?))
}

/// The packages of a bundle that these functions import, with all that those bring along; nothing where the code of one of them
/// is not known well enough.
fn used(
    input: &Input<'_>,
    functions: &[FunctionId],
    bundle: &Bundle,
    lock: &Lock,
) -> Option<Vec<u32>> {
    let manifest = bundle
        .manifest
        .and_then(|at| input.inventory.manifests.get(at))?;
    let names: Vec<&str> = manifest
        .requirements
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    let imports = super::imports_of(input.model, functions, |_| true)?;
    let packages = super::packages(input, bundle.ecosystem);
    let is_provided = |import: &str| super::is_in_runtime(packages, bundle.ecosystem, import);
    let unused = modules::unused(bundle.ecosystem, &names, imports.iter(), is_provided)?;
    let used = manifest
        .requirements
        .iter()
        .filter(|it| !unused.contains(&it.name.as_str()));
    let gets = |name: &str, range: &str| {
        let of_lock = lock.find(name, range);
        of_lock.or_else(|| {
            let mut packages = lock.packages.iter().zip(0..);
            let named = |package: &Package| {
                let normal = |name: &str| package.ecosystem.normal_name(name);
                normal(&package.name) == normal(name)
            };
            packages
                .find(|(package, _)| named(package))
                .map(|(_, at)| at)
        })
    };
    let mut from: Vec<u32> = used.filter_map(|it| gets(&it.name, &it.text)).collect();
    // What is imported without being asked for is there because something else brings it.
    let packages = lock.packages.iter().zip(0..);
    let imported = packages.filter(|(package, _)| {
        let mut imports = imports.iter();
        imports.any(|import| modules::is_of(package.ecosystem, &package.name, import))
    });
    from.extend(imported.map(|(_, at)| at));
    from.sort_unstable();
    from.dedup();
    // A list of versions says nothing of what needs what.
    let has_edges = lock
        .packages
        .iter()
        .any(|package| !package.needs.is_empty());
    let is_flat = !has_edges && from.len() < lock.packages.len();
    (!is_flat
        || lock
            .packages
            .iter()
            .all(|package| names.contains(&package.name.as_str())))
    .then(|| lock.closure(from))
}

fn finding(input: &Input<'_>, lock: &Lock, at: u32, shipped: Shipped) -> Option<Finding> {
    let package = lock.packages.get(at as usize)?;
    let worst = package.vulnerabilities.first()?;
    let mut functions = shipped.functions;
    functions.sort();
    functions.dedup();
    let exposure = functions
        .iter()
        .map(|function| input.model.exposure(*function))
        .max();
    let is_malicious = package
        .vulnerabilities
        .iter()
        .any(Vulnerability::is_malicious);
    let is_unused = shipped.is_unused && !is_malicious;
    let impact = impact(worst, is_malicious, is_unused);
    let mut message = format!(
        "`{}` {} {}",
        package.name,
        package.version,
        says(package, worst, is_malicious)
    );
    if is_unused {
        message.push_str("; no code of the functions that ship it imports it");
    }
    let exposure = exposure.unwrap_or(Reach::Tenant);
    let exposure = if is_malicious {
        Reach::Anonymous
    } else {
        exposure
    };
    let call = called::first(input, package, &functions);
    let mut finding = Finding::new(&VULNERABLE, package.place, message)
        .score(impact, exposure)
        .confidence(match (&call, is_unused) {
            (Some(_), _) => Confidence::High,
            (None, false) => Confidence::Medium,
            (None, true) => Confidence::Low,
        })
        .functions(input.model.function_names(&functions))
        .fix(fix(package, is_malicious))
        .subject(subject(package));
    for vulnerability in package.vulnerabilities.iter().take(MOST_STEPS) {
        finding = finding.step(StepKind::Config, package.place, line(vulnerability));
    }
    if let Some((place, path)) = call {
        let message = format!("`{path}` is called, which the advisory names");
        finding = finding.step(StepKind::Step, place, message);
    }
    for (parent, child) in way(lock, at) {
        let message = format!(
            "`{}` {} needs `{}`",
            parent.name, parent.version, child.name
        );
        finding = finding.step(StepKind::Config, parent.place, message);
    }
    Some(finding)
}

/// The most advisories that a finding lists.
const MOST_STEPS: usize = 12;

fn says(package: &Package, worst: &Vulnerability, is_malicious: bool) -> String {
    let name = worst.name();
    let summary = match worst.advisory.summary.as_str() {
        "" => String::new(),
        summary => format!(": {summary}"),
    };
    match (is_malicious, package.vulnerabilities.len()) {
        (true, _) => format!("was made to do harm ({name}){summary}"),
        (false, 1) => format!(
            "has a known vulnerability, {name} ({}){summary}",
            worst.advisory.rating.as_str()
        ),
        (false, count) => format!(
            "has {count} known vulnerabilities, the worst of them {name} ({}){summary}",
            worst.advisory.rating.as_str()
        ),
    }
}

fn line(vulnerability: &Vulnerability) -> String {
    let fixed = match &vulnerability.fixed_in {
        Some(version) => format!("fixed in {version}"),
        None => "not fixed in any release".to_owned(),
    };
    let advisory = &vulnerability.advisory;
    let id = match vulnerability.name() == &advisory.id {
        true => String::new(),
        false => format!(" ({})", advisory.id),
    };
    let summary = match advisory.summary.as_str() {
        "" => String::new(),
        summary => format!(": {summary}"),
    };
    format!(
        "{}{id}, {}, {fixed}{summary}",
        vulnerability.name(),
        advisory.rating.as_str()
    )
}

/// The release that has none of them, where each of them is fixed in one.
fn fix(package: &Package, is_malicious: bool) -> String {
    if is_malicious {
        return format!(
            "Remove `{}`, and change every secret that its functions could read",
            package.name
        );
    }
    let fixes = package
        .vulnerabilities
        .iter()
        .map(|it| it.fixed_in.as_ref());
    let mut highest = None;
    for fix in fixes {
        let Some(fix) = fix else {
            return format!(
                "Replace `{}`, or keep what is vulnerable in it away from data of others: not everything is fixed in a release",
                package.name
            );
        };
        let is_higher = highest.is_none_or(|known: &base::Name| {
            deps::version::compare(package.ecosystem, fix, known)
                == Some(std::cmp::Ordering::Greater)
        });
        if is_higher {
            highest = Some(fix);
        }
    }
    let version = highest.map_or("", |version| version.as_str());
    format!("Update `{}` to {version} or later", package.name)
}

fn impact(worst: &Vulnerability, is_malicious: bool, is_unused: bool) -> Impact {
    let impact = match worst.advisory.rating {
        _ if is_malicious => Impact::Full,
        Rating::Critical => Impact::Full,
        Rating::High => Impact::Serious,
        Rating::Medium | Rating::Unknown => Impact::Limited,
        Rating::Low => Impact::Hygiene,
    };
    match (impact, is_unused) {
        (Impact::Full, true) => Impact::Serious,
        (Impact::Serious, true) => Impact::Limited,
        (Impact::Limited, true) => Impact::Hygiene,
        (impact, _) => impact,
    }
}

/// The package with its advisories: one more advisory is another finding.
fn subject(package: &Package) -> String {
    let ids = package
        .vulnerabilities
        .iter()
        .map(|it| it.advisory.id.as_str());
    let mut ids: Vec<&str> = ids.collect();
    ids.sort_unstable();
    format!("{} {}", package.name, ids.join(" "))
}

/// How a package comes along, from what the project asks for: each package that needs the next, by the shortest way.
fn way(lock: &Lock, to: u32) -> Vec<(&Package, &Package)> {
    let mut from: BTreeMap<u32, u32> = BTreeMap::new();
    let direct = lock.packages.iter().zip(0..);
    let direct = direct.filter(|(package, _)| package.is_direct);
    let mut waiting: Vec<u32> = direct.map(|(_, at)| at).collect();
    if waiting.contains(&to) {
        return Vec::new();
    }
    let mut seen = waiting.clone();
    seen.sort_unstable();
    let mut next = 0;
    while let Some(at) = waiting.get(next).copied() {
        next += 1;
        let needs = lock.packages.get(at as usize).map(|package| &package.needs);
        for need in needs.into_iter().flatten() {
            if let Err(slot) = seen.binary_search(need) {
                seen.insert(slot, *need);
                from.insert(*need, at);
                waiting.push(*need);
            }
        }
    }
    let mut steps = Vec::new();
    let mut at = to;
    while let Some(parent) = from.get(&at) {
        let pair = (
            lock.packages.get(*parent as usize),
            lock.packages.get(at as usize),
        );
        if let (Some(parent), Some(child)) = pair {
            steps.push((parent, child));
        }
        at = *parent;
    }
    steps.reverse();
    steps
}
