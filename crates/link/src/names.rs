//! Names of resources. Templates write them as physical names, ARNs and URLs, with parts that are known at deployment only;
//! code builds them from constants and environment variables. All are brought to one form in which they compare.

use app::{Application, Function, Prop, ResourceId, StackId, Text, TextPart};
use base::{Map, Name};
use flow::Atom;
use knowledge::{Knowledge, ResourceType};

/// Stands for characters that cannot be told.
const ANY: char = '\u{1a}';
/// Stand around the index of a resource, or the name of a pseudo parameter.
const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';
/// A name of which fewer characters are known may be any.
const LEAST_KNOWN: usize = 4;
/// How many aliases may stand between a reference and its resource.
const MOST_ALIASES: u32 = 4;

/// What a name leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Target {
    /// A resource of the application.
    Resource(ResourceId),
    /// One that no template declares: its type and name.
    External(Name, Name),
}

impl Target {
    pub(crate) fn resource(&self) -> Option<ResourceId> {
        match self {
            Self::Resource(id) => Some(*id),
            Self::External(..) => None,
        }
    }
}

/// The resources of an application by the names that templates give them.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The namespace of each type.
    spaces: Map<Name, Name>,
    /// By namespace and name.
    exact: Map<(Name, Name), Vec<ResourceId>>,
    /// Those whose name is not known to the last character, by namespace and stack.
    partial: Map<(Name, StackId), Vec<(Name, ResourceId)>>,
    /// All, by namespace and stack, for names in code that are not known to the last character.
    all: Map<(Name, StackId), Vec<(Name, ResourceId)>>,
    /// Those without a name of their own, by namespace and logical id.
    logical: Map<(Name, Name), Vec<ResourceId>>,
}

impl Names {
    pub(crate) fn new(application: &Application, knowledge: &Knowledge) -> Self {
        let mut names = Self::default();
        for kind in knowledge.resource_types() {
            names.spaces.insert(kind.kind.clone(), namespace(kind));
        }
        for (id, resource) in application.resources() {
            let Some(kind) = knowledge.resource_type(&resource.kind) else {
                continue;
            };
            let space = namespace(kind);
            let written = kind.name.as_ref().map(|name| resource.properties.at(name));
            match written {
                Some(Prop::Known(value, _)) => {
                    let name: Name = match value.as_text() {
                        Some(text) => canonical(text).into(),
                        None => continue,
                    };
                    if name.contains(ANY) {
                        let of = names.partial.entry((space.clone(), resource.stack));
                        of.or_default().push((name.clone(), id));
                    } else {
                        let of = names.exact.entry((space.clone(), name.clone()));
                        of.or_default().push(id);
                    }
                    let of = names.all.entry((space, resource.stack));
                    of.or_default().push((name, id));
                }
                Some(Prop::Absent) | None => {
                    let of = names.logical.entry((space, resource.logical_id.clone()));
                    of.or_default().push(id);
                }
                Some(Prop::Unknown(_)) => {}
            }
        }
        names
    }

    /// What a name in canonical form leads to, as seen from a stack.
    pub(crate) fn find(
        &self,
        application: &Application,
        kind: &ResourceType,
        stack: StackId,
        name: &str,
    ) -> Option<Target> {
        self.find_through(application, kind, stack, name, 0)
    }

    fn find_through(
        &self,
        application: &Application,
        kind: &ResourceType,
        stack: StackId,
        name: &str,
        aliases: u32,
    ) -> Option<Target> {
        let space = namespace(kind);
        if let Some(id) = referenced(name) {
            return self.behind(application, kind, id, aliases);
        }
        let candidates = bare_names(kind, name);
        for candidate in &candidates {
            if let Some(id) = referenced(candidate) {
                return self.behind(application, kind, id, aliases);
            }
            let exact = self.exact.get(&(space.clone(), Name::from(*candidate)));
            if let Some(id) = exact.and_then(|ids| nearest(application, stack, ids)) {
                return Some(Target::Resource(id));
            }
        }
        let candidate = *candidates.last()?;
        if let Some(id) = self.similar(&space, stack, candidate) {
            return Some(Target::Resource(id));
        }
        let logical = self.logical.get(&(space.clone(), Name::from(candidate)));
        if let Some(id) = logical.and_then(|ids| nearest(application, stack, ids)) {
            return Some(Target::Resource(id));
        }
        let is_known = !candidate.is_empty() && !candidate.contains([ANY, OPEN]);
        is_known.then(|| Target::External(space, candidate.into()))
    }

    /// The one resource of the stack whose name the given one may be, where either is not known to the last character.
    fn similar(&self, space: &Name, stack: StackId, name: &str) -> Option<ResourceId> {
        let table = if name.contains(ANY) {
            &self.all
        } else {
            &self.partial
        };
        let near = table.get(&(space.clone(), stack));
        let mut similar = near
            .into_iter()
            .flatten()
            .filter(|(known, _)| is_like(known, name) || is_like(name, known));
        match (similar.next(), similar.next()) {
            (Some((_, id)), None) => Some(*id),
            _ => None,
        }
    }

    /// The resource of the wanted type that a reference leads to, through aliases and versions of functions.
    fn behind(
        &self,
        application: &Application,
        kind: &ResourceType,
        id: ResourceId,
        aliases: u32,
    ) -> Option<Target> {
        let resource = application.resource(id)?;
        if self.spaces.get(&resource.kind) == Some(&namespace(kind)) {
            return Some(Target::Resource(id));
        }
        if MOST_ALIASES < aliases {
            return None;
        }
        let function = resource.properties.at("FunctionName");
        let name = canonical(function.known()?.as_text()?);
        self.find_through(application, kind, resource.stack, &name, aliases + 1)
    }
}

/// Types whose ARNs look alike share their names: tables and global tables.
fn namespace(kind: &ResourceType) -> Name {
    kind.arn.clone().unwrap_or_else(|| kind.kind.clone())
}

/// Services of a monorepo may declare resources of the same name; the own stack wins, then the first.
fn nearest(application: &Application, stack: StackId, ids: &[ResourceId]) -> Option<ResourceId> {
    let is_near = |id: &&ResourceId| {
        application
            .resource(**id)
            .is_some_and(|resource| resource.stack == stack)
    };
    ids.iter().find(is_near).or(ids.first()).copied()
}

/// A text of a template in canonical form.
pub(crate) fn canonical(text: &Text) -> String {
    let mut form = String::new();
    for part in &text.0 {
        match part {
            TextPart::Literal(text) => form.push_str(text),
            TextPart::Attribute { resource, .. } => {
                form.extend([OPEN]);
                form.push_str(&resource.0.to_string());
                form.extend([CLOSE]);
            }
            TextPart::Pseudo(name) => {
                form.extend([OPEN]);
                form.push_str(&name.replace(':', "."));
                form.extend([CLOSE]);
            }
            TextPart::Unknown(_) if form.ends_with(ANY) => {}
            TextPart::Unknown(_) => form.push(ANY),
        }
    }
    form
}

/// A text of code in canonical form, with the environment of the function that runs it.
pub(crate) fn canonical_atoms(atoms: &[Atom], function: &Function) -> String {
    let mut form = String::new();
    for atom in atoms {
        match atom {
            Atom::Literal(text) => form.push_str(text),
            Atom::Environment(name) => {
                let variable = function.environment.get(name);
                match variable.map(|variable| (variable.value.as_text(), variable.value.as_name()))
                {
                    Some((Some(text), _)) => form.push_str(&canonical(text)),
                    Some((None, Some(name))) => form.push_str(&name),
                    _ => form.push(ANY),
                }
            }
            Atom::Any | Atom::Fixed if form.ends_with(ANY) => {}
            Atom::Any | Atom::Fixed => form.push(ANY),
        }
    }
    form
}

/// A text of code, where the environment of the function that runs it says the whole of it.
pub(crate) fn known_text(atoms: &[Atom], function: &Function) -> Option<Name> {
    let form = canonical_atoms(atoms, function);
    (!form.contains([ANY, OPEN])).then(|| form.into())
}

/// The resource of a name that is one of its attributes, or such an attribute with an object's key or a version behind it.
fn referenced(name: &str) -> Option<ResourceId> {
    let (index, rest) = name.strip_prefix(OPEN)?.split_once(CLOSE)?;
    (rest.is_empty() || rest.starts_with(['/', ':'])).then_some(())?;
    index.parse().ok().map(ResourceId)
}

/// The names that an ARN, a URL or a plain name may mean, the longest first.
fn bare_names<'n>(kind: &ResourceType, written: &'n str) -> Vec<&'n str> {
    let specific = if written.starts_with("arn:") {
        let template = kind.arn.as_deref().unwrap_or_default();
        let before = template.splitn(6, ':').nth(5).unwrap_or_default();
        let before = before.split('{').next().unwrap_or_default();
        let resource = written.splitn(6, ':').nth(5).unwrap_or_default();
        match resource.strip_prefix(before) {
            Some(name) => name,
            None => return Vec::new(),
        }
    } else if let Some((_, address)) = written.split_once("://") {
        // A queue's URL ends in its name; a bucket's begins with it.
        match written.starts_with("s3") {
            true => address.split('/').next().unwrap_or_default(),
            false => address.rsplit('/').next().unwrap_or_default(),
        }
    } else {
        written
    };
    let mut names = vec![specific];
    for separators in [&[':'][..], &[':', '/'][..]] {
        let shorter = specific.split(separators).next().unwrap_or_default();
        if !shorter.is_empty() && names.last() != Some(&shorter) {
            names.push(shorter);
        }
    }
    names
}

/// Whether `text` can be what `pattern` stands for, unknown characters of the pattern being any; enough of it must be known.
fn is_like(pattern: &str, text: &str) -> bool {
    let known = pattern.chars().filter(|part| *part != ANY).count();
    if pattern == text {
        return LEAST_KNOWN <= known;
    }
    if !pattern.contains(ANY) || known < LEAST_KNOWN {
        return false;
    }
    let mut parts = pattern.split(ANY);
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part).and_then(|at| rest.get(at + part.len()..)) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str) -> &'static ResourceType {
        Knowledge::builtin().resource_type(name).unwrap()
    }

    #[test]
    fn arns_and_urls_hold_names() {
        let table = [
            ("AWS::S3::Bucket", "arn:aws:s3:::uploads/*", "uploads"),
            ("AWS::S3::Bucket", "s3://uploads/a/b", "uploads"),
            (
                "AWS::SQS::Queue",
                "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs",
                "jobs",
            ),
            (
                "AWS::SQS::Queue",
                "arn:aws:sqs:eu-west-1:123456789012:jobs",
                "jobs",
            ),
            (
                "AWS::DynamoDB::Table",
                "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2020",
                "orders",
            ),
            (
                "AWS::Lambda::Function",
                "arn:aws:lambda:eu-west-1:123456789012:function:work:live",
                "work",
            ),
            ("AWS::Lambda::Function", "work:live", "work"),
            (
                "AWS::StepFunctions::StateMachine",
                "arn:aws:states:eu-west-1:123456789012:stateMachine:flow",
                "flow",
            ),
        ];
        for (of, written, name) in table {
            assert_eq!(
                bare_names(kind(of), written).last(),
                Some(&name),
                "{written}"
            );
        }
        assert!(bare_names(kind("AWS::SQS::Queue"), "arn:aws:s3:::x").last() != Some(&"x:y"));
    }

    #[test]
    fn unknown_parts_match_what_they_may_stand_for() {
        let table = [
            ("\u{1a}-uploads", "prod-uploads", true),
            ("orders-\u{1a}", "orders-dev", true),
            ("orders-\u{1a}-table", "orders-dev", false),
            ("a\u{1a}", "abcdef", false),
            ("uploads", "uploads", true),
            ("uploads", "upload", false),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(is_like(pattern, text), expected, "{pattern:?} / {text:?}");
        }
    }
}
