//! Expressions. Those that put a value together from several go on in [`crate::compose`].

use std::sync::Arc;

use base::{Name, Place, Span};
use ir::{BinaryOp, Expr, ExprKind, Language, Literal, MethodKind};

use crate::call::Arguments;
use crate::compose::is_collection;
use crate::condition::truth;
use crate::engine::{Engine, Frame};
use crate::exec::join_states;
use crate::library::CallSite;
use crate::members::field_name;
use crate::state::State;
use crate::value::join_option;
use crate::{Atom, ClassValue, Constant, FunctionValue, Note, Object, Shape, Taint, Value};

impl<'p> Engine<'p> {
    /// The value of an expression; what it does to variables is done to `state`.
    pub(crate) fn eval(
        &mut self,
        frame: &mut Frame<'p>,
        expr: &'p Expr,
        state: &mut State,
    ) -> Value {
        if !self.may_go_on() {
            return Value::unknown();
        }
        self.nested(|engine| engine.eval_kind(frame, expr, state))
    }

    fn eval_kind(&mut self, frame: &mut Frame<'p>, expr: &'p Expr, state: &mut State) -> Value {
        let place = frame.place(expr.span);
        match &expr.kind {
            ExprKind::Literal(literal) => Value::of(Shape::Constant(constant(literal))),
            ExprKind::Variable(variable) => self.read_variable(frame, state, *variable),
            ExprKind::Global(name) => self.global(name, place),
            ExprKind::Import { module, member } => {
                self.import(frame, module, member.as_deref(), place, state)
            }
            ExprKind::Field { base, name } => {
                let holder = self.eval(frame, base, state);
                self.read_member(frame, &holder, name, place, state)
            }
            ExprKind::Index { base, index } => {
                let holder = self.eval(frame, base, state);
                let key = self.eval(frame, index, state);
                self.facts.note_test(&key);
                match self.generic(frame, &holder, &key, index.span, state) {
                    Some(made) => made,
                    None => self.indexed(&holder, &key, place),
                }
            }
            ExprKind::Slice { base, end, bounds } => {
                let value = self.eval(frame, base, state);
                for bound in bounds.iter().chain(end.as_deref()) {
                    self.eval(frame, bound, state);
                }
                match &value.shape {
                    Shape::List(list) => {
                        let any = Value::any_item(list);
                        Value::list(Vec::new(), Some(any)).with_taint(&value.taint)
                    }
                    _ => {
                        let taint = self.deep_taint(&value, place);
                        Value::tainted(match end {
                            Some(end) if is_count(end) => taint.cleared(self.kinds_of_length()),
                            _ => taint,
                        })
                    }
                }
            }
            ExprKind::Call(call) => self.call(frame, call, expr.span, state),
            ExprKind::Text(parts) => self.text(frame, parts, place, state),
            ExprKind::Binary {
                op,
                left: left_expr,
                right: right_expr,
            } => {
                let left = self.eval(frame, left_expr, state);
                let right = self.eval(frame, right_expr, state);
                match op {
                    // `directory / name`: a path is what an operator of its library makes of it.
                    BinaryOp::Divide => {
                        let mut taint = self.deep_taint(&left, place);
                        taint = taint.join(&self.deep_taint(&right, place));
                        match left.shape {
                            Shape::Api(_) => left.with_taint(&taint),
                            _ => Value::tainted(taint),
                        }
                    }
                    // A union of sets or dictionaries, else a number.
                    BinaryOp::Or | BinaryOp::Subtract
                        if is_collection(&left) || is_collection(&right) =>
                    {
                        left.join(&right)
                    }
                    // Flags of a library: both hold.
                    BinaryOp::Or if is_name(&left) && is_name(&right) => left.join(&right),
                    _ => {
                        let sides = ((&**left_expr, &left), (&**right_expr, &right));
                        self.computed(frame, *op, sides.0, sides.1, place)
                    }
                }
            }
            ExprKind::Compare { op, left, right } => {
                let left_value = self.eval(frame, left, state);
                let right_value = self.eval(frame, right, state);
                self.compare(
                    frame,
                    *op,
                    (left, &left_value),
                    (right, &right_value),
                    place,
                )
            }
            ExprKind::Not(inner) => {
                let value = self.eval(frame, inner, state);
                negated(&value)
            }
            ExprKind::And(left, right) => {
                let (on_true, on_false) = self.branch(frame, left, state.clone());
                let left_value = self.eval(frame, left, state);
                let Some(mut on_true) = on_true else {
                    return left_value;
                };
                let right_value = self.eval(frame, right, &mut on_true);
                if let Some(joined) = join_states(Some(on_true), on_false) {
                    *state = joined;
                }
                match (&left_value.shape, &right_value.shape) {
                    // Either test suffices for what it is about; a report needs one.
                    (Shape::Test(_), Shape::Unknown) => left_value,
                    (_, Shape::Test(_)) => right_value,
                    _ => Value {
                        taint: left_value.taint.join(&right_value.taint),
                        shape: right_value.shape,
                    },
                }
            }
            ExprKind::Or(left, right) => {
                let left_value = self.eval(frame, left, state);
                if let (Some(known), true) = (left_value.as_constant(), left_value.taint.is_clean())
                {
                    return if truth(known) {
                        left_value
                    } else {
                        self.eval(frame, right, state)
                    };
                }
                let mut on_false = state.clone();
                let right_value = self.eval(frame, right, &mut on_false);
                state.join(&on_false);
                left_value.join(&right_value)
            }
            ExprKind::Conditional {
                test,
                then,
                otherwise,
            } => {
                let (on_true, on_false) = self.branch(frame, test, state.clone());
                let then = on_true.map(|mut state| (self.eval(frame, then, &mut state), state));
                let otherwise =
                    on_false.map(|mut state| (self.eval(frame, otherwise, &mut state), state));
                let (then, then_state) = then.unzip();
                let (otherwise, otherwise_state) = otherwise.unzip();
                if let Some(joined) = join_states(then_state, otherwise_state) {
                    *state = joined;
                }
                join_option(then, otherwise).unwrap_or_default()
            }
            ExprKind::Object(properties) => self.object(frame, properties, state),
            ExprKind::List(elements) => self.list(frame, elements, state),
            ExprKind::Comprehension {
                clauses,
                key,
                element,
            } => self.comprehension(frame, clauses, key.as_deref(), element, state),
            ExprKind::Closure(function) => Value::of(Shape::Function(Arc::new(FunctionValue {
                module: frame.module,
                function: *function,
                env: self.closure_env(frame),
                receiver: None,
            }))),
            ExprKind::Class(class) => self.class(frame, *class, state),
            ExprKind::Decorated { decorator, inner } => {
                let inner = self.eval(frame, inner, state);
                let decorator_value = self.eval(frame, decorator, state);
                self.decorate(frame, &decorator_value, inner, place, state)
            }
            ExprKind::Super => self.super_value(frame, state),
            ExprKind::Await(inner) => self.eval(frame, inner, state),
            ExprKind::Yield(inner) => {
                let value = inner.as_ref().map(|inner| self.eval(frame, inner, state));
                frame.yielded = join_option(frame.yielded.take(), value);
                Value::unknown()
            }
            ExprKind::Assign { target, value } => {
                let value = self.eval(frame, value, state);
                self.bind(frame, target, value.clone(), state);
                value
            }
            ExprKind::Sequence(all) => {
                let mut last = Value::unknown();
                for expr in all {
                    last = self.eval(frame, expr, state);
                }
                last
            }
            ExprKind::Unknown(operands) => {
                let mut taint = Taint::CLEAN;
                for operand in operands {
                    let value = self.eval(frame, operand, state);
                    taint = taint.join(&self.deep_taint(&value, place));
                }
                Value::tainted(taint)
            }
        }
    }

    /// The activation that a closure made here closes over.
    pub(crate) fn closure_env(&mut self, frame: &Frame<'p>) -> crate::EnvId {
        frame
            .env
            .unwrap_or_else(|| self.new_env(frame.module, frame.function, None))
    }

    fn global(&mut self, name: &Name, place: Place) -> Value {
        let value = Value::api(name.clone());
        let source = self.secret_of_value(name, place);
        value.with_taint(&source)
    }

    fn import(
        &mut self,
        frame: &Frame<'p>,
        module: &Name,
        member: Option<&str>,
        place: Place,
        state: &mut State,
    ) -> Value {
        if let Some(own) = self.resolve(frame.module, module) {
            return match member {
                None => self.module_value(own),
                Some(name) => self
                    .export(own, name)
                    .or_else(|| self.submodule(frame, module, name, state))
                    .unwrap_or_default(),
            };
        }
        let submodule = member.and_then(|name| self.submodule(frame, module, name, state));
        if let Some(submodule) = submodule {
            return submodule;
        }
        let package = module.strip_prefix("node:").unwrap_or(module);
        let path = match member {
            None | Some("default") => Name::from(package),
            Some(name) => Name::from(format!("{package}.{name}")),
        };
        let source = self.secret_of_value(&path, place);
        Value::api(path).with_taint(&source)
    }

    /// `from package import module`.
    fn submodule(
        &mut self,
        frame: &Frame<'p>,
        package: &str,
        name: &str,
        state: &mut State,
    ) -> Option<Value> {
        if frame.code.language != Language::Python {
            return None;
        }
        let module = self.resolve_in(frame.module, package, name)?;
        self.load(module, state);
        Some(self.module_value(module))
    }

    fn read_member(
        &mut self,
        frame: &mut Frame<'p>,
        holder: &Value,
        name: &Name,
        place: Place,
        state: &mut State,
    ) -> Value {
        if let Some(getter) = self.accessor(holder, name, MethodKind::Getter) {
            let arguments = crate::call::Arguments::default();
            return self
                .enter(
                    &getter,
                    Some(holder.clone()),
                    &arguments,
                    place,
                    false,
                    state,
                )
                .value;
        }
        if let Shape::Api(api) = &holder.shape {
            // `import package` then `package.module`: the path may be one of the project's modules.
            if frame.code.language == Language::Python
                && api.construction.is_none()
                && let Some(module) = self.resolve_in(frame.module, &api.path, name)
            {
                return self.module_value(module);
            }
        }
        self.get_field(holder, name, place)
    }

    /// `holder[key]` as something that is called: of a library, one of its functions.
    pub(crate) fn computed_member(&mut self, holder: &Value, key: &Value, place: Place) -> Value {
        match &holder.shape {
            Shape::Api(api)
                if key.as_constant().is_none()
                    && !self.is_environment(&api.path)
                    && self.event_of_value(&api.path).is_none() =>
            {
                self.facts.note_test(key);
                self.get_field(holder, "%computed", place)
            }
            _ => {
                self.facts.note_test(key);
                self.indexed(holder, key, place)
            }
        }
    }

    fn indexed(&mut self, holder: &Value, key: &Value, place: Place) -> Value {
        match key.as_constant() {
            Some(Constant::Number(index)) => {
                let item = match index.parse::<usize>() {
                    Ok(index) => self.item(holder, index, place),
                    Err(_) => self.element(holder, place),
                };
                match &holder.shape {
                    Shape::Api(api) => {
                        let clears = self.clears_of_part(&format!("{}.{index}", api.path));
                        Value {
                            taint: item.taint.cleared(clears),
                            shape: item.shape,
                        }
                    }
                    _ => item,
                }
            }
            Some(known) => match field_name(known) {
                Some(name) => self.get_field(holder, &name, place),
                None => self.any_field(holder, place),
            },
            None => match (&holder.shape, key.atoms().as_deref()) {
                (Shape::Api(api), Some([Atom::Literal(name)]))
                    if self.is_environment(&api.path) =>
                {
                    Value::of(Shape::Text(Arc::new([Atom::Environment(name.clone())])))
                }
                _ => self.any_field(holder, place),
            },
        }
    }

    /// `List[Order]` outside of an annotation.
    fn generic(
        &mut self,
        frame: &mut Frame<'p>,
        holder: &Value,
        key: &Value,
        span: Span,
        state: &mut State,
    ) -> Option<Value> {
        let Shape::Api(api) = &holder.shape else {
            return None;
        };
        let path = Name::from(format!("{}.__class_getitem__", api.path));
        self.language(frame).call(&path)?;
        let arguments = match &key.shape {
            Shape::List(list) => list.items.clone(),
            _ => vec![key.clone()],
        };
        let arguments = arguments.into_iter().map(|value| crate::ArgumentValue {
            name: None,
            value,
            span,
        });
        let site = CallSite {
            place: frame.place(span),
            subjects: Vec::new(),
            receiver_subject: None,
            method: None,
        };
        let callee = Value::api(path);
        let arguments = Arguments::of(arguments.collect());
        Some(self.call_value(frame, &callee, Some(holder), &arguments, &site, state))
    }

    fn class(&mut self, frame: &mut Frame<'p>, id: ir::ClassId, state: &mut State) -> Value {
        let Some(class) = frame.code.class(id) else {
            return Value::unknown();
        };
        let bases = class
            .bases
            .iter()
            .map(|base| self.eval(frame, base, state))
            .collect();
        let statics = class
            .fields
            .iter()
            .filter(|(_, _, is_static)| *is_static)
            .map(|(name, value, _)| (name.clone(), self.eval(frame, value, state)))
            .collect();
        let env = self.closure_env(frame);
        let mut value = ClassValue {
            module: frame.module,
            class: id,
            env,
            bases,
            statics,
            declared: None,
        };
        value.declared = self.declared(frame, &value, None, state).map(Arc::new);
        Value::of(Shape::Class(Arc::new(value)))
    }

    fn super_value(&mut self, frame: &Frame<'p>, state: &State) -> Value {
        let receiver = frame
            .code
            .function(frame.function)
            .and_then(|function| function.receiver);
        let instance = receiver
            .map(|variable| self.read_variable(frame, state, variable))
            .unwrap_or_default();
        let Shape::Object(object) = &instance.shape else {
            return Value::unknown();
        };
        let Some(class) = &object.class else {
            return Value::unknown();
        };
        match class.bases.first().map(|base| &base.shape) {
            Some(Shape::Class(base)) => {
                let object = Object {
                    class: Some(Arc::clone(base)),
                    ..Object::clone(object)
                };
                Value {
                    taint: instance.taint,
                    shape: Shape::Object(Arc::new(object)),
                }
            }
            Some(Shape::Api(base)) => Value::api(format!("{}()", base.path)),
            _ => Value::unknown(),
        }
    }

    /// Notes that outside data went through a function of a library.
    pub(crate) fn through(&mut self, taint: &Taint, path: &Name, place: Place) -> Taint {
        if taint.is_clean() || path.starts_with("*.") {
            return taint.clone();
        }
        self.facts.step(taint, place, &Note::Through(path.clone()))
    }
}

fn constant(literal: &Literal) -> Constant {
    match literal {
        Literal::Text(text) => Constant::Text(text.clone()),
        Literal::Number(number) => Constant::Number(Name::from(number.to_string())),
        Literal::Bool(truth) => Constant::Bool(*truth),
        Literal::Null => Constant::Null,
        Literal::Regex(pattern) => Constant::Regex(pattern.clone()),
    }
}

pub(crate) fn negated(value: &Value) -> Value {
    use knowledge::Outcome;
    match &value.shape {
        Shape::Constant(known) if value.taint.is_clean() => {
            Value::of(Shape::Constant(Constant::Bool(!truth(known))))
        }
        Shape::Test(test) => {
            let outcome = match test.outcome {
                Outcome::True => Outcome::False,
                Outcome::False => Outcome::True,
                Outcome::Returns => Outcome::Returns,
            };
            Value::of(Shape::Test(Arc::new(crate::TestValue {
                outcome,
                ..crate::TestValue::clone(test)
            })))
        }
        _ => Value::unknown(),
    }
}

/// Whether the value is something that a library names, or several of those.
fn is_name(value: &Value) -> bool {
    let mut shapes = value.shape.alternatives().iter();
    shapes.all(|shape| matches!(shape, Shape::Api(api) if !api.path.contains('(')))
}

/// Whether the end of a slice is so many elements from the start, not from the other end.
fn is_count(end: &Expr) -> bool {
    matches!(end.kind, ExprKind::Literal(Literal::Number(count)) if 0.0 <= count)
}
