//! Event sources: what an event of each kind looks like and which of its fields somebody outside controls. Read from
//! `knowledge/events/**/*.toml`.

use base::Name;
use serde::{Deserialize, Serialize};

use crate::access_path::parse_steps;
use crate::{AccessPathError, Step};

/// One kind of event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its id: `aws.s3`, `web.express`.
    pub kind: Name,
    /// For people: `S3 event notification`.
    pub title: String,
    /// Who can cause such an event when nothing in the project says otherwise.
    pub default_who: DefaultWho,
    /// Fields of the event that handlers look at only for this kind of event: used to tell the kind where there is no
    /// template (`Records[].s3`).
    pub shape: Vec<EventPath>,
    /// Names by which type annotations and decorators tell the kind: `APIGatewayProxyEvent`, `S3Event`.
    pub types: Vec<Name>,
    /// The event's fields arrive as separate parameters of the handler.
    pub is_spread: bool,
    /// The handler's parameters after the event, as API paths. Where there are none: the context and the callback of a function.
    pub parameters: Vec<Name>,
    /// A handler with this many parameters handles failures: it is given what was thrown before everything else.
    pub failure_parameters: Option<usize>,
    /// The kind answers a caller over HTTP, so that what the handler returns is a response.
    pub answers_http: bool,
    /// A text that the handler returns is a page for a browser, unless its headers say otherwise.
    pub answers_pages: bool,
    /// The kind is delivered at least once, so that a handler can see an event twice.
    pub at_least_once: bool,
    /// The kind is read in order, part by part, so that as many executions run at the same time as it has shards or partitions,
    /// however much is written.
    pub in_order: bool,
    /// The fields. The first that matches a path decides.
    pub fields: Vec<EventField>,
}

impl Event {
    /// The field row that decides about the value at `path`: the first that matches. `path` is the way to one value and has
    /// neither [`Step::AnyField`] nor [`Step::Deep`].
    #[must_use]
    pub fn field(&self, path: &[Step]) -> Option<&EventField> {
        self.fields.iter().find(|field| field.path.matches(path))
    }
}

/// Who can cause an event when nothing in the project says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultWho {
    /// The internet.
    Anonymous,
    /// A signed-in user.
    Authenticated,
    /// Another function or account.
    Tenant,
    /// Only whoever deploys.
    Operator,
    /// Whoever the trigger's authorizer lets through: the trigger decides.
    Caller,
    /// Whoever can write the source resource: its policy, and the functions that write it, decide.
    Writer,
}

/// Some fields of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventField {
    /// Where they are.
    pub path: EventPath,
    /// Who decides what is in them.
    pub trust: Trust,
    /// How they are encoded.
    pub encodings: Vec<Encoding>,
    /// What the field always starts with.
    pub starts: Option<Name>,
    /// The channel part of the source resource that arrives here: `object.key`, `message.body`.
    pub channel: Option<Name>,
    /// For people: what the field is.
    pub note: Option<String>,
}

/// Who decides what is in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// Whoever causes the event.
    Outside,
    /// Whoever causes the event, from a limited alphabet or set, so that it cannot carry an attack on an interpreter.
    Limited,
    /// Whoever causes the event, vouched for by a verified authorizer: an identity.
    Identity,
    /// The platform.
    Platform,
    /// The platform, and it must stay secret: tokens, signatures, capability URLs.
    Secret,
}

/// How a field is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// Percent-encoding with `+` for a space.
    Url,
    /// Base64.
    Base64,
    /// gzip.
    Gzip,
    /// A JSON text.
    Json,
    /// A MIME message.
    Mime,
    /// DynamoDB's typed attribute values: `{"S": "x"}`.
    DynamoDb,
}

/// A path in an event: `Records[].s3.object.key`, `headers.*`, `detail.**`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventPath(pub Vec<Step>);

impl EventPath {
    /// Whether the value at `path` is one that this path means. `**` stands for any number of steps, none included.
    #[must_use]
    pub fn matches(&self, path: &[Step]) -> bool {
        matches(&self.0, path)
    }

    /// How the place that this path speaks of lies to a place in an event.
    #[must_use]
    pub fn relation(&self, path: &[Step]) -> Relation {
        let mut row = self.0.iter();
        let mut here: fn(usize) -> Relation = Relation::Here;
        for (depth, step) in path.iter().enumerate() {
            match row.next() {
                None | Some(Step::Deep) => return here(depth),
                Some(expected) if accepts(expected, step) => {
                    if matches!((expected, step), (Step::Field(_), Step::AnyField)) {
                        here = Relation::Perhaps;
                    }
                }
                Some(_) => return Relation::Elsewhere,
            }
        }
        match row.next() {
            None | Some(Step::Deep) => here(path.len()),
            Some(_) => Relation::Below(path.len()),
        }
    }
}

/// How the place that a row speaks of lies to a place in an event. The number says how many steps of the way to that place
/// the row names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The row speaks of this place, or of a whole tree that it lies in.
    Here(usize),
    /// The place is given by a computed key, which may be that of the row.
    Perhaps(usize),
    /// The row speaks of something inside.
    Below(usize),
    /// Neither.
    Elsewhere,
}

fn accepts(expected: &Step, step: &Step) -> bool {
    match (expected, step) {
        (Step::AnyField, Step::Field(_) | Step::AnyField) => true,
        // A computed key may be any of the fields that have a row of their own.
        (Step::Field(_), Step::AnyField) => true,
        // Header names are compared without case: HTTP does so, and platforms lower-case them.
        (Step::Field(one), Step::Field(other)) => one == other || one.eq_ignore_ascii_case(other),
        (Step::Element, Step::Element) => true,
        // `xs["0"]` and iteration over an object that the row calls a list.
        (Step::Element, Step::AnyField) => true,
        _ => false,
    }
}

fn matches(pattern: &[Step], path: &[Step]) -> bool {
    let Some((step, pattern_rest)) = pattern.split_first() else {
        return path.is_empty();
    };
    if *step == Step::Deep && pattern_rest.is_empty() {
        return true;
    }
    let Some((next, path_rest)) = path.split_first() else {
        return *step == Step::Deep && matches(pattern_rest, path);
    };
    match step {
        Step::Deep => matches(pattern_rest, path) || matches(pattern, path_rest),
        Step::AnyField => {
            matches!(next, Step::Field(_) | Step::AnyField) && matches(pattern_rest, path_rest)
        }
        Step::Field(_) | Step::Element | Step::Made(_) => {
            step == next && matches(pattern_rest, path_rest)
        }
    }
}

impl std::str::FromStr for EventPath {
    type Err = AccessPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let steps = if text.is_empty() || text.starts_with('[') {
            parse_steps(text)
        } else {
            parse_steps(&format!(".{text}"))
        };
        steps.map(Self).map_err(|problem| AccessPathError {
            text: text.to_owned(),
            problem,
        })
    }
}

impl std::fmt::Display for EventPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            match step {
                Step::Field(name) if name.contains(['.', '[']) || name.starts_with('*') => {
                    write!(f, "['{name}']")?;
                }
                Step::Field(name) => write!(f, "{dot}{name}")?,
                Step::AnyField => write!(f, "{dot}*")?,
                Step::Deep => write!(f, "{dot}**")?,
                Step::Element => write!(f, "[]")?,
                Step::Made(_) => write!(f, "{dot}()")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_relate_to_places_by_prefix() {
        let table = [
            ("body", "body", Relation::Here(1)),
            ("headers.*", "headers", Relation::Below(1)),
            ("headers.*", "headers.Host", Relation::Here(2)),
            (
                "Records[].s3.object.key",
                "Records[].s3",
                Relation::Below(3),
            ),
            (
                "Records[].s3.object.key",
                "Records[].eventTime",
                Relation::Elsewhere,
            ),
            ("detail.**", "detail", Relation::Here(1)),
            ("detail.**", "detail.a.b", Relation::Here(1)),
            ("body", "body.deeper", Relation::Here(1)),
        ];
        for (row, place, expected) in table {
            let row: EventPath = row.parse().unwrap();
            let place: EventPath = place.parse().unwrap();
            assert_eq!(row.relation(&place.0), expected, "{row} / {place}");
        }
    }
}
