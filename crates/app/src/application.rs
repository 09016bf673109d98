//! The whole application and its tables. Everything is in source order of its template, templates in path order, so that ids
//! are the same in every run.

use base::{Name, Place, RelPath};

use crate::{Function, ResourcePolicy, Role, Trigger, Value};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
    };
}

id!(
    /// Index in [`Application::stacks`].
    StackId
);
id!(
    /// Index in [`Application::functions`].
    FunctionId
);
id!(
    /// Index in [`Application::resources`].
    ResourceId
);
id!(
    /// Index in [`Application::roles`].
    RoleId
);

/// All stacks of a project, linked.
#[derive(Clone, Debug, Default)]
pub struct Application {
    /// Deployable units.
    pub stacks: Vec<Stack>,
    /// Functions.
    pub functions: Vec<Function>,
    /// What invokes them.
    pub triggers: Vec<Trigger>,
    /// Buckets, tables, queues, APIs, …; the functions' own resources as well.
    pub resources: Vec<Resource>,
    /// Execution roles.
    pub roles: Vec<Role>,
    /// Policies attached to resources: bucket, queue, topic, function permissions, key policies.
    pub policies: Vec<ResourcePolicy>,
}

/// One deployable unit.
#[derive(Clone, Debug)]
pub struct Stack {
    /// How its template is written.
    pub dialect: Dialect,
    /// The service or stack name, else the template's directory name.
    pub name: Name,
    /// The template file; for [`Dialect::None`] the directory of the handlers.
    pub path: RelPath,
    /// The template as a whole, for findings about something that is nowhere written; nothing for [`Dialect::None`].
    pub place: Option<Place>,
    /// The deployment stage, where the template names one: `dev`, `prod`.
    pub stage: Option<Name>,
}

/// How a template is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// `serverless.yml`.
    ServerlessFramework,
    /// CloudFormation with `AWS::Serverless-2016-10-31`.
    Sam,
    /// Plain CloudFormation.
    CloudFormation,
    /// No template: handlers were recognised by their shape.
    None,
}

/// A resource that a template declares or that its framework creates for it.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The stack that declares it.
    pub stack: StackId,
    /// Its name in the template.
    pub logical_id: Name,
    /// CloudFormation's type: `AWS::S3::Bucket`. SAM and Serverless Framework resources appear under the type they become.
    pub kind: Name,
    /// Its properties: a map in CloudFormation's vocabulary.
    pub properties: Value,
    /// `DeletionPolicy`, where written.
    pub deletion_policy: Option<Name>,
    /// Where it is declared; for a resource the framework creates, what made it create it.
    pub place: Place,
    /// The framework creates it; the template does not spell it out.
    pub is_implied: bool,
}

impl Application {
    /// The function with this index.
    #[must_use]
    pub fn function(&self, id: FunctionId) -> Option<&Function> {
        self.functions.get(id.0 as usize)
    }

    /// The resource with this index.
    #[must_use]
    pub fn resource(&self, id: ResourceId) -> Option<&Resource> {
        self.resources.get(id.0 as usize)
    }

    /// The role with this index.
    #[must_use]
    pub fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.get(id.0 as usize)
    }

    /// The stack with this index.
    #[must_use]
    pub fn stack(&self, id: StackId) -> Option<&Stack> {
        self.stacks.get(id.0 as usize)
    }

    /// All functions with their ids.
    pub fn functions(&self) -> impl Iterator<Item = (FunctionId, &Function)> {
        self.functions
            .iter()
            .enumerate()
            .map(|(index, function)| (FunctionId(index as u32), function))
    }

    /// All resources with their ids.
    pub fn resources(&self) -> impl Iterator<Item = (ResourceId, &Resource)> {
        self.resources
            .iter()
            .enumerate()
            .map(|(index, resource)| (ResourceId(index as u32), resource))
    }

    /// All resources of one type.
    pub fn resources_of<'a>(
        &'a self,
        kind: &'a str,
    ) -> impl Iterator<Item = (ResourceId, &'a Resource)> {
        self.resources()
            .filter(move |(_, resource)| resource.kind == kind)
    }

    /// The triggers of one function.
    pub fn triggers_of(&self, function: FunctionId) -> impl Iterator<Item = &Trigger> {
        self.triggers
            .iter()
            .filter(move |trigger| trigger.function == function)
    }

    /// The policies attached to one resource.
    pub fn policies_of(&self, resource: ResourceId) -> impl Iterator<Item = &ResourcePolicy> {
        self.policies
            .iter()
            .filter(move |policy| policy.target.resources().any(|target| target == resource))
    }
}
