//! State machines of the plugin `serverless-step-functions`.

use base::Name;

use super::{Service, naming};
use crate::stack::StackTemplate;
use crate::tree::{Field, Tree, TreeKind};

/// Adds the state machines of the section `stepFunctions`.
pub(super) fn add(stack: &mut StackTemplate, service: &Service, section: &Tree) {
    let machines = section.get("stateMachines").map(Tree::items);
    for field in machines
        .unwrap_or_default()
        .iter()
        .flat_map(|part| part.entries())
    {
        let machine = &field.value;
        let place = field.key_place;
        let id = match machine.get("id").or_else(|| machine.get("name")) {
            Some(name) if machine.get("id").is_some() => name.as_name().unwrap_or_default(),
            Some(name) => Name::from(format!(
                "{}StepFunctionsStateMachine",
                naming::alphanumeric(&name.as_name().unwrap_or_else(|| field.key.clone()))
            )),
            None => Name::from(format!(
                "{}StepFunctionsStateMachine",
                naming::normalized(&field.key)
            )),
        };
        let mut properties = Tree::map(place, []);
        for (from, to) in [
            ("definition", "Definition"),
            ("name", "StateMachineName"),
            ("type", "StateMachineType"),
            ("loggingConfig", "LoggingConfiguration"),
            ("tracingConfig", "TracingConfiguration"),
            ("role", "RoleArn"),
        ] {
            if let Some(value) = machine.get(from) {
                properties = properties.with(to, with_ids(value, service));
            }
        }
        stack.declare(id, "AWS::StepFunctions::StateMachine", place, properties);
    }
}

/// The plugin lets a definition refer to a function by its key: `Fn::GetAtt: [hello, Arn]`.
fn with_ids(tree: &Tree, service: &Service) -> Tree {
    let is_function = |key: &str| service.functions.iter().any(|part| part.get(key).is_some());
    match (tree.as_intrinsic(), tree.referenced_id()) {
        (Some(("Fn::GetAtt", path)), Some(key)) if is_function(key) => {
            let id = naming::function(key);
            let attribute = path.items().get(1).and_then(Tree::as_text).unwrap_or("Arn");
            return Tree::get_att(tree.place, id, attribute);
        }
        (Some(("Ref", _)), Some(key)) if is_function(key) => {
            return Tree::reference(tree.place, naming::function(key));
        }
        _ => {}
    }
    let kind = match &tree.kind {
        TreeKind::List(items) => {
            TreeKind::List(items.iter().map(|item| with_ids(item, service)).collect())
        }
        TreeKind::Map(fields) => TreeKind::Map(
            fields
                .iter()
                .map(|field| Field {
                    value: with_ids(&field.value, service),
                    ..field.clone()
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Tree {
        kind,
        ..tree.clone()
    }
}
