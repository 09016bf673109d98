//! Chains of members and calls, `a.b().c[d]`. They are left-associative and may be thousands of links long in generated code,
//! so they are walked in a loop, and a chain too long to be one expression tree is cut with temporaries.

use base::{Name, Span};
use ir::{Argument, Call, Expr, ExprKind, Pattern};
use oxc_ast::ast::{self, CallExpression, ChainElement, Expression, MemberExpression};
use oxc_span::GetSpan;

use crate::expr::{field, static_text};
use crate::lowerer::{Lowerer, span, unknown};
use crate::scope::Binding;

/// How many links of a left-associative chain form one expression tree, so that trees stay shallow for those who walk them.
const LINKS_PER_TREE: usize = 64;

/// One step outwards from the base of a chain.
enum Link<'c, 'a> {
    Field(Name, Span, bool),
    Index(&'c Expression<'a>, Span, bool),
    Call(&'c CallExpression<'a>),
}

/// A left-associative chain under construction: `current` grows outwards, and moves to a temporary when it is deep.
pub(crate) struct Spine {
    current: Expr,
    links: usize,
    cut: Vec<Expr>,
}

impl Spine {
    pub(crate) fn new(base: Expr) -> Self {
        Self {
            current: base,
            links: 0,
            cut: Vec::new(),
        }
    }

    pub(crate) fn grow(
        &mut self,
        lowerer: &mut Lowerer<'_>,
        link: impl FnOnce(&mut Lowerer<'_>, Expr) -> Expr,
    ) {
        let place = self.current.span;
        let current = std::mem::replace(&mut self.current, unknown(Vec::new(), place));
        // A text takes more parts without getting deeper.
        self.links += usize::from(!matches!(current.kind, ExprKind::Text(_)));
        let base = if LINKS_PER_TREE <= self.links {
            self.links = 0;
            let temporary = lowerer.temporary("chain");
            let target = Box::new(Pattern::Variable(temporary, place));
            let value = Box::new(current);
            self.cut
                .push(Expr::new(ExprKind::Assign { target, value }, place));
            Expr::new(ExprKind::Variable(temporary), place)
        } else {
            current
        };
        self.current = link(lowerer, base);
    }

    pub(crate) fn finish(mut self) -> Expr {
        if self.cut.is_empty() {
            return self.current;
        }
        let place = self.current.span;
        self.cut.push(self.current);
        Expr::new(ExprKind::Sequence(self.cut), place)
    }
}

impl Lowerer<'_> {
    /// A chain that ends in `expr`.
    pub(crate) fn chain(&mut self, expr: &Expression<'_>) -> Expr {
        let (base, links) = links_of(expr);
        self.linked(base, links)
    }

    /// A member that is assigned.
    pub(crate) fn member(&mut self, member: &MemberExpression<'_>) -> Expr {
        let (object, last) = link_of(member);
        let (base, mut links) = links_of(object);
        links.insert(0, last);
        self.linked(base, links)
    }

    fn linked(&mut self, base: &Expression<'_>, mut links: Vec<Link<'_, '_>>) -> Expr {
        let mut is_optional = false;
        let base = match self.special_base(base, &mut links) {
            Some(special) => special,
            None => self.expr(base),
        };
        let mut spine = Spine::new(base);
        for link in links.into_iter().rev() {
            is_optional |= link.is_optional();
            spine.grow(self, |lowerer, base| lowerer.link(base, link, is_optional));
        }
        spine.finish()
    }

    fn link(&mut self, base: Expr, link: Link<'_, '_>, is_optional: bool) -> Expr {
        match link {
            Link::Field(name, place, _) => field(base, name, place),
            Link::Index(index, place, _) => match static_text(index) {
                Some(name) => field(base, name, place),
                None => {
                    let index = Box::new(self.expr(index));
                    Expr::new(
                        ExprKind::Index {
                            base: Box::new(base),
                            index,
                        },
                        place,
                    )
                }
            },
            Link::Call(it) => {
                let arguments = self.arguments(&it.arguments);
                let call = Call {
                    callee: base,
                    arguments,
                    is_new: false,
                    is_optional,
                };
                Expr::new(ExprKind::Call(Box::new(call)), span(it.span))
            }
        }
    }

    /// The beginnings that mean something to the module system: `require("x")` and `module.exports`.
    fn special_base(
        &mut self,
        base: &Expression<'_>,
        links: &mut Vec<Link<'_, '_>>,
    ) -> Option<Expr> {
        let Expression::Identifier(identifier) = base else {
            return None;
        };
        match (identifier.name.as_str(), links.last()?) {
            ("require", Link::Call(call)) if self.is_module_require(identifier) => {
                let [argument] = call.arguments.as_slice() else {
                    return None;
                };
                let module = static_text(argument.as_expression()?)?;
                let place = span(call.span);
                self.note_import(&module, span(argument.span()));
                links.pop();
                Some(Expr::new(
                    ExprKind::Import {
                        module,
                        member: None,
                    },
                    place,
                ))
            }
            ("module", Link::Field(name, place, _))
                if name == "exports" && self.resolve(identifier).is_none() =>
            {
                let place = *place;
                links.pop();
                Some(Expr::new(ExprKind::Variable(self.exports_object()), place))
            }
            _ => None,
        }
    }

    /// Whether `require` is Node's own, or one that the module made with `createRequire`; a parameter of that name belongs to
    /// a bundler's module wrapper.
    fn is_module_require(&mut self, identifier: &ast::IdentifierReference<'_>) -> bool {
        match self.resolve(identifier) {
            None => true,
            Some(Binding::Import { .. }) => false,
            Some(Binding::Variable(id)) => self
                .module
                .variable(id)
                .is_some_and(|it| it.owner == ir::FunctionId(0)),
        }
    }

    pub(crate) fn arguments(&mut self, arguments: &[ast::Argument<'_>]) -> Vec<Argument> {
        arguments
            .iter()
            .map(|argument| match argument {
                ast::Argument::SpreadElement(it) => Argument::Spread(self.expr(&it.argument)),
                _ => Argument::Positional(match argument.as_expression() {
                    Some(expr) => self.expr(expr),
                    None => unknown(Vec::new(), span(argument.span())),
                }),
            })
            .collect()
    }
}

impl Link<'_, '_> {
    fn is_optional(&self) -> bool {
        match self {
            Self::Field(_, _, is_optional) | Self::Index(_, _, is_optional) => *is_optional,
            Self::Call(call) => call.optional,
        }
    }
}

/// The base of the chain that ends in `expr`, and its links, outermost first.
fn links_of<'c, 'a>(expr: &'c Expression<'a>) -> (&'c Expression<'a>, Vec<Link<'c, 'a>>) {
    let mut links = Vec::new();
    let mut current = expr;
    loop {
        current = match current {
            Expression::TSNonNullExpression(it) => &it.expression,
            Expression::ParenthesizedExpression(it) => &it.expression,
            Expression::CallExpression(it) => {
                links.push(Link::Call(it));
                &it.callee
            }
            Expression::ChainExpression(it) => match &it.expression {
                ChainElement::CallExpression(it) => {
                    links.push(Link::Call(it));
                    &it.callee
                }
                ChainElement::TSNonNullExpression(it) => &it.expression,
                element => match element.as_member_expression() {
                    Some(member) => {
                        let (object, link) = link_of(member);
                        links.push(link);
                        object
                    }
                    None => return (current, links),
                },
            },
            _ => match current.as_member_expression() {
                Some(member) => {
                    let (object, link) = link_of(member);
                    links.push(link);
                    object
                }
                None => return (current, links),
            },
        };
    }
}

fn link_of<'c, 'a>(member: &'c MemberExpression<'a>) -> (&'c Expression<'a>, Link<'c, 'a>) {
    match member {
        MemberExpression::ComputedMemberExpression(it) => (
            &it.object,
            Link::Index(&it.expression, span(it.span), it.optional),
        ),
        MemberExpression::StaticMemberExpression(it) => {
            let name = Name::new(it.property.name.as_str());
            (&it.object, Link::Field(name, span(it.span), it.optional))
        }
        MemberExpression::PrivateFieldExpression(it) => {
            let name = Name::new(format!("#{}", it.field.name));
            (&it.object, Link::Field(name, span(it.span), it.optional))
        }
    }
}
