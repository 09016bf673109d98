//! `when`, under which rows of taint files count.

use base::Name;
use serde::Deserialize;

use super::taint::Vocabularies;
use super::{Texts, access_path};
use crate::error::Problem;
use crate::{Condition, Test};

/// An element of `when`: an input and one test of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct WhenColumn {
    input: Name,
    present: Option<bool>,
    absent: Option<bool>,
    is: Option<Texts>,
    has: Option<Texts>,
    is_not: Option<Texts>,
    contains: Option<Texts>,
    is_list: Option<bool>,
    is_not_list: Option<bool>,
    is_object: Option<bool>,
    is_not_object: Option<bool>,
    not_constant: Option<bool>,
    is_constant: Option<bool>,
    is_constant_list: Option<bool>,
    is_text: Option<bool>,
    is_literal: Option<bool>,
    is_structured: Option<bool>,
    is_origin: Option<bool>,
    strips: Option<bool>,
    mentions: Option<Texts>,
    starts_with: Option<Texts>,
    not_made_by: Option<Texts>,
    matches_each: Option<Name>,
    cleared: Option<Name>,
}

pub(crate) fn conditions(
    columns: &[WhenColumn],
    words: Vocabularies<'_>,
) -> Result<Vec<Condition>, Problem> {
    columns
        .iter()
        .map(|column| column.condition(words))
        .collect()
}

impl WhenColumn {
    fn condition(&self, words: Vocabularies<'_>) -> Result<Condition, Problem> {
        let texts = |key, texts: &Texts| Ok::<_, Problem>(texts.filled(key)?.to_vec());
        let Self {
            input,
            present,
            absent,
            is,
            has,
            is_not,
            contains,
            is_list,
            is_not_list,
            is_object,
            is_not_object,
            not_constant,
            is_constant,
            is_constant_list,
            is_text,
            is_literal,
            is_structured,
            is_origin,
            strips,
            mentions,
            starts_with,
            not_made_by,
            matches_each,
            cleared,
        } = self;
        let mut tests = Vec::new();
        for (flag, test) in [
            (present, Test::Present),
            (absent, Test::Absent),
            (is_list, Test::IsList),
            (is_not_list, Test::IsNotList),
            (is_object, Test::IsObject),
            (is_not_object, Test::IsNotObject),
            (not_constant, Test::NotConstant),
            (is_constant, Test::IsConstant),
            (is_constant_list, Test::IsConstantList),
            (is_text, Test::IsText),
            (is_literal, Test::IsLiteral),
            (is_structured, Test::IsStructured),
            (is_origin, Test::IsOrigin),
            (strips, Test::Strips),
        ] {
            match flag {
                None => {}
                Some(true) => tests.push(test),
                Some(false) => {
                    return Err(Problem::Conflict("a test is `true` or not written at all"));
                }
            }
        }
        if let Some(is) = is {
            // The empty text is a constant too.
            let constants = is.as_slice();
            if constants.is_empty() {
                return Err(Problem::Empty("is"));
            }
            tests.push(Test::Is(constants.to_vec()));
        }
        if let Some(has) = has {
            tests.push(Test::Has(texts("has", has)?));
        }
        if let Some(is_not) = is_not {
            tests.push(Test::IsNot(texts("is-not", is_not)?));
        }
        if let Some(contains) = contains {
            tests.push(Test::Contains(texts("contains", contains)?));
        }
        if let Some(mentions) = mentions {
            tests.push(Test::Mentions(texts("mentions", mentions)?));
        }
        if let Some(starts) = starts_with {
            tests.push(Test::StartsWith(texts("starts-with", starts)?));
        }
        if let Some(calls) = not_made_by {
            tests.push(Test::NotMadeBy(texts("not-made-by", calls)?));
        }
        if let Some(characters) = matches_each {
            tests.push(Test::MatchesEach(characters.clone()));
        }
        if let Some(kind) = cleared {
            tests.push(Test::Cleared(words.kind(kind)?));
        }
        match <[Test; 1]>::try_from(tests) {
            Ok([test]) => Ok(Condition {
                input: access_path(input)?,
                test,
            }),
            Err(_) => Err(Problem::Conflict(
                "an element of `when` has exactly one test",
            )),
        }
    }
}
