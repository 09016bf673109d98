//! What starts with `(`.

use super::{Parser, Problem, Result};
use crate::ast::{Group, Kind, Node};
use crate::flavor::Flavor;

impl Parser<'_> {
    /// Reads a group whose `(` is read.
    pub(super) fn group(&mut self, start: usize) -> Result<Node> {
        if self.flavor == Flavor::Pcre && self.eat("*") {
            return self.verb(start);
        }
        if !self.eat("?") {
            return if self.mode.is_explicit {
                self.plain(start)
            } else {
                self.capture(start, None)
            };
        }
        let has_comments = !matches!(self.flavor, Flavor::JavaScript | Flavor::Java | Flavor::Go);
        if has_comments && self.eat("#") {
            while self.until(")")?.ends_with('\\') && self.flavor == Flavor::Python {}
            return Ok(self.node(start, Kind::Empty));
        }
        for (sign, is_behind, is_negative) in [
            ("=", false, false),
            ("!", false, true),
            ("<=", true, false),
            ("<!", true, true),
        ] {
            if self.eat(sign) {
                if self.flavor == Flavor::Go {
                    return self.fail("a look-around, which this engine does not have");
                }
                let node = Box::new(self.inside()?);
                let kind = Kind::Look {
                    node,
                    is_behind,
                    is_negative,
                };
                return Ok(self.node(start, kind));
            }
        }
        match self.peek() {
            Some(':') => {
                self.bump();
                self.plain(start)
            }
            Some('>') if self.flavor.has_atomic() => {
                self.bump();
                let node = Box::new(self.inside()?);
                Ok(self.node(start, Kind::Atomic(node)))
            }
            Some('|') if self.flavor == Flavor::Pcre => {
                self.bump();
                self.branch_reset(start)
            }
            Some('<') if self.flavor != Flavor::Python => {
                self.bump();
                let name = self.until(">")?;
                self.named(start, name)
            }
            Some('\'') if matches!(self.flavor, Flavor::DotNet | Flavor::Pcre) => {
                self.bump();
                let name = self.until("'")?;
                self.named(start, name)
            }
            Some('(') if self.has_conditions() => {
                self.bump();
                self.conditional(start)
            }
            Some('P') if matches!(self.flavor, Flavor::Python | Flavor::Pcre | Flavor::Go) => {
                self.bump();
                if self.eat("<") {
                    let name = self.until(">")?;
                    self.named(start, name)
                } else if self.eat("=") {
                    let name = self.until(")")?;
                    self.reference(start, Group::Name(name))
                } else if self.flavor == Flavor::Pcre {
                    Err(Problem::Unsupported("it calls itself"))
                } else {
                    self.fail("a group of no known kind")
                }
            }
            Some('R' | '&' | '0'..='9' | '+') if self.flavor == Flavor::Pcre => {
                Err(Problem::Unsupported("it calls itself"))
            }
            Some('C') if self.flavor == Flavor::Pcre => {
                self.until(")")?;
                Ok(self.node(start, Kind::Empty))
            }
            _ => self.flags(start),
        }
    }

    /// The inside of a group, and its `)`.
    fn inside(&mut self) -> Result<Node> {
        let mode = self.mode;
        let node = self.alternation()?;
        self.mode = mode;
        if !self.eat(")") {
            return self.fail("a `(` without its `)`");
        }
        Ok(node)
    }

    fn plain(&mut self, start: usize) -> Result<Node> {
        let mut node = self.inside()?;
        node.span = start..self.at;
        Ok(node)
    }

    fn capture(&mut self, start: usize, name: Option<String>) -> Result<Node> {
        self.groups += 1;
        let index = self.groups;
        if let Some(name) = name {
            self.names.push((name, index));
        }
        let node = Box::new(self.inside()?);
        Ok(self.node(start, Kind::Capture { node, index }))
    }

    fn named(&mut self, start: usize, name: String) -> Result<Node> {
        if name.contains('-') {
            return Err(Problem::Unsupported("its groups balance one another"));
        }
        self.check_name(&name)?;
        self.capture(start, Some(name))
    }

    fn has_conditions(&self) -> bool {
        matches!(self.flavor, Flavor::Python | Flavor::DotNet | Flavor::Pcre)
    }

    pub(super) fn reference(&mut self, start: usize, group: Group) -> Result<Node> {
        if self.flavor == Flavor::Go {
            return self.fail("a reference, which this engine does not have");
        }
        self.has_references = true;
        self.referenced.push(group.clone());
        let kind = Kind::Reference {
            group,
            is_insensitive: self.mode.is_insensitive,
        };
        Ok(self.node(start, kind))
    }

    /// `(?|…|…)`: the groups of each branch have the same numbers.
    fn branch_reset(&mut self, start: usize) -> Result<Node> {
        let before = self.groups;
        let mut most = before;
        let mut branches = Vec::new();
        let mode = self.mode;
        self.depth += 1;
        loop {
            self.groups = before;
            branches.push(self.sequence()?);
            most = most.max(self.groups);
            if !self.eat("|") {
                break;
            }
        }
        self.depth -= 1;
        self.groups = most;
        self.mode = mode;
        if !self.eat(")") {
            return self.fail("a `(` without its `)`");
        }
        Ok(self.node(start, Kind::Alternate(branches)))
    }

    /// `(?(1)yes|no)`.
    fn conditional(&mut self, start: usize) -> Result<Node> {
        let name = self.until(")")?;
        let bare = name.trim_matches(['<', '>', '\'']);
        let group = match bare.parse() {
            Ok(index) => Group::Index(index),
            Err(_) if bare.chars().all(|it| it.is_alphanumeric() || it == '_') => {
                Group::Name(bare.to_owned())
            }
            Err(_) if self.flavor == Flavor::Python => {
                return self.fail("a condition that is not a group");
            }
            Err(_) => return Err(Problem::Unsupported("its condition is not a group")),
        };
        self.referenced.push(group.clone());
        self.has_references = true;
        let mode = self.mode;
        let yes = self.sequence()?;
        let no = if self.eat("|") {
            self.sequence()?
        } else {
            self.node(self.at, Kind::Empty)
        };
        self.mode = mode;
        if !self.eat(")") {
            return self.fail("a condition with more than two branches");
        }
        let parts = Box::new((yes, no));
        Ok(self.node(start, Kind::Conditional { group, parts }))
    }

    /// `(?i)` for the rest of the group around it, `(?i:…)` for its own.
    fn flags(&mut self, start: usize) -> Result<Node> {
        let mode = self.mode;
        let is_js = self.flavor == Flavor::JavaScript;
        let mut is_on = true;
        loop {
            match self.bump() {
                Some(')') if !is_js => return Ok(self.node(start, Kind::Empty)),
                Some(':') => {
                    let mut node = self.inside()?;
                    node.span = start..self.at;
                    self.mode = mode;
                    return Ok(node);
                }
                Some('-') => is_on = false,
                Some('^') if self.flavor == Flavor::Pcre => {
                    for flag in ['i', 'm', 's', 'x'] {
                        self.set_flag(flag, false)?;
                    }
                }
                Some(flag) if is_js && !matches!(flag, 'i' | 'm' | 's') => {
                    return self.fail("a flag that is for the whole pattern");
                }
                Some(flag) => self.set_flag(flag, is_on)?,
                None => return self.fail("a `(` without its `)`"),
            }
        }
    }

    /// `(*VERB)`: those that only say how text is encoded change nothing.
    fn verb(&mut self, start: usize) -> Result<Node> {
        let name = self.until(")")?;
        if ["UTF", "UCP", "LF", "CR", "ANY"]
            .iter()
            .any(|known| name.starts_with(known))
        {
            Ok(self.node(start, Kind::Empty))
        } else {
            Err(Problem::Unsupported("its verbs control the backtracking"))
        }
    }
}
