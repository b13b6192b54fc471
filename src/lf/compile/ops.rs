//! What instructions do with values: operations by number of operands.

use super::{LayoutId, Symbol};
use crate::lf::ast::BuiltinFunction;
use crate::model::{Identifier, Name};

/// Comparisons of two values of any one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the specification")]
pub(crate) enum Compare {
    Equal,
    Less,
    LessEq,
    Greater,
    GreaterEq,
}

/// Operations with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unary {
    /// A builtin function.
    Builtin(BuiltinFunction),
    /// `Some v`
    Some,
    /// A variant with its payload.
    Variant { rank: u16, constructor: Symbol },
    /// A value with the type that the constant holds.
    ToAny { typ: u32 },
    /// The value, if it has the type that the constant holds.
    FromAny { typ: u32 },
    /// The contract, if it is of the template.
    FromInterface { template: u32 },
    /// The contract, if it implements the interface.
    FromRequiredInterface { interface: u32 },
    /// The type representation of a contract's template.
    TemplateTypeRep,
}

/// Operations with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binary {
    /// A builtin function.
    Builtin(BuiltinFunction),
    /// `Cons head tail`
    Cons,
    /// A record with a field replaced.
    UpdateRecord { field: u16 },
}

/// Operations whose operands are in slots that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nary {
    /// A builtin function.
    Builtin(BuiltinFunction),
    /// A struct with a field replaced.
    UpdateStruct { field: Symbol },
    /// Contract id and interface value: the contract, which must be of the template.
    UnsafeFromInterface { template: u32 },
    /// Contract id and interface value: the latter, which must implement the second of the two
    /// interfaces whose numbers follow each other.
    UnsafeFromRequiredInterface { required: u32 },
    /// A template's precondition and the contract: unit, or an error.
    CheckPrecondition { template: u32 },
}

/// What is made of a row of slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Construct {
    /// A record.
    Record,
    /// A struct.
    Struct(LayoutId),
    /// Elements and the tail of a list.
    List,
    /// A function of the same package with some of its arguments.
    Closure(u32),
}

/// Builtin functions that call functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    /// `FOLDL f init list`
    Left,
    /// `FOLDR f init list`
    Right,
    /// `EQUAL_LIST f list list`
    EqualList,
}

/// Actions on the ledger. The instruction's index names a template, an interface, a view …
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ledger {
    /// Contract: its id. Index: template.
    Create,
    /// Interface value: its id.
    CreateInterface,
    /// Contract id: the contract. Index: template. Leaves no node.
    LookUp,
    /// Contract id: the contract, as interface value. Index: interface. Leaves no node.
    LookUpInterface,
    /// Contract id: the contract. Index: template.
    Fetch,
    /// Contract id: the contract, as interface value. Index: interface.
    FetchInterface,
    /// Key and maintainers: the id of the contract. Index: template. Leaves no node.
    FindByKey,
    /// Id of a contract that was found by its key: the contract. Index: template.
    FetchByKey,
    /// Key, maintainers and limit: ids and contracts. Index: template.
    QueryByKey,
    /// The ledger time.
    GetTime,
    /// Whether the ledger time is before a time.
    IsTimeBefore,
}

/// A function that the template of an interface value has; it is called with the contract.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Virtual {
    /// A method of an interface.
    Method(Identifier, Name),
    /// The view of an interface.
    View(Identifier),
    /// The signatories.
    Signatories,
    /// The observers.
    Observers,
}
