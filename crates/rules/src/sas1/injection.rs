//! SAS-1: outside data in a dangerous place. Each rule is a row: a kind of sink and what it means.

use base::{Name, Place};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};
use flow::{Atom, Shape, Value};
use link::{Flow, Reached};

use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || RULES.iter().map(|rule| rule.info).collect(),
    check,
};

/// A rule that is a kind of sink.
pub(super) struct Injection {
    pub(super) info: RuleInfo,
    /// The kind of sink, a word of `knowledge/kinds.toml`.
    pub(super) kind: &'static str,
    pub(super) impact: Impact,
    /// What the data does there, after "reaches".
    pub(super) danger: &'static str,
    pub(super) fix: &'static str,
}

/// The dangerous place of one finding.
pub(super) struct Danger<'a> {
    pub(super) place: Place,
    /// What takes the data: an API path, or words.
    pub(super) path: &'a str,
    /// The function of the code that it stands in.
    pub(super) code: Name,
}

/// A row.
macro_rules! rule {
    ($name:literal, $title:literal, $cwe:literal, $kind:literal, $impact:ident, $danger:literal, $fix:literal) => {
        $crate::sas1::injection::Injection {
            info: finding::RuleInfo {
                name: concat!("sas1/", $name),
                title: $title,
                page: include_str!(concat!("../../docs/sas1/", $name, ".md")),
                cwe: $cwe,
            },
            kind: $kind,
            impact: finding::Impact::$impact,
            danger: $danger,
            fix: $fix,
        }
    };
}

pub(super) use rule;

const RULES: [Injection; 15] = [
    rule!(
        "os-command-injection",
        "Event data in an operating system command",
        78,
        "os-command",
        Full,
        "a shell command",
        "Pass the program and its arguments as a list without a shell, or quote the value"
    ),
    rule!(
        "code-injection",
        "Event data that is run as code",
        94,
        "code",
        Full,
        "code that is run",
        "Do not evaluate input; parse it as data"
    ),
    rule!(
        "sql-injection",
        "Event data in an SQL statement",
        89,
        "sql",
        Serious,
        "an SQL statement",
        "Bind the value as a parameter of the statement"
    ),
    rule!(
        "nosql-injection",
        "Event data in a database filter",
        943,
        "nosql",
        Serious,
        "a database filter",
        "Bind the value as an expression value and keep operators constant"
    ),
    rule!(
        "path-traversal",
        "Event data in a file path",
        22,
        "path",
        Serious,
        "a file path",
        "Take the base name of the value, or check the resolved path against its directory"
    ),
    rule!(
        "ssrf",
        "Event data decides where a request goes",
        918,
        "ssrf",
        Serious,
        "the address of a request",
        "Choose the host from a list of allowed ones"
    ),
    rule!(
        "insecure-deserialization",
        "Event data is deserialised into objects",
        502,
        "deserialization",
        Full,
        "a deserialiser that can run code",
        "Use a format that holds data alone, such as JSON"
    ),
    rule!(
        "template-injection",
        "Event data is the source of a template",
        1336,
        "template",
        Full,
        "the source of a template",
        "Keep the template constant and pass the value as one of its variables"
    ),
    rule!(
        "xxe",
        "XML from an event is read with external entities",
        611,
        "xxe",
        Serious,
        "an XML reader that resolves external entities",
        "Read the document with a parser that resolves no entities"
    ),
    rule!(
        "ldap-injection",
        "Event data in a search of a directory",
        90,
        "ldap",
        Serious,
        "a search of a directory",
        "Escape the value for filters, as the directory's library does"
    ),
    rule!(
        "email-header-injection",
        "Event data in the head of a mail",
        93,
        "email-header",
        Limited,
        "the head of a mail",
        "Build the message with `email.message.EmailMessage`, which refuses line breaks in headers"
    ),
    rule!(
        "xpath-injection",
        "Event data in an XPath expression",
        643,
        "xpath",
        Limited,
        "an XPath expression",
        "Pass the value as a variable of the expression"
    ),
    rule!(
        "pubsub-tampering",
        "Event data decides where a message or an invocation goes",
        441,
        "pubsub-target",
        Serious,
        "the target of a message or an invocation",
        "Choose the target from a list of allowed ones"
    ),
    rule!(
        "prototype-pollution",
        "Event data names the keys of a nested assignment",
        1321,
        "prototype",
        Serious,
        "the keys of an object that is assigned to",
        "Refuse the keys `__proto__`, `constructor` and `prototype`, or use a `Map`"
    ),
    rule!(
        "redos-from-input",
        "Event data is the pattern of a regular expression",
        1333,
        "regex",
        Limited,
        "the pattern of a regular expression",
        "Keep the pattern constant, or escape the value before it goes into the pattern"
    ),
];

/// Findings of all rows.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let found = RULES.iter().flat_map(|rule| {
        let flows = model.flows(rule.kind).into_iter();
        let open: Vec<Flow<'_>> = flows.filter(|flow| is_open(rule, flow)).collect();
        let together = mended_together(rule, open);
        together.into_iter().filter_map(move |flows| {
            let (flow, others) = flows.split_first()?;
            let danger = Danger {
                place: flow.sink.place,
                path: &flow.sink.path,
                code: model.code_name(flow.sink.function),
            };
            let mut finding = finding(input, rule, &danger, &flow.reached);
            for other in others {
                let takes = format!("`{}` takes it as well", other.sink.path);
                finding = finding.step(StepKind::Sink, other.sink.place, takes);
            }
            Some(finding)
        })
    });
    found.collect()
}

/// Flows that one edit mends: a path or an address that is checked once is checked for every use in the same function. A
/// statement or a command is built anew for each use.
fn mended_together<'m>(rule: &Injection, flows: Vec<Flow<'m>>) -> Vec<Vec<Flow<'m>>> {
    let is_checked_once = matches!(rule.kind, "path" | "ssrf" | "pubsub-target");
    let mut together: Vec<Vec<Flow<'m>>> = Vec::new();
    for flow in flows {
        let same = together
            .iter_mut()
            .find(|known| is_checked_once && known.first().is_some_and(|it| is_same(it, &flow)));
        match same {
            Some(known) => known.push(flow),
            None => together.push(vec![flow]),
        }
    }
    together
}

/// Whether two flows bring the same data to the same function of the code.
fn is_same(one: &Flow<'_>, other: &Flow<'_>) -> bool {
    let origins = |flow: &Flow<'_>| {
        let facts = &flow.analysis.facts;
        let sources = flow.sink.labels.iter();
        let origins = sources.map(|label| facts.source(label.source).map(|it| it.origin.clone()));
        origins.collect::<Vec<_>>()
    };
    std::ptr::eq(one.analysis, other.analysis)
        && one.sink.function == other.sink.function
        && one.reached.who == other.reached.who
        && origins(one) == origins(other)
}

/// A request whose host is fixed goes where the code says, whatever follows the host.
fn is_open(rule: &Injection, flow: &Flow<'_>) -> bool {
    rule.kind != "ssrf" || host_is_open(&flow.sink.value)
}

/// Whether data from outside may stand in the host of an address.
pub(super) fn host_is_open(address: &Value) -> bool {
    if let Shape::Api(made) = &address.shape
        && matches!(
            made.path.as_str(),
            "URL()" | "URL().href" | "URL().toString()"
        )
        && let Some([argument]) = made.construction.as_deref()
    {
        return host_is_open(&argument.value);
    }
    let Some(atoms) = address.atoms() else {
        return true;
    };
    // A path alone is put behind a host that is said elsewhere.
    if matches!(atoms.first(), Some(Atom::Literal(start)) if is_path(start)) {
        return false;
    }
    let mut known = String::new();
    for atom in &atoms {
        match atom {
            Atom::Literal(text) => known.push_str(text),
            // An address that starts with a variable of the deployment names its host there.
            Atom::Environment(_) if known.is_empty() => return false,
            Atom::Environment(_) | Atom::Fixed => known.push('*'),
            Atom::Any => return true,
        }
        if known
            .split_once("://")
            .is_some_and(|(_, rest)| rest.contains('/'))
        {
            return false;
        }
    }
    true
}

/// Whether a text starts like a path: two slashes would start a host.
fn is_path(start: &str) -> bool {
    start.len() > 1 && start.starts_with('/') && !start.starts_with("//")
}

/// The finding that data which somebody controls gets to a dangerous place.
pub(super) fn finding(
    input: &Input<'_>,
    rule: &Injection,
    danger: &Danger<'_>,
    reached: &Reached,
) -> Finding {
    let who = match reached.who {
        Reach::Anonymous => "anyone on the internet",
        Reach::Authenticated => "a signed-in user",
        Reach::Tenant => "whoever can write to the trigger's source",
        Reach::Operator => "whoever deploys",
    };
    let message = format!(
        "Data that {who} controls reaches {} in `{}`",
        rule.danger, danger.code
    );
    let mut finding = Finding::new(&rule.info, danger.place, message)
        .score(rule.impact, reached.who)
        .confidence(reached.confidence())
        .functions(input.model.function_names(&reached.functions))
        .fix(rule.fix)
        .subject(format!("{}:{}", danger.code, danger.path));
    finding.evidence.clone_from(&reached.evidence);
    // What the role allows is the attacker's only where the flaw lets them act as the function.
    if Impact::Serious <= rule.impact {
        let runs = reached.functions.last();
        finding.score.blast_radius =
            runs.map_or(0, |function| input.abuses.blast_radius(*function));
    }
    let takes = format!("`{}` takes it as {}", danger.path, rule.danger);
    finding.step(StepKind::Sink, danger.place, takes)
}
