//! Path aliases of TypeScript's and JavaScript's project files: `compilerOptions.paths` and `baseUrl` of `tsconfig*.json` and
//! `jsconfig*.json`, which may hold comments. They tell the program which module `@lib/orders` is.

use std::collections::BTreeMap;

use base::{Budget, Code, Diagnostic, Diagnostics, RelPath, System};
use ir::Program;
use serde::Deserialize;

/// A project file, as far as it says where modules are.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ProjectFile {
    compiler_options: Options,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Options {
    base_url: Option<String>,
    paths: BTreeMap<String, Vec<String>>,
}

/// One alias: modules below the directory that name the pattern mean the target.
struct Alias {
    scope: RelPath,
    pattern: String,
    target: String,
}

/// Adds the aliases of all project files to the program.
pub(crate) fn add(
    program: &mut Program,
    system: &dyn System,
    budget: &Budget,
    diagnostics: &mut Diagnostics,
) {
    let mut aliases = Vec::new();
    for entry in system.files() {
        if !is_project_file(&entry.path) || budget.template_bytes < entry.size {
            continue;
        }
        let Ok(mut text) = system.read(&entry.path) else {
            continue;
        };
        match parse(&mut text) {
            Ok(file) => aliases.extend(of_file(&entry.path.parent(), file.compiler_options)),
            Err(error) => diagnostics.push(Diagnostic {
                path: entry.path.clone(),
                place: None,
                code: Code::MalformedDocument,
                message: format!("{error}, so its path aliases are not known"),
            }),
        }
    }
    // The nearest file decides, and in it the longest pattern.
    aliases.sort_by_key(|alias| {
        let depth = alias.scope.segments().count();
        let known = alias.pattern.split('*').next().unwrap_or_default().len();
        std::cmp::Reverse((depth, !alias.pattern.contains('*'), known))
    });
    for alias in aliases {
        program.add_alias(alias.scope, &alias.pattern, &alias.target);
    }
}

fn is_project_file(path: &RelPath) -> bool {
    let name = path.file_name();
    let is_named_so = name.starts_with("tsconfig") || name.starts_with("jsconfig");
    is_named_so && path.extension() == "json" && !path.segments().any(|it| it == "node_modules")
}

fn parse(text: &mut str) -> Result<ProjectFile, serde_json::Error> {
    json_strip_comments::strip(text).map_err(serde::de::Error::custom)?;
    serde_json::from_str(text)
}

fn of_file(directory: &RelPath, options: Options) -> Vec<Alias> {
    let base = options.base_url.as_deref().unwrap_or(".");
    let alias = |pattern: &str, target: &str| Alias {
        scope: directory.clone(),
        pattern: pattern.to_owned(),
        target: format!("{base}/{target}"),
    };
    let paths = options.paths.iter();
    let mut aliases: Vec<Alias> = paths
        .flat_map(|(pattern, targets)| targets.iter().map(move |target| (pattern, target)))
        .map(|(pattern, target)| alias(pattern, target))
        .collect();
    // With a base, every module below it has a name from there.
    if options.base_url.is_some() {
        aliases.push(alias("*", "*"));
    }
    aliases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn project_files_may_have_comments() {
        let mut text = r#"{
            // what the compiler does
            "compilerOptions": {
                "baseUrl": "src", /* from here */
                "paths": { "@lib/*": ["lib/*", "shared/*"], "@db": ["db/index"], },
            },
        }"#
        .to_owned();
        let file = parse(&mut text).unwrap();
        let aliases = of_file(&RelPath::root(), file.compiler_options);
        let shown: Vec<String> = aliases
            .iter()
            .map(|alias| format!("{} {}", alias.pattern, alias.target))
            .collect();
        assert_eq!(
            shown,
            [
                "@db src/db/index",
                "@lib/* src/lib/*",
                "@lib/* src/shared/*",
                "* src/*"
            ]
        );
    }
}
