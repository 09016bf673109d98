//! Path aliases of TypeScript's and JavaScript's project files: `compilerOptions.paths` and `baseUrl` of `tsconfig*.json` and
//! `jsconfig*.json`, which may hold comments and take settings over from other files of the project (`extends`). They tell
//! the program which module `@lib/orders` is.

use std::collections::BTreeMap;

use base::{Budget, Code, Diagnostic, Diagnostics, Map, RelPath, Set, System};
use ir::Program;
use serde::Deserialize;

/// From how many files a project file may take settings over.
const MOST_FILES: usize = 64;

/// A project file, as far as it says where modules are.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ProjectFile {
    extends: Extends,
    compiler_options: Options,
}

/// The files whose settings hold where the file says nothing; of several, the last one that says something decides.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Extends {
    One(String),
    Many(Vec<String>),
    /// Whatever else is written.
    Other(serde::de::IgnoredAny),
}

impl Default for Extends {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Extends {
    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(file) => std::slice::from_ref(file),
            Self::Many(files) => files,
            Self::Other(_) => &[],
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Options {
    base_url: Option<String>,
    paths: Option<BTreeMap<String, Vec<String>>>,
}

/// What holds for a project file once its own and inherited settings are put together.
#[derive(Clone, Debug, Default)]
struct Settings {
    /// The directory from which modules have names.
    base: Option<RelPath>,
    paths: BTreeMap<String, Vec<String>>,
    /// The directory of the file that states the paths: they start there where there is no base.
    paths_from: Option<RelPath>,
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
    let mut files = Map::default();
    let mut paths = Vec::new();
    for entry in system.files() {
        if !may_be_extended(&entry.path) || budget.template_bytes < entry.size {
            continue;
        }
        let Ok(mut text) = system.read(&entry.path) else {
            continue;
        };
        match parse(&mut text) {
            Ok(file) => {
                files.insert(entry.path.clone(), file);
                paths.push(entry.path.clone());
            }
            Err(error) if is_project_file(&entry.path) => diagnostics.push(Diagnostic {
                path: entry.path.clone(),
                place: None,
                code: Code::MalformedDocument,
                message: format!("{error}, so its path aliases are not known"),
            }),
            Err(_) => {}
        }
    }
    let projects = paths.iter().filter(|path| is_project_file(path));
    let mut aliases: Vec<Alias> = projects
        .flat_map(|path| of_settings(&path.parent(), &settings(&files, path, &mut Set::default())))
        .collect();
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
    name.starts_with("tsconfig") || name.starts_with("jsconfig")
}

/// Whether a project file may take settings over from the file: `tsconfig.base.json`, `base.tsconfig.json`.
fn may_be_extended(path: &RelPath) -> bool {
    let name = path.file_name();
    let is_named_so = name.contains("tsconfig") || name.contains("jsconfig");
    is_named_so && path.extension() == "json" && !path.segments().any(|it| it == "node_modules")
}

fn parse(text: &mut str) -> Result<ProjectFile, serde_json::Error> {
    json_strip_comments::strip(text).map_err(serde::de::Error::custom)?;
    serde_json::from_str(text)
}

/// The settings of a project file, with those of the files that it extends where it says nothing itself. Each file counts
/// once, so that files which extend each other come to an end.
fn settings(
    files: &Map<RelPath, ProjectFile>,
    path: &RelPath,
    seen: &mut Set<RelPath>,
) -> Settings {
    if MOST_FILES < seen.len() || !seen.insert(path.clone()) {
        return Settings::default();
    }
    let Some(file) = files.get(path) else {
        return Settings::default();
    };
    let directory = path.parent();
    let mut settings = Settings::default();
    for extended in file.extends.as_slice() {
        let Some(extended) = local(files, &directory, extended) else {
            continue;
        };
        let inherited = self::settings(files, &extended, seen);
        settings.base = inherited.base.or(settings.base);
        if inherited.paths_from.is_some() {
            settings.paths = inherited.paths;
            settings.paths_from = inherited.paths_from;
        }
    }
    let own = &file.compiler_options;
    if let Some(base) = &own.base_url {
        settings.base = directory.join(base).ok();
    }
    if let Some(paths) = &own.paths {
        settings.paths = paths.clone();
        settings.paths_from = Some(directory);
    }
    settings
}

/// The project's file that another names; a file of a package is none.
fn local(files: &Map<RelPath, ProjectFile>, directory: &RelPath, name: &str) -> Option<RelPath> {
    if !name.starts_with('.') {
        return None;
    }
    let named = [
        name.to_owned(),
        format!("{name}.json"),
        format!("{name}/tsconfig.json"),
    ];
    let mut named = named.iter().filter_map(|name| directory.join(name).ok());
    named.find(|path| files.contains_key(path))
}

fn of_settings(directory: &RelPath, settings: &Settings) -> Vec<Alias> {
    let upwards = "../".repeat(directory.segments().count());
    let alias = |from: &RelPath, pattern: &str, target: &str| Alias {
        scope: directory.clone(),
        pattern: pattern.to_owned(),
        target: match from.as_str() {
            "" => format!("{upwards}{target}"),
            from => format!("{upwards}{from}/{target}"),
        },
    };
    let from = settings.base.as_ref().or(settings.paths_from.as_ref());
    let from = from.unwrap_or(directory);
    let paths = settings.paths.iter();
    let mut aliases: Vec<Alias> = paths
        .flat_map(|(pattern, targets)| targets.iter().map(move |target| (pattern, target)))
        .map(|(pattern, target)| alias(from, pattern, target))
        .collect();
    // With a base, every module below it has a name from there.
    if let Some(base) = &settings.base {
        aliases.push(alias(base, "*", "*"));
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
        let path = RelPath::new("tsconfig.json").unwrap();
        let files = [(path.clone(), file)].into_iter().collect();
        let aliases = of_settings(
            &RelPath::root(),
            &settings(&files, &path, &mut Set::default()),
        );
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
