//! The file of actions: `knowledge/iam/actions.toml`.

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::Texts;
use crate::Access;
use crate::sdk::{ActionGroup, Service};

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionFile {
    pub(crate) service: Vec<Spanned<ServiceRow>>,
}

/// `[[service]]`: its clients, and the names of its actions with blanks between them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ServiceRow {
    pub(crate) prefix: Name,
    pub(crate) clients: Vec<ClientNames>,
    #[serde(default)]
    waiters: String,
    #[serde(default)]
    read: String,
    #[serde(default)]
    read_anywhere: String,
    #[serde(default)]
    write: String,
    #[serde(default)]
    write_anywhere: String,
    #[serde(default)]
    permissions: String,
    #[serde(default)]
    permissions_anywhere: String,
}

/// What the SDKs call a client.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientNames {
    pub(crate) boto3: Name,
    /// The classes of version 2 for JavaScript: `S3`.
    #[serde(default)]
    pub(crate) v2: Texts,
    /// The package of version 3: `@aws-sdk/client-s3`.
    pub(crate) v3: Name,
}

impl ServiceRow {
    /// Translates the row; the ids of its operations start at `first`.
    pub(crate) fn service(self, first: u32) -> Service {
        let groups = [
            (Access::Read, true, self.read),
            (Access::Read, false, self.read_anywhere),
            (Access::Write, true, self.write),
            (Access::Write, false, self.write_anywhere),
            (Access::Permissions, true, self.permissions),
            (Access::Permissions, false, self.permissions_anywhere),
        ];
        let groups = groups.into_iter().filter(|(_, _, names)| !names.is_empty());
        let group = |(access, takes_resource, names)| ActionGroup {
            access,
            takes_resource,
            names,
        };
        let mut service = Service {
            prefix: self.prefix,
            waiters: self.waiters,
            groups: groups.map(group).collect(),
            first,
            ..Service::default()
        };
        service.count = u32::try_from(service.actions().count()).unwrap_or(u32::MAX);
        service
    }
}
