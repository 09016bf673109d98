//! `match`: what each case compares, and what it binds.

use base::{Name, Span};
use ir::{Case, Expr, ExprKind, Literal, Pattern, PatternProperty, Stmt, StmtKind};
use ruff_python_ast as ast;

use crate::function::{dotted, last_segment};
use crate::lowerer::{Lowerer, span_of};

/// Classes whose pattern takes its only argument as the whole subject: `case str(text)`.
const SELF_MATCHING: [&str; 11] = [
    "bool",
    "bytearray",
    "bytes",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "set",
    "str",
    "tuple",
];

impl Lowerer<'_> {
    pub(crate) fn match_stmt(&mut self, stmt: &ast::StmtMatch, out: &mut Vec<Stmt>) {
        let subject = self.expr(&stmt.subject);
        let cases = stmt.cases.iter().map(|case| self.case(case)).collect();
        out.push(Stmt {
            kind: StmtKind::Switch { subject, cases },
            span: span_of(stmt),
        });
    }

    fn case(&mut self, case: &ast::MatchCase) -> Case {
        let mut tests = self.tests(&case.pattern);
        let bindings = self.bindings(&case.pattern);
        let Some(guard) = &case.guard else {
            let body = self.block(&case.body);
            return Case {
                tests,
                bindings,
                body,
                falls_through: false,
            };
        };
        // A guarded case is never the default, and its guard can only be evaluated when the names are bound.
        let span = span_of(case);
        if tests.is_empty() {
            tests.push(Expr::new(
                ExprKind::Unknown(Vec::new()),
                span_of(&case.pattern),
            ));
        }
        let test = self.expr(guard);
        let then = self.block(&case.body);
        let guarded = Stmt {
            kind: StmtKind::If {
                test,
                then,
                otherwise: Vec::new(),
            },
            span,
        };
        Case {
            tests,
            bindings,
            body: vec![guarded],
            falls_through: false,
        }
    }

    /// The values that the subject is compared with. A pattern that looks at the shape of the subject is a test against
    /// something unknown, so that the case is not taken for one that always matches.
    fn tests(&mut self, pattern: &ast::Pattern) -> Vec<Expr> {
        let span = span_of(pattern);
        match pattern {
            ast::Pattern::MatchValue(value) => vec![self.expr(&value.value)],
            ast::Pattern::MatchSingleton(singleton) => {
                let literal = match singleton.value {
                    ast::Singleton::None => Literal::Null,
                    ast::Singleton::True => Literal::Bool(true),
                    ast::Singleton::False => Literal::Bool(false),
                };
                vec![Expr::new(ExprKind::Literal(literal), span)]
            }
            ast::Pattern::MatchOr(alternatives) if !pattern.is_irrefutable() => alternatives
                .patterns
                .iter()
                .flat_map(|alternative| self.tests(alternative))
                .collect(),
            ast::Pattern::MatchAs(ast::PatternMatchAs {
                pattern: Some(inner),
                ..
            }) => self.tests(inner),
            ast::Pattern::MatchClass(class) => {
                let class = self.expr(&class.cls);
                vec![Expr::new(ExprKind::Unknown(vec![class]), span)]
            }
            _ if pattern.is_irrefutable() => Vec::new(),
            _ => vec![Expr::new(ExprKind::Unknown(Vec::new()), span)],
        }
    }

    /// What the names in `pattern` are bound to; nothing when there are none.
    fn bindings(&mut self, pattern: &ast::Pattern) -> Option<Pattern> {
        let span = span_of(pattern);
        match pattern {
            ast::Pattern::MatchValue(_) | ast::Pattern::MatchSingleton(_) => None,
            ast::Pattern::MatchStar(star) => star
                .name
                .as_ref()
                .map(|name| self.bind(name, span_of(name))),
            ast::Pattern::MatchSequence(sequence) => self.sequence(&sequence.patterns),
            ast::Pattern::MatchMapping(mapping) => self.mapping(mapping),
            ast::Pattern::MatchClass(class) => self.class_pattern(class),
            ast::Pattern::MatchOr(alternatives) => {
                let alternatives: Vec<Pattern> = alternatives
                    .patterns
                    .iter()
                    .filter_map(|pattern| self.bindings(pattern))
                    .collect();
                parts_of(alternatives, None, span)
            }
            ast::Pattern::MatchAs(alias) => {
                let inner = alias
                    .pattern
                    .as_deref()
                    .and_then(|inner| self.bindings(inner));
                let name = alias
                    .name
                    .as_ref()
                    .map(|name| self.bind(name, span_of(name)));
                match (inner, name) {
                    (None, name) => name,
                    (Some(inner), None) => Some(inner),
                    // The IR has no pattern that binds both the whole and its parts; what is left of the subject is the
                    // nearest to the whole.
                    (Some(inner), Some(name)) => parts_of(vec![inner], Some(name), span),
                }
            }
        }
    }

    fn sequence(&mut self, patterns: &[ast::Pattern]) -> Option<Pattern> {
        let mut items = Vec::with_capacity(patterns.len());
        let mut rest = None;
        for pattern in patterns {
            let bound = self.bindings(pattern);
            match pattern {
                ast::Pattern::MatchStar(_) => {
                    rest = Some((items.len(), Box::new(bound.unwrap_or(Pattern::Ignore))));
                }
                _ => items.push(bound),
            }
        }
        let binds_rest = rest
            .as_ref()
            .is_some_and(|(_, rest)| !matches!(**rest, Pattern::Ignore));
        (binds_rest || items.iter().any(Option::is_some)).then_some(Pattern::List { items, rest })
    }

    fn mapping(&mut self, mapping: &ast::PatternMatchMapping) -> Option<Pattern> {
        let mut properties = Vec::new();
        for (key, pattern) in mapping.keys.iter().zip(&mapping.patterns) {
            let name = match key {
                ast::Expr::StringLiteral(key) => Some(Name::new(key.value.to_str())),
                _ => None,
            };
            let value = self.bindings(pattern);
            properties.extend(value.map(|value| PatternProperty {
                key: name,
                value,
                span: span_of(pattern),
            }));
        }
        let rest = mapping
            .rest
            .as_ref()
            .map(|name| Box::new(self.bind(name, span_of(name))));
        (rest.is_some() || !properties.is_empty()).then_some(Pattern::Object { properties, rest })
    }

    fn class_pattern(&mut self, class: &ast::PatternMatchClass) -> Option<Pattern> {
        let arguments = &class.arguments;
        let is_whole =
            dotted(&class.cls).is_some_and(|name| SELF_MATCHING.contains(&last_segment(&name)));
        if let ([only], true) = (arguments.patterns.as_slice(), is_whole) {
            return self.bindings(only);
        }
        let mut properties = Vec::new();
        for pattern in &arguments.patterns {
            let value = self.bindings(pattern);
            properties.extend(value.map(|value| PatternProperty {
                key: None,
                value,
                span: span_of(pattern),
            }));
        }
        for keyword in &arguments.keywords {
            let key = Some(Name::new(&keyword.attr));
            let value = self.bindings(&keyword.pattern);
            properties.extend(value.map(|value| PatternProperty {
                key,
                value,
                span: span_of(&keyword.pattern),
            }));
        }
        (!properties.is_empty()).then_some(Pattern::Object {
            properties,
            rest: None,
        })
    }
}

/// Binds each of `patterns` to some part of the subject, and `whole` to all that is left of it.
fn parts_of(patterns: Vec<Pattern>, whole: Option<Pattern>, span: Span) -> Option<Pattern> {
    if patterns.is_empty() && whole.is_none() {
        return None;
    }
    let properties = patterns
        .into_iter()
        .map(|value| PatternProperty {
            key: None,
            value,
            span,
        })
        .collect();
    Some(Pattern::Object {
        properties,
        rest: whole.map(Box::new),
    })
}
