//! Resources that a service may use on behalf of any account: a condition that lets it come for this account alone.

use finding::Finding;
use privilege::Spelled;

use crate::document::Sources;
use crate::edit::Edit;
use crate::list::lost;
use crate::map;
use crate::write::Out;

pub(crate) const CONFUSED_DEPUTY: &str = "sas4/confused-deputy";

/// Why somebody should look at it first.
pub(crate) const REVIEW: &str = "what the service does for other accounts is refused from then on, and so is what it does without saying for which";

/// Where the condition stands in a statement.
const CONDITION: [&str; 3] = ["Condition", "StringEquals", "aws:SourceAccount"];

/// Adds the condition to the statement that lets the service in.
///
/// # Errors
/// When the statement is written in a way that this cannot keep; the reason is a clause.
pub(crate) fn narrowed(
    sources: &Sources<'_>,
    finding: &Finding,
) -> Result<(String, Vec<Edit>), String> {
    let source = sources.get(finding.place.file).ok_or_else(lost)?;
    let statement = source.find(finding.place.span)?;
    let account = Out::Reference(Spelled::Ref("AWS::AccountId".to_owned()));
    let edits = map::set(source, statement, &CONDITION, &account)?;
    let message = "Let the service in for resources of this account only".to_owned();
    Ok((message, edits))
}
