//! Ledger values: what contracts, choice arguments and results are made of.
//!
//! A value comes from an application untyped (with labels or without, as it likes), is checked
//! against its type (`translate`), and is stored in normal form: no record ids, no labels, no
//! trailing `None`s. For verbose answers the type gives ids and labels back (`enrich`).
//!
//! Invariants: a value in normal form has exactly one encoding; what `translate` returns is in
//! normal form and at most 100 levels deep.

mod numeric;

mod arithmetic;
pub mod calendar;

mod encoding;
mod size;

mod key_hash;
mod plain;
mod protobuf;
mod render;

mod contract_ids;
mod enrich;
mod order;
mod translate;

pub use contract_ids::contract_ids;
pub use enrich::enrich;
pub(crate) use key_hash::key_hash;
pub use numeric::{Numeric, PRECISION_MAX, SCALE_MAX};
pub use plain::Plain;
pub use render::Rendered;
pub(crate) use size::{ALLOCATION_BYTES, FIELD_BYTES, PART_BYTES, TEXT_KEY_BYTES};
pub(crate) use translate::check_contract_id;
pub use translate::{TranslationError, translate};

use crate::model::{ContractId, Identifier, Name, Party, Timestamp};

/// How deep values may be nested: a value without parts has depth 0.
pub const NESTING_MAX: usize = 100;

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

#[cfg(test)]
pub(crate) mod arbitrary;
