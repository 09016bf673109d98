//! Joins literals and the values of variables to one text.
//!
//! A text that names attributes of the account (`${aws:accountId}`, `#{AWS::Region}`) becomes a `Fn::Sub`, the only form in
//! which CloudFormation can say that.

use app::Reason;
use base::Place;

use super::Context;
use crate::tree::{Part, Tree, TreeKind};

/// A text under construction.
pub(super) struct Pieces {
    pieces: Vec<Piece>,
    has_pseudo_parameters: bool,
}

enum Piece {
    /// Characters that stand for themselves.
    Literal(String),
    /// Characters in the notation of `Fn::Sub`: `${AWS::AccountId}`.
    Sub(String),
    Unknown(Reason),
}

impl Pieces {
    /// No text yet. `has_pseudo_parameters`: `#{AWS::Region}` in literals is meant for `Fn::Sub`.
    pub(super) fn new(has_pseudo_parameters: bool) -> Self {
        Self {
            pieces: Vec::new(),
            has_pseudo_parameters,
        }
    }

    /// Adds characters of the template.
    pub(super) fn push_literal(&mut self, text: &str) {
        let mut rest = text;
        while self.has_pseudo_parameters {
            let Some((before, (name, after))) = rest
                .split_once("#{")
                .and_then(|(before, after)| Some((before, after.split_once('}')?)))
            else {
                break;
            };
            self.push(Piece::Literal(before.to_owned()));
            self.push(Piece::Sub(format!("${{{name}}}")));
            rest = after;
        }
        self.push(Piece::Literal(rest.to_owned()));
    }

    /// Adds characters that cannot be told.
    pub(super) fn push_unknown(&mut self, reason: Reason) {
        self.push(Piece::Unknown(reason));
    }

    /// Adds the value of a variable. Says no where the value is a map or a list, which have no text.
    pub(super) fn push_value(&mut self, value: &Tree) -> bool {
        match &value.kind {
            TreeKind::Unknown(reason) => self.push_unknown(reason.clone()),
            TreeKind::Text(parts) => self.push_parts(parts, Piece::Literal),
            TreeKind::Null => {}
            TreeKind::Bool(_) | TreeKind::Number(_) => {
                self.push(Piece::Literal(
                    value.as_name().unwrap_or_default().to_string(),
                ));
            }
            TreeKind::List(_) | TreeKind::Map(_) => match value.as_intrinsic() {
                Some((
                    "Fn::Sub",
                    Tree {
                        kind: TreeKind::Text(parts),
                        ..
                    },
                )) => {
                    self.push_parts(parts, Piece::Sub);
                }
                Some(("Ref", id)) => match id.as_text() {
                    Some(id) if id.starts_with("AWS::") => {
                        self.push(Piece::Sub(format!("${{{id}}}")));
                    }
                    _ => return false,
                },
                _ => return false,
            },
        }
        true
    }

    /// The whole text at `place`.
    pub(super) fn finish(self, place: Place, context: Context) -> Tree {
        let is_sub = self
            .pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Sub(_)));
        let must_escape = is_sub && context == Context::Plain;
        let mut parts: Vec<Part> = Vec::new();
        let mut known = String::new();
        for piece in self.pieces {
            match piece {
                Piece::Literal(text) if must_escape => known.push_str(&text.replace("${", "${!")),
                Piece::Literal(text) | Piece::Sub(text) => known.push_str(&text),
                Piece::Unknown(reason) => {
                    if !known.is_empty() {
                        parts.push(Part::Literal(std::mem::take(&mut known).into()));
                    }
                    parts.push(Part::Unknown(reason));
                }
            }
        }
        if !known.is_empty() {
            parts.push(Part::Literal(known.into()));
        }
        let text = Tree::new(TreeKind::Text(parts.into()), place);
        if must_escape {
            Tree::map(place, [("Fn::Sub", text)])
        } else {
            text
        }
    }

    fn push_parts(&mut self, parts: &[Part], known: fn(String) -> Piece) {
        for part in parts {
            self.push(match part {
                Part::Literal(text) => known(text.to_string()),
                Part::Unknown(reason) => Piece::Unknown(reason.clone()),
            });
        }
    }

    fn push(&mut self, piece: Piece) {
        match piece {
            Piece::Literal(text) if text.is_empty() => {}
            piece => self.pieces.push(piece),
        }
    }
}
