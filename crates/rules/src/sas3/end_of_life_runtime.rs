//! SAS-3: functions on runtimes that their provider no longer patches, one finding a stack and runtime.

use crate::family::{Family, Input};
use app::{FunctionId, Prop, StackId};
use base::{Name, Place};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas3/end-of-life-runtime",
    title: "A runtime gets no more security updates",
    page: include_str!("../../docs/sas3/end-of-life-runtime.md"),
    cwe: 1104,
};

/// The functions of a stack that share a runtime.
struct Users {
    stack: StackId,
    runtime: Name,
    place: Place,
    functions: Vec<FunctionId>,
}

/// Judges the runtimes as of [`knowledge::Knowledge::today`].
fn check(input: &Input<'_>) -> Vec<Finding> {
    let users = users(input);
    users.iter().filter_map(|users| old(input, users)).collect()
}

fn users(input: &Input<'_>) -> Vec<Users> {
    let mut all: Vec<Users> = Vec::new();
    for (id, function) in input.model.application.functions() {
        let Prop::Known(runtime, place) = &function.runtime else {
            continue;
        };
        let known = all
            .iter_mut()
            .find(|users| users.stack == function.stack && users.runtime == *runtime);
        match known {
            Some(users) => users.functions.push(id),
            None => all.push(Users {
                stack: function.stack,
                runtime: runtime.clone(),
                place: *place,
                functions: vec![id],
            }),
        }
    }
    all
}

fn old(input: &Input<'_>, users: &Users) -> Option<Finding> {
    let model = input.model;
    let today = model.knowledge.today();
    let runtime = model.knowledge.runtime(&users.runtime)?;
    if !runtime.is_deprecated_on(today) {
        return None;
    }
    let since = runtime.deprecated.as_deref().unwrap_or_default();
    let is_blocked = runtime.is_blocked_on(today);
    let blocked = if is_blocked {
        ", and no new function can use it"
    } else {
        ""
    };
    let exposure = users
        .functions
        .iter()
        .map(|function| model.exposure(*function))
        .max()
        .unwrap_or(Reach::Tenant);
    let impact = if is_blocked {
        Impact::Limited
    } else {
        Impact::Hygiene
    };
    let whose = match users.functions.as_slice() {
        [one] => format!("`{}` runs", model.function_name(*one)),
        several => format!("{} functions run", several.len()),
    };
    let next = runtime.upgrade_to.as_deref().unwrap_or("a newer runtime");
    let mut finding = Finding::new(
        &INFO,
        users.place,
        format!(
            "{whose} on `{}`, which gets no security updates since {since}{blocked}",
            runtime.id
        ),
    )
    .score(impact, exposure)
    .functions(model.function_names(&users.functions))
    .step(
        StepKind::Config,
        users.place,
        format!("the runtime is `{}`", runtime.id),
    )
    .fix(format!("Move to `{next}`"))
    .subject(runtime.id.clone());
    // A handler that was made for one language does not run as another.
    let upgrade = runtime.upgrade_to.as_ref().filter(|next| {
        let next = model.knowledge.runtime(next);
        next.is_some_and(|next| next.language == runtime.language)
    });
    finding.value = upgrade.cloned();
    Some(finding)
}
