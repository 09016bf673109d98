//! A parsed pattern, in terms that all flavours share: flags are already applied to sets and anchors.

use crate::set::CharSet;

/// A repetition that may run so often, and so much more often than it must, is a loop for all practical purposes: what doubles
/// with each iteration is hopeless long before the count ends it.
pub(crate) const LOOP_LIKE: u32 = 24;

/// Bytes of the pattern.
pub type Span = std::ops::Range<usize>;

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Empty,
    /// Reads one character.
    Set(CharSet),
    Concat(Vec<Node>),
    /// Tried in this order.
    Alternate(Vec<Node>),
    Repeat {
        node: Box<Node>,
        min: u32,
        max: Option<u32>,
        greed: Greed,
    },
    Capture {
        node: Box<Node>,
        index: u32,
    },
    Look {
        node: Box<Node>,
        is_behind: bool,
        is_negative: bool,
    },
    /// What it has matched once is not given back.
    Atomic(Box<Node>),
    Reference {
        group: Group,
        is_insensitive: bool,
    },
    Assert(Assertion),
    /// The first part if the group has matched, else the second.
    Conditional {
        group: Group,
        parts: Box<(Node, Node)>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Index(u32),
    Name(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Assertion {
    TextStart,
    TextEnd,
    /// The end, or before a line break that is the last character.
    LastLineEnd,
    LineStart,
    LineEnd,
    Word {
        is_negative: bool,
        is_unicode: bool,
    },
}

/// A pattern and its groups.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) root: Node,
    /// How many groups capture.
    pub(crate) groups: u32,
    pub(crate) names: Vec<(String, u32)>,
    /// Whether what a group captured decides how the match goes on.
    pub(crate) has_references: bool,
}

impl Pattern {
    /// The number of a group; none where the pattern has no such group.
    pub(crate) fn index(&self, group: &Group) -> Option<u32> {
        match group {
            Group::Index(index) => Some(*index).filter(|index| *index <= self.groups),
            Group::Name(name) => {
                let named = self.names.iter().find(|(known, _)| known == name);
                named.map(|(_, index)| *index)
            }
        }
    }
}

impl Node {
    pub(crate) fn new(kind: Kind, span: Span) -> Self {
        Self { kind, span }
    }

    /// The parts of a node, in the order of the text.
    pub(crate) fn children(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::Empty | Kind::Set(_) | Kind::Reference { .. } | Kind::Assert(_) => Vec::new(),
            Kind::Concat(nodes) | Kind::Alternate(nodes) => nodes.iter().collect(),
            Kind::Repeat { node, .. }
            | Kind::Capture { node, .. }
            | Kind::Look { node, .. }
            | Kind::Atomic(node) => vec![node],
            Kind::Conditional { parts, .. } => vec![&parts.0, &parts.1],
        }
    }

    /// Whether the node can match without reading a character.
    pub(crate) fn is_nullable(&self) -> bool {
        match &self.kind {
            Kind::Empty | Kind::Look { .. } | Kind::Reference { .. } | Kind::Assert(_) => true,
            Kind::Set(_) => false,
            Kind::Concat(nodes) => nodes.iter().all(Self::is_nullable),
            Kind::Alternate(nodes) => nodes.iter().any(Self::is_nullable),
            Kind::Repeat { node, min, .. } => *min == 0 || node.is_nullable(),
            Kind::Capture { node, .. } | Kind::Atomic(node) => node.is_nullable(),
            Kind::Conditional { parts, .. } => parts.0.is_nullable() || parts.1.is_nullable(),
        }
    }

    /// Whether something must stand before or behind a place without being read there.
    pub(crate) fn demands_around(&self) -> bool {
        let demands = matches!(
            self.kind,
            Kind::Look {
                is_negative: false,
                ..
            }
        );
        demands || self.children().into_iter().any(Self::demands_around)
    }

    /// The largest repetition without a practical bound that holds all of these places.
    pub(crate) fn repetition_around(&self, places: &[Span]) -> Option<Span> {
        let mut all = places.iter();
        let holds = all.all(|it| self.span.start <= it.start && it.end <= self.span.end);
        match self.kind {
            _ if !holds => None,
            Kind::Repeat { max, .. } if max.is_none_or(|max| LOOP_LIKE <= max) => {
                Some(self.span.clone())
            }
            _ => {
                let mut children = self.children().into_iter();
                children.find_map(|child| child.repetition_around(places))
            }
        }
    }
}
