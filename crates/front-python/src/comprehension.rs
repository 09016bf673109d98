//! Comprehensions and generator expressions.

use ir::{Clause, ExprKind};
use ruff_python_ast as ast;

use crate::bind::Collector;
use crate::lowerer::Lowerer;
use crate::scope::{Scope, ScopeKind};

impl Lowerer<'_> {
    /// Lowers a comprehension. Its first iterable belongs to the scope around it, everything else to its own.
    pub(crate) fn comprehension(
        &mut self,
        generators: &[ast::Comprehension],
        key: Option<&ast::Expr>,
        element: &ast::Expr,
    ) -> ExprKind {
        let mut outermost = generators
            .first()
            .map(|generator| self.expr(&generator.iter));
        let mut names = Collector::new(false);
        for generator in generators {
            names.target(&generator.target);
        }
        self.scopes
            .push(Scope::new(ScopeKind::Comprehension, self.function()));
        self.declare(names);
        let mut clauses = Vec::with_capacity(generators.len());
        for generator in generators {
            let iterable = match outermost.take() {
                Some(iterable) => iterable,
                None => self.expr(&generator.iter),
            };
            let target = self.target(&generator.target);
            let conditions = self.exprs(&generator.ifs);
            clauses.push(Clause {
                target,
                iterable,
                conditions,
            });
        }
        let key = key.map(|key| self.boxed(key));
        let element = self.boxed(element);
        self.scopes.pop();
        ExprKind::Comprehension {
            clauses,
            key,
            element,
        }
    }
}
