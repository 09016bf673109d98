//! Which packages the code of a function imports, by whatever way its modules import each other.

use std::collections::{BTreeSet, VecDeque};

use app::{Code, FunctionId};
use base::{Name, RelPath, Set};
use ir::{Language, ModuleId};

use crate::Model;

/// The packages that the code of a function imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imports {
    /// The handler's language.
    pub language: Language,
    /// What is imported from outside the project, as written (`lodash/fp`, `google.cloud.storage`), sorted.
    pub foreign: BTreeSet<Name>,
}

impl Model<'_> {
    /// What the modules that a function's handler reaches import; nothing where its code was not found. More modules are gone
    /// through than may run: a package that is not among these is not imported.
    #[must_use]
    pub fn imports_of(&self, function: FunctionId) -> Option<Imports> {
        let root = match self.application.function(function)?.code.known()? {
            Code::Directory(root) | Code::Image(Some(root)) => root.clone(),
            Code::Inline(_) | Code::Image(None) => RelPath::root(),
        };
        let handlers = self
            .analyses_of(function)
            .filter_map(|analysis| self.program.of_file(analysis.handler?.file));
        let handlers: BTreeSet<ModuleId> = handlers.collect();
        let mut waiting: VecDeque<ModuleId> = handlers.into_iter().collect();
        let language = self.program.module(*waiting.front()?)?.language;
        let mut seen: Set<ModuleId> = waiting.iter().copied().collect();
        let mut foreign = BTreeSet::new();
        while let Some(id) = waiting.pop_front() {
            let Some(module) = self.program.module(id) else {
                continue;
            };
            for import in &module.imports {
                let reached = self.reached(id, &import.module, module.language, &root);
                if reached.is_empty() && !import.module.starts_with(['.', '/']) {
                    foreign.insert(import.module.clone());
                }
                waiting.extend(reached.into_iter().filter(|module| seen.insert(*module)));
            }
        }
        Some(Imports { language, foreign })
    }

    /// The modules of the project that an import may load. `from package import name` may load any module of a package.
    fn reached(
        &self,
        from: ModuleId,
        name: &str,
        language: Language,
        root: &RelPath,
    ) -> Vec<ModuleId> {
        let roots = std::slice::from_ref(root);
        let resolved = self.program.resolve(from, name, roots);
        let mut reached: Vec<ModuleId> = resolved.into_iter().collect();
        let Some(path) = self
            .program
            .path(from)
            .filter(|_| language == Language::Python)
        else {
            return reached;
        };
        let dots = name.bytes().take_while(|byte| *byte == b'.').count();
        let below = name.get(dots..).unwrap_or_default().replace('.', "/");
        let bases = if 0 < dots {
            let up = (1..dots).fold(path.parent(), |folder, _| folder.parent());
            vec![up]
        } else {
            vec![root.clone(), path.parent()]
        };
        for folder in bases.iter().filter_map(|base| base.join(&below).ok()) {
            if folder == RelPath::root() && 0 == dots {
                continue;
            }
            let modules = self.program.modules_in(&folder);
            let directly = modules.filter(|(_, path, _)| path.parent() == folder);
            reached.extend(directly.map(|(id, ..)| id));
        }
        reached
    }
}
