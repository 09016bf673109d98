//! What a dialect hands over: one stack as CloudFormation resources, and what its shorthand says beyond them.

use app::{Code, Dialect, GrantOrigin, Prop, Reason, Route};
use base::{Name, Place, RelPath};
use indexmap::IndexMap;

use crate::tree::Tree;

/// One stack, spelled out. `cloudformation` interprets it.
#[derive(Clone, Debug)]
pub struct StackTemplate {
    /// How its template is written.
    pub dialect: Dialect,
    /// The service or stack name, else the template's directory name.
    pub name: Name,
    /// The template file.
    pub path: RelPath,
    /// The template as a whole.
    pub place: Place,
    /// The deployment stage, where the template names one.
    pub stage: Option<Name>,
    /// The region it is deployed to, where the template names one.
    pub region: Option<Name>,
    /// The plugins that work on it, by name.
    pub plugins: Vec<Name>,
    /// Set when it may hold resources or settings that the project alone does not show.
    pub open: Option<Reason>,
    /// The directory that relative paths of the template count from.
    pub root: RelPath,
    /// The resources in source order; implied ones behind those that imply them.
    pub resources: Vec<ResourceDeclaration>,
    /// `Parameters`: name to declaration, a map. Null where there are none.
    pub parameters: Tree,
    /// `Mappings`. Null where there are none.
    pub mappings: Tree,
    /// `Conditions`. Null where there are none.
    pub conditions: Tree,
    /// `Outputs`. Null where there are none.
    pub outputs: Tree,
    /// What a dialect knows of a function beyond its `AWS::Lambda::Function` resource, by logical id.
    pub functions: IndexMap<Name, FunctionDeclaration>,
    /// Triggers that the dialect declares with its functions.
    pub events: Vec<EventDeclaration>,
    /// Statements that the dialect adds to roles of this stack.
    pub grants: Vec<GrantDeclaration>,
}

impl StackTemplate {
    /// Adds a resource that the template declares in its own words.
    pub(crate) fn declare(
        &mut self,
        logical_id: impl Into<Name>,
        kind: &'static str,
        place: Place,
        properties: Tree,
    ) {
        self.add(logical_id.into(), kind, place, properties, false);
    }

    /// Adds a resource that the framework creates because of what stands at `place`.
    pub(crate) fn imply(
        &mut self,
        logical_id: impl Into<Name>,
        kind: &'static str,
        place: Place,
        properties: Tree,
    ) {
        self.add(logical_id.into(), kind, place, properties, true);
    }

    /// Of a logical id that is there already, what the template spells out wins.
    fn add(
        &mut self,
        logical_id: Name,
        kind: &'static str,
        place: Place,
        properties: Tree,
        is_implied: bool,
    ) {
        let is_declared = |other: &ResourceDeclaration| other.logical_id == logical_id;
        if is_implied && self.resources.iter().any(is_declared) {
            return;
        }
        let tree = Tree::map(
            place,
            [
                ("Type", Tree::text(place, kind)),
                ("Properties", properties),
            ],
        );
        self.resources.push(ResourceDeclaration {
            logical_id,
            place,
            tree,
            is_implied,
        });
    }
}

/// A resource of a stack.
#[derive(Clone, Debug)]
pub struct ResourceDeclaration {
    /// Its name in the template.
    pub logical_id: Name,
    /// Where it is declared: its key; for an implied one, what implies it.
    pub place: Place,
    /// The whole declaration: a map with `Type`, `Properties`, `DeletionPolicy`, ….
    pub tree: Tree,
    /// The framework creates it; the template does not spell it out.
    pub is_implied: bool,
}

/// What a dialect knows of a function beyond its resource. Without one, name and place are those of the resource.
#[derive(Clone, Debug)]
pub struct FunctionDeclaration {
    /// Its name for people: the key under `functions:`.
    pub name: Name,
    /// Where it is declared.
    pub place: Place,
    /// Where its code is; absent to read it from the resource's `Code`.
    pub code: Prop<Code>,
    /// Patterns of files that are packaged.
    pub package_patterns: Vec<(Name, Place)>,
    /// A bundler packages what the code imports, and no other files.
    pub is_bundled: bool,
    /// Set when the environment may hold further variables that the project alone does not show.
    pub environment_open: Option<Reason>,
}

/// A trigger that a dialect declares with a function, instead of spelling out the resources that cause it.
#[derive(Clone, Debug)]
pub struct EventDeclaration {
    /// The logical id of the function's resource.
    pub function: Name,
    /// The event kind, an id of the knowledge base: `aws.s3`.
    pub kind: Name,
    /// The resource the events come from; nothing where the kind has none.
    pub source: Option<Tree>,
    /// Which of the source's events arrive.
    pub filter: FilterDeclaration,
    /// Who may call.
    pub auth: AuthDeclaration,
    /// Method and path.
    pub route: Option<Route>,
    /// Cross-origin policy as a map with `AllowOrigins` (a text or a list) and `AllowCredentials`.
    pub cors: Option<Tree>,
    /// Further settings in CloudFormation's vocabulary: a map, or null.
    pub settings: Tree,
    /// Where it is declared.
    pub place: Place,
}

/// Which events arrive, before intrinsic functions are applied.
#[derive(Clone, Debug, Default)]
pub enum FilterDeclaration {
    /// All.
    #[default]
    All,
    /// Object events.
    Objects {
        /// Event names: a text or a list.
        events: Tree,
        /// A list of maps `{Name: prefix|suffix, Value}`, as in S3's `Filter.S3Key.Rules`; or null.
        rules: Tree,
    },
    /// Patterns: a list of patterns, maps or JSON texts.
    Patterns {
        /// The patterns.
        patterns: Tree,
        /// `MessageAttributes`, `MessageBody`, or `Event`.
        scope: Name,
    },
    /// Some, but which cannot be told.
    Unknown(Reason),
}

/// Who may call, before intrinsic functions are applied.
#[derive(Clone, Debug)]
pub struct AuthDeclaration {
    /// What is demanded.
    pub kind: AuthDeclarationKind,
    /// Where that is written.
    pub place: Option<Place>,
}

/// What a caller must show. The trees are references to resources (`Ref`, `Fn::GetAtt`) or ARNs.
#[derive(Clone, Debug)]
pub enum AuthDeclarationKind {
    /// The kind of trigger has no caller.
    NotApplicable,
    /// Nothing.
    None,
    /// An API key alone.
    ApiKey,
    /// A signature of an IAM principal.
    Iam,
    /// A token that the platform verifies, and the user pool or authorizer.
    Token(Option<Tree>),
    /// A function decides: the function.
    Function(Option<Tree>),
    /// What this names decides: a function, a user pool, or an authorizer resource.
    Authorizer(Tree),
    /// Cannot be told.
    Unknown(Reason),
}

impl AuthDeclaration {
    /// For triggers without a caller.
    #[must_use]
    pub fn not_applicable() -> Self {
        Self {
            kind: AuthDeclarationKind::NotApplicable,
            place: None,
        }
    }
}

/// Statements that a dialect adds to a role.
#[derive(Clone, Debug)]
pub struct GrantDeclaration {
    /// The logical id of the `AWS::IAM::Role` resource.
    pub role: Name,
    /// A statement or a list of statements, as in a policy document.
    pub statements: Tree,
    /// Where they come from.
    pub origin: GrantOrigin,
    /// Where they are declared.
    pub place: Place,
}
