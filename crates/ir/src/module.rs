//! Modules: one per code file, with its functions, classes, variables and what it gives to other modules.

use base::{FileId, Name, Span};

use crate::{Expr, Pattern, Stmt};

/// The language a module was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Python 3.
    Python,
    /// JavaScript, TypeScript, JSX and TSX.
    JavaScript,
}

impl Language {
    /// The name of the folder that holds its knowledge: `python`, `javascript`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
        }
    }
}

/// Index of a function in [`Module::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u32);

/// Index of a class in [`Module::classes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u32);

/// Index of a variable in [`Module::variables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableId(pub u32);

/// One code file.
#[derive(Clone, Debug)]
pub struct Module {
    /// The file it was read from.
    pub file: FileId,
    /// Its language.
    pub language: Language,
    /// All function bodies, nested ones and lambdas included. The first is the module's own top level.
    pub functions: Vec<Function>,
    /// All classes.
    pub classes: Vec<Class>,
    /// All variables of all functions, resolved by scope.
    pub variables: Vec<Variable>,
    /// Names that other modules can import. A CommonJS module gives its names through [`Module::exports_object`] instead.
    pub exports: Vec<Export>,
    /// The variable whose fields are the exports of a CommonJS module (`module.exports`, `exports`).
    pub exports_object: Option<VariableId>,
    /// Modules whose names are all given on: `export * from "./x"`, `from .x import *` at top level.
    pub star_exports: Vec<Name>,
    /// Every module named in the file, in order, whether used or not.
    pub imports: Vec<Import>,
}

impl Module {
    /// The function with this index.
    #[must_use]
    pub fn function(&self, id: FunctionId) -> Option<&Function> {
        self.functions.get(id.0 as usize)
    }

    /// The class with this index.
    #[must_use]
    pub fn class(&self, id: ClassId) -> Option<&Class> {
        self.classes.get(id.0 as usize)
    }

    /// The variable with this index.
    #[must_use]
    pub fn variable(&self, id: VariableId) -> Option<&Variable> {
        self.variables.get(id.0 as usize)
    }
}

/// One name that a module gives to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The name outside; `default` for a default export.
    pub name: Name,
    /// The top-level variable that holds the value after the module's body has run.
    pub variable: VariableId,
}

/// One module specifier in the source: `./util`, `boto3`, `.models`, `@aws-sdk/client-s3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// As written. Python's relative imports keep their leading dots.
    pub module: Name,
    /// Where.
    pub span: Span,
}

/// One variable: a local, a parameter, a module-level name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name in the source; compiler temporaries are named with a leading `%`.
    pub name: Name,
    /// The function whose scope declares it.
    pub owner: FunctionId,
    /// Whether a function other than the owner reads or writes it. Such a variable outlives one activation.
    pub captured: bool,
}

/// One function body.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name, where the source gives it one (a variable it is assigned to counts).
    pub name: Option<Name>,
    /// The whole definition.
    pub span: Span,
    /// The enclosing function; nothing for the module's top level.
    pub parent: Option<FunctionId>,
    /// The class it is a method of.
    pub class: Option<ClassId>,
    /// The variable that holds the instance (`self`, `this`), where the function has one of its own.
    pub receiver: Option<VariableId>,
    /// Its parameters, without the receiver.
    pub parameters: Vec<Parameter>,
    /// `async`.
    pub is_async: bool,
    /// Contains `yield`.
    pub is_generator: bool,
    /// The decorators of a method, in source order; a call when written with arguments. Decorators of other functions and of
    /// classes are [`crate::ExprKind::Decorated`] where the name is bound.
    pub decorators: Vec<Expr>,
    /// Its statements. An arrow function's or lambda's expression is one `Return`.
    pub body: Vec<Stmt>,
}

/// One parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name a caller can use; nothing for a destructured parameter.
    pub name: Option<Name>,
    /// What is bound.
    pub target: Pattern,
    /// The default value.
    pub default: Option<Expr>,
    /// `*args`, `...rest`: takes the remaining positional arguments as a list.
    pub is_rest: bool,
    /// `**kwargs`: takes the remaining named arguments as an object.
    pub is_keyword_rest: bool,
    /// Type annotation as a dotted name, where it is a plain one: `APIGatewayProxyEvent`, `S3Event`, `Request`.
    pub annotation: Option<Name>,
}

/// One class.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name.
    pub name: Option<Name>,
    /// The whole definition.
    pub span: Span,
    /// Base classes.
    pub bases: Vec<Expr>,
    /// Its methods, the constructor included.
    pub methods: Vec<Method>,
    /// Fields with their initial values; the flag says whether the field belongs to the class itself (`static`, Python class
    /// attributes) rather than to each instance.
    pub fields: Vec<(Name, Expr, bool)>,
    /// What the source says of the values of fields, where something may hold it against them when it runs: the annotation of
    /// a Python field, the decorators of a TypeScript one. A generic type is a call of its `__class_getitem__`.
    pub declared: Vec<(Name, Vec<Expr>)>,
}

/// One method of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// The name after the dot.
    pub name: Name,
    /// Its body.
    pub function: FunctionId,
    /// How it is reached.
    pub kind: MethodKind,
}

/// How a method is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodKind {
    /// `constructor`, `__init__`.
    Constructor,
    /// On an instance.
    Instance,
    /// On the class.
    Static,
    /// Reading the field calls it.
    Getter,
    /// Assigning the field calls it.
    Setter,
}
