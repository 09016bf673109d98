//! Joins templates and code: handler → function, trigger → what it may bring in, SDK call → resource, write → the function
//! that reads it. Rules see the facts of this crate and nothing below it.

mod channels;
mod deliveries;
mod exposure;
mod filters;
mod grants;
mod handlers;
mod imports;
mod kinds;
mod labels;
mod managed;
mod named;
mod names;
mod offers;
mod parts;
mod questions;
mod reach;
mod relays;
mod resources;
mod responses;
mod shipping;
mod states;
mod untemplated;
mod update;
mod ways;

use app::{Application, FunctionId};
use base::{Budget, Diagnostics, Name, Place};
use flow::Facts;
use ir::{GlobalFunctionId, Program};
use knowledge::Knowledge;
use rayon::prelude::*;

pub use deliveries::Delivery;
pub use imports::Imports;
pub use managed::name as managed_policy_name;
pub use named::{Named, is_arn};
pub use reach::{Flow, Reached};
pub use responses::Response;
pub use untemplated::{Untemplated, scripts, untemplated};

/// The application with its code.
#[derive(Debug)]
pub struct Model<'k> {
    /// What the templates say.
    pub application: Application,
    /// The code.
    pub program: Program,
    /// What is known about platforms and libraries.
    pub knowledge: &'k Knowledge,
    /// What was found out about each entry point.
    pub analyses: Vec<Analysis>,
    /// Handlers that were not found, limits that were reached.
    pub diagnostics: Diagnostics,
    /// For each function, indexes of its analyses.
    by_function: Vec<Vec<u32>>,
    /// For each role, what it allows.
    policies: Vec<iam::Policy>,
    names: names::Names,
    /// Where the events of each trigger come from.
    sources: Vec<Option<names::Target>>,
    channels: channels::Channels,
    shipping: shipping::Shipping,
}

/// What was found out about one entry point.
#[derive(Debug)]
pub struct Analysis {
    /// The functions deployed with this handler.
    pub functions: Vec<FunctionId>,
    /// The handler, where it is a function of the project.
    pub handler: Option<Place>,
    /// The kinds of event it was analysed for.
    pub events: Vec<Name>,
    /// The HTTP route, where a framework registered the handler.
    pub route: Option<Name>,
    /// What it does.
    pub facts: Facts,
}

impl<'k> Model<'k> {
    /// Finds the handlers of all functions and follows data through them.
    #[must_use]
    pub fn build(
        mut application: Application,
        program: Program,
        knowledge: &'k Knowledge,
        budget: &Budget,
    ) -> Self {
        application.index();
        managed::attach(&mut application, knowledge);
        let policies = grants::policies(&application, knowledge);
        let names = names::Names::new(&application, knowledge);
        let sources = resources::sources(&application, knowledge, &names);
        let mut model = Self {
            names,
            sources,
            channels: channels::Channels::default(),
            shipping: shipping::Shipping::new(&application),
            application,
            program,
            knowledge,
            analyses: Vec::new(),
            diagnostics: Diagnostics::new(),
            by_function: Vec::new(),
            policies,
        };
        let entries = handlers::entries(&mut model);
        let analyses: Vec<Vec<Analysis>> = entries
            .par_iter()
            .map(|entry| handlers::analyse(&model, entry, budget))
            .collect();
        let lost = entries
            .iter()
            .zip(&analyses)
            .filter_map(|(entry, of_entry)| handlers::not_followed(&model, entry, of_entry));
        let lost: Diagnostics = lost.collect();
        model.diagnostics.extend(lost);
        model.analyses = analyses.into_iter().flatten().collect();
        model.index();
        model.solve_channels();
        model
    }

    fn index(&mut self) {
        self.by_function = vec![Vec::new(); self.application.functions.len()];
        for (index, analysis) in self.analyses.iter().enumerate() {
            for function in &analysis.functions {
                if let Some(indexes) = self.by_function.get_mut(function.0 as usize) {
                    indexes.push(index as u32);
                }
            }
        }
    }

    /// A function's name in reports: `stack/function`.
    #[must_use]
    pub fn function_name(&self, id: FunctionId) -> Name {
        self.application.function_name(id)
    }

    /// The name of a function of the code, for people: of one without a name that of the function around it, at the top level
    /// of a file that of the file.
    #[must_use]
    pub fn code_name(&self, id: GlobalFunctionId) -> Name {
        let module = self.program.module(id.module);
        let mut at = Some(id.function);
        while let Some(function) = at.and_then(|id| module?.function(id)) {
            if let Some(name) = &function.name {
                return name.clone();
            }
            at = function.parent;
        }
        let file = self.program.path(id.module);
        file.map(|path| path.file_name().into()).unwrap_or_default()
    }
}
