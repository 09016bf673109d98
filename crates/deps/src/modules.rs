//! Which package an import of the code means.
//!
//! In JavaScript an import starts with the package's name. In Python a package may call its modules as it likes: most are called
//! like the package, others stand in `data/python-modules.txt`.

use std::sync::LazyLock;

use base::{Map, Name, Set};

use crate::Ecosystem;

/// The modules of each package that calls them otherwise than itself.
static PYTHON_MODULES: LazyLock<Map<&str, Vec<&str>>> = LazyLock::new(|| {
    let rows = rows(include_str!("../data/python-modules.txt"));
    let parted = rows.filter_map(|row| row.split_once(' '));
    parted
        .map(|(package, modules)| (package, modules.split(' ').collect()))
        .collect()
});
static PYTHON_LIBRARY: LazyLock<Set<&str>> =
    LazyLock::new(|| rows(include_str!("../data/python-standard-library.txt")).collect());

/// Whether an import, as written in the code, loads something of a package.
#[must_use]
pub fn is_of(ecosystem: Ecosystem, package: &str, import: &str) -> bool {
    match ecosystem {
        Ecosystem::Npm => {
            let typed = package
                .strip_prefix("@types/")
                .map(|name| name.replace("__", "/"));
            let starts = |name: &str| {
                let rest = import
                    .strip_prefix(name)
                    .or_else(|| import.strip_prefix('@')?.strip_prefix(name));
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            starts(package) || typed.is_some_and(|name| starts(&name))
        }
        Ecosystem::PyPI => {
            let package = ecosystem.normal_name(package);
            match PYTHON_MODULES.get(&*package) {
                Some(modules) => modules.iter().any(|module| is_within(import, module)),
                None => {
                    let import = ecosystem.normal_name(import);
                    let rest = import.strip_prefix(&package);
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
                }
            }
        }
        _ => false,
    }
}

/// Whether an import is part of the language.
#[must_use]
pub fn is_built_in(ecosystem: Ecosystem, import: &str) -> bool {
    match ecosystem {
        Ecosystem::PyPI => {
            let first = import.split('.').next().unwrap_or_default();
            first.starts_with('_') || PYTHON_LIBRARY.contains(first)
        }
        Ecosystem::Npm => import.starts_with("node:"),
        _ => false,
    }
}

/// Of these packages, those that none of the imports loads. Nothing where that cannot be known: an import that no package
/// explains may be that of any.
#[must_use]
pub fn unused<'a, 'i>(
    ecosystem: Ecosystem,
    packages: &[&'a str],
    imports: impl Iterator<Item = &'i Name> + Clone,
    is_provided: impl Fn(&str) -> bool,
) -> Option<Vec<&'a str>> {
    if ecosystem == Ecosystem::PyPI {
        let mut unexplained = imports.clone().filter(|import| {
            !is_built_in(ecosystem, import)
                && !is_provided(import)
                && !packages
                    .iter()
                    .any(|package| is_of(ecosystem, package, import))
        });
        if unexplained.next().is_some() {
            return None;
        }
    }
    let packages = packages.iter().copied();
    let unused = packages.filter(|package| {
        !imports
            .clone()
            .any(|import| is_of(ecosystem, package, import))
    });
    Some(unused.collect())
}

fn is_within(import: &str, module: &str) -> bool {
    // `from google.cloud import storage` names the namespace only.
    let inside = |whole: &str, part: &str| {
        let rest = whole.strip_prefix(part);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    inside(import, module) || inside(module, import)
}

fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_name_their_packages() {
        for (ecosystem, package, import, expected) in [
            (Ecosystem::Npm, "lodash", "lodash/fp", true),
            (Ecosystem::Npm, "lodash", "lodash-es", false),
            (
                Ecosystem::Npm,
                "@aws-sdk/client-s3",
                "@aws-sdk/client-s3",
                true,
            ),
            (Ecosystem::PyPI, "PyYAML", "yaml", true),
            (Ecosystem::PyPI, "PyYAML", "pyyaml", false),
            (Ecosystem::PyPI, "aws-xray-sdk", "aws_xray_sdk.core", true),
            (
                Ecosystem::PyPI,
                "google-cloud-storage",
                "google.cloud",
                true,
            ),
            (
                Ecosystem::PyPI,
                "google-cloud-storage",
                "google.auth",
                false,
            ),
            (Ecosystem::PyPI, "requests", "requests_toolbelt", true),
            (Ecosystem::PyPI, "requests", "urllib3", false),
        ] {
            assert_eq!(
                is_of(ecosystem, package, import),
                expected,
                "{package} {import}"
            );
        }
    }

    #[test]
    fn an_import_that_nothing_explains_may_be_that_of_any_package() {
        let imports: Vec<Name> = ["json", "boto3", "yaml"].map(Name::from).to_vec();
        let is_provided = |import: &str| import == "boto3";
        let of = |packages: &[&'static str], imports: &[Name]| {
            let unused = unused(Ecosystem::PyPI, packages, imports.iter(), is_provided);
            unused.map(|it| it.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(
            of(&["PyYAML", "requests"], &imports),
            Some(vec!["requests".to_owned()])
        );
        assert_eq!(of(&["requests"], &imports), None);
    }
}
