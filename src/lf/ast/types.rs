//! Kinds and types.

use std::sync::Arc;

use super::Ref;
use crate::model::Name;

/// A kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `*`
    Star,
    /// `nat`
    Nat,
    /// `k1 -> k2`
    Arrow(Arc<Kind>, Arc<Kind>),
}

/// A type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// A type variable.
    Var(Name),
    /// A type constructor.
    Con(Ref),
    /// A type synonym with all its arguments.
    Synonym(Ref, Vec<Arc<Type>>),
    /// A builtin type.
    Builtin(BuiltinType),
    /// `t1 t2`
    App(Arc<Type>, Arc<Type>),
    /// `forall (a : k). t`
    Forall(Name, Arc<Kind>, Arc<Type>),
    /// `⟨f1: t1, …⟩`
    Struct(Vec<(Name, Arc<Type>)>),
    /// A natural number, 0 to 37: the scale of a numeric.
    Nat(u8),
}

/// Builtin type constructors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "named as in the specification")]
pub enum BuiltinType {
    Unit,
    Bool,
    Int64,
    Date,
    Timestamp,
    Numeric,
    Party,
    Text,
    ContractId,
    Optional,
    List,
    GenMap,
    TextMap,
    Any,
    AnyException,
    TypeRep,
    Arrow,
    Update,
    FailureCategory,
}

/// A type constructor applied to arguments, as expressions carry it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TypeConApp {
    /// The constructor.
    pub con: Ref,
    /// Its arguments.
    pub args: Vec<Arc<Type>>,
}
