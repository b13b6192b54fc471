//! What interrupts the machine, and what it may spend.

use std::cmp::Ordering;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::census::OVERHEAD_BYTES;
use super::compare::{self, Budget, Incomparable};
use super::parts::Parts;
use super::val::Val;
use crate::lf::error::{Error, Limit};
use crate::lf::stable;
use crate::lf::transaction::KeyQuestion;
use crate::lf::types::Type;
use crate::model::{ContractId, DottedName, Identifier, ModuleName, PackageId};

/// Why the machine does not go on with the next instruction.
pub(crate) enum Fault {
    /// Daml code threw an exception: a value of type `AnyException`.
    Exception(Val),
    /// The interpretation has failed for good.
    Error(Box<Error>),
    /// The instruction needs a contract that is not there yet; it is repeated with the answer.
    NeedContract(ContractId),
    /// The instruction needs contracts with a key; it is repeated with the answer.
    NeedKey(Box<KeyQuestion>),
    /// The instruction needs a package that is not loaded; it is repeated when it is.
    NeedPackage(PackageId),
    /// The fuel of this slice is used up; the instruction is repeated.
    OutOfFuel,
    /// The program has ended.
    Done(Val),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Error(Box::new(error))
    }
}

impl From<Incomparable> for Fault {
    fn from(incomparable: Incomparable) -> Self {
        match incomparable {
            Incomparable::Functions => Error::NonComparableValues.into(),
            Incomparable::Types => Self::ill_typed("comparison"),
            // the next slice finds out why
            Incomparable::Interrupted => Self::OutOfFuel,
        }
    }
}

impl Fault {
    /// An operation got something that it cannot work on.
    pub(crate) fn ill_typed(what: &'static str) -> Self {
        Error::IllTyped(what.to_owned()).into()
    }

    /// An arithmetic exception, as `DA.Exception.ArithmeticError` of the standard library.
    pub(crate) fn arithmetic(builtin: &str, operands: &[String]) -> Self {
        let operands = operands.join(" ");
        let message = format!("ArithmeticError while evaluating ({builtin} {operands}).");
        match arithmetic_error() {
            Some(id) => Self::Exception(Val::any(
                Arc::new(Type::Con(id)),
                Val::Record(Parts::one(Val::text(message))),
            )),
            None => Error::UserError(message).into(),
        }
    }
}

/// The exception that arithmetic throws.
pub(crate) fn arithmetic_error() -> Option<Identifier> {
    const MODULE: &str = "DA.Exception.ArithmeticError";
    Some(Identifier::new(
        stable::package_of(MODULE)?,
        ModuleName::parse(MODULE).ok()?,
        DottedName::parse("ArithmeticError").ok()?,
    ))
}

/// What an interpretation may still spend.
///
/// A step is a call, or work of about that length inside of a builtin. Memory is counted when it is
/// allocated, and all that is held anew when that has become much.
#[derive(Debug, Clone)]
pub(crate) struct Meter {
    /// Steps until the machine pauses.
    pub(super) fuel: u32,
    /// Steps that are not in `fuel`.
    pub(super) reserve: u64,
    pub(super) steps_max: u64,
    pub(super) allocated: u64,
    pub(super) allocated_max: u64,
    /// When so much has been allocated, what is held is counted.
    pub(super) recount_at: u64,
    /// Set from outside to end the interpretation.
    pub(super) cancelled: Arc<AtomicBool>,
}

impl Meter {
    /// One step.
    #[inline(always)]
    pub(super) fn step(&mut self) -> Result<(), Fault> {
        match self.fuel.checked_sub(1) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => Err(Fault::OutOfFuel),
        }
    }

    /// Work of many steps at once, done already.
    pub(crate) fn work(&mut self, steps: usize) {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        let from_fuel = steps.min(u64::from(self.fuel));
        self.fuel -= u32::try_from(from_fuel).unwrap_or(u32::MAX);
        self.reserve = self.reserve.saturating_sub(steps - from_fuel);
    }

    /// Work of many steps at once, before it is done.
    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), Fault> {
        self.work(steps);
        if self.left() == 0 {
            return Err(Error::Limit(Limit::Steps(self.steps_max)).into());
        }
        Ok(())
    }

    /// Steps that are left.
    pub(super) fn left(&self) -> u64 {
        self.reserve.saturating_add(u64::from(self.fuel))
    }

    /// Compares two values. A comparison that is interrupted uses up what is left, so that the next
    /// slice ends with the limit, unless the interpretation was cancelled.
    pub(super) fn order(&mut self, a: &Val, b: &Val) -> Result<Ordering, Incomparable> {
        let (order, left) = self.order_within(a, b);
        self.set_left(left);
        order
    }

    /// The same while something else is borrowed, with the steps that are left then.
    pub(super) fn order_within(&self, a: &Val, b: &Val) -> (Result<Ordering, Incomparable>, u64) {
        let mut budget = Budget {
            left: self.left(),
            cancelled: &self.cancelled,
        };
        let order = compare::order(a, b, &mut budget);
        (order, budget.left)
    }

    /// Takes note of what a comparison left.
    pub(super) fn set_left(&mut self, left: u64) {
        let spent = self.left().saturating_sub(left);
        self.work(usize::try_from(spent).unwrap_or(usize::MAX));
    }

    /// Fails if a value cannot be the key of a map; pays for comparing it with so many others.
    pub(crate) fn comparable(&mut self, key: &Val, others: u32) -> Result<(), Fault> {
        let once = match key {
            Val::Int64(_) | Val::Party(_) | Val::ContractId(_) => return Ok(()),
            Val::Text(text) => text.len() / compare::BYTES_PER_STEP,
            _ => {
                let before = self.left();
                match self.order(key, key) {
                    Err(Incomparable::Interrupted) => {
                        return Err(Error::Limit(Limit::Steps(self.steps_max)).into());
                    }
                    other => other?,
                };
                usize::try_from(before - self.left()).unwrap_or(usize::MAX)
            }
        };
        if once > 1 {
            self.spend(once.saturating_mul(others as usize))?;
        }
        Ok(())
    }

    /// Memory for values of fixed size; checked with the next slice.
    #[inline]
    pub(crate) fn allocate_parts(&mut self, count: usize) {
        self.allocated += (OVERHEAD_BYTES + size_of::<Val>() * count) as u64;
    }

    /// Memory for something large; checked before it is there.
    pub(crate) fn allocate(&mut self, bytes: usize) -> Result<(), Fault> {
        let bytes = bytes.saturating_add(OVERHEAD_BYTES) as u64;
        self.allocated = self.allocated.saturating_add(bytes);
        self.check_memory()
    }

    /// Memory for a text, which is there twice while it is made.
    pub(crate) fn allocate_text(&mut self, bytes: usize) -> Result<(), Fault> {
        let before = self.allocated;
        self.allocate(bytes.saturating_mul(2))?;
        self.allocated = before;
        self.allocate(bytes)
    }

    pub(super) fn check_memory(&self) -> Result<(), Fault> {
        if self.allocated > self.allocated_max {
            return Err(Error::Limit(Limit::Memory(self.allocated_max)).into());
        }
        Ok(())
    }
}
