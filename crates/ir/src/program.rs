//! A program: all modules of a project and how they name each other.

use base::{FileId, Map, Name, RelPath, Set};

use crate::{FunctionId, Language, Module};

/// Index of a module in a [`Program`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleId(pub u32);

/// A function of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GlobalFunctionId {
    /// The module.
    pub module: ModuleId,
    /// The function in it.
    pub function: FunctionId,
}

/// All modules of a project, in path order.
#[derive(Debug, Default)]
pub struct Program {
    modules: Vec<(RelPath, Module)>,
    by_path: Map<RelPath, ModuleId>,
    by_file: Map<FileId, ModuleId>,
    /// What the last part of a module's name may be. Most imports are of packages, which this tells at once.
    names: Set<Name>,
    aliases: Vec<PathAlias>,
}

/// One `paths` entry of a `tsconfig.json`: `@lib/*` → `src/lib/*`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PathAlias {
    /// The directory of the configuration file: it applies to modules below.
    scope: RelPath,
    pattern: String,
    target: String,
}

/// Endings that an import may leave out, in the order in which bundlers and Node try them.
const JAVASCRIPT_SUFFIXES: [&str; 14] = [
    "",
    ".ts",
    ".tsx",
    ".mts",
    ".cts",
    ".js",
    ".jsx",
    ".mjs",
    ".cjs",
    "/index.ts",
    "/index.tsx",
    "/index.js",
    "/index.mjs",
    "/index.cjs",
];

impl Program {
    /// Puts modules together; the order of `modules` does not matter.
    #[must_use]
    pub fn new(mut modules: Vec<(RelPath, Module)>) -> Self {
        modules.sort_by(|a, b| a.0.cmp(&b.0));
        let by_path = modules
            .iter()
            .enumerate()
            .map(|(index, (path, _))| (path.clone(), ModuleId(index as u32)))
            .collect();
        let by_file = modules
            .iter()
            .zip(0..)
            .map(|((_, module), index)| (module.file, ModuleId(index)))
            .collect();
        let names = modules
            .iter()
            .flat_map(|(path, module)| last_names(path, module.language))
            .map(Name::from)
            .collect();
        Self {
            modules,
            by_path,
            by_file,
            names,
            aliases: Vec::new(),
        }
    }

    /// Adds a path alias (`compilerOptions.paths`) that holds below `scope`; `pattern` and `target` have at most one `*`.
    pub fn add_alias(&mut self, scope: RelPath, pattern: &str, target: &str) {
        self.aliases.push(PathAlias {
            scope,
            pattern: pattern.to_owned(),
            target: target.to_owned(),
        });
    }

    /// All modules with their paths, in path order.
    pub fn modules(&self) -> impl Iterator<Item = (ModuleId, &RelPath, &Module)> {
        self.modules
            .iter()
            .enumerate()
            .map(|(index, (path, module))| (ModuleId(index as u32), path, module))
    }

    /// The modules in a directory and below, in path order.
    pub fn modules_in<'a, 'd>(
        &'a self,
        directory: &'d RelPath,
    ) -> impl Iterator<Item = (ModuleId, &'a RelPath, &'a Module)> + use<'a, 'd> {
        // Between the directory and what lies in it stand others, such as `a-b` between `a` and `a/b`.
        let first = match directory.as_str() {
            "" => String::new(),
            directory => format!("{directory}/"),
        };
        let start = self
            .modules
            .partition_point(|(path, _)| path.as_str() < first.as_str());
        let from = self.modules.get(start..).unwrap_or_default();
        let inside = from
            .iter()
            .take_while(move |(path, _)| path.is_within(directory));
        let ids = (start..).map(|index| ModuleId(index as u32));
        ids.zip(inside)
            .map(|(id, (path, module))| (id, path, module))
    }

    /// The module that a file holds.
    #[must_use]
    pub fn of_file(&self, file: FileId) -> Option<ModuleId> {
        self.by_file.get(&file).copied()
    }

    /// All modules with their paths, apart.
    #[must_use]
    pub fn into_modules(self) -> Vec<(RelPath, Module)> {
        self.modules
    }

    /// The module with this index.
    #[must_use]
    pub fn module(&self, id: ModuleId) -> Option<&Module> {
        self.modules.get(id.0 as usize).map(|(_, module)| module)
    }

    /// Where the module's file is.
    #[must_use]
    pub fn path(&self, id: ModuleId) -> Option<&RelPath> {
        self.modules.get(id.0 as usize).map(|(path, _)| path)
    }

    /// The module read from `path`.
    #[must_use]
    pub fn at(&self, path: &RelPath) -> Option<ModuleId> {
        self.by_path.get(path).copied()
    }

    /// Whether some module's name may end in this name.
    #[must_use]
    pub fn has_module_named(&self, last: &str) -> bool {
        self.names.contains(last)
    }

    /// The module that `specifier`, written in module `from`, names; nothing for third-party packages and the standard
    /// library. `roots` are the directories from which absolute imports are resolved (code roots, layers), most specific
    /// first.
    #[must_use]
    pub fn resolve(&self, from: ModuleId, specifier: &str, roots: &[RelPath]) -> Option<ModuleId> {
        let (path, module) = self.modules.get(from.0 as usize)?;
        match module.language {
            Language::JavaScript => self.resolve_javascript(path, specifier, roots),
            Language::Python => self.resolve_python(path, specifier, roots),
        }
    }

    /// The module that a path without its ending names, as handlers and imports are written.
    #[must_use]
    pub fn find_javascript(&self, directory: &RelPath, path: &str) -> Option<ModuleId> {
        let last = path.rsplit(['/', '\\']).next().unwrap_or_default();
        let stem = last.rsplit_once('.').map(|(stem, _)| stem);
        let is_named = |name: &str| self.has_module_named(name);
        if !matches!(last, "" | "." | "..") && !is_named(last) && !stem.is_some_and(is_named) {
            return None;
        }
        let written = directory.join(path).ok()?;
        let at = |stem: &str, ending: &str| {
            let known = self.by_path.get(format!("{stem}{ending}").as_str());
            known.copied()
        };
        let mut endings = JAVASCRIPT_SUFFIXES.iter();
        let exact = endings.find_map(|ending| at(written.as_str(), ending));
        exact.or_else(|| {
            // TypeScript's ESM style names the file that the compiler will write: `./util.js` for `util.ts`.
            let (stem, compiled) = written.as_str().rsplit_once('.')?;
            if !matches!(compiled, "js" | "mjs" | "cjs" | "jsx") {
                return None;
            }
            let mut endings = [".ts", ".tsx", ".mts", ".cts"].iter();
            endings.find_map(|ending| at(stem, ending))
        })
    }

    /// The Python module `a.b` below `directory`: `a/b.py` or `a/b/__init__.py`.
    #[must_use]
    pub fn find_python(&self, directory: &RelPath, dotted: &str) -> Option<ModuleId> {
        let last = dotted.rsplit(['.', '/']).next().unwrap_or_default();
        if !self.has_module_named(last) {
            return None;
        }
        let written = dotted.replace('.', "/");
        [".py", "/__init__.py"].iter().find_map(|suffix| {
            let candidate = directory.join(&format!("{written}{suffix}")).ok()?;
            self.at(&candidate)
        })
    }

    fn resolve_javascript(
        &self,
        from: &RelPath,
        specifier: &str,
        roots: &[RelPath],
    ) -> Option<ModuleId> {
        if specifier.starts_with('.') {
            return self.find_javascript(&from.parent(), specifier);
        }
        let aliased = self
            .aliases
            .iter()
            .filter(|alias| from.is_within(&alias.scope))
            .find_map(|alias| {
                let target = alias.apply(specifier)?;
                self.find_javascript(&alias.scope, &target)
            });
        if aliased.is_some() {
            return aliased;
        }
        // `/opt/nodejs/x` is where a layer is mounted.
        let mounted = specifier
            .strip_prefix("/opt/nodejs/")
            .or_else(|| specifier.strip_prefix("/opt/"));
        roots
            .iter()
            .find_map(|root| self.find_javascript(root, mounted.unwrap_or(specifier)))
    }

    fn resolve_python(
        &self,
        from: &RelPath,
        specifier: &str,
        roots: &[RelPath],
    ) -> Option<ModuleId> {
        let dots = specifier.bytes().take_while(|byte| *byte == b'.').count();
        let name = specifier.get(dots..).unwrap_or_default();
        if 0 < dots {
            let mut directory = from.parent();
            for _ in 1..dots {
                directory = directory.parent();
            }
            return match name {
                "" => self.at(&directory.join("__init__.py").ok()?),
                _ => self.find_python(&directory, name),
            };
        }
        let beside = from.parent();
        roots
            .iter()
            .chain([&beside])
            .find_map(|root| self.find_python(root, name))
    }
}

/// The last parts of the names by which imports may mean the module at this path.
fn last_names(path: &RelPath, language: Language) -> impl Iterator<Item = &str> {
    let endings: &[&str] = match language {
        Language::JavaScript => &JAVASCRIPT_SUFFIXES,
        Language::Python => &[".py", "/__init__.py"],
    };
    let named = endings.iter().filter_map(|ending| {
        let name = path.as_str().strip_suffix(ending)?;
        name.rsplit('/').next()
    });
    named.filter(|name| !name.is_empty())
}

impl PathAlias {
    /// What `specifier` becomes under this alias, relative to its scope.
    fn apply(&self, specifier: &str) -> Option<String> {
        match self.pattern.split_once('*') {
            None => (self.pattern == specifier).then(|| self.target.clone()),
            Some((prefix, suffix)) => {
                let middle = specifier.strip_prefix(prefix)?.strip_suffix(suffix)?;
                Some(self.target.replacen('*', middle, 1))
            }
        }
    }
}
