//! SAS-7: constants of the code that are called like secrets and look like ones.
//!
//! Found in the IR, not in lines: what a name is bound to, passed for or compared with is certain there.

use crate::family::{Family, Input};
use base::{Name, Set};
use detect::{Detector, Secret, Written};
use finding::{Confidence, Finding};
use ir::{
    Argument, CompareOp, Element, Expr, ExprKind, Literal, Module, Pattern, Property, PropertyKey,
    Stmt, StmtKind, Visitor,
};
use link::Model;

use super::files::CODE;

/// The rule is that of the files' tokens; its page and row stand there.
pub(super) const FAMILY: Family = Family {
    rules: Vec::new,
    check,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let keys = keys(model);
    let mut findings = Vec::new();
    for (_, path, module) in model.program.modules() {
        if detect::is_example(path) {
            continue;
        }
        let mut fresh = constants(module, &model.knowledge.secrets.places.encodings);
        fresh.extend(written_keys(module, &keys));
        fresh.sort_by_key(|secret| secret.span);
        fresh.dedup_by(|later, earlier| earlier.span.contains(later.span));
        let known = super::secrets_in(input, module.file);
        fresh.retain(|secret| {
            !known
                .iter()
                .any(|other| secret.span.contains(other.span) || other.span.contains(secret.span))
        });
        if fresh.is_empty() {
            continue;
        }
        let functions = model.functions_shipping(path);
        findings.extend(fresh.iter().map(|secret| {
            super::finding(model, &CODE, module.file, secret, false, &functions)
                .confidence(Confidence::Medium)
                .fix("Read it from Secrets Manager or an SSM SecureString at start, and replace the leaked one")
        }));
    }
    findings
}

/// The constants of all code that are secrets, by their digests.
pub(super) fn present(model: &Model<'_>) -> Set<u64> {
    let encodings = &model.knowledge.secrets.places.encodings;
    let modules = model.program.modules();
    modules
        .flat_map(|(_, _, module)| constants(module, encodings))
        .map(|secret| secret.digest())
        .collect()
}

/// Texts that calls take as keys, with what they are keys of.
fn keys(model: &Model<'_>) -> Vec<(Name, Name)> {
    let kind = model.knowledge.kind("written-key");
    let facts = model.analyses.iter().map(|analysis| &analysis.facts);
    let misuses = facts.flat_map(|facts| &facts.misuses);
    let mut keys: Vec<(Name, Name)> = misuses
        .filter(|misuse| Some(misuse.kind) == kind)
        .flat_map(|misuse| {
            let texts = misuse.written.iter();
            texts.map(|text| (text.clone(), Name::from(format!("key of {}", misuse.path))))
        })
        .filter(|(text, _)| !text.contains("PUBLIC KEY") && !text.contains("CERTIFICATE"))
        .collect();
    keys.sort();
    keys.dedup_by(|later, earlier| later.0 == earlier.0);
    keys
}

/// Where the module writes out one of the keys.
fn written_keys(module: &Module, keys: &[(Name, Name)]) -> Vec<Secret> {
    let mut written = Literals {
        keys,
        found: Vec::new(),
    };
    if !keys.is_empty() {
        module.visit(&mut written);
    }
    written.found
}

struct Literals<'k> {
    keys: &'k [(Name, Name)],
    found: Vec<Secret>,
}

impl Visitor for Literals<'_> {
    fn expression(&mut self, expression: &Expr) {
        if let ExprKind::Literal(Literal::Text(text)) = &expression.kind
            && let Some((_, of)) = self.keys.iter().find(|(key, _)| key == text)
        {
            self.found
                .push(Secret::key(of.clone(), text).at(expression.span));
        }
    }
}

/// The constants of a module that are secrets by their names, in source order.
fn constants<'m>(module: &'m Module, encodings: &'m [Name]) -> Vec<Secret> {
    let mut constants = Constants {
        module,
        encodings,
        found: Vec::new(),
    };
    module.visit(&mut constants);
    for parameter in module.functions.iter().flat_map(|it| &it.parameters) {
        if let Some(default) = &parameter.default {
            constants.given(parameter.name.clone(), default);
        }
    }
    for (name, value, _) in module.classes.iter().flat_map(|it| &it.fields) {
        constants.given(Some(name.clone()), value);
    }
    let mut found = constants.found;
    found.sort_by_key(|secret| secret.span);
    found.dedup_by_key(|secret| secret.span);
    found
}

/// What the name of a user is called where its password stands beside it.
const USERS: [&str; 4] = ["user", "username", "login", "userName"];

/// Shorter texts are names of encodings.
const SHORTEST_KEY: usize = 12;

struct Constants<'m> {
    module: &'m Module,
    /// Calls that make bytes of a text.
    encodings: &'m [Name],
    found: Vec<Secret>,
}

impl Constants<'_> {
    /// Notes `value` if it is a literal secret that something of this name is given.
    fn given(&mut self, name: Option<Name>, value: &Expr) {
        let Some(name) = name else { return };
        match &value.kind {
            ExprKind::Literal(Literal::Text(text)) => {
                let secret = Detector::builtin().secret_value(&name, text, Written::InCode);
                self.found
                    .extend(secret.map(|secret| secret.at(value.span)));
            }
            // `process.env.X || "…"`: what stands where the setting is missing.
            ExprKind::Or(_, otherwise) => self.given(Some(name), otherwise),
            // `Buffer.from("…", "hex")`, `"…".encode()`
            ExprKind::Call(call) if self.is_encoding(&call.callee) => {
                if let Some(Argument::Positional(text)) = call.arguments.first()
                    && text_of(text).is_some_and(|text| SHORTEST_KEY <= text.len())
                {
                    self.given(Some(name), text);
                } else if let ExprKind::Field { base, .. } = &call.callee.kind {
                    self.given(Some(name), base);
                }
            }
            _ => {}
        }
    }

    /// Notes the password of `auth=("user", "…")`.
    fn pair(&mut self, name: &Name, value: &Expr) {
        if name == "auth"
            && let ExprKind::List(items) = &value.kind
            && let [_, Element::Item(password)] = items.as_slice()
        {
            self.given(Some("password".into()), password);
        }
    }

    /// Whether a call makes bytes of its text, by the name of what is called.
    fn is_encoding(&self, callee: &Expr) -> bool {
        let name = self.name_of(callee);
        name.is_some_and(|name| self.encodings.contains(&name))
    }

    /// Notes the password that stands beside the name of a user, even one that is no more than words and a number.
    fn beside_user(&mut self, properties: &[Property]) {
        let text = |property: &Property| match property {
            Property::Field(PropertyKey::Name(name), value) => {
                Some((name.clone(), text_of(value)?, value.span))
            }
            _ => None,
        };
        let texts: Vec<_> = properties.iter().filter_map(text).collect();
        let is_user = |name: &Name| USERS.contains(&name.as_str());
        if !texts.iter().any(|(name, ..)| is_user(name)) {
            return;
        }
        for (name, text, span) in texts {
            if crate::credentials::is_password(&name)
                && text.contains(|it: char| it.is_ascii_digit())
            {
                let detector = Detector::builtin();
                let secret = detector.secret_value(&name, &text, Written::InConfiguration);
                self.found.extend(secret.map(|secret| secret.at(span)));
            }
        }
    }

    fn name_of(&self, value: &Expr) -> Option<Name> {
        match &value.kind {
            ExprKind::Variable(id) => Some(self.module.variable(*id)?.name.clone()),
            ExprKind::Global(name) | ExprKind::Field { name, .. } => Some(name.clone()),
            ExprKind::Index { index, .. } => text_of(index),
            _ => None,
        }
    }

    fn name_of_target(&self, target: &Pattern) -> Option<Name> {
        match target {
            Pattern::Variable(id, _) => Some(self.module.variable(*id)?.name.clone()),
            Pattern::Place(place) => self.name_of(place),
            _ => None,
        }
    }
}

fn text_of(value: &Expr) -> Option<Name> {
    match &value.kind {
        ExprKind::Literal(Literal::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

impl Visitor for Constants<'_> {
    fn pattern(&mut self, pattern: &Pattern) {
        if let Pattern::Default(target, default) = pattern {
            self.given(self.name_of_target(target), default);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        if let StmtKind::Assign { target, value } = &statement.kind {
            self.given(self.name_of_target(target), value);
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match &expression.kind {
            ExprKind::Object(properties) => {
                self.beside_user(properties);
                for property in properties {
                    if let Property::Field(PropertyKey::Name(name), value) = property {
                        self.given(Some(name.clone()), value);
                    }
                }
            }
            ExprKind::Assign { target, value } => self.given(self.name_of_target(target), value),
            ExprKind::Or(left, right) => self.given(self.name_of(left), right),
            ExprKind::Compare {
                op: CompareOp::Equal | CompareOp::NotEqual,
                left,
                right,
            } => {
                self.given(self.name_of(left), right);
                self.given(self.name_of(right), left);
            }
            ExprKind::Call(call) => {
                for argument in &call.arguments {
                    if let Argument::Named(name, value) = argument {
                        self.given(Some(name.clone()), value);
                        self.pair(name, value);
                    }
                }
                // `os.environ.get("DB_PASSWORD", "…")`
                let is_look_up = self.name_of(&call.callee).is_some_and(|name| {
                    matches!(name.as_str(), "get" | "getenv" | "setdefault" | "env")
                });
                if is_look_up
                    && let [Argument::Positional(key), Argument::Positional(value)] =
                        call.arguments.as_slice()
                {
                    self.given(text_of(key), value);
                }
            }
            _ => {}
        }
    }
}
