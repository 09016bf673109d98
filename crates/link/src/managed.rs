//! Managed policies of the platform: from a name that a role has attached to the statements behind it.

use app::{Application, Effect, Grant, GrantOrigin, Text, Value, ValueKind};
use base::{Name, Place};
use knowledge::{Knowledge, ManagedPolicy, PolicyStatement};

/// Adds to every role the statements of the managed policies that it has and that are known.
pub(crate) fn attach(application: &mut Application, knowledge: &Knowledge) {
    for role in &mut application.roles {
        for (policy, place) in &role.managed_policies {
            if let Some(known) = name(policy).and_then(|name| knowledge.managed_policy(&name)) {
                let statements = known.statements.iter();
                let grants = statements.map(|statement| grant(known, statement, *place));
                role.grants.extend(grants);
            }
        }
    }
}

/// The name of a policy of the platform. The partition of its ARN may be known at deployment only; the account is `aws`.
#[must_use]
pub fn name(policy: &Text) -> Option<Name> {
    let whole = policy.display();
    match whole.split_once(":iam::aws:policy/") {
        Some((_, path)) => path.rsplit('/').next().map(Name::from),
        None => (!whole.contains(':')).then(|| whole.into()),
    }
}

fn grant(policy: &ManagedPolicy, statement: &PolicyStatement, place: Place) -> Grant {
    let texts = |names: &[Name]| {
        let texts = names.iter().map(|name| (Text::known(name.clone()), place));
        texts.collect()
    };
    Grant {
        effect: if statement.denies {
            Effect::Deny
        } else {
            Effect::Allow
        },
        sid: None,
        actions: texts(&statement.actions),
        not_actions: texts(&statement.not_actions),
        resources: texts(&statement.resources),
        not_resources: texts(&statement.not_resources),
        principals: Vec::new(),
        has_not_principal: false,
        condition: condition(statement, place),
        origin: GrantOrigin::ManagedPolicy(policy.name.clone()),
        place,
    }
}

fn condition(statement: &PolicyStatement, place: Place) -> Option<Value> {
    if statement.conditions.is_empty() {
        return None;
    }
    let value = |kind| Value { kind, place };
    let operators = statement.conditions.iter().map(|(operator, keys)| {
        let keys = keys.iter().map(|(key, values)| {
            let values = values.iter().cloned().map(Text::known);
            let values = values.map(|text| value(ValueKind::Text(text))).collect();
            (key.clone(), value(ValueKind::List(values)))
        });
        (operator.clone(), value(ValueKind::Map(keys.collect())))
    });
    Some(value(ValueKind::Map(operators.collect())))
}

#[cfg(test)]
mod tests {
    use app::{Text, TextPart};

    use super::name;

    #[test]
    fn only_policies_of_the_platform_are_named() {
        let named = |text: &str| name(&Text::known(text)).map(|name| name.to_string());
        let known = Some("AWSLambdaRole".to_owned());
        assert_eq!(named("AWSLambdaRole"), known);
        assert_eq!(
            named("arn:aws:iam::aws:policy/service-role/AWSLambdaRole"),
            known
        );
        assert_eq!(
            named("arn:aws:iam::111122223333:policy/AWSLambdaRole"),
            None
        );
        let partition = TextPart::Pseudo("AWS::Partition".into());
        let rest = TextPart::Literal(":iam::aws:policy/AWSLambdaRole".into());
        let text = Text(vec![TextPart::Literal("arn:".into()), partition, rest]);
        assert_eq!(name(&text).map(|name| name.to_string()), known);
    }
}
