//! Blast radius: what an attacker who took over a function's code could do with its role.

use app::{Application, Effect, FunctionId, Grant, Role};
use base::Name;

use crate::Model;

impl Model<'_> {
    /// How much the function's role lets an attacker do beyond the function: 0 nothing that is known, 1 changes data, 2 takes
    /// over a service or the account.
    #[must_use]
    pub fn blast_radius(&self, function: FunctionId) -> u8 {
        role_of(&self.application, function)
            .map(|role| role.grants.iter().map(blast_of).max().unwrap_or(0))
            .unwrap_or(0)
    }
}

fn role_of(application: &Application, function: FunctionId) -> Option<&Role> {
    application.role(*application.function(function)?.role.known()?)
}

/// Services whose wildcard gives the account or its code away.
const CONTROL: [&str; 6] = [
    "iam",
    "lambda",
    "sts",
    "organizations",
    "cloudformation",
    "kms",
];
/// Services that hold data.
const DATA: [&str; 10] = [
    "s3",
    "dynamodb",
    "sqs",
    "sns",
    "rds",
    "rds-data",
    "secretsmanager",
    "ssm",
    "kinesis",
    "es",
];
/// How the names of actions that change something begin.
const CHANGES: [&str; 16] = [
    "put",
    "update",
    "delete",
    "create",
    "write",
    "send",
    "publish",
    "batchwrite",
    "remove",
    "attach",
    "set",
    "modify",
    "invoke",
    "start",
    "execute",
    "pass",
];

fn blast_of(grant: &Grant) -> u8 {
    if grant.effect == Effect::Deny || grant.origin == app::GrantOrigin::Framework {
        return 0;
    }
    let everywhere = grant.resources.iter().any(|(resource, _)| {
        let written = resource.display();
        written == "*" || written.ends_with(":*") || written == "arn:aws:s3:::*"
    });
    let conditional = grant.condition.is_some();
    let of_action = |action: &Name| -> u8 {
        let action = action.to_ascii_lowercase();
        let (service, verb) = action.split_once(':').unwrap_or((&action, "*"));
        let changes = verb == "*" || CHANGES.iter().any(|start| verb.starts_with(start));
        let is_whole = verb == "*" || changes && verb.ends_with('*');
        match (service, everywhere) {
            ("*", true) => 2,
            _ if CONTROL.contains(&service) && changes && everywhere => 2,
            _ if DATA.contains(&service) && is_whole && everywhere => 2,
            _ if DATA.contains(&service) && changes => 1,
            _ => 0,
        }
    };
    let actions = grant
        .actions
        .iter()
        .filter_map(|(action, _)| action.literal());
    let worst = actions.map(|action| of_action(&action)).max().unwrap_or(0);
    let worst = match (&grant.not_actions[..], everywhere) {
        ([_, ..], true) => 2,
        _ => worst,
    };
    if conditional { worst.min(1) } else { worst }
}
