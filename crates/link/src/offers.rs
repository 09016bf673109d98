//! What a module gives to others, and which functions that is, as far as its text tells without running it: for the handlers
//! that no template names, and for files that are followed for themselves.
//!
//! Assignments count wherever they stand, in no order: a name may be any function that it is ever given.

use std::collections::{BTreeMap, BTreeSet};

use base::{Map, Name, Set};
use ir::{
    Argument, Expr, ExprKind, FunctionId, Language, Module, Pattern, Property, PropertyKey, Stmt,
    StmtKind, VariableId, Visitor,
};

/// One name that a module gives to others.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    /// The name outside; `default` where it is the module as a whole.
    pub(crate) name: Name,
    /// The functions that it may be, in the order of the source.
    pub(crate) functions: BTreeSet<FunctionId>,
    /// They stand in a call that makes something of them: `exports.handler = middy(base)`.
    pub(crate) is_wrapped: bool,
}

/// All that a module gives, sorted by name.
pub(crate) fn offers(module: &Module) -> Vec<Offer> {
    let mut assignments = Assignments::default();
    module.visit(&mut assignments);
    let mut named: BTreeMap<Name, Vec<Slot>> = BTreeMap::new();
    for export in &module.exports {
        let slots = named.entry(export.name.clone()).or_default();
        slots.push(Slot::Variable(export.variable));
    }
    if let Some(exports) = module.exports_object {
        for alias in assignments.aliases(exports) {
            for name in assignments.fields.get(&alias).into_iter().flatten() {
                let slots = named.entry(name.clone()).or_default();
                slots.push(Slot::Field(alias, name.clone()));
            }
        }
    }
    let mut offers: Vec<Offer> = named
        .into_iter()
        .map(|(name, slots)| assignments.offer(name, slots, module.language))
        .collect();
    if let Some(exports) = module.exports_object {
        let whole = vec![Slot::Variable(exports)];
        let whole = assignments.offer("default".into(), whole, module.language);
        if !whole.functions.is_empty() && offers.iter().all(|offer| offer.name != whole.name) {
            offers.push(whole);
            offers.sort_by(|one, other| one.name.cmp(&other.name));
        }
    }
    offers
}

/// What holds a value: a variable, or a field of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Slot {
    Variable(VariableId),
    Field(VariableId, Name),
}

impl Slot {
    fn named_by(expr: &Expr) -> Option<Self> {
        match &expr.kind {
            ExprKind::Variable(variable) => Some(Self::Variable(*variable)),
            ExprKind::Field { base, name } => match base.kind {
                ExprKind::Variable(variable) => Some(Self::Field(variable, name.clone())),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Where a value may come from.
#[derive(Clone, Debug)]
enum Source {
    Function(FunctionId),
    Slot(Slot),
}

/// What is put into each variable and into each field of one; the flag says that it goes in through a call.
#[derive(Default)]
struct Assignments {
    given: Map<Slot, Vec<(Source, bool)>>,
    /// The fields that are put into what each variable holds.
    fields: Map<VariableId, BTreeSet<Name>>,
    /// The variables that each is assigned to or from.
    same: Map<VariableId, BTreeSet<VariableId>>,
}

impl Visitor for Assignments {
    fn statement(&mut self, statement: &Stmt) {
        if let StmtKind::Assign { target, value } = &statement.kind {
            self.assign(target, value);
        }
    }

    fn expression(&mut self, expression: &Expr) {
        if let ExprKind::Assign { target, value } = &expression.kind {
            self.assign(target, value);
        }
    }
}

impl Assignments {
    fn assign(&mut self, target: &Pattern, value: &Expr) {
        let slot = match target {
            Pattern::Variable(variable, _) => Some(Slot::Variable(*variable)),
            Pattern::Place(place) => Slot::named_by(place),
            _ => None,
        };
        if let Some(slot) = slot {
            self.give(&slot, value, false);
        }
    }

    fn give(&mut self, slot: &Slot, value: &Expr, is_wrapped: bool) {
        if let Slot::Field(holder, name) = slot {
            self.fields.entry(*holder).or_default().insert(name.clone());
        }
        match &value.kind {
            ExprKind::Closure(function) => {
                self.add(slot, Source::Function(*function), is_wrapped);
            }
            ExprKind::Variable(_) | ExprKind::Field { .. } => {
                if let Some(named) = Slot::named_by(value) {
                    self.add(slot, Source::Slot(named), is_wrapped);
                }
            }
            ExprKind::Await(inner)
            | ExprKind::Decorated { inner, .. }
            | ExprKind::Assign { value: inner, .. } => self.give(slot, inner, is_wrapped),
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                self.give(slot, left, is_wrapped);
                self.give(slot, right, is_wrapped);
            }
            ExprKind::Conditional {
                then, otherwise, ..
            } => {
                self.give(slot, then, is_wrapped);
                self.give(slot, otherwise, is_wrapped);
            }
            ExprKind::Call(call) if !call.is_new => {
                for argument in call.arguments.iter().map(Argument::value) {
                    self.give(slot, argument, true);
                }
                // What a call gives may be wrapped further: `middy(base).use(parser)`.
                if let ExprKind::Field { base, .. } = &call.callee.kind {
                    self.give(slot, base, true);
                }
            }
            ExprKind::Object(properties) if !is_wrapped => self.give_fields(slot, properties),
            _ => {}
        }
    }

    fn give_fields(&mut self, slot: &Slot, properties: &[Property]) {
        let Slot::Variable(holder) = slot else {
            return;
        };
        for property in properties {
            match property {
                Property::Field(PropertyKey::Name(name), value) => {
                    self.give(&Slot::Field(*holder, name.clone()), value, false);
                }
                Property::Field(PropertyKey::Computed(_), _) => {}
                Property::Spread(value) => self.give(slot, value, false),
            }
        }
    }

    fn add(&mut self, slot: &Slot, source: Source, is_wrapped: bool) {
        if let (Slot::Variable(one), Source::Slot(Slot::Variable(other)), false) =
            (slot, &source, is_wrapped)
        {
            self.same.entry(*one).or_default().insert(*other);
            self.same.entry(*other).or_default().insert(*one);
        }
        let sources = self.given.entry(slot.clone()).or_default();
        sources.push((source, is_wrapped));
    }

    /// The variables that may hold the same object as this one, itself among them.
    fn aliases(&self, variable: VariableId) -> BTreeSet<VariableId> {
        let mut aliases = BTreeSet::from([variable]);
        let mut open = vec![variable];
        while let Some(alias) = open.pop() {
            let same = self.same.get(&alias).into_iter().flatten();
            open.extend(same.filter(|other| aliases.insert(**other)));
        }
        aliases
    }

    /// The offer under a name that stands for what these hold.
    fn offer(&self, name: Name, slots: Vec<Slot>, language: Language) -> Offer {
        let (mut direct, mut wrapped) = (BTreeSet::new(), BTreeSet::new());
        let mut open: Vec<(Slot, bool)> = slots.into_iter().map(|slot| (slot, false)).collect();
        let mut seen = Set::default();
        while let Some((slot, in_wrapper)) = open.pop() {
            if !seen.insert((slot.clone(), in_wrapper)) {
                continue;
            }
            for (source, is_wrapped) in self.sources(&slot) {
                let is_wrapped = *is_wrapped || in_wrapper;
                match source {
                    // Python gives away every name, so that one holds what a call made of a function says nothing.
                    _ if is_wrapped && language == Language::Python => {}
                    Source::Function(function) if is_wrapped => {
                        wrapped.insert(*function);
                    }
                    Source::Function(function) => {
                        direct.insert(*function);
                    }
                    Source::Slot(slot) => open.push((slot.clone(), is_wrapped)),
                }
            }
        }
        let is_wrapped = direct.is_empty() && !wrapped.is_empty();
        Offer {
            name,
            functions: if is_wrapped { wrapped } else { direct },
            is_wrapped,
        }
    }

    /// Where the value that a slot holds may come from, under whichever name its object was given it.
    fn sources(&self, slot: &Slot) -> impl Iterator<Item = &(Source, bool)> {
        let slots = match slot {
            Slot::Variable(_) => vec![slot.clone()],
            Slot::Field(holder, name) => {
                let aliases = self.aliases(*holder).into_iter();
                aliases.map(|it| Slot::Field(it, name.clone())).collect()
            }
        };
        let given = slots.into_iter().filter_map(|slot| self.given.get(&slot));
        given.flatten()
    }
}
