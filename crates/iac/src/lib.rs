//! Templates to application model.
//!
//! One way through: every dialect becomes CloudFormation resources as one placed tree ([`tree`]), gathered as
//! [`stack::StackTemplate`]s in a [`builder::Builder`]; then one pass, `cloudformation`, interprets the resources of all
//! stacks into functions, roles, policies and triggers of an [`app::Application`].

mod apart;
pub mod builder;
mod cloudformation;
mod discover;
mod include;
mod loops;
mod sam;
mod serverless;
pub mod stack;
pub mod tree;

use base::{Budget, Entry, System};
use rayon::prelude::*;

pub use builder::Output;
use builder::{Builder, Files, Project};
pub use cloudformation::{OUTPUT, PARAMETER};

/// Reads all templates of a project. The id of a file is its index in [`System::files`].
#[must_use]
pub fn read(system: &dyn System, budget: &Budget) -> Output {
    let files = Files::new(system);
    let project = Project {
        system,
        files: &files,
        budget,
    };
    let of_file = |entry: &Entry| {
        let mut builder = Builder::default();
        if system.is_template_wanted(&entry.path) {
            discover::template(&project, &mut builder, entry);
        }
        builder
    };
    let of_files: Vec<Builder> = system.files().par_iter().map(of_file).collect();
    let mut builder = Builder::default();
    for of_file in of_files {
        builder.append(of_file);
    }
    builder.drop_parts();
    cloudformation::interpret(builder, budget)
}
