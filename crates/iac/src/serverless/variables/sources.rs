//! Where variables take their values from, by the word in front.
//!
//! Facts: `lib/configuration/variables/sources` of `serverless` 3.39, and the framework's documentation of parameters for
//! versions 3 and 4.

use app::Reason;
use base::{Code, Name, Place};

use super::Resolver;
use super::syntax::{Segment, Source, Template, Variable};
use crate::serverless::naming;
use crate::tree::{Part, Tree, TreeKind};

/// The stage where nobody names one.
const DEFAULT_STAGE: &str = "dev";
/// The region where nobody names one.
const DEFAULT_REGION: &str = "us-east-1";

/// What a source says.
pub(super) enum Lookup {
    /// A value whose own variables are not resolved yet.
    Found(Tree),
    /// It has no value; the next source is asked.
    Nothing,
    /// It has or may have a value that cannot be told, so that the next source must not be asked. Reported already.
    Unknown(Reason),
}

impl Resolver<'_> {
    /// Asks one source. `variable` is the variable it stands in, `place` the text that the variable stands in.
    pub(super) fn look_up(
        &mut self,
        kind: &str,
        params: &[Name],
        address: &str,
        variable: &Variable,
        place: Place,
    ) -> Lookup {
        match (kind, address) {
            ("self", _) => self.look_up_self(address),
            ("file", _) => self.look_up_file(params, address, variable, place),
            ("param", _) => self.look_up_param(address, place),
            ("sls", "stage") => Lookup::Found(self.stage(place)),
            ("aws", "region") => Lookup::Found(self.region(place)),
            ("aws", "accountId") => Lookup::Found(Tree::reference(place, "AWS::AccountId")),
            ("strToBool", _) => match params.first().map(|it| it.trim().to_ascii_lowercase()) {
                Some(text) if text == "true" || text == "1" => {
                    Lookup::Found(Tree::bool(place, true))
                }
                Some(text) if text == "false" || text == "0" => {
                    Lookup::Found(Tree::bool(place, false))
                }
                _ => Lookup::Nothing,
            },
            ("env", _) => match self.dotenv_value(address) {
                Some(value) => Lookup::Found(Tree::text(place, value)),
                None => Lookup::Nothing,
            },
            // Given at the command line, of which a project tells nothing.
            ("opt", _) => Lookup::Nothing,
            _ => Lookup::Unknown(self.deployment_only(kind, variable, place)),
        }
    }

    /// The value at `address` below `root`, itself unresolved. Variables on the way are looked up as far as needed, so that a
    /// file may refer to its own fields through `self`.
    pub(super) fn walk(&mut self, root: Tree, address: &str) -> Lookup {
        let mut tree = root;
        for step in address.split('.').filter(|step| !step.is_empty()) {
            tree = self.expanded(tree);
            let next = match &tree.kind {
                TreeKind::Unknown(reason) => return Lookup::Unknown(reason.clone()),
                TreeKind::List(items) => {
                    step.parse().ok().and_then(|index: usize| items.get(index))
                }
                TreeKind::Text(parts) => match parts.iter().find_map(unknown_part) {
                    Some(reason) => return Lookup::Unknown(reason),
                    None => None,
                },
                _ => tree.get(step),
            };
            match next.cloned() {
                Some(next) => tree = next,
                None => return Lookup::Nothing,
            }
        }
        match tree.kind {
            TreeKind::Null => Lookup::Nothing,
            _ => Lookup::Found(tree),
        }
    }

    /// What `tree` stands for, where it is a variable and nothing else.
    fn expanded(&mut self, tree: Tree) -> Tree {
        let mut tree = tree;
        let mut passed = Vec::new();
        while let Some(text) = tree.as_text() {
            let template = Template::parse(text, &self.delimiters, super::NESTING);
            let [Segment::Variable(variable)] = template.0.as_slice() else {
                break;
            };
            if passed.contains(&tree.place) {
                return self.cycle(tree.place, text);
            }
            passed.push(tree.place);
            tree = self.expand(variable, tree.place);
        }
        tree
    }

    fn look_up_self(&mut self, address: &str) -> Lookup {
        let found = self.walk(self.service.clone(), address);
        let place = self.service.place;
        match (address, found) {
            // In version 1 the service was its name once it was loaded, however it was written.
            ("service", Lookup::Found(service)) => match service.get("name") {
                Some(name) => Lookup::Found(name.clone()),
                None => Lookup::Found(service),
            },
            ("service.name", Lookup::Nothing) => self.walk(self.service.clone(), "service"),
            ("provider.stage", _) => Lookup::Found(self.stage(place)),
            ("provider.region", _) => Lookup::Found(self.region(place)),
            (_, Lookup::Nothing) => self.function_name(address),
            (_, found) => found,
        }
    }

    /// The name that a function without one is deployed under, for `functions.hello.name`.
    fn function_name(&mut self, address: &str) -> Lookup {
        let function = address
            .strip_prefix("functions.")
            .and_then(|it| it.strip_suffix(".name"));
        let Some(function) = function.filter(|it| !it.contains('.')) else {
            return Lookup::Nothing;
        };
        let place = self.service.place;
        let Lookup::Found(_) = self.walk(self.service.clone(), &format!("functions.{function}"))
        else {
            return Lookup::Nothing;
        };
        let stage = self.stage(place);
        let stage = self.resolve(&stage).as_name();
        match (self.service_name(), stage) {
            (Some(service), Some(stage)) => Lookup::Found(Tree::text(
                place,
                naming::deployed_function(&service, &stage, function),
            )),
            _ => Lookup::Nothing,
        }
    }

    /// The service's name, where it is known.
    pub(in crate::serverless) fn service_name(&mut self) -> Option<Name> {
        let service = self.section("service");
        service.as_name().or_else(|| service.get("name")?.as_name())
    }

    /// Parameters of the stage, else of all stages; as version 3 writes them (`params`) or as version 4 does (`stages`).
    fn look_up_param(&mut self, name: &str, place: Place) -> Lookup {
        let stage = self.stage(place);
        let stage = match self.resolve(&stage) {
            Tree {
                kind: TreeKind::Unknown(reason),
                ..
            } => return Lookup::Unknown(reason),
            stage => stage.as_name().unwrap_or_default(),
        };
        let addresses = [
            format!("params.{stage}.{name}"),
            format!("stages.{stage}.params.{name}"),
            format!("params.default.{name}"),
            format!("stages.default.params.{name}"),
        ];
        for address in addresses {
            match self.walk(self.service.clone(), &address) {
                Lookup::Nothing => {}
                found => return found,
            }
        }
        Lookup::Nothing
    }

    /// The stage that is deployed, as far as the template tells.
    pub(super) fn stage(&mut self, place: Place) -> Tree {
        self.provider_setting("provider.stage", DEFAULT_STAGE, place)
    }

    fn region(&mut self, place: Place) -> Tree {
        self.provider_setting("provider.region", DEFAULT_REGION, place)
    }

    /// The stage or region. Both are often written as a variable that asks for the option first, which leads back here; then
    /// it is the default.
    fn provider_setting(&mut self, address: &str, default: &str, place: Place) -> Tree {
        match self.walk(self.service.clone(), address) {
            Lookup::Found(value) if !self.is_busy(value.place) => value,
            Lookup::Unknown(reason) => Tree::unknown(place, reason),
            Lookup::Found(_) | Lookup::Nothing => Tree::text(place, default),
        }
    }

    fn is_busy(&self, place: Place) -> bool {
        self.resolving.contains(&place) || self.expanding.contains(&place)
    }

    /// The value of an option that is not given and for which the variable has no other source: the framework's own default,
    /// for the two options that have one.
    pub(super) fn option_default(&mut self, variable: &Variable, place: Place) -> Option<Tree> {
        let asks_for = |name: &str| {
            variable.sources.iter().any(|source| match source {
                Source::Reference {
                    kind,
                    address: Some(Template(address)),
                    ..
                } => {
                    kind == "opt"
                        && matches!(address.as_slice(), [Segment::Literal(it)] if it == name)
                }
                _ => false,
            })
        };
        if asks_for("stage") {
            Some(self.stage(place))
        } else if asks_for("region") {
            Some(self.region(place))
        } else {
            None
        }
    }

    /// Reports a value that exists at deployment only.
    pub(super) fn deployment_only(
        &mut self,
        kind: &str,
        variable: &Variable,
        place: Place,
    ) -> Reason {
        let whence = match kind.split('.').next().unwrap_or_default() {
            "ssm" => "is read from the SSM Parameter Store",
            "cf" => "is an output of another CloudFormation stack",
            "s3" => "is read from an object in S3",
            "secrets" | "vault" | "doppler" => "is read from a secret store",
            "git" => "depends on the state of the git checkout",
            "output" | "state" => "is an output of another service",
            "terraform" => "is an output of a Terraform state",
            "sls" | "aws" => "is made up by the framework",
            _ => "is answered by a plugin",
        };
        self.deferred.entry(variable.text.clone()).or_insert(place);
        let reason = format!("the variable {} {whence} at deployment", variable.text);
        referred(reason.into(), variable)
    }

    /// Reports a variable of which no source has a value.
    pub(super) fn nothing_found(&mut self, variable: &Variable, place: Place) -> Reason {
        let last = variable
            .sources
            .iter()
            .rev()
            .find_map(|source| match source {
                Source::Reference { kind, .. } => Some(kind.as_str()),
                _ => None,
            });
        let why = match last {
            Some("env") => "is an environment variable of the deployment",
            Some("opt") => "is an option of the command line",
            Some("param") => "is a parameter that the template does not set",
            Some("file") => "names a file or field that does not exist",
            _ => "names nothing that the template sets",
        };
        let reason = format!("the variable {} {why}", variable.text);
        match (last, self.missing.take()) {
            (Some("env" | "opt" | "param"), _) => {
                self.deferred.entry(variable.text.clone()).or_insert(place);
                return referred(reason.into(), variable);
            }
            (Some("file"), Some(path)) => {
                let message = format!(
                    "the file {path} does not exist, so what its variables set is treated as unknown"
                );
                self.report(Code::MissingFile, path.as_str(), place, message);
            }
            _ => {
                let message = format!("{reason}; give it a default to have its value analysed");
                self.report(Code::UnresolvedVariable, &variable.text, place, message);
            }
        }
        reason.into()
    }
}

/// The reason with how the template refers to the variable, where that is the usual notation.
fn referred(reason: Reason, variable: &Variable) -> Reason {
    match variable.text.starts_with("${") {
        true => reason.with_reference(variable.content()),
        false => reason,
    }
}

fn unknown_part(part: &Part) -> Option<Reason> {
    match part {
        Part::Unknown(reason) => Some(reason.clone()),
        Part::Literal(_) => None,
    }
}
