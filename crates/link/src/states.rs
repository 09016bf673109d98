//! States of state machines: which part of the machine's input the function of a state is given, and where what it answers
//! goes. JSONPath and JSONata alike, as far as they name fields; what computes may bring anything.

use app::ValueKind;
use base::Name;
use flow::Value;
use knowledge::Step as Part;

use crate::parts::walk;

/// A field that nobody writes: what stands for a value that the state itself sets.
const SET_BY_STATE: Name = Name::new_static("");

/// The fields of a machine's input that a field of the event of a state's function is made of.
pub(crate) fn input_of(state: &app::Value, event: &[Part]) -> Vec<Vec<Part>> {
    let fields = match given(state) {
        Given::Input => vec![event.to_vec()],
        Given::Made(template) => made(template, event),
    };
    let top = match state.text_at("InputPath").known() {
        Some(path) => selected(path),
        None => Selected::Fields(Vec::new()),
    };
    let from_top = |fields: Vec<Part>| match &top {
        Selected::Fields(top) => [top.clone(), fields].concat(),
        Selected::Anything => Vec::new(),
        Selected::Nothing => vec![Part::Field(SET_BY_STATE)],
    };
    fields.into_iter().map(from_top).collect()
}

/// What the function of a state is given.
enum Given<'a> {
    /// The input of the state as it is.
    Input,
    /// What the state makes of it.
    Made(&'a app::Value),
}

fn given(state: &app::Value) -> Given<'_> {
    let template = state.get("Parameters").or_else(|| state.get("Arguments"));
    let Some(template) = template else {
        return Given::Input;
    };
    if !invokes_any(state) {
        return Given::Made(template);
    }
    let payload = ["Payload", "Payload.$"]
        .iter()
        .find_map(|name| template.get(name));
    payload.map_or(Given::Input, Given::Made)
}

/// Whether the state's resource is the one that invokes any function.
fn invokes_any(state: &app::Value) -> bool {
    let resource = state.text_at("Resource");
    resource
        .known()
        .is_some_and(|it| it.contains(":states:::lambda:invoke"))
}

/// The fields of the input that a field of what a template makes comes from.
fn made(template: &app::Value, path: &[Part]) -> Vec<Vec<Part>> {
    if let Some(text) = template.as_name().filter(|text| is_expression(text)) {
        return match selected(&text) {
            Selected::Fields(fields) => vec![[fields, path.to_vec()].concat()],
            Selected::Anything => vec![Vec::new()],
            Selected::Nothing => set_by_state(),
        };
    }
    let found: Vec<Vec<Part>> = match (&template.kind, path.split_first()) {
        (ValueKind::Map(entries), Some((Part::Field(wanted), rest))) => {
            let is_wanted = |name: &Name| name.strip_suffix(".$").unwrap_or(name) == wanted;
            let wanted = entries.iter().filter(|(name, _)| is_wanted(name));
            wanted.flat_map(|(_, inner)| made(inner, rest)).collect()
        }
        (ValueKind::Map(entries), rest) => {
            let rest = rest.map_or(&[][..], |(_, rest)| rest);
            entries
                .iter()
                .flat_map(|(_, inner)| made(inner, rest))
                .collect()
        }
        (ValueKind::List(items), rest) => {
            let rest = rest.map_or(&[][..], |(_, rest)| rest);
            items.iter().flat_map(|inner| made(inner, rest)).collect()
        }
        (ValueKind::Unknown(_), _) => vec![Vec::new()],
        _ => Vec::new(),
    };
    match found.is_empty() {
        true => set_by_state(),
        false => found,
    }
}

fn set_by_state() -> Vec<Vec<Part>> {
    vec![vec![Part::Field(SET_BY_STATE)]]
}

/// Whether a text of a template stands for something else.
fn is_expression(text: &str) -> bool {
    ["$", "{%", "States."]
        .iter()
        .any(|start| text.starts_with(start))
}

/// What an expression of a state selects.
enum Selected {
    /// A field of the input.
    Fields(Vec<Part>),
    /// It cannot be told which.
    Anything,
    /// Something that is no part of the input.
    Nothing,
}

fn selected(expression: &str) -> Selected {
    let jsonata = expression
        .strip_prefix("{%")
        .and_then(|rest| rest.strip_suffix("%}"));
    let (inputs, own, expression): (&[&str], _, _) = match jsonata {
        Some(expression) => (
            &["$states.input", "$states.context.Execution.Input"],
            "$states.context",
            expression.trim(),
        ),
        None => (&["$$.Execution.Input", "$"], "$$", expression),
    };
    let field = |input: &&str| fields(expression.strip_prefix(*input)?);
    let is_own = expression.starts_with(own) && !expression.contains("Map.Item");
    match inputs.iter().find_map(field) {
        Some(fields) => Selected::Fields(fields),
        None if is_own
            && inputs
                .iter()
                .all(|input| *input == "$" || !expression.starts_with(*input)) =>
        {
            Selected::Nothing
        }
        None => Selected::Anything,
    }
}

/// `.a.b`, up to where it is more than names of fields.
fn fields(path: &str) -> Option<Vec<Part>> {
    if path.is_empty() {
        return Some(Vec::new());
    }
    let mut fields = Vec::new();
    for name in path.strip_prefix('.')?.split('.') {
        let (name, is_indexed) = match name.split_once('[') {
            Some((name, _)) => (name, true),
            None => (name, false),
        };
        let is_name = !name.is_empty()
            && name
                .chars()
                .all(|it| it.is_alphanumeric() || matches!(it, '_' | '-'));
        if !is_name {
            return None;
        }
        fields.push(Part::Field(name.into()));
        if is_indexed {
            fields.push(Part::Element);
        }
    }
    Some(fields)
}

/// What a state makes the input of the next one where its function answers this; nothing where it throws the answer away.
pub(crate) fn output_of(state: &app::Value, answer: &Value) -> Option<Value> {
    let place = state.get("ResultPath");
    if place.is_some_and(|path| matches!(path.kind, ValueKind::Null)) {
        return None;
    }
    // What invokes any function answers with more than what the function does.
    let result = match invokes_any(state) {
        true => Value::object(vec![("Payload".into(), answer.clone())]),
        false => answer.clone(),
    };
    let selector = state.get("ResultSelector").or_else(|| state.get("Output"));
    let result = selector.map_or(result.clone(), |selector| taken(selector, &result));
    let names = |path: &str| match selected(path) {
        Selected::Fields(fields) => fields,
        Selected::Anything | Selected::Nothing => Vec::new(),
    };
    let way = place.and_then(app::Value::as_name);
    let way = way.map_or_else(Vec::new, |path| names(&path));
    let out = state.text_at("OutputPath").known().map(|path| names(path));
    let out = out.unwrap_or_default();
    let put = |inner: Value, way: &[Part]| {
        way.iter().rev().fold(inner, |inner, step| match step {
            Part::Field(name) => Value::object(vec![(name.clone(), inner)]),
            _ => inner,
        })
    };
    match way.strip_prefix(out.as_slice()) {
        Some(rest) => Some(put(result, rest)),
        // What is taken out is inside of the result, or beside it.
        None => Some(joined(walk(&put(result.clone(), &way), &out)).unwrap_or(result)),
    }
}

/// What a template takes out of a result.
fn taken(template: &app::Value, result: &Value) -> Value {
    if let Some(text) = template.as_name() {
        let result_of = text.replace("$states.result", "$states.input");
        return match selected(&result_of) {
            _ if !is_expression(&text) => Value::unknown(),
            Selected::Fields(fields) => {
                joined(walk(result, &fields)).unwrap_or_else(Value::unknown)
            }
            Selected::Anything => result.clone(),
            Selected::Nothing => Value::unknown(),
        };
    }
    match &template.kind {
        ValueKind::Map(entries) => {
            let fields = entries.iter().map(|(name, inner)| {
                let name = name.strip_suffix(".$").unwrap_or(name);
                (Name::new(name), taken(inner, result))
            });
            Value::object(fields.collect())
        }
        _ => result.clone(),
    }
}

fn joined(values: Vec<Value>) -> Option<Value> {
    values.into_iter().reduce(|one, other| one.join(&other))
}
