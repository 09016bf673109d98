//! `tenrec blast` as a library: what an attacker who owns a function could do, for people and for programs.

use app::{FunctionId, ResourceId, RoleId};
use base::{Place, System};
use knowledge::Access;
use link::Model;
use privilege::{Blast, Chain, Gain};
use serde::Serialize;

use crate::lines::Lines;

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// The functions of this name, with or without that of their stack.
#[must_use]
pub fn named(model: &Model<'_>, name: &str) -> Vec<FunctionId> {
    let functions = model.application.functions();
    functions
        .filter(|(id, function)| function.name == name || model.function_name(*id) == name)
        .map(|(id, _)| id)
        .collect()
}

/// What an attacker who owns each of the functions could do.
///
/// # Errors
/// When a value cannot be written as JSON, which none of the answer can.
pub fn write(
    model: &Model<'_>,
    system: &dyn System,
    functions: &[FunctionId],
    format: Format,
) -> Result<String, serde_json::Error> {
    let sources = Lines::new(system);
    let answers = functions.iter();
    let answers: Vec<Answer> = answers
        .map(|id| Answer::new(model, &sources, &privilege::blast(model, *id)))
        .collect();
    match format {
        Format::Text => Ok(answers
            .iter()
            .map(Answer::text)
            .collect::<Vec<_>>()
            .join("\n")),
        Format::Json => Ok(match answers.as_slice() {
            [only] => serde_json::to_string_pretty(only)?,
            several => serde_json::to_string_pretty(several)?,
        } + "\n"),
    }
}

#[derive(Serialize)]
struct Answer {
    function: String,
    role: Option<String>,
    /// Why there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<String>,
    radius: u8,
    /// Who decides what its events hold.
    exposure: &'static str,
    #[serde(skip)]
    who: &'static str,
    resources: Vec<ResourceAnswer>,
    others: Vec<OtherAnswer>,
    everywhere: Vec<EverywhereAnswer>,
    secrets: Vec<String>,
    functions: Vec<FunctionAnswer>,
    chains: Vec<ChainAnswer>,
}

#[derive(Serialize)]
struct ResourceAnswer {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    access: Vec<&'static str>,
}

#[derive(Serialize)]
struct OtherAnswer {
    resource: String,
    access: Vec<&'static str>,
}

#[derive(Serialize)]
struct EverywhereAnswer {
    service: String,
    access: Vec<&'static str>,
}

/// Another function, and whether the attacker's code runs in it or only their data.
#[derive(Serialize)]
struct FunctionAnswer {
    name: String,
    how: &'static str,
}

#[derive(Serialize)]
struct ChainAnswer {
    gain: String,
    steps: Vec<StepAnswer>,
}

#[derive(Serialize)]
struct StepAnswer {
    file: String,
    line: u32,
    message: String,
}

impl Answer {
    fn new(model: &Model<'_>, sources: &Lines<'_>, blast: &Blast) -> Self {
        let resources = blast.resources.iter().map(|reached| ResourceAnswer {
            name: resource_name(model, reached.resource),
            kind: kind(model, reached.resource),
            access: words(&reached.access),
        });
        let shown = |text| privilege::spell(&model.application, text).shown();
        let others = blast.others.iter().map(|it| OtherAnswer {
            resource: shown(&it.name),
            access: words(&it.access),
        });
        let everywhere = blast.everywhere.iter().map(|it| EverywhereAnswer {
            service: it.service.to_string(),
            access: words(&it.access),
        });
        let secrets = blast.resources.iter().filter(|reached| reached.is_secret);
        let mut secrets: Vec<String> = secrets
            .map(|reached| resource_name(model, reached.resource))
            .collect();
        let named = blast.others.iter().filter(|other| other.is_secret);
        secrets.extend(named.map(|other| shown(&other.name)));
        let reads_all = |service: &str| {
            let mut all = blast.everywhere.iter();
            all.any(|it| {
                (it.service == service || it.service == "*") && it.access.contains(&Access::Read)
            })
        };
        for (service, what) in [
            ("secretsmanager", "every secret"),
            ("ssm", "every parameter"),
        ] {
            if reads_all(service) {
                secrets.push(format!("{what} of the account"));
            }
        }
        let functions = blast.chains.iter().filter_map(|chain| match chain.gain {
            Gain::Owns(id) => Some(FunctionAnswer {
                name: model.function_name(id).to_string(),
                how: "owns",
            }),
            Gain::Drives(id) => Some(FunctionAnswer {
                name: model.function_name(id).to_string(),
                how: "drives",
            }),
            Gain::Role(_) | Gain::Account => None,
        });
        Self {
            function: model.function_name(blast.function).to_string(),
            role: blast.role.map(|role| role_name(model, role)),
            open: blast.open.as_ref().map(|reason| reason.to_string()),
            radius: blast.radius,
            exposure: model.exposure(blast.function).as_str(),
            who: model.exposure(blast.function).who(),
            resources: resources.collect(),
            others: others.collect(),
            everywhere: everywhere.collect(),
            secrets,
            functions: functions.collect(),
            chains: blast
                .chains
                .iter()
                .map(|chain| ChainAnswer::new(model, sources, chain))
                .collect(),
        }
    }

    fn text(&self) -> String {
        let mut out = match &self.role {
            Some(role) => format!("Whoever owns {} holds the role {role}.\n", self.function),
            None => format!("The role of {} is not known.\n", self.function),
        };
        let radius = match self.radius {
            0 => "changes nothing that is known",
            1 => "changes data",
            _ => "takes over a service or the account",
        };
        out.push_str(&format!("Blast radius {} of 2: {radius}.\n", self.radius));
        out.push_str(&format!("Its events hold what {} decides.\n", self.who));
        if let Some(reason) = &self.open {
            out.push_str(&format!("There may be more, because {reason}.\n"));
        }
        let resources = self.resources.iter().map(|it| {
            let access = it.access.join(", ");
            format!("  {:<28} {:<34} {access}\n", it.name, it.kind)
        });
        section(&mut out, "Resources of the application", resources);
        let others = self.others.iter().map(|it| {
            let access = it.access.join(", ");
            format!("  {}  {access}\n", it.resource)
        });
        section(&mut out, "Other resources that its statements name", others);
        let everywhere = self.everywhere.iter().map(|it| {
            let service = match it.service.as_str() {
                "*" => "every service",
                service => service,
            };
            format!("  {service:<28} {}\n", it.access.join(", "))
        });
        section(&mut out, "Every resource of the account", everywhere);
        let secrets = self.secrets.iter().map(|name| format!("  {name}\n"));
        section(&mut out, "Secrets", secrets);
        let chains = self.chains.iter().zip(1..).map(|(chain, number)| {
            let steps = chain.steps.iter();
            let steps = steps.map(|it| format!("     {}:{}  {}\n", it.file, it.line, it.message));
            format!("  {number}. {}\n{}", chain.gain, steps.collect::<String>())
        });
        section(&mut out, "Ways on, shortest first", chains);
        out
    }
}

fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: String = lines.collect();
    if !lines.is_empty() {
        out.push_str(&format!("\n{title}\n{lines}"));
    }
}

impl ChainAnswer {
    fn new(model: &Model<'_>, sources: &Lines<'_>, chain: &Chain) -> Self {
        let gain = match chain.gain {
            Gain::Drives(id) => format!("{} runs with their data", model.function_name(id)),
            Gain::Owns(id) => {
                let function = model.application.function(id);
                let role = function.and_then(|function| function.role.known());
                let role = role.map(|role| format!(", under {}", role_name(model, *role)));
                format!(
                    "{} runs their code{}",
                    model.function_name(id),
                    role.unwrap_or_default()
                )
            }
            Gain::Role(role) => format!("the permissions of {}", role_name(model, role)),
            Gain::Account => "permissions of the account, up to an administrator's".to_owned(),
        };
        let steps = chain.steps.iter().map(|step| {
            let place: Place = step.place;
            StepAnswer {
                file: sources.path(place).to_string(),
                line: sources.line(place),
                message: step.message.clone(),
            }
        });
        Self {
            gain,
            steps: steps.collect(),
        }
    }
}

fn words(access: &[Access]) -> Vec<&'static str> {
    let word = |access: &Access| match access {
        Access::Read => "read",
        Access::Write => "write",
        Access::Delete => "delete",
        Access::Permissions => "permissions",
        Access::Invoke => "invoke",
    };
    access.iter().map(word).collect()
}

fn resource_name(model: &Model<'_>, id: ResourceId) -> String {
    let resource = model.application.resource(id);
    resource.map_or_else(String::new, |it| it.logical_id.to_string())
}

fn kind(model: &Model<'_>, id: ResourceId) -> String {
    let resource = model.application.resource(id);
    resource.map_or_else(String::new, |it| it.kind.to_string())
}

fn role_name(model: &Model<'_>, id: RoleId) -> String {
    let role = model.application.role(id);
    role.map_or_else(String::new, |it| it.name.to_string())
}
