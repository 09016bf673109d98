//! Which function's writes invoke which: what a call writes into a queue, a topic, a bucket, a table or a state machine, and what
//! a call invokes directly. Filters are honoured as far as they exclude for certain.

use app::{Filter, FunctionId, ResourceId};
use base::{Name, Place};

use crate::Model;
use crate::channels::Write;
use crate::filters::{holds_back, lets_through};
use crate::names::Target;

/// One function invokes another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delivery {
    /// The function that writes.
    pub from: FunctionId,
    /// The function that is invoked.
    pub to: FunctionId,
    /// The call that writes.
    pub place: Place,
    /// Its API path.
    pub by: Name,
    /// What it writes into, or the function that it invokes.
    pub through: ResourceId,
    /// The trigger, as a position in the application's table; nothing where the call invokes the function itself.
    pub trigger: Option<u32>,
    /// What is written passes all filters on its way, whatever its unknown parts are.
    pub is_certain: bool,
    /// The call is made in each round of a loop.
    pub is_repeated: bool,
}

impl Model<'_> {
    /// Every way on which a function invokes another, or itself.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for (at, trigger) in (0..).zip(&self.application.triggers) {
            if let Some(source) = self.source_of(at) {
                let ends = (trigger.function, Some(at));
                self.deliver(source, &trigger.filter, ends, &mut deliveries);
            }
        }
        for (id, function) in self.application.functions() {
            if let Some(resource) = function.resource {
                let target = Target::Resource(resource);
                self.deliver(&target, &Filter::All, (id, None), &mut deliveries);
            }
        }
        deliveries.sort();
        deliveries.dedup();
        deliveries
    }

    /// Adds what is written to `source`, or to what passes on to it.
    fn deliver(
        &self,
        source: &Target,
        filter: &Filter,
        (to, trigger): (FunctionId, Option<u32>),
        deliveries: &mut Vec<Delivery>,
    ) {
        // What is passed on is wrapped up, so that filters behind it are none of what was written: they may let it through.
        let mut open = vec![(source.clone(), filter, true)];
        let mut seen = Vec::new();
        while let Some((target, filter, is_open)) = open.pop() {
            if seen.contains(&target) {
                continue;
            }
            if let Some(through) = target.resource() {
                let written = self.channels.writes_to(&target).iter();
                let passed = written.filter(|write| !holds_back(filter, &write.written));
                deliveries.extend(passed.filter_map(|write| {
                    Some(Delivery {
                        from: write.function,
                        to,
                        place: write.place,
                        by: write.by.clone(),
                        through,
                        trigger,
                        is_certain: is_open && lets_through(filter, write),
                        is_repeated: self.is_repeated(write)?,
                    })
                }));
                let is_open = is_open && matches!(filter, Filter::All);
                let passed_on = self.channels.passed_on_to(through);
                open.extend(passed_on.map(|(from, filter)| (from, filter, is_open)));
            }
            seen.push(target);
        }
    }

    /// Whether the call that writes stands in a loop; nothing where what is written is no call but a state machine's answer.
    fn is_repeated(&self, write: &Write) -> Option<bool> {
        let calls = &self.analyses.get(write.analysis as usize)?.facts.calls;
        let call = calls.iter().find(|call| call.place == write.place)?;
        Some(call.is_repeated)
    }
}
