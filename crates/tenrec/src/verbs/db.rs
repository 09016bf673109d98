//! `tenrec db`: the database of known vulnerabilities.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::advisories;
use crate::cli::Db;

pub(crate) fn run(db: &Db) -> Result<ExitCode> {
    let Db::Update { url, output } = db;
    let said = advisories::update(url, output.as_deref().map(Path::new))?;
    crate::print(&said)?;
    Ok(ExitCode::SUCCESS)
}
