//! Functions that decide who may call others, and what their answers say.

use app::{AuthKind, FunctionId};
use flow::{Constant, Shape, Value};
use link::{Analysis, Model};

/// The functions that are the authorizers of routes, in the order of their ids.
pub(crate) fn authorizers(model: &Model<'_>) -> Vec<FunctionId> {
    let triggers = model.application.triggers.iter();
    let mut functions: Vec<FunctionId> = triggers
        .filter_map(|trigger| match &trigger.auth.kind {
            AuthKind::Function { authorizer } => *authorizer,
            _ => None,
        })
        .collect();
    functions.sort();
    functions.dedup();
    functions
}

/// Whether one of these functions runs the code.
pub(crate) fn is_of(authorizers: &[FunctionId], analysis: &Analysis) -> bool {
    let mut functions = analysis.functions.iter();
    functions.any(|function| authorizers.binary_search(function).is_ok())
}

/// Whether an answer turns the caller away.
pub(crate) fn says_no(answer: &Value) -> bool {
    says(answer, false, 0)
}

/// Whether an answer lets the caller in, whatever the way to it.
pub(crate) fn says_yes(answer: &Value) -> bool {
    says(answer, true, 0) && !says_no(answer)
}

/// Whether something in an answer is the word for yes, or for no.
fn says(answer: &Value, yes: bool, depth: u32) -> bool {
    const DEEPEST: u32 = 8;
    let mut shapes = answer.shape.alternatives().iter();
    depth < DEEPEST
        && shapes.any(|shape| match shape {
            Shape::Constant(Constant::Bool(answer)) => *answer == yes,
            Shape::Constant(Constant::Text(text)) => {
                text.eq_ignore_ascii_case(if yes { "allow" } else { "deny" })
            }
            Shape::Object(object) => {
                let mut fields = object.fields.iter();
                fields.any(|(name, field)| name != "context" && says(field, yes, depth + 1))
            }
            Shape::List(list) => {
                let mut items = list.items.iter().chain(&list.rest);
                items.any(|item| says(item, yes, depth + 1))
            }
            _ => false,
        })
}
