//! Service files: `knowledge/calls/aws/*.toml`, the operations of one service and the calls that perform them.
//!
//! Most calls follow from the operation's name by the SDK's own rule, so that a file need not write them down:
//! `PutObject` is `boto3.client(s3).put_object`, `aws-sdk.S3().putObject`, `@aws-sdk/client-s3.PutObjectCommand` and
//! `@aws-sdk/client-s3.S3().putObject`.

use std::collections::BTreeMap;

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::{Texts, access_path, vocabulary};
use crate::error::Problem;
use crate::{
    Access, ChannelPart, EventPath, Operation, OperationCall, OperationResource, ParameterStyle,
};

/// A service file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceFile {
    service: Name,
    #[serde(default)]
    boto3: Texts,
    #[serde(default)]
    javascript: JavascriptNames,
    /// The resource of every operation that does not name its own. One that takes no such parameter has none.
    resource: Option<ResourceColumn>,
    pub(crate) operation: Vec<Spanned<OperationRow>>,
    #[serde(default)]
    pub(crate) call: Vec<Spanned<CallRow>>,
}

/// What the SDKs for JavaScript call the service.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct JavascriptNames {
    /// The class of version 2: `S3`.
    #[serde(default)]
    v2: Texts,
    /// The package of version 3: `@aws-sdk/client-s3`.
    #[serde(default)]
    v3: Texts,
    /// The class of version 3 that has every operation as a method; where nothing is said, version 2's.
    #[serde(default)]
    class: Texts,
}

/// `[[operation]]`: one operation, or several of which the same is to be said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationRow {
    pub(crate) name: Texts,
    /// The IAM actions; where nothing is said, `<service>:<name>`.
    #[serde(default)]
    action: Texts,
    access: Name,
    resource: Option<ResourceColumn>,
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
    key: Option<Name>,
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
    /// Where the language's usual way does not hold.
    style: Option<Name>,
}

/// The words that an operation may use.
pub(crate) struct Vocabularies<'a> {
    pub(crate) parts: &'a [Name],
    pub(crate) resources: &'a [&'a str],
}

/// A path that performs an operation by the SDK's naming rule.
pub(crate) struct DerivedCall {
    pub(crate) language: &'static str,
    pub(crate) path: String,
    pub(crate) style: ParameterStyle,
}

impl ServiceFile {
    /// Translates the operation of this name, one of the row's.
    pub(crate) fn operation(
        &self,
        row: &OperationRow,
        name: &Name,
        words: &Vocabularies<'_>,
    ) -> Result<Operation, Problem> {
        if self.service.is_empty() {
            return Err(Problem::Empty("service"));
        }
        let actions = match row.action.as_slice() {
            [] => vec![Name::from(format!("{}:{name}", self.service))],
            _ => row.action.filled("action")?.to_vec(),
        };
        if actions.iter().any(|action| !action.contains(':')) {
            return Err(Problem::Conflict(
                "an action is `service:Name`, such as `s3:GetObject`",
            ));
        }
        let resource = row.resource.as_ref().or(self.resource.as_ref());
        let resource = resource.map(|column| column.resource(words));
        Ok(Operation {
            service: self.service.clone(),
            name: name.clone(),
            actions,
            access: vocabulary::word::<Access>(&row.access)?,
            resource: resource.transpose()?,
            writes: parts(&row.writes, words)?,
            reads: parts(&row.reads, words)?,
        })
    }

    /// The paths that follow from the operation's name.
    pub(crate) fn derived_calls(&self, name: &Name) -> Vec<DerivedCall> {
        let python = python_method(name);
        let method = javascript_method(name);
        let javascript = |path| DerivedCall {
            language: "javascript",
            path,
            style: ParameterStyle::FirstArgument,
        };
        let JavascriptNames { v2, v3, class } = &self.javascript;
        let classes = match class.as_slice() {
            [] => v2.as_slice(),
            classes => classes,
        };
        let mut calls: Vec<DerivedCall> = Vec::new();
        calls.extend(self.boto3.as_slice().iter().map(|client| DerivedCall {
            language: "python",
            path: format!("boto3.client({client}).{python}"),
            style: ParameterStyle::Named,
        }));
        for class in v2.as_slice() {
            let module = class.to_ascii_lowercase();
            calls.push(javascript(format!("aws-sdk.{class}().{method}")));
            calls.push(javascript(format!("aws-sdk/clients/{module}().{method}")));
        }
        for package in v3.as_slice() {
            calls.push(javascript(format!("{package}.{name}Command")));
            let methods = classes.iter();
            calls.extend(methods.map(|class| javascript(format!("{package}.{class}().{method}"))));
        }
        calls
    }
}

impl ResourceColumn {
    fn resource(&self, words: &Vocabularies<'_>) -> Result<OperationResource, Problem> {
        Ok(OperationResource {
            kind: vocabulary::known("resource type", &self.kind, words.resources.iter().copied())?,
            parameter: self.parameter.clone(),
            key: self.key.clone(),
        })
    }
}

fn parts(columns: &[PartColumn], words: &Vocabularies<'_>) -> Result<Vec<ChannelPart>, Problem> {
    let part = |column: &PartColumn| {
        Ok(ChannelPart {
            part: vocabulary::known(
                "channel part",
                &column.part,
                words.parts.iter().map(Name::as_str),
            )?,
            at: column.at.parse::<EventPath>()?.0,
        })
    };
    columns.iter().map(part).collect()
}

impl CallRow {
    /// How each path of the row performs the operation with this index.
    pub(crate) fn performs(&self, operation: u32) -> Result<OperationCall, Problem> {
        let parameters = match (&self.style, self.language.as_str()) {
            (Some(style), _) => vocabulary::word(style)?,
            (None, "javascript") => ParameterStyle::FirstArgument,
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
            result: result.transpose()?.map_or_else(Vec::new, |path| path.0),
        })
    }
}

/// botocore's rule: an underscore before every upper-case letter that follows a lower-case letter or a digit, or that starts
/// a word after an acronym, and before an acronym in the plural: `DescribeDBInstances` is `describe_db_instances`,
/// `ListPhoneNumbersV2` is `list_phone_numbers_v2`, `ListARNs` is `list_arns`.
fn python_method(operation: &str) -> String {
    let letters: Vec<char> = operation.chars().collect();
    let plural = plural_acronym(&letters);
    let mut method = String::with_capacity(operation.len() + 4);
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| letters.get(index));
        let starts_word = match (before, plural) {
            (None, _) => false,
            (Some(_), Some(start)) if start <= index => start == index,
            (Some(before), _) => {
                let after = letters.get(index + 1);
                letter.is_ascii_uppercase()
                    && (before.is_ascii_lowercase()
                        || before.is_ascii_digit()
                        || after.is_some_and(char::is_ascii_lowercase))
            }
        };
        if starts_word {
            method.push('_');
        }
        method.push(letter.to_ascii_lowercase());
    }
    method
}

/// Where an acronym in the plural, such as the `ARNs` of `ListARNs`, starts at the end of the name.
fn plural_acronym(letters: &[char]) -> Option<usize> {
    let (last, rest) = letters.split_last()?;
    let capitals = rest
        .iter()
        .rev()
        .take_while(|letter| letter.is_ascii_uppercase())
        .count();
    (*last == 's' && 2 <= capitals).then(|| rest.len() - capitals)
}

/// The AWS SDKs for JavaScript: the first letter in lower case.
fn javascript_method(operation: &str) -> String {
    let mut letters = operation.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_named_as_the_sdks_name_them() {
        for (operation, python, javascript) in [
            ("PutObject", "put_object", "putObject"),
            ("ListObjectsV2", "list_objects_v2", "listObjectsV2"),
            (
                "DescribeDBInstances",
                "describe_db_instances",
                "describeDBInstances",
            ),
            (
                "CreateOpenIDConnectProvider",
                "create_open_id_connect_provider",
                "createOpenIDConnectProvider",
            ),
            ("ListWebACLs", "list_web_acls", "listWebACLs"),
            ("GetBucketAcl", "get_bucket_acl", "getBucketAcl"),
            (
                "AssumeRoleWithSAML",
                "assume_role_with_saml",
                "assumeRoleWithSAML",
            ),
            (
                "ModifyVpcEndpointServicePayerResponsibility",
                "modify_vpc_endpoint_service_payer_responsibility",
                "modifyVpcEndpointServicePayerResponsibility",
            ),
        ] {
            assert_eq!(python_method(operation), python);
            assert_eq!(javascript_method(operation), javascript);
        }
    }
}
