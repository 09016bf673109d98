//! Classes. The IR has no class body: what the body assigns plainly becomes a field, functions become methods, and whatever
//! else it runs is placed before the class, with the names it computes as variables.

use base::{Map, Name, Span};
use ir::{Call, Class, ClassId, Expr, ExprKind, FunctionId, Method, MethodKind, Pattern, Stmt};
use ruff_python_ast as ast;

use crate::bind::Collector;
use crate::function::{DataField, Membership, annotation_name, dotted, last_segment};
use crate::lowerer::{Lowerer, assign, is_cheap, span_of};
use crate::scope::{Binding, Scope, ScopeKind};

/// Methods that are class methods without saying so.
const IMPLICIT_CLASS_METHODS: [&str; 3] = ["__class_getitem__", "__init_subclass__", "__new__"];

/// The method that the constructor of a data class ends with.
const AFTER_FIELDS: &str = "__post_init__";

/// What a class body has given so far.
#[derive(Default)]
pub(crate) struct ClassBody {
    id: Option<ClassId>,
    fields: Vec<(Name, Expr, bool)>,
    methods: Vec<Method>,
    declared: Vec<(Name, Vec<Expr>)>,
    /// The member that each name means so far.
    members: Map<Name, Member>,
    /// The annotated fields, in order: the constructor's parameters of a data class.
    data: Vec<DataField>,
}

/// A member of a class whose body is being lowered.
#[derive(Clone, Copy)]
enum Member {
    /// Index in [`ClassBody::fields`].
    Field(usize),
    Method(FunctionId),
}

impl ClassBody {
    /// Whether the member `name` is already defined.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    fn push_field(&mut self, name: &str, value: Expr, on_class: bool) {
        let name = Name::new(name);
        self.members
            .insert(name.clone(), Member::Field(self.fields.len()));
        self.fields.push((name, value, on_class));
    }

    fn push_method(&mut self, method: Method) {
        self.members
            .insert(method.name.clone(), Member::Method(method.function));
        self.methods.push(method);
    }
}

impl Lowerer<'_> {
    /// A `class` outside of a class body: an assignment of the class to its name.
    pub(crate) fn class_def(&mut self, def: &ast::StmtClassDef, out: &mut Vec<Stmt>) {
        let value = self.class_value(def, out);
        let target = self.bind(&def.name, span_of(&def.name));
        out.push(assign(target, value, span_of(def)));
    }

    fn class_value(&mut self, def: &ast::StmtClassDef, out: &mut Vec<Stmt>) -> Expr {
        let whole = span_of(def);
        let decorators = self.exprs(
            def.decorator_list
                .iter()
                .map(|decorator| &decorator.expression),
        );
        let bases = self.exprs(def.bases().iter().map(|base| match base {
            ast::Expr::Starred(starred) => &*starred.value,
            base => base,
        }));
        let id = ClassId(self.module.classes.len() as u32);
        let name = Some(Name::new(&def.name));
        self.module.classes.push(Class {
            name,
            span: whole,
            bases,
            methods: Vec::new(),
            fields: Vec::new(),
            declared: Vec::new(),
        });

        let mut names = Collector::new(self.has_walrus);
        names.class_body(&def.body);
        let variables: Vec<Name> = names
            .entries
            .iter()
            .filter(|(_, binding)| matches!(binding, Binding::Variable(_)))
            .map(|(name, _)| Name::new(name))
            .collect();
        let mut scope = Scope::new(ScopeKind::Class, self.function());
        scope.class.id = Some(id);
        self.scopes.push(scope);
        self.declare(names);
        self.block_into(&def.body, out);
        for name in variables {
            let value = self.name(&name, whole);
            self.push_field(&name, value);
        }
        let body = self
            .scopes
            .pop()
            .map(|scope| scope.class)
            .unwrap_or_default();
        self.finish_class(id, def, body);
        self.decorated(decorators, Expr::new(ExprKind::Class(id), whole))
    }

    fn finish_class(&mut self, id: ClassId, def: &ast::StmtClassDef, body: ClassBody) {
        let mut methods = body.methods;
        let has_constructor = methods
            .iter()
            .any(|method| method.kind == MethodKind::Constructor);
        if is_data_class(def) && !has_constructor {
            let then = methods.iter().any(|method| method.name == AFTER_FIELDS);
            let then = then.then(|| Name::new_static(AFTER_FIELDS));
            let function = self.field_constructor(id, span_of(def), body.data, then);
            let name = Name::new_static("__init__");
            methods.push(Method {
                name,
                function,
                kind: MethodKind::Constructor,
            });
        }
        if let Some(class) = self.module.classes.get_mut(id.0 as usize) {
            class.methods = methods;
            class.fields = body.fields;
            class.declared = body.declared;
        }
    }

    /// Takes `stmt` as a member of the class whose body is being lowered; false for statements that are none.
    pub(crate) fn class_member(&mut self, stmt: &ast::Stmt, out: &mut Vec<Stmt>) -> bool {
        match stmt {
            ast::Stmt::FunctionDef(def) => self.method(def),
            ast::Stmt::ClassDef(def) => {
                let value = self.class_value(def, out);
                self.push_field(&def.name, value);
            }
            ast::Stmt::Assign(assign) => match assign.targets.as_slice() {
                [ast::Expr::Name(target)] if self.is_member(&target.id) => {
                    let value = self.expr(&assign.value);
                    self.name_lambda(&value, &target.id);
                    self.push_field(&target.id, value);
                }
                _ => return false,
            },
            ast::Stmt::AnnAssign(assign) => match &*assign.target {
                ast::Expr::Name(target) if self.is_member(&target.id) => {
                    self.annotated_field(assign, &target.id)
                }
                _ => return false,
            },
            _ => return false,
        }
        out.append(&mut self.pending);
        true
    }

    fn is_member(&self, name: &str) -> bool {
        self.scopes
            .last()
            .is_some_and(|scope| scope.names.get(name) == Some(&Binding::ClassMember))
    }

    /// Adds a field that belongs to the class itself.
    pub(crate) fn push_field(&mut self, name: &str, value: Expr) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.class.push_field(name, value, true);
        }
    }

    /// `name: type` declares a field of the instances, `name: type = value` also gives the class one.
    fn annotated_field(&mut self, stmt: &ast::StmtAnnAssign, name: &str) {
        let span = span_of(stmt);
        let described = stmt.value.as_deref().and_then(described_default);
        let value = match described {
            Some(_) => Some(Expr::new(ExprKind::Unknown(Vec::new()), span)),
            None => stmt.value.as_deref().map(|value| self.expr(value)),
        };
        let is_class_variable = is_class_variable(&stmt.annotation);
        let declared = (!is_class_variable).then(|| self.annotation(&stmt.annotation));
        let annotation = annotation_name(&stmt.annotation);
        let on_class = value.is_some();
        let value = value.unwrap_or_else(|| Expr::new(ExprKind::Unknown(Vec::new()), span));
        let made = described.map(|described| self.described(described, span));
        let value_span = value.span;
        let Some(body) = self.scopes.last_mut().map(|scope| &mut scope.class) else {
            return;
        };
        body.push_field(name, value, on_class);
        // The constructor's default and the field are the same value.
        let default = match made {
            Some(made) => Some(made),
            None if on_class => {
                let class = self.scopes.len().saturating_sub(1);
                Some(Expr::new(self.member(class, name), value_span))
            }
            None => None,
        };
        let Some(body) = self.scopes.last_mut().map(|scope| &mut scope.class) else {
            return;
        };
        let declared = declared.map(|declared| (Name::new(name), vec![declared]));
        body.declared.extend(declared);
        if !is_class_variable {
            body.data.push(DataField {
                name: Name::new(name),
                annotation,
                default,
                span,
            });
        }
    }

    /// The default that a description of a field gives, as the constructor computes it.
    fn described(&mut self, described: Described<'_>, span: Span) -> Expr {
        match described {
            Described::Value(value) => self.expr(value),
            Described::Factory(factory) => {
                let call = Call {
                    callee: self.expr(factory),
                    arguments: Vec::new(),
                    is_new: false,
                    is_optional: false,
                };
                Expr::new(ExprKind::Call(Box::new(call)), span)
            }
        }
    }

    fn method(&mut self, def: &ast::StmtFunctionDef) {
        let Some(class) = self.scopes.last().and_then(|scope| scope.class.id) else {
            return;
        };
        let roles: Vec<Role> = def
            .decorator_list
            .iter()
            .map(|decorator| role(&decorator.expression))
            .collect();
        let kept: Vec<&ast::Expr> = def
            .decorator_list
            .iter()
            .zip(&roles)
            .filter(|(_, role)| **role == Role::None)
            .map(|(decorator, _)| &decorator.expression)
            .collect();
        let kind = match roles.iter().find(|role| **role != Role::None) {
            Some(Role::Getter) => MethodKind::Getter,
            Some(Role::Setter) => MethodKind::Setter,
            Some(Role::StaticMethod | Role::ClassMethod) => MethodKind::Static,
            _ if def.name.as_str() == "__init__" => MethodKind::Constructor,
            _ if IMPLICIT_CLASS_METHODS.contains(&def.name.as_str()) => MethodKind::Static,
            _ => MethodKind::Instance,
        };
        let has_receiver = !roles.contains(&Role::StaticMethod);
        let function = self.function_of(
            def,
            Some(Membership {
                class,
                has_receiver,
            }),
            &kept,
        );
        // A deleter is not reached by its name, which means the property.
        if roles.contains(&Role::Deleter) {
            return;
        }
        if let Some(scope) = self.scopes.last_mut() {
            scope.class.push_method(Method {
                name: Name::new(&def.name),
                function,
                kind,
            });
        }
    }

    /// Reads the member `name` of the class body in `scope`, in that body. A field that is more than a name is computed once,
    /// before the class, in a variable that the field and its readers share.
    pub(crate) fn member(&mut self, scope: usize, name: &str) -> ExprKind {
        let member = self
            .scopes
            .get(scope)
            .and_then(|scope| scope.class.members.get(name).copied());
        let index = match member {
            Some(Member::Method(function)) => return ExprKind::Closure(function),
            Some(Member::Field(index)) => index,
            None => return ExprKind::Unknown(Vec::new()),
        };
        let is_small = |(_, value, _): &&(Name, Expr, bool)| is_cheap(value);
        let field = self
            .scopes
            .get(scope)
            .and_then(|scope| scope.class.fields.get(index));
        if let Some((_, value, _)) = field.filter(is_small) {
            return value.kind.clone();
        }
        let temporary = self.new_temporary();
        let field = self
            .scopes
            .get_mut(scope)
            .and_then(|scope| scope.class.fields.get_mut(index));
        if let Some((_, value, _)) = field {
            let span = value.span;
            let read = Expr::new(ExprKind::Variable(temporary), span);
            let value = std::mem::replace(value, read);
            self.pending
                .push(assign(Pattern::Variable(temporary, span), value, span));
        }
        ExprKind::Variable(temporary)
    }
}

/// What a decorator makes of a method.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    None,
    Getter,
    Setter,
    Deleter,
    StaticMethod,
    ClassMethod,
}

fn role(decorator: &ast::Expr) -> Role {
    let Some(name) = dotted(decorator) else {
        return Role::None;
    };
    let is_accessor = name.contains('.');
    match last_segment(&name) {
        "property" | "cached_property" | "abstractproperty" => Role::Getter,
        "getter" if is_accessor => Role::Getter,
        "setter" if is_accessor => Role::Setter,
        "deleter" if is_accessor => Role::Deleter,
        "staticmethod" => Role::StaticMethod,
        "classmethod" => Role::ClassMethod,
        _ => Role::None,
    }
}

/// The default of a field that is described rather than written.
#[derive(Clone, Copy)]
enum Described<'a> {
    /// `field(default=1)`
    Value(&'a ast::Expr),
    /// `field(default_factory=list)`
    Factory(&'a ast::Expr),
}

fn described_default(value: &ast::Expr) -> Option<Described<'_>> {
    let ast::Expr::Call(call) = value else {
        return None;
    };
    if last_segment(&dotted(&call.func)?) != "field" {
        return None;
    }
    let mut keywords = call.arguments.keywords.iter();
    keywords.find_map(|keyword| match keyword.arg.as_ref()?.as_str() {
        "default" => Some(Described::Value(&keyword.value)),
        "default_factory" | "factory" => Some(Described::Factory(&keyword.value)),
        _ => None,
    })
}

/// Whether Python writes a constructor for the class that takes its annotated fields. A data class with bases also takes
/// theirs, which only the analysis of the whole program can know.
fn is_data_class(def: &ast::StmtClassDef) -> bool {
    let names = |expr: &ast::Expr, wanted: &str| {
        dotted(expr).is_some_and(|name| last_segment(&name) == wanted)
    };
    match def.bases() {
        [] => def
            .decorator_list
            .iter()
            .any(|decorator| match &decorator.expression {
                ast::Expr::Call(call) => names(&call.func, "dataclass"),
                plain => names(plain, "dataclass"),
            }),
        [base] => names(base, "NamedTuple"),
        _ => false,
    }
}

fn is_class_variable(annotation: &ast::Expr) -> bool {
    let head = match annotation {
        ast::Expr::Subscript(subscript) => &*subscript.value,
        plain => plain,
    };
    dotted(head).is_some_and(|name| last_segment(&name) == "ClassVar")
}
