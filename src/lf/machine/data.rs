//! Building data and taking it apart.

use super::cursor::Cursor;
use super::fault::Fault;
use super::parts::Parts;
use super::state::Machine;
use super::val::Val;
use crate::lf::compile::{Construct, FunctionId, Program, Slot, Source, Symbol};

impl Machine {
    /// A field of a record.
    #[inline]
    pub(super) fn project(
        &mut self,
        at: &Cursor<'_>,
        to: Slot,
        field: u16,
        from: Source,
    ) -> Result<(), Fault> {
        let Val::Record(parts) = self.peek(at, from) else {
            return Err(Fault::ill_typed("a field of something that is no record"));
        };
        let Some(part) = parts.get(usize::from(field)) else {
            return Err(Fault::ill_typed("a field that a record does not have"));
        };
        let part = part.clone();
        self.write(at, to, part);
        Ok(())
    }

    /// A field of a struct.
    pub(super) fn project_struct(
        &mut self,
        program: &Program,
        at: &Cursor<'_>,
        to: Slot,
        field: Symbol,
        from: Source,
    ) -> Result<(), Fault> {
        let Val::Struct { layout, parts } = self.peek(at, from) else {
            return Err(Fault::ill_typed("a field of something that is no struct"));
        };
        let part = program.names.position(*layout, field);
        let Some(part) = part.and_then(|place| parts.get(place)) else {
            return Err(Fault::ill_typed("a field that a struct does not have"));
        };
        let part = part.clone();
        self.write(at, to, part);
        Ok(())
    }

    /// Head and tail of a list cell.
    #[inline]
    pub(super) fn uncons(
        &mut self,
        at: &Cursor<'_>,
        head: Slot,
        tail: Slot,
        from: Source,
    ) -> Result<(), Fault> {
        let Val::Cons(parts) = self.read(at, from) else {
            return Err(Fault::ill_typed("case"));
        };
        let Some((first, rest)) = parts.into_two() else {
            return Err(Fault::ill_typed("a list"));
        };
        self.write(at, head, first);
        self.write(at, tail, rest);
        Ok(())
    }

    /// The payload of `Some` or of a variant.
    pub(super) fn payload(&mut self, at: &Cursor<'_>, to: Slot, from: Source) -> Result<(), Fault> {
        let (Val::Some(parts) | Val::Variant { parts, .. }) = self.read(at, from) else {
            return Err(Fault::ill_typed("case"));
        };
        let part = parts.into_part(0);
        let part = part.ok_or_else(|| Fault::ill_typed("a payload"))?;
        self.write(at, to, part);
        Ok(())
    }

    /// The rank of a variant or enum.
    pub(super) fn rank(&self, at: &Cursor<'_>, on: Source) -> Result<usize, Fault> {
        match self.peek(at, on) {
            Val::Variant { rank, .. } | Val::Enum { rank, .. } => Ok(usize::from(*rank)),
            _ => Err(Fault::ill_typed("case")),
        }
    }

    /// A record, struct, list or closure.
    pub(super) fn construct(
        &mut self,
        at: &Cursor<'_>,
        to: Slot,
        what: Construct,
        first: Slot,
        count: u16,
    ) -> Result<(), Fault> {
        let first = at.base + usize::from(first);
        let count = usize::from(count);
        let built = match what {
            Construct::Record => Val::Record(self.take_row(first, count)),
            Construct::Struct(layout) => Val::Struct {
                layout,
                parts: self.take_row(first, count),
            },
            Construct::Closure(index) => Val::Closure {
                function: FunctionId::new(at.number, index),
                args: self.take_row(first, count),
            },
            Construct::List => self.list(first, count)?,
        };
        self.write(at, to, built);
        Ok(())
    }

    fn list(&mut self, first: usize, count: usize) -> Result<Val, Fault> {
        let last = count.checked_sub(1);
        let last = last.ok_or_else(|| Fault::ill_typed("a list"))?;
        self.meter.allocate_parts(3 * last);
        let mut tail = self.take(first + last);
        for offset in (0..last).rev() {
            tail = Val::Cons(Parts::two(self.take(first + offset), tail));
        }
        Ok(tail)
    }

    /// A record with a field replaced; in place if nobody else has it.
    pub(super) fn update_record(
        &mut self,
        record: Val,
        field: u16,
        value: Val,
    ) -> Result<Val, Fault> {
        let Val::Record(mut parts) = record else {
            return Err(Fault::ill_typed("an update of something that is no record"));
        };
        self.meter.allocate_parts(parts.len());
        let part = parts.make_mut().get_mut(usize::from(field));
        *part.ok_or_else(|| Fault::ill_typed("a field that a record does not have"))? = value;
        Ok(Val::Record(parts))
    }

    /// A struct with a field replaced.
    pub(super) fn update_struct(
        &mut self,
        program: &Program,
        strukt: Val,
        field: Symbol,
        value: Val,
    ) -> Result<Val, Fault> {
        let Val::Struct { layout, mut parts } = strukt else {
            return Err(Fault::ill_typed("an update of something that is no struct"));
        };
        self.meter.allocate_parts(parts.len());
        let place = program.names.position(layout, field);
        let part = place.and_then(|place| parts.make_mut().get_mut(place));
        *part.ok_or_else(|| Fault::ill_typed("a field that a struct does not have"))? = value;
        Ok(Val::Struct { layout, parts })
    }
}
