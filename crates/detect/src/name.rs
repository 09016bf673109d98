//! Names: whether what they name is a secret.

use base::Set;
use knowledge::SecretNames;

/// How secrets are called, ready for asking.
#[derive(Debug)]
pub(crate) struct Names {
    /// Phrases, longest first.
    secret: Vec<Vec<String>>,
    /// Words for secrets that end words of which nobody marks the parts: `dbpassword`.
    endings: Vec<String>,
    credential: Set<String>,
    personal: Vec<Vec<String>>,
    harmless: Set<String>,
    harmless_phrases: Vec<Vec<String>>,
    trailing: Set<String>,
    references: Vec<String>,
}

impl Names {
    pub(crate) fn new(names: &SecretNames) -> Self {
        let phrase = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let mut secret: Vec<Vec<String>> = names.secret.iter().map(|text| phrase(text)).collect();
        secret.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
        /// Shorter ones end other words: `compass`.
        const LONG: usize = 8;
        let endings = names.secret.iter().map(ToString::to_string);
        let is_ending = |word: &String| LONG <= word.len() && !word.contains(' ');
        Self {
            secret,
            endings: endings.filter(is_ending).collect(),
            personal: names.personal.iter().map(|text| phrase(text)).collect(),
            credential: names.credential.iter().map(ToString::to_string).collect(),
            harmless: names.harmless.iter().map(ToString::to_string).collect(),
            harmless_phrases: names
                .harmless
                .iter()
                .filter(|text| text.contains(' '))
                .map(|text| phrase(text))
                .collect(),
            trailing: names.trailing.iter().map(ToString::to_string).collect(),
            references: names.reference.iter().map(ToString::to_string).collect(),
        }
    }

    /// The words of a name that make it that of a secret, joined by blanks: `api key` of `STRIPE_API_KEY`.
    pub(crate) fn secret_of(&self, name: &str) -> Option<String> {
        self.ending_of(name)
            .and_then(|(ending, is_harmless)| (!is_harmless).then_some(ending))
    }

    /// Whether a name ends like that of a secret and says that it is none: `ClientRequestToken`.
    pub(crate) fn is_harmless(&self, name: &str) -> bool {
        self.ending_of(name)
            .is_some_and(|(_, is_harmless)| is_harmless)
    }

    /// How a name ends if it ends like that of a secret, and whether it says that it is none.
    fn ending_of(&self, name: &str) -> Option<(String, bool)> {
        let mut words = words(name);
        while words.len() > 1
            && words
                .last()
                .is_some_and(|word| self.trailing.contains(word) || is_number(word))
        {
            words.pop();
        }
        if let Some(last) = words.pop() {
            match self.parted(&last) {
                Some((before, ending)) => words.extend([before, ending]),
                None => words.push(last),
            }
        }
        let phrase = self.secret.iter().find(|phrase| words.ends_with(phrase))?;
        let before = words.len() - phrase.len();
        let is_harmless = words
            .iter()
            .take(before)
            .any(|word| self.harmless.contains(word))
            || self
                .harmless_phrases
                .iter()
                .any(|phrase| words.ends_with(phrase));
        Some((phrase.join(" "), is_harmless))
    }

    /// Whether what has this name lets somebody in: a secret, or what a request shows.
    pub(crate) fn is_credential(&self, name: &str) -> bool {
        let words = words(name);
        matches!(words.as_slice(), [word] if self.credential.contains(word))
            || self.secret_of(name).is_some()
    }

    /// Whether a value says where the secret is, or is encrypted, instead of being it.
    pub(crate) fn starts_reference(&self, value: &str) -> bool {
        self.references.iter().any(|start| value.starts_with(start))
    }

    /// Whether what has this name belongs to a person: the number of a card, an account, a document.
    pub(crate) fn is_personal(&self, name: &str) -> bool {
        let words = words(name);
        let phrase = self.personal.iter().find(|phrase| words.ends_with(phrase));
        phrase.is_some_and(|phrase| {
            let mut before = words.iter().take(words.len() - phrase.len());
            !before.any(|word| self.harmless.contains(word))
        })
    }

    /// `db` and `password` of `dbpassword`.
    fn parted(&self, word: &str) -> Option<(String, String)> {
        let mut endings = self.endings.iter();
        endings.find_map(|ending| {
            let before = word.strip_suffix(ending.as_str())?;
            (!before.is_empty()).then(|| (before.to_owned(), ending.clone()))
        })
    }

    /// Whether a word is one of those that name secrets, so that it is no secret itself.
    pub(crate) fn is_word_for_secret(&self, word: &str) -> bool {
        self.secret
            .iter()
            .any(|phrase| phrase.iter().any(|part| part == word))
    }
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The words of an identifier in lower case: `dbPassword`, `DB_PASSWORD` and `db.password` are `db`, `password`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut characters = name.chars().peekable();
    let mut last_is_lower = false;
    while let Some(character) = characters.next() {
        let next_is_lower = characters.peek().is_some_and(char::is_ascii_lowercase);
        let starts_word = character.is_ascii_uppercase() && (last_is_lower || next_is_lower);
        if (starts_word || !character.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphanumeric() {
            word.push(character.to_ascii_lowercase());
        }
        last_is_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use knowledge::Knowledge;

    #[test]
    fn identifiers_have_words() {
        for (name, expected) in [
            ("dbPassword", "db password"),
            ("DB_PASSWORD", "db password"),
            ("spring.datasource.password", "spring datasource password"),
            ("APIKey", "api key"),
            ("jwtSecret2", "jwt secret2"),
            ("", ""),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn names_of_secrets_end_in_a_word_for_one() {
        let names = Names::new(&Knowledge::builtin().secrets.names);
        for name in [
            "DB_PASSWORD",
            "dbPassword",
            "STRIPE_API_KEY",
            "JwtSecret",
            "token",
            "DB_PASS",
            "API_TOKEN_PROD",
            "client-secret",
            "PASSWORD_1",
            "dbpassword",
        ] {
            assert!(names.secret_of(name).is_some(), "{name}");
        }
        for name in [
            "SECRET_ARN",
            "SECRET_NAME",
            "TOKEN_TABLE",
            "PASSWORD_MIN_LENGTH",
            "forgotPassword",
            "PUBLIC_KEY",
            "nextToken",
            "tokens",
            "secretsManager",
            "hasPassword",
            "KMS_KEY_ID",
            "ClientRequestToken",
            "clientToken",
            "compass",
            "forgotpassword",
            "nexttoken",
        ] {
            assert!(names.secret_of(name).is_none(), "{name}");
        }
    }
}
