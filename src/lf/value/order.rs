//! The language's order on values in normal form, which needs their type: constructors are ordered
//! as they are declared.

use std::cmp::Ordering;

use super::{Record, Value};
use crate::lf::signature::{Instance, Shape, Signatures};
use crate::lf::types::Type;
use crate::model::Name;

/// The order on the values of one type. Values that do not have the type compare as equal.
pub(super) struct Order<'a> {
    signatures: &'a Signatures,
    typ: &'a Type,
}

impl<'a> Order<'a> {
    pub(super) fn new(signatures: &'a Signatures, typ: &'a Type) -> Self {
        Self { signatures, typ }
    }

    pub(super) fn compare(&self, a: &Value, b: &Value) -> Ordering {
        self.of_type(self.typ, a, b)
    }

    fn of_type(&self, typ: &Type, a: &Value, b: &Value) -> Ordering {
        let Ok(shape) = self.signatures.shape(typ) else {
            return Ordering::Equal;
        };
        match (shape, a, b) {
            (_, Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (_, Value::Int64(a), Value::Int64(b)) => a.cmp(b),
            (_, Value::Numeric(a), Value::Numeric(b)) => a.cmp(b),
            (_, Value::Text(a), Value::Text(b)) => a.cmp(b),
            (_, Value::Timestamp(a), Value::Timestamp(b)) => a.cmp(b),
            (_, Value::Date(a), Value::Date(b)) => a.cmp(b),
            (_, Value::Party(a), Value::Party(b)) => a.cmp(b),
            (_, Value::ContractId(a), Value::ContractId(b)) => a.cmp(b),
            (Shape::Optional(of), Value::Optional(a), Value::Optional(b)) => {
                self.all(of, a.as_deref().into_iter(), b.as_deref().into_iter())
            }
            (Shape::List(of), Value::List(a), Value::List(b)) => self.all(of, a.iter(), b.iter()),
            (Shape::TextMap(of), Value::TextMap(a), Value::TextMap(b)) => {
                let entry = |(ka, a): &(_, Value), (kb, b): &(_, Value)| {
                    Ord::cmp(ka, kb).then_with(|| self.of_type(of, a, b))
                };
                lexicographic(a, b, entry)
            }
            (Shape::GenMap(key, of), Value::GenMap(a), Value::GenMap(b)) => {
                let entry = |(ka, a): &(Value, Value), (kb, b): &(Value, Value)| {
                    self.of_type(key, ka, kb)
                        .then_with(|| self.of_type(of, a, b))
                };
                lexicographic(a, b, entry)
            }
            (Shape::Record(instance), Value::Record(a), Value::Record(b)) => {
                self.records(&instance, a, b)
            }
            (
                Shape::Variant(instance),
                Value::Variant {
                    constructor: ca,
                    value: a,
                    ..
                },
                Value::Variant {
                    constructor: cb,
                    value: b,
                    ..
                },
            ) => self.variants(&instance, (ca, a), (cb, b)),
            (
                Shape::Enum(instance),
                Value::Enum { constructor: a, .. },
                Value::Enum { constructor: b, .. },
            ) => instance.rank(a).cmp(&instance.rank(b)),
            _ => Ordering::Equal,
        }
    }

    fn all<'v>(
        &self,
        of: &Type,
        a: impl Iterator<Item = &'v Value>,
        b: impl Iterator<Item = &'v Value>,
    ) -> Ordering {
        let (a, b): (Vec<_>, Vec<_>) = (a.collect(), b.collect());
        lexicographic(&a, &b, |a, b| self.of_type(of, a, b))
    }

    fn records(&self, instance: &Instance<'_, [(Name, Type)]>, a: &Record, b: &Record) -> Ordering {
        for (index, (_, typ)) in instance.cons.iter().enumerate() {
            let field = |record: &Record| record.fields.get(index).map(|(_, v)| v.clone());
            // what is missing at the end is None
            let field = |record| field(record).unwrap_or(Value::Optional(None));
            let order = self.of_type(&instance.instantiate(typ), &field(a), &field(b));
            if order.is_ne() {
                return order;
            }
        }
        Ordering::Equal
    }

    fn variants(
        &self,
        instance: &Instance<'_, [(Name, Type)]>,
        (ca, a): (&Name, &Value),
        (cb, b): (&Name, &Value),
    ) -> Ordering {
        let (rank, other) = (instance.rank(ca), instance.rank(cb));
        rank.cmp(&other).then_with(|| match rank {
            Some(rank) => self.of_type(&instance.instantiate(&instance.cons[rank].1), a, b),
            None => Ordering::Equal,
        })
    }
}

fn lexicographic<T>(a: &[T], b: &[T], compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    let pairs = a.iter().zip(b).map(|(x, y)| compare(x, y));
    let first = pairs.into_iter().find(|order| order.is_ne());
    first.unwrap_or_else(|| a.len().cmp(&b.len()))
}
