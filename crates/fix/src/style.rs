//! How a file is written, so that what is added to it looks like the rest.

use doc::NodeKind;

use crate::document::Source;

/// The habits of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) newline: &'static str,
    /// The quote around texts that need one.
    pub(crate) quote: char,
    /// `!GetAtt` rather than `Fn::GetAtt`.
    pub(crate) has_short_references: bool,
    /// The whole file is JSON.
    pub(crate) is_json: bool,
    /// Blanks of one level.
    pub(crate) unit: String,
    /// How far the dash of a list stands to the right of its key.
    pub(crate) dash: usize,
}

impl Style {
    pub(crate) fn of(source: &Source) -> Self {
        let text = source.text.as_str();
        let is_json = text.trim_start().starts_with('{');
        let count = |quote: char| {
            let texts = source.visits().iter();
            texts
                .filter(|visit| matches!(visit.node.kind, NodeKind::Text(_)))
                .filter(|visit| visit.node.span.of(text).starts_with(quote))
                .count()
        };
        let is_long =
            text.contains("Fn::") && !text.contains("!GetAtt ") && !text.contains("!Sub ");
        let is_serverless = is_serverless(source);
        let has_short = ["!GetAtt ", "!Sub ", "!Ref "]
            .iter()
            .any(|it| text.contains(it));
        let unit = text.lines().find_map(|line| {
            let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
            let is_content = !line.trim_start().starts_with(['#', '-']) && !line.trim().is_empty();
            (0 < blanks && is_content).then(|| line.get(..blanks).unwrap_or_default().to_owned())
        });
        let unit = unit.unwrap_or_else(|| "  ".to_owned());
        Self {
            newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
            quote: if is_json || count('\'') <= count('"') {
                '"'
            } else {
                '\''
            },
            has_short_references: !is_json && !is_long && (has_short || !is_serverless),
            is_json,
            dash: dash(source).unwrap_or(unit.len()),
            unit,
        }
    }
}

/// How far the dash of the first list in block style stands to the right of its key.
fn dash(source: &Source) -> Option<usize> {
    source.visits().iter().find_map(|visit| {
        let (_, key) = visit.key.as_ref()?;
        let first = visit.node.items().first()?;
        let line = source.before(first.span.start);
        let is_dash = line.trim() == "-";
        let column = source.before(key.start).len();
        let dash = line.len() - line.trim_start().len();
        (is_dash && source.before(key.start).trim().is_empty()).then(|| dash.saturating_sub(column))
    })
}

/// Whether the Serverless Framework reads the file, whose own parser wants the long form of references unless told otherwise.
fn is_serverless(source: &Source) -> bool {
    let path = source.path.as_str();
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("serverless")
}
