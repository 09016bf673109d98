//! One module for each verb.

pub(crate) mod blast;
pub(crate) mod completions;
pub(crate) mod cost;
pub(crate) mod db;
pub(crate) mod explain;
pub(crate) mod fix;
pub(crate) mod policy;
pub(crate) mod redos;
pub(crate) mod rules;
pub(crate) mod sbom;
pub(crate) mod scan;
