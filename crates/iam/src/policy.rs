//! Statements and policies, and what they allow together.

use base::Name;

use crate::sets::some_word;
use crate::{Answer, Pattern, Piece, Subject};

/// What a role's policies say together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The statements, of all its documents.
    pub statements: Vec<Statement>,
    /// It may hold more statements than are known.
    pub is_open: bool,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Allows or denies.
    pub effect: Effect,
    /// `Action` or `NotAction`.
    pub actions: Scope,
    /// `Resource` or `NotResource`.
    pub resources: Scope,
    /// What must hold as well.
    pub conditions: Vec<Condition>,
}

/// Allow or deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Allows.
    Allow,
    /// Denies, whatever else allows.
    Deny,
}

/// Patterns, or everything but them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What one of them matches.
    Only(Vec<Pattern>),
    /// What none of them matches.
    Except(Vec<Pattern>),
}

/// A condition: `StringEquals`, `aws:SourceArn`, the values of which one must be met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `StringEquals`, `ArnLike`, `Bool`, ….
    pub operator: Name,
    /// `aws:SourceArn`, `dynamodb:LeadingKeys`, ….
    pub key: Name,
    /// The values as written; nothing for one that is known at deployment only.
    pub values: Vec<Option<Name>>,
}

impl Scope {
    /// Whether the subject is meant.
    #[must_use]
    pub fn covers(&self, subject: &Subject) -> Answer {
        let any = |patterns: &[Pattern]| {
            Answer::any(patterns.iter().map(|pattern| pattern.matches(subject)))
        };
        match self {
            Self::Only(patterns) => any(patterns),
            Self::Except(patterns) => any(patterns).negated(),
        }
    }

    /// The patterns, those that are meant or those that are left out.
    pub(crate) fn patterns(&self) -> &[Pattern] {
        match self {
            Self::Only(patterns) | Self::Except(patterns) => patterns,
        }
    }

    /// Whether something is meant for which the patterns answer so.
    fn of_answers(&self, answers: &[Answer]) -> Answer {
        let any = Answer::any(answers.iter().copied());
        match self {
            Self::Only(_) => any,
            Self::Except(_) => any.negated(),
        }
    }
}

impl Condition {
    /// Whether it is met where the request has these values of condition keys; a key that is not among them leaves it unknown.
    #[must_use]
    pub fn is_met(&self, request: &[(&str, &str)]) -> Answer {
        let mut request = request.iter();
        let Some((_, value)) = request.find(|(key, _)| self.key.eq_ignore_ascii_case(key)) else {
            return Answer::Unknown;
        };
        let operator = self.operator.to_ascii_lowercase();
        let operator = operator.trim_end_matches("ifexists");
        let operator = operator.rsplit(':').next().unwrap_or_default();
        let one = |test: fn(&str, &str) -> bool| {
            Answer::any(self.values.iter().map(|written| match written {
                Some(written) if test(written, value) => Answer::Yes,
                Some(_) => Answer::No,
                None => Answer::Unknown,
            }))
        };
        match operator {
            "stringequals" => one(|written, value| written == value),
            "stringnotequals" => one(|written, value| written == value).negated(),
            "stringequalsignorecase" => one(str::eq_ignore_ascii_case),
            "stringnotequalsignorecase" => one(str::eq_ignore_ascii_case).negated(),
            "stringlike" => one(is_like),
            "stringnotlike" => one(is_like).negated(),
            _ => Answer::Unknown,
        }
    }
}

/// Whether a pattern of a condition matches a value.
fn is_like(pattern: &str, value: &str) -> bool {
    let pieces = |text: &str| [Piece::Literal(text.into())];
    let pattern = Pattern::text(&pieces(pattern));
    pattern.matches(&Subject::resource(&pieces(value))) == Answer::Yes
}

impl Statement {
    /// Whether all conditions are met where the request has these values of condition keys.
    #[must_use]
    pub fn is_met(&self, request: &[(&str, &str)]) -> Answer {
        let conditions = self.conditions.iter();
        let answers = conditions.map(|condition| condition.is_met(request));
        answers.fold(Answer::Yes, Answer::and)
    }

    /// Whether the statement is about this action on this resource. Conditions depend on the request, so that with one the
    /// answer is never yes.
    #[must_use]
    pub fn applies(&self, action: &Subject, resource: &Subject) -> Answer {
        let holds = if self.conditions.is_empty() {
            Answer::Yes
        } else {
            Answer::Unknown
        };
        let covers = self.actions.covers(action).and(holds);
        match covers {
            Answer::No => Answer::No,
            covers => covers.and(self.resources.covers(resource)),
        }
    }
}

impl Policy {
    /// Whether the policy allows the action on the resource: some statement allows it and none denies it.
    #[must_use]
    pub fn allows(&self, action: &Subject, resource: &Subject) -> Answer {
        let one = |effect: Effect| {
            let statements = self.statements.iter();
            let statements = statements.filter(|statement| statement.effect == effect);
            Answer::any(statements.map(|statement| statement.applies(action, resource)))
        };
        let allowed = match (one(Effect::Allow), self.is_open) {
            (Answer::No, true) => Answer::Unknown,
            (allowed, _) => allowed,
        };
        match allowed {
            Answer::No => Answer::No,
            allowed => allowed.and(one(Effect::Deny).negated()),
        }
    }

    /// Whether there is a resource that the pattern matches and on which the policy allows the action, where the request has
    /// these values of condition keys. A condition on anything else leaves it unknown.
    #[must_use]
    pub fn allows_some(&self, action: &Subject, on: &Pattern, request: &[(&str, &str)]) -> Answer {
        let of = |effect: Effect| {
            let statements = self.statements.iter();
            let statements = statements.filter(move |statement| statement.effect == effect);
            statements.filter_map(|statement| {
                let meant = statement.actions.covers(action);
                let answer = meant.and(statement.is_met(request));
                (answer != Answer::No).then_some((answer, &statement.resources))
            })
        };
        let denials: Vec<(Answer, &Scope)> = of(Effect::Deny).collect();
        let allowed = of(Effect::Allow).map(|(answer, resources)| {
            let tests: Vec<&Pattern> = [resources]
                .into_iter()
                .chain(denials.iter().map(|(_, denied)| *denied))
                .flat_map(Scope::patterns)
                .collect();
            let some = some_word(on, &tests, |answers| {
                let (own, mut rest) = split(answers, resources);
                let mut allowed = resources.of_answers(own);
                for (denies, denied) in &denials {
                    let (own, after) = split(rest, denied);
                    rest = after;
                    allowed = allowed.and(denied.of_answers(own).and(*denies).negated());
                }
                allowed
            });
            answer.and(some)
        });
        match (Answer::any(allowed), self.is_open) {
            (Answer::No, true) => Answer::Unknown,
            (allowed, _) => allowed,
        }
    }
}

/// The answers for the patterns of a set, and the rest.
fn split<'a>(answers: &'a [Answer], of: &Scope) -> (&'a [Answer], &'a [Answer]) {
    answers.split_at(of.patterns().len().min(answers.len()))
}
