//! Flows from function to function. Every call that writes into a resource is filed under what it writes; every field of an
//! event or of a result that comes out of a resource is a node. Who controls a node is found by going round until nothing
//! changes: it follows from whoever controls what is written there.

use app::{Filter, FunctionId, ResourceId};
use base::{Map, Name, Place, Set};
use finding::{Reach, Step, StepKind};
use knowledge::Step as Part;
use rayon::prelude::*;

use crate::exposure::input_of;
use crate::filters::holds_back;
use crate::names::Target;
use crate::parts::{Written, labels_at, written_by};
use crate::reach::Reached;
use crate::relays::{Relay, unwrapped};
use crate::states::output_of;
use crate::{Analysis, Model};

/// How many functions a flow may cross.
const MOST_HOPS: usize = 8;
/// How deep the fields of a message are told apart.
const MOST_FIELDS: usize = 6;

/// A field of what comes out of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Node {
    pub(crate) target: Target,
    /// `message.body`, `item`.
    pub(crate) part: Name,
    /// The way into the part; empty for all of it.
    pub(crate) fields: Vec<Part>,
    /// Which filter stands before it.
    pub(crate) gate: Gate,
}

/// The filter before a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Gate {
    /// None.
    Open,
    /// That of the trigger at this position.
    Trigger(u32),
    /// That of the relay at this position among those to the resource.
    Relay(ResourceId, u32),
}

/// Who controls a node.
#[derive(Clone, Debug)]
pub(crate) enum Control {
    /// Whoever the evidence says.
    Reached(Reached),
    /// Nobody outside: all that is ever written there is known, and clean.
    Clean,
    /// Nothing is known about who writes there.
    Unseen,
}

/// Something written into a resource.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) analysis: u32,
    pub(crate) function: FunctionId,
    pub(crate) place: Place,
    /// What writes, for people.
    pub(crate) by: Name,
    /// The operation that is called; empty where what is written is no call but an answer.
    pub(crate) operation: Name,
    pub(crate) written: Written,
    is_complete: bool,
}

/// The nodes that an answer depends on.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    nodes: Vec<u32>,
    /// Those that are not told apart from what is around them yet.
    missing: Vec<Node>,
}

/// What one entry point, or one trigger, brings to the channels.
#[derive(Default)]
struct Gathered {
    writes: Vec<(Target, Write)>,
    unresolved: Vec<Name>,
    nodes: Vec<Node>,
}

/// All channels of an application.
#[derive(Debug, Default)]
pub(crate) struct Channels {
    index: Map<Node, u32>,
    nodes: Vec<Node>,
    control: Vec<Control>,
    writes: Map<Target, Vec<Write>>,
    relays: Map<ResourceId, Vec<Relay>>,
    /// Types of which some write goes to a resource that is not known.
    unresolved: Set<Name>,
    sees_all_code: bool,
}

impl Channels {
    /// Who controls a node; where it was never met, who controls the nearest part around it.
    pub(crate) fn control(&self, node: &Node) -> Option<&Control> {
        let mut node = node.clone();
        loop {
            if let Some(index) = self.index.get(&node) {
                return self.control.get(*index as usize);
            }
            node.fields.pop()?;
        }
    }

    /// Everything that the code writes into a resource.
    pub(crate) fn writes_to(&self, target: &Target) -> &[Write] {
        self.writes.get(target).map_or(&[], Vec::as_slice)
    }

    /// What passes on to a resource, each with the filter before it.
    pub(crate) fn passed_on_to(&self, to: ResourceId) -> impl Iterator<Item = (Target, &Filter)> {
        let relays = self.relays.get(&to).into_iter().flatten();
        relays.map(|relay| (relay.from.clone(), &relay.filter))
    }

    /// As [`Self::control`], for an answer that depends on it.
    pub(crate) fn ask(&self, node: &Node, asked: &mut Asked) -> Option<&Control> {
        match self.index.get(node) {
            Some(at) => {
                asked.nodes.push(*at);
                self.control.get(*at as usize)
            }
            None => {
                asked.missing.push(node.clone());
                self.control(node)
            }
        }
    }

    /// Notes who controls a node, where that is somebody worse than is known; says which node that is news of.
    fn worsen(&mut self, at: u32, found: Control) -> Option<u32> {
        let known = self.control.get_mut(at as usize)?;
        is_worse(known, &found).then(|| {
            *known = found;
            at
        })
    }

    /// The position of a node, which is added where it is not known.
    fn add(&mut self, node: Node) -> u32 {
        if let Some(known) = self.index.get(&node) {
            return *known;
        }
        let at = self.nodes.len() as u32;
        self.index.insert(node.clone(), at);
        self.control.push(Control::Unseen);
        let relayed = self.relayed(&node);
        self.nodes.push(node);
        for (_, node) in relayed {
            self.add(node);
        }
        at
    }

    /// The nodes that a node's data is passed on from, with the positions of the relays that do.
    fn relayed(&self, node: &Node) -> Vec<(usize, Node)> {
        let relays = node
            .target
            .resource()
            .and_then(|resource| self.relays.get(&resource));
        let through = relays.into_iter().flatten().enumerate();
        through
            .filter_map(|(at, relay)| {
                let (part, fields) = unwrapped(relay.envelope, node)?;
                let gate = match (&relay.filter, &node.target) {
                    (Filter::All, _) | (_, Target::External(..)) => Gate::Open,
                    (_, Target::Resource(id)) => Gate::Relay(*id, at as u32),
                };
                let node = Node {
                    target: relay.from.clone(),
                    part: part.into(),
                    fields,
                    gate,
                };
                Some((at, node))
            })
            .collect()
    }
}

/// The steps into a part that are told apart.
pub(crate) fn told_apart(path: &[Part]) -> Vec<Part> {
    // What a text holds lies below a step of its own; for a channel it is the same.
    let known = path
        .iter()
        .filter(|step| **step != Part::Deep)
        .take_while(|step| matches!(step, Part::Field(_) | Part::Element));
    let named = known.filter(|step| match step {
        Part::Field(name) => name.parse::<usize>().is_err(),
        _ => true,
    });
    named.take(MOST_FIELDS).cloned().collect()
}

impl Model<'_> {
    /// Finds out who controls every channel that something in the application reads: in rounds, of which each but the first is
    /// about the nodes that follow from one that the round before has changed.
    pub(crate) fn solve_channels(&mut self) {
        self.channels = self.gather();
        let mut followers: Vec<Vec<u32>> = Vec::new();
        let mut due: Vec<u32> = (0..self.channels.nodes.len() as u32).collect();
        for _ in 0..MOST_HOPS {
            let found = self.controls_of(&due);
            let known = self.channels.nodes.len() as u32;
            let mut changed: Vec<u32> = Vec::new();
            for (at, control, asked) in found {
                changed.extend(self.channels.worsen(at, control));
                let missing = asked.missing.into_iter();
                let missing: Vec<u32> = missing.map(|node| self.channels.add(node)).collect();
                followers.resize(self.channels.nodes.len(), Vec::new());
                for node in asked.nodes.into_iter().chain(missing) {
                    if let Some(of) = followers.get_mut(node as usize) {
                        of.push(at);
                    }
                }
            }
            let added = known..self.channels.nodes.len() as u32;
            let follow = |node: u32| followers.get(node as usize).into_iter().flatten().copied();
            due = added.clone().collect();
            due.extend(changed.into_iter().chain(added).flat_map(follow));
            due.sort_unstable();
            due.dedup();
            if due.is_empty() {
                break;
            }
        }
        self.close_channels();
    }

    /// Who controls each of these nodes, in their order, and what that depends on.
    fn controls_of(&self, nodes: &[u32]) -> Vec<(u32, Control, Asked)> {
        let control = |at: &u32| {
            let mut asked = Asked::default();
            let node = self.channels.nodes.get(*at as usize)?;
            Some((*at, self.control_of(node, &mut asked), asked))
        };
        nodes.par_iter().filter_map(control).collect()
    }

    /// Nodes of which all writers are known and clean hold nothing from outside.
    fn close_channels(&mut self) {
        let closed: Vec<usize> = self
            .channels
            .nodes
            .par_iter()
            .enumerate()
            .filter(|(at, node)| {
                matches!(self.channels.control.get(*at), Some(Control::Unseen))
                    && self.is_closed(node)
            })
            .map(|(at, _)| at)
            .collect();
        for at in closed {
            if let Some(control) = self.channels.control.get_mut(at) {
                *control = Control::Clean;
            }
        }
    }

    fn gather(&self) -> Channels {
        let mut channels = Channels {
            sees_all_code: self.by_function.iter().all(|of| !of.is_empty())
                && self
                    .analyses
                    .iter()
                    .all(|analysis| !analysis.facts.is_incomplete),
            relays: self.relays(),
            ..Channels::default()
        };
        let of_analysis = |(index, analysis): (usize, &Analysis)| {
            let mut gathered = Gathered::default();
            for function in &analysis.functions {
                self.file_writes(index as u32, analysis, *function, &mut gathered);
                self.file_answers(index as u32, analysis, *function, &mut gathered);
                for source in &analysis.facts.sources {
                    let ways = self.ways(analysis, *function, &source.origin, &[]);
                    gathered
                        .nodes
                        .extend(ways.into_iter().flat_map(|way| way.nodes));
                }
            }
            gathered
        };
        let of_trigger = |(at, trigger)| self.nodes_of_trigger(at as u32, trigger, &[]);
        let gathered: Vec<Gathered> = self
            .analyses
            .par_iter()
            .enumerate()
            .map(of_analysis)
            .collect();
        let triggers = self.application.triggers.par_iter().enumerate();
        let triggered: Vec<Node> = triggers.flat_map_iter(of_trigger).collect();
        let mut nodes = Vec::new();
        for part in gathered {
            for (target, write) in part.writes {
                channels.writes.entry(target).or_default().push(write);
            }
            channels.unresolved.extend(part.unresolved);
            nodes.extend(part.nodes);
        }
        let functions = self.application.functions();
        let invoked = functions.filter_map(|(_, function)| function.resource.map(input_of));
        for node in nodes.into_iter().chain(triggered).chain(invoked) {
            channels.add(node);
        }
        channels
    }

    fn file_writes(
        &self,
        index: u32,
        analysis: &Analysis,
        function: FunctionId,
        gathered: &mut Gathered,
    ) {
        for call in &analysis.facts.calls {
            let Some(operation) = self.operation(call).filter(|it| !it.writes.is_empty()) else {
                continue;
            };
            let Some(resource) = &operation.resource else {
                continue;
            };
            for mut written in written_by(operation, call) {
                if let Some(function) = self.application.function(function) {
                    written.deploy(function);
                }
                let named = written.resource.as_ref();
                let Some(target) = self.target_or_default(function, named, &resource.kind) else {
                    gathered.unresolved.push(resource.kind.clone());
                    continue;
                };
                if self.denies(function, &operation.actions, target.resource()) {
                    continue;
                }
                let write = Write {
                    analysis: index,
                    function,
                    place: call.place,
                    by: call.path.clone(),
                    operation: operation.name.clone(),
                    is_complete: call.is_complete,
                    written,
                };
                gathered.writes.push((target, write));
            }
        }
    }

    /// Whether the function's role allows none of the actions on the resource for certain.
    fn denies(&self, function: FunctionId, actions: &[Name], resource: Option<ResourceId>) -> bool {
        let function = self.application.function(function);
        let role = function.and_then(|function| function.role.known());
        let Some(policy) = role.and_then(|role| self.policy(*role)) else {
            return false;
        };
        !actions.is_empty()
            && actions
                .iter()
                .all(|action| self.allows_action(policy, action, resource) == iam::Answer::No)
    }

    /// What a function answers to a state machine goes into the states after it.
    fn file_answers(
        &self,
        index: u32,
        analysis: &Analysis,
        function: FunctionId,
        gathered: &mut Gathered,
    ) {
        let states = self
            .application
            .numbered_triggers_of(function)
            .filter(|(_, trigger)| trigger.kind == "aws.stepfunctions");
        let mut filed: Vec<(&Target, flow::Value)> = Vec::new();
        for (at, trigger) in states {
            let Some(machine) = self.source_of(at) else {
                continue;
            };
            for answer in &analysis.facts.returns {
                let Some(value) = output_of(&trigger.settings, &answer.value) else {
                    continue;
                };
                if filed.contains(&(machine, value.clone())) {
                    continue;
                }
                let write = Write {
                    analysis: index,
                    function,
                    place: answer.place,
                    by: "return".into(),
                    operation: Name::default(),
                    is_complete: false,
                    written: Written {
                        parts: vec![("input".into(), value.clone())],
                        ..Written::default()
                    },
                };
                gathered.writes.push((machine.clone(), write));
                filed.push((machine, value));
            }
        }
    }

    /// Who controls a node, as far as is known about the nodes that it follows from.
    fn control_of(&self, node: &Node, asked: &mut Asked) -> Control {
        let mut worst: Option<Reached> = None;
        if let Some(resource) = node.target.resource()
            && let Some(place) = self.public_write(resource)
        {
            worst = Some(Reached::open(
                place,
                format!("anyone may write to `{}`", self.resource_label(resource)),
            ));
        }
        for write in self.writes_to(node) {
            let Some(analysis) = self.analyses.get(write.analysis as usize) else {
                continue;
            };
            let function = write.function;
            let parts = write.written.parts.iter();
            for (_, value) in parts.filter(|(part, _)| part == &node.part) {
                for (label, further) in labels_at(value, &node.fields) {
                    let known = worst.as_ref().map(|worst| worst.who);
                    let reached =
                        self.label_reached(analysis, function, label, &further, known, asked);
                    let Some(mut reached) = reached else { continue };
                    reached.evidence.push(Step {
                        kind: StepKind::Channel,
                        place: write.place,
                        message: format!(
                            "`{}` writes it to `{}`",
                            write.by,
                            self.target_label(&node.target)
                        ),
                    });
                    worst = Some(reached);
                }
            }
        }
        for (at, from) in self.channels.relayed(node) {
            let Some(relay) = self.relay(node, at) else {
                continue;
            };
            let Some(Control::Reached(reached)) = self.channels.ask(&from, asked) else {
                continue;
            };
            if worst.as_ref().is_some_and(|worst| reached.who <= worst.who) {
                continue;
            }
            let mut reached = reached.clone();
            reached.evidence.push(Step {
                kind: StepKind::Channel,
                place: relay.place,
                message: format!(
                    "`{}` passes it on to `{}`",
                    self.target_label(&relay.from),
                    self.target_label(&node.target)
                ),
            });
            worst = Some(reached);
        }
        worst.map_or(Control::Unseen, Control::Reached)
    }

    fn relay(&self, node: &Node, at: usize) -> Option<&Relay> {
        let relays = self.channels.relays.get(&node.target.resource()?)?;
        relays.get(at)
    }

    /// What is written to a node's resource and may come out at the node.
    fn writes_to<'m>(&'m self, node: &'m Node) -> impl Iterator<Item = &'m Write> {
        let filter = match node.gate {
            Gate::Open => None,
            Gate::Trigger(at) => {
                let trigger = self.application.triggers.get(at as usize);
                trigger.map(|trigger| &trigger.filter)
            }
            Gate::Relay(to, at) => {
                let relays = self.channels.relays.get(&to);
                let relay = relays.and_then(|relays| relays.get(at as usize));
                relay.map(|relay| &relay.filter)
            }
        };
        let writes = self.channels.writes.get(&node.target);
        writes
            .into_iter()
            .flatten()
            .filter(move |write| !filter.is_some_and(|filter| holds_back(filter, &write.written)))
    }

    /// Whether the project shows everything that can be written there.
    fn is_closed(&self, node: &Node) -> bool {
        let Some(id) = node.target.resource() else {
            return false;
        };
        let Some(resource) = self.application.resource(id) else {
            return false;
        };
        let mut writes = self.writes_to(node).peekable();
        self.channels.sees_all_code
            && !node.part.starts_with("object.")
            && resource.kind != "AWS::StepFunctions::StateMachine"
            && !self.channels.relays.contains_key(&id)
            && !self.channels.unresolved.contains(&resource.kind)
            && writes.peek().is_some()
            && writes.all(|write| write.is_complete)
    }

    pub(crate) fn target_label(&self, target: &Target) -> String {
        match target {
            Target::Resource(id) => self.resource_label(*id),
            Target::External(_, name) => name.to_string(),
        }
    }
}

fn is_worse(known: &Control, found: &Control) -> bool {
    let rank = |control: &Control| match control {
        Control::Reached(reached) => Some(reached.who),
        Control::Clean | Control::Unseen => None::<Reach>,
    };
    rank(known) < rank(found)
}
