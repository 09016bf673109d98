//! Who controls outside data, and the proof: from a label in one function back through triggers, buckets, queues, topics and
//! tables to an entry point.

use app::{AuthKind, FunctionId, ResourceId, Trigger};
use base::{Name, Place};
use finding::{Reach, Step, StepKind};
use flow::{Facts, Label, Note, Origin, SinkFact};
use knowledge::{DefaultWho, Encoding, Event, Relation, Step as Part, Trust};

use crate::channels::{Asked, Control, Gate, Node, told_apart};
use crate::filters::fixes;
use crate::names::Target;
use crate::parts::without_types;
use crate::states;
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

/// A way on which data comes to where it is read.
#[derive(Debug)]
pub(crate) struct Way {
    /// The parts of resources that it comes out of.
    pub(crate) nodes: Vec<Node>,
    /// Who controls it where nothing is known about the nodes; nothing where it then comes from nobody.
    who: Option<Reach>,
    /// The trigger that brings it.
    trigger: Option<u32>,
    is_proven: bool,
    /// A verified authorizer vouches for it.
    is_identity: bool,
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

    /// On which ways data of an origin comes to a function.
    pub(crate) fn ways(
        &self,
        analysis: &Analysis,
        function: FunctionId,
        origin: &Origin,
        further: &[Part],
    ) -> Vec<Way> {
        match origin {
            Origin::Event { seed, path } => {
                let path: Vec<Part> = path.iter().chain(further).cloned().collect();
                let kinds = analysis.facts.seeds.get(*seed as usize);
                let kinds = kinds.map(Vec::as_slice).unwrap_or_default();
                kinds
                    .iter()
                    .flat_map(|kind| self.event_ways(function, *seed, kind, &path))
                    .collect()
            }
            Origin::Call { call, path } => {
                let path: Vec<Part> = path.iter().chain(further).cloned().collect();
                self.read_way(analysis, function, *call, &path)
                    .into_iter()
                    .collect()
            }
            Origin::Secret(_)
            | Origin::Environment
            | Origin::Exception
            | Origin::Stack
            | Origin::Remote(_) => Vec::new(),
        }
    }

    /// What an operation reads out of a resource.
    fn read_way(
        &self,
        analysis: &Analysis,
        function: FunctionId,
        call: u32,
        path: &[Part],
    ) -> Option<Way> {
        let call = analysis.facts.calls.get(call as usize)?;
        let target = self.target_of(function, call)?;
        let is_item = |part: &str| part == "item";
        let nodes = self.operation(call)?.reads.iter().filter_map(|part| {
            let fields = below_result(&part.at, path)?;
            let fields = told_apart(&fields);
            Some(Node {
                target: target.clone(),
                part: part.part.clone(),
                fields: if is_item(&part.part) {
                    without_types(&fields)
                } else {
                    fields
                },
                gate: Gate::Open,
            })
        });
        Some(Way {
            nodes: nodes.collect(),
            who: None,
            trigger: None,
            is_proven: true,
            is_identity: false,
        })
    }

    /// What an event of a kind brings.
    fn event_ways(&self, function: FunctionId, seed: u32, kind: &Name, path: &[Part]) -> Vec<Way> {
        let Some((event, trust)) = self
            .knowledge
            .event(kind)
            .and_then(|event| Some((event, trust(event, path)?)))
        else {
            return Vec::new();
        };
        let is_identity = trust == Trust::Identity;
        let triggers = self
            .application
            .numbered_triggers_of(function)
            .filter(|(_, trigger)| &trigger.kind == kind || seed != 0 || kind.starts_with("web."));
        let mut is_fixed = false;
        let mut ways: Vec<Way> = triggers
            .filter_map(|(at, trigger)| {
                if fixes(&trigger.filter, path) {
                    is_fixed = true;
                    return None;
                }
                let who = match event.default_who {
                    DefaultWho::Operator => return None,
                    DefaultWho::Caller => caller(&trigger.auth.kind),
                    _ => default_reach(event.default_who),
                };
                let is_verified = matches!(
                    trigger.auth.kind,
                    AuthKind::Token { .. } | AuthKind::Function { .. } | AuthKind::Iam
                );
                Some(Way {
                    nodes: self.nodes_of_trigger(at, trigger, path),
                    who: Some(who),
                    trigger: Some(at),
                    is_proven: true,
                    is_identity: is_identity && is_verified,
                })
            })
            .collect();
        if ways.is_empty() && !is_fixed {
            ways.push(self.without_trigger(function, event, path));
        }
        ways
    }

    /// A handler that no trigger of the project invokes with this kind of event: functions may, and people who have access. Where
    /// there is no template, nothing tells more than the kind does.
    fn without_trigger(&self, function: FunctionId, event: &Event, path: &[Part]) -> Way {
        let resource = self
            .application
            .function(function)
            .and_then(|function| function.resource);
        let who = match resource {
            // A web framework answers whoever calls, unless something in front of it says otherwise.
            None if event.answers_http => Reach::Anonymous,
            _ => default_reach(event.default_who),
        };
        let target = resource.map(Target::Resource);
        let nodes = target
            .filter(|_| event.default_who == DefaultWho::Tenant)
            .map(|target| nodes_of_event(event, path, &target, Gate::Open));
        Way {
            nodes: nodes.unwrap_or_default(),
            who: Some(who),
            trigger: None,
            is_proven: resource.is_some(),
            is_identity: false,
        }
    }

    /// The parts of a trigger's source that a field of its events is.
    pub(crate) fn nodes_of_trigger(&self, at: u32, trigger: &Trigger, path: &[Part]) -> Vec<Node> {
        let event = self.knowledge.event(&trigger.kind);
        let Some(event) = event.filter(|event| event.default_who == DefaultWho::Writer) else {
            return Vec::new();
        };
        let Some(target) = self.source_of(at) else {
            return Vec::new();
        };
        let gate = match trigger.filter {
            app::Filter::All => Gate::Open,
            _ => Gate::Trigger(at),
        };
        if trigger.kind != "aws.stepfunctions" {
            return nodes_of_event(event, path, target, gate);
        }
        let inputs = states::input_of(&trigger.settings, path).into_iter();
        let nodes = inputs.flat_map(|path| nodes_of_event(event, &path, target, gate));
        nodes.collect()
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

/// The parts of `target` that a field of an event is, where the event comes from it.
fn nodes_of_event(event: &Event, path: &[Part], target: &Target, gate: Gate) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    for row in &event.fields {
        let relation = row.path.relation(path);
        if let (
            Some(part),
            Relation::Here(depth) | Relation::Perhaps(depth) | Relation::Below(depth),
        ) = (&row.channel, relation)
        {
            let fields = told_apart(path.get(depth..).unwrap_or_default());
            let is_typed = row.encodings.contains(&Encoding::DynamoDb);
            let node = Node {
                target: target.clone(),
                part: part.clone(),
                fields: if is_typed {
                    without_types(&fields)
                } else {
                    fields
                },
                gate,
            };
            if !nodes.contains(&node) {
                nodes.push(node);
            }
        }
        if matches!(relation, Relation::Here(_)) {
            break;
        }
    }
    nodes
}

/// How far outsiders decide about a field of an event, where they do.
fn trust(event: &Event, path: &[Part]) -> Option<Trust> {
    let is_outside = |trust: &Trust| matches!(trust, Trust::Outside | Trust::Identity);
    let mut below = None;
    for row in &event.fields {
        let trust = Some(row.trust).filter(is_outside);
        match row.path.relation(path) {
            Relation::Here(_) => return below.or(trust),
            Relation::Perhaps(_) | Relation::Below(_) => below = below.or(trust),
            Relation::Elsewhere => {}
        }
    }
    below
}

/// What lies below `at` on a path into a result; nothing where the path leads elsewhere. Elements have no step of their own.
fn below_result(at: &[Part], path: &[Part]) -> Option<Vec<Part>> {
    let names = at.iter().filter(|step| matches!(step, Part::Field(_)));
    let named: Vec<&Part> = path
        .iter()
        .filter(|step| !matches!(step, Part::Field(name) if name.parse::<usize>().is_ok()))
        .filter(|step| !matches!(step, Part::Element))
        .collect();
    let mut rest = named.iter();
    for name in names {
        match rest.next() {
            Some(step) if *step == name => {}
            Some(_) => return None,
            None => return Some(Vec::new()),
        }
    }
    Some(rest.map(|step| (*step).clone()).collect())
}

fn default_reach(who: DefaultWho) -> Reach {
    match who {
        DefaultWho::Anonymous => Reach::Anonymous,
        DefaultWho::Authenticated => Reach::Authenticated,
        DefaultWho::Operator => Reach::Operator,
        DefaultWho::Tenant | DefaultWho::Caller | DefaultWho::Writer => Reach::Tenant,
    }
}

/// A field of an event, for people.
fn field(path: &[Part]) -> String {
    match Facts::field(path).as_str() {
        "" => "the whole event".to_owned(),
        field => format!("`event.{field}`").replace(".[]", "[]"),
    }
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

/// Who, for people.
fn who(reach: Reach) -> &'static str {
    match reach {
        Reach::Anonymous => "anyone on the internet",
        Reach::Authenticated => "a signed-in user",
        Reach::Tenant => "whoever can write to its source",
        Reach::Operator => "whoever deploys",
    }
}

/// The outside data in a value, wherever it is in it.
pub(crate) fn labels_in(value: &flow::Value) -> Vec<Label> {
    let mut labels = value.taint.labels().to_vec();
    add_labels(&value.shape, 0, &mut labels);
    labels
}

/// The outside data inside of a shape.
pub(crate) fn labels_in_shape(shape: &flow::Shape) -> Vec<Label> {
    let mut labels = Vec::new();
    add_labels(shape, 0, &mut labels);
    labels
}

fn add_labels(shape: &flow::Shape, depth: u32, labels: &mut Vec<Label>) {
    const DEEPEST: u32 = 8;
    if DEEPEST < depth {
        return;
    }
    let mut add = |inner: &flow::Value| {
        labels.extend_from_slice(inner.taint.labels());
        add_labels(&inner.shape, depth + 1, labels);
    };
    match shape {
        flow::Shape::Object(object) => {
            let fields = object.fields.iter().map(|(_, inner)| inner);
            fields.chain(&object.rest).for_each(&mut add);
        }
        flow::Shape::List(list) => list.items.iter().chain(&list.rest).for_each(&mut add),
        _ => {}
    }
}
