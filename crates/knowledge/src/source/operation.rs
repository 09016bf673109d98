//! Service files: `knowledge/calls/aws/*.toml`, what is to be said of the operations of one client beyond their names, and
//! calls that perform them under other names than the SDKs' rules give. What needs no more than its name needs no row:
//! [`crate::sdk`].

use std::collections::BTreeMap;

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::{Texts, access_path, vocabulary};
use crate::error::Problem;
use crate::{
    Access, ChannelPart, EventPath, Knowledge, Operation, OperationArn, OperationCall,
    OperationResource, ParameterStyle,
};

/// A service file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceFile {
    /// The client whose operations these are, by boto3's name.
    pub(crate) client: Name,
    /// The resource of every operation that does not name its own. One that takes no such parameter has none.
    resource: Option<ResourceColumn>,
    #[serde(default)]
    pub(crate) operation: Vec<Spanned<OperationRow>>,
    #[serde(default)]
    pub(crate) call: Vec<Spanned<CallRow>>,
}

/// `[[operation]]`: one operation, or several of which the same is to be said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationRow {
    pub(crate) name: Texts,
    /// The IAM actions; where nothing is said, the service's action of the same name.
    #[serde(default)]
    action: Texts,
    /// Where nothing is said, that of the action.
    access: Option<Name>,
    resource: Option<ResourceColumn>,
    /// The ARNs that policies name for it, where it has no such resource.
    #[serde(default)]
    arn: Vec<ArnColumn>,
    #[serde(default)]
    writes: Vec<PartColumn>,
    #[serde(default)]
    reads: Vec<PartColumn>,
}

/// `resource = { … }` of an operation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceColumn {
    kind: Name,
    parameter: Name,
    /// Another parameter that may name it instead.
    or: Option<Name>,
    key: Option<Name>,
    nameless: Option<Name>,
}

/// An element of `arn` of an operation: parameters stand in braces. Of one that starts in a certain way, another ARN may hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ArnColumn {
    of: Name,
    #[serde(default)]
    with: Vec<Name>,
    #[serde(default)]
    without: Vec<Name>,
}

/// An element of `writes` or `reads` of an operation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartColumn {
    part: Name,
    at: Name,
}

/// `[[call]]`: paths that the naming rule does not give.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallRow {
    pub(crate) language: Name,
    pub(crate) path: Texts,
    pub(crate) operation: Name,
    #[serde(default)]
    parameters: BTreeMap<Name, Name>,
    result: Option<Name>,
    /// What holds the parameters, where the language's usual way does not hold.
    fields: Option<Name>,
}

/// The words that an operation may use.
pub(crate) struct Vocabularies<'a> {
    pub(crate) knowledge: &'a Knowledge,
}

impl ServiceFile {
    /// The resource of every operation that does not name its own.
    pub(crate) fn resource(
        &self,
        words: &Vocabularies<'_>,
    ) -> Result<Option<OperationResource>, Problem> {
        let resource = self.resource.as_ref();
        resource.map(|column| column.resource(words)).transpose()
    }

    /// Translates the operation of this name, one of the row's, of the service with this prefix.
    pub(crate) fn operation(
        &self,
        row: &OperationRow,
        name: &Name,
        prefix: &Name,
        words: &Vocabularies<'_>,
    ) -> Result<Operation, Problem> {
        let actions = match row.action.as_slice() {
            [] => vec![Name::from(format!("{prefix}:{name}"))],
            _ => row.action.filled("action")?.to_vec(),
        };
        let accesses = actions.iter().map(|action| {
            let known = words.knowledge.action(action);
            known.map(|action| action.access).ok_or(Problem::Conflict(
                "IAM knows no such action; `action` names the one that it needs",
            ))
        });
        let accesses = accesses.collect::<Result<Vec<Access>, Problem>>()?;
        let access = match (&row.access, accesses.as_slice()) {
            (Some(access), _) => vocabulary::word::<Access>(access)?,
            (None, [first, rest @ ..]) if rest.iter().all(|other| other == first) => *first,
            (None, _) => return Err(Problem::Empty("access")),
        };
        let resource = row.resource.as_ref().or(self.resource.as_ref());
        let resource = resource.filter(|_| row.arn.is_empty());
        let resource = resource.map(|column| column.resource(words));
        Ok(Operation {
            service: prefix.clone(),
            name: name.clone(),
            actions,
            access,
            resource: resource.transpose()?,
            arns: row
                .arn
                .iter()
                .map(ArnColumn::arn)
                .collect::<Result<_, _>>()?,
            writes: parts(&row.writes, words)?,
            reads: parts(&row.reads, words)?,
        })
    }
}

impl ResourceColumn {
    fn resource(&self, words: &Vocabularies<'_>) -> Result<OperationResource, Problem> {
        let kinds: Vec<&str> = words
            .knowledge
            .resource_types()
            .map(|kind| kind.kind.as_str())
            .collect();
        Ok(OperationResource {
            kind: vocabulary::known("resource type", &self.kind, kinds.iter().copied())?,
            parameter: self.parameter.clone(),
            or: self.or.clone(),
            key: self.key.clone(),
            nameless: self.nameless.clone(),
        })
    }
}

impl ArnColumn {
    fn arn(&self) -> Result<OperationArn, Problem> {
        if !self.of.starts_with("arn:{partition}:") {
            return Err(Problem::Conflict("an ARN starts with `arn:{partition}:`"));
        }
        Ok(OperationArn {
            of: self.of.clone(),
            with: self.with.clone(),
            without: self.without.clone(),
        })
    }
}

fn parts(columns: &[PartColumn], words: &Vocabularies<'_>) -> Result<Vec<ChannelPart>, Problem> {
    let part = |column: &PartColumn| {
        Ok(ChannelPart {
            part: vocabulary::known(
                "channel part",
                &column.part,
                words.knowledge.channel_parts().iter().map(Name::as_str),
            )?,
            at: column.at.parse::<EventPath>()?.0,
        })
    };
    columns.iter().map(part).collect()
}

impl CallRow {
    /// How each path of the row performs the operation with this index.
    pub(crate) fn performs(&self, operation: u32) -> Result<OperationCall, Problem> {
        let parameters = match (&self.fields, self.language.as_str()) {
            (Some(holder), _) => ParameterStyle::Fields(access_path(holder)?),
            (None, "javascript") => ParameterStyle::Fields(access_path("0")?),
            (None, _) => ParameterStyle::Named,
        };
        let overrides = self.parameters.iter();
        let result = self.result.as_ref().map(|at| at.parse::<EventPath>());
        Ok(OperationCall {
            operation,
            parameters,
            overrides: overrides
                .map(|(name, at)| Ok((name.clone(), access_path(at)?)))
                .collect::<Result<_, Problem>>()?,
            defaults: None,
            result: result.transpose()?.map_or_else(Vec::new, |path| path.0),
        })
    }
}
