//! Least privilege: what each function needs, on which resources, and why. From the calls that its handler reaches, and from
//! what the platform does with its role: reading queues, writing logs, sending failed events on. Policies are written of it,
//! roles are compared with it.

mod arn;
mod blast;
mod calls;
mod collect;
mod escalation;
mod granted;
mod libraries;
mod need;
mod platform;
mod radius;
mod reach;
mod role;
mod scope;
mod spelling;
mod statement;

use app::{FunctionId, Value};
use link::Model;
use rayon::prelude::*;

pub use blast::{Blast, Chain, Everywhere, Gain, Link, Reached, blast};
pub use escalation::granting;
pub use granted::{is_allowed, is_allowed_by, is_needed, narrower_template, resource_name, shown};
pub use need::{Cause, Gap, Need, Needs, Reason, Scope};
pub use radius::Abuses;
pub use reach::{allows_anywhere, are_any, matched, names_any, shape};
pub use role::{UsedRole, used_roles};
pub use spelling::{Spelled, logical_id, plain, spell};
pub use statement::{Statement, statements};

/// What each function needs, by their ids.
#[must_use]
pub fn all(model: &Model<'_>) -> Vec<Needs> {
    let functions: Vec<FunctionId> = model.application.functions().map(|(id, _)| id).collect();
    functions.par_iter().map(|id| needs(model, *id)).collect()
}

/// What a function needs.
#[must_use]
pub fn needs(model: &Model<'_>, function: FunctionId) -> Needs {
    let declared = model.application.function(function);
    let resource = declared.and_then(|it| model.application.resource(it.resource?));
    collected(model, function, resource.map(|it| &it.properties))
}

/// What a function needs once its resource has these properties.
#[must_use]
pub fn needs_with(model: &Model<'_>, function: FunctionId, properties: &Value) -> Needs {
    collected(model, function, Some(properties))
}

fn collected(model: &Model<'_>, function: FunctionId, properties: Option<&Value>) -> Needs {
    let mut collector = collect::Collector::new(model, function);
    calls::add(&mut collector);
    platform::add(&mut collector, properties);
    collector.finish()
}
