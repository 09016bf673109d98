//! `knowledge/packages/*.toml` and `knowledge/platform/layers.toml`.

use base::Name;
use serde::Deserialize;

use super::date;
use crate::error::Problem;
use crate::{LayerPublisher, NamePatterns, Packages, Provided, Retired};

/// What is known about the packages of one registry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackageFile {
    pub(crate) ecosystem: Name,
    tools: NamePatterns,
    silent: NamePatterns,
    bundlers: NamePatterns,
    builds: NamePatterns,
    /// Of registries whose manifests name scripts.
    #[serde(default)]
    fetching: Vec<Name>,
    #[serde(default)]
    running: Vec<Name>,
    provided: Vec<Provided>,
    retired: Vec<Retired>,
}

impl PackageFile {
    /// Translates the file.
    pub(crate) fn packages(self) -> Packages {
        Packages {
            tools: self.tools,
            silent: self.silent,
            bundlers: self.bundlers,
            builds: self.builds,
            fetching: self.fetching,
            running: self.running,
            provided: self.provided,
            retired: self.retired,
        }
    }
}

/// Accounts that layers are published from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LayerFile {
    checked: Name,
    publisher: Vec<LayerPublisher>,
}

impl LayerFile {
    /// Translates the file.
    pub(crate) fn publishers(self) -> Result<Vec<LayerPublisher>, Problem> {
        date(&self.checked)?;
        let is_account = |account: &Name| {
            account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())
        };
        let mut accounts = self.publisher.iter().flat_map(|it| &it.accounts);
        match accounts.find(|account| !is_account(account)) {
            Some(_) => Err(Problem::Conflict("an account has twelve digits")),
            None => Ok(self.publisher),
        }
    }
}
