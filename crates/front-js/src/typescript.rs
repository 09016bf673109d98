//! What TypeScript adds: enums, namespaces, `import x = require("y")`, and the type names that are worth keeping.

use base::Name;
use ir::{Expr, ExprKind, Literal, Pattern, Property, PropertyKey, Stmt, StmtKind, VariableId};
use oxc_ast::ast::{
    Statement, TSEnumDeclaration, TSEnumMember, TSImportEqualsDeclaration, TSModuleReference,
    TSNamespaceDeclaration, TSNamespaceDeclarationBody, TSType, TSTypeName,
};

use crate::expr::{field, variable_field};
use crate::function::assign_field;
use crate::lowerer::{Lowerer, boxed, span, stmt, unknown};
use crate::module::declared_names;
use crate::stmt::assign;

/// How many parts a dotted name may have; more are cut off on the left.
const MAX_NAME_PARTS: usize = 16;

impl Lowerer<'_> {
    /// An enum as an object of its members.
    pub(crate) fn ts_enum(&mut self, declaration: &TSEnumDeclaration<'_>, out: &mut Vec<Stmt>) {
        if declaration.declare {
            return;
        }
        let place = span(declaration.span);
        let mut next = Some(0.0);
        let mut properties = Vec::new();
        for member in &declaration.body.members {
            let value = self.enum_member(member, &mut next);
            let name = Name::new(member.id.static_name().as_str());
            properties.push(Property::Field(PropertyKey::Name(name), value));
        }
        let target = Pattern::Variable(self.declared(&declaration.id), span(declaration.id.span));
        out.push(assign(
            target,
            Expr::new(ExprKind::Object(properties), place),
            place,
        ));
    }

    /// The value of a member: as written, or one more than the member before.
    fn enum_member(&mut self, member: &TSEnumMember<'_>, next: &mut Option<f64>) -> Expr {
        let value = match (&member.initializer, *next) {
            (Some(written), _) => self.expr(written),
            (None, Some(number)) => {
                let kind = ExprKind::Literal(Literal::Number(number));
                Expr::new(kind, span(member.span))
            }
            (None, None) => unknown(Vec::new(), span(member.span)),
        };
        *next = match value.kind {
            ExprKind::Literal(Literal::Number(number)) => Some(number + 1.0),
            _ => None,
        };
        value
    }

    /// A namespace as an object whose fields are its exports; declarations of the same name add to it.
    pub(crate) fn ts_namespace(
        &mut self,
        declaration: &TSNamespaceDeclaration<'_>,
        out: &mut Vec<Stmt>,
    ) {
        if declaration.declare {
            return;
        }
        let place = span(declaration.span);
        let variable = self.declared(&declaration.id);
        let old = boxed(ExprKind::Variable(variable), place);
        let empty = boxed(ExprKind::Object(Vec::new()), place);
        let value = Expr::new(ExprKind::Or(old, empty), place);
        let target = Pattern::Variable(variable, span(declaration.id.span));
        out.push(assign(target, value, place));
        let body = match &declaration.body {
            TSNamespaceDeclarationBody::TSModuleBlock(block) => {
                self.namespace_body(&block.body, variable)
            }
            TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => {
                let mut body = Vec::new();
                let lowered = self.nested(place, |this| this.ts_namespace(inner, &mut body));
                if lowered.is_some() {
                    let inner_variable = self.declared(&inner.id);
                    let name = Name::new(inner.id.name.as_str());
                    let value = Expr::new(ExprKind::Variable(inner_variable), place);
                    body.push(assign_field(
                        variable_field(variable, name, place),
                        value,
                        place,
                    ));
                }
                body
            }
        };
        out.push(stmt(StmtKind::Block(body), place));
    }

    fn namespace_body(&mut self, statements: &[Statement<'_>], namespace: VariableId) -> Vec<Stmt> {
        // Inside a namespace, `export` gives a name to the namespace, not to other modules.
        let exports_before = self.module.exports.len();
        let mut body = self.statements(statements);
        self.module.exports.truncate(exports_before);
        for statement in statements {
            let Statement::ExportDeclaration(export) = statement else {
                continue;
            };
            for identifier in declared_names(&export.declaration) {
                let place = span(identifier.span);
                let variable = self.declared(identifier);
                let value = Expr::new(ExprKind::Variable(variable), place);
                let name = Name::new(identifier.name.as_str());
                body.push(assign_field(
                    variable_field(namespace, name, place),
                    value,
                    place,
                ));
            }
        }
        body
    }

    /// `import x = require("y")` and `import x = A.b`.
    pub(crate) fn ts_import_equals(
        &mut self,
        import: &TSImportEqualsDeclaration<'_>,
        out: &mut Vec<Stmt>,
    ) {
        let place = span(import.span);
        let value = match &import.module_reference {
            TSModuleReference::ExternalModuleReference(it) => {
                let module = Name::new(it.expression.value.as_str());
                self.note_import(&module, span(it.expression.span));
                Expr::new(
                    ExprKind::Import {
                        module,
                        member: None,
                    },
                    place,
                )
            }
            TSModuleReference::IdentifierReference(it) => self.reference(it, span(it.span)),
            TSModuleReference::QualifiedName(it) => {
                let mut names = vec![(&it.right.name, span(it.span))];
                let mut left = &it.left;
                while let TSTypeName::QualifiedName(it) = left {
                    names.push((&it.right.name, span(it.span)));
                    left = &it.left;
                }
                let base = match left {
                    TSTypeName::IdentifierReference(it) => self.reference(it, span(it.span)),
                    _ => self.this(place),
                };
                let names = names.into_iter().rev().take(MAX_NAME_PARTS);
                names.fold(base, |base, (name, place)| {
                    field(base, Name::new(name.as_str()), place)
                })
            }
        };
        if import.import_kind.is_value() {
            let target = Pattern::Variable(self.declared(&import.id), span(import.id.span));
            out.push(assign(target, value, place));
        }
    }
}

/// The type of the first parameter, as far as a function type's name says it. Handler types either carry it as their first
/// argument (`Handler<SQSEvent>`) or are named for it (`SQSHandler`).
pub(crate) fn first_parameter_type(function_type: &TSType<'_>) -> Option<Name> {
    if let TSType::TSTypeReference(reference) = function_type
        && let Some(arguments) = &reference.type_arguments
        && let Some(first @ TSType::TSTypeReference(_)) = arguments.params.first()
    {
        return type_name(first);
    }
    type_name(function_type)
}

/// The dotted name of a type that is a plain reference.
pub(crate) fn type_name(written: &TSType<'_>) -> Option<Name> {
    let TSType::TSTypeReference(reference) = written else {
        return None;
    };
    let mut parts = Vec::new();
    let mut current = &reference.type_name;
    while let TSTypeName::QualifiedName(it) = current {
        if MAX_NAME_PARTS <= parts.len() {
            break;
        }
        parts.push(it.right.name.as_str());
        current = &it.left;
    }
    if let TSTypeName::IdentifierReference(it) = current {
        parts.push(it.name.as_str());
    }
    parts.reverse();
    Some(Name::new(parts.join(".")))
}
