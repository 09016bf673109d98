//! The scan: a project in, findings out.

use app::Application;
use base::{Budget, Code, Diagnostic, Diagnostics, Name, RelPath, System};
use deps::Inventory;
use deps::osv::Database;
use finding::{Finding, Reach};
use knowledge::Knowledge;
use privilege::{Abuses, Needs};
use rayon::prelude::*;

use crate::ignores::Ignore;
use crate::past::Past;
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
    /// Texts that findings are about and that are no files of the project; their numbers follow those of its files. See
    /// [`WithUnlisted`](crate::unlisted::WithUnlisted).
    pub unlisted: Vec<(RelPath, String)>,
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
    /// What the project's files once held, where that is asked for.
    pub past: Option<&'a Past>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            knowledge: Knowledge::builtin(),
            budget: Budget::default(),
            cost: cost::Settings::default(),
            advisories: None,
            past: None,
        }
    }
}

/// A project with what was found in it, and the model that the findings are about.
#[derive(Debug)]
pub struct Scanned<'k> {
    /// The project; its diagnostics are those of the scan.
    pub project: Project<'k>,
    /// What each function needs, by their ids.
    pub needs: Vec<Needs>,
    /// What was found, in the order of places.
    pub findings: Vec<Finding>,
    /// What the project depends on.
    inventory: Inventory,
    /// For each bundle of the inventory, the names of the functions that ship it.
    shipping: Vec<Vec<Name>>,
    unlisted: Vec<(RelPath, String)>,
}

impl<'k> Scanned<'k> {
    /// Scans a project by these options.
    #[must_use]
    pub fn new(system: &dyn System, options: &Options<'k>) -> Self {
        let Options {
            knowledge,
            budget,
            cost,
            advisories,
            past,
        } = options;
        let (mut project, (secrets, (inventory, unread))) = rayon::join(
            || Project::read(system, knowledge, budget),
            || {
                let dependencies = dependencies(system, *advisories, budget);
                (secrets::read(system, budget, *past), dependencies)
            },
        );
        let needs = privilege::all(&project.model);
        let takers = rules::Takers::new(&project.model, &inventory);
        let shipping = takers.shipping();
        let shipping = shipping.iter().map(|ids| project.model.function_names(ids));
        let shipping = shipping.collect();
        let findings = rules::check(&rules::Input {
            model: &project.model,
            responses: &project.model.responses(),
            needs: &needs,
            abuses: &Abuses::new(&project.model),
            inventory: &inventory,
            takers: &takers,
            secrets: &secrets.files,
            cost,
            templates: &project.templates,
        });
        project.diagnostics.extend(unread);
        project.diagnostics.extend(secrets.diagnostics);
        let past = past.iter().flat_map(|past| &past.diagnostics);
        project.diagnostics.extend(past.cloned());
        project.diagnostics.sort();
        project.diagnostics.dedup();
        Self {
            project,
            needs,
            findings,
            inventory,
            shipping,
            unlisted: secrets.unlisted,
        }
    }

    /// What is judged and reported of it, beside the model.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let project = &self.project;
        Outcome {
            application: project.model.application.clone(),
            findings: self.findings.clone(),
            diagnostics: project.diagnostics.clone(),
            exposures: self.exposures(),
            ignores: project.ignores.clone(),
            statistics: project.statistics,
            inventory: self.inventory.clone(),
            shipping: self.shipping.clone(),
            unlisted: self.unlisted.clone(),
        }
    }

    /// The same without the model.
    #[must_use]
    pub fn into_outcome(self) -> Outcome {
        let exposures = self.exposures();
        let project = self.project;
        let model = project.model;
        // Code and facts are many small things, which take their time to give back.
        let modules = model.program.into_modules();
        rayon::join(
            || model.analyses.into_par_iter().for_each(drop),
            || modules.into_par_iter().for_each(drop),
        );
        Outcome {
            application: model.application,
            findings: self.findings,
            diagnostics: project.diagnostics,
            exposures,
            ignores: project.ignores,
            statistics: project.statistics,
            inventory: self.inventory,
            shipping: self.shipping,
            unlisted: self.unlisted,
        }
    }

    fn exposures(&self) -> Vec<Reach> {
        let model = &self.project.model;
        let triggers = model.application.triggers.iter();
        triggers.map(|it| model.exposure_of(it)).collect()
    }
}

/// Scans a project by these options.
#[must_use]
pub fn run_with(system: &dyn System, options: &Options<'_>) -> Outcome {
    Scanned::new(system, options).into_outcome()
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
