//! The scan: a project in, findings out.

use app::Application;
use base::{Budget, Diagnostics, System};
use finding::{Finding, Reach};
use knowledge::Knowledge;

use crate::ignores::Ignore;
use crate::project::{Project, Statistics};
use crate::secrets;

/// What a scan gives.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The application as it was understood.
    pub application: Application,
    /// What was found, in the order of places.
    pub findings: Vec<Finding>,
    /// What was skipped, and why, in the order of paths.
    pub diagnostics: Diagnostics,
    /// Who can make each trigger fire, in the order of the application's triggers.
    pub exposures: Vec<Reach>,
    /// The inline ignores of the code, in the order of files.
    pub ignores: Vec<Ignore>,
    /// How much was read.
    pub statistics: Statistics,
}

/// Scans a project with what is known to the binary.
#[must_use]
pub fn run(system: &dyn System, budget: &Budget) -> Outcome {
    run_with(system, Knowledge::builtin(), budget)
}

/// Scans a project with this knowledge.
#[must_use]
pub fn run_with(system: &dyn System, knowledge: &Knowledge, budget: &Budget) -> Outcome {
    let project = Project::read(system, knowledge, budget);
    let secrets = secrets::read(system, budget);
    let (inventory, unread) = deps::read(system, budget);
    let findings = rules::check(&rules::Input {
        model: &project.model,
        inventory: &inventory,
        secrets: &secrets,
        templates: &project.templates,
    });
    let Project {
        model,
        mut diagnostics,
        ignores,
        statistics,
        ..
    } = project;
    let triggers = model.application.triggers.iter();
    let exposures = triggers.map(|it| model.exposure_of(it)).collect();
    diagnostics.extend(unread);
    diagnostics.sort();
    diagnostics.dedup();
    Outcome {
        application: model.application,
        findings,
        diagnostics,
        exposures,
        ignores,
        statistics,
    }
}
