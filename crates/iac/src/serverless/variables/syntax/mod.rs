//! The variable notation of the Serverless Framework: text in, parts out.
//!
//! `arn:aws:s3:::${self:service}-${opt:stage, 'dev'}/*` becomes literals and variables; a variable is a list of sources of
//! which the first that has a value wins. Nothing is looked up here (see `variables`), and nothing of a tree is known.
//!
//! Facts of the notation: `lib/configuration/variables/parse.js` of `serverless` 3.39. Two things are read that only version 1
//! accepted, because templates for it are still deployed: a whole variable as a source (`${opt:stage, ${self:x}}`), and other
//! delimiters (`provider.variableSyntax`).

mod parser;

use base::Name;

use self::parser::Parser;

/// A text with variables.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Template(pub(super) Vec<Segment>);

/// One part of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Segment {
    /// Characters that stand for themselves; foreign notations such as `${AWS::Region}` are among them.
    Literal(Name),
    /// A variable.
    Variable(Variable),
    /// Something that opens like a variable but is not well-formed; reaches to the end of the text.
    Malformed(Name),
}

/// A variable.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Variable {
    /// The whole notation with its delimiters, for messages.
    pub(super) text: Name,
    /// The source of its value, then those to fall back on.
    pub(super) sources: Vec<Source>,
}

impl Variable {
    /// What stands between the delimiters, where these are the usual ones.
    pub(super) fn content(&self) -> &str {
        let text = self.text.strip_prefix("${").unwrap_or(&self.text);
        text.strip_suffix('}').unwrap_or(text)
    }
}

/// Where the value of a variable comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    /// The value itself: `'dev'`, `3`, `true`, `null`.
    Literal(Literal),
    /// `file(./x.yml):a.b`, `self:custom.x`, `opt:stage`.
    Reference {
        /// The word in front: `file`, `self`, `ssm`, `cf.us-east-1`.
        kind: Name,
        /// What stands between parentheses.
        params: Vec<Template>,
        /// What follows the colon.
        address: Option<Template>,
    },
    /// A whole variable in the place of a source.
    Nested(Variable),
}

/// A value written inside a variable.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// `3`, `1.5`.
    Number(f64),
    /// `'dev'`, `"dev"`.
    Text(Name),
}

/// What opens and closes a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delimiters {
    open: String,
    close: String,
}

impl Default for Delimiters {
    fn default() -> Self {
        Self {
            open: "${".to_owned(),
            close: "}".to_owned(),
        }
    }
}

impl Delimiters {
    /// Reads `provider.variableSyntax`, a regular expression with one group: what stands in front of the group opens, what
    /// stands behind it closes. The default where either cannot be told.
    pub(super) fn from_variable_syntax(expression: &str) -> Self {
        let plain = |text: &str| text.replace('\\', "");
        let (Some((before, _)), Some((_, after))) =
            (expression.split_once('('), expression.rsplit_once(')'))
        else {
            return Self::default();
        };
        let (open, close) = (plain(before), plain(after));
        match (open.as_str(), close.as_str()) {
            ("", _) | (_, "") => Self::default(),
            _ => Self { open, close },
        }
    }
}

impl Template {
    /// Reads `text`. Variables nested deeper than `depth` make it malformed.
    pub(super) fn parse(text: &str, delimiters: &Delimiters, depth: u32) -> Self {
        Parser::new(text, delimiters, depth).text()
    }

    /// Whether the template of `text` is that text: nothing to substitute, nothing escaped.
    pub(super) fn is_just(&self, text: &str) -> bool {
        match self.0.as_slice() {
            [] => true,
            [Segment::Literal(literal)] => literal == text,
            _ => false,
        }
    }
}
