//! SAS-2: routes and function URLs that answer anyone, judged by what their function does, by what they are for, and by how
//! the other routes of the same API are protected.

use super::claimed_role::claim;
use crate::family::{Family, Input};
use app::{AuthKind, ResourceId, StackId, Trigger};
use base::{Map, Name, Place};
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use flow::Origin;
use knowledge::{Access, Operation, RouteWords, Step};

pub(super) const FAMILY: Family = Family {
    rules: || vec![ENDPOINT, GAP, URL],
    check,
};

const ENDPOINT: RuleInfo = RuleInfo {
    name: "sas2/unauthenticated-endpoint",
    title: "A route that changes state answers anyone",
    page: include_str!("../../docs/sas2/unauthenticated-endpoint.md"),
    cwe: 306,
};

const GAP: RuleInfo = RuleInfo {
    name: "sas2/authorizer-gap",
    title: "A route lacks the authorizer that its neighbours have",
    page: include_str!("../../docs/sas2/authorizer-gap.md"),
    cwe: 306,
};

const URL: RuleInfo = RuleInfo {
    name: "sas2/function-url-without-auth",
    title: "A function URL answers anyone",
    page: include_str!("../../docs/sas2/function-url-without-auth.md"),
    cwe: 306,
};

/// The kind of the routes of WebSocket APIs.
const SOCKET: &str = "aws.apigw.websocket";

/// The kind of the fields of GraphQL APIs.
const GRAPHQL: &str = "aws.appsync";

fn check(input: &Input<'_>) -> Vec<Finding> {
    let application = &input.model.application;
    let apis = apis(input);
    application
        .triggers
        .iter()
        .filter(|trigger| is_open(input, trigger))
        .filter_map(|trigger| judge(input, &apis, trigger))
        .collect()
}

/// Whether everyone on the internet gets an answer. An API key names a client; it is handed to every browser.
fn is_open(input: &Input<'_>, trigger: &Trigger) -> bool {
    matches!(trigger.auth.kind, AuthKind::None | AuthKind::ApiKey)
        && trigger
            .route
            .as_ref()
            .is_none_or(|route| route.method != "OPTIONS")
        && !is_fenced(input, trigger)
}

/// Whether the API itself lets only some networks or accounts in, or that cannot be told.
fn is_fenced(input: &Input<'_>, trigger: &Trigger) -> bool {
    let model = input.model;
    let api = trigger
        .source
        .known()
        .and_then(|source| model.resource_of_text(source));
    let Some((id, api)) = api.and_then(|id| Some((id, model.application.resource(id)?))) else {
        return false;
    };
    let types = api.properties.at("EndpointConfiguration.Types");
    let is_private = types.is_unknown()
        || types.known().is_some_and(|types| {
            types
                .items()
                .iter()
                .any(|kind| kind.as_name().is_none_or(|kind| kind == "PRIVATE"))
        });
    let has_policy = !api.properties.at("Policy").is_absent();
    let mut policies = model.application.policies_of(id);
    let is_for_anyone = policies.any(|policy| policy.grants_for_anyone().next().is_some());
    is_private || (has_policy && !is_for_anyone)
}

/// The worst that the function behind a trigger does.
struct Deed<'a> {
    path: &'a str,
    place: Place,
    access: Access,
}

fn judge(input: &Input<'_>, apis: &Map<Api<'_>, Routes>, trigger: &Trigger) -> Option<Finding> {
    if trigger.kind == SOCKET {
        return socket(input, trigger);
    }
    if verifies_caller(input, trigger) {
        return None;
    }
    let deed = worst_deed(input, trigger);
    if trigger.kind == "aws.lambda.url" {
        return Some(function_url(input, trigger, deed.as_ref()));
    }
    if is_about(trigger, &input.model.knowledge.routes.open) {
        return None;
    }
    if let Some(reading) = protected_for_reading(input, trigger) {
        return Some(weaker_gap(input, trigger, reading, deed.as_ref()));
    }
    if let Some(protected) = neighbours(input, apis, trigger) {
        return Some(gap(input, trigger, protected, deed.as_ref()));
    }
    endpoint(input, trigger, &deed?)
}

/// A WebSocket API as a whole: who connects is asked once, and no route but `$connect` can ask.
fn socket(input: &Input<'_>, trigger: &Trigger) -> Option<Finding> {
    let model = input.model;
    let api = api_of(input, trigger);
    let of_api = |other: &&Trigger| api_of(input, other) == api;
    let routes: Vec<&Trigger> = model.application.triggers.iter().filter(of_api).collect();
    let opening = routes.iter().find(|route| is_opening(route));
    let speaker = opening.or(routes.first())?;
    if !std::ptr::eq(*speaker, trigger) || routes.iter().any(|it| verifies_caller(input, it)) {
        return None;
    }
    let deeds = routes.iter().filter_map(|route| worst_deed(input, route));
    let deed = deeds.reduce(|worst, other| {
        if impact(worst.access) < impact(other.access) {
            other
        } else {
            worst
        }
    })?;
    let functions: Vec<_> = routes.iter().map(|route| route.function).collect();
    let message = format!(
        "Anyone can connect to the WebSocket API, and a function behind its routes calls `{}`",
        deed.path
    );
    Some(
        Finding::new(&ENDPOINT, trigger.place, message)
            .score(impact(deed.access), Reach::Anonymous)
            .confidence(Confidence::Medium)
            .functions(model.function_names(&functions))
            .step(StepKind::Config, trigger.place, "no authorizer is declared")
            .step(
                StepKind::Step,
                deed.place,
                format!("`{}` changes state", deed.path),
            )
            .fix("Declare an authorizer for `$connect`, the one route that can have one")
            .subject("$connect"),
    )
}

fn is_opening(route: &Trigger) -> bool {
    let route = route.route.as_ref();
    route.is_some_and(|route| route.path == "$connect")
}

fn endpoint(input: &Input<'_>, trigger: &Trigger, deed: &Deed<'_>) -> Option<Finding> {
    let model = input.model;
    if is_for_reading(trigger) && has_routes_for_writing(input, trigger) {
        return None;
    }
    let what = name(trigger);
    let mut confidence = Confidence::Medium;
    let mut why = "";
    if is_about(trigger, &model.knowledge.routes.called_by_services) {
        // A check that was not seen may be there.
        if !model.is_fully_seen(trigger.function) {
            return None;
        }
        confidence = Confidence::Low;
        why = " no check of a signature was seen,";
    }
    let key = if matches!(trigger.auth.kind, AuthKind::ApiKey) {
        "asks for an API key alone, which authenticates nobody"
    } else {
        "needs no authentication"
    };
    Some(
        Finding::new(
            &ENDPOINT,
            trigger.place,
            format!("{what} {key},{why} and its function calls `{}`", deed.path),
        )
        .score(impact(deed.access), Reach::Anonymous)
        .confidence(confidence)
        .functions([model.function_name(trigger.function)])
        .step(StepKind::Config, trigger.place, "no authorizer is declared")
        .step(
            StepKind::Step,
            deed.place,
            format!("`{}` changes state", deed.path),
        )
        .fix("Declare an authorizer for the route, or IAM authentication")
        .subject(what),
    )
}

fn is_for_reading(trigger: &Trigger) -> bool {
    let route = trigger.route.as_ref();
    route.is_some_and(|route| matches!(route.method.as_str(), "GET" | "HEAD" | "OPTIONS"))
}

/// Whether the function has routes that change state by their method: then what it changes is their doing.
fn has_routes_for_writing(input: &Input<'_>, trigger: &Trigger) -> bool {
    let mut others = input.model.application.triggers_of(trigger.function);
    others.any(|other| {
        let method = other.route.as_ref().map(|route| route.method.as_str());
        !is_for_reading(other) && method.is_some_and(|method| !method.is_empty())
    })
}

fn function_url(input: &Input<'_>, trigger: &Trigger, deed: Option<&Deed<'_>>) -> Finding {
    let name = input.model.function_name(trigger.function);
    let place = trigger.auth.place.unwrap_or(trigger.place);
    let impact = deed.map_or(Impact::Hygiene, |deed| impact(deed.access));
    let mut message = format!("The URL of `{name}` answers anyone");
    if let Some(deed) = deed {
        message.push_str(&format!(", and the function calls `{}`", deed.path));
    }
    let mut finding = Finding::new(&URL, place, message)
        .score(impact, Reach::Anonymous)
        .functions([name.clone()])
        .step(StepKind::Config, place, "no authentication is demanded");
    if let Some(deed) = deed {
        finding = finding.step(
            StepKind::Step,
            deed.place,
            format!("`{}` changes state", deed.path),
        );
    }
    finding
        .fix("Demand IAM authentication, or put an API with an authorizer in front")
        .subject(name)
}

fn gap(input: &Input<'_>, trigger: &Trigger, protected: usize, deed: Option<&Deed<'_>>) -> Finding {
    let what = name(trigger);
    let impact = deed.map_or(Impact::Limited, |_| Impact::Serious);
    Finding::new(
        &GAP,
        trigger.place,
        format!("{what} answers anyone, while {protected} other routes of the same API ask for authentication"),
    )
    .score(impact, Reach::Anonymous)
    .confidence(Confidence::Medium)
    .functions([input.model.function_name(trigger.function)])
    .step(StepKind::Config, trigger.place, "no authorizer is declared")
    .fix("Declare the authorizer of the other routes for this one too")
    .subject(what)
}

/// A route that reads what this one changes, where reading asks for authentication.
fn protected_for_reading<'m>(input: &Input<'m>, trigger: &Trigger) -> Option<&'m Trigger> {
    let route = trigger.route.as_ref()?;
    if is_for_reading(trigger) || route.method.is_empty() || route.path.contains('$') {
        return None;
    }
    let mut others = input.model.application.triggers.iter();
    others.find(|other| {
        let is_same = other.route.as_ref().is_some_and(|it| it.path == route.path);
        let asks = matches!(
            other.auth.kind,
            AuthKind::Iam | AuthKind::Token { .. } | AuthKind::Function { .. }
        );
        is_same && asks && is_for_reading(other) && api_of(input, other) == api_of(input, trigger)
    })
}

/// Changing something is open, while reading it is not.
fn weaker_gap(
    input: &Input<'_>,
    trigger: &Trigger,
    reading: &Trigger,
    deed: Option<&Deed<'_>>,
) -> Finding {
    let what = name(trigger);
    let impact = deed.map_or(Impact::Limited, |_| Impact::Serious);
    let message = format!(
        "{what} answers anyone, while {} of the same path asks for authentication",
        name(reading)
    );
    Finding::new(&GAP, trigger.place, message)
        .score(impact, Reach::Anonymous)
        .functions([input.model.function_name(trigger.function)])
        .step(
            StepKind::Config,
            reading.place,
            "reading asks for authentication",
        )
        .step(StepKind::Config, trigger.place, "no authorizer is declared")
        .fix("Declare the authorizer of the other route for this one too")
        .subject(what)
}

fn impact(access: Access) -> Impact {
    match access {
        Access::Delete | Access::Permissions => Impact::Serious,
        Access::Write | Access::Invoke | Access::Read => Impact::Limited,
    }
}

fn worst_deed<'a>(input: &Input<'a>, trigger: &Trigger) -> Option<Deed<'a>> {
    let badness = |operation: &Operation| match operation.access {
        Access::Permissions | Access::Delete => 2,
        Access::Write => 1,
        Access::Read | Access::Invoke => 0,
    };
    let operations = input.model.operations_of(trigger.function);
    let worst = operations
        .filter(|(operation, _)| badness(operation) != 0)
        .reduce(|worst, other| {
            if badness(worst.0) < badness(other.0) {
                other
            } else {
                worst
            }
        });
    match worst {
        Some((operation, call)) => Some(Deed {
            path: &call.path,
            place: call.place,
            access: operation.access,
        }),
        None => change_of_records(input, trigger),
    }
}

/// A change of what a database holds that is no service of the platform.
fn change_of_records<'a>(input: &Input<'a>, trigger: &Trigger) -> Option<Deed<'a>> {
    let kind = input.model.knowledge.kind("record-change")?;
    let mut analyses = input.model.analyses_of(trigger.function);
    analyses.find_map(|analysis| {
        let mut marks = analysis.facts.marks.iter();
        let mark = marks.find(|mark| mark.kind == kind)?;
        Some(Deed {
            path: mark.path.strip_prefix("*.").unwrap_or(&mark.path),
            place: mark.place,
            access: Access::Write,
        })
    })
}

/// An API of a stack; all APIs that its triggers do not tell apart are one.
type Api<'a> = (&'a str, StackId, Option<ResourceId>);

fn api_of<'a>(input: &Input<'_>, trigger: &'a Trigger) -> Option<Api<'a>> {
    let function = input.model.application.function(trigger.function)?;
    let api = trigger
        .source
        .known()
        .and_then(|source| input.model.resource_of_text(source));
    Some((trigger.kind.as_str(), function.stack, api))
}

/// How many routes of one API are open and how many ask for authentication.
#[derive(Default)]
struct Routes {
    open: usize,
    protected: usize,
}

fn apis<'a>(input: &Input<'a>) -> Map<Api<'a>, Routes> {
    let mut apis: Map<Api<'a>, Routes> = Map::default();
    let triggers = input.model.application.triggers.iter();
    for route in triggers.filter(|trigger| trigger.route.is_some()) {
        let Some(api) = api_of(input, route) else {
            continue;
        };
        let routes = apis.entry(api).or_default();
        match route.auth.kind {
            AuthKind::Iam | AuthKind::Token { .. } | AuthKind::Function { .. } => {
                routes.protected += 1;
            }
            AuthKind::None | AuthKind::ApiKey
                if is_open(input, route)
                    && !is_about(route, &input.model.knowledge.routes.open) =>
            {
                routes.open += 1;
            }
            _ => {}
        }
    }
    apis
}

/// How many routes of the same API ask for authentication, where those are most and this one stands out.
fn neighbours(input: &Input<'_>, apis: &Map<Api<'_>, Routes>, trigger: &Trigger) -> Option<usize> {
    let Routes { open, protected } = apis.get(&api_of(input, trigger)?)?;
    (3 <= *protected && open * 2 <= *protected).then_some(*protected)
}

/// Whether one part of the route's path is one of these words.
fn is_about(trigger: &Trigger, words: &[Name]) -> bool {
    trigger.route.as_ref().is_some_and(|route| {
        route
            .path
            .split('/')
            .any(|part| words.iter().any(|word| part.eq_ignore_ascii_case(word)))
    })
}

/// Whether the function itself checks a token, a signature or a password, or compares a part of the request's headers with
/// something it knows.
fn verifies_caller(input: &Input<'_>, trigger: &Trigger) -> bool {
    let knowledge = input.model.knowledge;
    let checks = [
        knowledge.kind("security-check"),
        knowledge.kind("caller-check"),
    ];
    input.model.analyses_of(trigger.function).any(|analysis| {
        let mut marks = analysis.facts.marks.iter();
        if marks.any(|mark| checks.contains(&Some(mark.kind))) {
            return true;
        }
        let comparisons = analysis.facts.comparisons.iter();
        let mut labels = comparisons.flat_map(|comparison| &comparison.labels);
        labels.any(|label| {
            let source = analysis.facts.source(label.source);
            source.is_some_and(|source| is_credential(&knowledge.routes, &source.origin))
        })
    })
}

/// Whether data comes from the headers of a request, other than those about its content and those in which callers say what
/// they are.
fn is_credential(words: &RouteWords, origin: &Origin) -> bool {
    let Origin::Event { path, .. } = origin else {
        return false;
    };
    let is_holder =
        |step: &Step| matches!(step, Step::Field(field) if words.about_caller.contains(field));
    let Some(holder) = path.iter().position(is_holder) else {
        return false;
    };
    claim(words, origin).is_none()
        && !matches!(path.get(holder + 1), Some(Step::Field(name)) if words.content_headers.iter().any(|it| name.eq_ignore_ascii_case(it)))
}

fn name(trigger: &Trigger) -> String {
    match &trigger.route {
        Some(route) if route.method.is_empty() => format!("`{}`", route.path),
        Some(route) => format!("`{} {}`", route.method, route.path),
        None if trigger.kind == GRAPHQL => "The GraphQL API".to_owned(),
        None => "The address".to_owned(),
    }
}
