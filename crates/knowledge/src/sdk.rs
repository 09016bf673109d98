//! Services of the platform as its policies and its SDKs name them: the actions of each, and from an API path to the
//! operation that it performs. Read from `knowledge/iam/actions.toml`.
//!
//! An operation is named after its action by each SDK's own rule, so that a row is needed only where it is not, or where a
//! resource or a channel is to be said: `PutItem` is `boto3.client(dynamodb).put_item`, `aws-sdk.DynamoDB().putItem`,
//! `@aws-sdk/client-dynamodb.PutItemCommand` and `@aws-sdk/client-dynamodb.DynamoDB().putItem`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use base::{Map, Name};
use serde::{Deserialize, Serialize};

use crate::{
    Access, AccessPath, Knowledge, Operation, OperationCall, OperationResource, ParameterStyle,
    Position, Root, Step,
};

/// A service as IAM knows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Its prefix in actions: `dynamodb`.
    pub prefix: Name,
    pub(crate) groups: Vec<ActionGroup>,
    /// The id of the operation named like its first action, and how many actions it has.
    pub(crate) first: u32,
    pub(crate) count: u32,
    /// The names of waiters, each with the operation that it performs until it is content; blanks between them.
    pub(crate) waiters: String,
    /// The resource of operations that have no row of their own.
    pub(crate) resource: Option<OperationResource>,
    /// The operations named like its actions, made when first asked for.
    #[serde(skip)]
    pub(crate) operations: OnceLock<Box<[Operation]>>,
    /// Its actions by their names in lower case, made when first asked for.
    #[serde(skip)]
    pub(crate) by_name: OnceLock<Map<Name, NamedAction>>,
}

/// An action as it is looked up.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NamedAction {
    name: Name,
    access: Access,
    takes_resource: bool,
}

/// Actions of a service of which the same holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ActionGroup {
    pub(crate) access: Access,
    pub(crate) takes_resource: bool,
    /// Their names, with blanks between them.
    pub(crate) names: String,
}

/// An action of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action<'k> {
    /// Its name without the prefix: `PutItem`.
    pub name: &'k str,
    /// What it does.
    pub access: Access,
    /// A statement can name the resource; for the others only `*` can be written.
    pub takes_resource: bool,
}

/// A client of the SDKs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Client {
    /// Index of its service.
    pub(crate) service: u32,
    /// Operations with rows of their own, by their [`canonical`] names.
    pub(crate) operations: Map<Name, u32>,
}

/// All clients, by their names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Clients {
    pub(crate) clients: Vec<Client>,
    /// boto3's name.
    pub(crate) python: BTreeMap<Name, u32>,
    /// The class of version 2 for JavaScript, in lower case.
    pub(crate) version_2: BTreeMap<Name, u32>,
    /// The package of version 3.
    pub(crate) version_3: BTreeMap<Name, u32>,
}

/// What the call of an API path of an SDK does.
#[derive(Clone, Debug, PartialEq)]
pub enum SdkCall<'k> {
    /// It performs an operation.
    Performs(Cow<'k, OperationCall>),
    /// It makes or configures something and talks to no service.
    Local,
    /// It may perform any operation.
    Unknown,
}

/// Methods of clients that talk to no service by themselves.
const LOCAL_METHODS: [&str; 16] = [
    "send",
    "then",
    "catch",
    "finally",
    "destroy",
    "close",
    "config",
    "on",
    "get_paginator",
    "get_waiter",
    "can_paginate",
    "batch_writer",
    "setupRequestListeners",
    "customizeRequests",
    "get_available_subresources",
    "from",
];

impl Service {
    /// Its actions.
    pub fn actions(&self) -> impl Iterator<Item = Action<'_>> {
        self.groups.iter().flat_map(|group| {
            group.names.split_ascii_whitespace().map(|name| Action {
                name,
                access: match group.access {
                    Access::Write if is_removal(name) => Access::Delete,
                    access => access,
                },
                takes_resource: group.takes_resource,
            })
        })
    }

    /// The action with this name, in any case.
    fn action_named(&self, name: &str) -> Option<Action<'_>> {
        let by_name = self.by_name.get_or_init(|| {
            let mut by_name: Map<Name, NamedAction> = Map::default();
            for action in self.actions() {
                let key = Name::from(action.name.to_ascii_lowercase());
                by_name.entry(key).or_insert_with(|| NamedAction {
                    name: action.name.into(),
                    access: action.access,
                    takes_resource: action.takes_resource,
                });
            }
            by_name
        });
        let found = by_name.get(name.to_ascii_lowercase().as_str())?;
        Some(Action {
            name: &found.name,
            access: found.access,
            takes_resource: found.takes_resource,
        })
    }

    pub(crate) fn operations(&self) -> &[Operation] {
        self.operations.get_or_init(|| {
            let operation = |action: Action<'_>| Operation {
                service: self.prefix.clone(),
                name: action.name.into(),
                actions: vec![Name::from(format!("{}:{}", self.prefix, action.name))],
                access: action.access,
                resource: self.resource.clone(),
                arns: Vec::new(),
                writes: Vec::new(),
                reads: Vec::new(),
            };
            self.actions().map(operation).collect()
        })
    }
}

fn is_removal(action: &str) -> bool {
    ["Delete", "BatchDelete", "Purge", "Terminate"]
        .iter()
        .any(|verb| action.starts_with(verb))
}

impl Knowledge {
    /// The service with this prefix in actions: `dynamodb`.
    #[must_use]
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        let index = self
            .services
            .binary_search_by(|service| service.prefix.as_str().cmp(prefix))
            .ok()?;
        self.services.get(index)
    }

    /// The action of this name: `dynamodb:PutItem`.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<Action<'_>> {
        let (prefix, name) = name.split_once(':')?;
        let service = self.service(&prefix.to_ascii_lowercase())?;
        service.action_named(name)
    }

    /// The operation with this id: one named like an action, or that of a row.
    #[must_use]
    pub fn operation(&self, id: u32) -> Option<&Operation> {
        let after = self.services.partition_point(|service| service.first <= id);
        let service = after
            .checked_sub(1)
            .and_then(|index| self.services.get(index))?;
        let offset = usize::try_from(id.checked_sub(service.first)?).ok()?;
        if offset < usize::try_from(service.count).ok()? {
            return service.operations().get(offset);
        }
        let row = id.checked_sub(self.named_operations())?;
        self.operations.get(usize::try_from(row).ok()?)
    }

    /// How many operations are named like actions; the ids of those with rows come after theirs.
    pub(crate) fn named_operations(&self) -> u32 {
        let last = self.services.last();
        last.map_or(0, |service| service.first + service.count)
    }

    /// What the call of an API path does, where the path is one of an SDK.
    #[must_use]
    pub fn sdk_call(&self, language: &str, path: &str) -> Option<SdkCall<'_>> {
        let path = behind_resource(path);
        let path = path.as_ref();
        if let Some(written) = self.language(language).operation(path) {
            return Some(SdkCall::Performs(Cow::Borrowed(written)));
        }
        if language == "python" && self.is_answer(path) {
            return Some(SdkCall::Local);
        }
        let Named { client, method } = match language {
            "python" => python(path)?,
            _ => javascript(path)?,
        };
        let id = match client {
            Some(ClientName::Python(name)) => self.clients.python.get(name),
            Some(ClientName::Version2(name)) => {
                let name = name.to_ascii_lowercase();
                self.clients.version_2.get(name.as_str())
            }
            Some(ClientName::Version3(name)) => self.clients.version_3.get(name),
            None => None,
        };
        let defaults = match client {
            Some(ClientName::Version2(_)) => Some(made_with_params()),
            _ => None,
        };
        let client = id.and_then(|id| self.clients.clients.get(usize::try_from(*id).ok()?));
        let (operation, parameters) = match method {
            Method::Local => return Some(SdkCall::Local),
            Method::Unknown => return Some(SdkCall::Unknown),
            Method::Operation(name, parameters) => {
                let operation = client.and_then(|client| self.operation_named(client, name));
                (operation, parameters)
            }
            Method::Waiter(name, parameters) => {
                let operation = client.and_then(|client| self.operation_awaited(client, name));
                (operation, parameters)
            }
        };
        Some(operation.map_or(SdkCall::Unknown, |operation| {
            SdkCall::Performs(Cow::Owned(OperationCall {
                operation,
                parameters,
                overrides: Vec::new(),
                defaults,
                result: Vec::new(),
            }))
        }))
    }

    /// Whether what is called is a part of what an operation of a boto3 resource answered: `Table().get_item().get`. Some
    /// answer with other resources, whose methods perform operations again.
    fn is_answer(&self, path: &str) -> bool {
        path.starts_with("boto3.resource(")
            && path.match_indices("().").any(|(end, _)| {
                let called = path.get(..end).unwrap_or_default();
                let method = called.rsplit('.').next().unwrap_or_default();
                let gives_resources = called.contains(".objects.")
                    || method.starts_with("create_")
                    || matches!(
                        method,
                        "get_queue_by_name" | "receive_messages" | "batch_writer"
                    );
                !gives_resources && self.language("python").operation(called).is_some()
            })
    }

    /// Whether a call makes a client of an SDK: `boto3.client`, `aws-sdk.S3()`.
    #[must_use]
    pub fn makes_sdk_client(&self, language: &str, path: &str) -> bool {
        match language {
            "python" => matches!(path, "boto3.client" | "boto3.resource"),
            _ => self.is_sdk_client(language, path),
        }
    }

    /// Whether the value with this API path is a client of an SDK, so that whoever has it may perform any operation.
    #[must_use]
    pub fn is_sdk_client(&self, language: &str, path: &str) -> bool {
        let is_constructor = |name: &str| {
            name.starts_with(|letter: char| letter.is_ascii_uppercase())
                && !name.ends_with("Command")
        };
        if language == "python" {
            let rest = path
                .strip_prefix("boto3.client(")
                .or_else(|| path.strip_prefix("boto3.resource("))
                .and_then(|rest| rest.split_once(')'));
            return rest.is_some_and(|(_, parts)| {
                parts.is_empty() || parts.split('.').skip(1).all(is_constructor)
            });
        }
        let Some(made) = path.strip_suffix("()").filter(|made| !made.contains('(')) else {
            return false;
        };
        match made.strip_prefix("aws-sdk") {
            Some(class) => {
                class.starts_with("/clients/")
                    || class
                        .split('.')
                        .all(|name| name.is_empty() || is_constructor(name))
            }
            None => made
                .strip_prefix("@aws-sdk/")
                .and_then(|rest| rest.split_once('.'))
                .is_some_and(|(_, class)| is_constructor(class.trim_end_matches(".from"))),
        }
    }

    /// The operation that a waiter of a client performs, by the name that an SDK gives the waiter.
    fn operation_awaited(&self, client: &Client, name: &str) -> Option<u32> {
        let waiter = canonical(name);
        let service = self.services.get(usize::try_from(client.service).ok()?)?;
        let mut words = service.waiters.split_ascii_whitespace();
        let mut pairs = std::iter::from_fn(|| Some((words.next()?, words.next()?)));
        let (_, operation) = pairs.find(|(known, _)| known.eq_ignore_ascii_case(&waiter))?;
        self.operation_named(client, operation)
    }

    /// The operation of a client, by the name that an SDK gives it.
    pub(crate) fn operation_named(&self, client: &Client, name: &str) -> Option<u32> {
        let name = canonical(name);
        if let Some(id) = client.operations.get(name.as_str()) {
            return Some(*id);
        }
        let service = self.services.get(usize::try_from(client.service).ok()?)?;
        let position = service
            .actions()
            .position(|action| action.name.eq_ignore_ascii_case(&name))?;
        Some(service.first + u32::try_from(position).ok()?)
    }
}

/// `boto3.resource(s3).meta.client` is `boto3.client(s3)`.
pub(crate) fn behind_resource(path: &str) -> Cow<'_, str> {
    let client = path
        .strip_prefix("boto3.resource(")
        .and_then(|rest| rest.split_once(')'))
        .and_then(|(name, rest)| Some((name, rest.split_once(".meta.client.")?.1)));
    match client {
        Some((name, method)) => Cow::Owned(format!("boto3.client({name}).{method}")),
        None => Cow::Borrowed(path),
    }
}

/// An operation's name without what the SDKs change in it.
pub(crate) fn canonical(name: &str) -> String {
    let letters = name.chars().filter(|letter| *letter != '_');
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The client and the method in an API path.
struct Named<'a> {
    client: Option<ClientName<'a>>,
    method: Method<'a>,
}

enum ClientName<'a> {
    Python(&'a str),
    Version2(&'a str),
    Version3(&'a str),
}

enum Method<'a> {
    Operation(&'a str, ParameterStyle),
    Waiter(&'a str, ParameterStyle),
    Local,
    Unknown,
}

/// `boto3.client(s3).put_object`, `boto3.client(s3).get_paginator(list_objects_v2).paginate`.
fn python(path: &str) -> Option<Named<'_>> {
    let unknown = |client| Named {
        client,
        method: Method::Unknown,
    };
    if let Some(rest) = path.strip_prefix("boto3.resource") {
        let method = rest.rsplit('.').next().unwrap_or_default();
        let is_construction = method.starts_with(|letter: char| letter.is_ascii_uppercase());
        let method = if rest.is_empty() || is_construction || is_local(method) {
            Method::Local
        } else {
            Method::Unknown
        };
        return Some(Named {
            client: None,
            method,
        });
    }
    let rest = path.strip_prefix("boto3.client")?;
    if rest.is_empty() {
        return Some(Named {
            client: None,
            method: Method::Local,
        });
    }
    let Some((name, rest)) = rest
        .strip_prefix('(')
        .and_then(|inside| inside.split_once(')'))
    else {
        return Some(unknown(None));
    };
    let client = Some(ClientName::Python(name));
    let Some(rest) = rest.strip_prefix('.') else {
        return Some(unknown(client));
    };
    let method = if let Some(operation) = between(rest, "get_paginator(", ").paginate") {
        Method::Operation(operation, ParameterStyle::Named)
    } else if let Some(operation) = between(rest, "generate_presigned_url(", ")") {
        Method::Operation(operation, fields(1, Some("Params")))
    } else if let Some(waiter) = between(rest, "get_waiter(", ").wait") {
        Method::Waiter(waiter, ParameterStyle::Named)
    } else if rest.ends_with(".wait") {
        Method::Unknown
    } else if is_local(rest) || rest.contains(['.', '(']) {
        Method::Local
    } else {
        Method::Operation(rest, ParameterStyle::Named)
    };
    Some(Named { client, method })
}

/// `aws-sdk.S3().putObject`, `@aws-sdk/client-s3.PutObjectCommand`, `@aws-sdk/client-s3.S3().putObject`.
fn javascript(path: &str) -> Option<Named<'_>> {
    if let Some(rest) = path.strip_prefix("aws-sdk") {
        let rest = rest.trim_start_matches("/clients/").trim_start_matches('.');
        let (class, rest) = match rest.split_once("()") {
            Some((class, rest)) => (class, rest.strip_prefix('.').unwrap_or(rest)),
            None => (rest, ""),
        };
        let method = match rest {
            "" if path.ends_with("()") => Method::Unknown,
            "" => Method::Local,
            method => client_method(method),
        };
        let client = Some(ClientName::Version2(class));
        return Some(Named { client, method });
    }
    let (package, rest) = path.split_once('.')?;
    let inside = package.strip_prefix("@aws-sdk/")?;
    let client = Some(ClientName::Version3(package));
    // What is asked of a command that was sent is asked of its answer.
    let is_answered = rest
        .split_once("()")
        .is_some_and(|(command, rest)| command.ends_with("Command") && rest.starts_with('.'));
    let method = if is_answered {
        Method::Local
    } else if !inside.starts_with("client-") {
        match rest.split_once("()") {
            Some((_, method)) => match client_method(method.trim_start_matches('.')) {
                Method::Operation(..) if inside == "lib-dynamodb" => Method::Unknown,
                _ => Method::Local,
            },
            None => Method::Local,
        }
    } else if let Some(operation) = rest.strip_suffix("Command") {
        Method::Operation(operation, fields(0, None))
    } else if let Some(operation) = rest.strip_prefix("paginate") {
        Method::Operation(operation, fields(1, None))
    } else if let Some(waiter) = rest.strip_prefix("waitUntil") {
        Method::Waiter(waiter, fields(1, None))
    } else {
        match rest.split_once("().") {
            Some((_, method)) => client_method(method),
            None => Method::Local,
        }
    };
    Some(Named { client, method })
}

/// A method of a client of either version for JavaScript.
fn client_method(method: &str) -> Method<'_> {
    let told = ["getSignedUrl(", "getSignedUrlPromise(", "makeRequest("];
    let told = told.iter().find_map(|start| between(method, start, ")"));
    let awaited = between(method, "waitFor(", ")");
    match (told, awaited) {
        (Some(operation), _) => Method::Operation(operation, fields(1, None)),
        (None, Some(waiter)) => Method::Waiter(waiter, fields(1, None)),
        _ if is_local(method) || method.contains(['.', '(']) => Method::Local,
        _ => Method::Operation(method, fields(0, None)),
    }
}

fn is_local(method: &str) -> bool {
    LOCAL_METHODS.contains(&method)
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.strip_prefix(start)?.strip_suffix(end)
}

/// Clients of version 2 for JavaScript can be made with parameters that all their calls have.
fn made_with_params() -> AccessPath {
    AccessPath {
        root: Root::Construction(Position {
            index: Some(0),
            name: None,
        }),
        steps: vec![Step::Field("params".into())],
    }
}

fn fields(index: u8, name: Option<&str>) -> ParameterStyle {
    ParameterStyle::Fields(AccessPath {
        root: Root::Argument(Position {
            index: Some(index),
            name: name.map(Name::from),
        }),
        steps: Vec::new(),
    })
}
