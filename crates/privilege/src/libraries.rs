//! The packages of others that a function's code uses: what they call is not seen.

use std::collections::BTreeSet;

use app::FunctionId;
use base::{Name, RelPath};
use ir::{Language, ModuleId};
use link::Model;

/// The packages that the modules import which run for the function, but those that are known to call nothing by themselves.
pub(crate) fn used(model: &Model<'_>, function: FunctionId) -> Vec<Name> {
    let analyses = model.analyses_of(function);
    let modules: BTreeSet<ModuleId> = analyses
        .flat_map(|analysis| &analysis.facts.functions)
        .map(|function| function.module)
        .collect();
    let mut packages: BTreeSet<Name> = BTreeSet::new();
    for id in modules {
        let (Some(module), Some(path)) = (model.program.module(id), model.program.path(id)) else {
            continue;
        };
        let silent = model.knowledge.needs.silent.get(module.language.as_str());
        let roots = [path.parent(), RelPath::root()];
        for import in &module.imports {
            let package = match SIGNERS.iter().find(|signer| **signer == import.module) {
                Some(signer) => signer,
                None => package(module.language, &import.module),
            };
            let is_silent = silent.is_some_and(|silent| silent.contains(package));
            let is_own = || model.program.resolve(id, &import.module, &roots).is_some();
            if !is_silent && !is_sdk(package) && !package.is_empty() && !is_own() {
                packages.insert(package.into());
            }
        }
    }
    packages.into_iter().collect()
}

/// The package that an import takes something of; nothing for a file of the project.
fn package(language: Language, module: &str) -> &str {
    match language {
        Language::Python => module.split('.').next().unwrap_or_default(),
        Language::JavaScript => {
            let module = module.strip_prefix("node:").unwrap_or(module);
            if module.starts_with(['.', '/']) {
                return "";
            }
            let names = if module.starts_with('@') { 2 } else { 1 };
            let end = module.match_indices('/').nth(names - 1);
            end.and_then(|(end, _)| module.get(..end)).unwrap_or(module)
        }
    }
}

/// Whether a package is of the SDKs, whose calls are seen. With what signs requests, any service can be called.
fn is_sdk(package: &str) -> bool {
    const STARTS: [&str; 4] = ["@aws-sdk/", "@smithy/", "mypy_boto3_", "types_boto3"];
    STARTS.iter().any(|start| package.starts_with(start)) && !package.ends_with("/signature-v4")
}

/// Modules of the SDK for Python that sign requests.
const SIGNERS: [&str; 3] = ["botocore.auth", "botocore.awsrequest", "botocore.signers"];

#[cfg(test)]
mod tests {
    use super::package;
    use ir::Language::{JavaScript, Python};

    #[test]
    fn packages_are_told_from_what_is_in_them() {
        for (language, written, expected) in [
            (
                Python,
                "aws_lambda_powertools.utilities",
                "aws_lambda_powertools",
            ),
            (Python, ".models", ""),
            (JavaScript, "node:fs/promises", "fs"),
            (JavaScript, "@middy/core/x", "@middy/core"),
            (JavaScript, "lodash/get", "lodash"),
            (JavaScript, "./util", ""),
        ] {
            assert_eq!(package(language, written), expected, "{written}");
        }
    }
}
