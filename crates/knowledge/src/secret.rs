//! What secrets look like. Read from `knowledge/secrets/*.toml`; `detect` looks for them.

use base::Name;
use serde::{Deserialize, Serialize};

/// Formats of secrets, and how secrets are called.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Secrets {
    /// Formats that tell a secret by its looks.
    pub formats: Vec<SecretFormat>,
    /// Names that tell a secret by what it is called.
    pub names: SecretNames,
    /// Where templates hold secrets, and what code does with one.
    pub places: SecretPlaces,
}

/// A format of tokens or keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecretFormat {
    /// Its name: `github-token`.
    pub name: Name,
    /// For people: `GitHub token`.
    pub title: Name,
    /// Texts of which one stands wherever the secret stands.
    pub keywords: Vec<Name>,
    /// Where the secret stands by its keyword.
    pub position: SecretPosition,
    /// A regular expression for the whole token. Its first group, where it has one, is the secret itself.
    pub pattern: String,
    /// The least entropy of the secret, in bits a character.
    pub entropy: f64,
    /// How the secret proves itself.
    pub check: Option<SecretCheck>,
    /// Texts that make a match harmless: addresses of the own machine.
    pub unless: Vec<Name>,
    /// It opens a test environment only.
    pub is_test: bool,
    /// It is told by what stands before it alone, so that one in documentation is taken for an example.
    pub is_guess: bool,
}

/// Where a secret stands by its keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecretPosition {
    /// The keyword is part of it, this many bytes after its start.
    Around(u16),
    /// The keyword is in the name to which it is assigned.
    Assigned,
}

/// How a secret proves itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretCheck {
    /// Its last six characters are the CRC-32 of those between its prefix and them, in base 62.
    Crc32Base62,
    /// Its first part is the Base64 of a JSON object with the field `alg`.
    JsonWebToken,
    /// It ends in the checksum of bech32, over all of it.
    Bech32,
    /// It is the Base64 of a user and a password.
    BasicAuthorization,
    /// It has letters and digits in no order that a word has.
    Drawn,
}

/// How secrets are called, and what stands where one is not filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretNames {
    /// Last words of the names of secrets.
    pub secret: Vec<Name>,
    /// Names of what lets somebody in beside those, in requests and answers.
    pub credential: Vec<Name>,
    /// Names of what belongs to a person and is of use to a thief.
    pub personal: Vec<Name>,
    /// Words that say before those that it is none.
    pub harmless: Vec<Name>,
    /// Words after those that change nothing.
    pub trailing: Vec<Name>,
    /// Parts of values that stand for a secret, in lower case.
    pub placeholder: Vec<Name>,
    /// Starts of values that say where the secret is, or that hold it encrypted.
    pub reference: Vec<Name>,
}

/// Where templates hold secrets whatever these look like, and what code does with one that leaves it what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretPlaces {
    /// Attributes of resources that are secrets.
    pub attributes: Vec<Name>,
    /// How lists of variables call the name and the value of one.
    pub pairs: Vec<(Name, Name)>,
    /// Types of such variables whose value is the name of what holds it.
    pub pointers: Vec<Name>,
    /// Calls that hand on all that they are given, in another form; with `*.` before the name of a method.
    pub forms: Vec<Name>,
    /// Last names of calls that make bytes of a text.
    pub encodings: Vec<Name>,
    /// Properties that are secrets.
    pub properties: Vec<SecretProperty>,
}

impl SecretPlaces {
    /// Whether the call with this API path hands on all that it is given.
    #[must_use]
    pub fn is_form(&self, call: &str) -> bool {
        self.forms.iter().any(|form| match form.strip_prefix('*') {
            Some(method) => call.ends_with(method),
            None => form == call,
        })
    }
}

/// A property that is a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretProperty {
    /// The type of resource.
    pub kind: Name,
    /// The property.
    pub property: Name,
    /// What it is called, one of [`SecretNames::secret`].
    pub holds: Name,
}

#[cfg(test)]
mod tests {
    use crate::Knowledge;

    #[test]
    fn methods_are_forms_by_their_name_and_functions_by_their_path() {
        let places = &Knowledge::builtin().secrets.places;
        assert!(places.is_form("json.loads") && places.is_form("boto3.client().get().strip"));
        assert!(!places.is_form("simple.json.loads") && !places.is_form("strip"));
    }
}
