//! Who controls outside data, and the proof: from a label in one function back through triggers, buckets, queues, topics and
//! tables to an entry point.

use app::{AuthKind, FunctionId, ResourceId, Trigger};
use finding::{Reach, Step, StepKind};
use flow::{Facts, Label, Note, Origin, SinkFact};
use knowledge::{DefaultWho, Trust};

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
}

/// How many functions a flow may cross.
const MOST_HOPS: u32 = 6;

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
        analysis
            .functions
            .iter()
            .flat_map(|function| labels.iter().map(move |label| (*function, *label)))
            .filter_map(|(function, label)| self.reached(analysis, function, label, 0))
            .reduce(worse)
    }

    /// Who controls the data of a label when `function` runs.
    #[must_use]
    pub fn reached(
        &self,
        analysis: &Analysis,
        function: FunctionId,
        label: Label,
        hops: u32,
    ) -> Option<Reached> {
        let source = analysis.facts.source(label.source)?;
        match &source.origin {
            Origin::Event { seed, path } => {
                let kinds = analysis.facts.seeds.get(*seed as usize)?;
                let field = Facts::field(path);
                let mut best: Option<Reached> = None;
                for kind in kinds {
                    let Some(trust) = self.trust(kind, path) else {
                        continue;
                    };
                    let triggers: Vec<&Trigger> = self
                        .application
                        .triggers_of(function)
                        .filter(|trigger| {
                            &trigger.kind == kind || (*seed != 0 || kind.starts_with("web."))
                        })
                        .collect();
                    let reached = if triggers.is_empty() {
                        Some(self.without_trigger(function, kind))
                    } else {
                        triggers
                            .iter()
                            .filter_map(|trigger| {
                                self.through_trigger(trigger, kind, trust, path, hops)
                            })
                            .reduce(worse)
                    };
                    best = best.into_iter().chain(reached).reduce(worse);
                }
                let mut best = best?;
                let what = if field.is_empty() {
                    "the whole event".to_owned()
                } else {
                    format!("`event.{field}`")
                };
                let what = what.replace(".[]", "[]");
                best.evidence.push(Step {
                    kind: StepKind::Source,
                    place: source.place,
                    message: format!("{what} is read; {} decides what is in it", who(best.who)),
                });
                self.add_way(&mut best.evidence, &analysis.facts, label);
                best.functions.push(function);
                best.functions.dedup();
                Some(best)
            }
            Origin::Call(index) => {
                let call = analysis.facts.calls.get(*index as usize)?;
                let resource = self.resource_of(function, call)?;
                let parts: Vec<&str> = self
                    .operation(call)?
                    .reads
                    .iter()
                    .map(|part| part.part.as_str())
                    .collect();
                let mut written = self.written(resource, &parts, hops)?;
                written.evidence.push(Step {
                    kind: StepKind::Channel,
                    place: call.place,
                    message: format!("`{}` reads it back", self.resource_label(resource)),
                });
                self.add_way(&mut written.evidence, &analysis.facts, label);
                written.functions.push(function);
                Some(written)
            }
            Origin::Secret(_)
            | Origin::Environment
            | Origin::Exception
            | Origin::Stack
            | Origin::Remote(_) => None,
        }
    }

    fn trust(&self, kind: &str, path: &[knowledge::Step]) -> Option<Trust> {
        let event = self.knowledge.event(kind)?;
        let covers = |row: &[knowledge::Step]| {
            row.iter()
                .zip(path)
                .all(|(expected, step)| match (expected, step) {
                    (knowledge::Step::Deep, _)
                    | (knowledge::Step::AnyField, knowledge::Step::Field(_)) => true,
                    (knowledge::Step::Field(one), knowledge::Step::Field(other)) => {
                        one.eq_ignore_ascii_case(other)
                    }
                    (expected, step) => expected == step,
                })
        };
        let trusts = event
            .fields
            .iter()
            .filter(|field| covers(&field.path.0))
            .map(|field| field.trust);
        let mut outside = trusts.filter(|trust| matches!(trust, Trust::Outside | Trust::Identity));
        outside.next()
    }

    /// A handler that nothing in the project invokes.
    fn without_trigger(&self, function: FunctionId, kind: &str) -> Reached {
        let has_template = self
            .application
            .function(function)
            .is_some_and(|function| function.resource.is_some());
        let who = match (
            has_template,
            self.knowledge.event(kind).map(|event| event.default_who),
        ) {
            (false, _) => Reach::Authenticated,
            (true, Some(DefaultWho::Anonymous)) => Reach::Anonymous,
            (true, _) => Reach::Tenant,
        };
        Reached {
            who,
            evidence: Vec::new(),
            functions: Vec::new(),
            is_proven: has_template,
        }
    }

    fn through_trigger(
        &self,
        trigger: &Trigger,
        kind: &str,
        trust: Trust,
        path: &[knowledge::Step],
        hops: u32,
    ) -> Option<Reached> {
        let event = self.knowledge.event(kind)?;
        let resource = trigger
            .source
            .known()
            .and_then(|source| self.resource_of_text(source));
        let mut reached = match event.default_who {
            DefaultWho::Anonymous => plain(Reach::Anonymous),
            DefaultWho::Authenticated => plain(Reach::Authenticated),
            DefaultWho::Tenant => plain(Reach::Tenant),
            DefaultWho::Operator => return None,
            DefaultWho::Caller => plain(caller(&trigger.auth.kind)),
            DefaultWho::Writer => {
                let parts: Vec<&str> = event
                    .fields
                    .iter()
                    .filter(|field| {
                        field
                            .path
                            .0
                            .iter()
                            .zip(path)
                            .all(|(one, other)| one == other)
                    })
                    .filter_map(|field| field.channel.as_deref())
                    .collect();
                let public = resource
                    .filter(|resource| self.is_public(*resource))
                    .map(|_| plain(Reach::Anonymous));
                let written = resource.and_then(|resource| self.written(resource, &parts, hops));
                public.or(written).unwrap_or_else(|| plain(Reach::Tenant))
            }
        };
        if trust == Trust::Identity {
            reached.who = reached.who.min(Reach::Authenticated);
        }
        let name = resource
            .map(|resource| format!(" from `{}`", self.resource_label(resource)))
            .unwrap_or_default();
        let route = trigger
            .route
            .as_ref()
            .map(|route| format!(" {} {}", route.method, route.path))
            .unwrap_or_default();
        reached.evidence.push(Step {
            kind: StepKind::Trigger,
            place: trigger.place,
            message: format!("{}{route}{name} invokes the function", event.title),
        });
        Some(reached)
    }

    /// Who writes to a part of a resource, through the functions that do.
    fn written(&self, resource: ResourceId, parts: &[&str], hops: u32) -> Option<Reached> {
        if MOST_HOPS < hops {
            return None;
        }
        let mut best: Option<Reached> = None;
        for analysis in &self.analyses {
            for call in &analysis.facts.calls {
                let Some(operation) = self.operation(call) else {
                    continue;
                };
                for part in operation
                    .writes
                    .iter()
                    .filter(|part| parts.is_empty() || parts.contains(&part.part.as_str()))
                {
                    let Some(knowledge::Step::Field(head)) = part.at.first() else {
                        continue;
                    };
                    let Some((_, value)) = call.parameters.iter().find(|(name, _)| name == head)
                    else {
                        continue;
                    };
                    for function in &analysis.functions {
                        if self.resource_of(*function, call) != Some(resource) {
                            continue;
                        }
                        for label in labels_in(value, 0) {
                            let Some(mut reached) =
                                self.reached(analysis, *function, label, hops + 1)
                            else {
                                continue;
                            };
                            reached.evidence.push(Step {
                                kind: StepKind::Channel,
                                place: call.place,
                                message: format!(
                                    "`{}` writes it to `{}`",
                                    call.path,
                                    self.resource_label(resource)
                                ),
                            });
                            best = best.into_iter().chain([reached]).reduce(worse);
                        }
                    }
                }
            }
        }
        best
    }

    /// Whether anyone may write to the resource.
    #[must_use]
    pub fn is_public(&self, resource: ResourceId) -> bool {
        self.application.policies_of(resource).any(|policy| {
            policy.grants_for_anyone().any(|grant| {
                grant
                    .actions
                    .iter()
                    .any(|(action, _)| action.literal().is_some_and(|action| writes(&action)))
            })
        })
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

fn plain(who: Reach) -> Reached {
    Reached {
        who,
        evidence: Vec::new(),
        functions: Vec::new(),
        is_proven: true,
    }
}

fn worse(one: Reached, other: Reached) -> Reached {
    if one.who < other.who { other } else { one }
}

pub(crate) fn caller(auth: &AuthKind) -> Reach {
    match auth {
        AuthKind::None | AuthKind::ApiKey => Reach::Anonymous,
        AuthKind::Iam => Reach::Tenant,
        AuthKind::Token { .. }
        | AuthKind::Function { .. }
        | AuthKind::Unknown(_)
        | AuthKind::NotApplicable => Reach::Authenticated,
    }
}

fn writes(action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let verb = action
        .split_once(':')
        .map_or(action.as_str(), |(_, verb)| verb);
    verb == "*"
        || ["put", "send", "publish", "write"]
            .iter()
            .any(|start| verb.starts_with(start))
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

pub(crate) fn labels_in(value: &flow::Value, depth: u32) -> Vec<Label> {
    const DEEPEST: u32 = 8;
    let mut labels = value.taint.labels().to_vec();
    if DEEPEST < depth {
        return labels;
    }
    match &value.shape {
        flow::Shape::Object(object) => {
            for inner in object
                .fields
                .iter()
                .map(|(_, inner)| inner)
                .chain(&object.rest)
            {
                labels.extend(labels_in(inner, depth + 1));
            }
        }
        flow::Shape::List(list) => {
            for inner in list.items.iter().chain(&list.rest) {
                labels.extend(labels_in(inner, depth + 1));
            }
        }
        _ => {}
    }
    labels
}
