//! The application model as text: one fact a line, known values with the line they are written on.

use std::fmt::{Display, Write as _};

use app::{
    Application, AuthKind, Code, Effect, Filter, FunctionId, Grant, GrantOrigin, Principal, Prop,
    Text, TextPart, Trigger, Value, ValueKind,
};
use base::{LineIndex, MemorySystem, Place, System};
use iac::Output;

/// Prints the sections that are named (`function role`), or all of them.
pub(crate) fn model(system: &MemorySystem, output: &Output, sections: &str) -> String {
    let printer = Printer {
        system,
        application: &output.application,
    };
    let mut text = String::new();
    let mut section = |name: &str, lines: Vec<String>| {
        let is_all = sections.is_empty() && name != "trigger";
        if is_all || sections.split(' ').any(|wanted| wanted == name) {
            for line in lines {
                writeln!(text, "{line}").unwrap();
            }
        }
    };
    section("stack", printer.stacks());
    section("function", printer.functions(true));
    section("trigger", printer.functions(false));
    section("role", printer.roles());
    section("resource", printer.resources());
    section("policy", printer.policies());
    section("diagnostic", printer.diagnostics(output));
    text
}

struct Printer<'a> {
    system: &'a MemorySystem,
    application: &'a Application,
}

impl Printer<'_> {
    fn stacks(&self) -> Vec<String> {
        let stacks = self.application.stacks.iter().map(|stack| {
            let stage = stack.stage.as_deref().unwrap_or("-");
            format!(
                "stack {} ({:?}, {}), stage {stage}",
                stack.name, stack.dialect, stack.path
            )
        });
        stacks.collect()
    }

    fn functions(&self, has_settings: bool) -> Vec<String> {
        let mut lines = Vec::new();
        for (id, function) in self.application.functions() {
            lines.push(format!(
                "function {}{}",
                function.name,
                self.at(function.place)
            ));
            if has_settings {
                self.settings(function, &mut lines);
            }
            for trigger in self.application.triggers_of(id) {
                self.trigger(trigger, &mut lines);
            }
        }
        lines
    }

    fn settings(&self, function: &app::Function, lines: &mut Vec<String>) {
        self.fact(lines, "runtime", &function.runtime, |it| it.to_string());
        self.fact(lines, "handler", &function.handler, |it| it.to_string());
        self.fact(lines, "code", &function.code, |code| match code {
            Code::Directory(path) => format!("`{path}`"),
            Code::Inline(text) => format!("inline {:?}", self.text(text)),
            Code::Image(path) => format!("image {path:?}"),
        });
        self.fact(lines, "timeout", &function.timeout, f64::to_string);
        self.fact(lines, "memory", &function.memory, f64::to_string);
        self.fact(
            lines,
            "reserved concurrency",
            &function.reserved_concurrency,
            f64::to_string,
        );
        self.fact(lines, "tracing", &function.tracing, |it| it.to_string());
        self.fact(lines, "on failure", &function.failure_destination, |it| {
            self.text(it)
        });
        self.fact(lines, "retries", &function.retries, f64::to_string);
        self.fact(lines, "vpc", &function.vpc, |vpc| {
            let list = |values: &Option<Vec<Value>>| match values {
                Some(values) => self.list(values),
                None => "?".to_owned(),
            };
            format!(
                "subnets {}, groups {}",
                list(&vpc.subnets),
                list(&vpc.security_groups)
            )
        });
        for variable in &function.environment.variables {
            let value = self.value(&variable.value);
            lines.push(format!(
                "  env {} = {value}{}",
                variable.name,
                self.at(variable.place)
            ));
        }
        if let Some(reason) = &function.environment.open {
            lines.push(format!("  env open: {reason}"));
        }
        if !function.layers.is_empty() {
            lines.push(format!("  layers {}", self.list(&function.layers)));
        }
        if !function.package_patterns.is_empty() {
            let patterns: Vec<&str> = function.package_patterns.iter().map(|it| &*it.0).collect();
            lines.push(format!("  package {}", patterns.join(" ")));
        }
        self.fact(lines, "role", &function.role, |id| {
            self.application
                .role(*id)
                .map_or_else(String::new, |role| role.name.to_string())
        });
    }

    fn fact<T>(
        &self,
        lines: &mut Vec<String>,
        name: &str,
        prop: &Prop<T>,
        show: impl Fn(&T) -> String,
    ) {
        match prop {
            Prop::Known(value, place) => {
                lines.push(format!("  {name} {}{}", show(value), self.at(*place)));
            }
            Prop::Absent => {}
            Prop::Unknown(reason) => lines.push(format!("  {name} unknown: {reason}")),
        }
    }

    fn trigger(&self, trigger: &Trigger, lines: &mut Vec<String>) {
        let route = trigger
            .route
            .as_ref()
            .map(|route| format!(" {} {}", route.method, route.path).replace("  ", " "));
        let auth = match &trigger.auth.kind {
            AuthKind::NotApplicable => String::new(),
            AuthKind::None => ", auth none".to_owned(),
            AuthKind::ApiKey => ", auth api key".to_owned(),
            AuthKind::Iam => ", auth iam".to_owned(),
            AuthKind::Token { authorizer } => {
                let resource = authorizer.and_then(|id| self.application.resource(id));
                let name = resource.map_or("", |resource| &resource.logical_id);
                format!(", auth token {name}").trim_end().to_owned()
            }
            AuthKind::Function { authorizer } => {
                format!(", auth function {}", self.function_name(*authorizer))
                    .trim_end()
                    .to_owned()
            }
            AuthKind::Unknown(reason) => format!(", auth unknown: {reason}"),
        };
        let auth_place = trigger
            .auth
            .place
            .map(|place| self.at(place))
            .unwrap_or_default();
        lines.push(format!(
            "  trigger {}{}{}{auth}{auth_place}",
            trigger.kind,
            route.unwrap_or_default(),
            self.at(trigger.place)
        ));
        let mut inner = Vec::new();
        self.fact(&mut inner, "from", &trigger.source, |it| self.text(it));
        match &trigger.filter {
            Filter::All => {}
            Filter::Objects { events, keys } => {
                let mut shown = format!("  events {}", events.join(" "));
                for (name, side) in [("prefix", &keys.prefix), ("suffix", &keys.suffix)] {
                    if let Some(side) = side {
                        write!(shown, ", {name} {}", self.text(side)).unwrap();
                    }
                }
                inner.push(shown);
            }
            Filter::Patterns { patterns, scope } => {
                inner.push(format!("  filter on {scope}: {}", self.list(patterns)));
            }
            Filter::Unknown(reason) => inner.push(format!("  filter unknown: {reason}")),
        }
        self.fact(&mut inner, "cors", &trigger.cors, |cors| {
            let origins: Vec<String> = cors.origins.iter().map(|it| self.text(it)).collect();
            let credentials = if cors.credentials {
                " with credentials"
            } else {
                ""
            };
            format!("{}{credentials}", origins.join(" "))
        });
        if !trigger.settings.entries().is_empty() {
            inner.push(format!("  settings {}", self.value(&trigger.settings)));
        }
        lines.extend(inner.into_iter().map(|line| format!("  {line}")));
    }

    fn function_name(&self, id: Option<FunctionId>) -> &str {
        id.and_then(|id| self.application.function(id))
            .map_or("", |function| &function.name)
    }

    fn roles(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for role in &self.application.roles {
            let implied = if role.is_implied { " (implied)" } else { "" };
            lines.push(format!(
                "role {}{implied}{}",
                role.name,
                self.at(role.place)
            ));
            self.grants(&role.grants, &mut lines);
            for (policy, place) in &role.managed_policies {
                lines.push(format!(
                    "  managed {}{}",
                    self.text(policy),
                    self.at(*place)
                ));
            }
            self.fact(&mut lines, "boundary", &role.boundary, |it| self.text(it));
            if let Some(reason) = &role.open {
                lines.push(format!("  open: {reason}"));
            }
        }
        lines
    }

    fn grants(&self, grants: &[Grant], lines: &mut Vec<String>) {
        let texts = |list: &[(Text, Place)]| {
            let texts: Vec<String> = list.iter().map(|(text, _)| self.text(text)).collect();
            texts.join(" ")
        };
        for grant in grants {
            let mut line = match grant.effect {
                Effect::Allow => "  allow".to_owned(),
                Effect::Deny => "  deny".to_owned(),
            };
            for (word, list) in [
                (" ", &grant.actions),
                (" all but ", &grant.not_actions),
                (" on ", &grant.resources),
                (" on all but ", &grant.not_resources),
            ] {
                if !list.is_empty() {
                    write!(line, "{word}{}", texts(list)).unwrap();
                }
            }
            for principal in &grant.principals {
                let shown = match principal {
                    Principal::Anyone => "anyone".to_owned(),
                    Principal::Service(text)
                    | Principal::Aws(text)
                    | Principal::Federated(text)
                    | Principal::Other(text) => self.text(text),
                };
                write!(line, " to {shown}").unwrap();
            }
            if let Some(condition) = &grant.condition {
                write!(line, " if {}", self.value(condition)).unwrap();
            }
            match &grant.origin {
                GrantOrigin::Written => {}
                GrantOrigin::ManagedPolicy(name) => write!(line, " (managed {name})").unwrap(),
                GrantOrigin::PolicyTemplate(name) => write!(line, " (template {name})").unwrap(),
                GrantOrigin::Framework => line.push_str(" (framework)"),
            }
            lines.push(line + &self.at(grant.place));
        }
    }

    fn resources(&self) -> Vec<String> {
        let resources = self
            .application
            .resources
            .iter()
            .filter(|resource| {
                !matches!(
                    resource.kind.as_str(),
                    "AWS::Lambda::Function" | "AWS::IAM::Role"
                )
            })
            .map(|resource| {
                let implied = if resource.is_implied {
                    " (implied)"
                } else {
                    ""
                };
                format!(
                    "resource {} {}{implied}{} {}",
                    resource.logical_id,
                    resource.kind,
                    self.at(resource.place),
                    self.value(&resource.properties)
                )
            });
        resources.collect()
    }

    fn policies(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for policy in &self.application.policies {
            lines.push(format!(
                "policy of {} {}{}",
                policy.target_kind,
                self.text(&policy.target),
                self.at(policy.place)
            ));
            self.grants(&policy.grants, &mut lines);
        }
        lines
    }

    fn diagnostics(&self, output: &Output) -> Vec<String> {
        let diagnostics = output.diagnostics.iter().map(|diagnostic| {
            let place = diagnostic.place.map(|place| self.at(place));
            format!(
                "diagnostic {}{} {}: {}",
                diagnostic.path,
                place.unwrap_or_default(),
                diagnostic.code.as_str(),
                diagnostic.message
            )
        });
        diagnostics.collect()
    }

    /// ` :12`, and the file where there are several.
    fn at(&self, place: Place) -> String {
        let Some(entry) = self.system.files().get(place.file.0 as usize) else {
            return " :nowhere".to_owned();
        };
        let text = self.system.read(&entry.path).unwrap();
        let line = LineIndex::new(&text).line(place.span.start);
        let file: &dyn Display = match self.system.files() {
            [_] => &"",
            _ => &entry.path,
        };
        format!(" {file}:{line}")
    }

    fn text(&self, text: &Text) -> String {
        let parts = text.0.iter().map(|part| match part {
            TextPart::Literal(text) => text.to_string(),
            TextPart::Attribute {
                resource,
                attribute,
            } => {
                let name = self
                    .application
                    .resource(*resource)
                    .map_or("?", |resource| &resource.logical_id);
                match attribute.as_str() {
                    "Ref" => format!("${{{name}}}"),
                    attribute => format!("${{{name}.{attribute}}}"),
                }
            }
            TextPart::Pseudo(name) => format!("${{{name}}}"),
            TextPart::Unknown(reason) => format!("‹{reason}›"),
        });
        parts.collect()
    }

    fn list(&self, values: &[Value]) -> String {
        let values: Vec<String> = values.iter().map(|value| self.value(value)).collect();
        format!("[{}]", values.join(", "))
    }

    fn value(&self, value: &Value) -> String {
        match &value.kind {
            ValueKind::Null => "null".to_owned(),
            ValueKind::Bool(truth) => truth.to_string(),
            ValueKind::Number(number) => number.to_string(),
            ValueKind::Text(text) => self.text(text),
            ValueKind::List(items) => self.list(items),
            ValueKind::Map(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(name, value)| format!("{name}: {}", self.value(value)))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
            ValueKind::Unknown(reason) => format!("‹{reason}›"),
        }
    }
}
