//! SAS-6: packages that a function ships and does not need: what no code imports, what the runtime has anyway, what is for work on
//! the project only. Each is code that may be attacked, and that somebody must keep up to date.
//!
//! Nothing is said where a bundler decides what is deployed, nor of packages that come from above a function's code. A package is
//! called unused only where all code beside the manifest was read and none of it imports it.

use super::{imports_of, is_in_runtime, packages};
use crate::family::{Family, Input};
use crate::words;
use app::{Code, Function, FunctionId};
use base::{Name, RelPath, Set};
use deps::{Ecosystem, Manifest, ManifestKind, Requirement, Specifier, modules};
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use ir::Language;
use knowledge::Packages;

pub(super) const FAMILY: Family = Family {
    rules: || vec![UNUSED, DUPLICATE, DEVELOPMENT],
    check,
};

const UNUSED: RuleInfo = RuleInfo {
    name: "sas6/unused-dependency",
    title: "A function ships a package that its code does not import",
    page: include_str!("../../docs/sas6/unused-dependency.md"),
    cwe: 1164,
};

const DUPLICATE: RuleInfo = RuleInfo {
    name: "sas6/duplicate-of-runtime",
    title: "A function ships the SDK that its runtime has",
    page: include_str!("../../docs/sas6/duplicate-of-runtime.md"),
    cwe: 1041,
};

const DEVELOPMENT: RuleInfo = RuleInfo {
    name: "sas6/dev-dependency-shipped",
    title: "A function ships tools for work on the project",
    page: include_str!("../../docs/sas6/dev-dependency-shipped.md"),
    cwe: 1164,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (manifest, functions) in input.takers.manifests() {
        let Some(shipped) = Shipped::new(input, manifest, functions) else {
            continue;
        };
        let tools = shipped.tools();
        let in_runtime = shipped.in_runtime();
        let unused: Vec<&Requirement> = shipped
            .unused()
            .into_iter()
            .filter(|it| !tools.contains(it) && !in_runtime.contains(it))
            .collect();
        let found = [
            shipped.development(&tools),
            shipped.duplicate(&in_runtime),
            shipped.unused_finding(&unused),
        ];
        let names = input.model.function_names(&shipped.functions);
        let found = found.into_iter().flatten();
        findings.extend(found.map(|finding| finding.functions(names.iter().cloned())));
    }
    findings
}

/// A manifest, and the functions that are deployed with all that it names.
struct Shipped<'a> {
    input: Input<'a>,
    manifest: &'a Manifest,
    known: &'a Packages,
    functions: Vec<FunctionId>,
}

impl<'a> Shipped<'a> {
    fn new(input: &Input<'a>, manifest: &'a Manifest, functions: Vec<FunctionId>) -> Option<Self> {
        let known = packages(input, manifest.ecosystem());
        let folder = manifest.path.parent();
        let functions: Vec<FunctionId> = functions
            .into_iter()
            .filter(|id| {
                let function = input.model.application.function(*id);
                function.is_some_and(|it| is_in_code_of(&folder, it) && !is_left_out(it))
            })
            .collect();
        let is_bundled = manifest.all().any(|it| known.bundlers.has(&it.name))
            || functions.iter().any(|id| has_bundler(input, *id));
        (!functions.is_empty() && !is_bundled).then_some(Self {
            input: *input,
            manifest,
            known,
            functions,
        })
    }

    /// What the manifest takes from a registry, by its registry's form of the name.
    fn that(&self, is_meant: impl Fn(&str) -> bool) -> Vec<&'a Requirement> {
        let ecosystem = self.manifest.ecosystem();
        let requirements = self.manifest.requirements.iter();
        requirements
            .filter(|it| !matches!(it.specifier, Specifier::Local | Specifier::Unknown))
            .filter(|it| is_meant(&ecosystem.normal_name(&it.name)))
            .collect()
    }

    /// Tools for work on the project, which its code does not import.
    fn tools(&self) -> Vec<&'a Requirement> {
        let mut tools = self.that(|name| self.known.tools.has(name));
        if !tools.is_empty() {
            let imports = self.imports_beside();
            tools.retain(|tool| !self.is_imported(&tool.name, &imports));
        }
        tools
    }

    /// What the code beside the manifest and below imports, whoever runs it.
    fn imports_beside(&self) -> Vec<&'a Name> {
        let folder = self.manifest.path.parent();
        let program = &self.input.model.program;
        program
            .modules_in(&folder)
            .flat_map(|(_, _, module)| module.imports.iter().map(|import| &import.module))
            .collect()
    }

    fn is_imported(&self, name: &str, imports: &[&Name]) -> bool {
        let ecosystem = self.manifest.ecosystem();
        let mut imports = imports.iter();
        imports.any(|import| modules::is_of(ecosystem, name, import))
    }

    /// The platform's SDK, where the runtimes of all functions bring it along. Who names one version wants that one.
    fn in_runtime(&self) -> Vec<&'a Requirement> {
        let application = &self.input.model.application;
        let runtimes = self.functions.iter().map(|id| {
            let function = application.function(*id);
            function.and_then(|it| it.runtime.known())
        });
        let Some(runtimes) = runtimes.collect::<Option<Vec<&Name>>>() else {
            return Vec::new();
        };
        let mut found = self.that(|name| {
            let mut runtimes = runtimes.iter();
            runtimes.all(|runtime| self.known.is_sdk_of(runtime, name))
        });
        found.retain(|it| it.specifier != Specifier::Exact);
        found
    }

    /// What nothing beside the manifest imports.
    fn unused(&self) -> Vec<&'a Requirement> {
        if self.is_complete_list() {
            return Vec::new();
        }
        let imports = self.imports_beside();
        let mut found =
            self.that(|name| !self.known.silent.has(name) && !self.is_imported(name, &imports));
        if found.is_empty() {
            return found;
        }
        let ecosystem = self.manifest.ecosystem();
        let requirements = self.manifest.requirements.iter();
        let names: Vec<&str> = requirements.map(|it| it.name.as_str()).collect();
        let imports = imports_of(self.input.model, &self.functions, |it| {
            is_read_by(it.language, ecosystem)
        });
        let is_provided = |import: &str| is_in_runtime(self.known, ecosystem, import);
        let unused = imports
            .and_then(|imports| modules::unused(ecosystem, &names, imports.iter(), is_provided));
        let Some(unused) = unused else {
            return Vec::new();
        };
        let unused: Set<&str> = unused.into_iter().collect();
        let used = names.iter().filter(|name| !unused.contains(*name));
        let used: Set<&str> = used.copied().collect();
        let asked_for = self.asked_for_by_others();
        found.retain(|it| {
            let name = ecosystem.normal_name(&it.name);
            let mut parts = name.split(['-', '/', '@']);
            // One that is named like an addition to another that is in use: `pino-pretty`.
            let is_addition = parts.any(|part| part != name && used.contains(part));
            unused.contains(it.name.as_str()) && !is_addition && !asked_for.contains(&*name)
        });
        found
    }

    /// A longer list of exact versions is most often all that was installed, with what each package brings along.
    fn is_complete_list(&self) -> bool {
        const FEW: usize = 6;
        let requirements = &self.manifest.requirements;
        let exact = requirements
            .iter()
            .filter(|it| it.specifier == Specifier::Exact);
        self.manifest.kind == ManifestKind::Requirements
            && FEW < requirements.len()
            && requirements.len() <= exact.count() + 1
    }

    /// The packages that others of the lock file need.
    fn asked_for_by_others(&self) -> Set<&'a str> {
        let inventory = self.input.inventory;
        let folder = self.manifest.path.parent();
        let bundles = inventory.bundles_in(&folder).iter();
        let locks = bundles.filter_map(|bundle| inventory.locks.get(bundle.lock?));
        let needs = locks.flat_map(|lock| {
            lock.foreign().flat_map(|other| {
                let needs = other.needs.iter();
                let needed = needs.filter_map(|at| lock.packages.get(*at as usize));
                needed.filter(|package| package.name != other.name)
            })
        });
        needs.map(|package| package.name.as_str()).collect()
    }

    fn unused_finding(&self, unused: &[&Requirement]) -> Option<Finding> {
        let message = format!(
            "{} of `{}` {} shipped, and no code beside it imports {}",
            named(unused),
            self.manifest.path,
            is_or_are(unused),
            it_or_them(unused)
        );
        let finding = self.finding(&UNUSED, unused, message)?;
        Some(finding.confidence(Confidence::Medium).fix(format!(
            "Remove {} from `{}`",
            it_or_them(unused),
            self.manifest.path
        )))
    }

    fn duplicate(&self, duplicates: &[&Requirement]) -> Option<Finding> {
        let message = format!(
            "{} of `{}` {} shipped, though the runtime brings {} along and keeps {} up to date",
            named(duplicates),
            self.manifest.path,
            is_or_are(duplicates),
            it_or_them(duplicates),
            it_or_them(duplicates)
        );
        let finding = self.finding(&DUPLICATE, duplicates, message)?;
        Some(finding.fix("Leave it to the runtime, or name the one version that is needed"))
    }

    fn development(&self, tools: &[&Requirement]) -> Option<Finding> {
        let message = format!(
            "{} of `{}` {} shipped, and {} for work on the project only",
            named(tools),
            self.manifest.path,
            is_or_are(tools),
            is_or_are(tools)
        );
        let finding = self.finding(&DEVELOPMENT, tools, message)?;
        let fix = match self.manifest.kind {
            ManifestKind::PackageJson => "Move it to `devDependencies`",
            ManifestKind::Requirements => "Move it to a requirements file of its own",
            ManifestKind::Pipfile => "Move it to `[dev-packages]`",
            ManifestKind::Pyproject => "Move it to a dependency group",
        };
        Some(finding.fix(fix))
    }

    /// A finding at the first of these, with the others as its evidence.
    fn finding(&self, rule: &RuleInfo, about: &[&Requirement], message: String) -> Option<Finding> {
        let first = about.first()?;
        let mut finding = Finding::new(rule, first.place, message)
            .score(Impact::Hygiene, Reach::Tenant)
            .subject(self.manifest.path.to_string());
        for requirement in about.iter().skip(1) {
            let message = format!("`{}` as well", requirement.name);
            finding = finding.step(StepKind::Config, requirement.place, message);
        }
        Some(finding)
    }
}

/// Whether a folder is deployed as part of a function's code. Without a template nobody knows what is.
fn is_in_code_of(folder: &RelPath, function: &Function) -> bool {
    match function.code.known() {
        _ if function.resource.is_none() => false,
        Some(Code::Directory(root)) => folder.is_within(root),
        Some(Code::Inline(_) | Code::Image(_)) | None => false,
    }
}

/// Whether code in a language loads packages of a registry.
fn is_read_by(language: Language, ecosystem: Ecosystem) -> bool {
    match language {
        Language::Python => ecosystem == Ecosystem::PyPI,
        Language::JavaScript => ecosystem == Ecosystem::Npm,
    }
}

/// Whether the packaging of a function leaves its packages out, or takes only what it names.
fn is_left_out(function: &Function) -> bool {
    function.is_bundled
        || function.package_patterns.iter().any(|(pattern, _)| {
            pattern.starts_with('!') && (pattern.contains("node_modules") || pattern.contains("**"))
        })
}

fn has_bundler(input: &Input<'_>, function: FunctionId) -> bool {
    let application = &input.model.application;
    let function = application.function(function);
    let stack = function.and_then(|function| application.stack(function.stack));
    let known = &input.model.knowledge.packages("npm").bundlers;
    stack.is_some_and(|stack| stack.plugins.iter().any(|plugin| known.has(plugin)))
}

fn named(requirements: &[&Requirement]) -> String {
    let names: Vec<&str> = requirements.iter().map(|it| it.name.as_str()).collect();
    words::list(&names)
}

fn is_or_are(requirements: &[&Requirement]) -> &'static str {
    if requirements.len() == 1 { "is" } else { "are" }
}

fn it_or_them(requirements: &[&Requirement]) -> &'static str {
    if requirements.len() == 1 {
        "it"
    } else {
        "them"
    }
}
