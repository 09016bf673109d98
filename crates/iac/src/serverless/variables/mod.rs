//! Resolves the variables of one service: a tree with `${…}` in its texts goes in, a tree without them comes out.
//!
//! A text that is one variable and nothing else becomes the variable's value, whatever its kind; within a text, values are
//! joined. What only the deployment knows (`${ssm:…}`, an unset environment variable) becomes an unknown with its reason; one
//! diagnostic names them all. Nothing of the project is executed: a value that code computes is unknown.
//!
//! A scalar stands where it is used, so that findings point at the user of a variable; a map or list stands in the file that
//! spells it out. Work is bounded by [`base::Budget`]: a substitution costs as many units as it brings in nodes.

mod dotenv;
mod files;
mod pieces;
mod sources;
mod syntax;

use app::Reason;
use base::{Budget, Code, Map, Name, Place, RelPath, Set};
use indexmap::IndexMap;

use self::pieces::Pieces;
use self::sources::Lookup;
use self::syntax::{Delimiters, Literal, Segment, Source, Template, Variable};
use crate::builder::{Builder, Project};
use crate::tree::{Field, Part, Tree, TreeKind};

/// Variables inside variables deeper than this are taken for an attack.
const NESTING: u32 = 20;

/// Resolves variables against one service and the files it names.
pub(super) struct Resolver<'a> {
    project: &'a Project<'a>,
    builder: &'a mut Builder,
    budget: Budget,
    /// The template file.
    path: RelPath,
    /// The document as written.
    service: Tree,
    delimiters: Delimiters,
    /// `#{AWS::Region}` is read as CloudFormation's `${AWS::Region}`, as two plugins do.
    has_pseudo_parameters: bool,
    /// What texts with variables have become, by the place of the text.
    resolved: Map<Place, Tree>,
    /// The texts whose values are being resolved, with all that is in them.
    resolving: Vec<Place>,
    /// The texts whose variable is being looked up.
    expanding: Vec<Place>,
    /// Values that plugins define, by the notation between the braces: `construct:jobs.queueUrl`.
    defined: Map<Name, Tree>,
    /// The files that variables name; nothing for those that do not exist.
    files: Map<RelPath, Option<Tree>>,
    depth: u32,
    substitutions: u32,
    reported: Set<(Code, Name)>,
    /// Variables that only the deployment can resolve, each once, with the first place that has it.
    deferred: IndexMap<Name, Place>,
    /// The file that was looked for last and is not there.
    missing: Option<RelPath>,
    /// What `.env` files set; nothing before they are read.
    environment: Option<Map<Name, Name>>,
}

impl<'a> Resolver<'a> {
    /// A resolver for the service that `service`, the document in `path`, declares.
    pub(super) fn new(
        project: &'a Project<'a>,
        builder: &'a mut Builder,
        path: RelPath,
        service: Tree,
    ) -> Self {
        let syntax = service
            .at("provider.variableSyntax")
            .and_then(Tree::as_text);
        Self {
            project,
            builder,
            budget: *project.budget,
            path,
            delimiters: syntax.map_or_else(Delimiters::default, Delimiters::from_variable_syntax),
            service,
            has_pseudo_parameters: false,
            resolved: Map::default(),
            resolving: Vec::new(),
            expanding: Vec::new(),
            defined: Map::default(),
            files: Map::default(),
            depth: 0,
            substitutions: project.budget.substitutions,
            reported: Set::default(),
            deferred: IndexMap::new(),
            missing: None,
            environment: None,
        }
    }

    /// From now on, `#{AWS::Region}` and `#{Bucket.Arn}` are read as CloudFormation's `${…}`.
    pub(super) fn enable_pseudo_parameters(&mut self) {
        self.has_pseudo_parameters = true;
    }

    /// From now on, a variable of this notation (`construct:jobs.queueUrl`) has this value.
    pub(super) fn define(&mut self, notation: Name, value: Tree) {
        self.defined.insert(notation, value);
    }

    /// The value at a top-level key of the service, resolved; null where the key is not written.
    pub(super) fn section(&mut self, key: &str) -> Tree {
        match self.service.get(key).cloned() {
            Some(raw) => self.resolve(&raw),
            None => Tree::null(self.service.place),
        }
    }

    /// Reports, in one diagnostic, what could not be resolved because it exists at deployment only: that is how such services
    /// are meant to be, so that it is no problem of theirs, but it limits what is known.
    pub(super) fn finish(self) {
        const SHOWN: usize = 5;
        let Some((_, place)) = self.deferred.first() else {
            return;
        };
        let names: Vec<&str> = self.deferred.keys().take(SHOWN).map(Name::as_str).collect();
        let more = match self.deferred.len().saturating_sub(SHOWN) {
            0 => String::new(),
            n_more => format!(" and {n_more} more"),
        };
        let message = format!(
            "what depends on {}{more} is treated as unknown, because only the deployment knows it; give it a default to have \
             its value analysed",
            names.join(", ")
        );
        self.builder
            .report(Code::UnresolvedVariable, &self.path, Some(*place), message);
    }

    /// `tree` with all its variables resolved.
    pub(super) fn resolve(&mut self, tree: &Tree) -> Tree {
        self.resolve_in(tree, Context::Plain)
    }

    fn resolve_in(&mut self, tree: &Tree, context: Context) -> Tree {
        if self.budget.depth <= self.depth {
            return self.exceeded(tree.place, "it is nested too deeply");
        }
        self.depth += 1;
        let resolved = match &tree.kind {
            TreeKind::Text(_) => self.resolve_text(tree, context),
            TreeKind::List(items) => {
                let items = items.iter().enumerate().map(|(index, item)| {
                    // `Fn::Sub` may be a list of its template and the values of its own variables.
                    let is_template = context == Context::Sub && index == 0;
                    self.resolve_in(item, if is_template { context } else { Context::Plain })
                });
                Tree {
                    kind: TreeKind::List(items.collect()),
                    ..tree.clone()
                }
            }
            TreeKind::Map(fields) => {
                let fields = fields.iter().map(|field| {
                    let context = if field.key == "Fn::Sub" {
                        Context::Sub
                    } else {
                        Context::Plain
                    };
                    Field {
                        value: self.resolve_in(&field.value, context),
                        ..field.clone()
                    }
                });
                Tree {
                    kind: TreeKind::Map(fields.collect()),
                    ..tree.clone()
                }
            }
            TreeKind::Null | TreeKind::Bool(_) | TreeKind::Number(_) | TreeKind::Unknown(_) => {
                tree.clone()
            }
        };
        self.depth -= 1;
        resolved
    }

    fn resolve_text(&mut self, tree: &Tree, context: Context) -> Tree {
        let Some(text) = tree.as_text() else {
            return tree.clone();
        };
        let has_pseudo = self.has_pseudo_parameters && text.contains("#{");
        let template = Template::parse(text, &self.delimiters, NESTING);
        if template.is_just(text) && !has_pseudo {
            return tree.clone();
        }
        if let Some(value) = self.resolved.get(&tree.place).cloned() {
            return self.charge(tree.place, value);
        }
        if self.resolving.contains(&tree.place) {
            return self.cycle(tree.place, text);
        }
        self.resolving.push(tree.place);
        let value = match template.0.as_slice() {
            [Segment::Variable(variable)] => {
                let raw = self.expand(variable, tree.place);
                let value = self.resolve_in(&raw, context);
                at_use(tree.place, value, context)
            }
            segments => self.join(segments, tree.place, context),
        };
        self.resolving.pop();
        self.resolved.insert(tree.place, value.clone());
        self.charge(tree.place, value)
    }

    /// What the variable at `place` stands for, with the variables in that still unresolved.
    fn expand(&mut self, variable: &Variable, place: Place) -> Tree {
        if self.expanding.contains(&place) {
            return self.cycle(place, &variable.text);
        }
        self.expanding.push(place);
        let raw = self.variable(variable, place);
        self.expanding.pop();
        raw
    }

    /// A text in parts.
    fn join(&mut self, segments: &[Segment], place: Place, context: Context) -> Tree {
        let mut pieces = Pieces::new(self.has_pseudo_parameters);
        for segment in segments {
            match segment {
                Segment::Literal(text) => pieces.push_literal(text),
                Segment::Malformed(text) => pieces.push_unknown(self.malformed(text, place)),
                Segment::Variable(variable) => {
                    let raw = self.variable(variable, place);
                    let value = self.resolve(&raw);
                    if !pieces.push_value(&value) {
                        pieces.push_unknown(self.not_a_text(variable, place));
                    }
                }
            }
        }
        pieces.finish(place, context)
    }

    /// What a variable in the text at `place` stands for: the first source that has something, not resolved itself.
    fn variable(&mut self, variable: &Variable, place: Place) -> Tree {
        match self.substitutions.checked_sub(1) {
            Some(left) if self.depth < self.budget.depth => self.substitutions = left,
            _ => return self.exceeded(place, "there are too many variables behind each other"),
        }
        self.depth += 1;
        let value = self.first_source(variable, place);
        self.depth -= 1;
        value
    }

    fn first_source(&mut self, variable: &Variable, place: Place) -> Tree {
        if let Some(value) = self.defined.get(variable.content()) {
            return value.clone();
        }
        for source in &variable.sources {
            match self.source(source, variable, place) {
                Lookup::Found(value) => return value,
                Lookup::Unknown(reason) => return Tree::unknown(place, reason),
                Lookup::Nothing => {}
            }
        }
        match self.option_default(variable, place) {
            Some(value) => value,
            None => Tree::unknown(place, self.nothing_found(variable, place)),
        }
    }

    fn source(&mut self, source: &Source, variable: &Variable, place: Place) -> Lookup {
        match source {
            Source::Literal(Literal::Null) => Lookup::Nothing,
            Source::Literal(Literal::Bool(truth)) => Lookup::Found(Tree::bool(place, *truth)),
            Source::Literal(Literal::Number(number)) => Lookup::Found(Tree::number(place, *number)),
            Source::Literal(Literal::Text(text)) => Lookup::Found(Tree::text(place, text.clone())),
            Source::Nested(nested) => match self.variable(nested, place) {
                Tree {
                    kind: TreeKind::Unknown(reason),
                    ..
                } => Lookup::Unknown(reason),
                value => Lookup::Found(value),
            },
            Source::Reference {
                kind,
                params,
                address,
            } => {
                let mut texts = Vec::new();
                for template in params.iter().chain(address) {
                    match self.plain(template, place) {
                        Ok(text) => texts.push(text),
                        Err(reason) => return Lookup::Unknown(reason),
                    }
                }
                let address = address
                    .as_ref()
                    .and_then(|_| texts.pop())
                    .unwrap_or_default();
                self.look_up(kind, &texts, &address, variable, place)
            }
        }
    }

    /// The text of an address or parameter; variables in it are resolved first.
    fn plain(&mut self, template: &Template, place: Place) -> Result<Name, Reason> {
        let mut text = String::new();
        for segment in &template.0 {
            match segment {
                Segment::Literal(literal) => text.push_str(literal),
                Segment::Malformed(written) => return Err(self.malformed(written, place)),
                Segment::Variable(variable) => {
                    let raw = self.variable(variable, place);
                    let value = self.resolve(&raw);
                    match (value.as_name(), value.kind) {
                        (Some(value), _) => text.push_str(&value),
                        (None, TreeKind::Unknown(reason)) => return Err(reason),
                        (None, _) => return Err(self.not_a_text(variable, place)),
                    }
                }
            }
        }
        Ok(text.into())
    }

    /// `value`, if the budget allows to bring it in at `place`.
    fn charge(&mut self, place: Place, value: Tree) -> Tree {
        let size = size_of(&value);
        match self.substitutions.checked_sub(size.nodes) {
            None => self.exceeded(place, "the variables of this template expand to too much"),
            Some(_) if self.budget.depth < self.depth + size.height => {
                self.exceeded(place, "it is nested too deeply")
            }
            Some(left) => {
                self.substitutions = left;
                value
            }
        }
    }

    fn exceeded(&mut self, place: Place, why: &str) -> Tree {
        let reason = format!("the value is not expanded further because {why}");
        self.report(Code::BudgetExceeded, why, place, reason.clone());
        Tree::unknown(place, reason)
    }

    fn cycle(&mut self, place: Place, text: &str) -> Tree {
        let reason = format!("the variable {text} refers to itself");
        let advice = format!("{reason}; break the circle to have its value analysed");
        self.report(Code::CyclicVariable, text, place, advice);
        Tree::unknown(place, reason)
    }

    fn malformed(&mut self, text: &str, place: Place) -> Reason {
        let reason = format!("the variable {text} is not well-formed");
        let advice = format!("{reason}; close its brackets and quotes");
        self.report(Code::MalformedDocument, text, place, advice);
        reason.into()
    }

    fn not_a_text(&mut self, variable: &Variable, place: Place) -> Reason {
        let reason = format!(
            "the variable {} is a map or list within a text",
            variable.text
        );
        let advice = format!("{reason}; let it stand alone or name one of its fields");
        self.report(Code::UnresolvedVariable, &variable.text, place, advice);
        reason.into()
    }

    /// Reports once per cause; `cause` tells causes of the same code apart.
    fn report(&mut self, code: Code, cause: &str, place: Place, message: String) {
        if self.reported.insert((code, cause.into())) {
            let path = self.project.system.files().get(place.file.0 as usize);
            let path = path.map_or_else(|| self.path.clone(), |entry| entry.path.clone());
            self.builder.report(code, &path, Some(place), message);
        }
    }
}

/// Who reads a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    /// Nobody.
    Plain,
    /// `Fn::Sub`, to which `${AWS::Region}` is an attribute and `${!x}` is `${x}`.
    Sub,
}

/// A scalar stands where it is used.
fn at_use(place: Place, value: Tree, context: Context) -> Tree {
    match (&value.kind, value.get("Fn::Sub")) {
        (TreeKind::Map(_), Some(template))
            if context == Context::Sub && value.entries().len() == 1 =>
        {
            Tree {
                place,
                ..template.clone()
            }
        }
        (TreeKind::List(_) | TreeKind::Map(_), _) => value,
        _ => Tree { place, ..value },
    }
}

/// How much a tree holds.
struct Size {
    nodes: u32,
    height: u32,
}

/// Long texts count as several nodes, so that texts cannot grow without limit either.
fn size_of(tree: &Tree) -> Size {
    const BYTES_PER_NODE: usize = 256;
    let bytes = match &tree.kind {
        TreeKind::Text(parts) => parts.iter().map(|part| match part {
            Part::Literal(text) => text.len(),
            Part::Unknown(_) => BYTES_PER_NODE,
        }),
        _ => return size_of_children(tree),
    };
    let nodes = 1 + bytes.sum::<usize>() / BYTES_PER_NODE;
    Size {
        nodes: u32::try_from(nodes).unwrap_or(u32::MAX),
        height: 1,
    }
}

fn size_of_children(tree: &Tree) -> Size {
    let children: Vec<Size> = match &tree.kind {
        TreeKind::List(items) => items.iter().map(size_of).collect(),
        TreeKind::Map(fields) => fields.iter().map(|field| size_of(&field.value)).collect(),
        _ => Vec::new(),
    };
    Size {
        nodes: children
            .iter()
            .fold(1, |sum, child| child.nodes.saturating_add(sum)),
        height: 1 + children.iter().map(|child| child.height).max().unwrap_or(0),
    }
}
