//! Templates to application model.
//!
//! One way through: every dialect becomes CloudFormation resources as one placed tree ([`tree`]), gathered as
//! [`stack::StackTemplate`]s in a [`builder::Builder`]; then one pass, `cloudformation`, interprets the resources of all
//! stacks into functions, roles, policies and triggers of an [`app::Application`].

pub mod builder;
mod serverless;
pub mod stack;
pub mod tree;
