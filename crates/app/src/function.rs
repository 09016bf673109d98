//! Functions: one deployed handler with its settings.

use base::{Name, Place, RelPath};

use crate::{Prop, Reason, ResourceId, RoleId, StackId, Text, Value};

/// One deployed function. Settings that a framework's defaults or globals fill in are known with the place of the default.
#[derive(Clone, Debug)]
pub struct Function {
    /// The stack that declares it.
    pub stack: StackId,
    /// Its `AWS::Lambda::Function` resource; nothing where there is no template.
    pub resource: Option<ResourceId>,
    /// Its name in the template (the key under `functions:`, the logical id), else the handler's file and symbol.
    pub name: Name,
    /// Where it is declared: the key in the template, or the handler where there is no template.
    pub place: Place,
    /// Who runs it.
    pub platform: Platform,
    /// The runtime's identifier: `python3.12`, `nodejs20.x`.
    pub runtime: Prop<Name>,
    /// The handler as written: `src/api/users.create`.
    pub handler: Prop<Name>,
    /// Where its code is.
    pub code: Prop<Code>,
    /// Its environment variables.
    pub environment: Environment,
    /// The role it runs under.
    pub role: Prop<RoleId>,
    /// In seconds.
    pub timeout: Prop<f64>,
    /// In MiB.
    pub memory: Prop<f64>,
    /// Reserved concurrent executions.
    pub reserved_concurrency: Prop<f64>,
    /// X-Ray tracing mode: `Active`, `PassThrough`.
    pub tracing: Prop<Name>,
    /// Dead-letter target or on-failure destination of asynchronous invocations.
    pub failure_destination: Prop<Text>,
    /// Retries of asynchronous invocations (0 to 2).
    pub retries: Prop<f64>,
    /// The network it is attached to.
    pub vpc: Prop<Vpc>,
    /// Layers' ARNs.
    pub layers: Vec<Value>,
    /// Patterns of files that are packaged, with a leading `!` for excluded ones, in order; empty where none is written.
    pub package_patterns: Vec<(Name, Place)>,
    /// The template says that a bundler packages what the code imports, and no other files.
    pub is_bundled: bool,
}

/// Who runs a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// AWS Lambda.
    AwsLambda,
}

/// Where a function's code is.
#[derive(Clone, Debug, PartialEq)]
pub enum Code {
    /// A directory of the project from which the handler's path counts.
    Directory(RelPath),
    /// Written in the template itself.
    Inline(Text),
    /// Inside a container image whose build context is this directory, where the template names one.
    Image(Option<RelPath>),
}

/// The environment of a function.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Its variables: the function's own first, then inherited ones that it does not override.
    pub variables: Vec<Variable>,
    /// Set when further variables may exist that the project alone does not show.
    pub open: Option<Reason>,
}

/// One environment variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: Value,
    /// The whole entry.
    pub place: Place,
}

impl Environment {
    /// The variable of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }
}

/// A function's network attachment.
#[derive(Clone, Debug)]
pub struct Vpc {
    /// Subnet ids; nothing where the list itself is unknown.
    pub subnets: Option<Vec<Value>>,
    /// Security group ids; nothing where the list itself is unknown.
    pub security_groups: Option<Vec<Value>>,
}
