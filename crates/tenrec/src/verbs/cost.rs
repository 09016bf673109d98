//! `tenrec cost`: what the application can be made to cost at worst.

use std::process::ExitCode;

use anyhow::Result;
use base::Budget;
use cost::Settings;
use knowledge::Knowledge;
use tenrec::costs::Costs;
use tenrec::project::Project;

use crate::cli::{Cost, ListFormat};
use crate::target::{self, Target};

pub(crate) fn run(arguments: &Cost) -> Result<ExitCode> {
    let target = Target::new(&arguments.path)?;
    let text = target::in_threads(None, || {
        let (config, _) = target.configuration(None, &rules::all())?;
        let system = target.files(&config);
        let project = Project::read(&system, Knowledge::builtin(), &Budget::default());
        let region = arguments.region.as_deref().map(Into::into);
        let settings = Settings {
            region: region.or(config.cost.region),
            concurrency: arguments
                .concurrency
                .map(f64::from)
                .or(config.cost.concurrency),
            ..config.cost
        };
        let estimate = cost::estimate(&project.model, &settings);
        let costs = Costs {
            model: &project.model,
            system: &system,
            estimate: &estimate,
            region: settings.region.as_deref(),
        };
        Ok(match arguments.format {
            ListFormat::Terminal => costs.terminal(),
            ListFormat::Json => costs.json()?,
        })
    })?;
    crate::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
