//! What functions answer over HTTP: what a handler returns to API Gateway or a function URL, and what it gives to the response
//! object of a framework.

use base::{Name, Place};
use flow::{Label, List, Shape, Value};
use ir::GlobalFunctionId;
use knowledge::{DefaultWho, Event};

use crate::labels::{labels_in, labels_in_shape};
use crate::{Analysis, Model};

/// One answer to a caller.
#[derive(Clone, Debug)]
pub struct Response<'m> {
    /// The entry point that gives it.
    pub analysis: &'m Analysis,
    /// Where.
    pub place: Place,
    /// The function that gives it.
    pub function: GlobalFunctionId,
    /// The outside data in its body.
    pub labels: Vec<Label>,
    /// The environment variables in its body.
    pub variables: Vec<Name>,
    /// The status code, where it is a constant.
    pub status: Option<Name>,
    /// A browser shows the body as a page.
    pub is_html: bool,
    /// Where the caller is sent.
    pub location: Option<&'m Value>,
}

impl Model<'_> {
    fn answers(&self, kind: &str, how: impl Fn(&Event) -> bool) -> bool {
        self.knowledge.event(kind).is_some_and(how)
    }

    /// Every answer that the code gives to a caller.
    #[must_use]
    pub fn responses(&self) -> Vec<Response<'_>> {
        let sent = self.knowledge.kind("response");
        let mut responses = Vec::new();
        for analysis in &self.analyses {
            let mut kinds = analysis.events.iter();
            let answers_http = kinds.any(|kind| self.answers(kind, |event| event.answers_http));
            let mut kinds = analysis.events.iter();
            let has_caller = answers_http || kinds.any(|kind| self.answers(kind, may_pass_on));
            if !has_caller {
                continue;
            }
            let mut kinds = analysis.events.iter();
            let answers_pages = kinds.any(|kind| self.answers(kind, |event| event.answers_pages));
            // What is given to a framework may be an answer of its own making; the platform wants an object or a text.
            let is_framework = analysis.events.iter().any(|kind| kind.starts_with("web."));
            let answers = analysis.facts.returns.iter();
            for returned in answers.filter(|returned| !returned.is_failure) {
                let shapes = returned.value.shape.alternatives().iter();
                for shape in shapes {
                    let answer = Answer::of(shape);
                    let is_opaque = matches!(shape, Shape::Api(_)) && !is_framework;
                    if is_opaque || !answers_http && answer.status.is_none() {
                        continue;
                    }
                    let mut labels = returned.value.taint.labels().to_vec();
                    labels.extend(answer.labels);
                    responses.push(Response {
                        analysis,
                        place: returned.place,
                        function: returned.function,
                        labels,
                        variables: answer.variables,
                        status: answer.status.and_then(constant),
                        is_html: answer.is_html.unwrap_or(answers_pages && answer.is_text),
                        location: answer.location,
                    });
                }
            }
            let sinks = analysis.facts.sinks.iter();
            responses.extend(
                sinks
                    .filter(|sink| Some(sink.kind) == sent)
                    .map(|sink| Response {
                        analysis,
                        place: sink.place,
                        function: sink.function,
                        labels: sink.labels.clone(),
                        variables: sink.value.environment_variables(),
                        status: None,
                        is_html: false,
                        location: None,
                    }),
            );
        }
        responses
    }
}

/// Whether a caller may wait for the answer and pass it on: a direct or unknown one. Nobody waits for what a message's or an
/// object's event gives; a direct invocation is delivered twice only where nobody does.
fn may_pass_on(event: &Event) -> bool {
    let is_direct = event.kind == "aws.lambda.direct";
    event.default_who == DefaultWho::Tenant && (is_direct || !event.at_least_once)
}

/// A returned value as the platform reads it.
struct Answer<'v> {
    status: Option<&'v Value>,
    /// The outside data in its body.
    labels: Vec<Label>,
    /// The environment variables in its body.
    variables: Vec<Name>,
    /// Whether its headers call it a page; nothing where they do not say.
    is_html: Option<bool>,
    /// Its body is a text.
    is_text: bool,
    location: Option<&'v Value>,
}

impl<'v> Answer<'v> {
    fn of(shape: &'v Shape) -> Self {
        match shape {
            Shape::Object(object) => {
                let field = |wanted: &str| {
                    let mut fields = object.fields.iter();
                    fields
                        .find(|(name, _)| name == wanted)
                        .map(|(_, value)| value)
                };
                let status = field("statusCode");
                let body = field("body");
                if status.is_none() && body.is_none() {
                    return Self::whole(shape);
                }
                let sets = ["headers", "multiValueHeaders"].map(field);
                let header = |wanted| sets.into_iter().flatten().find_map(|it| header(it, wanted));
                let content_type = header("content-type");
                Self {
                    status,
                    labels: body.map(labels_in).unwrap_or_default(),
                    variables: body
                        .map(|body| body.environment_variables())
                        .unwrap_or_default(),
                    is_html: Some(content_type.is_some_and(is_page)),
                    is_text: body.is_some_and(|body| is_text(&body.shape)),
                    location: header("location"),
                }
            }
            // `return body, status` of Flask and its like.
            Shape::List(list) => match list.as_ref() {
                List { items, rest: None } if matches!(items.len(), 2 | 3) => Self {
                    status: items.get(1).filter(|it| constant(it).is_some()),
                    labels: items.first().map(labels_in).unwrap_or_default(),
                    variables: items
                        .first()
                        .map(|body| body.environment_variables())
                        .unwrap_or_default(),
                    is_html: items
                        .get(2)
                        .and_then(|headers| header(headers, "content-type"))
                        .map(is_page),
                    is_text: items.first().is_some_and(|body| is_text(&body.shape)),
                    location: None,
                },
                _ => Self::whole(shape),
            },
            _ => Self::whole(shape),
        }
    }

    fn whole(shape: &'v Shape) -> Self {
        Self {
            status: None,
            labels: labels_in_shape(shape),
            variables: shape.environment_variables(),
            is_html: None,
            is_text: is_text(shape),
            location: None,
        }
    }
}

/// Whether a content type is that of a page.
fn is_page(content_type: &Value) -> bool {
    let text = content_type.as_text();
    text.is_some_and(|text| text.to_ascii_lowercase().starts_with("text/html"))
}

fn is_text(shape: &Shape) -> bool {
    matches!(shape, Shape::Text(_) | Shape::Event(_))
}

fn header<'v>(headers: &'v Value, wanted: &str) -> Option<&'v Value> {
    let Shape::Object(headers) = &headers.shape else {
        return None;
    };
    let mut fields = headers.fields.iter();
    let (_, value) = fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
    match &value.shape {
        Shape::List(list) => list.items.first(),
        _ => Some(value),
    }
}

fn constant(value: &Value) -> Option<Name> {
    match value.as_constant()? {
        flow::Constant::Number(text) | flow::Constant::Text(text) => Some(text.clone()),
        _ => None,
    }
}
