//! The project's modules: which one an import means, what each holds once its top level has run, and what it exports.

use std::sync::Arc;

use base::{Map, Name, Place, Span};
use ir::{Module, ModuleId};

use super::{Engine, Frame, TOP_LEVEL};
use crate::state::State;
use crate::{ClassValue, Shape, Value};

/// What a module gives to others once its top level has run.
#[derive(Default)]
pub(super) struct Loaded {
    names: Map<Name, Value>,
    /// The exports object of a CommonJS module.
    object: Option<Value>,
}

impl<'p> Engine<'p> {
    /// The class of the project that a name means at the top level of a module.
    pub(super) fn class_named(
        &self,
        module: ModuleId,
        name: &str,
        state: &State,
    ) -> Option<Arc<ClassValue>> {
        let code = self.program.module(module)?;
        let declared = code.exports.iter().find(|export| export.name == name)?;
        let env = *self.module_envs.get(&module)?;
        match &state.stored(env, declared.variable)?.shape {
            Shape::Class(class) => Some(Arc::clone(class)),
            _ => None,
        }
    }

    /// Evaluates the module's top level, those of the project's modules that it imports first.
    pub(crate) fn load(&mut self, module: ModuleId, state: &mut State) {
        if self.module_envs.contains_key(&module) || self.is_too_deep() {
            return;
        }
        let Some(code) = self.program.module(module) else {
            return;
        };
        let env = self.new_env(module, TOP_LEVEL, None);
        self.module_envs.insert(module, env);
        self.depth += 1;
        for import in &code.imports {
            for imported in self.imported_modules(module, &import.module) {
                self.load(imported, state);
            }
        }
        if let Some(top) = code.function(TOP_LEVEL) {
            let mut frame = Frame::new(module, code, TOP_LEVEL, Some(env));
            let local = state.enter_call();
            if let Some(end) = self.exec_block(&mut frame, &top.body, local) {
                state.leave_call(&end);
            }
        }
        let stored = |variable| state.stored(env, variable).cloned().unwrap_or_default();
        let loaded = Loaded {
            names: code
                .exports
                .iter()
                .map(|export| (export.name.clone(), stored(export.variable)))
                .collect(),
            object: code.exports_object.map(stored),
        };
        self.loaded.insert(module, loaded);
        self.depth -= 1;
    }

    /// The modules that were loaded, in no order.
    pub(crate) fn loaded_modules(&self) -> impl Iterator<Item = &'p Module> {
        let program = self.program;
        let loaded = self.module_envs.keys();
        loaded.filter_map(|module| program.module(*module))
    }

    /// The modules that an import statement loads: `import a.b` loads the package `a` as well.
    fn imported_modules(&mut self, from: ModuleId, specifier: &str) -> Vec<ModuleId> {
        let mut modules: Vec<ModuleId> = Vec::new();
        let whole = self.resolve(from, specifier);
        modules.extend(whole);
        if whole.is_none() {
            let dots: Vec<usize> = specifier
                .match_indices('.')
                .map(|(index, _)| index)
                .collect();
            for dot in dots.into_iter().rev() {
                let Some(package) = specifier.get(..dot) else {
                    continue;
                };
                modules.extend(self.resolve(from, package));
            }
        }
        modules
    }

    /// The project's module that `specifier` names in module `from`.
    pub(crate) fn resolve(&mut self, from: ModuleId, specifier: &str) -> Option<ModuleId> {
        let key = (from, Name::from(specifier));
        if let Some(known) = self.resolutions.get(&key) {
            return *known;
        }
        let resolved = self.program.resolve(from, specifier, &self.roots);
        self.resolutions.insert(key, resolved);
        resolved
    }

    /// The project's module of this name in a package, as module `from` names it.
    pub(crate) fn resolve_in(
        &mut self,
        from: ModuleId,
        package: &str,
        name: &str,
    ) -> Option<ModuleId> {
        if !self.program.has_module_named(name) {
            return None;
        }
        let dot = if package.ends_with('.') { "" } else { "." };
        self.resolve(from, &format!("{package}{dot}{name}"))
    }

    /// What the module exports under a dotted name.
    pub(super) fn export_path(&mut self, module: ModuleId, path: &str) -> Value {
        let mut parts = path.split('.');
        let mut value = self
            .export(module, parts.next().unwrap_or_default())
            .unwrap_or_default();
        for part in parts {
            let place = self.module_place(module);
            value = self.get_field(&value, part, place);
        }
        value
    }

    /// What the module exports under `name`.
    pub(crate) fn export(&mut self, module: ModuleId, name: &str) -> Option<Value> {
        self.export_through(module, name, 0)
    }

    fn export_through(&mut self, module: ModuleId, name: &str, hops: u32) -> Option<Value> {
        const MOST_HOPS: u32 = 16;
        let loaded = self.loaded.get(&module)?;
        if let Some(value) = loaded.names.get(name) {
            return Some(value.clone());
        }
        if let Some(exports) = loaded.object.clone() {
            let field = self.known_field(&exports, name, self.module_place(module));
            return match name {
                "default" => field.or(Some(exports)),
                _ => field,
            };
        }
        if MOST_HOPS < hops {
            return None;
        }
        let program = self.program;
        program
            .module(module)?
            .star_exports
            .iter()
            .find_map(|specifier| {
                let target = self.resolve(module, specifier)?;
                self.export_through(target, name, hops + 1)
            })
    }

    /// The module as a value: the exports object of a CommonJS module.
    pub(crate) fn module_value(&self, module: ModuleId) -> Value {
        let exports = self
            .loaded
            .get(&module)
            .and_then(|loaded| loaded.object.clone());
        exports.unwrap_or_else(|| Value::of(Shape::Module(module)))
    }

    pub(crate) fn module_place(&self, module: ModuleId) -> Place {
        let file = self
            .program
            .module(module)
            .map_or(base::FileId(0), |code| code.file);
        Place::new(file, Span::default())
    }
}
