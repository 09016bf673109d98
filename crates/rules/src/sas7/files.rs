//! SAS-7: secrets that stand in templates, in code and in other files, and `.env` files that are packaged.

use crate::family::{Family, Input};
use app::FunctionId;
use base::{Name, Place, RelPath};
use detect::{Secret, SecretFile, SecretKind};
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};

pub(super) const FAMILY: Family = Family {
    rules: || vec![TEMPLATE, CODE, PACKAGED],
    check,
};

pub(super) const TEMPLATE: RuleInfo = RuleInfo {
    name: "sas7/secret-in-template",
    title: "A template holds a secret",
    page: include_str!("../../docs/sas7/secret-in-template.md"),
    cwe: 798,
};

pub(super) const CODE: RuleInfo = RuleInfo {
    name: "sas7/secret-in-code",
    title: "Code or another file of the project holds a secret",
    page: include_str!("../../docs/sas7/secret-in-code.md"),
    cwe: 798,
};

const PACKAGED: RuleInfo = RuleInfo {
    name: "sas7/env-file-packaged",
    title: "A file of environment variables with secrets is deployed with the code",
    page: include_str!("../../docs/sas7/env-file-packaged.md"),
    cwe: 538,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in input.secrets.iter().filter(|file| file.commit.is_none()) {
        if input.templates.binary_search(&file.path).is_ok() {
            findings.extend(in_template(input, file));
        } else if let Some(functions) = packaged_with(input, file) {
            findings.extend(packaged(input, file, &functions));
        } else {
            findings.extend(in_file(input, file));
        }
    }
    findings
}

/// Secrets of a template, other than those in a function's environment, which another rule is about.
fn in_template(input: &Input<'_>, file: &SecretFile) -> Vec<Finding> {
    let model = input.model;
    let in_environment = |secret: &Secret| {
        let place = Place::new(file.file, secret.span);
        model.application.functions().any(|(_, function)| {
            function.environment.variables.iter().any(|variable| {
                let value = variable.value.place;
                value.file == place.file && value.span.contains(place.span)
            })
        })
    };
    let secrets = file.secrets.iter().filter(|secret| !in_environment(secret));
    secrets
        .map(|secret| {
            let functions = functions_holding(input, secret);
            let is_example = detect::is_example(&file.path);
            super::finding(model, &TEMPLATE, file.file, secret, is_example, &functions)
            .confidence(confidence(secret, is_example))
            .fix("Move it to Secrets Manager or an SSM SecureString, refer to it by name, and replace the leaked one")
        })
        .collect()
}

/// The functions one of whose variables has this very secret as its value.
fn functions_holding(input: &Input<'_>, secret: &Secret) -> Vec<FunctionId> {
    let functions = input.model.application.functions();
    let holding = functions.filter(|(_, function)| {
        function.environment.variables.iter().any(|variable| {
            variable
                .value
                .as_name()
                .is_some_and(|value| secret.is(&value))
        })
    });
    holding.map(|(id, _)| id).collect()
}

/// Secrets of code and of other files, each once. What is merely called a secret counts in files that are deployed or configure, not in
/// examples.
fn in_file(input: &Input<'_>, file: &SecretFile) -> Vec<Finding> {
    let is_example = detect::is_example(&file.path);
    let functions: Vec<FunctionId> = if is_example {
        Vec::new()
    } else {
        input.model.functions_shipping(&file.path)
    };
    let counts = |secret: &&Secret| !is_example || matches!(secret.kind, SecretKind::Format { .. });
    let mut known: Vec<(u64, Finding)> = Vec::new();
    for secret in file.secrets.iter().filter(counts) {
        let place = Place::new(file.file, secret.span);
        let mut others = known.iter_mut();
        if let Some((_, finding)) = others.find(|(digest, _)| *digest == secret.digest()) {
            finding.evidence.push(finding::Step {
                kind: StepKind::Config,
                place,
                message: "it stands here as well".to_owned(),
            });
            continue;
        }
        let finding = super::finding(input.model, &CODE, file.file, secret, is_example, &functions)
            .confidence(confidence(secret, is_example))
            .fix("Read it from Secrets Manager or an SSM SecureString at start, and replace the leaked one");
        known.push((secret.digest(), finding));
    }
    known.into_iter().map(|(_, finding)| finding).collect()
}

/// What proves itself is one wherever it stands; what else stands in an example was probably made up.
pub(super) fn confidence(secret: &Secret, is_example: bool) -> Confidence {
    match secret.kind {
        SecretKind::Format {
            is_proven: true, ..
        } => Confidence::High,
        _ if is_example => Confidence::Low,
        SecretKind::Format { .. } => Confidence::High,
        SecretKind::Named { .. } => Confidence::Medium,
    }
}

/// The functions whose package takes a `.env` file along; nothing for other files and where none does.
fn packaged_with(input: &Input<'_>, file: &SecretFile) -> Option<Vec<FunctionId>> {
    let name = file.path.file_name();
    let is_environment = name == ".env" || name.starts_with(".env.");
    if !is_environment || detect::is_example(&file.path) {
        return None;
    }
    let model = input.model;
    let has_template = |id: &FunctionId| {
        model
            .application
            .function(*id)
            .is_some_and(|function| function.resource.is_some())
    };
    let functions: Vec<FunctionId> = model
        .functions_shipping(&file.path)
        .into_iter()
        .filter(has_template)
        .filter(|id| !is_excluded(input, *id, &file.path))
        .collect();
    (!functions.is_empty()).then_some(functions)
}

/// Whether the packaging patterns of a function leave a file out: the last one that matches it decides.
fn is_excluded(input: &Input<'_>, function: FunctionId, path: &RelPath) -> bool {
    let Some(function) = input.model.application.function(function) else {
        return false;
    };
    let root = match function.code.known() {
        Some(app::Code::Directory(root)) => root.as_str(),
        _ => "",
    };
    let inside = path.as_str().strip_prefix(root).unwrap_or(path.as_str());
    let inside = inside.trim_start_matches('/');
    let mut is_excluded = false;
    for (pattern, _) in &function.package_patterns {
        let (excludes, glob) = match pattern.strip_prefix('!') {
            Some(glob) => (true, glob),
            None => (false, pattern.as_str()),
        };
        if matches(glob.trim_start_matches("./"), inside) {
            is_excluded = excludes;
        }
    }
    is_excluded
}

/// Whether a glob of packaging patterns matches a path: `*` within a name, `**` across folders.
fn matches(glob: &str, path: &str) -> bool {
    let glob: Vec<&str> = glob.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    match_segments(&glob, &path)
}

fn match_segments(glob: &[&str], path: &[&str]) -> bool {
    match (glob.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), Some((_, below))) => {
            match_segments(rest, path) || match_segments(glob, below) || rest.is_empty()
        }
        (Some((&"**", rest)), None) => rest.is_empty(),
        (Some((segment, rest)), Some((name, below))) => {
            match_name(segment, name) && match_segments(rest, below)
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

fn match_name(glob: &str, name: &str) -> bool {
    let mut pieces = glob.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else {
        return rest.is_empty();
    };
    for piece in pieces {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn packaged(input: &Input<'_>, file: &SecretFile, functions: &[FunctionId]) -> Option<Finding> {
    let names: Vec<Name> = input.model.function_names(functions);
    let first = file.secrets.first()?;
    let place = Place::new(file.file, first.span);
    let count = match file.secrets.len() {
        1 => "a secret".to_owned(),
        count => format!("{count} secrets"),
    };
    let message = format!(
        "`{}` holds {count} and is deployed with the code of {}",
        file.path,
        of_functions(&names)
    );
    let mut finding = Finding::new(&PACKAGED, place, message)
        .score(Impact::Serious, Reach::Authenticated)
        .functions(names)
        .fix("Exclude `.env*` from the package and keep the secrets in Secrets Manager or SSM SecureStrings")
        .subject(file.path.to_string())
        .secret(first.digest());
    for secret in &file.secrets {
        let place = Place::new(file.file, secret.span);
        finding = finding.step(StepKind::Config, place, super::describe(secret));
    }
    Some(finding)
}

/// `function a`, `3 functions`.
fn of_functions(names: &[Name]) -> String {
    match names {
        [one] => format!("function `{one}`"),
        several => format!("{} functions", several.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packaging_patterns_match_like_globs() {
        for (glob, path) in [
            ("**", "a/b/.env"),
            (".env*", ".env.prod"),
            ("**/.env", "a/.env"),
            ("**/.env", ".env"),
            ("src/**", "src/a/.env"),
            ("*/.env", "a/.env"),
        ] {
            assert!(matches(glob, path), "{glob} {path}");
        }
        for (glob, path) in [(".env", "a/.env"), ("src/**", ".env"), ("*.js", ".env")] {
            assert!(!matches(glob, path), "{glob} {path}");
        }
    }
}
