//! Loading: from the text of knowledge files to a [`Knowledge`], with every row checked against its vocabularies. The build
//! script runs it over the tree `knowledge/`; [`Knowledge::extend`] runs it over the user's rows.

mod calls;
mod file;
mod platform;
mod taint;

use std::collections::BTreeMap;

use base::Name;
use serde::Deserialize;

use crate::error::{KnowledgeError, Problem};
use crate::source::event::EventFile;
use crate::source::needs::{
    BehindRow, ChoiceRow, DestinationRow, ExtraRow, FreeRow, KeyRow, NeedFile, SettingRow,
    SilentRow, TriggerRow,
};
use crate::source::package::PackageFile;
use crate::source::policy::{AllowanceFile, BlastFile, EscalationFile, ExposureFile, PolicyFile};
use crate::source::resource::{KindFile, PartFile, ResourceFile};
use crate::source::resource_policy::{CarrierRow, HarmRow, ResourcePolicyFile};
use crate::source::schema::DomainFile;
use crate::source::secret::{FormatFile, NameFile, PlaceFile};
use crate::source::taint::{TaintFile, Vocabularies};
use crate::source::vocabulary;
use crate::{Knowledge, LanguageModel, Needs};
use file::File;
use taint::Repeats;

/// The languages that have a front end; the folders of `knowledge/taint/`.
const LANGUAGES: [&str; 2] = ["javascript", "python"];

/// The most kinds that a [`crate::KindSet`] holds.
const MOST_KINDS: usize = 64;

impl Knowledge {
    /// Loads a tree of knowledge files, given as path from the tree's root (with `/`) and text. Their order does not matter.
    ///
    /// # Errors
    ///
    /// Every row that breaks a rule, with file, line and reason.
    pub fn load<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<KnowledgeError>> {
        let mut files: Vec<File<'_>> = files
            .into_iter()
            .map(|(path, text)| File { path, text })
            .collect();
        files.sort_by_key(|file| (Topic::of(file.path), file.path));
        let mut loader = Loader::default();
        for file in &files {
            loader.load(*file);
        }
        loader.finish()
    }

    /// Adds the user's rows: the tables `[taint.<language>]` of a `tenrec.toml`, each of which holds the same rows as a file
    /// of `knowledge/taint/<language>/`. Other tables are none of this crate's business. `path` names the file in errors.
    ///
    /// # Errors
    ///
    /// Every row that breaks a rule; nothing is added then.
    pub fn extend(&mut self, path: &str, text: &str) -> Result<(), Vec<KnowledgeError>> {
        let file = File { path, text };
        let user = file.parse::<UserFile>().map_err(|error| vec![error])?;
        let mut loader = Loader {
            knowledge: self.clone(),
            errors: Vec::new(),
        };
        for (language, rows) in &user.taint {
            loader.taint(file, language, rows, Repeats::Allowed);
        }
        *self = loader.finish()?;
        Ok(())
    }
}

/// The part of a `tenrec.toml` that holds knowledge.
#[derive(Deserialize)]
struct UserFile {
    #[serde(default)]
    taint: BTreeMap<Name, TaintFile>,
}

/// What a file is about, told by its place in the tree. In the order in which they build on each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Topic<'a> {
    Kinds,
    Domains,
    Parts,
    Event,
    Runtimes,
    FunctionPlatform,
    Layers,
    Packages,
    Resources,
    Defaults,
    Settings,
    Variables,
    Endpoints,
    Routes,
    SecretNames,
    SecretPlaces,
    SecretFormats,
    Actions,
    ManagedPolicies,
    Allowances,
    Needs,
    Escalations,
    Blast,
    Exposures,
    ResourcePolicies,
    Taint { language: &'a str },
    Calls,
    Unknown,
}

impl<'a> Topic<'a> {
    fn of(path: &'a str) -> Self {
        let path = path.strip_suffix(".toml").unwrap_or(path);
        match path.split('/').collect::<Vec<_>>().as_slice() {
            ["kinds"] => Self::Kinds,
            ["domains"] => Self::Domains,
            ["parts"] => Self::Parts,
            ["platform", "runtimes"] => Self::Runtimes,
            ["platform", "lambda"] => Self::FunctionPlatform,
            ["platform", "settings"] => Self::Settings,
            ["platform", "layers"] => Self::Layers,
            ["platform", "variables"] => Self::Variables,
            ["platform", "endpoints"] => Self::Endpoints,
            ["platform", "routes"] => Self::Routes,
            ["packages", _] => Self::Packages,
            ["platform", _] => Self::Defaults,
            ["iam", "actions"] => Self::Actions,
            ["iam", "managed", _] => Self::ManagedPolicies,
            ["iam", "allowances"] => Self::Allowances,
            ["iam", "needs"] => Self::Needs,
            ["iam", "escalation"] => Self::Escalations,
            ["iam", "blast"] => Self::Blast,
            ["iam", "exposure"] => Self::Exposures,
            ["iam", "resource-policies"] => Self::ResourcePolicies,
            ["events", ..] => Self::Event,
            ["resources", _] => Self::Resources,
            ["secrets", "names"] => Self::SecretNames,
            ["secrets", "places"] => Self::SecretPlaces,
            ["secrets", _] => Self::SecretFormats,
            ["taint", language, _] => Self::Taint { language },
            ["calls", _, _] => Self::Calls,
            _ => Self::Unknown,
        }
    }
}

#[derive(Default)]
struct Loader {
    knowledge: Knowledge,
    errors: Vec<KnowledgeError>,
}

impl Loader {
    fn load(&mut self, file: File<'_>) {
        let read = match Topic::of(file.path) {
            Topic::Kinds => self.kinds(file),
            Topic::Domains => self.domains(file),
            Topic::Parts => self.parts(file),
            Topic::Event => self.event(file),
            Topic::Runtimes => self.runtimes(file),
            Topic::FunctionPlatform => self.function_platform(file),
            Topic::Layers => self.layers(file),
            Topic::Packages => self.packages(file),
            Topic::Resources => self.resources(file),
            Topic::Defaults => self.defaults(file),
            Topic::Settings => self.settings(file),
            Topic::Variables => self.variables(file),
            Topic::Endpoints => self.endpoints(file),
            Topic::Routes => self.routes(file),
            Topic::SecretNames => self.secret_names(file),
            Topic::SecretPlaces => self.secret_places(file),
            Topic::SecretFormats => self.secret_formats(file),
            Topic::Taint { language } => file
                .parse()
                .map(|rows| self.taint(file, language, &rows, Repeats::Refused)),
            Topic::Actions => file.parse().map(|written| self.actions(file, written)),
            Topic::ManagedPolicies => self.managed_policies(file),
            Topic::Allowances => self.allowances(file),
            Topic::Needs => self.needs(file),
            Topic::Escalations => self.escalations(file),
            Topic::Blast => self.blast(file),
            Topic::Exposures => self.exposures(file),
            Topic::ResourcePolicies => self.resource_policies(file),
            Topic::Calls => file
                .parse()
                .and_then(|service| self.service(file, &service)),
            Topic::Unknown => Err(file.error(0, "the file", PLACE)),
        };
        self.errors.extend(read.err());
    }

    fn finish(mut self) -> Result<Knowledge, Vec<KnowledgeError>> {
        if self.errors.is_empty() {
            Ok(self.knowledge)
        } else {
            self.errors
                .sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
            Err(self.errors)
        }
    }

    fn kinds(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        for spanned in &file.parse::<KindFile>()?.kind {
            let kind = spanned.get_ref().kind();
            let problem = if kind.name.is_empty() {
                Some(Problem::Empty("name"))
            } else if self.knowledge.kind(&kind.name).is_some() {
                Some(Problem::Duplicate)
            } else if MOST_KINDS <= self.knowledge.kinds.len() {
                Some(Problem::Conflict(
                    "there are more kinds than a set can hold",
                ))
            } else {
                None
            };
            match problem {
                Some(problem) => self.refuse(file, spanned, "kind", &kind.name, problem),
                None => self.knowledge.kinds.push(kind),
            }
        }
        Ok(())
    }

    fn domains(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        for spanned in &file.parse::<DomainFile>()?.domain {
            let row = spanned.get_ref();
            let Self { knowledge, .. } = self;
            let words = Vocabularies {
                kinds: &knowledge.kinds,
                events: &[],
                domains: &knowledge.domains,
            };
            let added = row.domain(words).and_then(|domain| {
                match knowledge.domains.insert(row.name.clone(), domain) {
                    Some(_) => Err(Problem::Duplicate),
                    None => Ok(()),
                }
            });
            if let Err(problem) = added {
                self.refuse(file, spanned, "domain", &row.name, problem);
            }
        }
        Ok(())
    }

    fn parts(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        for spanned in &file.parse::<PartFile>()?.part {
            let name = &spanned.get_ref().name;
            if self.knowledge.parts.contains(name) {
                self.refuse(file, spanned, "part", name, Problem::Duplicate);
            } else {
                self.knowledge.parts.push(name.clone());
            }
        }
        Ok(())
    }

    fn event(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        let written = file.parse::<EventFile>()?;
        let header = |problem| file.error(0, &format!("event `{}`", written.kind), problem);
        let place = file.path.trim_start_matches("events/").replace('/', ".");
        if place.trim_end_matches(".toml") != written.kind {
            return Err(header(Problem::Conflict(
                "the file is not named after its `kind`",
            )));
        }
        let mut event = written.event().map_err(header)?;
        for spanned in &written.field {
            let row = spanned.get_ref();
            let fields = row.fields(&self.knowledge.parts).and_then(|fields| {
                let known = |field: &crate::EventField| {
                    event.fields.iter().any(|other| other.path == field.path)
                };
                if fields.iter().any(known) {
                    return Err(Problem::Duplicate);
                }
                Ok(fields)
            });
            match fields {
                Ok(fields) => event.fields.extend(fields),
                Err(problem) => self.refuse(file, spanned, "field", &row.path.label(), problem),
            }
        }
        match self
            .knowledge
            .events
            .binary_search_by(|other| other.kind.cmp(&event.kind))
        {
            Ok(_) => return Err(header(Problem::Duplicate)),
            Err(index) => self.knowledge.events.insert(index, event),
        }
        Ok(())
    }

    fn resources(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        let written = file.parse::<ResourceFile>()?;
        for spanned in &written.resource {
            let row = spanned.get_ref();
            let events = self.knowledge.events.iter();
            let resource = row.resource().and_then(|resource| {
                for kind in row.feeds.as_slice() {
                    let kinds = events.clone().map(|event| event.kind.as_str());
                    vocabulary::known("event", kind, kinds)?;
                }
                Ok(resource)
            });
            match resource {
                Ok(resource) => {
                    let types = &mut self.knowledge.resource_types;
                    if types.insert(row.kind.clone(), resource).is_some() {
                        self.refuse(file, spanned, "resource", &row.kind, Problem::Duplicate);
                    }
                }
                Err(problem) => self.refuse(file, spanned, "resource", &row.kind, problem),
            }
        }
        Ok(())
    }

    fn managed_policies(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        for spanned in &file.parse::<PolicyFile>()?.policy {
            let name = &spanned.get_ref().name;
            let added = spanned.get_ref().policy().and_then(|policy| {
                let policies = &mut self.knowledge.managed_policies;
                match policies.insert(name.clone(), policy) {
                    Some(_) => Err(Problem::Duplicate),
                    None => Ok(()),
                }
            });
            if let Err(problem) = added {
                self.refuse(file, spanned, "policy", name, problem);
            }
        }
        Ok(())
    }

    fn allowances(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        let allowances = file.parse::<AllowanceFile>()?.allowances();
        self.knowledge.allowances =
            allowances.map_err(|problem| file.error(0, "the file", problem))?;
        Ok(())
    }

    fn needs(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        let written = file.parse::<NeedFile>()?;
        let silent = self.rows(file, &written.silent, "silent", SilentRow::need);
        let resource_policies = written.resource_policies.services(&self.knowledge);
        let passed_roles = written.passed_roles.need(&self.knowledge);
        let behind = self.rows(file, &written.behind, "behind", BehindRow::need);
        let needs = Needs {
            behind: behind.into_iter().collect(),
            credentials: written.credentials,
            own_credentials: written.own_credentials,
            silent: silent.into_iter().collect(),
            resource_policies: resource_policies
                .map_err(|problem| file.error(0, "`resource-policies`", problem))?,
            passed_roles: passed_roles
                .map_err(|problem| file.error(0, "`passed-roles`", problem))?,
            triggers: self.rows(file, &written.trigger, "trigger", TriggerRow::need),
            settings: self.rows(file, &written.setting, "setting", SettingRow::need),
            destinations: self.rows(
                file,
                &written.destination,
                "destination",
                DestinationRow::need,
            ),
            extras: self.rows(file, &written.extra, "extra", ExtraRow::need),
            choices: self.rows(file, &written.choice, "choice", ChoiceRow::need),
            keys: self.rows(file, &written.key, "key", KeyRow::need),
            free: self
                .rows(file, &written.free, "free", FreeRow::need)
                .concat(),
        };
        self.knowledge.needs = needs;
        Ok(())
    }

    fn escalations(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        for spanned in &file.parse::<EscalationFile>()?.method {
            let row = spanned.get_ref();
            let known = &mut self.knowledge.escalations;
            let is_repeated = known.iter().any(|it| it.name == row.name);
            match row.escalation() {
                Ok(_) if is_repeated => {
                    self.refuse(file, spanned, "method", &row.name, Problem::Duplicate);
                }
                Ok(escalation) => known.push(escalation),
                Err(problem) => self.refuse(file, spanned, "method", &row.name, problem),
            }
        }
        Ok(())
    }

    fn blast(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        let terms = file.parse::<BlastFile>()?.terms(&self.knowledge);
        self.knowledge.blast = terms.map_err(|problem| file.error(0, "the file", problem))?;
        Ok(())
    }

    fn exposures(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        let exposures = file.parse::<ExposureFile>()?.exposures();
        self.knowledge.exposures =
            exposures.map_err(|problem| file.error(0, "the file", problem))?;
        Ok(())
    }

    fn packages(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        let written = file.parse::<PackageFile>()?;
        let ecosystem = written.ecosystem.clone();
        let packages = written.packages();
        match self.knowledge.packages.insert(ecosystem, packages) {
            Some(_) => Err(file.error(0, "`ecosystem`", Problem::Duplicate)),
            None => Ok(()),
        }
    }

    fn resource_policies(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        let written = file.parse::<ResourcePolicyFile>()?;
        self.knowledge.resource_policies = crate::ResourcePolicies {
            carriers: self.rows(file, &written.carrier, "carrier", CarrierRow::carrier),
            deputies: written.deputies,
            narrowing_keys: written.narrowing_keys,
            naming_operators: written.naming_operators,
            documents: written.documents,
            providers: written.provider,
            harms: self.rows(file, &written.harm, "harm", HarmRow::harm),
        };
        Ok(())
    }

    fn secret_names(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        let names = file.parse::<NameFile>()?.names();
        self.knowledge.secrets.names =
            names.map_err(|problem| file.error(0, "the file", problem))?;
        Ok(())
    }

    fn secret_places(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        let secrets = &mut self.knowledge.secrets;
        let places = file.parse::<PlaceFile>()?.places(&secrets.names);
        secrets.places = places.map_err(|problem| file.error(0, "the file", problem))?;
        Ok(())
    }

    fn secret_formats(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        for spanned in &file.parse::<FormatFile>()?.format {
            let row = spanned.get_ref();
            let known = &mut self.knowledge.secrets.formats;
            let is_repeated = known.iter().any(|format| format.name == row.name);
            match row.format() {
                Ok(_) if is_repeated => {
                    self.refuse(file, spanned, "format", &row.name, Problem::Duplicate);
                }
                Ok(format) => known.push(format),
                Err(problem) => self.refuse(file, spanned, "format", &row.name, problem),
            }
        }
        Ok(())
    }

    /// The rows of a table that hold; the others are refused.
    fn rows<R, T>(
        &mut self,
        file: File<'_>,
        rows: &[toml::Spanned<R>],
        table: &str,
        read: impl Fn(&R, &Knowledge) -> Result<T, Problem>,
    ) -> Vec<T> {
        let mut kept = Vec::new();
        for (spanned, number) in rows.iter().zip(1..) {
            match read(spanned.get_ref(), &self.knowledge) {
                Ok(row) => kept.push(row),
                Err(problem) => {
                    self.refuse(file, spanned, table, &format!("number {number}"), problem);
                }
            }
        }
        kept
    }

    fn refuse<T>(
        &mut self,
        file: File<'_>,
        spanned: &toml::Spanned<T>,
        table: &str,
        label: &str,
        problem: Problem,
    ) {
        let row = format!("[[{table}]] `{label}`");
        self.errors
            .push(file.error(spanned.span().start, &row, problem));
    }

    /// The model of a language, if it is one that Tenrec reads.
    fn language(&mut self, language: &str) -> Result<&mut LanguageModel, Problem> {
        let name = vocabulary::known("language", language, LANGUAGES.into_iter())?;
        Ok(self.knowledge.languages.entry(name).or_default())
    }
}

/// Why a file that no topic owns is refused.
const PLACE: Problem = Problem::Conflict(
    "no knowledge is read from this place: it is `kinds.toml`, `domains.toml`, `parts.toml`, `events/**`, `iam/actions.toml`, \
     `iam/managed/*`, `iam/allowances.toml`, `iam/blast.toml`, `iam/needs.toml`, `iam/escalation.toml`, `iam/exposure.toml`, \
     `iam/resource-policies.toml`, `resources/*`, \
     `platform/*`, `packages/*`, `secrets/*`, `taint/<language>/*` or `calls/<cloud>/*`",
);
