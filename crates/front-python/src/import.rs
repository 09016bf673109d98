//! Import statements. A name that nothing but one import binds is replaced by the import at each of its uses; the statement
//! itself only remains where other modules can see the name, or where it is one of several assignments.

use base::{Name, Span};
use ir::{Expr, ExprKind, Import, Stmt};
use ruff_python_ast::{Alias, StmtImport, StmtImportFrom};
use smol_str::SmolStrBuilder;

use crate::lowerer::{Lowerer, assign, span_of};
use crate::scope::{Binding, ScopeKind};

/// The name that `import a.b` or `import a.b as c` binds, and the module it is bound to: (`a`, `a`) and (`c`, `a.b`).
pub(crate) fn bound_module(alias: &Alias) -> (&str, &str) {
    let written = alias.name.as_str();
    match &alias.asname {
        Some(name) => (name.as_str(), written),
        None => {
            let package = written
                .split_once('.')
                .map_or(written, |(package, _)| package);
            (package, package)
        }
    }
}

/// The module of `from … import`, with its leading dots.
pub(crate) fn specifier(import: &StmtImportFrom) -> Name {
    let mut name = SmolStrBuilder::new();
    // More dots than any path has segments mean nothing; the source can still write a million of them.
    for _ in 0..import.level.min(64) {
        name.push('.');
    }
    name.push_str(import.module.as_deref().unwrap_or_default());
    name.finish()
}

impl Lowerer<'_> {
    pub(crate) fn import(&mut self, import: &StmtImport, out: &mut Vec<Stmt>) {
        for alias in &import.names {
            self.module.imports.push(Import {
                module: Name::new(&alias.name),
                span: span_of(&alias.name),
            });
            let (name, module) = bound_module(alias);
            let value = ExprKind::Import {
                module: Name::new(module),
                member: None,
            };
            self.bind_import(name, value, span_of(alias), out);
        }
    }

    pub(crate) fn import_from(&mut self, import: &StmtImportFrom, out: &mut Vec<Stmt>) {
        let module = specifier(import);
        let span = self.specifier_span(import);
        self.module.imports.push(Import {
            module: module.clone(),
            span,
        });
        for alias in import
            .names
            .iter()
            .filter(|alias| alias.name.as_str() != "*")
        {
            let name = alias.asname.as_ref().unwrap_or(&alias.name);
            let value = ExprKind::Import {
                module: module.clone(),
                member: Some(Name::new(&alias.name)),
            };
            self.bind_import(name, value, span_of(alias), out);
        }
    }

    fn bind_import(&mut self, name: &str, value: ExprKind, span: Span, out: &mut Vec<Stmt>) {
        let Some(scope) = self.scopes.last() else {
            return;
        };
        let is_alias = matches!(scope.names.get(name), Some(Binding::Import { .. }));
        let value = Expr::new(value, span);
        match scope.kind {
            ScopeKind::Class if is_alias => self.push_field(name, value),
            ScopeKind::Function | ScopeKind::Comprehension if is_alias => {}
            _ => {
                let target = self.bind(name, span);
                out.push(assign(target, value, span));
            }
        }
    }

    /// The bytes of the specifier: from the first dot, or of the module's name.
    fn specifier_span(&self, import: &StmtImportFrom) -> Span {
        let whole = span_of(import);
        let end = match (&import.module, import.names.first()) {
            (Some(module), _) => span_of(module).end,
            (None, Some(alias)) => span_of(alias).start,
            (None, None) => whole.end,
        };
        let start = match &import.module {
            Some(module) if import.level == 0 => span_of(module).start,
            _ => {
                let before = Span::new(whole.start, end).of(self.text);
                let dot = before.find('.').unwrap_or_default();
                whole.start + dot as u32
            }
        };
        // Without a module's name, `import` stands between the last dot and the names.
        let written = Span::new(start, end).of(self.text);
        let length = match &import.module {
            Some(_) => written.len(),
            None => written.rfind('.').map_or(0, |dot| dot + 1),
        };
        Span::new(start, start + length as u32)
    }
}
