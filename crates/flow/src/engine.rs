//! The engine: one abstract execution from one entry point.

use std::sync::Arc;

use base::{Budget, Map, Name, Place, Set, Span};
use ir::{Function, FunctionId, GlobalFunctionId, Language, Module, ModuleId, Program, VariableId};
use knowledge::{Knowledge, LanguageModel, Step};

use crate::call::{CallKey, Summary};
use crate::facts::{EntryPoint, Facts, HandlerRef, ReturnFact};
use crate::schema::Check;
use crate::state::{Env, EnvId, State};
use crate::{ArgumentValue, ClassValue, EventValue, Shape, Taint, Value};

/// The function index of a module's top level.
pub(crate) const TOP_LEVEL: FunctionId = FunctionId(0);

/// How deep expressions and statements may be nested, calls included, before their value counts as unknown.
const DEEPEST_EVALUATION: u32 = 600;

/// Executes the program abstractly from `entry`.
#[must_use]
pub fn analyse(
    program: &Program,
    knowledge: &Knowledge,
    entry: &EntryPoint,
    budget: &Budget,
) -> Facts {
    let mut engine = Engine::new(program, knowledge, entry, budget);
    engine.run(entry);
    engine.facts
}

pub(crate) struct Engine<'p> {
    pub(crate) program: &'p Program,
    pub(crate) knowledge: &'p Knowledge,
    /// What is known about the calls of each language.
    pub(crate) python: &'p LanguageModel,
    pub(crate) javascript: &'p LanguageModel,
    pub(crate) budget: Budget,
    pub(crate) facts: Facts,
    pub(crate) memo: Map<CallKey, Summary>,
    /// Functions being executed, outermost first.
    pub(crate) active: Vec<GlobalFunctionId>,
    /// How many loops, in code or over the elements of a list, are being executed.
    pub(crate) loops: u32,
    /// What the promises made so far resolve to.
    pub(crate) promises: Vec<Value>,
    roots: Arc<[base::RelPath]>,
    envs: Vec<Env>,
    module_envs: Map<ModuleId, EnvId>,
    loaded: Map<ModuleId, Loaded>,
    has_captured: Map<ModuleId, Arc<[bool]>>,
    resolutions: Map<(ModuleId, Name), Option<ModuleId>>,
    calls_at: Map<(Place, u32), u32>,
    /// Functions whose first argument something checks before they are called.
    pub(crate) checks: Map<GlobalFunctionId, Arc<Check>>,
    /// Checks in a chain of calls that is not given its function yet, by the call that adds each.
    pub(crate) checks_to_come: Vec<(Place, Check)>,
    /// Parts of events that were checked against a schema which is not seen, and by what.
    pub(crate) checked_events: Vec<(u32, Arc<[Step]>, Name)>,
    steps: u32,
    depth: u32,
}

/// What a module gives to others once its top level has run.
#[derive(Default)]
struct Loaded {
    names: Map<Name, Value>,
    /// The exports object of a CommonJS module.
    object: Option<Value>,
}

/// One activation of a function of the project.
pub(crate) struct Frame<'p> {
    pub(crate) module: ModuleId,
    pub(crate) code: &'p Module,
    pub(crate) function: FunctionId,
    /// The activation that holds the variables which closures capture; that of the enclosing function where there are none.
    pub(crate) env: Option<EnvId>,
    pub(crate) returned: Option<(Value, State)>,
    pub(crate) yielded: Option<Value>,
    pub(crate) thrown: Taint,
    pub(crate) loops: Vec<LoopExits>,
    /// Variables that were assigned as a whole, so that they no longer are what the caller passed.
    pub(crate) rebound: Set<VariableId>,
    /// Returned values are answers of the entry point.
    pub(crate) is_entry: bool,
    /// The expression that is evaluated for what it does, and whose value nothing takes.
    pub(crate) discarded: Option<Span>,
}

/// States in which a loop is left or gone on with.
#[derive(Default)]
pub(crate) struct LoopExits {
    pub(crate) breaks: Option<State>,
    pub(crate) continues: Option<State>,
}

impl<'p> Engine<'p> {
    fn new(
        program: &'p Program,
        knowledge: &'p Knowledge,
        entry: &EntryPoint,
        budget: &Budget,
    ) -> Self {
        Self {
            program,
            knowledge,
            python: knowledge.language(Language::Python.as_str()),
            javascript: knowledge.language(Language::JavaScript.as_str()),
            budget: *budget,
            facts: Facts::default(),
            memo: Map::default(),
            active: Vec::new(),
            loops: 0,
            promises: Vec::new(),
            roots: Arc::clone(&entry.roots),
            envs: Vec::new(),
            module_envs: Map::default(),
            loaded: Map::default(),
            has_captured: Map::default(),
            resolutions: Map::default(),
            calls_at: Map::default(),
            checks: Map::default(),
            checks_to_come: Vec::new(),
            checked_events: Vec::new(),
            steps: 0,
            depth: 0,
        }
    }

    fn run(&mut self, entry: &EntryPoint) {
        let mut state = State::default();
        // Seed 0 is the entry point's own event; frameworks may hand out others.
        self.facts.seeds.push(entry.events.clone());
        match &entry.handler {
            HandlerRef::Module(module) => self.load(*module, &mut state),
            HandlerRef::Export(module, name) => {
                self.load(*module, &mut state);
                let handler = self.export_path(*module, name);
                self.call_handler(&handler, &entry.events, &mut state);
            }
            HandlerRef::Registered(module, index) => {
                self.load(*module, &mut state);
                let handler = self
                    .facts
                    .entries
                    .get(*index as usize)
                    .map(|entry| entry.handler.clone());
                self.call_handler(&handler.unwrap_or_default(), &entry.events, &mut state);
            }
        }
    }

    /// Calls the handler with an event, a context and a callback.
    fn call_handler(&mut self, handler: &Value, events: &[Name], state: &mut State) {
        let event = Value::of(Shape::Event(Arc::new(EventValue {
            seed: 0,
            path: Arc::new([]),
        })));
        let is_spread = events
            .iter()
            .filter_map(|kind| self.knowledge.event(kind))
            .any(|event| event.is_spread);
        for shape in handler.shape.alternatives() {
            let Shape::Function(function) = shape else {
                continue;
            };
            let Some(code) = self.program.module(function.module) else {
                continue;
            };
            let Some(body) = code.function(function.function) else {
                continue;
            };
            let place = Place::new(code.file, body.span);
            let argument = |value: Value| ArgumentValue {
                name: None,
                value,
                span: body.span,
            };
            let arguments = if is_spread {
                self.spread_event(function.module, body, place, state)
            } else {
                let mut arguments = vec![argument(event.clone())];
                let further = self.further_parameters(events);
                arguments.extend(further.into_iter().map(|path| argument(Value::api(path))));
                arguments
            };
            self.facts.handler.get_or_insert(GlobalFunctionId {
                module: function.module,
                function: function.function,
            });
            let receiver = function.receiver.clone();
            self.enter(
                function,
                receiver,
                &crate::call::Arguments::of(arguments),
                place,
                true,
                state,
            );
        }
    }

    /// What a handler of these events is given after the event.
    fn further_parameters(&self, events: &[Name]) -> Vec<Name> {
        let own = events
            .iter()
            .filter_map(|kind| self.knowledge.event(kind))
            .find(|event| !event.parameters.is_empty());
        match own {
            Some(event) => event.parameters.clone(),
            None => vec!["%context".into(), "%callback".into()],
        }
    }

    /// The event's fields as one argument for each parameter.
    fn spread_event(
        &mut self,
        module: ModuleId,
        body: &Function,
        place: Place,
        state: &State,
    ) -> Vec<ArgumentValue> {
        let mut arguments = Vec::new();
        for parameter in &body.parameters {
            let Some(name) = parameter.name.clone() else {
                continue;
            };
            let event = Shape::Event(Arc::new(EventValue {
                seed: 0,
                path: Arc::new([]),
            }));
            let value = match parameter.annotation.as_deref() {
                Some(annotation) if is_narrow_type(annotation) => Value::unknown(),
                annotation => {
                    let value = self.get_field(&Value::of(event), &name, place);
                    let class = annotation.and_then(|name| self.class_named(module, name, state));
                    match class.and_then(|class| class.declared.clone()) {
                        Some(declared) => self.narrowed_to(&declared.domain, &value, place, 0),
                        None => value,
                    }
                }
            };
            arguments.push(ArgumentValue {
                name: Some(name),
                value,
                span: body.span,
            });
        }
        arguments
    }

    /// The class of the project that a name means at the top level of a module.
    fn class_named(&self, module: ModuleId, name: &str, state: &State) -> Option<Arc<ClassValue>> {
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
    fn export_path(&mut self, module: ModuleId, path: &str) -> Value {
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

    /// What is known about the calls of the frame's language.
    pub(crate) fn language(&self, frame: &Frame<'p>) -> &'p LanguageModel {
        match frame.code.language {
            Language::Python => self.python,
            Language::JavaScript => self.javascript,
        }
    }

    pub(crate) fn new_env(
        &mut self,
        module: ModuleId,
        function: FunctionId,
        parent: Option<EnvId>,
    ) -> EnvId {
        self.envs.push(Env {
            module,
            function,
            parent,
        });
        EnvId(self.envs.len() as u32 - 1)
    }

    /// Whether closures capture variables of the function, so that each activation needs its own.
    pub(crate) fn has_captured(&mut self, module: ModuleId, function: FunctionId) -> bool {
        let program = self.program;
        let flags = self.has_captured.entry(module).or_insert_with(|| {
            let Some(code) = program.module(module) else {
                return Arc::new([]);
            };
            let mut flags = vec![false; code.functions.len()];
            for variable in code.variables.iter().filter(|variable| variable.captured) {
                if let Some(flag) = flags.get_mut(variable.owner.0 as usize) {
                    *flag = true;
                }
            }
            flags.into()
        });
        flags.get(function.0 as usize).copied().unwrap_or(false)
    }

    /// The activation of `function` that code running in `env` sees.
    pub(crate) fn env_of(
        &self,
        env: Option<EnvId>,
        module: ModuleId,
        function: FunctionId,
    ) -> Option<EnvId> {
        let mut next = env;
        while let Some(id) = next {
            let env = self.envs.get(id.0 as usize)?;
            if env.module == module && env.function == function {
                return Some(id);
            }
            next = env.parent;
        }
        (function == TOP_LEVEL)
            .then(|| self.module_envs.get(&module).copied())
            .flatten()
    }

    /// Counts one unit of work; false when there may be no more.
    pub(crate) fn may_go_on(&mut self) -> bool {
        self.steps += 1;
        if self.budget.steps < self.steps || self.is_too_deep() {
            self.facts.is_incomplete = true;
            return false;
        }
        true
    }

    fn is_too_deep(&self) -> bool {
        DEEPEST_EVALUATION < self.depth
    }

    pub(crate) fn nested<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let result = run(self);
        self.depth -= 1;
        result
    }

    pub(crate) fn record_return(
        &mut self,
        frame: &Frame<'p>,
        value: &Value,
        is_failure: bool,
        place: Place,
    ) {
        let shown = self.with_fields_listed(value.clone(), 0);
        let fact = ReturnFact {
            value: self.with_outside_marked(&shown, place),
            function: frame.id(),
            is_failure,
            place,
        };
        if !self
            .facts
            .returns
            .iter()
            .any(|known| known.place == place && known.value == fact.value)
        {
            self.facts.returns.push(fact);
        }
    }

    /// The index of the call fact for this operation at this place; a new one is made by `make`, a known one joined.
    pub(crate) fn call_fact(&mut self, place: Place, fact: crate::CallFact) -> u32 {
        let key = (place, fact.operation);
        if let Some(index) = self.calls_at.get(&key) {
            if let Some(known) = self.facts.calls.get_mut(*index as usize) {
                known.merge(fact);
            }
            return *index;
        }
        let index = self.facts.calls.len() as u32;
        self.facts.calls.push(fact);
        self.calls_at.insert(key, index);
        index
    }
}

/// Whether a parameter of this type, which a framework checks, holds nothing that could do harm.
fn is_narrow_type(annotation: &str) -> bool {
    let name = annotation.rsplit('.').next().unwrap_or(annotation);
    matches!(
        name,
        "int" | "float" | "bool" | "UUID" | "date" | "datetime" | "Decimal"
    )
}

impl<'p> Frame<'p> {
    pub(crate) fn new(
        module: ModuleId,
        code: &'p Module,
        function: FunctionId,
        env: Option<EnvId>,
    ) -> Self {
        Self {
            module,
            code,
            function,
            env,
            returned: None,
            yielded: None,
            thrown: Taint::CLEAN,
            loops: Vec::new(),
            rebound: Set::default(),
            is_entry: false,
            discarded: None,
        }
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        Place::new(self.code.file, span)
    }

    pub(crate) fn id(&self) -> GlobalFunctionId {
        GlobalFunctionId {
            module: self.module,
            function: self.function,
        }
    }

    /// Whether the variable lives in this activation alone.
    pub(crate) fn is_local(&self, variable: VariableId) -> bool {
        self.function != TOP_LEVEL
            && self
                .code
                .variable(variable)
                .is_some_and(|declared| declared.owner == self.function && !declared.captured)
    }

    pub(crate) fn variable_name(&self, variable: VariableId) -> Option<&'p Name> {
        self.code
            .variable(variable)
            .map(|declared| &declared.name)
            .filter(|name| !name.starts_with('%'))
    }
}

impl crate::CallFact {
    /// The same call met again, with other arguments perhaps.
    fn merge(&mut self, other: Self) {
        for (name, value) in other.parameters {
            match self.parameters.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known = known.join(&value),
                None => self.parameters.push((name, value)),
            }
        }
        self.is_complete &= other.is_complete;
        self.is_repeated |= other.is_repeated;
    }
}
