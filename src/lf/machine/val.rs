//! Values as the machine has them: 24 bytes, small things in place, the rest shared.

use std::sync::Arc;

use super::parts::Parts;
use crate::lf::compile::{FunctionId, LayoutId, Symbol};
use crate::lf::types::Type;
use crate::lf::value::Numeric;
use crate::model::{ContractId, Party};

/// A value of a running program. Types are erased but where the language looks at them.
#[derive(Clone, Default)]
pub(crate) enum Val {
    /// `()`; also what is left in a slot whose value was taken.
    #[default]
    Unit,
    Bool(bool),
    Int64(i64),
    /// Microseconds since 1970.
    Timestamp(i64),
    /// Days since 1970.
    Date(i32),
    Numeric {
        scale: u8,
        digits: Digits,
    },
    Enum {
        rank: u16,
        constructor: Symbol,
    },
    Nil,
    None,
    Text(Arc<str>),
    Party(Party),
    ContractId(ContractId),
    /// Head and tail.
    Cons(Parts),
    Some(Parts),
    /// In the order of the type.
    Record(Parts),
    /// In the order of the names.
    Struct {
        layout: LayoutId,
        parts: Parts,
    },
    /// The payload is the only part.
    Variant {
        rank: u16,
        constructor: Symbol,
        parts: Parts,
    },
    TextMap(Tree),
    GenMap(Tree),
    /// `Any`, `AnyException` and values of interfaces: a type representation and a value of it.
    Any(Parts),
    TypeRep(Arc<Type>),
    /// A function and what it has already: captured variables, then arguments. An update that waits
    /// to be run has all its arguments.
    Closure {
        function: FunctionId,
        args: Parts,
    },
}

/// A search tree: see `map.rs` for the parts of a node.
pub(crate) type Tree = Option<Parts>;

const _: () = assert!(size_of::<Val>() == 24, "values are copied all the time");

/// The digits of a numeric without the alignment of 128 bits, which would make every value larger.
#[derive(Clone, Copy)]
pub(crate) struct Digits([u64; 2]);

impl From<Numeric> for Val {
    fn from(numeric: Numeric) -> Self {
        let digits = numeric.unscaled().cast_unsigned();
        let low = u64::try_from(digits & u128::from(u64::MAX)).unwrap_or(0);
        let high = u64::try_from(digits >> 64).unwrap_or(0);
        Self::Numeric {
            scale: numeric.scale(),
            digits: Digits([high, low]),
        }
    }
}

impl Val {
    /// A text.
    pub(crate) fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// `Some v` or `None`.
    pub(crate) fn optional(option: Option<Self>) -> Self {
        option.map_or(Self::None, |part| Self::Some(Parts::one(part)))
    }

    /// A list.
    pub(crate) fn list(elements: impl DoubleEndedIterator<Item = Self>) -> Self {
        elements
            .rev()
            .fold(Self::Nil, |tail, head| Self::Cons(Parts::two(head, tail)))
    }

    /// The number, if it is a numeric.
    pub(crate) fn as_numeric(&self) -> Option<Numeric> {
        let Self::Numeric {
            scale,
            digits: Digits([high, low]),
        } = self
        else {
            return None;
        };
        let digits = u128::from(*high) << 64 | u128::from(*low);
        Numeric::new(digits.cast_signed(), *scale)
    }

    /// A value with its type.
    pub(crate) fn any(typ: Arc<Type>, value: Self) -> Self {
        Self::Any(Parts::two(Self::TypeRep(typ), value))
    }

    /// The type and value of an `Any`.
    pub(crate) fn as_any(&self) -> Option<(&Arc<Type>, &Self)> {
        match self {
            Self::Any(parts) => match &**parts {
                [Self::TypeRep(typ), value] => Some((typ, value)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it is all there is: copying and dropping it touches nothing else.
    #[inline(always)]
    pub(super) fn is_plain(&self) -> bool {
        matches!(
            self,
            Self::Unit
                | Self::Bool(_)
                | Self::Int64(_)
                | Self::Timestamp(_)
                | Self::Date(_)
                | Self::Numeric { .. }
                | Self::Enum { .. }
                | Self::Nil
                | Self::None
        )
    }

    /// Whether dropping it may drop other values.
    pub(super) fn has_parts(&self) -> bool {
        matches!(
            self,
            Self::Cons(_)
                | Self::Some(_)
                | Self::Record(_)
                | Self::Struct { .. }
                | Self::Variant { .. }
                | Self::TextMap(_)
                | Self::GenMap(_)
                | Self::Any(_)
                | Self::Closure { .. }
        )
    }

    /// The parts, if it has any.
    pub(super) fn parts(&self) -> Option<&Parts> {
        match self {
            Self::Cons(parts)
            | Self::Some(parts)
            | Self::Record(parts)
            | Self::Any(parts)
            | Self::Struct { parts, .. }
            | Self::Variant { parts, .. }
            | Self::Closure { args: parts, .. } => Some(parts),
            Self::TextMap(tree) | Self::GenMap(tree) => tree.as_ref(),
            _ => None,
        }
    }

    /// Takes the parts, if it has any.
    pub(super) fn take_parts(&mut self) -> Option<Parts> {
        if !self.has_parts() {
            return None;
        }
        match std::mem::take(self) {
            Self::Cons(parts)
            | Self::Some(parts)
            | Self::Record(parts)
            | Self::Any(parts)
            | Self::Struct { parts, .. }
            | Self::Variant { parts, .. }
            | Self::Closure { args: parts, .. } => Some(parts),
            Self::TextMap(tree) | Self::GenMap(tree) => tree,
            _ => None,
        }
    }
}

/// Walks along a list.
pub(crate) struct ListIter<'a>(&'a Val);

impl Val {
    /// The elements, if it is a list.
    pub(crate) fn elements(&self) -> ListIter<'_> {
        ListIter(self)
    }
}

impl<'a> Iterator for ListIter<'a> {
    type Item = &'a Val;
    fn next(&mut self) -> Option<&'a Val> {
        match self.0 {
            Val::Cons(parts) => match &**parts {
                [head, tail] => {
                    self.0 = tail;
                    Some(head)
                }
                _ => None,
            },
            _ => None,
        }
    }
}
