//! The whole application and its tables. Everything is in source order of its template, templates in path order, so that ids
//! are the same in every run.

use base::{Map, Name, Place, RelPath};

use crate::{Function, Reason, ResourcePolicy, Role, Trigger, Value};

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
    /// Made by [`Application::index`].
    index: Option<Index>,
}

/// Where the things of one function or resource are in the application's tables.
#[derive(Clone, Debug, Default)]
struct Index {
    triggers: Vec<Vec<u32>>,
    policies: Vec<Vec<u32>>,
    kinds: Map<Name, Vec<u32>>,
}

/// The plugin of the Serverless Framework that gives functions with `iamRoleStatements` a role of their own.
pub const ROLES_PLUGIN: &str = "serverless-iam-roles-per-function";

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
    /// The region it is deployed to, where the template names one: `eu-west-1`.
    pub region: Option<Name>,
    /// The plugins of the Serverless Framework that work on it, by name.
    pub plugins: Vec<Name>,
    /// Set when it may hold resources or settings that the project alone does not show.
    pub open: Option<Reason>,
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

    /// A function's name in reports, the one that findings hold: `stack/function`. Empty where there is no such function.
    #[must_use]
    pub fn function_name(&self, id: FunctionId) -> Name {
        let Some(function) = self.function(id) else {
            return Name::default();
        };
        match self.stack(function.stack) {
            Some(stack) if !stack.name.is_empty() => {
                format!("{}/{}", stack.name, function.name).into()
            }
            _ => function.name.clone(),
        }
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

    /// Makes the look-ups below cost what they find rather than the size of the application. To be called once the tables
    /// are complete; what is added to them afterwards is not found.
    pub fn index(&mut self) {
        let mut index = Index {
            triggers: vec![Vec::new(); self.functions.len()],
            policies: vec![Vec::new(); self.resources.len()],
            kinds: Map::default(),
        };
        for (at, trigger) in self.triggers.iter().enumerate() {
            if let Some(of) = index.triggers.get_mut(trigger.function.0 as usize) {
                of.push(at as u32);
            }
        }
        for (at, policy) in self.policies.iter().enumerate() {
            for target in policy.target.resources() {
                if let Some(of) = index.policies.get_mut(target.0 as usize)
                    && of.last() != Some(&(at as u32))
                {
                    of.push(at as u32);
                }
            }
        }
        for (at, resource) in self.resources.iter().enumerate() {
            let of = index.kinds.entry(resource.kind.clone()).or_default();
            of.push(at as u32);
        }
        self.index = Some(index);
    }

    /// All resources of one type.
    pub fn resources_of<'a>(
        &'a self,
        kind: &'a str,
    ) -> impl Iterator<Item = (ResourceId, &'a Resource)> {
        let of = |index: &'a Index| index.kinds.get(kind).map(Vec::as_slice);
        self.indexed(&self.resources, of, move |resource| resource.kind == kind)
            .map(|(at, resource)| (ResourceId(at), resource))
    }

    /// The triggers of one function.
    pub fn triggers_of(&self, function: FunctionId) -> impl Iterator<Item = &Trigger> {
        self.numbered_triggers_of(function)
            .map(|(_, trigger)| trigger)
    }

    /// The triggers of one function with their positions in [`Application::triggers`].
    pub fn numbered_triggers_of<'a>(
        &'a self,
        function: FunctionId,
    ) -> impl Iterator<Item = (u32, &'a Trigger)> {
        let of = move |index: &'a Index| index.triggers.get(function.0 as usize).map(Vec::as_slice);
        self.indexed(&self.triggers, of, move |trigger| {
            trigger.function == function
        })
    }

    /// The policies attached to one resource.
    pub fn policies_of<'a>(
        &'a self,
        resource: ResourceId,
    ) -> impl Iterator<Item = &'a ResourcePolicy> {
        let of = move |index: &'a Index| index.policies.get(resource.0 as usize).map(Vec::as_slice);
        self.indexed(&self.policies, of, move |policy| {
            policy.target.resources().any(|target| target == resource)
        })
        .map(|(_, policy)| policy)
    }

    /// The rows of a table that the index lists; before there is an index, those that are `wanted`.
    fn indexed<'a, T>(
        &'a self,
        table: &'a [T],
        of: impl Fn(&'a Index) -> Option<&'a [u32]>,
        wanted: impl Fn(&T) -> bool,
    ) -> impl Iterator<Item = (u32, &'a T)> {
        let listed = self
            .index
            .as_ref()
            .map(|index| of(index).unwrap_or_default());
        let scanned = if listed.is_none() { table } else { &[] };
        let listed = listed.unwrap_or_default().iter();
        let found = listed.filter_map(|at| Some((*at, table.get(*at as usize)?)));
        let rest = (0..).zip(scanned).filter(move |(_, row)| wanted(row));
        found.chain(rest)
    }
}
