//! The application while it grows, with the look-ups that its later parts need of its earlier ones.

use app::{Application, FunctionId, Prop, ResourceId, RoleId, Text, TextPart, Value};
use base::{Budget, Map, Name};

use super::evaluate::Evaluator;
use super::scope::Scope;
use super::text::text_of;

/// How many aliases and versions may stand between a reference and its function.
const MAX_ALIASES: u32 = 4;

/// The application that is being built.
pub(crate) struct Model<'a> {
    pub(crate) evaluator: &'a Evaluator<'a>,
    pub(crate) budget: &'a Budget,
    pub(crate) application: Application,
    pub(crate) functions: Map<ResourceId, FunctionId>,
    /// Functions by the canonical form of their physical name. A name that two functions share leads to none.
    pub(crate) function_names: Map<String, Option<FunctionId>>,
    pub(crate) roles: Map<ResourceId, RoleId>,
}

impl<'a> Model<'a> {
    pub(crate) fn new(evaluator: &'a Evaluator<'a>, budget: &'a Budget) -> Self {
        Self {
            evaluator,
            budget,
            application: Application::default(),
            functions: Map::default(),
            function_names: Map::default(),
            roles: Map::default(),
        }
    }

    /// The scopes of the stacks, in the order of their ids.
    pub(crate) fn scopes(&self) -> &'a [Scope<'a>] {
        self.evaluator.scopes
    }

    /// The function that a text names: by reference to it, its alias or version, by name, or by an ARN that holds either.
    pub(crate) fn function_of(&self, text: &Text) -> Option<FunctionId> {
        self.function_behind(text, 0)
    }

    fn function_behind(&self, text: &Text, depth: u32) -> Option<FunctionId> {
        if MAX_ALIASES < depth {
            return None;
        }
        for id in text.resources() {
            if let Some(function) = self.functions.get(&id) {
                return Some(*function);
            }
            let resource = self.application.resource(id)?;
            if matches!(
                resource.kind.as_str(),
                "AWS::Lambda::Alias" | "AWS::Lambda::Version"
            ) && let Some(name) = resource.properties.get("FunctionName")
            {
                return self.function_behind(&text_of(name), depth + 1);
            }
        }
        let key = canonical(text)?;
        let name = match key.split_once(":function:") {
            Some((_, rest)) => rest.split([':', '/']).next().unwrap_or_default(),
            None => key.split(':').next().unwrap_or_default(),
        };
        self.function_names.get(name).copied().flatten()
    }

    /// The function that the text at `path` names.
    pub(crate) fn function_at(&self, value: &Value, path: &str) -> Option<FunctionId> {
        let text = value.at(path);
        self.function_of(&text_of(text.known()?))
    }

    /// Registers a function under its physical name.
    pub(crate) fn name_function(&mut self, name: &Text, function: FunctionId) {
        if let Some(key) = canonical(name).filter(|key| !key.is_empty()) {
            self.function_names
                .entry(key)
                .and_modify(|other| *other = other.filter(|other| *other == function))
                .or_insert(Some(function));
        }
    }
}

/// A property as text.
pub(crate) fn text_prop(value: Prop<&Value>) -> Prop<Text> {
    match value {
        Prop::Known(value, place) => Prop::Known(text_of(value), place),
        Prop::Absent => Prop::Absent,
        Prop::Unknown(reason) => Prop::Unknown(reason),
    }
}

/// A text as a key that is the same for texts with the same parts; nothing where a part is unknown.
fn canonical(text: &Text) -> Option<String> {
    let mut key = String::new();
    for part in &text.0 {
        match part {
            TextPart::Literal(text) => key.push_str(text),
            TextPart::Attribute {
                resource,
                attribute,
            } => {
                key.push_str(&format!("<{}.{attribute}>", resource.0));
            }
            TextPart::Pseudo(name) => key.push_str(&format!("<{}>", name.replace(':', "."))),
            TextPart::Unknown(_) => return None,
        }
    }
    Some(key)
}

/// The known text at a dotted path.
pub(crate) fn name_at(value: &Value, path: &str) -> Option<Name> {
    value.text_at(path).known().cloned()
}
