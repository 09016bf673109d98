//! Annotations as values: what a library that reads them at run time is given.

use base::Name;
use ir::{Argument, Call, Expr, ExprKind};
use ruff_python_ast as ast;

use crate::function::{dotted, last_segment};
use crate::lowerer::{Lowerer, span_of};

impl Lowerer<'_> {
    /// The type that an annotation names. `List[int]` is a call of `List.__class_getitem__`, as it is when Python runs it, and
    /// `int | None` is `Union[int, None]`.
    pub(crate) fn annotation(&mut self, annotation: &ast::Expr) -> Expr {
        if self.expr_depth >= self.limit {
            return self.coarse(annotation);
        }
        self.expr_depth += 1;
        let kind = self.annotation_kind(annotation);
        self.expr_depth -= 1;
        kind.map_or_else(
            || self.expr(annotation),
            |kind| Expr::new(kind, span_of(annotation)),
        )
    }

    fn annotation_kind(&mut self, annotation: &ast::Expr) -> Option<ExprKind> {
        match annotation {
            ast::Expr::Subscript(subscript) => {
                let head = dotted(&subscript.value).unwrap_or_default();
                let arguments = match &*subscript.slice {
                    ast::Expr::Tuple(tuple) => tuple.elts.as_slice(),
                    single => std::slice::from_ref(single),
                };
                // What stands in these is a value rather than a type, but for the type that is annotated.
                let types = match last_segment(&head) {
                    "Literal" => 0,
                    "Annotated" => 1,
                    _ => arguments.len(),
                };
                let arguments = arguments.iter().enumerate().map(|(index, argument)| {
                    if index < types {
                        self.annotation(argument)
                    } else {
                        self.expr(argument)
                    }
                });
                let arguments = arguments.collect();
                let generic = self.annotation(&subscript.value);
                Some(of_generic(generic, arguments))
            }
            ast::Expr::BinOp(union) if union.op == ast::Operator::BitOr => {
                let sides = vec![self.annotation(&union.left), self.annotation(&union.right)];
                let any = ExprKind::Import {
                    module: Name::new_static("typing"),
                    member: Some(Name::new_static("Union")),
                };
                Some(of_generic(Expr::new(any, span_of(annotation)), sides))
            }
            // The name of a class that is defined further down.
            ast::Expr::StringLiteral(literal) => {
                let name = literal.value.to_str();
                let is_name = name.chars().all(|it| it.is_alphanumeric() || it == '_');
                Some(if is_name && !name.is_empty() {
                    self.name(name, span_of(annotation)).kind
                } else {
                    ExprKind::Unknown(Vec::new())
                })
            }
            _ => None,
        }
    }
}

fn of_generic(generic: Expr, arguments: Vec<Expr>) -> ExprKind {
    let span = generic.span;
    let callee = ExprKind::Field {
        base: Box::new(generic),
        name: Name::new_static("__class_getitem__"),
    };
    ExprKind::Call(Box::new(Call {
        callee: Expr::new(callee, span),
        arguments: arguments.into_iter().map(Argument::Positional).collect(),
        is_new: false,
        is_optional: false,
    }))
}
