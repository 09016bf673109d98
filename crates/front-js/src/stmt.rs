//! Statements.

use base::Span;
use ir::{Case, Expr, ExprKind, Handler, Literal, Pattern, Stmt, StmtKind};
use oxc_ast::ast::{
    Class, Declaration, Expression, ForStatementInit, ForStatementLeft, Function, Statement,
    SwitchStatement, TryStatement, UnaryExpression, VariableDeclaration, VariableDeclarationKind,
    VariableDeclarator,
};
use oxc_span::GetSpan;
use oxc_syntax::operator::UnaryOperator;

use crate::function::Hint;
use crate::lowerer::{Lowerer, null, span, stmt};
use crate::pattern::simple_name;
use crate::typescript::first_parameter_type;

impl Lowerer<'_> {
    /// The statements of one scope; its function declarations come first.
    pub(crate) fn statements(&mut self, statements: &[Statement<'_>]) -> Vec<Stmt> {
        let mut out = Vec::with_capacity(statements.len());
        for statement in statements {
            self.hoist(statement, &mut out);
        }
        for (index, statement) in statements.iter().enumerate() {
            if let Some((declaration, rest)) =
                using_declaration(statement).zip(statements.get(index + 1..))
            {
                self.using(declaration, rest, &mut out);
                break;
            }
            self.statement(statement, &mut out);
        }
        out
    }

    /// A statement that stands alone where a block could.
    fn body(&mut self, statement: &Statement<'_>) -> Vec<Stmt> {
        match statement {
            Statement::BlockStatement(block) => {
                let place = span(block.span);
                self.nested(place, |this| this.statements(&block.body))
                    .unwrap_or_default()
            }
            _ => {
                let mut out = Vec::new();
                self.hoist(statement, &mut out);
                self.statement(statement, &mut out);
                out
            }
        }
    }

    fn hoist(&mut self, statement: &Statement<'_>, out: &mut Vec<Stmt>) {
        match statement {
            Statement::FunctionDeclaration(function) => self.hoist_function(function, out),
            Statement::ExportDeclaration(export) => {
                if let Declaration::FunctionDeclaration(function) = &export.declaration {
                    self.hoist_function(function, out);
                }
            }
            Statement::ExportDefaultDeclaration(export) => self.hoist_default_export(export, out),
            _ => {}
        }
    }

    fn hoist_function(&mut self, function: &Function<'_>, out: &mut Vec<Stmt>) {
        if let Some(name) = function.id.as_ref().filter(|_| function.body.is_some()) {
            let place = span(function.span);
            let target = Pattern::Variable(self.declared(name), span(name.span));
            let value = ExprKind::Closure(self.function_declaration(function, None));
            out.push(assign(target, Expr::new(value, place), place));
        }
    }

    pub(crate) fn statement(&mut self, statement: &Statement<'_>, out: &mut Vec<Stmt>) {
        let place = span(statement.span());
        let lowered = self.nested(place, |this| this.any_statement(statement, place, out));
        if lowered.is_none() {
            let lost = Expr::new(ExprKind::Unknown(Vec::new()), place);
            out.push(stmt(StmtKind::Expr(lost), place));
        }
    }

    fn any_statement(&mut self, statement: &Statement<'_>, place: Span, out: &mut Vec<Stmt>) {
        let kind = match statement {
            Statement::ExpressionStatement(it) => return self.effect(&it.expression, place, out),
            Statement::BlockStatement(it) => StmtKind::Block(self.statements(&it.body)),
            Statement::IfStatement(it) => StmtKind::If {
                test: self.expr(&it.test),
                then: self.body(&it.consequent),
                otherwise: it
                    .alternate
                    .as_ref()
                    .map(|it| self.body(it))
                    .unwrap_or_default(),
            },
            Statement::WhileStatement(it) => StmtKind::While {
                test: self.expr(&it.test),
                body: self.body(&it.body),
                body_first: false,
            },
            Statement::DoWhileStatement(it) => {
                let body = self.body(&it.body);
                StmtKind::While {
                    test: self.expr(&it.test),
                    body,
                    body_first: true,
                }
            }
            Statement::ForStatement(it) => {
                match &it.init {
                    Some(ForStatementInit::VariableDeclaration(declaration)) => {
                        self.variables(declaration, out);
                    }
                    Some(init) => {
                        if let Some(expr) = init.as_expression() {
                            self.effect(expr, span(expr.span()), out);
                        }
                    }
                    None => {}
                }
                let test = match &it.test {
                    Some(test) => self.expr(test),
                    None => Expr::new(ExprKind::Literal(Literal::Bool(true)), place),
                };
                let mut body = self.body(&it.body);
                if let Some(update) = &it.update {
                    self.effect(update, span(update.span()), &mut body);
                }
                StmtKind::While {
                    test,
                    body,
                    body_first: false,
                }
            }
            Statement::ForInStatement(it) => StmtKind::ForEach {
                iterable: self.expr(&it.right),
                target: self.loop_target(&it.left),
                over_keys: true,
                body: self.body(&it.body),
            },
            Statement::ForOfStatement(it) => {
                let right = self.expr(&it.right);
                let iterable = match it.r#await {
                    true => Expr {
                        span: right.span,
                        kind: ExprKind::Await(Box::new(right)),
                    },
                    false => right,
                };
                let target = self.loop_target(&it.left);
                StmtKind::ForEach {
                    target,
                    iterable,
                    over_keys: false,
                    body: self.body(&it.body),
                }
            }
            Statement::SwitchStatement(it) => StmtKind::Switch {
                subject: self.expr(&it.discriminant),
                cases: self.cases(it),
            },
            Statement::TryStatement(it) => self.try_statement(it),
            Statement::ReturnStatement(it) => {
                StmtKind::Return(it.argument.as_ref().map(|it| self.expr(it)))
            }
            Statement::ThrowStatement(it) => StmtKind::Throw(Some(self.expr(&it.argument))),
            Statement::BreakStatement(_) => StmtKind::Break,
            Statement::ContinueStatement(_) => StmtKind::Continue,
            Statement::LabeledStatement(it) => StmtKind::Block(self.body(&it.body)),
            Statement::WithStatement(it) => StmtKind::With {
                context: self.expr(&it.object),
                target: None,
                body: self.body(&it.body),
            },
            Statement::DebuggerStatement(_) | Statement::EmptyStatement(_) => return,
            _ => match (
                statement.as_declaration(),
                statement.as_module_declaration(),
            ) {
                (Some(declaration), _) => return self.declaration(declaration, out),
                (_, Some(declaration)) => return self.module_declaration(declaration, out),
                _ => return,
            },
        };
        out.push(stmt(kind, place));
    }

    /// An expression for its effect: assignments and deletions are statements of their own.
    fn effect(&mut self, expr: &Expression<'_>, place: Span, out: &mut Vec<Stmt>) {
        let kind = match expr {
            Expression::AssignmentExpression(it) => {
                let (target, value) = self.assignment(it);
                StmtKind::Assign { target, value }
            }
            Expression::UpdateExpression(it) => {
                let (target, value) = self.update(it);
                StmtKind::Assign { target, value }
            }
            Expression::UnaryExpression(it) if is_deletion(it) => {
                StmtKind::Delete(vec![self.expr(&it.argument)])
            }
            Expression::SequenceExpression(it) => {
                for expr in &it.expressions {
                    self.effect(expr, span(expr.span()), out);
                }
                return;
            }
            _ => StmtKind::Expr(self.expr(expr)),
        };
        out.push(stmt(kind, place));
    }

    pub(crate) fn declaration(&mut self, declaration: &Declaration<'_>, out: &mut Vec<Stmt>) {
        match declaration {
            Declaration::VariableDeclaration(it) => self.variables(it, out),
            Declaration::ClassDeclaration(it) => self.class_declaration(it, out),
            Declaration::TSEnumDeclaration(it) => self.ts_enum(it, out),
            Declaration::TSNamespaceDeclaration(it) => self.ts_namespace(it, out),
            Declaration::TSImportEqualsDeclaration(it) => self.ts_import_equals(it, out),
            // Functions are hoisted; the rest are types.
            Declaration::FunctionDeclaration(_)
            | Declaration::TSTypeAliasDeclaration(_)
            | Declaration::TSInterfaceDeclaration(_)
            | Declaration::TSExternalModuleDeclaration(_)
            | Declaration::TSGlobalDeclaration(_) => {}
        }
    }

    pub(crate) fn class_declaration(&mut self, class: &Class<'_>, out: &mut Vec<Stmt>) {
        if let Some(name) = class.id.as_ref().filter(|_| !class.declare) {
            let place = span(class.span);
            let variable = self.declared(name);
            let (value, static_blocks) = self.class(class, None, Some(variable));
            out.push(assign(
                Pattern::Variable(variable, span(name.span)),
                value,
                place,
            ));
            out.extend(
                static_blocks
                    .into_iter()
                    .map(|call| stmt(StmtKind::Expr(call), place)),
            );
        }
    }

    fn variables(&mut self, declaration: &VariableDeclaration<'_>, out: &mut Vec<Stmt>) {
        if declaration.declare {
            return;
        }
        for declarator in &declaration.declarations {
            let place = span(declarator.span);
            let target = self.binding(&declarator.id);
            match &declarator.init {
                Some(_) => {
                    let value = self.initial_value(declarator);
                    out.push(assign(target, value, place));
                }
                // `var x;` keeps the value that `x` has; `let x;` makes a new, undefined one.
                None if declaration.kind == VariableDeclarationKind::Var => {}
                None => out.push(assign(target, null(place), place)),
            }
        }
    }

    fn initial_value(&mut self, declarator: &VariableDeclarator<'_>) -> Expr {
        let name = simple_name(&declarator.id);
        let annotation = declarator.type_annotation.as_ref();
        let first_annotation = annotation.and_then(|it| first_parameter_type(&it.type_annotation));
        match &declarator.init {
            Some(init) => self.hinted_expr(
                init,
                Hint {
                    name,
                    first_annotation,
                },
            ),
            None => null(span(declarator.span)),
        }
    }

    /// `using x = f();` closes `x` at the end of the block: the rest of the block is its body.
    fn using(
        &mut self,
        declaration: &VariableDeclaration<'_>,
        rest: &[Statement<'_>],
        out: &mut Vec<Stmt>,
    ) {
        let mut opened = Vec::new();
        for declarator in &declaration.declarations {
            let target = self.binding(&declarator.id);
            opened.push((target, self.initial_value(declarator)));
        }
        let mut body = Vec::new();
        for (index, statement) in rest.iter().enumerate() {
            if let Some((next, rest)) = using_declaration(statement).zip(rest.get(index + 1..)) {
                let place = span(next.span);
                self.nested(place, |this| this.using(next, rest, &mut body));
                break;
            }
            self.statement(statement, &mut body);
        }
        let place = span(declaration.span);
        for (target, context) in opened.into_iter().rev() {
            let kind = StmtKind::With {
                context,
                target: Some(target),
                body,
            };
            body = vec![stmt(kind, place)];
        }
        out.append(&mut body);
    }

    fn loop_target(&mut self, left: &ForStatementLeft<'_>) -> Pattern {
        match left {
            ForStatementLeft::VariableDeclaration(it) => match it.declarations.first() {
                Some(declarator) => self.binding(&declarator.id),
                None => Pattern::Ignore,
            },
            _ => match left.as_assignment_target() {
                Some(target) => self.target(target),
                None => Pattern::Ignore,
            },
        }
    }

    /// The cases of a `switch`. Labels without statements join the case below them; the `break` at the end of a case is left
    /// out; a `default` that is not the last case moves to the end, since cases are tried in order, unless control runs
    /// into it or out of it.
    fn cases(&mut self, switch: &SwitchStatement<'_>) -> Vec<Case> {
        let mut cases: Vec<Case> = Vec::new();
        let mut tests = Vec::new();
        let mut is_default = false;
        for (index, case) in switch.cases.iter().enumerate() {
            match &case.test {
                Some(test) => tests.push(self.expr(test)),
                None => is_default = true,
            }
            let is_last = index + 1 == switch.cases.len();
            if case.consequent.is_empty() && !is_last {
                continue;
            }
            let mut body = self.statements(&case.consequent);
            let falls_through = !ends(&body) && !is_last;
            drop_break(&mut body);
            let tests = std::mem::take(&mut tests);
            let tests = if std::mem::take(&mut is_default) {
                Vec::new()
            } else {
                tests
            };
            cases.push(Case {
                tests,
                bindings: None,
                body,
                falls_through,
            });
        }
        let default = cases.iter().position(|case| case.tests.is_empty());
        if let Some(position) = default {
            let before = position.checked_sub(1).and_then(|before| cases.get(before));
            let is_entered = before.is_some_and(|case| case.falls_through);
            if !is_entered && cases.get(position).is_some_and(|case| !case.falls_through) {
                let default = cases.remove(position);
                cases.push(default);
            }
        }
        cases
    }

    fn try_statement(&mut self, it: &TryStatement<'_>) -> StmtKind {
        let body = self.statements(&it.block.body);
        let handler = it.handler.as_ref().map(|handler| Handler {
            types: Vec::new(),
            binding: handler.param.as_ref().map(|it| self.binding(&it.pattern)),
            body: self.statements(&handler.body.body),
            span: span(handler.span),
        });
        let finally = it.finalizer.as_ref().map(|it| self.statements(&it.body));
        StmtKind::Try {
            body,
            handlers: handler.into_iter().collect(),
            otherwise: Vec::new(),
            finally: finally.unwrap_or_default(),
        }
    }
}

/// `target = value`.
pub(crate) fn assign(target: Pattern, value: Expr, place: Span) -> Stmt {
    stmt(StmtKind::Assign { target, value }, place)
}

fn is_deletion(unary: &UnaryExpression<'_>) -> bool {
    unary.operator == UnaryOperator::Delete
}

fn using_declaration<'c, 'a>(statement: &'c Statement<'a>) -> Option<&'c VariableDeclaration<'a>> {
    match statement {
        Statement::VariableDeclaration(it)
            if matches!(
                it.kind,
                VariableDeclarationKind::Using | VariableDeclarationKind::AwaitUsing
            ) =>
        {
            Some(it)
        }
        _ => None,
    }
}

/// Whether control never runs off the end of `body`.
fn ends(body: &[Stmt]) -> bool {
    match body.last().map(|last| &last.kind) {
        Some(StmtKind::Return(_) | StmtKind::Throw(_) | StmtKind::Break | StmtKind::Continue) => {
            true
        }
        Some(StmtKind::Block(inner)) => ends(inner),
        Some(StmtKind::If {
            then, otherwise, ..
        }) => ends(then) && ends(otherwise),
        _ => false,
    }
}

/// Leaves out the `break` that ends a case.
fn drop_break(body: &mut Vec<Stmt>) {
    match body.last_mut().map(|last| &mut last.kind) {
        Some(StmtKind::Break) => {
            body.pop();
        }
        Some(StmtKind::Block(inner)) => drop_break(inner),
        _ => {}
    }
}
