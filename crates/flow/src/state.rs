//! The state of the abstract execution at one point: what each variable and each file holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Name;
use ir::{FunctionId, ModuleId, VariableId};

use crate::Value;

/// One activation of a function whose variables outlive it, because a closure captures them; also a module's top level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvId(pub u32);

/// Which function an activation is of, and the activation that it was made in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Env {
    pub(crate) module: ModuleId,
    pub(crate) function: FunctionId,
    pub(crate) parent: Option<EnvId>,
}

/// What variables hold, in their order. A function has few, and states are copied, joined and dropped all the time, which a
/// list takes less work for than a tree.
#[derive(Clone, Debug, Default)]
struct Variables(Vec<(VariableId, Value)>);

impl Variables {
    fn get(&self, variable: VariableId) -> Option<&Value> {
        let (_, value) = self.0.get(self.position(variable).ok()?)?;
        Some(value)
    }

    fn insert(&mut self, variable: VariableId, value: Value) {
        match self.position(variable) {
            Ok(at) => {
                if let Some((_, known)) = self.0.get_mut(at) {
                    *known = value;
                }
            }
            Err(at) => self.0.insert(at, (variable, value)),
        }
    }

    /// Where a variable stands, or is to be put.
    fn position(&self, variable: VariableId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&variable, |(known, _)| *known)
    }
}

/// What each variable and file holds. Cheap to copy: branches share what they do not change.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// Variables of the current activation that nothing captures.
    locals: Arc<Variables>,
    /// All other variables, by activation.
    store: Arc<BTreeMap<EnvId, Arc<Variables>>>,
    /// Contents of files written so far, by path; the empty path stands for files whose path is not known.
    files: Arc<BTreeMap<Name, Value>>,
}

impl State {
    pub(crate) fn local(&self, variable: VariableId) -> Option<&Value> {
        self.locals.get(variable)
    }

    pub(crate) fn set_local(&mut self, variable: VariableId, value: Value) {
        Arc::make_mut(&mut self.locals).insert(variable, value);
    }

    pub(crate) fn stored(&self, env: EnvId, variable: VariableId) -> Option<&Value> {
        self.store.get(&env)?.get(variable)
    }

    pub(crate) fn set_stored(&mut self, env: EnvId, variable: VariableId, value: Value) {
        let variables = Arc::make_mut(&mut self.store).entry(env).or_default();
        Arc::make_mut(variables).insert(variable, value);
    }

    /// What the file holds, as far as it was written by the code; what went to a file of unknown name may be in any.
    pub(crate) fn file(&self, path: Option<&Name>) -> Option<Value> {
        let unnamed = self.files.get("").cloned();
        match path {
            Some(path) => crate::value::join_option(self.files.get(path).cloned(), unnamed),
            None => self
                .files
                .values()
                .cloned()
                .reduce(|one, other| one.join(&other)),
        }
    }

    pub(crate) fn write_file(&mut self, path: Option<Name>, content: Value) {
        let files = Arc::make_mut(&mut self.files);
        let slot = files.entry(path.unwrap_or_default()).or_default();
        *slot = slot.join(&content);
    }

    /// Changes every variable of which `change` makes something else.
    pub(crate) fn change_all(&mut self, mut change: impl FnMut(&Value) -> Option<Value>) {
        change_variables(&mut self.locals, &mut change);
        if self
            .store
            .values()
            .any(|variables| variables.0.iter().any(|(_, value)| change(value).is_some()))
        {
            for variables in Arc::make_mut(&mut self.store).values_mut() {
                change_variables(variables, &mut change);
            }
        }
    }

    /// The state in which a called function starts.
    pub(crate) fn enter_call(&self) -> Self {
        Self {
            locals: Arc::default(),
            store: Arc::clone(&self.store),
            files: Arc::clone(&self.files),
        }
    }

    /// Takes over what a called function left behind.
    pub(crate) fn leave_call(&mut self, callee: &Self) {
        self.store = Arc::clone(&callee.store);
        self.files = Arc::clone(&callee.files);
    }

    /// A token that is equal only for states with the very same captured variables and files.
    pub(crate) fn outside(&self) -> Outside {
        Outside {
            store: Arc::clone(&self.store),
            files: Arc::clone(&self.files),
        }
    }

    /// What holds if control comes from either state; says whether that differs from `self`.
    pub(crate) fn join(&mut self, other: &Self) -> bool {
        let mut changed = false;
        if !Arc::ptr_eq(&self.locals, &other.locals) {
            changed |= join_variables(&mut self.locals, &other.locals);
        }
        if !Arc::ptr_eq(&self.store, &other.store) {
            for (env, variables) in other.store.iter() {
                match self.store.get(env) {
                    Some(known) if Arc::ptr_eq(known, variables) => {}
                    Some(_) => {
                        let known = Arc::make_mut(&mut self.store).entry(*env).or_default();
                        changed |= join_variables(known, variables);
                    }
                    None => {
                        Arc::make_mut(&mut self.store).insert(*env, Arc::clone(variables));
                        changed = true;
                    }
                }
            }
        }
        if !Arc::ptr_eq(&self.files, &other.files) {
            for (path, content) in other.files.iter() {
                let joined = match self.files.get(path) {
                    Some(known) if known == content => continue,
                    Some(known) => known.join(content),
                    None => content.clone(),
                };
                changed |= self.files.get(path) != Some(&joined);
                Arc::make_mut(&mut self.files).insert(path.clone(), joined);
            }
        }
        changed
    }
}

fn change_variables(
    variables: &mut Arc<Variables>,
    change: &mut impl FnMut(&Value) -> Option<Value>,
) {
    let held = variables.0.iter();
    let changed: Vec<(VariableId, Value)> = held
        .filter_map(|(variable, value)| Some((*variable, change(value)?)))
        .collect();
    for (variable, value) in changed {
        Arc::make_mut(variables).insert(variable, value);
    }
}

fn join_variables(mine: &mut Arc<Variables>, other: &Arc<Variables>) -> bool {
    let mut changed = false;
    for (variable, value) in &other.0 {
        let known = mine.get(*variable);
        let joined = match known {
            Some(known) if known == value => continue,
            Some(known) => known.join(value),
            None => value.clone(),
        };
        if known != Some(&joined) {
            Arc::make_mut(mine).insert(*variable, joined);
            changed = true;
        }
    }
    changed
}

/// See [`State::outside`]. Holds the tables alive, so that their addresses are not used again.
#[derive(Clone, Debug)]
pub(crate) struct Outside {
    store: Arc<BTreeMap<EnvId, Arc<Variables>>>,
    files: Arc<BTreeMap<Name, Value>>,
}

impl PartialEq for Outside {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.store, &other.store) && Arc::ptr_eq(&self.files, &other.files)
    }
}

impl Eq for Outside {}

impl std::hash::Hash for Outside {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        std::ptr::hash(Arc::as_ptr(&self.store), state);
        std::ptr::hash(Arc::as_ptr(&self.files), state);
    }
}
