//! Functions that no template declares: the handlers outside of all stacks, as a stack without a template.

use app::{Application, Code, Dialect, Environment, Function, Platform, Prop, Stack, StackId};
use base::{Code as DiagnosticCode, Diagnostic, Diagnostics, RelPath};
use ir::Program;
use knowledge::Knowledge;
use link::Untemplated;

/// Adds the handlers of code that lies neither below a template nor in a directory that a template's function is made of, and
/// says that they are a guess.
pub(crate) fn add(
    application: &mut Application,
    program: &Program,
    knowledge: &Knowledge,
    diagnostics: &mut Diagnostics,
) {
    let claimed = claimed(application);
    let handlers = link::untemplated(program, knowledge, |_, path| {
        !claimed.iter().any(|directory| path.is_within(directory))
    });
    let has_template = !application.stacks.is_empty();
    if handlers.is_empty() && has_template {
        return;
    }
    let message = if has_template {
        format!(
            "no template was found for {} handlers, which are recognised by their shape or framework; any event field \
             counts as possibly controlled",
            handlers.len()
        )
    } else {
        "no template was found, so handlers are recognised by their shape or framework and any event field counts as \
         possibly controlled"
            .to_owned()
    };
    let path = handlers
        .first()
        .filter(|_| has_template)
        .map_or_else(RelPath::root, |first| first.path.clone());
    diagnostics.push(Diagnostic {
        path,
        place: None,
        code: DiagnosticCode::NoTemplate,
        message,
    });
    let stack = StackId(application.stacks.len() as u32);
    application.stacks.push(Stack {
        dialect: Dialect::None,
        name: Default::default(),
        path: RelPath::root(),
        place: None,
        stage: None,
        region: None,
        plugins: Vec::new(),
        open: Some("no template was found".into()),
    });
    application
        .functions
        .extend(handlers.into_iter().map(|handler| function(stack, handler)));
}

/// Adds the files in which no handler was recognised and that are no part of another file: scripts, and modules that somebody
/// else uses.
pub(crate) fn add_scripts(application: &mut Application, program: &Program) {
    let Some(stack) = application.stacks.len().checked_sub(1) else {
        return;
    };
    let stack = StackId(u32::try_from(stack).unwrap_or(u32::MAX));
    let has_handler: Vec<base::FileId> = application
        .functions
        .iter()
        .map(|function| function.place.file)
        .collect();
    let scripts = link::scripts(program).into_iter();
    let scripts = scripts.filter(|script| !has_handler.contains(&script.place.file));
    application.functions.extend(scripts.map(|script| {
        let name = script.path.as_str().into();
        Function {
            name,
            ..function(stack, script)
        }
    }));
}

/// Directories whose code belongs to a template.
fn claimed(application: &Application) -> Vec<RelPath> {
    let stacks = application.stacks.iter().map(|stack| stack.path.parent());
    let code = application
        .functions
        .iter()
        .filter_map(|function| match function.code.known()? {
            Code::Directory(directory) | Code::Image(Some(directory)) => Some(directory.clone()),
            Code::Inline(_) | Code::Image(None) => None,
        });
    let mut claimed: Vec<RelPath> = stacks.chain(code).collect();
    claimed.sort();
    claimed.dedup();
    claimed
}

fn function(stack: StackId, handler: Untemplated) -> Function {
    // Whatever is written about it is written somewhere else.
    fn elsewhere<T>() -> Prop<T> {
        Prop::unknown("no template of it was found")
    }
    let place = handler.place;
    let directory = handler.path.parent();
    let setting = format!("{}.{}", handler.path.stem(), handler.symbol);
    let name = match directory.as_str() {
        "" => setting.clone(),
        directory => format!("{directory}/{setting}"),
    };
    Function {
        stack,
        resource: None,
        name: name.into(),
        place,
        platform: Platform::AwsLambda,
        runtime: elsewhere(),
        handler: Prop::Known(setting.into(), place),
        code: Prop::Known(Code::Directory(directory), place),
        environment: Environment {
            variables: Vec::new(),
            open: Some("no template of it was found".into()),
        },
        role: elsewhere(),
        timeout: elsewhere(),
        memory: elsewhere(),
        reserved_concurrency: elsewhere(),
        tracing: elsewhere(),
        failure_destination: elsewhere(),
        retries: elsewhere(),
        vpc: elsewhere(),
        layers: Vec::new(),
        package_patterns: Vec::new(),
        is_bundled: false,
    }
}
