//! `tenrec policy` as a library: what each function of a project needs, written as policies in the words of whoever uses them.

mod cloudformation;
mod json;
mod node;
mod serverless;
mod size;
mod terraform;

use app::{Dialect, FunctionId};
use base::{Diagnostics, Map, Name, System};
use iam::{Answer, Pattern, Piece, Subject};
use link::Model;
use privilege::{Cause, Need, Needs, Scope, Statement};

use crate::lines::Lines;
use node::Node;

/// How policies are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Policies with their reasons.
    Json,
    /// The same as YAML.
    Yaml,
    /// `Policies` of SAM functions.
    Sam,
    /// Statements of `serverless.yml`.
    Serverless,
    /// A role for each function.
    CloudFormation,
    /// A policy document for each function.
    Terraform,
}

/// What the functions of a project need.
pub struct Policies<'m> {
    model: &'m Model<'m>,
    sources: Lines<'m>,
    functions: Vec<FunctionPolicy>,
}

/// What one function needs.
struct FunctionPolicy {
    id: FunctionId,
    /// Its name in its template, with that of its stack where other stacks have one of the same name.
    name: String,
    /// Where its handler is; where it is declared, if that was not found.
    file: String,
    needs: Needs,
}

impl<'m> Policies<'m> {
    /// Finds out what each function needs.
    #[must_use]
    pub fn new(model: &'m Model<'m>, system: &'m dyn System) -> Self {
        let sources = Lines::new(system);
        let mut counts: Map<&Name, u32> = Map::default();
        for function in &model.application.functions {
            *counts.entry(&function.name).or_default() += 1;
        }
        let mut functions = Vec::new();
        let all = privilege::all(model);
        for ((id, function), needs) in model.application.functions().zip(all) {
            let name = match counts.get(&function.name) {
                Some(1) => function.name.to_string(),
                _ => model.function_name(id).to_string(),
            };
            let handler = model.analyses_of(id).find_map(|analysis| analysis.handler);
            functions.push(FunctionPolicy {
                id,
                name,
                file: sources
                    .path(handler.unwrap_or(function.place))
                    .to_string()
                    .to_string(),
                needs,
            });
        }
        Self {
            model,
            sources,
            functions,
        }
    }

    /// The names of all functions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.functions.iter().map(|function| function.name.as_str())
    }

    /// Leaves only the functions of this name, with or without that of their stack.
    #[must_use]
    pub fn only(mut self, name: &str) -> Self {
        let model = self.model;
        self.functions.retain(|function| {
            function.name == name
                || model.function_name(function.id) == name
                || model
                    .application
                    .function(function.id)
                    .is_some_and(|it| it.name == name)
        });
        self
    }

    /// The policies in this form.
    ///
    /// # Errors
    /// When a value cannot be written as JSON, which none of a policy's can.
    pub fn write(&self, format: Format) -> Result<String, serde_json::Error> {
        Ok(match format {
            Format::Json => serde_json::to_string_pretty(&json::document(self))? + "\n",
            Format::Yaml => json::document(self).yaml(node::References::Long),
            Format::Sam => cloudformation::sam(self),
            Format::Serverless => serverless::write(self),
            Format::CloudFormation => cloudformation::roles(self),
            Format::Terraform => terraform::write(self),
        })
    }

    /// Why each function needs an action, or the actions that a pattern such as `s3:*` stands for.
    #[must_use]
    pub fn explain(&self, action: &str) -> String {
        let pattern = Pattern::action(&[Piece::Literal(action.into())]);
        let is_meant =
            |need: &&Need| pattern.matches(&Subject::action(&need.action)) == Answer::Yes;
        let mut out = String::new();
        for function in &self.functions {
            for need in function.needs.needs.iter().filter(is_meant) {
                let resource = self.resource(function, need);
                out.push_str(&format!(
                    "{} needs {} on {resource}\n",
                    function.name, need.action
                ));
                for reason in &need.reasons {
                    let place = self.sources.show(reason.place);
                    out.push_str(&format!("  {place}  {}\n", reason.message));
                }
                if let Scope::Pattern(why) = &need.scope {
                    out.push_str(&format!("  the resource is a pattern because {why}\n"));
                }
            }
        }
        if out.is_empty() {
            out = format!("no function needs {action}\n");
        }
        out
    }

    fn statements(&self, function: &FunctionPolicy, is_meant: fn(&Need) -> bool) -> Vec<Statement> {
        let needs = function.needs.needs.iter().filter(|need| is_meant(need));
        privilege::statements(self.model, needs)
    }

    /// The statements as a template of the function's own stack writes them.
    fn nodes(&self, function: &FunctionPolicy, statements: &[Statement]) -> Vec<Node> {
        let is_templated = self.has_template(function);
        let statement = |statement: &Statement| {
            let actions = statement
                .actions
                .iter()
                .map(|action| Node::text(action.as_str()));
            let resources = statement.resources.iter().map(|resource| {
                let application = &self.model.application;
                if is_templated {
                    Node::Spelled(privilege::spell(application, resource))
                } else {
                    let knowledge = self.model.knowledge;
                    Node::Text(privilege::plain(application, knowledge, resource))
                }
            });
            Node::map([
                ("Effect", Node::text("Allow")),
                ("Action", Node::List(actions.collect())),
                ("Resource", Node::one_or_list(resources.collect())),
            ])
        };
        statements.iter().map(statement).collect()
    }

    /// The statements in the documents that they fit in.
    fn parts(&self, function: &FunctionPolicy, statements: &[Statement]) -> Vec<Vec<Statement>> {
        let spelled = |statement: &Statement| {
            let nodes = self.nodes(function, std::slice::from_ref(statement));
            nodes.into_iter().next().unwrap_or(Node::Map(Vec::new()))
        };
        size::parts(statements, &spelled)
    }

    /// The same as a template of the function's own stack writes them.
    fn node_parts(&self, function: &FunctionPolicy, statements: &[Statement]) -> Vec<Vec<Node>> {
        let parts = self.parts(function, statements).into_iter();
        parts.map(|part| self.nodes(function, &part)).collect()
    }

    /// The resource of a need as one text: in the words of the template, or as IAM reads it where there is none.
    fn resource(&self, function: &FunctionPolicy, need: &Need) -> String {
        let application = &self.model.application;
        if self.has_template(function) {
            privilege::spell(application, &need.resource).shown()
        } else {
            privilege::plain(application, self.model.knowledge, &need.resource)
        }
    }

    fn has_template(&self, function: &FunctionPolicy) -> bool {
        self.dialect(function) != Dialect::None
    }

    fn dialect(&self, function: &FunctionPolicy) -> Dialect {
        let application = &self.model.application;
        let stack = application
            .function(function.id)
            .and_then(|declared| application.stack(declared.stack));
        stack.map_or(Dialect::None, |stack| stack.dialect)
    }

    /// What could not be told, as comments of a template.
    fn remarks(&self, function: &FunctionPolicy) -> Vec<String> {
        let mut remarks = Vec::new();
        for need in &function.needs.needs {
            if let (Scope::Pattern(why), Some(reason)) = (&need.scope, need.reasons.first()) {
                let place = self.sources.show(reason.place);
                remarks.push(format!(
                    "{place} {}: which resource is not known, {why}",
                    need.action
                ));
            }
        }
        for gap in &function.needs.gaps {
            remarks.push(format!("{} {}", self.sources.show(gap.place), gap.message));
        }
        if !function.needs.libraries.is_empty() {
            let packages = function.needs.libraries.join(", ");
            remarks.push(format!(
                "{} what these packages may call is not seen: {packages}",
                function.file
            ));
        }
        remarks
    }
}

/// Whether a framework leaves it to the user to allow this. It lets functions write logs and read the sources of their events
/// by itself.
fn is_left_to_user(need: &Need) -> bool {
    matches!(need.cause, Cause::Call | Cause::Key)
}

/// What was skipped of a project, as lines for people.
#[must_use]
pub fn warnings(diagnostics: &Diagnostics) -> Vec<String> {
    let mut lines: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| match diagnostic.path.as_str() {
            "" => diagnostic.message.clone(),
            path => format!("{path}: {}", diagnostic.message),
        })
        .collect();
    lines.sort();
    lines.dedup();
    lines
}
