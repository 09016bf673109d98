//! What a module takes from others and gives to them: `import` and `export`.
//!
//! An imported name is not a variable: every use of it is written out as the import it stands for.

use base::{Name, Span};
use ir::{Export, Expr, ExprKind, Import, Pattern, Stmt, VariableId};
use oxc_ast::ast::{
    BindingIdentifier, BindingPattern, Declaration, ExportAllDeclaration, ExportDefaultDeclaration,
    ExportDefaultDeclarationKind, ExportFromDeclaration, ExportNamedDeclaration, ImportDeclaration,
    ImportDeclarationSpecifier, ModuleDeclaration, ModuleExportName, Statement,
};

use crate::function::Hint;
use crate::lowerer::{Lowerer, span};
use crate::scope::Binding;
use crate::stmt::assign;

impl Lowerer<'_> {
    /// Binds the names of all imports, which hold in the whole file wherever they stand.
    pub(crate) fn bind_imports(&mut self, statements: &[Statement<'_>]) {
        for statement in statements {
            if let Statement::ImportDeclaration(import) = statement {
                self.bind_import(import);
            }
        }
    }

    fn bind_import(&mut self, import: &ImportDeclaration<'_>) {
        let module = Name::new(import.source.value.as_str());
        for specifier in import.specifiers.iter().flatten() {
            let (local, member) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(it) => {
                    (&it.local, Some(export_name(&it.imported)))
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(it) => {
                    (&it.local, Some(Name::new_static("default")))
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(it) => (&it.local, None),
            };
            self.bind_to_import(local, module.clone(), member);
        }
    }

    pub(crate) fn bind_to_import(
        &mut self,
        local: &BindingIdentifier<'_>,
        module: Name,
        member: Option<Name>,
    ) {
        if let Some(symbol) = local.symbol_id.get() {
            self.scopes.bind(symbol, Binding::Import { module, member });
        }
    }

    /// Lists a module specifier.
    pub(crate) fn note_import(&mut self, module: &Name, span: Span) {
        self.module.imports.push(Import {
            module: module.clone(),
            span,
        });
    }

    pub(crate) fn module_declaration(
        &mut self,
        declaration: &ModuleDeclaration<'_>,
        out: &mut Vec<Stmt>,
    ) {
        match declaration {
            ModuleDeclaration::ImportDeclaration(it) => {
                let module = Name::new(it.source.value.as_str());
                self.note_import(&module, span(it.source.span));
            }
            ModuleDeclaration::ExportAllDeclaration(it) => self.export_all(it, out),
            ModuleDeclaration::ExportDefaultDeclaration(it) => self.export_default(it, out),
            ModuleDeclaration::ExportDeclaration(it) => {
                self.declaration(&it.declaration, out);
                for name in declared_names(&it.declaration) {
                    self.export_declared(name);
                }
            }
            ModuleDeclaration::ExportNamedDeclaration(it) if it.export_kind.is_value() => {
                self.export_named(it, out);
            }
            ModuleDeclaration::ExportFromDeclaration(it) => self.export_from(it, out),
            ModuleDeclaration::TSExportAssignment(it) => {
                let place = span(it.span);
                let name = Some(Name::new_static("exports"));
                let value = self.hinted_expr(
                    &it.expression,
                    Hint {
                        name,
                        first_annotation: None,
                    },
                );
                let exports = self.exports_object();
                out.push(assign(Pattern::Variable(exports, place), value, place));
            }
            ModuleDeclaration::ExportNamedDeclaration(_)
            | ModuleDeclaration::TSNamespaceExportDeclaration(_) => {}
        }
    }

    /// `export default function () {}` is hoisted like any function declaration.
    pub(crate) fn hoist_default_export(
        &mut self,
        export: &ExportDefaultDeclaration<'_>,
        out: &mut Vec<Stmt>,
    ) {
        let ExportDefaultDeclarationKind::FunctionDeclaration(function) = &export.declaration
        else {
            return;
        };
        if function.body.is_none() {
            return;
        }
        let place = span(function.span);
        let variable = match &function.id {
            Some(name) => self.declared(name),
            None => self.temporary("default"),
        };
        let name = Some(Name::new_static("default"));
        let value = ExprKind::Closure(self.function_declaration(function, name));
        let target = Pattern::Variable(variable, place);
        out.push(assign(target, Expr::new(value, place), place));
        self.export(Name::new_static("default"), variable);
    }

    fn export_default(&mut self, export: &ExportDefaultDeclaration<'_>, out: &mut Vec<Stmt>) {
        let default = Name::new_static("default");
        match &export.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(_)
            | ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => {}
            ExportDefaultDeclarationKind::ClassDeclaration(class) => match &class.id {
                Some(name) => {
                    self.class_declaration(class, out);
                    let variable = self.declared(name);
                    self.export(default, variable);
                }
                None => {
                    let name = Some(default);
                    let value = self.class_expr(
                        class,
                        Hint {
                            name,
                            first_annotation: None,
                        },
                    );
                    self.export_value(Name::new_static("default"), value, out);
                }
            },
            declaration => {
                if let Some(expr) = declaration.as_expression() {
                    let hint = Hint {
                        name: Some(default.clone()),
                        first_annotation: None,
                    };
                    let value = self.hinted_expr(expr, hint);
                    self.export_value(default, value, out);
                }
            }
        }
    }

    fn export_named(&mut self, export: &ExportNamedDeclaration<'_>, out: &mut Vec<Stmt>) {
        for specifier in export
            .specifiers
            .iter()
            .filter(|it| it.export_kind.is_value())
        {
            let ModuleExportName::IdentifierReference(local) = &specifier.local else {
                continue;
            };
            let name = export_name(&specifier.exported);
            let place = span(specifier.span);
            let reference = local.reference_id.get();
            let symbol = reference.and_then(|it| self.scopes.scoping.get_reference(it).symbol_id());
            let is_type = symbol.is_some_and(|it| {
                !self
                    .scopes
                    .scoping
                    .symbol_flags(it)
                    .can_be_referenced_by_value()
            });
            if is_type {
                continue;
            }
            match self.reference(local, place) {
                Expr {
                    kind: ExprKind::Variable(variable),
                    ..
                } => self.export(name, variable),
                value => self.export_value(name, value, out),
            }
        }
    }

    fn export_from(&mut self, export: &ExportFromDeclaration<'_>, out: &mut Vec<Stmt>) {
        let module = Name::new(export.source.value.as_str());
        self.note_import(&module, span(export.source.span));
        if !export.export_kind.is_value() {
            return;
        }
        for specifier in export
            .specifiers
            .iter()
            .filter(|it| it.export_kind.is_value())
        {
            let member = Some(export_name(&specifier.local));
            let kind = ExprKind::Import {
                module: module.clone(),
                member,
            };
            let value = Expr::new(kind, span(specifier.span));
            self.export_value(export_name(&specifier.exported), value, out);
        }
    }

    fn export_all(&mut self, export: &ExportAllDeclaration<'_>, out: &mut Vec<Stmt>) {
        let module = Name::new(export.source.value.as_str());
        self.note_import(&module, span(export.source.span));
        if !export.export_kind.is_value() {
            return;
        }
        match &export.exported {
            Some(name) => {
                let kind = ExprKind::Import {
                    module,
                    member: None,
                };
                let value = Expr::new(kind, span(export.span));
                self.export_value(export_name(name), value, out);
            }
            None => self.module.star_exports.push(module),
        }
    }

    fn export_declared(&mut self, identifier: &BindingIdentifier<'_>) {
        let symbol = identifier.symbol_id.get();
        let name = Name::new(identifier.name.as_str());
        if let Some(Binding::Variable(variable)) = symbol.map(|symbol| self.symbol(symbol)) {
            self.export(name, variable);
        }
    }

    /// Exports a value that no variable of the source holds.
    fn export_value(&mut self, name: Name, value: Expr, out: &mut Vec<Stmt>) {
        let place = value.span;
        let variable = self.temporary(name.as_str());
        out.push(assign(Pattern::Variable(variable, place), value, place));
        self.export(name, variable);
    }

    fn export(&mut self, name: Name, variable: VariableId) {
        self.module.exports.push(Export { name, variable });
    }
}

/// The values that a declaration gives names to; types are left out.
pub(crate) fn declared_names<'d, 'a>(
    declaration: &'d Declaration<'a>,
) -> Vec<&'d BindingIdentifier<'a>> {
    match declaration {
        Declaration::VariableDeclaration(it) if !it.declare => {
            let patterns = it.declarations.iter().map(|declarator| &declarator.id);
            patterns
                .flat_map(BindingPattern::get_binding_identifiers)
                .collect()
        }
        Declaration::FunctionDeclaration(it) if it.body.is_some() => it.id.iter().collect(),
        Declaration::ClassDeclaration(it) if !it.declare => it.id.iter().collect(),
        Declaration::TSEnumDeclaration(it) if !it.declare => vec![&it.id],
        Declaration::TSNamespaceDeclaration(it) if !it.declare => vec![&it.id],
        Declaration::TSImportEqualsDeclaration(it) => vec![&it.id],
        _ => Vec::new(),
    }
}

fn export_name(name: &ModuleExportName<'_>) -> Name {
    Name::new(name.name().as_str())
}
