//! Roles that the project does not write out, so that nothing checks what they allow.

use std::collections::BTreeMap;

use app::{Application, Dialect, Function, StackId};
use base::{Code, Diagnostic, Diagnostics, RelPath};
use finding::words;

/// What is said of the functions whose role is written elsewhere, those of a template for the same reason together.
pub(crate) fn roles(application: &Application) -> Diagnostics {
    let mut by_reason: BTreeMap<(StackId, String), Vec<&Function>> = BTreeMap::new();
    for function in &application.functions {
        let stack = application.stack(function.stack);
        let is_templated = stack.is_some_and(|stack| stack.dialect != Dialect::None);
        if let (app::Prop::Unknown(reason), true) = (&function.role, is_templated) {
            let known = by_reason.entry((function.stack, reason.to_string()));
            known.or_default().push(function);
        }
    }
    let said = by_reason.into_iter().map(|((stack, reason), functions)| {
        let names: Vec<&base::Name> = functions.iter().map(|it| &it.name).collect();
        let names = words::list(&names);
        let path = application.stack(stack).map(|stack| stack.path.clone());
        Diagnostic {
            path: path.unwrap_or_else(RelPath::root),
            place: functions.first().map(|it| it.place),
            code: Code::UnreadRole,
            message: format!("what the role of {names} allows is not checked, because {reason}"),
        }
    });
    said.collect()
}
