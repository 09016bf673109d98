//! From a value in code to the resource of the application that it names.

use app::{FunctionId, Resource, ResourceId, Text};
use base::Name;
use flow::{Atom, CallFact, Value};
use knowledge::Operation;

use crate::{Analysis, Model};

impl Model<'_> {
    /// The operation that a call performs.
    #[must_use]
    pub fn operation(&self, call: &CallFact) -> Option<&Operation> {
        self.knowledge.operation(call.operation)
    }

    /// The resource that a call works on, as seen by one of the functions that run it.
    #[must_use]
    pub fn resource_of(&self, function: FunctionId, call: &CallFact) -> Option<ResourceId> {
        let operation = self.operation(call)?;
        let wanted = operation.resource.as_ref()?;
        let head = wanted.parameter.split(['.', '[']).next()?;
        let value = call
            .parameters
            .iter()
            .find(|(name, _)| name == head)
            .map(|(_, value)| value)?;
        self.resource_named(function, value, &wanted.kind)
    }

    /// The resource of a kind that a value names: by its physical name, its ARN or URL, or through an environment variable.
    #[must_use]
    pub fn resource_named(
        &self,
        function: FunctionId,
        value: &Value,
        kind: &str,
    ) -> Option<ResourceId> {
        let atoms = value.atoms()?;
        if let [Atom::Environment(variable)] = atoms.as_slice() {
            let environment = &self.application.function(function)?.environment;
            let text = environment.get(variable)?.value.as_text()?;
            return text
                .resource()
                .filter(|id| {
                    self.application
                        .resource(*id)
                        .is_some_and(|resource| resource.kind == kind)
                })
                .or_else(|| self.resource_with_name(function, &text.literal()?, kind));
        }
        match atoms.as_slice() {
            [Atom::Literal(name)] => self.resource_with_name(function, name, kind),
            _ => None,
        }
    }

    fn resource_with_name(
        &self,
        function: FunctionId,
        written: &Name,
        kind: &str,
    ) -> Option<ResourceId> {
        let stack = self.application.function(function)?.stack;
        let name = written.rsplit([':', '/']).next().unwrap_or(written);
        let mut matches = self.application.resources_of(kind).filter(|(_, resource)| {
            self.physical_name(resource)
                .is_some_and(|known| known == name)
        });
        let first = matches.next()?;
        // Services of a monorepo may declare resources of the same name; the function's own stack wins.
        std::iter::once(first)
            .chain(matches)
            .max_by_key(|(id, resource)| (resource.stack == stack, std::cmp::Reverse(*id)))
            .map(|(id, _)| id)
    }

    /// The name that the template gives a resource.
    #[must_use]
    pub fn physical_name(&self, resource: &Resource) -> Option<Name> {
        let property = match resource.kind.as_str() {
            "AWS::S3::Bucket" => "BucketName",
            "AWS::DynamoDB::Table" => "TableName",
            "AWS::SQS::Queue" => "QueueName",
            "AWS::SNS::Topic" => "TopicName",
            "AWS::Lambda::Function" => "FunctionName",
            _ => "Name",
        };
        resource.properties.text_at(property).known().cloned()
    }

    /// The resource that a text of a template names.
    #[must_use]
    pub fn resource_of_text(&self, text: &Text) -> Option<ResourceId> {
        text.resource().or_else(|| {
            let literal = text.literal()?;
            let name = literal.rsplit([':', '/']).next()?;
            let found = self.application.resources().find(|(_, resource)| {
                self.physical_name(resource)
                    .is_some_and(|known| known == name)
            });
            found.map(|(id, _)| id)
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
