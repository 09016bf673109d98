//! Triggers: what invokes a function, with which events, and who stands in front.

use base::{Name, Place};

use crate::{FunctionId, Prop, Reason, ResourceId, Text, TextPart, Value, ValueKind};

/// One thing that invokes a function.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// The function invoked.
    pub function: FunctionId,
    /// The event kind, an id of the knowledge base's `events`: `aws.s3`, `aws.apigw.rest`.
    pub kind: Name,
    /// The resource the events come from (bucket, queue, API, bus), as the template names it. Its
    /// [`Text::resource`] gives the declared resource; a text without one is a resource outside the project.
    pub source: Prop<Text>,
    /// Which of the source's events arrive.
    pub filter: Filter,
    /// Who may call, for triggers that answer a caller.
    pub auth: Auth,
    /// Method and path, route key, or topic filter, for triggers that have one.
    pub route: Option<Route>,
    /// Cross-origin policy, for HTTP triggers.
    pub cors: Prop<Cors>,
    /// Further settings in CloudFormation's vocabulary for this kind of trigger (`BatchSize`, `MaximumRetryAttempts`,
    /// `DestinationConfig`, `StreamViewType`, `InputTransformer`, `Input` …): a map.
    pub settings: Value,
    /// Where it is declared.
    pub place: Place,
}

/// Method and path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Upper case; `ANY` for all; empty where the kind has none (WebSocket route keys, topics).
    pub method: Name,
    /// `/orders/{id}`, `$connect`, `devices/+/data`, a state's name.
    pub path: Name,
}

/// Who may call.
#[derive(Clone, Debug)]
pub struct Auth {
    /// What is demanded.
    pub kind: AuthKind,
    /// Where that is written; nothing where the platform's default applies.
    pub place: Option<Place>,
}

/// What a caller must show.
#[derive(Clone, Debug)]
pub enum AuthKind {
    /// The kind of trigger has no caller to authenticate; who can send is a matter of the source's policy.
    NotApplicable,
    /// Nothing.
    None,
    /// An API key alone, which identifies a client but authenticates nobody.
    ApiKey,
    /// A signature of an IAM principal.
    Iam,
    /// A token that the platform verifies: Cognito user pool, JWT/OIDC issuer.
    Token {
        /// The user pool or authorizer, where it is a resource of the project.
        authorizer: Option<ResourceId>,
    },
    /// A function decides.
    Function {
        /// The function, where it is part of the project.
        authorizer: Option<FunctionId>,
    },
    /// Cannot be told.
    Unknown(Reason),
}

/// Cross-origin policy of an HTTP trigger.
#[derive(Clone, Debug, PartialEq)]
pub struct Cors {
    /// Allowed origins.
    pub origins: Vec<Text>,
    /// Whether browsers may send cookies and authorization headers along.
    pub credentials: bool,
}

/// Which events of the source arrive.
#[derive(Clone, Debug, Default)]
pub enum Filter {
    /// All.
    #[default]
    All,
    /// Object events by name and key.
    Objects {
        /// Event names as written: `s3:ObjectCreated:*`.
        events: Vec<Name>,
        /// Key filter.
        keys: KeyFilter,
    },
    /// Events that match a pattern (EventBridge pattern, SNS filter policy, event source mapping filters: any one of
    /// several).
    Patterns {
        /// The patterns; a pattern given as JSON text is parsed.
        patterns: Vec<Value>,
        /// What the pattern is matched against, in SNS's words: `MessageAttributes`, `MessageBody`; `Event` for all others.
        scope: Name,
    },
    /// Some, but which cannot be told.
    Unknown(Reason),
}

/// A filter on object keys. An unset side matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// How the key starts.
    pub prefix: Option<Text>,
    /// How the key ends.
    pub suffix: Option<Text>,
}

/// A value as text, whatever is known of it.
fn text(value: &Value) -> Option<Text> {
    match &value.kind {
        ValueKind::Text(text) => Some(text.clone()),
        ValueKind::Unknown(reason) => Some(Text(vec![TextPart::Unknown(reason.clone())])),
        _ => value.as_name().map(Text::known),
    }
}

impl KeyFilter {
    /// Reads `[{Name: prefix, Value: …}, …]`.
    #[must_use]
    pub fn of_rules(rules: &Value) -> Self {
        let mut keys = Self::default();
        for rule in rules.items() {
            let value = rule.get("Value").and_then(text);
            let name = rule.get("Name").and_then(Value::as_name);
            match name.map(|name| name.to_ascii_lowercase()).as_deref() {
                Some("prefix") => keys.prefix = value,
                Some("suffix") => keys.suffix = value,
                _ => {}
            }
        }
        keys
    }
}
