//! The scan: a project in, findings out.

use app::Application;
use base::{Budget, Code, Diagnostic, Diagnostics, Name, RelPath, System};
use deps::Inventory;
use deps::osv::Database;
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
    /// What the project depends on.
    pub inventory: Inventory,
    /// For each bundle of the inventory, the names of the functions that ship it.
    pub shipping: Vec<Vec<Name>>,
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
    /// The database of known vulnerabilities, where there is one.
    pub advisories: Option<&'a Database>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            knowledge: Knowledge::builtin(),
            budget: Budget::default(),
            cost: cost::Settings::default(),
            advisories: None,
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
        advisories,
    } = options;
    let project = Project::read(system, knowledge, budget);
    let secrets = secrets::read(system, budget);
    let (inventory, unread) = dependencies(system, *advisories, budget);
    let findings = rules::check(&rules::Input {
        model: &project.model,
        needs: &privilege::all(&project.model),
        inventory: &inventory,
        secrets: &secrets,
        cost,
        templates: &project.templates,
    });
    let shipping = rules::shipping(&project.model, &inventory);
    let shipping = shipping
        .iter()
        .map(|functions| project.model.function_names(functions));
    let shipping = shipping.collect();
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
        inventory,
        shipping,
    }
}

/// What the project depends on, and what is known to be wrong with it.
#[must_use]
pub fn dependencies(
    system: &dyn System,
    advisories: Option<&Database>,
    budget: &Budget,
) -> (Inventory, Diagnostics) {
    let (mut inventory, mut diagnostics) = deps::read(system, budget);
    if let Some(Err(error)) = advisories.map(|advisories| inventory.look_up(advisories)) {
        diagnostics.push(Diagnostic {
            path: RelPath::root(),
            place: None,
            code: Code::UnreadableFile,
            message: format!(
                "the database of known vulnerabilities was not used to its end: {error}"
            ),
        });
    }
    (inventory, diagnostics)
}
