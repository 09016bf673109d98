//! What platforms do by themselves: what a service does where a template says nothing, and how long runtimes are supported.
//! Read from `knowledge/platform/`.

use crate::KindId;
use base::Name;
use serde::{Deserialize, Serialize};

/// What a service does where the template does not say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceDefault {
    /// The property as CloudFormation names it, dotted: `PublicAccessBlockConfiguration.BlockPublicAcls`.
    pub property: Name,
    /// The value, as text: `AES256`, `3`, `none`.
    pub value: Name,
    /// What the property protects.
    pub protects: Concern,
    /// Properties that, where they are written, let another resource decide: a database restored from a snapshot.
    pub unless: Vec<Name>,
    /// Since when, `YYYY-MM-DD`; nothing where it has always been so.
    pub since: Option<Name>,
    /// Where that is published.
    pub source: String,
}

impl ServiceDefault {
    /// Whether a value of the property leaves the resource unprotected.
    #[must_use]
    pub fn is_off(value: &str) -> bool {
        ["none", "false", "disabled", "suspended", "plaintext", "0"]
            .iter()
            .any(|off| value.eq_ignore_ascii_case(off))
    }
}

/// What a property protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Concern {
    /// Stored data, from whoever gets at the disks.
    DataAtRest,
    /// Data on its way, from whoever listens.
    DataInTransit,
    /// Data, from being deleted or overwritten.
    Recovery,
}

/// A runtime of functions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runtime {
    /// Its identifier in templates: `python3.9`.
    pub id: Name,
    /// The folder that holds its language's knowledge, `python` or `javascript`, or another language's name.
    pub language: Name,
    /// The day from which the provider no longer patches it, `YYYY-MM-DD`. Days in this form compare as texts. Nothing
    /// where no day is set.
    pub deprecated: Option<Name>,
    /// The day from which no new function can use it, `YYYY-MM-DD`.
    pub blocks_create: Option<Name>,
    /// The day from which functions that use it cannot be changed, `YYYY-MM-DD`.
    pub blocks_update: Option<Name>,
    /// The runtime to move to.
    pub upgrade_to: Option<Name>,
    /// Where the days are published.
    pub source: String,
}

impl Runtime {
    /// Whether it is out of support on `day` (`YYYY-MM-DD`).
    #[must_use]
    pub fn is_deprecated_on(&self, day: &str) -> bool {
        has_come(self.deprecated.as_ref(), day)
    }

    /// Whether no new function can use it on `day` (`YYYY-MM-DD`).
    #[must_use]
    pub fn is_blocked_on(&self, day: &str) -> bool {
        has_come(self.blocks_create.as_ref(), day)
    }
}

fn has_come(from: Option<&Name>, day: &str) -> bool {
    from.is_some_and(|from| from.as_str() <= day)
}

/// What functions of one platform are given where a template does not say, and what they cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FunctionPlatform {
    /// Memory in MiB.
    pub memory: f64,
    /// Timeout in seconds.
    pub timeout: f64,
    /// Executions at the same time, of all functions of an account in a region.
    pub concurrency: f64,
    /// Further attempts at an asynchronous invocation that failed.
    pub retries: f64,
    /// US dollars for one invocation, besides its duration.
    pub request: f64,
    /// Prices of duration.
    pub prices: Vec<Price>,
    /// Where prices are published.
    pub source: String,
    /// The day on which they were last compared with that, `YYYY-MM-DD`.
    pub checked: Name,
}

/// What a function's duration costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Price {
    /// `x86_64`, `arm64`.
    pub architecture: Name,
    /// The region; nothing for all without a price of their own.
    pub region: Option<Name>,
    /// US dollars for each GiB of memory and second.
    pub gigabyte_second: f64,
}

impl FunctionPlatform {
    /// US dollars for each GiB and second.
    #[must_use]
    pub fn gigabyte_second(&self, architecture: &str, region: Option<&str>) -> Option<f64> {
        let of = |region: Option<&str>| {
            self.prices.iter().find(|price| {
                price.architecture == architecture && price.region.as_deref() == region
            })
        };
        let price = region.and_then(|region| of(Some(region))).or(of(None));
        price.map(|price| price.gigabyte_second)
    }
}

/// A property of a resource that one value mends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MendingSetting {
    /// The rule whose findings it mends.
    pub rule: Name,
    /// The type of resource.
    pub kind: Name,
    /// The property, a dotted path in CloudFormation's vocabulary.
    pub property: Name,
    /// How other dialects call it, the preferred first: where it stands (a section of the template that speaks for all, a type of
    /// SAM, `functions` for a function of the Serverless Framework) and its dotted path there.
    pub named: Vec<(Name, Name)>,
    /// The resource that a framework makes and of which alone the row is, by its logical id.
    pub only: Option<Name>,
    /// What it is set to; nothing where the finding says what.
    pub value: Option<SetTo>,
    /// Why somebody should look at it first, as a clause; nothing where it is safe.
    pub review: Option<Name>,
}

/// What a property is set to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SetTo {
    /// `true`, `false`.
    Switch(bool),
    /// A number.
    Number(u32),
    /// A text.
    Text(Name),
    /// Fields.
    Fields(Vec<(Name, SetTo)>),
}

/// A variable of the environment that switches something on for a whole process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchVariable {
    /// Its name: `NODE_TLS_REJECT_UNAUTHORIZED`.
    pub name: Name,
    /// The values that switch it on.
    pub on: Vec<Name>,
    /// What is on then: `tls-verification-off`.
    pub kind: KindId,
}

/// Endpoints of resources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// Where they say which versions of TLS they speak.
    pub tls: Vec<TlsEndpoint>,
    /// By type, the property that gives a resource an address on the internet, ordered as in the file.
    pub public: Vec<(Name, Name)>,
}

/// A type of endpoint that speaks TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsEndpoint {
    /// The type.
    pub kind: Name,
    /// The property that says which versions it speaks, as a dotted path.
    pub property: Name,
    /// The words for those that include TLS 1.0 or 1.1.
    pub weak: Vec<Name>,
    /// The word to write instead.
    pub better: Name,
    /// The word that holds where nothing is written, on an endpoint that [`Self::speaks`] TLS.
    pub default: Option<Name>,
    /// The values of `Protocol` that are TLS.
    pub speaks: Vec<Name>,
    /// A property under which, where it is true, the word is not heeded.
    pub unless: Option<Name>,
    /// Its load balancer decides who reaches it.
    pub is_balanced: bool,
}

/// What routes and headers are called that say whether a route without authentication is meant to be one, in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RouteWords {
    /// Parts of paths that must be open, or are meant to be.
    pub open: Vec<Name>,
    /// Parts of paths that other services call, which sign what they send.
    pub called_by_services: Vec<Name>,
    /// Ends of the names of headers and cookies in which callers say what they may do.
    pub claims: Vec<Name>,
    /// Names that can be nothing but what a caller says of themselves, wherever they stand.
    pub boasts: Vec<Name>,
    /// Fields of requests that hold what is said about the request and the caller.
    pub about_caller: Vec<Name>,
    /// Headers that say what is sent or how it is to be answered.
    pub content_headers: Vec<Name>,
}
