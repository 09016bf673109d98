//! The application model: functions, triggers, resources, roles and grants of all stacks of a project, linked by ids.
//!
//! Built by `iac` from templates (or from handlers alone, where a project has none), read by `link` and, as facts, by
//! `rules`. The crate knows no file format: a property is a [`Prop`] or a [`Value`] with a [`base::Place`], never a node of a
//! document.

mod application;
mod function;
mod policy;
mod prop;
mod trigger;
mod value;

pub use application::{
    Application, Dialect, FunctionId, ROLES_PLUGIN, Resource, ResourceId, RoleId, Stack, StackId,
};
pub use function::{Code, Environment, Function, Platform, Variable, Vpc};
pub use policy::{Effect, Grant, GrantOrigin, Principal, ResourcePolicy, Role};
pub use prop::{Prop, Reason};
pub use trigger::{Auth, AuthKind, Cors, Filter, KeyFilter, Route, Trigger};
pub use value::{Text, TextPart, Value, ValueKind};
