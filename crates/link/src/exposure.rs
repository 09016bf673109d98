//! Who can make a function run with data of their own: through its triggers, its permissions, and what other functions pass
//! on to it.

use app::{FunctionId, ResourceId, Trigger};
use base::Place;
use finding::Reach;
use knowledge::DefaultWho;

use crate::Model;
use crate::channels::{Control, Gate, Node};
use crate::names::Target;
use crate::ways::caller;

impl Model<'_> {
    /// The cheapest way to a function: who can make it run with data of their own.
    #[must_use]
    pub fn exposure(&self, function: FunctionId) -> Reach {
        let triggers = self.application.numbered_triggers_of(function);
        let through_triggers = triggers
            .map(|(at, trigger)| self.exposure_at(at, trigger))
            .max();
        let resource = self
            .application
            .function(function)
            .and_then(|function| function.resource);
        let invoked = resource.and_then(|resource| match self.public_write(resource) {
            Some(_) => Some(Reach::Anonymous),
            None => self.controller(&input_of(resource)),
        });
        through_triggers.max(invoked).unwrap_or(Reach::Tenant)
    }

    /// Who can make a trigger fire with data of their own.
    #[must_use]
    pub fn exposure_of(&self, trigger: &Trigger) -> Reach {
        let mut triggers = self.application.numbered_triggers_of(trigger.function);
        let at = triggers.find(|(_, known)| std::ptr::eq(*known, trigger));
        self.exposure_at(at.map_or(u32::MAX, |(at, _)| at), trigger)
    }

    fn exposure_at(&self, at: u32, trigger: &Trigger) -> Reach {
        let Some(event) = self.knowledge.event(&trigger.kind) else {
            return Reach::Tenant;
        };
        match event.default_who {
            DefaultWho::Anonymous => Reach::Anonymous,
            DefaultWho::Authenticated => Reach::Authenticated,
            DefaultWho::Tenant => Reach::Tenant,
            DefaultWho::Operator => Reach::Operator,
            DefaultWho::Caller => caller(&trigger.auth.kind),
            DefaultWho::Writer => {
                let nodes = self.nodes_of_trigger(at, trigger, &[]);
                let writers = nodes.iter().filter_map(|node| self.controller(node));
                writers.max().unwrap_or(Reach::Tenant)
            }
        }
    }

    fn controller(&self, node: &Node) -> Option<Reach> {
        match self.channels.control(node)? {
            Control::Reached(reached) => Some(reached.who),
            Control::Clean | Control::Unseen => None,
        }
    }

    /// The setting that lets anyone write to a resource, or invoke a function.
    pub(crate) fn public_write(&self, resource: ResourceId) -> Option<Place> {
        let by_policy = self
            .application
            .policies_of(resource)
            .flat_map(|policy| policy.grants_for_anyone())
            .find(|grant| {
                let mut actions = grant.actions.iter();
                actions.any(|(action, _)| action.literal().is_some_and(|action| writes(&action)))
            })
            .map(|grant| grant.place);
        by_policy.or_else(|| {
            let declared = self.application.resource(resource)?;
            let acl = declared.properties.at("AccessControl");
            let is_open = acl.known()?.as_name().as_deref() == Some("PublicReadWrite");
            acl.place().filter(|_| is_open)
        })
    }
}

/// What a function is invoked with.
pub(crate) fn input_of(function: ResourceId) -> Node {
    Node {
        target: Target::Resource(function),
        part: "input".into(),
        fields: Vec::new(),
        gate: Gate::Open,
    }
}

fn writes(action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let verb = action
        .split_once(':')
        .map_or(action.as_str(), |(_, verb)| verb);
    verb == "*"
        || ["put", "send", "publish", "write", "invoke"]
            .iter()
            .any(|start| verb.starts_with(start))
}
