//! Access paths: the notation in which a knowledge row names an input or output of a call.
//!
//! | written | means |
//! |---|---|
//! | `0`, `1` | the argument at this position |
//! | `0:cmd` | the argument at position 0 or of that name |
//! | `:Bucket` | the argument of that name |
//! | `any` | every argument |
//! | `rest(1)` | every argument from position 1 on |
//! | `last` | the last argument |
//! | `receiver` | what the method is called on |
//! | `receiver(0)`, `receiver(:Bucket)` | an argument of the call that made the receiver |
//! | `return` | the result |
//! | `error` | what the call fails with |
//! | `index` | a number that the call counts |
//! | `.name`, `.*`, `[]`, `.**` | a field of it, any field, an element, anything inside at any depth |
//! | `.(0)`, `.(:name)` | an argument of the call that made it |
//! | `['a.b']` | a field whose name holds dots or brackets |

use base::Name;
use serde::{Deserialize, Serialize};

/// An input or output of a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AccessPath {
    /// Where it starts.
    pub root: Root,
    /// The way on from there.
    pub steps: Vec<Step>,
}

/// Where an access path starts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Root {
    /// One argument.
    Argument(Position),
    /// All arguments from this position on.
    Rest(u8),
    /// The last argument.
    Last,
    /// What the method is called on.
    Receiver,
    /// An argument of the call that made the receiver.
    Construction(Position),
    /// The result.
    Return,
    /// What the call fails with.
    Error,
    /// A number that the call counts.
    Index,
}

/// How an argument is found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// By position from 0.
    pub index: Option<u8>,
    /// By name.
    pub name: Option<Name>,
}

/// One step of an access path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Step {
    /// The field of this name.
    Field(Name),
    /// Any one field.
    AnyField,
    /// Any element.
    Element,
    /// Anything inside, at any depth.
    Deep,
    /// An argument of the call that made it.
    Made(Position),
}

/// Why a text is not an access path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an access path: {problem}")]
pub struct AccessPathError {
    /// What is written.
    pub text: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl std::str::FromStr for AccessPath {
    type Err = AccessPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |problem| AccessPathError {
            text: text.to_owned(),
            problem,
        };
        let end_of_root = text.find(['.', '[']).unwrap_or(text.len());
        let (root, steps) = text.split_at_checked(end_of_root).unwrap_or((text, ""));
        let root = parse_root(root)
            .ok_or_else(|| error("it starts with neither an argument, `receiver` nor `return`"))?;
        let steps = parse_steps(steps).map_err(error)?;
        Ok(Self { root, steps })
    }
}

/// Reads steps: `.name`, `['name']`, `.*`, `.**`, `[]`, in any number.
pub(crate) fn parse_steps(text: &str) -> Result<Vec<Step>, &'static str> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("[]") {
            steps.push(Step::Element);
            rest = after;
            continue;
        }
        if let Some(after) = rest.strip_prefix("['") {
            let (name, after) = after
                .split_once("']")
                .ok_or("a quoted name ends with `']`")?;
            if name.is_empty() {
                return Err("a field's name is missing");
            }
            steps.push(Step::Field(name.into()));
            rest = after;
            continue;
        }
        let after_dot = rest
            .strip_prefix('.')
            .ok_or("a step is `.name`, `['name']`, `.*`, `.**` or `[]`")?;
        let end = after_dot.find(['.', '[']).unwrap_or(after_dot.len());
        let (name, after) = after_dot.split_at_checked(end).unwrap_or((after_dot, ""));
        steps.push(match name {
            "" => return Err("a field's name is missing"),
            "*" => Step::AnyField,
            "**" => Step::Deep,
            name => match name.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
                Some(position) => Step::Made(
                    parse_position(position).ok_or("an argument is a position or `:name`")?,
                ),
                None => Step::Field(name.into()),
            },
        });
        rest = after;
    }
    Ok(steps)
}

fn parse_root(text: &str) -> Option<Root> {
    let inside = |name: &str| {
        text.strip_prefix(name)?
            .strip_prefix('(')?
            .strip_suffix(')')
    };
    match text {
        "any" => Some(Root::Rest(0)),
        "last" => Some(Root::Last),
        "receiver" => Some(Root::Receiver),
        "return" => Some(Root::Return),
        "error" => Some(Root::Error),
        "index" => Some(Root::Index),
        _ => {
            if let Some(position) = inside("receiver") {
                return Some(Root::Construction(parse_position(position)?));
            }
            if let Some(first) = inside("rest") {
                return Some(Root::Rest(first.parse().ok()?));
            }
            Some(Root::Argument(parse_position(text)?))
        }
    }
}

fn parse_position(text: &str) -> Option<Position> {
    let (index, name) = match text.split_once(':') {
        Some((index, name)) => (index, Some(Name::from(name))),
        None => (text, None),
    };
    let index = if index.is_empty() {
        None
    } else {
        Some(index.parse().ok()?)
    };
    (index.is_some() || name.as_ref().is_some_and(|name| !name.is_empty()))
        .then_some(Position { index, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation_of_the_table_is_read() {
        for text in [
            "0",
            "0:cmd",
            ":Bucket",
            "any",
            "rest(1)",
            "last",
            "receiver",
            "receiver(0)",
            "receiver(:Bucket)",
            "error",
            "index",
            "1:parser.(:resolve_entities)",
        ] {
            assert!(text.parse::<AccessPath>().is_ok(), "{text}");
        }
        let path: AccessPath = "0.Records[].body.**".parse().unwrap();
        assert_eq!(
            path.steps,
            [
                Step::Field("Records".into()),
                Step::Element,
                Step::Field("body".into()),
                Step::Deep
            ]
        );
        assert_eq!(
            "0:cmd".parse::<AccessPath>().unwrap().root,
            Root::Argument(Position {
                index: Some(0),
                name: Some("cmd".into())
            })
        );
    }

    #[test]
    fn what_is_not_an_access_path_says_why() {
        for text in ["", "x", "0..a", "0]", "receiver(", ":"] {
            assert!(text.parse::<AccessPath>().is_err(), "{text}");
        }
    }
}
