//! Abstract values: what is known about a value without running the code.

use std::sync::Arc;

use base::{Name, Span};
use ir::{ClassId, FunctionId, GlobalFunctionId, ModuleId};
use knowledge::{KindSet, Outcome, Step};

use crate::Taint;
use crate::alternatives::one_of;
use crate::state::EnvId;

/// A value: its shape, and the outside data in it. Taint on the value holds for everything inside; fields can have more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Value {
    /// Outside data in the value as a whole.
    pub taint: Taint,
    /// What is known about it.
    pub shape: Shape,
}

/// What is known about a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Nothing.
    #[default]
    Unknown,
    /// A value written in the source.
    Constant(Constant),
    /// A text of which some parts are known.
    Text(Arc<[Atom]>),
    /// An object, dictionary or instance.
    Object(Arc<Object>),
    /// A list, tuple or set.
    List(Arc<List>),
    /// A function of the project.
    Function(Arc<FunctionValue>),
    /// A class of the project.
    Class(Arc<ClassValue>),
    /// A module of the project.
    Module(ModuleId),
    /// Something of a library, named by its API path.
    Api(Arc<ApiValue>),
    /// An event or a part of it, opened as far as the code looks.
    Event(Arc<EventValue>),
    /// The answer of a test.
    Test(Arc<TestValue>),
    /// A function with some of its arguments given: `functools.partial(f, x)`, `f.bind(null, x)`.
    Partial(Arc<PartialValue>),
    /// Resolves the promise with this number.
    Resolver(u32),
    /// One of these, which differ.
    OneOf(Arc<[Shape]>),
}

/// A value written in the source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Constant {
    /// A text.
    Text(Name),
    /// A number, as its text.
    Number(Name),
    /// A truth value.
    Bool(bool),
    /// `None`, `null`, `undefined`.
    Null,
    /// A regular expression.
    Regex(Name),
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Atom {
    /// Known characters.
    Literal(Name),
    /// The environment variable of this name.
    Environment(Name),
    /// Anything that nobody outside has a part in.
    Fixed,
    /// Anything.
    Any,
}

/// An object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Object {
    /// Its known fields, in the order in which they were set.
    pub fields: Vec<(Name, Value)>,
    /// Stands for every other field; nothing when there are none.
    pub rest: Option<Value>,
    /// What the names of those may be, where all of them are told: `{[process.env.TABLE]: …}`.
    pub rest_names: Option<Value>,
    /// The class of the project it is an instance of.
    pub class: Option<Arc<ClassValue>>,
}

/// A list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct List {
    /// The known first elements.
    pub items: Vec<Value>,
    /// Stands for every other element; nothing when there are none.
    pub rest: Option<Value>,
}

/// A function of the project.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FunctionValue {
    /// Its module.
    pub module: ModuleId,
    /// Its body.
    pub function: FunctionId,
    /// The activation that it was made in.
    pub env: EnvId,
    /// What its receiver is bound to.
    pub receiver: Option<Value>,
}

/// A function with some of its arguments given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PartialValue {
    /// What is called in the end.
    pub callee: Value,
    /// The arguments that come before those of the call.
    pub arguments: Vec<ArgumentValue>,
}

/// A class of the project.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClassValue {
    /// Its module.
    pub module: ModuleId,
    /// The class.
    pub class: ClassId,
    /// The activation that it was made in.
    pub env: EnvId,
    /// Its base classes.
    pub bases: Vec<Value>,
    /// Fields of the class itself.
    pub statics: Vec<(Name, Value)>,
    /// What it says of its instances, where a library that checks them reads it.
    pub declared: Option<Arc<crate::Declared>>,
}

/// Something of a library.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ApiValue {
    /// Its API path.
    pub path: Name,
    /// The arguments of the call that made it.
    pub construction: Option<Arc<[ArgumentValue]>>,
    /// What holds of the values of the type that it stands for.
    pub domain: Option<Arc<crate::Domain>>,
}

/// An argument as it was passed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ArgumentValue {
    /// Its name, where it was passed by name.
    pub name: Option<Name>,
    /// Its value.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
}

/// An event or a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventValue {
    /// Index in [`crate::Facts::seeds`].
    pub seed: u32,
    /// The way to this part.
    pub path: Arc<[Step]>,
}

/// The answer of a test: what it makes harmless, and when.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TestValue {
    /// What was tested, where it stands in a variable.
    pub subject: Option<Subject>,
    /// Outside data for which the tested part speaks, and the sink kinds for which it does.
    pub vouched: (Arc<[crate::SourceId]>, KindSet),
    /// The sink kinds for which the subject is harmless afterwards.
    pub clears: KindSet,
    /// What the subject is afterwards, where that is more than harmless for some kinds.
    pub checked: Option<Value>,
    /// The answer for which it is.
    pub outcome: Outcome,
    /// The function whose variable the subject is.
    pub scope: GlobalFunctionId,
}

/// A variable or a field in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    /// The variable.
    pub variable: ir::VariableId,
    /// The fields down from it; nothing stands for an element.
    pub fields: Vec<Option<Name>>,
}

/// How many elements of a list are told apart.
const MOST_ITEMS: usize = 64;

impl Value {
    /// Something of which nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self::default()
    }

    /// Something that holds outside data and of which nothing else is known.
    #[must_use]
    pub fn tainted(taint: Taint) -> Self {
        Self {
            taint,
            shape: Shape::Unknown,
        }
    }

    /// A value without outside data of its own.
    #[must_use]
    pub fn of(shape: Shape) -> Self {
        Self {
            taint: Taint::CLEAN,
            shape,
        }
    }

    /// A constant text.
    #[must_use]
    pub fn text(text: impl Into<Name>) -> Self {
        Self::of(Shape::Constant(Constant::Text(text.into())))
    }

    /// `null`.
    #[must_use]
    pub fn null() -> Self {
        Self::of(Shape::Constant(Constant::Null))
    }

    /// Something of a library.
    #[must_use]
    pub fn api(path: impl Into<Name>) -> Self {
        Self::of(Shape::Api(Arc::new(ApiValue {
            path: path.into(),
            construction: None,
            domain: None,
        })))
    }

    /// An object with these fields and no others.
    #[must_use]
    pub fn object(fields: Vec<(Name, Self)>) -> Self {
        Self::of(Shape::Object(Arc::new(Object {
            fields,
            ..Object::default()
        })))
    }

    /// A list of these elements.
    #[must_use]
    pub fn list(mut items: Vec<Self>, mut rest: Option<Self>) -> Self {
        if MOST_ITEMS < items.len() {
            for item in items.drain(MOST_ITEMS..) {
                rest = Some(join_option(rest, Some(item)).unwrap_or_default());
            }
        }
        Self::of(Shape::List(Arc::new(List { items, rest })))
    }

    /// The constant text, where it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&Name> {
        match &self.shape {
            Shape::Constant(Constant::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The constant, where it is one.
    #[must_use]
    pub fn as_constant(&self) -> Option<&Constant> {
        match &self.shape {
            Shape::Constant(constant) => Some(constant),
            _ => None,
        }
    }

    /// The parts of the value as a text; nothing for what is no text and not convertible to a known one.
    #[must_use]
    pub fn atoms(&self) -> Option<Vec<Atom>> {
        match &self.shape {
            Shape::Constant(Constant::Text(text) | Constant::Number(text)) => {
                Some(vec![Atom::Literal(text.clone())])
            }
            Shape::Text(atoms) => Some(atoms.to_vec()),
            _ => None,
        }
    }

    /// The environment variables that are a part of the value, or of something in it.
    #[must_use]
    pub fn environment_variables(&self) -> Vec<Name> {
        self.shape.environment_variables()
    }

    /// The same value with more outside data in it.
    #[must_use]
    pub fn with_taint(mut self, taint: &Taint) -> Self {
        self.taint = self.taint.join(taint);
        self
    }

    /// Whether the value is a constant, or a collection of nothing but constants.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        if !self.taint.is_clean() {
            return false;
        }
        match &self.shape {
            Shape::Constant(_) => true,
            Shape::Text(atoms) => !atoms.contains(&Atom::Any) && !atoms.contains(&Atom::Fixed),
            Shape::List(list) => list.items.iter().chain(&list.rest).all(Self::is_constant),
            Shape::Object(object) => {
                object.rest.is_none()
                    && object
                        .fields
                        .iter()
                        .all(|(_, value)| value.taint.is_clean())
            }
            Shape::OneOf(shapes) => shapes
                .iter()
                .all(|shape| matches!(shape, Shape::Constant(_))),
            _ => false,
        }
    }

    /// The element that any position of the list may hold.
    #[must_use]
    pub fn any_item(list: &List) -> Self {
        let mut all = list.rest.clone();
        for item in &list.items {
            all = join_option(all, Some(item.clone()));
        }
        all.unwrap_or_default()
    }

    /// What the value is if it is either of the two.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        if self == other {
            return self.clone();
        }
        Self {
            taint: self.taint.join(&other.taint),
            shape: self.shape.join(&other.shape),
        }
    }
}

impl Shape {
    /// The environment variables that are a part of it.
    #[must_use]
    pub fn environment_variables(&self) -> Vec<Name> {
        let mut variables = Vec::new();
        self.add_variables(0, &mut variables);
        variables
    }

    fn add_variables(&self, depth: u32, variables: &mut Vec<Name>) {
        const DEEPEST: u32 = 8;
        if DEEPEST < depth {
            return;
        }
        let mut add = |inner: &Value| inner.shape.add_variables(depth + 1, variables);
        match self {
            Self::Object(object) => {
                let fields = object.fields.iter().map(|(_, inner)| inner);
                fields.chain(&object.rest).for_each(&mut add);
            }
            Self::List(list) => list.items.iter().chain(&list.rest).for_each(&mut add),
            Self::Text(atoms) => {
                for atom in atoms.iter() {
                    if let Atom::Environment(name) = atom
                        && !variables.contains(name)
                    {
                        variables.push(name.clone());
                    }
                }
            }
            Self::OneOf(shapes) => {
                for shape in shapes.iter() {
                    shape.add_variables(depth + 1, variables);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn join(&self, other: &Self) -> Self {
        match (self, other) {
            (left, right) if left == right => left.clone(),
            // `null` on one branch adds nothing that an analysis could use.
            (Self::Constant(Constant::Null), known) | (known, Self::Constant(Constant::Null)) => {
                known.clone()
            }
            (Self::Object(left), Self::Object(right)) if left.class == right.class => {
                Self::Object(Arc::new(join_objects(left, right)))
            }
            (Self::List(left), Self::List(right)) => Self::List(Arc::new(join_lists(left, right))),
            (Self::Unknown, known @ (Self::Api(_) | Self::Event(_) | Self::Function(_)))
            | (known @ (Self::Api(_) | Self::Event(_) | Self::Function(_)), Self::Unknown) => {
                one_of(&[Self::Unknown, known.clone()])
            }
            (Self::Unknown, known) | (known, Self::Unknown) if known.holds_outside(0) => {
                one_of(&[Self::Unknown, known.clone()])
            }
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (left, right) => one_of(&[left.clone(), right.clone()]),
        }
    }

    /// Whether outside data is in a field or an element.
    fn holds_outside(&self, depth: u32) -> bool {
        const DEEPEST: u32 = 4;
        let inside = |value: &Value| {
            !value.taint.is_clean()
                || matches!(value.shape, Self::Event(_))
                || value.shape.holds_outside(depth + 1)
        };
        match self {
            _ if DEEPEST < depth => false,
            Self::Object(object) => {
                let mut fields = object.fields.iter().map(|(_, field)| field);
                fields.any(inside) || object.rest.iter().any(inside)
            }
            Self::List(list) => list.items.iter().chain(&list.rest).any(inside),
            _ => false,
        }
    }

    /// Each alternative of the shape.
    #[must_use]
    pub fn alternatives(&self) -> &[Self] {
        match self {
            Self::OneOf(shapes) => shapes,
            single => std::slice::from_ref(single),
        }
    }
}

fn join_objects(left: &Object, right: &Object) -> Object {
    let mut fields = left.fields.clone();
    for (name, value) in &mut fields {
        let other = right
            .fields
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value);
        if let Some(other) = other.or(right.rest.as_ref()) {
            *value = value.join(other);
        }
    }
    for (name, value) in &right.fields {
        if !left.fields.iter().any(|(key, _)| key == name) {
            let value = left
                .rest
                .as_ref()
                .map_or_else(|| value.clone(), |rest| rest.join(value));
            fields.push((name.clone(), value));
        }
    }
    Object {
        fields,
        rest: join_option(left.rest.clone(), right.rest.clone()),
        rest_names: match (&left.rest, &right.rest) {
            (Some(_), Some(_)) => join_names(left, right),
            (Some(_), None) => left.rest_names.clone(),
            (None, _) => right.rest_names.clone(),
        },
        class: left.class.clone(),
    }
}

fn join_names(left: &Object, right: &Object) -> Option<Value> {
    Some(left.rest_names.as_ref()?.join(right.rest_names.as_ref()?))
}

fn join_lists(left: &List, right: &List) -> List {
    if left.items.len() == right.items.len() {
        let items = left
            .items
            .iter()
            .zip(&right.items)
            .map(|(one, other)| one.join(other))
            .collect();
        return List {
            items,
            rest: join_option(left.rest.clone(), right.rest.clone()),
        };
    }
    List {
        items: Vec::new(),
        rest: Some(Value::any_item(left).join(&Value::any_item(right))),
    }
}

/// Joins two values of which each may be missing.
pub(crate) fn join_option(left: Option<Value>, right: Option<Value>) -> Option<Value> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.join(&right)),
        (left, right) => left.or(right),
    }
}

/// Joins adjacent literals and bounds the length of a text's description.
pub(crate) fn text_of_atoms(atoms: Vec<Atom>) -> Shape {
    let mut merged: Vec<Atom> = Vec::new();
    for atom in atoms {
        match (merged.last_mut(), &atom) {
            (Some(Atom::Literal(before)), Atom::Literal(text))
                if before.len() + text.len() < 4096 =>
            {
                *before = Name::from(format!("{before}{text}"));
            }
            (Some(Atom::Any), Atom::Any) | (Some(Atom::Fixed), Atom::Fixed) => {}
            _ => merged.push(atom),
        }
    }
    merged.truncate(64);
    match merged.as_slice() {
        [] => Shape::Constant(Constant::Text(Name::default())),
        [Atom::Literal(text)] => Shape::Constant(Constant::Text(text.clone())),
        _ => Shape::Text(merged.into()),
    }
}
