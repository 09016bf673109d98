//! A policy document for each function in Terraform's words. What a template of CloudFormation declares is a variable there.

use std::collections::BTreeSet;

use app::{Text, TextPart};
use privilege::Statement;

use super::{Policies, size};

/// What the documents refer to.
#[derive(Default)]
struct Referred {
    variables: BTreeSet<String>,
    data: BTreeSet<&'static str>,
}

pub(super) fn write(policies: &Policies<'_>) -> String {
    let mut referred = Referred::default();
    let mut documents = String::new();
    for function in &policies.functions {
        let statements = policies.statements(function, |_| true);
        let name = identifier(&function.name);
        for remark in policies.remarks(function) {
            documents.push_str(&format!("# {remark}\n"));
        }
        let parts = policies.parts(function, &statements);
        let note = size::note(&parts);
        documents.extend(note.as_ref().map(|note| format!("# {note}\n")));
        for (part, number) in parts.iter().zip(1..) {
            let name = match note {
                Some(_) => format!("{name}_{number}"),
                None => name.clone(),
            };
            documents.push_str(&format!("data \"aws_iam_policy_document\" \"{name}\" {{\n"));
            for statement in part {
                documents.push_str(&block(policies, statement, &mut referred));
            }
            documents.push_str("}\n\n");
        }
    }
    let mut out = String::new();
    for kind in &referred.data {
        out.push_str(&format!("data \"{kind}\" \"current\" {{}}\n\n"));
    }
    for variable in &referred.variables {
        out.push_str(&format!(
            "variable \"{variable}\" {{\n  type = string\n}}\n\n"
        ));
    }
    out.push_str(documents.trim_end());
    out.push('\n');
    out
}

fn block(policies: &Policies<'_>, statement: &Statement, referred: &mut Referred) -> String {
    let actions = statement.actions.iter().map(|action| quoted(action));
    let resources = statement
        .resources
        .iter()
        .map(|resource| format!("\"{}\"", spelled(policies, resource, referred)));
    format!(
        "  statement {{\n    effect    = \"Allow\"\n    actions   = [{}]\n    resources = [{}]\n  }}\n",
        actions.collect::<Vec<_>>().join(", "),
        resources.collect::<Vec<_>>().join(", "),
    )
}

fn spelled(policies: &Policies<'_>, text: &Text, referred: &mut Referred) -> String {
    let application = &policies.model.application;
    let mut out = String::new();
    for part in &text.0 {
        match part {
            TextPart::Literal(text) => out.push_str(&escaped(text)),
            TextPart::Unknown(reason) => match reason.reference() {
                Some(reference) => {
                    let variable = identifier(reference);
                    out.push_str(&format!("${{var.{variable}}}"));
                    referred.variables.insert(variable);
                }
                None => out.push('*'),
            },
            TextPart::Pseudo(name) => {
                let (kind, attribute) = match name.as_str() {
                    "AWS::Partition" => ("aws_partition", "partition"),
                    "AWS::Region" => ("aws_region", "region"),
                    "AWS::AccountId" => ("aws_caller_identity", "account_id"),
                    _ => {
                        out.push('*');
                        continue;
                    }
                };
                referred.data.insert(kind);
                out.push_str(&format!("${{data.{kind}.current.{attribute}}}"));
            }
            TextPart::Attribute {
                resource,
                attribute,
            } => {
                let id = application.resource(*resource);
                let id = id.map_or_else(String::new, |it| it.logical_id.to_string());
                let what = match attribute.as_str() {
                    "Ref" => "id".to_owned(),
                    other => identifier(other),
                };
                let variable = format!("{}_{what}", identifier(&id));
                out.push_str(&format!("${{var.{variable}}}"));
                referred.variables.insert(variable);
            }
        }
    }
    out
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// `${` starts an expression in Terraform's texts.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace("${", "$${")
        .replace(|c: char| c.is_control(), "")
}

/// A name of small letters, digits and underscores: `OrdersTable` is `orders_table`.
fn identifier(name: &str) -> String {
    let mut out = String::new();
    let mut was_small = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && was_small {
            out.push('_');
        }
        was_small = c.is_ascii_lowercase() || c.is_ascii_digit();
        match c {
            c if c.is_ascii_alphanumeric() => out.push(c.to_ascii_lowercase()),
            _ if out.is_empty() || out.ends_with('_') => {}
            _ => out.push('_'),
        }
    }
    if out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    out
}
