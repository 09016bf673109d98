//! What an engine refuses although it could be read: escapes that mean nothing, references to nothing, braces and hyphens that
//! stand alone. Verdicts on what no engine runs would be about nothing.

use super::{Parser, Result};
use crate::ast::{Group, Kind, Node};
use crate::flavor::Flavor;

/// What `\` may stand before in JavaScript where the flags `u` or `v` are set.
const SYNTAX: &str = "^$\\.*+?()[]{}|/";
/// What it may stand before in a class where the flag `v` is set.
const IN_SETS: &str = "&-!#%,:;<=>@`~";
/// What stands alone in no class where the flag `v` is set.
const NOT_IN_SETS: &str = "(){}/|-";
/// What stands twice in no class where the flag `v` is set.
const NOT_TWICE_IN_SETS: &str = "&!#$%*+,.:;<=>?@^`~";

impl Parser<'_> {
    /// Refuses a brace that repeats nothing, and a bracket that closes nothing, which is next.
    pub(super) fn check_literal(&mut self, char: char) -> Result<()> {
        let start = self.at;
        let is_js = self.flavor == Flavor::JavaScript;
        let is_alone = match char {
            '{' => {
                self.at -= char.len_utf8();
                let repeats = self.quantifier()?.is_some();
                self.at = start;
                match self.flavor {
                    Flavor::Java => !repeats,
                    Flavor::JavaScript => repeats || self.mode.is_unicode,
                    _ => repeats,
                }
            }
            '}' | ']' => is_js && self.mode.is_unicode,
            _ => false,
        };
        if is_alone {
            self.at -= char.len_utf8();
            return self.fail("a brace or bracket without its other half");
        }
        Ok(())
    }

    /// Refuses to repeat what reads nothing.
    pub(super) fn check_repeated(&self, node: &Node) -> Result<()> {
        let is_js = self.flavor == Flavor::JavaScript;
        let refuses = match &node.kind {
            Kind::Assert(_) => is_js || self.flavor == Flavor::Python,
            Kind::Look { is_behind, .. } => is_js && (*is_behind || self.mode.is_unicode),
            _ => false,
        };
        if refuses {
            return self.fail("a repetition of nothing");
        }
        Ok(())
    }

    /// Refuses an escape of a character that needs none, where the engine keeps those for later.
    pub(super) fn check_identity(&self, char: char, is_in_class: bool) -> Result<()> {
        let is_known = match self.flavor {
            Flavor::JavaScript if self.mode.is_unicode => {
                SYNTAX.contains(char)
                    || (is_in_class && char == '-')
                    || (is_in_class && self.mode.has_class_sets && IN_SETS.contains(char))
            }
            Flavor::JavaScript => true,
            Flavor::Python => !char.is_ascii_alphanumeric(),
            Flavor::Java if is_in_class => !char.is_ascii_alphanumeric(),
            _ => !char.is_ascii_alphabetic(),
        };
        if !is_known {
            return self.fail("an escape that means nothing");
        }
        Ok(())
    }

    /// The code of an escape with digits, or the letter itself where the engine takes that.
    pub(super) fn digits_or_letter(&self, code: Option<u32>, letter: char) -> Result<u32> {
        let is_lenient = match self.flavor {
            Flavor::JavaScript => !self.mode.is_unicode,
            Flavor::Pcre => letter == 'x',
            _ => false,
        };
        match code {
            Some(code) => Ok(code),
            None if is_lenient => Ok(u32::from(letter)),
            None => self.fail("an escape that is cut short"),
        }
    }

    /// Refuses a range that starts or ends with a set.
    pub(super) fn check_range_of_set(&self) -> Result<()> {
        let refuses = match self.flavor {
            Flavor::JavaScript => self.mode.is_unicode && !self.mode.has_class_sets,
            Flavor::Python => true,
            _ => false,
        };
        if refuses {
            return self.fail("a range of something that is no character");
        }
        Ok(())
    }

    /// Refuses the characters that classes with operations keep for later; the first of them is read.
    pub(super) fn check_in_sets(&self, char: char) -> Result<()> {
        let is_twice = NOT_TWICE_IN_SETS.contains(char) && self.peek() == Some(char);
        if self.mode.has_class_sets && (NOT_IN_SETS.contains(char) || is_twice) {
            return self.fail("a character that has to be escaped in a class");
        }
        Ok(())
    }

    /// Refuses a name that is none, or that another group has.
    pub(super) fn check_name(&self, name: &str) -> Result<()> {
        let first = name.chars().next();
        let is_word = |char: char| match self.flavor {
            Flavor::Java => char.is_ascii_alphanumeric(),
            Flavor::JavaScript => char.is_alphanumeric() || matches!(char, '_' | '$' | '\\'),
            _ => char.is_alphanumeric() || char == '_',
        };
        let starts_well =
            self.flavor == Flavor::DotNet || first.is_some_and(|char| !char.is_numeric());
        if !starts_well || !name.chars().all(is_word) {
            return self.fail("a group whose name is none");
        }
        let is_single = matches!(self.flavor, Flavor::Python | Flavor::Java);
        if is_single && self.names.iter().any(|(known, _)| known == name) {
            return self.fail("two groups of one name");
        }
        Ok(())
    }

    /// Refuses references to groups that are not there; asked when all is read.
    pub(super) fn check_references(&self) -> Result<()> {
        let is_missing = |group: &Group| match group {
            Group::Name(name) => {
                let is_number = name.parse::<u32>().is_ok_and(|it| it <= self.groups);
                !is_number && self.names.iter().all(|(known, _)| known != name)
            }
            // Java and others take a reference to nothing for one that never matches.
            Group::Index(index) => self.flavor == Flavor::Python && self.groups < *index,
        };
        if self.referenced.iter().any(is_missing) {
            return self.fail("a reference to a group that is not there");
        }
        Ok(())
    }
}
