//! What one request from outside sets going: the function that it invokes, its repeated attempts, and all functions that the
//! writes on the way invoke.

use std::collections::VecDeque;

use app::{FunctionId, Trigger};
use base::{Map, Place, Set};
use finding::Reach;
use link::{Delivery, Model};
use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use crate::attempts;
use crate::function::FunctionCost;

/// A function that somebody outside can invoke.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The function.
    pub function: FunctionId,
    /// The trigger.
    pub place: Place,
    /// Who.
    pub reach: Reach,
    /// How many invocations one request starts, in all functions.
    pub invocations: Invocations,
    /// US dollars that one request costs at worst; nothing where it does not end or a size is unknown.
    pub per_request: Option<f64>,
    /// The writes that invoke further functions, in the order in which they are met.
    pub deliveries: Vec<Delivery>,
}

/// How many invocations a request starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Invocations {
    /// So many: every attempt fails at its end.
    Exactly(f64),
    /// At least so many: a write on the way stands in a loop.
    AtLeast(f64),
    /// They start each other without end.
    Endless,
}

impl Invocations {
    /// The number that is certain; nothing where there is no end.
    #[must_use]
    pub fn count(self) -> Option<f64> {
        match self {
            Self::Exactly(count) | Self::AtLeast(count) => Some(count),
            Self::Endless => None,
        }
    }
}

/// Everything that somebody outside can invoke, the dearest request first.
pub(crate) fn entries(model: &Model<'_>, functions: &[FunctionCost]) -> Vec<Entry> {
    let graph = Graph::new(model, functions);
    let mut entries: Vec<Entry> = Vec::new();
    for (at, trigger) in (0..).zip(&model.application.triggers) {
        let reach = model.exposure_of(trigger);
        // What another function's request sets off is told with that request.
        if reach < Reach::Authenticated || graph.inner.contains(&at) {
            continue;
        }
        let entry = graph.entry(trigger, reach);
        // The routes of one API cost the same; one that most can reach stands for them.
        let same = |known: &&mut Entry| {
            known.function == entry.function && known.invocations == entry.invocations
        };
        match entries.iter_mut().find(same) {
            Some(known) if known.reach < entry.reach => *known = entry,
            Some(_) => {}
            None => entries.push(entry),
        }
    }
    entries.sort_by(|one, other| other.weight().total_cmp(&one.weight()));
    entries
}

impl Entry {
    /// The function and all that its request invokes in turn.
    #[must_use]
    pub fn functions(&self) -> Vec<FunctionId> {
        let mut functions = vec![self.function];
        functions.extend(self.deliveries.iter().map(|delivery| delivery.to));
        functions.sort();
        functions.dedup();
        functions
    }

    /// For the order of entries: what does not end comes first, what is not known last.
    fn weight(&self) -> f64 {
        match self.invocations {
            Invocations::Endless => f64::INFINITY,
            _ => self.per_request.unwrap_or_default(),
        }
    }
}

/// Which function invokes which, and what follows from one invocation of each.
struct Graph<'a> {
    model: &'a Model<'a>,
    costs: Map<FunctionId, &'a FunctionCost>,
    deliveries: Map<FunctionId, Vec<Delivery>>,
    /// The triggers that a function of the application sets off.
    inner: Set<u32>,
    totals: Map<FunctionId, Total>,
}

/// What follows from one invocation of a function.
#[derive(Clone, Copy, Debug)]
struct Total {
    invocations: f64,
    dollars: Option<f64>,
    is_repeated: bool,
    is_endless: bool,
}

impl<'a> Graph<'a> {
    fn new(model: &'a Model<'a>, functions: &'a [FunctionCost]) -> Self {
        let mut graph = Self {
            model,
            costs: functions.iter().map(|cost| (cost.id, cost)).collect(),
            deliveries: Map::default(),
            inner: Set::default(),
            totals: Map::default(),
        };
        let mut edges = DiGraphMap::<FunctionId, ()>::new();
        for (id, _) in model.application.functions() {
            edges.add_node(id);
        }
        for delivery in model.deliveries() {
            edges.add_edge(delivery.from, delivery.to, ());
            graph.inner.extend(delivery.trigger);
            let of = graph.deliveries.entry(delivery.from).or_default();
            of.push(delivery);
        }
        // Invoked functions come before those that invoke them.
        for circle in tarjan_scc(&edges) {
            let is_endless = match circle.as_slice() {
                [only] => edges.contains_edge(*only, *only),
                _ => true,
            };
            for id in circle {
                let total = graph.total(id, is_endless);
                graph.totals.insert(id, total);
            }
        }
        graph
    }

    /// What follows from one invocation, once that is known of all functions that it invokes.
    fn total(&self, id: FunctionId, is_endless: bool) -> Total {
        let mut total = Total {
            invocations: 1.0,
            dollars: self.costs.get(&id).map(|cost| cost.per_invocation),
            is_repeated: false,
            is_endless,
        };
        for delivery in self.deliveries.get(&id).into_iter().flatten() {
            let Some(next) = self.totals.get(&delivery.to) else {
                continue;
            };
            let attempts = self.attempts(delivery.trigger, delivery.to);
            total.invocations += attempts * next.invocations;
            total.dollars = total
                .dollars
                .zip(next.dollars)
                .map(|(sum, one)| sum + attempts * one);
            total.is_repeated |= delivery.is_repeated || next.is_repeated;
            total.is_endless |= next.is_endless;
        }
        total
    }

    fn attempts(&self, trigger: Option<u32>, function: FunctionId) -> f64 {
        let triggers = &self.model.application.triggers;
        let trigger = trigger.and_then(|at| triggers.get(at as usize));
        match (trigger, self.costs.get(&function)) {
            (Some(trigger), Some(cost)) => attempts::of(self.model, trigger, cost),
            _ => 1.0,
        }
    }

    fn entry(&self, trigger: &Trigger, reach: Reach) -> Entry {
        let function = trigger.function;
        let attempts = match self.costs.get(&function) {
            Some(cost) => attempts::of(self.model, trigger, cost),
            None => 1.0,
        };
        let total = self.totals.get(&function);
        let count = attempts * total.map_or(1.0, |total| total.invocations);
        let invocations = match total {
            Some(total) if total.is_endless => Invocations::Endless,
            Some(total) if total.is_repeated => Invocations::AtLeast(count),
            _ => Invocations::Exactly(count),
        };
        let dollars = total.and_then(|total| total.dollars);
        Entry {
            function,
            place: trigger.place,
            reach,
            invocations,
            per_request: dollars
                .filter(|_| invocations != Invocations::Endless)
                .map(|dollars| attempts * dollars),
            deliveries: self.following(function),
        }
    }

    /// The writes that follow from an invocation, nearest first.
    fn following(&self, function: FunctionId) -> Vec<Delivery> {
        let mut seen = Set::from_iter([function]);
        let mut open = VecDeque::from([function]);
        let mut found = Vec::new();
        while let Some(from) = open.pop_front() {
            for delivery in self.deliveries.get(&from).into_iter().flatten() {
                found.push(delivery.clone());
                if seen.insert(delivery.to) {
                    open.push_back(delivery.to);
                }
            }
        }
        found
    }
}
