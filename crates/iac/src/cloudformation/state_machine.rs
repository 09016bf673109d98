//! State machines invoke functions: the tasks of their definitions are triggers.

use app::{FunctionId, Resource, ResourceId, Route, Text, TextPart, Trigger, Value, ValueKind};
use base::Name;

use super::model::Model;
use super::text::{TextBuilder, parse_json, text_of};
use super::trigger::{itself, trigger};

/// Adds the tasks of a state machine.
pub(crate) fn tasks(
    model: &Model<'_>,
    id: ResourceId,
    resource: &Resource,
    triggers: &mut Vec<Trigger>,
) {
    let properties = &resource.properties;
    let written = properties
        .get("Definition")
        .or_else(|| properties.get("DefinitionString"));
    let Some(written) = written else { return };
    let parsed = written
        .as_text()
        .and_then(|text| parse_json(text, written.place, model.budget));
    let definition = parsed.as_ref().unwrap_or(written);
    let tasks = Tasks {
        model,
        substitutions: properties.get("DefinitionSubstitutions"),
    };
    tasks.add(definition, (id, resource), triggers);
}

struct Tasks<'a> {
    model: &'a Model<'a>,
    substitutions: Option<&'a Value>,
}

impl Tasks<'_> {
    /// The states of a definition, those inside of maps and parallel branches included.
    fn add(
        &self,
        definition: &Value,
        machine: (ResourceId, &Resource),
        triggers: &mut Vec<Trigger>,
    ) {
        let (id, resource) = machine;
        for (name, state) in definition
            .get("States")
            .map(Value::entries)
            .unwrap_or_default()
        {
            if let Some(function) = self.function(state) {
                triggers.push(Trigger {
                    route: Some(Route {
                        method: Name::default(),
                        path: name.clone(),
                    }),
                    settings: state.clone(),
                    place: state.place,
                    ..trigger(
                        function,
                        "aws.stepfunctions",
                        itself(id, resource),
                        resource,
                    )
                });
            }
            for inner in ["Iterator", "ItemProcessor"] {
                if let Some(inner) = state.get(inner) {
                    self.add(inner, machine, triggers);
                }
            }
            for branch in state.get("Branches").map(Value::items).unwrap_or_default() {
                self.add(branch, machine, triggers);
            }
        }
    }

    /// The function of a task: its resource, or a parameter of the resource that invokes any function.
    fn function(&self, state: &Value) -> Option<FunctionId> {
        let resource = self.text(state.get("Resource")?);
        let invokes = resource.display().contains(":states:::lambda:invoke");
        if !invokes {
            return self.model.function_of(&resource);
        }
        let name = ["Parameters", "Arguments"]
            .iter()
            .find_map(|input| state.get(input)?.get("FunctionName"))?;
        self.model.function_of(&self.text(name))
    }

    /// A text with the state machine's substitutions applied: `${Name}`.
    fn text(&self, value: &Value) -> Text {
        let text = text_of(value);
        let Some(substitutions) = self.substitutions else {
            return text;
        };
        let mut result = TextBuilder::default();
        for part in text.0 {
            match part {
                TextPart::Literal(literal) => substitute(&literal, substitutions, &mut result),
                other => result.part(other),
            }
        }
        result.finish()
    }
}

fn substitute(literal: &str, substitutions: &Value, result: &mut TextBuilder) {
    let mut rest = literal;
    while let Some((before, after)) = rest.split_once("${") {
        result.literal(before);
        let known = after
            .split_once('}')
            .and_then(|(name, behind)| Some((substitutions.get(name)?, behind)));
        match known {
            Some((value, behind)) if !matches!(value.kind, ValueKind::Null) => {
                result.value(value);
                rest = behind;
            }
            _ => {
                result.literal("${");
                rest = after;
            }
        }
    }
    result.literal(rest);
}
