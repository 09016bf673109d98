//! The engine: one abstract execution from one entry point.

mod modules;
mod start;

use std::sync::Arc;

use base::{Budget, Map, Name, Place, Set, Span};
use ir::{FunctionId, GlobalFunctionId, Language, Module, ModuleId, Program, VariableId};
use knowledge::{KindId, Knowledge, LanguageModel, Step};

use crate::activation::{CallKey, Summary};
use crate::facts::{EntryPoint, Facts, ReturnFact};
use crate::schema::Check;
use crate::state::{Env, EnvId, State};
use crate::{Taint, Value};

use modules::Loaded;

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
    pub(crate) kinds: Kinds,
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
    /// The kind of danger that numbers keep.
    pub(crate) amount: Option<KindId>,
    steps: u32,
    depth: u32,
}

/// The kinds of danger that are asked for by name at every call.
#[derive(Clone, Copy)]
pub(crate) struct Kinds {
    pub(crate) sql: Option<KindId>,
    pub(crate) logged: Option<KindId>,
    pub(crate) response: Option<KindId>,
}

impl Kinds {
    fn new(knowledge: &Knowledge) -> Self {
        Self {
            sql: knowledge.kind("sql"),
            logged: knowledge.kind("logged"),
            response: knowledge.kind("response"),
        }
    }
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
            kinds: Kinds::new(knowledge),
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
            amount: knowledge.kind("amount"),
            steps: 0,
            depth: 0,
        }
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
