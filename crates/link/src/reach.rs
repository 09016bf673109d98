//! Who controls outside data, and the proof: from a label in one function back through triggers, buckets, queues, topics and
//! tables to an entry point.

use app::{FunctionId, ResourceId, Trigger};
use base::Place;
use finding::{Confidence, Reach, Step, StepKind};
use flow::{Facts, Label, Note, Origin, SinkFact};
use knowledge::Step as Part;

use crate::channels::{Asked, Control};
use crate::ways::Way;
use crate::{Analysis, Model};

/// Outside data in a dangerous place, with whoever controls it.
#[derive(Clone, Debug)]
pub struct Flow<'m> {
    /// The entry point that gets there.
    pub analysis: &'m Analysis,
    /// The dangerous place.
    pub sink: &'m SinkFact,
    /// The functions concerned: that of the sink last.
    pub functions: Vec<FunctionId>,
    /// Who, and the evidence up to the sink.
    pub reached: Reached,
}

/// Who controls a piece of data, and the proof.
#[derive(Clone, Debug)]
pub struct Reached {
    /// Who.
    pub who: Reach,
    /// Trigger, source, steps.
    pub evidence: Vec<Step>,
    /// Functions on the way.
    pub functions: Vec<FunctionId>,
    /// There is a trigger that brings the data, rather than a guess from the handler's shape.
    pub is_proven: bool,
    /// Something checks the data where it is used, and what it lets through is not seen.
    pub is_checked: bool,
}

impl Reached {
    /// How sure a finding about the data is.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        if self.is_checked {
            Confidence::Low
        } else if self.is_proven {
            Confidence::High
        } else {
            Confidence::Medium
        }
    }
}

/// Data that has come on a way.
struct Arrival<'m> {
    who: Reach,
    /// How it got into the part of a resource that it comes out of, where that is known.
    before: Option<&'m Reached>,
    /// The trigger that brings it.
    trigger: Option<u32>,
    is_proven: bool,
}

impl Model<'_> {
    /// Every flow of outside data into a sink of the kind with this name; for each sink the worst of who controls it.
    #[must_use]
    pub fn flows(&self, kind: &str) -> Vec<Flow<'_>> {
        let Some(kind) = self.knowledge.kind(kind) else {
            return Vec::new();
        };
        let mut flows = Vec::new();
        for analysis in &self.analyses {
            for sink in analysis.facts.sinks.iter().filter(|sink| sink.kind == kind) {
                if let Some(reached) = self.worst_reach(analysis, &sink.labels) {
                    flows.push(Flow {
                        analysis,
                        sink,
                        functions: reached.functions.clone(),
                        reached,
                    });
                }
            }
        }
        flows
    }

    /// Whether any of the data that flows is a value of an event by itself, rather than an event or a part with fields.
    #[must_use]
    pub fn is_leaf(&self, flow: &Flow<'_>) -> bool {
        let facts = &flow.analysis.facts;
        let sources = flow.sink.labels.iter();
        let mut sources = sources.filter_map(|label| facts.source(label.source));
        sources.any(|source| match &source.origin {
            Origin::Event { path, seed } => {
                let kinds = facts.seeds.get(*seed as usize);
                let mut events = kinds
                    .into_iter()
                    .flatten()
                    .filter_map(|kind| self.knowledge.event(kind));
                !path.is_empty() && events.any(|event| event.field(path).is_some())
            }
            _ => false,
        })
    }

    /// The worst of who controls any of the labels in any of the functions that run the code.
    #[must_use]
    pub fn worst_reach(&self, analysis: &Analysis, labels: &[Label]) -> Option<Reached> {
        let functions = analysis.functions.iter();
        let mut worst: Option<Reached> = None;
        for (function, label) in
            functions.flat_map(|function| labels.iter().map(move |label| (*function, *label)))
        {
            let known = worst.as_ref().map(|worst| worst.who);
            let asked = &mut Asked::default();
            let worse = self.label_reached(analysis, function, label, &[], known, asked);
            worst = worse.or(worst);
        }
        worst
    }

    /// Who controls what lies further inside the data of a label; nothing where it is nobody worse than is `known` already.
    /// Which nodes that depends on goes to `asked`.
    pub(crate) fn label_reached(
        &self,
        analysis: &Analysis,
        function: FunctionId,
        label: Label,
        further: &[Part],
        known: Option<Reach>,
        asked: &mut Asked,
    ) -> Option<Reached> {
        let source = analysis.facts.source(label.source)?;
        let ways = self.ways(analysis, function, &source.origin, further);
        let mut worst: Option<Arrival<'_>> = None;
        for way in &ways {
            let arrival = self.through(way, asked);
            let known = worst.as_ref().map(|worst| worst.who).max(known);
            worst = arrival.filter(|it| known < Some(it.who)).or(worst);
        }
        let mut best = self.with_evidence(&worst?);
        let step = match &source.origin {
            Origin::Event { path, .. } => Step {
                kind: StepKind::Source,
                place: source.place,
                message: format!(
                    "{} is read; {} decides what is in it",
                    field(path),
                    who(best.who)
                ),
            },
            Origin::Call { call, .. } => {
                let call = analysis.facts.calls.get(*call as usize)?;
                let target = self.target_of(function, call)?;
                Step {
                    kind: StepKind::Channel,
                    place: call.place,
                    message: format!(
                        "`{}` reads it from `{}`",
                        call.path,
                        self.target_label(&target)
                    ),
                }
            }
            _ => return None,
        };
        best.evidence.push(step);
        let way = analysis.facts.way(label);
        best.is_checked = way.iter().any(|step| matches!(step.note, Note::Checked(_)));
        self.add_way(&mut best.evidence, &analysis.facts, label);
        if best.functions.last() != Some(&function) {
            best.functions.push(function);
        }
        Some(best)
    }

    /// Who controls what comes on a way.
    fn through(&self, way: &Way, asked: &mut Asked) -> Option<Arrival<'_>> {
        let mut before: Option<&Reached> = None;
        let mut is_clean = !way.nodes.is_empty();
        for node in &way.nodes {
            match self.channels.ask(node, asked) {
                Some(Control::Reached(reached)) => {
                    before = before.filter(|it| reached.who <= it.who).or(Some(reached));
                }
                Some(Control::Clean) => continue,
                Some(Control::Unseen) | None => {}
            }
            is_clean = false;
        }
        if is_clean {
            return None;
        }
        let who = before.map(|reached| reached.who).or(way.who)?;
        Some(Arrival {
            who: match way.is_identity {
                true => who.min(Reach::Authenticated),
                false => who,
            },
            before,
            trigger: way.trigger,
            is_proven: way.is_proven && before.is_none_or(|reached| reached.is_proven),
        })
    }

    fn with_evidence(&self, arrival: &Arrival<'_>) -> Reached {
        let mut reached = arrival
            .before
            .cloned()
            .unwrap_or_else(|| Reached::by(arrival.who));
        reached.who = arrival.who;
        reached.is_proven = arrival.is_proven;
        if let Some(at) = arrival.trigger
            && let Some(trigger) = self.application.triggers.get(at as usize)
        {
            reached.evidence.push(self.trigger_step(at, trigger));
        }
        reached
    }

    fn trigger_step(&self, at: u32, trigger: &Trigger) -> Step {
        let source = self.source_of(at);
        let from = source
            .map(|source| format!(" from `{}`", self.target_label(source)))
            .unwrap_or_default();
        let route = trigger
            .route
            .as_ref()
            .map(|route| format!(" {} {}", route.method, route.path))
            .unwrap_or_default();
        let title = self
            .knowledge
            .event(&trigger.kind)
            .map_or(trigger.kind.as_str(), |event| event.title.as_str());
        Step {
            kind: StepKind::Trigger,
            place: trigger.place,
            message: format!("{title}{route}{from} invokes the function"),
        }
    }

    /// Whether anyone may write to the resource.
    #[must_use]
    pub fn is_public(&self, resource: ResourceId) -> bool {
        self.public_write(resource).is_some()
    }

    /// A resource's name for people.
    #[must_use]
    pub fn resource_label(&self, resource: ResourceId) -> String {
        self.application
            .resource(resource)
            .map(|resource| resource.logical_id.to_string())
            .unwrap_or_default()
    }

    fn add_way(&self, evidence: &mut Vec<Step>, facts: &Facts, label: Label) {
        const MOST_STEPS: usize = 8;
        let mut added = 0;
        for step in facts.way(label) {
            let message = match &step.note {
                Note::Read => continue,
                Note::Assigned(name) => format!("goes into `{name}`"),
                Note::Passed(name) => format!("is passed to `{name}`"),
                Note::Through(path) => format!("goes through `{path}`"),
                Note::File => "goes through a file".to_owned(),
                Note::Checked(path) => {
                    format!("is checked by `{path}` against a schema that is not seen")
                }
            };
            if MOST_STEPS <= added || evidence.last().is_some_and(|last| last.place == step.place) {
                continue;
            }
            added += 1;
            evidence.push(Step {
                kind: StepKind::Step,
                place: step.place,
                message,
            });
        }
    }
}

impl Reached {
    fn by(who: Reach) -> Self {
        Self {
            who,
            evidence: Vec::new(),
            functions: Vec::new(),
            is_proven: true,
            is_checked: false,
        }
    }

    /// Anyone, because of a setting.
    pub(crate) fn open(place: Place, message: String) -> Self {
        let step = Step {
            kind: StepKind::Config,
            place,
            message,
        };
        Self {
            evidence: vec![step],
            ..Self::by(Reach::Anonymous)
        }
    }
}

/// A field of an event, for people.
fn field(path: &[Part]) -> String {
    match Facts::field(path).as_str() {
        "" => "the whole event".to_owned(),
        field => format!("`event.{field}`").replace(".[]", "[]"),
    }
}

/// Who, for people.
fn who(reach: Reach) -> &'static str {
    match reach {
        Reach::Anonymous => "anyone on the internet",
        Reach::Authenticated => "a signed-in user",
        Reach::Tenant => "whoever can write to its source",
        Reach::Operator => "whoever deploys",
    }
}
