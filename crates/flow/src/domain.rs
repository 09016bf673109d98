//! Domains: what holds of every value of a type. Types are values of the language that a library reads when the code runs: a
//! call of the library, an annotation, a class whose fields are declared. What they prove is read from the knowledge base.

use std::sync::Arc;

use base::{Name, Place};
use knowledge::{AccessPath, Declares, KindSet, LanguageModel, Root, Step, TypeModel};

use crate::call::Arguments;
use crate::engine::{Engine, Frame};
use crate::inputs::Inputs;
use crate::state::State;
use crate::{ApiValue, ClassValue, Constant, Shape, Value};

/// What holds of every value of a type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Domain {
    /// The sink kinds for which the value is harmless.
    pub clears: KindSet,
    /// It is a text, and no object in the place of one.
    pub is_text: bool,
    /// What holds of its fields.
    pub fields: Vec<(Name, Self)>,
    /// Whether it has no other fields; nothing where nobody says.
    pub is_closed: Option<bool>,
    /// What holds of its elements.
    pub element: Option<Arc<Self>>,
    /// The class that it is an instance of.
    pub class: Option<Arc<ClassValue>>,
}

/// What a class says of its instances.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Declared {
    /// What holds of an instance that was checked.
    pub domain: Domain,
    /// Where the class says so, and whether instances are always checked.
    pub by: Declares,
}

impl ClassValue {
    /// Whether whoever makes an instance has it checked.
    pub(crate) fn is_checked(&self) -> bool {
        let by = self.declared.as_ref().map(|declared| declared.by);
        matches!(by, Some(Declares::Checked | Declares::CheckedValues))
    }
}

impl Domain {
    /// Of harmless values.
    pub(crate) fn harmless() -> Self {
        Self {
            clears: KindSet::ALL,
            ..Self::default()
        }
    }

    /// Without saying that there are no other fields.
    pub(crate) fn opened(&self) -> Self {
        let fields = self.fields.iter();
        Self {
            fields: fields
                .map(|(name, field)| (name.clone(), field.opened()))
                .collect(),
            element: self.element.as_ref().map(|it| Arc::new(it.opened())),
            is_closed: None,
            ..self.clone()
        }
    }

    /// Whether it says nothing of a value but whether it has other fields.
    fn is_setting(&self) -> bool {
        self.is_closed.is_some()
            && *self
                == Self {
                    is_closed: self.is_closed,
                    ..Self::default()
                }
    }

    /// Whether whatever is harmless for the values of the other is so for these, none of which has parts.
    fn is_more_than(&self, other: &Self) -> bool {
        let has_parts = !self.fields.is_empty() || self.element.is_some() || self.class.is_some();
        !has_parts
            && !self.is_text
            && other.clears.without(self.clears).is_empty()
            && self.clears != KindSet::NONE
    }

    /// Of what is in both domains.
    pub(crate) fn and(mut self, other: Self) -> Self {
        for (name, field) in other.fields {
            match self.fields.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known = std::mem::take(known).and(field),
                None => self.fields.push((name, field)),
            }
        }
        Self {
            clears: self.clears.union(other.clears),
            is_text: self.is_text || other.is_text,
            fields: self.fields,
            is_closed: other.is_closed.or(self.is_closed),
            element: other.element.or(self.element),
            class: self.class.or(other.class),
        }
    }

    /// Of what is in one of the domains.
    pub(crate) fn or(self, other: Self) -> Self {
        // What has no parts takes nothing away from those of the other.
        if self.is_more_than(&other) {
            return other;
        }
        if other.is_more_than(&self) {
            return self;
        }
        let mut fields = Vec::new();
        for (name, field) in self.fields {
            let known = other.fields.iter().find(|(known, _)| *known == name);
            if let Some((_, known)) = known {
                fields.push((name, field.or(known.clone())));
            }
        }
        Self {
            clears: self.clears.intersection(other.clears),
            is_text: self.is_text && other.is_text,
            fields,
            is_closed: self.is_closed.filter(|_| self.is_closed == other.is_closed),
            element: match (self.element, other.element) {
                (Some(one), Some(other)) => {
                    Some(Arc::new(Self::clone(&one).or(Self::clone(&other))))
                }
                _ => None,
            },
            class: self
                .class
                .filter(|class| Some(class) == other.class.as_ref()),
        }
    }
}

impl<'p> Engine<'p> {
    /// What holds of the values of the type that `value` stands for; nothing where it stands for no type that is known.
    pub(crate) fn domain_of(
        &mut self,
        language: &'p LanguageModel,
        value: &Value,
        place: Place,
    ) -> Option<Domain> {
        match &value.shape {
            Shape::Api(api) => match &api.domain {
                Some(domain) => Some(Domain::clone(domain)),
                None => self.domain_named(language, api, place),
            },
            Shape::Class(class) => match &class.declared {
                Some(declared) => Some(declared.domain.clone()),
                // An instance is one of the members of an enumeration.
                None => self.has_clean_base(class).then(Domain::harmless),
            },
            Shape::Object(object) => match &object.class {
                Some(class) => Some(class.declared.as_ref()?.domain.clone()),
                None => Some(self.domain_with_fields(language, &object.fields, place)),
            },
            Shape::List(list) => {
                let items = list.items.iter().chain(&list.rest);
                let element = self.domain_of_any(language, items, place);
                Some(Domain {
                    element: Some(Arc::new(element)),
                    ..Domain::default()
                })
            }
            Shape::Constant(Constant::Null | Constant::Bool(_) | Constant::Number(_)) => {
                Some(Domain::harmless())
            }
            Shape::OneOf(shapes) => {
                let mut domain = Domain::harmless();
                for shape in shapes.iter() {
                    let one = Value::of(shape.clone());
                    domain = domain.or(self.domain_of(language, &one, place)?);
                }
                Some(domain)
            }
            _ => None,
        }
    }

    /// A type that is named and not called: `int`, `EmailStr`.
    fn domain_named(
        &mut self,
        language: &'p LanguageModel,
        api: &ApiValue,
        place: Place,
    ) -> Option<Domain> {
        let model = language.call(&api.path)?;
        let arguments = Arguments::default();
        let inputs = Inputs {
            receiver: None,
            construction: None,
            arguments: &arguments,
            result: None,
            place,
        };
        self.domain_made(language, &model.types, &inputs)
    }

    fn domain_with_fields(
        &mut self,
        language: &'p LanguageModel,
        types: &[(Name, Value)],
        place: Place,
    ) -> Domain {
        let fields = types.iter().map(|(name, value)| {
            let domain = self.domain_of(language, value, place);
            (name.clone(), domain.unwrap_or_default())
        });
        Domain {
            fields: fields.collect(),
            ..Domain::default()
        }
    }

    fn domain_of_any<'v>(
        &mut self,
        language: &'p LanguageModel,
        types: impl Iterator<Item = &'v Value>,
        place: Place,
    ) -> Domain {
        let domains = types.map(|value| self.domain_of(language, value, place));
        domains
            .map(Option::unwrap_or_default)
            .reduce(Domain::or)
            .unwrap_or_default()
    }

    /// What the rows say of the type that a call makes; nothing where they say nothing.
    pub(crate) fn domain_made(
        &mut self,
        language: &'p LanguageModel,
        rows: &'p [TypeModel],
        inputs: &Inputs<'_>,
    ) -> Option<Domain> {
        let before = match inputs.receiver.map(|receiver| &receiver.shape) {
            Some(Shape::Api(api)) => api.domain.as_deref().cloned(),
            _ => None,
        };
        let mut made: Option<Domain> = None;
        let mut starts_anew = false;
        for row in rows {
            if !self.all_hold(&row.when, inputs) {
                continue;
            }
            starts_anew |= !row.either.is_empty() || !row.elements.is_empty();
            let domain = self.domain_of_row(language, row, inputs);
            made = Some(made.unwrap_or_default().and(domain));
        }
        match (made, before) {
            (Some(made), Some(before)) if !starts_anew => Some(before.and(made)),
            (made, before) => made.or(before),
        }
    }

    fn domain_of_row(
        &mut self,
        language: &'p LanguageModel,
        row: &'p TypeModel,
        inputs: &Inputs<'_>,
    ) -> Domain {
        let place = inputs.place;
        let mut domain = Domain {
            clears: row.domain.clears,
            is_text: row.domain.is_text,
            is_closed: row.is_closed,
            ..Domain::default()
        };
        for value in self.types_at(&row.fields, inputs) {
            let fields = self.domain_of(language, &value, place);
            domain = domain.and(fields.unwrap_or_default());
        }
        domain.is_closed = row.is_closed.or(domain.is_closed);
        for value in self.types_at(&row.both, inputs) {
            let other = self.domain_of(language, &value, place);
            domain = domain.and(other.unwrap_or_default());
        }
        if !row.either.is_empty() {
            let types = self.types_at(&row.either, inputs);
            domain = domain.and(self.domain_of_any(language, types.iter(), place));
        }
        if !row.elements.is_empty() {
            let types = self.types_at(&row.elements, inputs);
            let element = self.domain_of_any(language, types.iter(), place);
            domain.element = Some(Arc::new(element));
        }
        if let Some((pattern, is_anchored)) = &row.pattern {
            let patterns = self.resolve_input(pattern, inputs);
            for (pattern, _) in patterns {
                if let Shape::Constant(Constant::Text(text) | Constant::Regex(text)) =
                    &pattern.shape
                {
                    domain = domain.and(self.domain_of_pattern(text, *is_anchored));
                }
            }
        }
        domain
    }

    /// Of the texts that match a regular expression.
    pub(crate) fn domain_of_pattern(&self, pattern: &str, is_anchored: bool) -> Domain {
        let mut domain = Domain {
            is_text: true,
            ..Domain::default()
        };
        if crate::regex_strength::is_narrow(pattern, false, is_anchored) {
            domain.clears = KindSet::ALL.without(self.kinds_kept_by(pattern));
        }
        domain
    }

    /// The values at the paths; each item of a list that the source shows by itself.
    fn types_at(&mut self, paths: &[AccessPath], inputs: &Inputs<'_>) -> Vec<Value> {
        let mut types = Vec::new();
        for path in paths {
            let list = match path.steps.as_slice() {
                [before @ .., Step::Element] => Some(AccessPath {
                    root: path.root.clone(),
                    steps: before.to_vec(),
                }),
                _ => None,
            };
            for (value, place) in self.resolve_input(list.as_ref().unwrap_or(path), inputs) {
                match (&value.shape, &list) {
                    (Shape::List(items), Some(_)) => {
                        types.extend(items.items.iter().chain(&items.rest).cloned());
                    }
                    (_, Some(_)) => types.push(self.element(&value, place)),
                    // Without a list of arguments, `Optional` alone says nothing.
                    (_, None) if path.root == Root::Index => {}
                    (_, None) => types.push(value),
                }
            }
        }
        types
    }

    /// What a class says of its instances, where a library that checks them reads it.
    pub(crate) fn declared(
        &mut self,
        frame: &mut Frame<'p>,
        class: &ClassValue,
        decorator: Option<&Value>,
        state: &mut State,
    ) -> Option<Declared> {
        let written = self.program.module(class.module)?.class(class.class)?;
        let language = self.language(frame);
        let place = frame.place(written.span);
        let is_python = frame.code.language == ir::Language::Python;
        let makers = class.bases.iter().chain(decorator);
        let by = makers.filter_map(|maker| match &maker.shape {
            Shape::Class(base) => Some(base.declared.as_ref()?.by),
            Shape::Api(api) => {
                let model = language.call(&api.path)?;
                model.types.iter().find_map(|row| row.declares)
            }
            _ => None,
        });
        let by = match by.collect::<Vec<_>>().first() {
            Some(by) => *by,
            // Decorators of fields speak for themselves.
            None if !is_python && !written.declared.is_empty() => Declares::Annotated,
            None => return None,
        };
        let mut domain = Domain {
            // What is loaded by values is no instance.
            is_closed: (is_python && by != Declares::Values).then_some(true),
            ..Domain::default()
        };
        for base in &class.bases {
            if let Shape::Class(base) = &base.shape
                && let Some(declared) = &base.declared
            {
                domain = domain.and(declared.domain.clone());
            }
        }
        domain.class = None;
        let mut own: Vec<(Name, Domain)> = Vec::new();
        let is_annotated = matches!(by, Declares::Checked | Declares::Annotated);
        for (name, types) in &written.declared {
            let mut field = Domain::default();
            for annotation in types.iter().filter(|_| is_annotated) {
                let value = self.eval(frame, annotation, state);
                let known = self.domain_of(language, &value, place);
                field = field.and(known.unwrap_or_default());
            }
            own.push((name.clone(), field));
        }
        for (name, value) in &class.statics {
            let Shape::Api(api) = &value.shape else {
                continue;
            };
            let Some(known) = &api.domain else { continue };
            let known = Domain::clone(known);
            match own.iter_mut().find(|(field, _)| field == name) {
                Some((_, field)) => *field = std::mem::take(field).and(known),
                None if known.is_setting() => domain.is_closed = known.is_closed,
                None => own.push((name.clone(), known)),
            }
        }
        if !is_python && own.iter().all(|(_, field)| *field == Domain::default()) {
            return None;
        }
        // A field that is declared again is what it is declared last.
        domain
            .fields
            .retain(|(name, _)| own.iter().all(|(field, _)| field != name));
        domain.fields.extend(own);
        domain.class = (by != Declares::Values).then(|| {
            Arc::new(ClassValue {
                declared: None,
                ..class.clone()
            })
        });
        Some(Declared { domain, by })
    }
}
