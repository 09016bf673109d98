//! The knowledge base: a typed, validated view of the data tree `knowledge/`, embedded in the binary.
//!
//! Everything that is a fact about a platform, a library or a runtime is data here, not code elsewhere: a new library's sink
//! or a new event source is an edit of a TOML file. The build script checks the data against its vocabularies and embeds it.
//!
//! | file | holds |
//! |---|---|
//! | `kinds.toml` | the words for dangers |
//! | `domains.toml` | what values of a type hold, and for which dangers that is harmless |
//! | `parts.toml` | the words for the data-carrying parts of resources |
//! | `events/**/*.toml` | one kind of event each, named after it |
//! | `taint/<language>/*.toml` | what calls of libraries do to data |
//! | `iam/actions.toml` | the services of the platform, their actions and the SDKs' clients |
//! | `iam/catalogue.txt` | what every action takes: types of resource, condition keys, further actions |
//! | `iam/managed/*.toml` | policies of the platform that roles have attached |
//! | `iam/allowances.toml` | what roles may allow although no code calls it |
//! | `iam/blast.toml` | what a role in the wrong hands comes to |
//! | `iam/needs.toml` | what functions need beyond the actions that their calls are named after |
//! | `iam/escalation.toml`, `iam/exposure.toml` | what turns permissions into more, and what no role should do everywhere |
//! | `iam/resource-policies.toml` | where templates write policies of resources, and whom those must not let in |
//! | `calls/<cloud>/*.toml` | what is to be said of a client's operations beyond their names: actions, resources, channels |
//! | `resources/*.toml` | types of resources |
//! | `platform/*.toml` | what holds where a template says nothing |
//! | `platform/settings.toml` | which property, set to what, mends what a rule finds |
//! | `platform/variables.toml` | variables of the environment that switch a protection off or a debug mode on |
//! | `platform/endpoints.toml` | which endpoints speak broken versions of TLS, and which resources have an address on the internet |
//! | `platform/routes.toml` | what routes and headers are called that are meant to be open |
//! | `platform/runtimes.toml` | runtimes and the end of their support |
//! | `platform/lambda.toml` | what functions are given where a template says nothing, and their prices |
//! | `platform/layers.toml` | who publishes layers for everybody |
//! | `packages/*.toml` | what is to be known about packages of a registry |
//! | `secrets/*.toml` | what secrets look like, how they are called, and where templates hold them |

mod access_path;
mod catalogue;
mod embedded;
mod error;
mod event;
mod kind;
mod knowledge;
mod load;
mod needs;
mod operation;
mod package;
mod platform;
mod policy;
mod resource;
mod schema;
mod sdk;
mod secret;
mod source;
mod taint;

pub use access_path::{AccessPath, AccessPathError, Position, Root, Step};
pub use catalogue::{AccessLevel, ArnType, Catalogue, CatalogueAction, ConditionKey, KeyKind};
pub use error::{KnowledgeError, Problem};
pub use event::{DefaultWho, Encoding, Event, EventField, EventPath, Relation, Trust};
pub use kind::Kind;
pub use knowledge::{Knowledge, LanguageModel};
pub use needs::{
    Choice, DestinationNeed, ExtraNeed, KeyNeed, Needs, PassedRoles, Setting, SettingNeed,
    TriggerNeed,
};
pub use operation::{
    Access, ChannelPart, Operation, OperationArn, OperationCall, OperationResource, ParameterStyle,
};
pub use package::{LayerPublisher, NamePatterns, Packages, Provided, Retired};
pub use platform::{
    Concern, Endpoints, FunctionPlatform, MendingSetting, Price, RouteWords, Runtime,
    ServiceDefault, SetTo, SwitchVariable, TlsEndpoint,
};
pub use policy::{
    Allowances, Badness, BlastTerms, Escalation, Exposures, IdentityProvider, ManagedPolicy,
    OpenHarm, PolicyCarrier, PolicyStatement, ResourcePolicies,
};
pub use resource::{Reference, ResourceType};
pub use schema::{Declares, Domain, Notation, Schema, TypeModel};
pub use sdk::{Action, SdkCall, Service};
pub use secret::{
    SecretCheck, SecretFormat, SecretNames, SecretPlaces, SecretPosition, SecretProperty, Secrets,
};
pub use taint::{
    CallModel, Callback, CallbackResult, Condition, Entry, FileAccess, FileEffect, Guard, KindId,
    KindSet, Mark, Outcome, Propagation, Sink, Source, SourceKind, Test, Vouch,
};
