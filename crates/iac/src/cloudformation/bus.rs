//! Events of the platform that arrive over an event bus.

use app::{Filter, Prop, Text, Value};
use base::Name;

use super::model::text_prop;

/// The kind of the events that a pattern lets through, and the resource they come from: `bus`, or the bucket whose events
/// they are.
pub(crate) fn kind_and_source(filter: &Filter, bus: Prop<Text>) -> (Name, Prop<Text>) {
    let custom = Name::new_static("aws.eventbridge.custom");
    let Filter::Patterns { patterns, .. } = filter else {
        return (custom, bus);
    };
    let [pattern] = patterns.as_slice() else {
        return (custom, bus);
    };
    let sources: Vec<Option<Name>> = pattern
        .get("source")
        .map(Value::items)
        .unwrap_or_default()
        .iter()
        .map(Value::as_name)
        .collect();
    let is_platform = |name: &Option<Name>| name.as_ref().is_some_and(|it| it.starts_with("aws."));
    if sources.is_empty() || !sources.iter().all(is_platform) {
        return (custom, bus);
    }
    let is_bucket = sources.iter().all(|name| name.as_deref() == Some("aws.s3"));
    if !is_bucket {
        return (Name::new_static("aws.eventbridge.aws"), bus);
    }
    let bucket = match pattern.at("detail.bucket.name") {
        Prop::Known(names, place) => match names.items() {
            [name] => text_prop(Prop::Known(name, place)),
            _ => bus,
        },
        _ => bus,
    };
    (Name::new_static("aws.s3.eventbridge"), bucket)
}
