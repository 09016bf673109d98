//! Schemas: what a value holds once it was checked against one. A number, a choice of constants, a narrow pattern hold nothing
//! that could do harm; a text without further limits holds whatever it held.

use base::{Name, Place};
use knowledge::{CallModel, Schema};

use crate::engine::{Engine, Frame};
use crate::inputs::Inputs;
use crate::library::{CallSite, wrapped};
use crate::state::State;
use crate::{Constant, Object, Shape, Value};

/// How deep schemas may be nested before a part counts as not checked.
const DEEPEST: u32 = 8;

impl<'p> Engine<'p> {
    /// Checks what the call checks: the input where it stands, or the result, which is given.
    pub(crate) fn checked_by_schema(
        &mut self,
        frame: &Frame<'p>,
        model: &CallModel,
        inputs: &Inputs<'_>,
        site: &CallSite,
        state: &mut State,
    ) -> Option<Value> {
        let mut result = None;
        for row in &model.schemas {
            let schema = self.resolve_input(&row.schema, inputs).into_iter().next();
            let input = self.resolve_input(&row.input, inputs).into_iter().next();
            let (Some((schema, _)), Some((input, place))) = (schema, input) else {
                continue;
            };
            let checked = self.narrowed_by(row, &schema, &input, place, 0);
            match &row.output {
                Some(output) => result = Some(wrapped(checked, &output.steps)),
                None => {
                    if let Some(subject) = inputs.subject(&row.input, site) {
                        self.write_subject(frame, state, &subject, checked, site.place);
                    }
                }
            }
        }
        result
    }

    fn narrowed_by(
        &mut self,
        row: &Schema,
        schema: &Value,
        input: &Value,
        place: Place,
        depth: u32,
    ) -> Value {
        if DEEPEST < depth {
            return input.clone();
        }
        if row.narrows.is_empty() {
            return self.narrowed_by_json_schema(row, schema, input, place, depth);
        }
        match &schema.shape {
            Shape::Object(fields) => self.with_fields(row, fields, input, place, depth),
            Shape::Api(api) => {
                let inner = api
                    .construction
                    .iter()
                    .flat_map(|made_with| made_with.iter())
                    .map(|argument| &argument.value)
                    .find(|value| matches!(value.shape, Shape::Object(_)));
                if let (Some(inner), true) = (inner, api.path.contains("object()")) {
                    return self.narrowed_by(row, &inner.clone(), input, place, depth + 1);
                }
                let is_narrow = api.path.split('.').any(|part| {
                    row.narrows
                        .iter()
                        .any(|word| part.strip_suffix("()") == Some(word.as_str()))
                });
                if is_narrow {
                    Value::unknown()
                } else {
                    input.clone()
                }
            }
            _ => input.clone(),
        }
    }

    fn narrowed_by_json_schema(
        &mut self,
        row: &Schema,
        schema: &Value,
        input: &Value,
        place: Place,
        depth: u32,
    ) -> Value {
        let Shape::Object(object) = &schema.shape else {
            return input.clone();
        };
        let word = |name: &str| {
            let mut fields = object.fields.iter();
            fields
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.clone())
        };
        if word("enum").is_some() || word("const").is_some() {
            return Value::unknown();
        }
        let text = |name: &str| word(name).and_then(|value| value.as_text().cloned());
        let is_number = text("type")
            .is_some_and(|kind| matches!(kind.as_str(), "integer" | "number" | "boolean" | "null"));
        let is_narrow = text("pattern")
            .is_some_and(|pattern| crate::regex_strength::is_narrow(&pattern, false, false));
        if is_number || is_narrow {
            return Value::unknown();
        }
        match word("properties").map(|properties| properties.shape) {
            Some(Shape::Object(fields)) => self.with_fields(row, &fields, input, place, depth),
            _ => input.clone(),
        }
    }

    /// The input with each field of the schema checked; what the schema does not name stays as it is.
    fn with_fields(
        &mut self,
        row: &Schema,
        fields: &Object,
        input: &Value,
        place: Place,
        depth: u32,
    ) -> Value {
        let mut checked: Vec<(Name, Value)> = Vec::new();
        for (name, schema) in &fields.fields {
            let field = self.get_field(input, name, place);
            let field = self.narrowed_by(row, schema, &field, place, depth + 1);
            checked.push((name.clone(), field));
        }
        let is_missing = matches!(input.shape, Shape::Constant(Constant::Null));
        let object = Object {
            fields: checked,
            rest: (!is_missing).then(|| input.clone()),
            class: None,
        };
        Value::of(Shape::Object(std::sync::Arc::new(object)))
    }
}
