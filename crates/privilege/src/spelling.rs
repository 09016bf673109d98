//! How a resource of a statement is written: in the words of a template of CloudFormation's family, or as plain IAM knows it.

use app::{Application, Text, TextPart};
use knowledge::Knowledge;

/// A text in the words of CloudFormation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spelled {
    /// A plain text.
    Plain(String),
    /// `Fn::GetAtt`: resource, attribute.
    GetAtt(String, String),
    /// `Ref`.
    Ref(String),
    /// `Fn::Sub`.
    Sub(String),
}

/// A name as a logical id, which has nothing but letters and digits: `send-mail` as `SendMail`.
#[must_use]
pub fn logical_id(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    words.map(capital).collect()
}

/// Spells a text for the template that deploys the function.
#[must_use]
pub fn spell(application: &Application, text: &Text) -> Spelled {
    let id = |resource| {
        let resource = application.resource(resource);
        resource.map_or_else(String::new, |resource| resource.logical_id.to_string())
    };
    if let Some(literal) = text.literal() {
        return Spelled::Plain(literal.to_string());
    }
    match text.0.as_slice() {
        [
            TextPart::Attribute {
                resource,
                attribute,
            },
        ] if attribute == "Ref" => return Spelled::Ref(id(*resource)),
        [
            TextPart::Attribute {
                resource,
                attribute,
            },
        ] => return Spelled::GetAtt(id(*resource), attribute.to_string()),
        [part] => match part.reference() {
            // A variable of the Serverless Framework: nothing of CloudFormation sees it.
            Some(variable) if variable.contains(':') => {
                return Spelled::Plain(format!("${{{variable}}}"));
            }
            Some(parameter) => return Spelled::Ref(parameter.to_string()),
            None => {}
        },
        _ => {}
    }
    let mut whole = String::new();
    for part in &text.0 {
        match part {
            TextPart::Literal(text) => whole.push_str(&text.replace("${", "${!")),
            TextPart::Attribute {
                resource,
                attribute,
            } if attribute == "Ref" => whole.push_str(&format!("${{{}}}", id(*resource))),
            TextPart::Attribute {
                resource,
                attribute,
            } => whole.push_str(&format!("${{{}.{attribute}}}", id(*resource))),
            TextPart::Pseudo(name) => whole.push_str(&format!("${{{name}}}")),
            TextPart::Unknown(reason) => match reason.reference() {
                Some(reference) => whole.push_str(&format!("${{{reference}}}")),
                None => whole.push('*'),
            },
        }
    }
    Spelled::Sub(whole)
}

/// Spells a text as IAM reads it, without a template around it: `*` for what only the deployment knows.
#[must_use]
pub fn plain(application: &Application, knowledge: &Knowledge, text: &Text) -> String {
    let mut whole = String::new();
    for part in &text.0 {
        let known = match part {
            TextPart::Literal(text) => text.to_string(),
            TextPart::Pseudo(name) if name == "AWS::Partition" => "aws".to_owned(),
            TextPart::Attribute {
                resource,
                attribute,
            } => {
                let named = application.resource(*resource).and_then(|resource| {
                    let kind = knowledge.resource_type(&resource.kind)?;
                    let name = resource.properties.text_at(kind.name.as_deref()?);
                    let name = name.known()?.to_string();
                    let arn = kind.arn.as_deref()?;
                    Some(if attribute == "Ref" && !arn.is_empty() {
                        name
                    } else {
                        arn.replace("{partition}", "aws")
                            .replace("{region}", "*")
                            .replace("{account}", "*")
                            .replace("{name}", &name)
                    })
                });
                named.unwrap_or_else(|| "*".to_owned())
            }
            TextPart::Pseudo(_) | TextPart::Unknown(_) => "*".to_owned(),
        };
        if !(known == "*" && whole.ends_with('*')) {
            whole.push_str(&known);
        }
    }
    whole
}

impl Spelled {
    /// The text as one string, for sorting and for people: `${Orders.Arn}/index/*`.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Plain(text) | Self::Sub(text) => text.clone(),
            Self::GetAtt(resource, attribute) => format!("${{{resource}.{attribute}}}"),
            Self::Ref(resource) => format!("${{{resource}}}"),
        }
    }
}
