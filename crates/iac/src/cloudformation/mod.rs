//! CloudFormation resources to functions, roles, policies and triggers.
//!
//! Resources whose condition does not hold are left out, then all stacks are numbered, then all properties are evaluated, then the resources are interpreted by type: what a
//! later step needs of an earlier one is looked up in the [`model::Model`].

mod api;
mod authorizer;
mod bus;
mod conditional;
mod evaluate;
mod event;
mod function;
mod model;
mod policy;
mod policy_text;
mod resource_policy;
mod role;
mod scope;
mod state_machine;
mod text;
mod trigger;

use app::{Application, Resource, Stack, StackId, Value, ValueKind};
use base::{Budget, Code, Diagnostic, Name};

use crate::apart::name_apart;
use crate::builder::{Builder, Output};
use crate::stack::{ResourceDeclaration, StackTemplate};
use crate::tree::Tree;
use evaluate::Evaluator;
use model::Model;

/// The type under which a stack's parameters stand among the application's resources.
pub const PARAMETER: &str = "AWS::CloudFormation::Parameter";

/// The type under which a stack's outputs stand among the application's resources.
pub const OUTPUT: &str = "AWS::CloudFormation::Output";

/// Interprets all stacks of the builder.
///
/// A stack's parameters and outputs are resources as well, of the types [`PARAMETER`] and [`OUTPUT`], which CloudFormation
/// itself does not have: with their names as logical ids and their declarations (`Type`, `Default`, `NoEcho`; `Value`) as
/// properties, behind all real resources. Nothing refers to them.
pub(crate) fn interpret(builder: Builder, budget: &Budget) -> Output {
    let Builder {
        mut stacks,
        mut diagnostics,
        mut project_files,
        parts: _,
    } = builder;
    diagnostics.extend(conditional::leave_out(&mut stacks, budget));
    let scopes = scope::scopes(&stacks);
    let evaluator = Evaluator::new(&scopes, budget);
    let mut model = Model::new(&evaluator, budget);
    model.application = resources(&stacks, &evaluator);
    policy_text::read(&mut model.application, budget);
    role::add(&mut model);
    function::add(&mut model);
    resource_policy::add(&mut model);
    event::add(&mut model);
    trigger::add(&mut model);
    for (scope, stack) in stacks.iter().enumerate() {
        if evaluator.is_exhausted(scope) {
            let message = "the template has more references than are followed, so values behind the limit are unknown; \
                           split the template";
            diagnostics.push(Diagnostic {
                path: stack.path.clone(),
                place: Some(stack.place),
                code: Code::BudgetExceeded,
                message: message.to_owned(),
            });
        }
    }
    project_files.sort();
    project_files.dedup();
    let mut application = model.application;
    name_apart(&mut application.stacks);
    Output {
        application,
        diagnostics,
        project_files,
    }
}

fn resources(stacks: &[StackTemplate], evaluator: &Evaluator<'_>) -> Application {
    let mut application = Application::default();
    for (scope, stack) in stacks.iter().enumerate() {
        application.stacks.push(Stack {
            dialect: stack.dialect,
            name: stack.name.clone(),
            path: stack.path.clone(),
            place: Some(stack.place),
            stage: stack.stage.clone(),
            region: stack.region.clone(),
            plugins: stack.plugins.clone(),
            open: stack.open.clone(),
        });
        for declaration in &stack.resources {
            let properties = properties(declaration, |tree| evaluator.evaluate(scope, tree));
            application
                .resources
                .push(resource(scope, declaration, properties));
        }
    }
    for (scope, stack) in stacks.iter().enumerate() {
        for (kind, section) in [(PARAMETER, &stack.parameters), (OUTPUT, &stack.outputs)] {
            for declared in section.entries() {
                let properties = evaluator.evaluate(scope, &declared.value);
                application.resources.push(Resource {
                    stack: StackId(scope as u32),
                    logical_id: declared.key.clone(),
                    kind: Name::new_static(kind),
                    properties: properties.unwrap_or_else(|| empty(declared.key_place)),
                    deletion_policy: None,
                    place: declared.key_place,
                    is_implied: false,
                });
            }
        }
    }
    application
}

fn properties(
    declaration: &ResourceDeclaration,
    evaluate: impl FnOnce(&Tree) -> Option<Value>,
) -> Value {
    match declaration.tree.get("Properties").and_then(evaluate) {
        Some(Value {
            kind: ValueKind::Null,
            place,
        }) => empty(place),
        Some(properties) => properties,
        None => empty(declaration.place),
    }
}

fn resource(scope: usize, declaration: &ResourceDeclaration, properties: Value) -> Resource {
    let attribute = |name: &str| declaration.tree.get(name).and_then(Tree::as_name);
    Resource {
        stack: StackId(scope as u32),
        logical_id: declaration.logical_id.clone(),
        kind: attribute("Type").unwrap_or_default(),
        properties,
        deletion_policy: attribute("DeletionPolicy"),
        place: declaration.place,
        is_implied: declaration.is_implied,
    }
}

fn empty(place: base::Place) -> Value {
    Value {
        kind: ValueKind::Map(Vec::new()),
        place,
    }
}
