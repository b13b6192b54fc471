//! Ledger values: what contracts, choice arguments and results are made of.
//!
//! A value comes from an application untyped (with labels or without, as it likes), is checked
//! against its type, and is stored in normal form: no record ids, no labels, no trailing `None`s.

mod numeric;

pub use numeric::Numeric;

use crate::model::{ContractId, Identifier, Name, Party, Timestamp};

/// A ledger value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the specification")]
pub enum Value {
    Unit,
    Bool(bool),
    Int64(i64),
    Numeric(Numeric),
    Text(std::sync::Arc<str>),
    Timestamp(Timestamp),
    /// Days since 1970, between 0001-01-01 and 9999-12-31.
    Date(i32),
    Party(Party),
    ContractId(ContractId),
    Optional(Option<Box<Value>>),
    List(Vec<Value>),
    /// Sorted by key; keys are distinct.
    TextMap(Vec<(std::sync::Arc<str>, Value)>),
    /// Sorted by key; keys are distinct.
    GenMap(Vec<(Value, Value)>),
    Record(Record),
    Variant {
        id: Option<Identifier>,
        constructor: Name,
        value: Box<Value>,
    },
    Enum {
        id: Option<Identifier>,
        constructor: Name,
    },
}

/// A record: in normal form without id and labels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// The type, if it is told.
    pub id: Option<Identifier>,
    /// The fields in the order of the type, with their labels if they are told.
    pub fields: Vec<(Option<Name>, Value)>,
}
