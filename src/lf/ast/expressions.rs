//! Expressions and their parts.

use std::sync::Arc;

use super::{BuiltinFunction, Kind, Location, Ref, Type, TypeConApp, Update};
use crate::model::Name;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "named as in the specification")]
pub enum Expr {
    Var(Name),
    Val(Ref),
    Builtin(BuiltinFunction),
    Con(BuiltinCon),
    Lit(Literal),
    RecordCon {
        tycon: TypeConApp,
        fields: Vec<(Name, Expr)>,
    },
    RecordProj {
        tycon: TypeConApp,
        field: Name,
        record: Box<Expr>,
    },
    RecordUpdate {
        tycon: TypeConApp,
        field: Name,
        record: Box<Expr>,
        update: Box<Expr>,
    },
    VariantCon {
        tycon: TypeConApp,
        constructor: Name,
        arg: Box<Expr>,
    },
    EnumCon {
        tycon: Ref,
        constructor: Name,
    },
    StructCon {
        fields: Vec<(Name, Expr)>,
    },
    StructProj {
        field: Name,
        strukt: Box<Expr>,
    },
    StructUpdate {
        field: Name,
        strukt: Box<Expr>,
        update: Box<Expr>,
    },
    /// A function and at least one argument. From LF 2.2 on archives have one application for each
    /// argument (and type argument, and one abstraction for each parameter); decoding groups them.
    App {
        function: Box<Expr>,
        args: Vec<Expr>,
    },
    /// A polymorphic expression and at least one type.
    TypeApp {
        expr: Box<Expr>,
        types: Vec<Arc<Type>>,
    },
    /// At least one parameter.
    Abs {
        params: Vec<(Name, Arc<Type>)>,
        body: Box<Expr>,
    },
    /// At least one parameter.
    TypeAbs {
        params: Vec<(Name, Arc<Kind>)>,
        body: Box<Expr>,
    },
    Case {
        scrutinee: Box<Expr>,
        alternatives: Vec<CaseAlternative>,
    },
    /// At least one binding.
    Let {
        bindings: Vec<Binding>,
        body: Box<Expr>,
    },
    Nil(Arc<Type>),
    /// At least one element before the tail.
    Cons {
        element: Arc<Type>,
        front: Vec<Expr>,
        tail: Box<Expr>,
    },
    None(Arc<Type>),
    Some {
        element: Arc<Type>,
        value: Box<Expr>,
    },
    ToAny {
        typ: Arc<Type>,
        expr: Box<Expr>,
    },
    FromAny {
        typ: Arc<Type>,
        expr: Box<Expr>,
    },
    TypeRep(Arc<Type>),
    ToAnyException {
        typ: Arc<Type>,
        expr: Box<Expr>,
    },
    FromAnyException {
        typ: Arc<Type>,
        expr: Box<Expr>,
    },
    Throw {
        result: Arc<Type>,
        exception_type: Arc<Type>,
        exception: Box<Expr>,
    },
    ToInterface {
        interface: Ref,
        template: Ref,
        expr: Box<Expr>,
    },
    FromInterface {
        interface: Ref,
        template: Ref,
        expr: Box<Expr>,
    },
    UnsafeFromInterface {
        interface: Ref,
        template: Ref,
        contract_id: Box<Expr>,
        expr: Box<Expr>,
    },
    ToRequiredInterface {
        required: Ref,
        requiring: Ref,
        expr: Box<Expr>,
    },
    FromRequiredInterface {
        required: Ref,
        requiring: Ref,
        expr: Box<Expr>,
    },
    UnsafeFromRequiredInterface {
        required: Ref,
        requiring: Ref,
        contract_id: Box<Expr>,
        expr: Box<Expr>,
    },
    CallInterface {
        interface: Ref,
        method: Name,
        expr: Box<Expr>,
    },
    ViewInterface {
        interface: Ref,
        expr: Box<Expr>,
    },
    SignatoryInterface {
        interface: Ref,
        expr: Box<Expr>,
    },
    ObserverInterface {
        interface: Ref,
        expr: Box<Expr>,
    },
    InterfaceTemplateTypeRep {
        interface: Ref,
        expr: Box<Expr>,
    },
    Update(Box<Update>),
    /// An expression with its place in the source.
    Located(Box<Location>, Box<Expr>),
}

/// Builtin constructors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "named as in the specification")]
pub enum BuiltinCon {
    Unit,
    False,
    True,
}

/// A literal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Literal {
    /// A signed integer.
    Int64(i64),
    /// A decimal with its scale, as written; the number of digits after the point is the scale.
    Numeric(Arc<str>),
    /// A text.
    Text(Arc<str>),
    /// Microseconds since 1970.
    Timestamp(i64),
    /// Days since 1970.
    Date(i32),
    /// A category of failure.
    FailureCategory(FailureCategory),
}

/// Categories of `failWithStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "named as in the specification")]
pub enum FailureCategory {
    InvalidIndependentOfSystemState,
    InvalidGivenCurrentSystemStateOther,
}

/// A binding of a `let` or of an update block.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// The variable.
    pub name: Name,
    /// Its type.
    pub typ: Arc<Type>,
    /// What it is bound to.
    pub bound: Expr,
}

/// A pattern and what follows when it matches.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseAlternative {
    /// The pattern.
    pub pattern: Pattern,
    /// The expression for it.
    pub body: Expr,
}

/// A pattern of a `case`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the specification")]
pub enum Pattern {
    Default,
    Variant {
        tycon: Ref,
        constructor: Name,
        binder: Name,
    },
    Enum {
        tycon: Ref,
        constructor: Name,
    },
    Builtin(BuiltinCon),
    Nil,
    Cons {
        head: Name,
        tail: Name,
    },
    None,
    Some {
        body: Name,
    },
}
