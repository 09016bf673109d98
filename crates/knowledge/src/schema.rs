//! Schemas and types: what is known about a value that was checked.

use base::Name;
use serde::{Deserialize, Serialize};

use crate::{AccessPath, Condition, KindSet, Outcome};

/// A value that is checked against a schema. Only what the schema narrows becomes harmless: a text may hold anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// The value that is checked. A function of the project is one whose first parameter is checked whenever it is called;
    /// what is inside at any depth (`.**`) is checked wherever it is.
    pub input: AccessPath,
    /// The schema.
    pub schema: AccessPath,
    /// How it is written.
    pub notation: Notation,
    /// The value is a text that is parsed before it is checked.
    pub parses: bool,
    /// The value is made an instance of the class that is the schema, and not checked yet.
    pub makes_instance: bool,
    /// Where the checked value is in the result. Without this and without an answer, the input itself is checked, and the
    /// call fails if it is wrong.
    pub output: Option<AccessPath>,
    /// Where in the result the answer is whether the input is right, and for which outcome it is.
    pub answer: Option<(AccessPath, Outcome)>,
    /// The words of a JSON Schema's `format` that are checked.
    pub formats: Vec<Name>,
    /// Holds only if all of these do.
    pub when: Vec<Condition>,
}

/// How a schema is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notation {
    /// As a value of the language that stands for a type: a class, a call of the library, an object of such.
    Types,
    /// As a JSON Schema.
    JsonSchema,
    /// As one object for each field, in the words of Cerberus.
    Cerberus,
}

/// A row of `knowledge/domains.toml`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Domain {
    /// The sink kinds for which its values are harmless.
    pub clears: KindSet,
    /// Its values are texts, and never objects in their place.
    pub is_text: bool,
}

/// What values of a type hold. All rows of a type hold together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TypeModel {
    /// What holds of them whatever their parts.
    pub domain: Domain,
    /// Where objects are whose fields are the types of their fields.
    pub fields: Vec<AccessPath>,
    /// Where the type of their elements is.
    pub elements: Vec<AccessPath>,
    /// They are of one of the types there.
    pub either: Vec<AccessPath>,
    /// They are of all types there.
    pub both: Vec<AccessPath>,
    /// The regular expression that they match, and whether it is held against their start.
    pub pattern: Option<(AccessPath, bool)>,
    /// Whether they hold nothing but their known fields.
    pub is_closed: Option<bool>,
    /// Classes that are made from it or decorated with it are types.
    pub declares: Option<Declares>,
    /// Holds only if all of these do.
    pub when: Vec<Condition>,
}

/// Where a class says of which types its fields are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Declares {
    /// In annotations, narrowed by the values beside them; whoever makes an instance has it checked.
    Checked,
    /// In annotations, narrowed by the values beside them; making an instance checks nothing.
    Annotated,
    /// In the values of its fields alone; making an instance checks nothing.
    Values,
    /// In the values of its fields alone; whoever makes an instance has it checked.
    CheckedValues,
}
