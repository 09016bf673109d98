//! From a value in code to the resource of the application that it names.

use app::{Application, FunctionId, Prop, Resource, ResourceId, Text, Trigger};
use base::{Map, Name};
use flow::{ApiValue, Atom, CallFact, Shape, Value};
use knowledge::{EventPath, Knowledge, Operation, ResourceType, Step};
use rayon::prelude::*;

use crate::names::{Names, Target, canonical, canonical_atoms};
use crate::parts::{tables_named, walk_parameters};
use crate::{Analysis, Model};

/// The type of event buses. An event that names none goes to the one with this name.
const BUS: (&str, &str) = ("AWS::Events::EventBus", "default");

/// Where the events of each trigger come from, in the order of the triggers.
pub(crate) fn sources(
    application: &Application,
    knowledge: &Knowledge,
    names: &Names,
) -> Vec<Option<Target>> {
    let mut feeding: Map<&Name, Vec<&ResourceType>> = Map::default();
    for kind in knowledge.resource_types() {
        for event in &kind.feeds {
            feeding.entry(event).or_default().push(kind);
        }
    }
    let source = |trigger: &Trigger| {
        let stack = application.function(trigger.function)?.stack;
        let feeding = feeding.get(&trigger.kind)?;
        let name = match &trigger.source {
            Prop::Known(text, _) => canonical(text),
            Prop::Absent if feeding.iter().any(|kind| kind.kind == BUS.0) => BUS.1.to_owned(),
            Prop::Absent | Prop::Unknown(_) => return None,
        };
        let found = feeding
            .iter()
            .filter_map(|kind| names.find(application, kind, stack, &name));
        // Declared resources come before others.
        found.min()
    };
    application.triggers.par_iter().map(source).collect()
}

impl Model<'_> {
    /// The operation that a call performs.
    #[must_use]
    pub fn operation(&self, call: &CallFact) -> Option<&Operation> {
        self.knowledge.operation(call.operation)
    }

    /// The resource that a call works on, as seen by one of the functions that run it.
    #[must_use]
    pub fn resource_of(&self, function: FunctionId, call: &CallFact) -> Option<ResourceId> {
        let wanted = self.operation(call)?.resource.as_ref()?;
        let path: EventPath = wanted.parameter.parse().ok()?;
        let value = walk_parameters(call, &path.0)?;
        self.resource_named(function, &value, &wanted.kind)
    }

    /// The resources that a call works on, where all are known: a batch or a transaction names a table for each item.
    #[must_use]
    pub fn resources_of(&self, function: FunctionId, call: &CallFact) -> Option<Vec<ResourceId>> {
        if let Some(only) = self.resource_of(function, call) {
            return Some(vec![only]);
        }
        let wanted = self.operation(call)?.resource.as_ref()?;
        let path: EventPath = wanted.parameter.parse().ok()?;
        let tables = tables_named(&walk_parameters(call, &path.0)?)?;
        let named = tables
            .iter()
            .map(|table| self.resource_named(function, table, &wanted.kind));
        let mut resources: Vec<ResourceId> = named.collect::<Option<_>>()?;
        resources.sort();
        resources.dedup();
        Some(resources)
    }

    /// The resource of a kind that a value names: by its physical name, its ARN or URL, or through an environment variable.
    #[must_use]
    pub fn resource_named(
        &self,
        function: FunctionId,
        value: &Value,
        kind: &str,
    ) -> Option<ResourceId> {
        self.target_named(function, value, kind)?.resource()
    }

    /// What a call works on, declared or not.
    pub(crate) fn target_of(&self, function: FunctionId, call: &CallFact) -> Option<Target> {
        let wanted = self.operation(call)?.resource.as_ref()?;
        let path: EventPath = wanted.parameter.parse().ok()?;
        self.target_or_default(
            function,
            walk_parameters(call, &path.0).as_ref(),
            &wanted.kind,
        )
    }

    /// What a value names; what is meant where there is no value.
    pub(crate) fn target_or_default(
        &self,
        function: FunctionId,
        value: Option<&Value>,
        kind: &str,
    ) -> Option<Target> {
        match value {
            Some(value) => self.target_named(function, value, kind),
            None if kind == BUS.0 => {
                let stack = self.application.function(function)?.stack;
                let bus = self.knowledge.resource_type(kind)?;
                self.names.find(&self.application, bus, stack, BUS.1)
            }
            None => None,
        }
    }

    fn target_named(&self, function: FunctionId, value: &Value, kind: &str) -> Option<Target> {
        let wanted = self.knowledge.resource_type(kind)?;
        let alternatives = value.shape.alternatives().iter();
        let mut found = alternatives.filter_map(|shape| match shape {
            Shape::Event(event) => self.target_in_event(function, &event.path, kind),
            Shape::Api(api) => self.target_looked_up(function, api, wanted),
            shape => {
                let atoms = Value::of(shape.clone()).atoms()?;
                self.target_written(function, &atoms, wanted)
            }
        });
        found.next()
    }

    fn target_written(
        &self,
        function: FunctionId,
        atoms: &[Atom],
        kind: &ResourceType,
    ) -> Option<Target> {
        let function = self.application.function(function)?;
        let name = canonical_atoms(atoms, function);
        self.names
            .find(&self.application, kind, function.stack, &name)
    }

    /// `get_queue_url(QueueName=…)`: what a call that looks a resource up is asked for.
    fn target_looked_up(
        &self,
        function: FunctionId,
        api: &ApiValue,
        kind: &ResourceType,
    ) -> Option<Target> {
        let name = kind.name.as_ref()?;
        let arguments = api.construction.as_ref()?;
        let value = arguments.iter().find_map(|argument| {
            if argument.name.as_ref() == Some(name) {
                return Some(argument.value.clone());
            }
            match &argument.value.shape {
                Shape::Object(object) => {
                    let mut fields = object.fields.iter();
                    fields
                        .find(|(key, _)| key == name)
                        .map(|(_, value)| value.clone())
                }
                _ => None,
            }
        })?;
        self.target_written(function, &value.atoms()?, kind)
    }

    /// An event names the resource that it comes from: `Records[].s3.bucket.name`.
    fn target_in_event(&self, function: FunctionId, path: &[Step], kind: &str) -> Option<Target> {
        let is_name = path.iter().rev().take(2).any(|step| {
            matches!(step, Step::Field(name) if matches!(name.as_str(), "bucket" | "eventSourceARN" | "TopicArn"))
        });
        let mut sources = self
            .application
            .numbered_triggers_of(function)
            .filter(|_| is_name)
            .filter_map(|(at, _)| self.source_of(at));
        let found = sources.find(|target| match target {
            Target::Resource(id) => self
                .application
                .resource(*id)
                .is_some_and(|resource| resource.kind == kind),
            Target::External(..) => false,
        });
        found.cloned()
    }

    /// Where the events of the trigger at this position come from.
    pub(crate) fn source_of(&self, trigger: u32) -> Option<&Target> {
        self.sources.get(trigger as usize)?.as_ref()
    }

    /// The name that the template gives a resource.
    #[must_use]
    pub fn physical_name(&self, resource: &Resource) -> Option<Name> {
        let property = self
            .knowledge
            .resource_type(&resource.kind)?
            .name
            .as_ref()?;
        resource.properties.text_at(property).known().cloned()
    }

    /// The resource that a text of a template names.
    #[must_use]
    pub fn resource_of_text(&self, text: &Text) -> Option<ResourceId> {
        text.resource().or_else(|| {
            let name = canonical(text);
            let stack = app::StackId(0);
            let found = self.knowledge.resource_types().filter_map(|kind| {
                self.names
                    .find(&self.application, kind, stack, &name)?
                    .resource()
            });
            found.min()
        })
    }

    /// Every call that performs an operation, with the analysis that met it.
    pub fn calls(&self) -> impl Iterator<Item = (&Analysis, &CallFact)> {
        self.analyses.iter().flat_map(|analysis| {
            analysis
                .facts
                .calls
                .iter()
                .map(move |call| (analysis, call))
        })
    }
}
