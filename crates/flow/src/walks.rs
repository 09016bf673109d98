//! Variables that walk into an object along keys: `o = o[key]`, and the parameter of a function that calls itself with a part of
//! it, as `merge(target[key], source[key])`. Asked of the code where such a variable is written to by a key from outside.

use base::Name;
use ir::{
    Argument, Call, Expr, ExprKind, Literal, Module, Pattern, Stmt, StmtKind, VariableId, Visitor,
};

/// Whether the variable comes to hold a part, found by a key that is not written out, of what it held before.
pub(crate) fn walks_by_key(module: &Module, variable: VariableId) -> bool {
    let owner = module.variable(variable).map(|it| it.owner);
    let function = owner.and_then(|owner| module.function(owner));
    let parameter = function.and_then(|function| {
        let mut parameters = function.parameters.iter();
        let position = parameters.position(|it| binds(&it.target, variable))?;
        Some((function.name.as_ref()?, position))
    });
    let mut search = Search {
        module,
        variable,
        parameter,
        is_found: false,
    };
    module.visit(&mut search);
    search.is_found
}

struct Search<'m> {
    module: &'m Module,
    variable: VariableId,
    /// Where it is a parameter: the function's name, and which.
    parameter: Option<(&'m Name, usize)>,
    is_found: bool,
}

impl Visitor for Search<'_> {
    fn statement(&mut self, statement: &Stmt) {
        if let StmtKind::Assign { target, value } = &statement.kind {
            self.is_found |= binds(target, self.variable) && self.is_part(value);
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match &expression.kind {
            ExprKind::Assign { target, value } => {
                self.is_found |= binds(target, self.variable) && self.is_part(value);
            }
            ExprKind::Call(call) => self.is_found |= self.goes_on(call),
            _ => {}
        }
    }
}

impl Search<'_> {
    /// Whether the function of the parameter is called again, with a part of it.
    fn goes_on(&self, call: &Call) -> bool {
        let Some((function, position)) = self.parameter else {
            return false;
        };
        let callee = match &call.callee.kind {
            ExprKind::Variable(variable) => self.module.variable(*variable).map(|it| &it.name),
            ExprKind::Field { name, .. } => Some(name),
            _ => None,
        };
        callee == Some(function)
            && matches!(call.arguments.get(position), Some(Argument::Positional(value)) if self.is_part(value))
    }

    /// `variable[key]`, also with something else where there is no such part.
    fn is_part(&self, value: &Expr) -> bool {
        match &value.kind {
            ExprKind::Index { base, index } => {
                matches!(base.kind, ExprKind::Variable(it) if it == self.variable)
                    && !matches!(index.kind, ExprKind::Literal(Literal::Number(_)))
            }
            ExprKind::Or(one, other) | ExprKind::And(one, other) => {
                self.is_part(one) || self.is_part(other)
            }
            ExprKind::Conditional {
                then, otherwise, ..
            } => self.is_part(then) || self.is_part(otherwise),
            ExprKind::Assign { target, .. } => {
                matches!(target.as_ref(), Pattern::Place(place) if self.is_part(place))
            }
            _ => false,
        }
    }
}

fn binds(target: &Pattern, variable: VariableId) -> bool {
    match target {
        Pattern::Variable(bound, _) => *bound == variable,
        Pattern::Default(inner, _) => binds(inner, variable),
        _ => false,
    }
}
