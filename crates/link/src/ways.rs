//! On which ways outside data comes to a function: by a trigger, out of a resource that is read, or from whoever invokes the
//! function. Whose it then is, [`crate::reach`] says.

use app::{AuthKind, FunctionId, Trigger};
use base::Name;
use finding::Reach;
use flow::Origin;
use knowledge::{DefaultWho, Encoding, Event, Relation, Step as Part, Trust};

use crate::channels::{Gate, Node, told_apart};
use crate::filters::fixes;
use crate::names::Target;
use crate::parts::without_types;
use crate::states;
use crate::{Analysis, Model};

/// A way on which data comes to where it is read.
#[derive(Debug)]
pub(crate) struct Way {
    /// The parts of resources that it comes out of.
    pub(crate) nodes: Vec<Node>,
    /// Who controls it where nothing is known about the nodes; nothing where it then comes from nobody.
    pub(crate) who: Option<Reach>,
    /// The trigger that brings it.
    pub(crate) trigger: Option<u32>,
    pub(crate) is_proven: bool,
    /// A verified authorizer vouches for it.
    pub(crate) is_identity: bool,
}

impl Model<'_> {
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
