//! The whole knowledge base and the questions that analyses put to it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use std::collections::BTreeSet;

use base::{Map, Name};
use serde::{Deserialize, Serialize};

use crate::sdk::behind_resource;
use crate::{
    Allowances, BlastTerms, CallModel, Domain, Endpoints, Escalation, Event, Exposures,
    FunctionPlatform, Kind, KindId, LayerPublisher, ManagedPolicy, MendingSetting, Needs,
    Operation, OperationCall, Packages, ResourcePolicies, ResourceType, RouteWords, Runtime,
    Secrets, ServiceDefault, Source, SwitchVariable,
    sdk::{Clients, Service},
};

/// Everything that is known about platforms, libraries and runtimes.
///
/// [`Knowledge::builtin`] is what ships with the binary; [`Knowledge::extend`] adds the user's own rows to a copy of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Knowledge {
    /// Operations with rows of their own; the others follow from the services' actions.
    pub(crate) operations: Vec<Operation>,
    /// Ordered by prefix.
    pub(crate) services: Vec<Service>,
    pub(crate) clients: Clients,
    /// What secrets look like and how they are called.
    pub secrets: Secrets,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) domains: BTreeMap<Name, Domain>,
    pub(crate) parts: Vec<Name>,
    /// Ordered by kind.
    pub(crate) events: Vec<Event>,
    pub(crate) languages: BTreeMap<Name, LanguageModel>,
    pub(crate) resource_types: BTreeMap<Name, ResourceType>,
    pub(crate) defaults: BTreeMap<Name, Vec<ServiceDefault>>,
    /// Properties that mend findings, in the order of their file.
    pub settings: Vec<MendingSetting>,
    pub(crate) switches: Vec<SwitchVariable>,
    /// Endpoints of resources.
    pub endpoints: Endpoints,
    /// What routes and headers are called that are meant to be open.
    pub routes: RouteWords,
    pub(crate) managed_policies: BTreeMap<Name, ManagedPolicy>,
    /// What roles may allow although no code calls it.
    pub allowances: Allowances,
    /// What functions need beyond the actions that their calls are named after.
    pub needs: Needs,
    /// Ways from some permissions to more.
    pub escalations: Vec<Escalation>,
    /// What a role in the wrong hands comes to.
    pub blast: BlastTerms,
    /// What no role should allow on every resource.
    pub exposures: Exposures,
    /// Policies of resources: where they are written, and whom they must not let in.
    pub resource_policies: ResourcePolicies,
    pub(crate) runtimes: BTreeMap<Name, Runtime>,
    /// By registry.
    pub(crate) packages: BTreeMap<Name, Packages>,
    /// Who publishes layers for everybody.
    pub layer_publishers: Vec<LayerPublisher>,
    /// What functions are given where a template does not say, and what they cost.
    pub function_platform: FunctionPlatform,
    pub(crate) today: Name,
}

impl Knowledge {
    /// The kind of danger with this name.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<KindId> {
        self.kinds()
            .find(|(_, kind)| kind.name == name)
            .map(|(id, _)| id)
    }

    /// The name of a kind of danger; empty for an id of another knowledge base.
    #[must_use]
    pub fn kind_name(&self, id: KindId) -> &str {
        self.kind_row(id).map_or("", |kind| kind.name.as_str())
    }

    /// A kind of danger with its title and weakness; nothing for an id of another knowledge base.
    #[must_use]
    pub fn kind_row(&self, id: KindId) -> Option<&Kind> {
        self.kinds.get(usize::from(id.0))
    }

    /// All kinds of danger.
    pub fn kinds(&self) -> impl Iterator<Item = (KindId, &Kind)> {
        (0..=u8::MAX).map(KindId).zip(&self.kinds)
    }

    /// The kind of event with this id: `aws.s3`.
    #[must_use]
    pub fn event(&self, kind: &str) -> Option<&Event> {
        let index = self
            .events
            .binary_search_by(|event| event.kind.as_str().cmp(kind))
            .ok()?;
        self.events.get(index)
    }

    /// All kinds of events, ordered by id.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The data-carrying parts of resources: `object.key`, `message.body`.
    #[must_use]
    pub fn channel_parts(&self) -> &[Name] {
        &self.parts
    }

    /// What is known about the calls of a language: `python`, `javascript`. Nothing is known about any call of others.
    #[must_use]
    pub fn language(&self, name: &str) -> &LanguageModel {
        static NOTHING: LazyLock<LanguageModel> = LazyLock::new(LanguageModel::default);
        self.languages.get(name).unwrap_or(&NOTHING)
    }

    /// The operation that a call performs.
    #[must_use]
    pub fn operation_of(&self, call: &OperationCall) -> Option<&Operation> {
        self.operation(call.operation)
    }

    /// What is known about the packages of a registry: `npm`, `PyPI`. Nothing is known about those of others.
    #[must_use]
    pub fn packages(&self, ecosystem: &str) -> &Packages {
        static NOTHING: LazyLock<Packages> = LazyLock::new(Packages::default);
        self.packages.get(ecosystem).unwrap_or(&NOTHING)
    }

    /// Whether a variable of the environment with this value switches on what `kind` says.
    #[must_use]
    pub fn is_switch(&self, kind: KindId, variable: &str, value: &str) -> bool {
        let rows = self.switches.iter();
        rows.filter(|row| row.kind == kind && row.name == variable)
            .any(|row| row.on.iter().any(|on| on == value))
    }

    /// The runtime with this identifier: `python3.9`.
    #[must_use]
    pub fn runtime(&self, id: &str) -> Option<&Runtime> {
        self.runtimes.get(id)
    }

    /// All runtimes, ordered by identifier.
    pub fn runtimes(&self) -> impl Iterator<Item = &Runtime> {
        self.runtimes.values()
    }

    /// The day (`YYYY-MM-DD`) on which runtimes are judged: the one on which their table was last checked, so that one version
    /// of the program gives the same findings on any day.
    #[must_use]
    pub fn today(&self) -> &str {
        &self.today
    }

    /// What a type of resource does where the template does not say.
    #[must_use]
    pub fn defaults_of(&self, kind: &str) -> &[ServiceDefault] {
        self.defaults.get(kind).map_or(&[], Vec::as_slice)
    }

    /// The policy of the platform with this name: `AmazonS3ReadOnlyAccess`.
    #[must_use]
    pub fn managed_policy(&self, name: &str) -> Option<&ManagedPolicy> {
        self.managed_policies.get(name)
    }

    /// The type of resource with CloudFormation's name: `AWS::S3::Bucket`.
    #[must_use]
    pub fn resource_type(&self, kind: &str) -> Option<&ResourceType> {
        self.resource_types.get(kind)
    }

    /// All types of resources, ordered by name.
    pub fn resource_types(&self) -> impl Iterator<Item = &ResourceType> {
        self.resource_types.values()
    }
}

/// What is known about the calls of one language.
///
/// Paths are looked up in their plain form: `node:fs.readFile` is `fs.readFile`, and `express()` as a call is `express`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LanguageModel {
    pub(crate) calls: Map<Name, CallModel>,
    pub(crate) methods: Map<Name, CallModel>,
    pub(crate) values: Map<Name, Vec<Source>>,
    pub(crate) operations: Map<Name, OperationCall>,
}

impl LanguageModel {
    /// What is known about the call of an API path: `subprocess.run`.
    #[must_use]
    pub fn call(&self, path: &str) -> Option<&CallModel> {
        self.calls.get(plain(&behind_resource(path)))
    }

    /// What is known about calling a method of this name on a receiver whose library is not known. Only to be asked where
    /// [`Self::call`] has no answer.
    #[must_use]
    pub fn method(&self, name: &str) -> Option<&CallModel> {
        self.methods.get(name)
    }

    /// What reading the value with this API path brings in: `os.environ`.
    #[must_use]
    pub fn value(&self, path: &str) -> &[Source] {
        self.values.get(plain(path)).map_or(&[], Vec::as_slice)
    }

    /// The packages whose calls register handlers: `flask`, `express`.
    #[must_use]
    pub fn frameworks(&self) -> BTreeSet<Name> {
        self.calls
            .iter()
            .filter(|(_, model)| !model.entries.is_empty())
            .filter_map(|(path, _)| path.split(['.', '(']).next().map(Name::from))
            .collect()
    }

    /// The SDK operation that the call of an API path performs, where a row says so.
    pub(crate) fn operation(&self, path: &str) -> Option<&OperationCall> {
        self.operations.get(plain(path))
    }

    /// How many calls, methods, values and operations are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.calls.len() + self.methods.len() + self.values.len() + self.operations.len()
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The form in which API paths are kept. Node's own modules go with and without `node:`, and the call of a package itself is
/// written `package()` by some.
pub(crate) fn plain(path: &str) -> &str {
    let path = path.strip_prefix("node:").unwrap_or(path);
    path.strip_suffix("()").unwrap_or(path)
}
