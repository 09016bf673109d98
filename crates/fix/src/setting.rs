//! Properties of which one value mends a finding, as the table `platform/settings.toml` of the knowledge base says: set where
//! they are written, else added where the template's dialect has them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use app::{FunctionId, Prop, Resource, ResourceId, Text, Value, ValueKind};
use base::{Map, Name, Place, Set};
use doc::NodeKind;
use finding::{Finding, words};
use knowledge::{MendingSetting, SetTo};
use link::Model;

use crate::document::{Source, Sources};
use crate::edit::Edit;
use crate::index::Index;
use crate::list::{self, lost};
use crate::map;
use crate::write::Out;

/// The type of functions, of which a finding gives the names rather than the places.
const FUNCTION: &str = "AWS::Lambda::Function";

/// What is set for one finding, and what cannot be.
#[derive(Default)]
pub(crate) struct Mended {
    /// What is changed: properties, each with what has it.
    changes: Vec<(String, Vec<String>)>,
    value: String,
    pub(crate) edits: Vec<Edit>,
    /// The edits again, of which what is set for all makes the same for each.
    made: Set<Edit>,
    pub(crate) review: Option<String>,
    /// Why something is left, as a clause.
    pub(crate) left: Option<String>,
    /// What functions have afterwards: each property with its value.
    pub(crate) of_functions: Vec<(FunctionId, Name, Value)>,
}

/// A resource whose property mends a finding.
struct Target<'m> {
    row: &'m MendingSetting,
    resource: &'m Resource,
    name: &'m str,
    /// The function whose resource it is, where the row is about functions.
    function: Option<FunctionId>,
}

/// The rows of rules of which something is found, each with what it is about.
pub(crate) struct Settings<'m> {
    pub(crate) model: &'m Model<'m>,
    index: &'m Index<'m>,
    rows: Vec<Row<'m>>,
}

/// A row with the resources of its type, by where they and their property are written.
struct Row<'m> {
    row: &'m MendingSetting,
    places: Map<Place, Vec<ResourceId>>,
    written: Map<Place, Vec<&'m Resource>>,
}

impl<'m> Settings<'m> {
    pub(crate) fn new(model: &'m Model<'m>, index: &'m Index<'m>, findings: &[&Finding]) -> Self {
        let found: Set<&str> = findings.iter().map(|finding| finding.rule).collect();
        let rows = model.knowledge.settings.iter();
        let rows = rows.filter(|row| found.contains(row.rule.as_str()));
        Self {
            model,
            index,
            rows: rows.map(|row| Row::new(model, row)).collect(),
        }
    }

    /// Sets what mends a finding.
    pub(crate) fn mended(&self, sources: &Sources<'_>, finding: &Finding) -> Mended {
        let rows = self.rows.iter().filter(|it| it.row.rule == finding.rule);
        let mut mended = Mended::default();
        for row in rows {
            let targets = self.targets(row, finding);
            let mut alone = Alone {
                row,
                meant: targets.iter().map(|it| it.resource.place).collect(),
                known: Map::default(),
            };
            for target in &targets {
                match set(self.model, sources, finding, target, &mut alone) {
                    Ok(set) => mended.add(finding, target, set),
                    Err(reason) => {
                        mended.left.get_or_insert(reason);
                    }
                }
            }
        }
        if mended.edits.is_empty() && mended.left.is_none() {
            mended.left = Some(self.nothing_set(finding));
        }
        mended
    }

    /// Why nothing is set for a finding, as a clause.
    fn nothing_set(&self, finding: &Finding) -> String {
        let rows = self.rows.iter().filter(|it| it.row.rule == finding.rule);
        let kinds: BTreeSet<&Name> = rows.map(|it| &it.row.kind).collect();
        match kinds.into_iter().collect::<Vec<_>>().as_slice() {
            [kind] if *kind != FUNCTION => {
                format!("the template spells out no {kind} that it is about")
            }
            kinds => {
                let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
                format!("there are edits for {} only", words::join(&kinds))
            }
        }
    }

    /// The resources that a finding is about, of the type of a row.
    fn targets(&self, row: &Row<'m>, finding: &Finding) -> Vec<Target<'m>> {
        let application = &self.model.application;
        if row.row.kind == FUNCTION {
            let target = |id: FunctionId| {
                let function = application.function(id)?;
                Some(Target {
                    row: row.row,
                    resource: application.resource(function.resource?)?,
                    name: function.name.as_str(),
                    function: Some(id),
                })
            };
            let named = self.index.functions(finding).into_iter();
            let targets: Vec<Target<'_>> = named.filter_map(target).collect();
            let mut about = targets.iter().map(|target| target.resource);
            let is_about = about.any(|resource| row.is_at(resource, finding.place));
            return if is_about { targets } else { Vec::new() };
        }
        let places = finding.evidence.iter().map(|step| step.place);
        let places = places.chain([finding.place]);
        let found = places.filter_map(|place| row.places.get(&place));
        let found: BTreeSet<ResourceId> = found.flatten().copied().collect();
        let resources = found.into_iter().filter_map(|id| application.resource(id));
        let meant = resources.filter(|resource| match &row.row.only {
            Some(only) => resource.is_implied && resource.logical_id == *only,
            None => true,
        });
        let targets = meant.map(|resource| Target {
            row: row.row,
            resource,
            name: &resource.logical_id,
            function: None,
        });
        targets.collect()
    }
}

impl<'m> Row<'m> {
    fn new(model: &'m Model<'_>, row: &'m MendingSetting) -> Self {
        let mut places: Map<Place, Vec<ResourceId>> = Map::default();
        let mut written: Map<Place, Vec<&Resource>> = Map::default();
        for (id, resource) in model.application.resources_of(&row.kind) {
            places.entry(resource.place).or_default().push(id);
            if let Some(place) = resource.properties.at(&row.property).place() {
                places.entry(place).or_default().push(id);
                written.entry(place).or_default().push(resource);
            }
        }
        Self {
            row,
            places,
            written,
        }
    }

    /// Whether a resource or its property is written here.
    fn is_at(&self, resource: &Resource, place: Place) -> bool {
        let written = resource.properties.at(&self.row.property).place();
        resource.place == place || written == Some(place)
    }
}

/// Of a row and the resources that are meant: whether a value is theirs alone.
struct Alone<'a, 'm> {
    row: &'a Row<'m>,
    /// The places of the resources.
    meant: Set<Place>,
    /// What was asked before.
    known: Map<Place, Result<(), String>>,
}

impl Alone<'_, '_> {
    /// Whether a value that stands here is that of the meant resources alone.
    fn check(&mut self, place: Place) -> Result<(), String> {
        let (row, meant) = (self.row, &self.meant);
        let known = self.known.entry(place);
        let answer = known.or_insert_with(|| {
            let mut having = row.written.get(&place).into_iter().flatten();
            match having.find(|resource| !meant.contains(&resource.place)) {
                Some(other) => Err(format!(
                    "it is written for others as well, such as `{}`",
                    other.logical_id
                )),
                None => Ok(()),
            }
        });
        answer.clone()
    }
}

/// The edits that set a property, and what it is called there.
struct Setting {
    edits: Vec<Edit>,
    property: String,
    value: String,
    /// It is set for all, not for the one resource.
    is_for_all: bool,
}

impl Mended {
    fn add(&mut self, finding: &Finding, target: &Target<'_>, set: Setting) {
        if set.edits.is_empty() {
            return;
        }
        if let (Some(function), Some(value)) = (target.function, value(finding, target.row)) {
            let kind = kind(&value, target.resource.place);
            let place = target.resource.place;
            let property = target.row.property.clone();
            self.of_functions
                .push((function, property, Value { kind, place }));
        }
        for edit in set.edits {
            if self.made.insert(edit.clone()) {
                self.edits.push(edit);
            }
        }
        let name = (!set.is_for_all).then(|| target.name.to_owned());
        match self.changes.iter_mut().find(|it| it.0 == set.property) {
            Some((_, names)) => names.extend(name),
            None => self
                .changes
                .push((set.property, name.into_iter().collect())),
        }
        self.value = set.value;
        let review = target.row.review.as_ref();
        self.review = self.review.take().or(review.map(ToString::to_string));
    }

    /// What is changed, a sentence in the imperative.
    pub(crate) fn message(&self) -> String {
        let changes = self.changes.iter().map(|(property, names)| {
            if names.is_empty() {
                format!("`{property}`")
            } else {
                format!("`{property}` of {}", words::list(names))
            }
        });
        let changes: Vec<String> = changes.collect();
        format!("Set {} to `{}`", words::join(&changes), self.value)
    }
}

fn set(
    model: &Model<'_>,
    sources: &Sources<'_>,
    finding: &Finding,
    target: &Target<'_>,
    alone: &mut Alone<'_, '_>,
) -> Result<Setting, String> {
    let value = value(finding, target.row).ok_or("which value is right cannot be told")?;
    let value = out(&value);
    match target.resource.properties.at(&target.row.property) {
        Prop::Known(old, place) => {
            alone.check(place)?;
            replaced(sources, target, old, place, &value)
        }
        Prop::Absent => added(model, sources, target, &value),
        Prop::Unknown(reason) => Err(format!("what is written for it is not known: {reason}")),
    }
}

fn replaced(
    sources: &Sources<'_>,
    target: &Target<'_>,
    old: &Value,
    place: Place,
    value: &Out,
) -> Result<Setting, String> {
    let source = sources.get(place.file).ok_or_else(lost)?;
    let id = source.find(place.span)?;
    let node = source.node(id).ok_or_else(lost)?;
    let is_same = match &node.kind {
        NodeKind::Text(text) => old.as_name().is_some_and(|old| old == *text),
        NodeKind::Bool(_) | NodeKind::Number(_) => true,
        _ => false,
    };
    if !is_same || node.tag.is_some() {
        return Err("it is put together from parts".to_owned());
    }
    let edits = if value.is(node) {
        Vec::new()
    } else {
        list::replaced(source, id, std::slice::from_ref(value))?
    };
    Ok(Setting {
        edits,
        property: target.row.property.to_string(),
        value: value.flow(source.style(), None),
        is_for_all: false,
    })
}

fn added(
    model: &Model<'_>,
    sources: &Sources<'_>,
    target: &Target<'_>,
    value: &Out,
) -> Result<Setting, String> {
    let Target { row, resource, .. } = target;
    let declared = declared(sources, resource);
    let is_declared = |kind: &str| declared.filter(|(_, _, written)| *written == kind);
    for (at, path) in &row.named {
        if at.starts_with("AWS::") {
            if let Some((source, id, _)) = is_declared(at) {
                return below_properties(source, id, path, value);
            }
        } else if let Some((source, id)) = section(model, sources, resource, at) {
            let steps: Vec<&str> = path.split('.').collect();
            return Ok(Setting {
                edits: map::set(source, id, &steps, value)?,
                property: format!("{at}.{path}"),
                value: value.flow(source.style(), None),
                is_for_all: true,
            });
        }
    }
    match is_declared(&row.kind) {
        Some((source, id, _)) => below_properties(source, id, &row.property, value),
        None => Err(format!(
            "the template does not spell out the {} that it is a property of",
            row.kind
        )),
    }
}

fn below_properties(
    source: &Source,
    id: usize,
    path: &str,
    value: &Out,
) -> Result<Setting, String> {
    let steps: Vec<&str> = std::iter::once("Properties")
        .chain(path.split('.'))
        .collect();
    Ok(Setting {
        edits: map::set(source, id, &steps, value)?,
        property: path.to_owned(),
        value: value.flow(source.style(), None),
        is_for_all: false,
    })
}

/// The declaration of a resource, with the type that is written there.
fn declared<'s>(
    sources: &'s Sources<'_>,
    resource: &Resource,
) -> Option<(&'s Source, usize, &'s str)> {
    let source = sources.get(resource.place.file)?;
    let id = source.value_of_key(resource.place.span)?;
    let kind = source.node(id)?.get("Type")?.as_text()?;
    Some((source, id, kind))
}

/// The section of the resource's template with this dotted path.
fn section<'s>(
    model: &Model<'_>,
    sources: &'s Sources<'_>,
    resource: &Resource,
    path: &str,
) -> Option<(&'s Source, usize)> {
    let template = model.application.stack(resource.stack)?.place?;
    let source = sources.get(template.file)?;
    let root = source.node(0)?;
    let node = path
        .split('.')
        .try_fold(root, |node, step| node.get(step))?;
    let id = source.find(node.span).ok()?;
    matches!(node.kind, NodeKind::Map(_)).then_some((source, id))
}

/// What is set: what the row says, else what the finding does.
fn value<'a>(finding: &Finding, row: &'a MendingSetting) -> Option<Cow<'a, SetTo>> {
    if let Some(value) = &row.value {
        return Some(Cow::Borrowed(value));
    }
    let value = finding.value.as_ref()?;
    Some(Cow::Owned(match value.parse::<u32>() {
        Ok(number) => SetTo::Number(number),
        Err(_) => SetTo::Text(value.clone()),
    }))
}

/// A value as a property has it.
fn kind(value: &SetTo, place: Place) -> ValueKind {
    match value {
        SetTo::Switch(on) => ValueKind::Bool(*on),
        SetTo::Number(number) => ValueKind::Number(f64::from(*number)),
        SetTo::Text(text) => ValueKind::Text(Text::known(text.as_str())),
        SetTo::Fields(fields) => {
            let fields = fields.iter().map(|(key, value)| {
                let kind = kind(value, place);
                (key.clone(), Value { kind, place })
            });
            ValueKind::Map(fields.collect())
        }
    }
}

fn out(value: &SetTo) -> Out {
    match value {
        SetTo::Switch(on) => Out::Plain(on.to_string()),
        SetTo::Number(number) => Out::Plain(number.to_string()),
        SetTo::Text(text) => Out::text(text.as_str()),
        SetTo::Fields(fields) => {
            let fields = fields.iter();
            Out::Map(fields.map(|(key, it)| (key.to_string(), out(it))).collect())
        }
    }
}
