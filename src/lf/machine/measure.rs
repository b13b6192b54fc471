//! What a machine value comes to outside of the machine, before it is made.
//!
//! A value that takes little memory in the machine, where parts are shared, may be of any size without
//! sharing. So the walk ends as soon as a bound is passed; a shared text counts wherever it occurs.

use super::export::{count, fields, name, not_serializable, only};
use super::map;
use super::val::Val;
use crate::lf::codec::Writer;
use crate::lf::compile::Program;
use crate::lf::error::{Error, Limit};
use crate::lf::value::{ALLOCATION_BYTES, FIELD_BYTES, NESTING_MAX, PART_BYTES, TEXT_KEY_BYTES};

/// What a value may come to: how many bytes, and what to say if it is more.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    /// Of its encoding.
    pub(super) encoded: (u64, Limit),
    /// Of memory.
    pub(super) memory: (u64, Limit),
}

/// What a value comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Measured {
    /// Bytes of its encoding.
    pub(super) encoded: usize,
    /// Bytes of memory, without texts, which stay shared.
    pub(super) memory: usize,
    /// Parts that were looked at.
    pub(super) parts: usize,
}

/// Measures a value that is to leave the machine, and checks that it can: of a type that has values on
/// the ledger, not nested too deep, without null characters in texts. If it cannot, the measure is what
/// was looked at until then.
pub(super) fn measure(
    program: &Program,
    val: &Val,
    bounds: Bounds,
) -> (Measured, Result<(), Error>) {
    let mut measure = Measure {
        program,
        bounds,
        encoding: Writer::counting(),
        memory: PART_BYTES,
        parts: 0,
    };
    let checked = measure.part(val, 0);
    let measured = Measured {
        encoded: measure.encoding.length(),
        memory: measure.memory,
        parts: measure.parts,
    };
    (measured, checked)
}

struct Measure<'a> {
    program: &'a Program,
    bounds: Bounds,
    /// Writes what the encoding of the value is written with, so that the lengths agree.
    encoding: Writer,
    memory: usize,
    parts: usize,
}

impl Measure<'_> {
    fn part(&mut self, val: &Val, depth: usize) -> Result<(), Error> {
        if depth > NESTING_MAX {
            return Err(Error::ValueNesting);
        }
        self.parts += 1;
        // the tag
        self.encoding.byte(0);
        match val {
            Val::Unit | Val::Bool(_) | Val::None => {}
            Val::Int64(n) | Val::Timestamp(n) => self.encoding.signed(i128::from(*n)),
            Val::Date(days) => self.encoding.signed(i128::from(*days)),
            Val::Numeric { .. } => {
                let numeric = val.as_numeric().ok_or_else(not_serializable)?;
                self.encoding.byte(numeric.scale());
                self.encoding.signed(numeric.unscaled());
            }
            Val::Text(text) => self.text(text)?,
            Val::Party(party) => self.encoding.text(party.as_str()),
            Val::ContractId(id) => self.encoding.bytes(id.as_bytes()),
            Val::Enum { constructor, .. } => self.name(*constructor)?,
            Val::Some(parts) => {
                self.allocate(1, PART_BYTES)?;
                self.part(only(parts)?, depth + 1)?;
            }
            Val::Variant {
                constructor, parts, ..
            } => {
                self.name(*constructor)?;
                self.allocate(1, PART_BYTES)?;
                self.part(only(parts)?, depth + 1)?;
            }
            Val::Nil
            | Val::Cons(_)
            | Val::Record(_)
            | Val::TextMap(_)
            | Val::GenMap(_)
            | Val::Struct { .. }
            | Val::Any(_)
            | Val::TypeRep(_)
            | Val::Closure { .. } => self.collection(val, depth + 1)?,
        }
        self.check()
    }

    fn collection(&mut self, val: &Val, depth: usize) -> Result<(), Error> {
        match val {
            Val::Nil | Val::Cons(_) => {
                self.row(val.elements().count(), PART_BYTES)?;
                val.elements().try_for_each(|it| self.part(it, depth))
            }
            Val::Record(parts) => {
                let kept = fields(parts);
                self.row(kept.len(), FIELD_BYTES)?;
                kept.iter().try_for_each(|it| self.part(it, depth))
            }
            Val::TextMap(tree) => {
                self.row(count(tree), TEXT_KEY_BYTES + PART_BYTES)?;
                map::entries(tree).try_for_each(|(key, value)| {
                    let Val::Text(key) = key else {
                        return Err(not_serializable());
                    };
                    self.text(key)?;
                    self.part(value, depth)
                })
            }
            Val::GenMap(tree) => {
                self.row(count(tree), 2 * PART_BYTES)?;
                map::entries(tree).try_for_each(|(key, value)| {
                    self.part(key, depth)?;
                    self.part(value, depth)
                })
            }
            _ => Err(not_serializable()),
        }
    }

    /// Parts that follow each other, and their number.
    fn row(&mut self, count: usize, bytes: usize) -> Result<(), Error> {
        self.encoding.count(count);
        self.allocate(count, bytes)
    }

    fn allocate(&mut self, count: usize, bytes: usize) -> Result<(), Error> {
        let bytes = count.saturating_mul(bytes).saturating_add(ALLOCATION_BYTES);
        self.memory = self.memory.saturating_add(bytes);
        self.check()
    }

    fn text(&mut self, text: &str) -> Result<(), Error> {
        self.encoding.text(text);
        self.check()?;
        if text.contains('\0') {
            return Err(Error::MalformedText);
        }
        Ok(())
    }

    fn name(&mut self, constructor: crate::lf::compile::Symbol) -> Result<(), Error> {
        let name = name(self.program, constructor)?;
        self.encoding.text(name.as_str());
        Ok(())
    }

    fn check(&self) -> Result<(), Error> {
        let Bounds { encoded, memory } = self.bounds;
        for (bytes, (max, limit)) in [(self.encoding.length(), encoded), (self.memory, memory)] {
            if bytes as u64 > max {
                return Err(Error::Limit(limit));
            }
        }
        Ok(())
    }
}
