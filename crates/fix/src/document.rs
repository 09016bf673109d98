//! The user's files as trees in which a place leads to its node and to what holds it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use base::{Budget, FileId, Place, RelPath, Span, System};
use doc::{Node, NodeKind};

use crate::style::Style;

/// The files of a project, each read and parsed once, when it is first asked for.
pub struct Sources<'a> {
    system: &'a dyn System,
    budget: Budget,
    documents: Vec<OnceLock<Option<Box<Source>>>>,
}

/// One file.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) file: FileId,
    pub(crate) path: RelPath,
    pub(crate) text: String,
    visits: Vec<Visit>,
    by_span: BTreeMap<Span, Vec<usize>>,
    /// For each key, the first value that was met behind it.
    by_key: BTreeMap<Span, usize>,
    style: OnceLock<Style>,
    /// The document could be read to its end.
    is_whole: bool,
}

/// A node where the walk through the tree met it. One that an alias brings in is met more than once.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) node: Node,
    pub(crate) parent: Option<usize>,
    /// Where it stands in its parent: the index of an item or of a field.
    pub(crate) index: usize,
    /// The key before it and its place, where its parent is a map.
    pub(crate) key: Option<(String, Span)>,
}

impl<'a> Sources<'a> {
    /// The files of a system, none of which is read yet.
    #[must_use]
    pub fn new(system: &'a dyn System, budget: Budget) -> Self {
        let files = system.files().iter();
        Self {
            system,
            budget,
            documents: files.map(|_| OnceLock::new()).collect(),
        }
    }

    fn read(&self, file: FileId) -> Option<Box<Source>> {
        let entry = self.system.files().get(file.0 as usize)?;
        let text = self.system.read(&entry.path).ok()?;
        let source = Source::new(file, entry.path.clone(), text, &self.budget);
        Some(Box::new(source))
    }

    /// The text of a file.
    #[must_use]
    pub fn text(&self, file: FileId) -> Option<&str> {
        self.get(file).map(|source| source.text.as_str())
    }

    /// What stands at a place.
    pub(crate) fn written(&self, place: Place) -> Option<&str> {
        let span = place.span;
        self.text(place.file)?
            .get(span.start as usize..span.end as usize)
    }

    pub(crate) fn get(&self, file: FileId) -> Option<&Source> {
        let document = self.documents.get(file.0 as usize)?;
        document.get_or_init(|| self.read(file)).as_deref()
    }
}

impl Source {
    pub(crate) fn new(file: FileId, path: RelPath, text: String, budget: &Budget) -> Self {
        let document = match path.extension() {
            "json" => doc::parse_json(file, &path, &text, budget),
            _ => doc::parse_yaml(file, &path, &text, budget),
        };
        let mut source = Self {
            file,
            path,
            text,
            visits: Vec::new(),
            by_span: BTreeMap::new(),
            by_key: BTreeMap::new(),
            style: OnceLock::new(),
            is_whole: document.diagnostics.is_empty(),
        };
        for root in &document.roots {
            source.walk(root);
        }
        source
    }

    fn walk(&mut self, root: &Node) {
        let mut pending = vec![Visit {
            node: root.clone(),
            parent: None,
            index: 0,
            key: None,
        }];
        while let Some(visit) = pending.pop() {
            let id = self.visits.len();
            self.by_span.entry(visit.node.span).or_default().push(id);
            if let Some((_, key)) = &visit.key {
                self.by_key.entry(*key).or_insert(id);
            }
            let items = visit.node.items().iter().enumerate();
            pending.extend(items.map(|(index, item)| Visit {
                node: item.clone(),
                parent: Some(id),
                index,
                key: None,
            }));
            let entries = visit.node.entries().iter().enumerate();
            pending.extend(entries.map(|(index, entry)| Visit {
                node: entry.value.clone(),
                parent: Some(id),
                index,
                key: Some((entry.key.to_string(), entry.key_span)),
            }));
            self.visits.push(visit);
        }
    }

    /// How it is written.
    pub(crate) fn style(&self) -> &Style {
        self.style.get_or_init(|| Style::of(self))
    }

    /// The one node with this span.
    ///
    /// # Errors
    /// When there is none, or when more than one use depends on it; the reason is a clause.
    pub(crate) fn find(&self, span: Span) -> Result<usize, String> {
        if !self.is_whole {
            return Err(format!(
                "`{}` has an error, which is to be mended first",
                self.path
            ));
        }
        let met = self.by_span.get(&span).map_or(&[][..], Vec::as_slice);
        // A list that is not indented starts where its first item does, and ends with its last.
        let is_around = |id: &usize| {
            let mut inside = met.iter().filter_map(|it| self.visit(*it)?.parent);
            inside.any(|parent| parent == *id)
        };
        let innermost: Vec<usize> = met.iter().copied().filter(|id| !is_around(id)).collect();
        match innermost.as_slice() {
            [only] => Ok(*only),
            [] => Err("it is written inside of a text".to_owned()),
            _ => Err("it is written once and used more than once, by an alias".to_owned()),
        }
    }

    /// The map of which a field's key stands here, and how many fields it has.
    ///
    /// # Errors
    /// When there is none, or when more than one use depends on it; the reason is a clause.
    pub(crate) fn entry_at(&self, key: Span) -> Result<(usize, usize), String> {
        let value = self.value_of_key(key).and_then(|id| self.visit(id));
        let map = value.and_then(|value| value.parent);
        let map = map.ok_or("it is written inside of a text")?;
        let node = self.node(map).ok_or("it is written inside of a text")?;
        self.find(node.span)?;
        Ok((map, node.entries().len()))
    }

    pub(crate) fn visit(&self, id: usize) -> Option<&Visit> {
        self.visits.get(id)
    }

    pub(crate) fn node(&self, id: usize) -> Option<&Node> {
        Some(&self.visit(id)?.node)
    }

    pub(crate) fn visits(&self) -> &[Visit] {
        &self.visits
    }

    pub(crate) fn place(&self, start: u32, end: u32) -> Place {
        Place::new(self.file, Span::new(start, end))
    }

    /// Whether a list or map is written in brackets.
    pub(crate) fn is_flow(&self, node: &Node) -> bool {
        let written = untagged(node.span.of(&self.text));
        match node.kind {
            // A list that is not indented starts where its first item does, which may be one in brackets.
            NodeKind::List(ref items) => {
                let is_around = |first: &Node| node.span.start < first.span.start;
                written.starts_with('[') && items.first().is_none_or(is_around)
            }
            NodeKind::Map(_) => written.starts_with('{'),
            _ => false,
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.path.extension() == "json"
    }

    /// The value of a map's field whose key stands here, as it was met.
    pub(crate) fn value_of_key(&self, key: Span) -> Option<usize> {
        self.by_key.get(&key).copied()
    }

    /// A scalar without the comment that the parser counts to one in quotes.
    pub(crate) fn scalar(&self, span: Span) -> Span {
        let written = span.of(&self.text);
        let Some(quote) = written.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return span;
        };
        let mut is_escaped = false;
        let mut end = None;
        for (at, c) in written.char_indices().skip(1) {
            if is_escaped {
                is_escaped = false;
            } else if c == '\\' && quote == '"' {
                is_escaped = true;
            } else if c == quote {
                let rest = written.get(at + 1..).unwrap_or_default();
                if quote == '\'' && rest.starts_with(quote) {
                    is_escaped = true;
                } else {
                    end = Some(span.start + at as u32 + 1);
                    break;
                }
            }
        }
        Span::new(span.start, end.unwrap_or(span.end))
    }

    /// The first byte of the line that holds this one.
    pub(crate) fn line_start(&self, at: u32) -> u32 {
        let before = self.text.get(..at as usize).unwrap_or_default();
        before.rfind('\n').map_or(0, |newline| newline as u32 + 1)
    }

    /// The first byte behind the line that holds this one.
    pub(crate) fn line_end(&self, at: u32) -> u32 {
        let after = self.text.get(at as usize..).unwrap_or_default();
        match after.find('\n') {
            Some(newline) => at + newline as u32 + 1,
            None => self.text.len() as u32,
        }
    }

    /// What stands before this byte on its line.
    pub(crate) fn before(&self, at: u32) -> &str {
        Span::new(self.line_start(at), at).of(&self.text)
    }

    /// Whether only blanks stand before this byte on its line.
    pub(crate) fn starts_line(&self, at: u32) -> bool {
        self.before(at).trim().is_empty()
    }

    /// The blanks at the start of the line that holds this byte.
    pub(crate) fn indent(&self, at: u32) -> &str {
        let before = self.before(at);
        let blanks = before.len() - before.trim_start_matches([' ', '\t']).len();
        before.get(..blanks).unwrap_or_default()
    }
}

/// What is written without its tags and anchors.
fn untagged(mut written: &str) -> &str {
    while written.starts_with(['!', '&']) {
        match written.split_once(char::is_whitespace) {
            Some((_, rest)) => written = rest.trim_start(),
            None => return "",
        }
    }
    written
}
