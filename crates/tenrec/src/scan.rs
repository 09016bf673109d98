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
    let options = Options {
        budget: *budget,
        ..Options::default()
    };
    run_with(system, &options)
}

/// What a scan goes by.
#[derive(Debug)]
pub struct Options<'a> {
    /// What is known about platforms and libraries.
    pub knowledge: &'a Knowledge,
    /// How much work it may do.
    pub budget: Budget,
    /// How dear the application may become.
    pub cost: cost::Settings,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            knowledge: Knowledge::builtin(),
            budget: Budget::default(),
            cost: cost::Settings::default(),
        }
    }
}

/// Scans a project by these options.
#[must_use]
pub fn run_with(system: &dyn System, options: &Options<'_>) -> Outcome {
    let Options {
        knowledge,
        budget,
        cost,
    } = options;
    let project = Project::read(system, knowledge, budget);
    let secrets = secrets::read(system, budget);
    let (inventory, unread) = deps::read(system, budget);
    let findings = rules::check(&rules::Input {
        model: &project.model,
        needs: &privilege::all(&project.model),
        inventory: &inventory,
        secrets: &secrets,
        cost,
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
