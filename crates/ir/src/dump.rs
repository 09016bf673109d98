//! A readable text form of a module, for the snapshot tests of the front ends and for looking at what an analysis sees.
//!
//! Every construct prints differently. A variable prints as `name#id`, a function as `fn@id`, a class as `class@id`; a `&`
//! before a variable in the list of a function's variables says that it is captured. Spans are not printed.

use std::fmt::{self, Display, Write};

use base::Name;

use crate::{
    Argument, BinaryOp, Call, Case, Class, ClassId, CompareOp, Element, Expr, ExprKind, Function,
    FunctionId, Literal, MethodKind, Module, Parameter, Pattern, Property, PropertyKey, Stmt,
    StmtKind, VariableId,
};

/// The text form of `module`; lines end with `\n`.
#[must_use]
pub fn dump(module: &Module) -> String {
    let mut printer = Printer {
        module,
        out: String::new(),
    };
    // Writing to a `String` cannot fail.
    let _ = printer.module();
    printer.out
}

struct Printer<'m> {
    module: &'m Module,
    out: String,
}

impl Printer<'_> {
    fn module(&mut self) -> fmt::Result {
        let module = self.module;
        for import in &module.imports {
            writeln!(self.out, "import {:?}", import.module)?;
        }
        for specifier in &module.star_exports {
            writeln!(self.out, "export * from {specifier:?}")?;
        }
        for export in &module.exports {
            let variable = self.variable(export.variable);
            writeln!(self.out, "export {} = {variable}", export.name)?;
        }
        if let Some(exports) = module.exports_object {
            let variable = self.variable(exports);
            writeln!(self.out, "exports object {variable}")?;
        }
        for (index, class) in module.classes.iter().enumerate() {
            self.class(ClassId(index as u32), class)?;
        }
        for (index, function) in module.functions.iter().enumerate() {
            self.function(FunctionId(index as u32), function)?;
        }
        Ok(())
    }

    fn class(&mut self, id: ClassId, class: &Class) -> fmt::Result {
        write!(
            self.out,
            "class@{} {}",
            id.0,
            name_or_dash(class.name.as_ref())
        )?;
        if !class.bases.is_empty() {
            let bases = self.list(&class.bases);
            write!(self.out, " extends {bases}")?;
        }
        self.out.push('\n');
        for (name, value, is_static) in &class.fields {
            let keyword = if *is_static { "static field" } else { "field" };
            let value = self.expr(value);
            writeln!(self.out, "  {keyword} {name} = {value}")?;
        }
        for (name, types) in &class.declared {
            let types = self.list(types);
            writeln!(self.out, "  declared {name}: {types}")?;
        }
        for method in &class.methods {
            let kind = match method.kind {
                MethodKind::Constructor => "constructor",
                MethodKind::Instance => "method",
                MethodKind::Static => "static method",
                MethodKind::Getter => "getter",
                MethodKind::Setter => "setter",
            };
            writeln!(
                self.out,
                "  {kind} {} = fn@{}",
                method.name, method.function.0
            )?;
        }
        Ok(())
    }

    fn function(&mut self, id: FunctionId, function: &Function) -> fmt::Result {
        let is_async = if function.is_async { "async " } else { "" };
        let star = if function.is_generator { "*" } else { "" };
        write!(
            self.out,
            "{is_async}fn{star}@{} {}",
            id.0,
            name_or_dash(function.name.as_ref())
        )?;
        let parameters = joined(
            function
                .parameters
                .iter()
                .map(|parameter| self.parameter(parameter)),
        );
        write!(self.out, "({parameters})")?;
        if let Some(parent) = function.parent {
            write!(self.out, " in fn@{}", parent.0)?;
        }
        if let Some(class) = function.class {
            write!(self.out, " of class@{}", class.0)?;
        }
        if let Some(receiver) = function.receiver {
            let receiver = self.variable(receiver);
            write!(self.out, " receiver {receiver}")?;
        }
        self.out.push('\n');
        for decorator in &function.decorators {
            let decorator = self.expr(decorator);
            writeln!(self.out, "  @{decorator}")?;
        }
        let variables = joined(
            self.module
                .variables
                .iter()
                .enumerate()
                .filter(|(_, it)| it.owner == id)
                .map(|(index, it)| {
                    let captured = if it.captured { "&" } else { "" };
                    format!("{captured}{}#{index}", it.name)
                }),
        );
        if !variables.is_empty() {
            writeln!(self.out, "  let {variables}")?;
        }
        self.block(&function.body, 1)
    }

    fn parameter(&self, parameter: &Parameter) -> String {
        let dots = match (parameter.is_rest, parameter.is_keyword_rest) {
            (true, _) => "...",
            (_, true) => "**",
            _ => "",
        };
        let target = self.pattern(&parameter.target);
        let name = match (&parameter.name, &parameter.target) {
            (None, _) | (Some(_), Pattern::Variable(..)) => String::new(),
            (Some(name), _) => format!("{name}: "),
        };
        let annotation = parameter
            .annotation
            .as_ref()
            .map(|it| format!(" as {it}"))
            .unwrap_or_default();
        let default = parameter
            .default
            .as_ref()
            .map(|it| format!(" = {}", self.expr(it)))
            .unwrap_or_default();
        format!("{dots}{name}{target}{annotation}{default}")
    }

    fn block(&mut self, body: &[Stmt], indent: usize) -> fmt::Result {
        body.iter().try_for_each(|stmt| self.stmt(stmt, indent))
    }

    fn line(&mut self, indent: usize, text: impl Display) -> fmt::Result {
        writeln!(self.out, "{:width$}{text}", "", width = indent * 2)
    }

    fn stmt(&mut self, stmt: &Stmt, indent: usize) -> fmt::Result {
        match &stmt.kind {
            StmtKind::Expr(expr) => self.line(indent, self.expr(expr)),
            StmtKind::Assign { target, value } => self.line(
                indent,
                format_args!("{} = {}", self.pattern(target), self.expr(value)),
            ),
            StmtKind::Delete(targets) => {
                self.line(indent, format_args!("delete {}", self.list(targets)))
            }
            StmtKind::If {
                test,
                then,
                otherwise,
            } => {
                self.line(indent, format_args!("if {}", self.expr(test)))?;
                self.block(then, indent + 1)?;
                self.titled_block("else", otherwise, indent)
            }
            StmtKind::While {
                test,
                body,
                body_first,
            } => {
                let keyword = if *body_first { "do while" } else { "while" };
                self.line(indent, format_args!("{keyword} {}", self.expr(test)))?;
                self.block(body, indent + 1)
            }
            StmtKind::ForEach {
                target,
                iterable,
                over_keys,
                body,
            } => {
                let preposition = if *over_keys { "in keys of" } else { "of" };
                let (target, iterable) = (self.pattern(target), self.expr(iterable));
                self.line(
                    indent,
                    format_args!("for {target} {preposition} {iterable}"),
                )?;
                self.block(body, indent + 1)
            }
            StmtKind::Switch { subject, cases } => {
                self.line(indent, format_args!("switch {}", self.expr(subject)))?;
                cases
                    .iter()
                    .try_for_each(|case| self.case(case, indent + 1))
            }
            StmtKind::Try {
                body,
                handlers,
                otherwise,
                finally,
            } => {
                self.line(indent, "try")?;
                self.block(body, indent + 1)?;
                for handler in handlers {
                    let types = if handler.types.is_empty() {
                        String::new()
                    } else {
                        " ".to_owned()
                    };
                    let types = types + &self.list(&handler.types);
                    let binding = handler
                        .binding
                        .as_ref()
                        .map(|it| format!(" as {}", self.pattern(it)))
                        .unwrap_or_default();
                    self.line(indent, format_args!("catch{types}{binding}"))?;
                    self.block(&handler.body, indent + 1)?;
                }
                self.titled_block("else", otherwise, indent)?;
                self.titled_block("finally", finally, indent)
            }
            StmtKind::With {
                context,
                target,
                body,
            } => {
                let target = target
                    .as_ref()
                    .map(|it| format!(" as {}", self.pattern(it)))
                    .unwrap_or_default();
                self.line(indent, format_args!("with {}{target}", self.expr(context)))?;
                self.block(body, indent + 1)
            }
            StmtKind::Block(body) => {
                self.line(indent, "block")?;
                self.block(body, indent + 1)
            }
            StmtKind::Return(value) => self.keyword("return", value.as_ref(), indent),
            StmtKind::Throw(value) => self.keyword("throw", value.as_ref(), indent),
            StmtKind::Break => self.line(indent, "break"),
            StmtKind::Continue => self.line(indent, "continue"),
        }
    }

    fn titled_block(&mut self, title: &str, body: &[Stmt], indent: usize) -> fmt::Result {
        if body.is_empty() {
            return Ok(());
        }
        self.line(indent, title)?;
        self.block(body, indent + 1)
    }

    fn keyword(&mut self, keyword: &str, value: Option<&Expr>, indent: usize) -> fmt::Result {
        match value {
            Some(value) => self.line(indent, format_args!("{keyword} {}", self.expr(value))),
            None => self.line(indent, keyword),
        }
    }

    fn case(&mut self, case: &Case, indent: usize) -> fmt::Result {
        let tests = if case.tests.is_empty() {
            "default".to_owned()
        } else {
            format!("case {}", self.list(&case.tests))
        };
        let bindings = case
            .bindings
            .as_ref()
            .map(|it| format!(" as {}", self.pattern(it)))
            .unwrap_or_default();
        let falls_through = if case.falls_through {
            " (falls through)"
        } else {
            ""
        };
        self.line(indent, format_args!("{tests}{bindings}{falls_through}"))?;
        self.block(&case.body, indent + 1)
    }

    fn variable(&self, id: VariableId) -> String {
        let name = self
            .module
            .variable(id)
            .map_or("?", |variable| variable.name.as_str());
        format!("{name}#{}", id.0)
    }

    fn list(&self, exprs: &[Expr]) -> String {
        joined(exprs.iter().map(|expr| self.expr(expr)))
    }

    fn expr(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Literal(literal) => literal_text(literal),
            ExprKind::Variable(id) => self.variable(*id),
            ExprKind::Global(name) => format!("global {name}"),
            ExprKind::Import {
                module,
                member: None,
            } => format!("import({module:?})"),
            ExprKind::Import {
                module,
                member: Some(member),
            } => format!("import({module:?}::{member})"),
            ExprKind::Field { base, name } => format!("{}.{name}", self.operand(base)),
            ExprKind::Index { base, index } => {
                format!("{}[{}]", self.operand(base), self.expr(index))
            }
            ExprKind::Slice { base, end, bounds } => {
                let base = self.operand(base);
                let bounds = self.list(bounds);
                match end {
                    Some(end) => format!("{base}[slice {bounds} to {}]", self.expr(end)),
                    None => format!("{base}[slice {bounds}]"),
                }
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::Text(parts) => format!("text({})", self.list(parts)),
            ExprKind::Binary { op, left, right } => {
                format!(
                    "({} {} {})",
                    self.expr(left),
                    binary_text(*op),
                    self.expr(right)
                )
            }
            ExprKind::Compare { op, left, right } => {
                format!(
                    "({} {} {})",
                    self.expr(left),
                    compare_text(*op),
                    self.expr(right)
                )
            }
            ExprKind::Not(inner) => format!("not {}", self.operand(inner)),
            ExprKind::And(left, right) => format!("({} and {})", self.expr(left), self.expr(right)),
            ExprKind::Or(left, right) => format!("({} or {})", self.expr(left), self.expr(right)),
            ExprKind::Conditional {
                test,
                then,
                otherwise,
            } => {
                format!(
                    "({} ? {} : {})",
                    self.expr(test),
                    self.expr(then),
                    self.expr(otherwise)
                )
            }
            ExprKind::Object(properties) => format!(
                "{{{}}}",
                joined(properties.iter().map(|it| self.property(it)))
            ),
            ExprKind::List(elements) => format!(
                "[{}]",
                joined(elements.iter().map(|element| match element {
                    Element::Item(item) => self.expr(item),
                    Element::Spread(list) => format!("...{}", self.expr(list)),
                }))
            ),
            ExprKind::Comprehension {
                clauses,
                key,
                element,
            } => {
                let key = key
                    .as_ref()
                    .map(|it| format!("{}: ", self.expr(it)))
                    .unwrap_or_default();
                let mut text = format!("collect({key}{}", self.expr(element));
                for clause in clauses {
                    text += &format!(
                        " for {} of {}",
                        self.pattern(&clause.target),
                        self.expr(&clause.iterable)
                    );
                    for condition in &clause.conditions {
                        text += &format!(" if {}", self.expr(condition));
                    }
                }
                text + ")"
            }
            ExprKind::Closure(id) => format!("fn@{}", id.0),
            ExprKind::Class(id) => format!("class@{}", id.0),
            ExprKind::Decorated { decorator, inner } => {
                format!("decorated(@{}, {})", self.expr(decorator), self.expr(inner))
            }
            ExprKind::Super => "super".to_owned(),
            ExprKind::Await(inner) => format!("await {}", self.operand(inner)),
            ExprKind::Yield(None) => "yield".to_owned(),
            ExprKind::Yield(Some(inner)) => format!("yield {}", self.operand(inner)),
            ExprKind::Assign { target, value } => {
                format!("({} := {})", self.pattern(target), self.expr(value))
            }
            ExprKind::Sequence(exprs) => format!("sequence({})", self.list(exprs)),
            ExprKind::Unknown(exprs) => format!("unknown({})", self.list(exprs)),
        }
    }

    /// An expression before a suffix or after a prefix: prefix forms get brackets, so that the text reads one way only.
    fn operand(&self, expr: &Expr) -> String {
        let is_prefix = matches!(
            expr.kind,
            ExprKind::Not(_) | ExprKind::Await(_) | ExprKind::Yield(_)
        ) || matches!(&expr.kind, ExprKind::Call(call) if call.is_new);
        if is_prefix {
            format!("({})", self.expr(expr))
        } else {
            self.expr(expr)
        }
    }

    fn call(&self, call: &Call) -> String {
        let new = if call.is_new { "new " } else { "" };
        let optional = if call.is_optional { "?" } else { "" };
        let arguments = joined(call.arguments.iter().map(|argument| match argument {
            Argument::Positional(value) => self.expr(value),
            Argument::Named(name, value) => format!("{name}={}", self.expr(value)),
            Argument::Spread(value) => format!("...{}", self.expr(value)),
            Argument::NamedSpread(value) => format!("**{}", self.expr(value)),
        }));
        format!("{new}{}{optional}({arguments})", self.operand(&call.callee))
    }

    fn property(&self, property: &Property) -> String {
        match property {
            Property::Field(PropertyKey::Name(name), value) => {
                format!("{}: {}", key_text(name), self.expr(value))
            }
            Property::Field(PropertyKey::Computed(key), value) => {
                format!("[{}]: {}", self.expr(key), self.expr(value))
            }
            Property::Spread(value) => format!("...{}", self.expr(value)),
        }
    }

    fn pattern(&self, pattern: &Pattern) -> String {
        match pattern {
            Pattern::Variable(id, _) => self.variable(*id),
            Pattern::Place(place) => self.expr(place),
            Pattern::Object { properties, rest } => {
                let properties = properties.iter().map(|property| {
                    let key = property
                        .key
                        .as_ref()
                        .map_or_else(|| "[computed]".to_owned(), key_text);
                    format!("{key}: {}", self.pattern(&property.value))
                });
                let rest = rest.iter().map(|rest| format!("...{}", self.pattern(rest)));
                format!("{{{}}}", joined(properties.chain(rest)))
            }
            Pattern::List { items, rest } => {
                let mut parts: Vec<String> = items
                    .iter()
                    .map(|item| item.as_ref().map(|it| self.pattern(it)).unwrap_or_default())
                    .collect();
                if let Some((position, rest)) = rest {
                    parts.insert(
                        (*position).min(parts.len()),
                        format!("...{}", self.pattern(rest)),
                    );
                }
                format!("[{}]", parts.join(", "))
            }
            Pattern::Default(inner, default) => {
                format!("{} = {}", self.pattern(inner), self.expr(default))
            }
            Pattern::Ignore => "_".to_owned(),
        }
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn name_or_dash(name: Option<&Name>) -> &str {
    name.map_or("-", Name::as_str)
}

/// A key as it is, or quoted where it is not a plain word.
fn key_text(name: &Name) -> String {
    let is_word = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '#'));
    if is_word {
        name.to_string()
    } else {
        format!("{name:?}")
    }
}

fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => format!("{text:?}"),
        Literal::Number(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
        Literal::Null => "null".to_owned(),
        Literal::Regex(pattern) => format!("/{pattern}/"),
    }
}

fn binary_text(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Multiply => "*",
        BinaryOp::Or => "|",
        BinaryOp::Subtract => "-",
        BinaryOp::Divide => "/",
        BinaryOp::Scale => "scale",
        BinaryOp::Other => "op",
    }
}

fn compare_text(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => "==",
        CompareOp::NotEqual => "!=",
        CompareOp::In => "in",
        CompareOp::NotIn => "not in",
        CompareOp::Less => "<",
        CompareOp::Greater => ">",
        CompareOp::InstanceOf => "instanceof",
    }
}
