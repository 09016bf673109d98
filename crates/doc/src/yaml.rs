//! YAML 1.2 with places: builds the tree from saphyr's events. Aliases share the node of their anchor, but count against the
//! budget with all that they expand to. A syntax error ends the reading; what stands before it is kept.

use std::sync::Arc;

use base::{Budget, FileId, Map, Name, RelPath, Span};
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use crate::collector::{Collector, Fields, Stop};
use crate::offsets::Offsets;
use crate::relax::Relaxed;
use crate::scalar;
use crate::{Document, Node, NodeKind};

/// Reads all documents of a YAML file. Merge keys and aliases are applied.
#[must_use]
pub fn parse_yaml(file: FileId, path: &RelPath, text: &str, budget: &Budget) -> Document {
    let mut relaxed: Option<Relaxed> = None;
    loop {
        let mut builder = Builder {
            text: relaxed.as_ref().map_or(text, Relaxed::text),
            offsets: Offsets::new(text),
            collector: Collector::new(file, path, budget),
            open: Vec::new(),
            anchors: Map::default(),
            roots: Vec::new(),
        };
        // A stop leaves its cause among the diagnostics; whatever is still open is closed where it is.
        let refused = builder.read().err().and_then(|stop| stop.refused);
        while builder.close(None).is_some() {}
        let document = Document {
            roots: builder.roots,
            diagnostics: builder.collector.diagnostics,
        };
        let is_mended = refused.is_some_and(|(problem, at)| {
            let relaxed = relaxed.get_or_insert_with(|| Relaxed::new(text));
            relaxed.mend(&problem, at as usize)
        });
        if !is_mended {
            return document;
        }
    }
}

/// Reading ended early.
struct Refusal {
    /// What the parser says, and at which byte; nothing where a limit is reached.
    refused: Option<(String, u32)>,
}

impl From<Stop> for Refusal {
    fn from(_: Stop) -> Self {
        Self { refused: None }
    }
}

struct Builder<'a> {
    text: &'a str,
    offsets: Offsets,
    collector: Collector<'a>,
    open: Vec<Open>,
    anchors: Map<usize, Measured>,
    roots: Vec<Node>,
}

/// A node with what expanding it costs.
#[derive(Clone)]
struct Measured {
    node: Node,
    /// How many nodes it holds, itself included.
    size: u32,
    /// How many levels it has below itself.
    height: u32,
}

/// A list or map whose end is not read yet.
struct Open {
    contents: Contents,
    span: Span,
    anchor: usize,
    tag: Option<Name>,
    size: u32,
    height: u32,
}

enum Contents {
    List(Vec<Node>),
    Map(OpenMap),
}

#[derive(Default)]
struct OpenMap {
    fields: Fields,
    /// The key whose value is read next.
    key: Option<Key>,
    /// The values of merge keys, applied at the end, because the map's own fields win.
    merged: Vec<Node>,
}

enum Key {
    Field(Name, Span),
    Merge,
    /// A list or map as key, which templates cannot mean; it is reported and its value dropped.
    Unusable,
}

impl Builder<'_> {
    fn read(&mut self) -> Result<(), Refusal> {
        let mut parser = Parser::new_from_str(self.text);
        while let Some(event) = parser.next_event() {
            match event {
                Ok((event, span)) => {
                    let span = Span::new(
                        self.offsets.byte(span.start.index()),
                        self.offsets.byte(span.end.index()),
                    );
                    self.event(event, span)?;
                }
                Err(error) => {
                    let at = self.offsets.byte(error.marker().index());
                    let info = error.info();
                    self.collector.malformed(
                        Span::new(at, at),
                        format!("the YAML is malformed: {info}; what stands before is used"),
                    );
                    let refused = Some((info.to_owned(), at));
                    return Err(Refusal { refused });
                }
            }
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        match event {
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
            Event::SequenceStart(anchor, tag) => {
                self.open(Contents::List(Vec::new()), span, anchor, tag.as_deref())
            }
            Event::MappingStart(anchor, tag) => self.open(
                Contents::Map(OpenMap::default()),
                span,
                anchor,
                tag.as_deref(),
            ),
            Event::SequenceEnd | Event::MappingEnd => {
                self.close(Some(span));
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                self.collector.count(1, span)?;
                if self.expects_key() {
                    self.take_key(&text, style, span);
                    if anchor != 0 {
                        self.anchor(anchor, &text, style, span, None);
                    }
                    return Ok(());
                }
                let measured = self.anchor(anchor, &text, style, span, tag.as_deref());
                self.place(measured);
                Ok(())
            }
        }
    }

    /// A scalar as a node, remembered under its anchor, if it has one.
    fn anchor(
        &mut self,
        anchor: usize,
        text: &str,
        style: ScalarStyle,
        span: Span,
        tag: Option<&Tag>,
    ) -> Measured {
        let kind = match (style, tag) {
            (ScalarStyle::Plain, None) => scalar::resolve(text),
            (_, Some(tag)) if tag.is_yaml_core_schema() && tag.suffix != "str" => {
                scalar::resolve(text)
            }
            _ => NodeKind::Text(Name::new(text)),
        };
        let node = Node {
            kind,
            span: self.trimmed(span),
            tag: tag.and_then(tag_name),
        };
        let measured = Measured {
            node,
            size: 1,
            height: 0,
        };
        if anchor != 0 {
            self.anchors.insert(anchor, measured.clone());
        }
        measured
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Stop> {
        let Some(measured) = self.anchors.get(&anchor).cloned() else {
            self.collector.malformed(
                span,
                "an alias stands inside of the value that it names; write the value out".to_owned(),
            );
            let node = Node {
                kind: NodeKind::Null,
                span,
                tag: None,
            };
            self.place(Measured {
                node,
                size: 1,
                height: 0,
            });
            return Ok(());
        };
        self.collector.count(measured.size, span)?;
        self.collector
            .check_depth(self.depth() + measured.height, span)?;
        if self.expects_key() {
            match measured.node.as_text() {
                Some(text) => self.set_key(Key::Field(Name::new(text), span)),
                None => self.unusable_key(span),
            }
            return Ok(());
        }
        self.place(measured);
        Ok(())
    }

    fn open(
        &mut self,
        contents: Contents,
        span: Span,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> Result<(), Stop> {
        self.collector.count(1, span)?;
        self.collector.check_depth(self.depth(), span)?;
        let tag = tag.and_then(tag_name);
        self.open.push(Open {
            contents,
            span,
            anchor,
            tag,
            size: 1,
            height: 0,
        });
        Ok(())
    }

    /// Ends the innermost open list or map. `end` is the place of its closing bracket; empty for indentation, missing when
    /// the document breaks off.
    fn close(&mut self, end: Option<Span>) -> Option<()> {
        let open = self.open.pop()?;
        let mut span = open.span;
        let kind = match open.contents {
            Contents::List(items) => {
                span = items
                    .last()
                    .map_or(span, |last| span.cover_after(last.span));
                NodeKind::List(items.into())
            }
            Contents::Map(map) => {
                let entries = self.finish_map(map);
                span = entries.iter().fold(span, |span, entry| {
                    span.cover_after(entry.key_span)
                        .cover_after(entry.value.span)
                });
                NodeKind::Map(entries)
            }
        };
        if let Some(end) = end.filter(|end| end.start < end.end) {
            span = span.cover(end);
        }
        let node = Node {
            kind,
            span,
            tag: open.tag,
        };
        let measured = Measured {
            node,
            size: open.size,
            height: open.height,
        };
        if open.anchor != 0 {
            self.anchors.insert(open.anchor, measured.clone());
        }
        if self.expects_key() {
            self.unusable_key(span);
        } else {
            self.place(measured);
        }
        Some(())
    }

    /// Applies merge keys: the map's own fields win over merged ones, and earlier merged maps over later ones.
    fn finish_map(&mut self, map: OpenMap) -> Arc<[crate::Entry]> {
        let mut fields = map.fields;
        if let Some(Key::Field(key, key_span)) = map.key {
            let node = Node {
                kind: NodeKind::Null,
                span: key_span,
                tag: None,
            };
            fields.insert(key, key_span, node, &mut self.collector);
        }
        for merged in &map.merged {
            let sources = match &merged.kind {
                NodeKind::List(items) => items,
                _ => std::slice::from_ref(merged),
            };
            for source in sources {
                if !matches!(source.kind, NodeKind::Map(_)) {
                    self.collector.malformed(
                        source.span,
                        "a merge key (`<<`) takes a map or a list of maps, so it is ignored; mend its value"
                            .to_owned(),
                    );
                }
                for entry in source.entries() {
                    fields.insert_missing(entry);
                }
            }
        }
        fields.into_entries()
    }

    /// Puts a finished node where it belongs: into the innermost open list or map, or among the roots.
    fn place(&mut self, measured: Measured) {
        let Measured { node, size, height } = measured;
        let Some(open) = self.open.last_mut() else {
            self.roots.push(node);
            return;
        };
        open.size = open.size.saturating_add(size);
        open.height = open.height.max(height + 1);
        match &mut open.contents {
            Contents::List(items) => items.push(node),
            Contents::Map(map) => match map.key.take() {
                Some(Key::Field(key, span)) => {
                    map.fields.insert(key, span, node, &mut self.collector);
                }
                Some(Key::Merge) => map.merged.push(node),
                Some(Key::Unusable) | None => {}
            },
        }
    }

    fn expects_key(&self) -> bool {
        match self.open.last().map(|open| &open.contents) {
            Some(Contents::Map(map)) => map.key.is_none(),
            _ => false,
        }
    }

    fn take_key(&mut self, text: &str, style: ScalarStyle, span: Span) {
        let is_merge = text == "<<" && matches!(style, ScalarStyle::Plain);
        self.set_key(if is_merge {
            Key::Merge
        } else {
            Key::Field(Name::new(text), span)
        });
    }

    fn unusable_key(&mut self, span: Span) {
        self.collector.malformed(
            span,
            "a list or a map is used as a key, so the entry is ignored; put quotes around `{{ … }}` if a text is meant"
                .to_owned(),
        );
        self.set_key(Key::Unusable);
    }

    fn set_key(&mut self, key: Key) {
        if let Some(Open {
            contents: Contents::Map(map),
            ..
        }) = self.open.last_mut()
        {
            map.key = Some(key);
        }
    }

    fn depth(&self) -> u32 {
        u32::try_from(self.open.len()).unwrap_or(u32::MAX)
    }

    /// The span without the line ends that the scanner counts to a block scalar.
    fn trimmed(&self, span: Span) -> Span {
        let length = span.of(self.text).trim_end().len() as u32;
        Span::new(span.start, span.start + length)
    }
}

/// The tag as it is written, unless it is one of the core schema.
fn tag_name(tag: &Tag) -> Option<Name> {
    if tag.is_yaml_core_schema() {
        return None;
    }
    Some(match tag.handle.as_str() {
        "!" | "" => Name::from(format!("!{}", tag.suffix)),
        handle => Name::from(format!("{handle}{}", tag.suffix)),
    })
}

trait CoverAfter {
    /// The range extended to the end of `last`, unless `last` stands before it, as an alias' value does.
    fn cover_after(self, last: Self) -> Self;
}

impl CoverAfter for Span {
    fn cover_after(self, last: Self) -> Self {
        if last.start < self.start {
            self
        } else {
            self.cover(last)
        }
    }
}
