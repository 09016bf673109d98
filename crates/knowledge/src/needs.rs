//! What a function needs beyond the actions that its calls are named after: what the platform does with its role, what
//! parameters of calls ask for, what keys of encrypted resources ask for. Read from `knowledge/iam/needs.toml`.

use std::collections::{BTreeMap, BTreeSet};

use base::Name;
use serde::{Deserialize, Serialize};

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needs {
    /// For triggers of these kinds the platform reads the source with the function's role.
    pub triggers: Vec<TriggerNeed>,
    /// Settings of functions.
    pub settings: Vec<SettingNeed>,
    /// What sending to a destination takes, by its type.
    pub destinations: Vec<DestinationNeed>,
    /// Parameters of calls that ask for more.
    pub extras: Vec<ExtraNeed>,
    /// Operations of which a parameter decides which of their actions they need.
    pub choices: Vec<Choice>,
    /// By service, the services that it uses with the permissions of whoever calls it.
    pub behind: BTreeMap<Name, Vec<Name>>,
    /// Names of settings that give a client credentials of its own.
    pub credentials: Vec<Name>,
    /// Environment variables that hold those of the function's own role, and API paths of what gives them.
    pub own_credentials: Vec<Name>,
    /// Resources encrypted with a key of the customer.
    pub keys: Vec<KeyNeed>,
    /// Actions that everyone may perform, whatever policies say.
    pub free: Vec<Name>,
    /// By language, the packages that call the platform only where a row says so, or not at all.
    pub silent: BTreeMap<Name, BTreeSet<Name>>,
    /// The services whose resources may have policies of their own.
    pub resource_policies: Vec<Name>,
    /// Parameters that hand a role over.
    pub passed_roles: PassedRoles,
}

/// Parameters that hand a role to the service that is called, which takes permission to pass it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedRoles {
    /// How their names end, whatever the case of the letters.
    pub ends: Name,
    /// The services that only name a role in such parameters.
    pub except: Vec<Name>,
}

/// What reading a source takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerNeed {
    /// The kinds of trigger: `aws.sqs`.
    pub kinds: Vec<Name>,
    /// The setting that must be written for it: `SourceAccessConfigurations`.
    pub with: Option<Name>,
    /// The actions, on the source; on what the setting names where `on` says so.
    pub actions: Vec<Name>,
    /// Actions that it takes beside, on nothing of the source: those on the network that it is in.
    pub beside: Vec<Name>,
    /// The type of the access configuration whose `URI` is meant: `BASIC_AUTH`. Empty for the source itself.
    pub on: Vec<Name>,
}

/// A setting of a function that takes actions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingNeed {
    /// The setting.
    pub setting: Setting,
    /// The actions.
    pub actions: Vec<Name>,
}

/// A setting of a function for which the platform uses the function's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// Its logs.
    Logs,
    /// Active tracing.
    Tracing,
    /// Attached to a network.
    Network,
    /// Goes on after it was stopped.
    Durable,
}

/// What sending to a type of resource takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestinationNeed {
    /// The type: `AWS::SQS::Queue`.
    pub kind: Name,
    /// The actions, on it.
    pub actions: Vec<Name>,
}

/// What a call takes beyond the actions of its operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtraNeed {
    /// The operations: `s3.PutObject`; empty where `calls` names API paths.
    pub operations: Vec<Name>,
    /// The API paths: `boto3.client(s3).upload_file`.
    pub calls: Vec<Name>,
    /// The parameter that must be passed for it.
    pub with: Option<Name>,
    /// The actions.
    pub actions: Vec<Name>,
    /// The parameter that names what they are on, where it is not the operation's own resource.
    pub parameter: Option<Name>,
    /// The type of what that parameter names.
    pub kind: Option<Name>,
    /// Why, as a clause after "because".
    pub because: Name,
}

/// What a resource encrypted with a key of the customer takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyNeed {
    /// The type: `AWS::SQS::Queue`.
    pub kind: Name,
    /// The property that names the key; elements of lists are gone through.
    pub property: Name,
    /// The actions on the resource that take it; none where running the function does.
    pub uses: Vec<Name>,
    /// What they take, on the key.
    pub actions: Vec<Name>,
}

/// An operation of which a parameter decides which of its actions it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The operations: `dynamodb.TransactWriteItems`.
    pub operations: Vec<Name>,
    /// The parameter: `TransactItems[]`.
    pub parameter: Name,
    /// By the field that is there, or the word that a text starts with, the action.
    pub actions: BTreeMap<Name, Name>,
}
