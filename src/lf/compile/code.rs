//! The executable form: instructions on the slots of a frame.
//!
//! A function's arguments are the first slots of its frame. A call finds its arguments in slots that
//! follow each other; these become the callee's first slots, so nothing is copied.

use super::ops::{Binary, Compare, Construct, Fold, Ledger, Nary, Unary};

/// A slot, counted from the base of the frame.
pub(crate) type Slot = u16;
/// The place of an instruction in the code of its package.
pub(crate) type Pc = u32;
/// No place.
pub(crate) const NOWHERE: Pc = Pc::MAX;

/// A function: package and number in it. Six bytes, so that a closure fits a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct FunctionId {
    package: u16,
    low: u16,
    high: u16,
}

impl FunctionId {
    /// The function with a number.
    pub(crate) fn new(package: u16, index: u32) -> Self {
        let [high_first, high_last, low_first, low_last] = index.to_be_bytes();
        Self {
            package,
            low: u16::from_be_bytes([low_first, low_last]),
            high: u16::from_be_bytes([high_first, high_last]),
        }
    }

    /// The package's number in the program.
    #[inline]
    pub(crate) fn package(self) -> u16 {
        self.package
    }

    /// The function's number in the package.
    #[inline]
    pub(crate) fn index(self) -> u32 {
        u32::from(self.high) << 16 | u32::from(self.low)
    }
}

/// Where an instruction takes a value from: a slot, which is emptied if the value is not used
/// again, or a constant of the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source(u32);

const CONSTANT: u32 = 1 << 31;
const TAKEN: u32 = 1 << 30;
/// Number of constants that a package may have.
pub(crate) const CONSTANTS_MAX: usize = (1 << 30) - 1;

impl Source {
    /// The value stays in the slot.
    pub(crate) fn slot(slot: Slot) -> Self {
        Self(u32::from(slot))
    }

    /// The value is not used again.
    pub(crate) fn taken(slot: Slot) -> Self {
        Self(u32::from(slot) | TAKEN)
    }

    /// A constant of the package.
    pub(crate) fn constant(index: u32) -> Self {
        Self(index | CONSTANT)
    }

    /// The constant's number, if it is one.
    #[inline]
    pub(crate) fn as_constant(self) -> Option<usize> {
        (self.0 & CONSTANT != 0).then_some((self.0 & !CONSTANT) as usize)
    }

    /// The slot, if it is no constant.
    #[inline]
    pub(crate) fn as_slot(self) -> usize {
        (self.0 & 0xffff) as usize
    }

    /// Whether the slot may be emptied.
    #[inline]
    pub(crate) fn is_taken(self) -> bool {
        self.0 & TAKEN != 0
    }
}

/// What a branch asks about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Test {
    /// `True`
    True,
    /// `Some`
    Some,
    /// `Cons`
    Cons,
}

/// One step of the machine. Branches go on with the next instruction when the test holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Instruction {
    Move {
        to: Slot,
        from: Source,
    },
    /// The value of a definition; evaluated when first needed, with its frame at `first`.
    Global {
        to: Slot,
        first: Slot,
        package: u16,
        index: u32,
    },

    AddInt64 {
        to: Slot,
        a: Source,
        b: Source,
    },
    SubInt64 {
        to: Slot,
        a: Source,
        b: Source,
    },
    MulInt64 {
        to: Slot,
        a: Source,
        b: Source,
    },
    Compare {
        to: Slot,
        how: Compare,
        a: Source,
        b: Source,
    },
    Unary {
        to: Slot,
        op: Unary,
        a: Source,
    },
    Binary {
        to: Slot,
        op: Binary,
        a: Source,
        b: Source,
    },
    Nary {
        to: Slot,
        op: Nary,
        first: Slot,
    },

    /// A record, struct, list or closure of `count` slots from `first` on.
    Construct {
        to: Slot,
        what: Construct,
        first: Slot,
        count: u16,
    },
    Project {
        to: Slot,
        field: u16,
        from: Source,
    },
    ProjectStruct {
        to: Slot,
        field: super::Symbol,
        from: Source,
    },
    /// Head and tail of a list cell.
    Uncons {
        head: Slot,
        tail: Slot,
        from: Source,
    },
    /// The payload of `Some` or of a variant.
    Payload {
        to: Slot,
        from: Source,
    },

    Jump {
        to: Pc,
    },
    Branch {
        test: Test,
        on: Source,
        otherwise: Pc,
    },
    BranchCompare {
        how: Compare,
        a: Source,
        b: Source,
        otherwise: Pc,
    },
    /// Goes on at the place in the table for the value's rank.
    Switch {
        on: Source,
        table: u32,
        count: u16,
    },
    /// No alternative matches.
    MatchError,

    /// Calls a function whose arguments are complete. `run`: its result is an update that is run.
    Call {
        to: Slot,
        first: Slot,
        function: FunctionId,
        run: bool,
    },
    TailCall {
        first: Slot,
        function: FunctionId,
        run: bool,
    },
    /// Applies any function to `count` arguments.
    Apply {
        to: Slot,
        first: Slot,
        count: u16,
        function: Source,
        run: bool,
    },
    TailApply {
        first: Slot,
        count: u16,
        function: Source,
        run: bool,
    },
    /// Calls the function of an interface value's template that the package's table names.
    CallVirtual {
        to: Slot,
        first: Slot,
        index: u32,
    },
    /// Applies a function to the elements of a list; its three arguments start at `first`.
    Fold {
        to: Slot,
        first: Slot,
        how: Fold,
    },
    Return {
        from: Source,
    },

    /// An action on the ledger; its arguments start at `first`.
    Ledger {
        to: Slot,
        first: Slot,
        op: Ledger,
        index: u32,
    },
    /// Exceptions go to `handler`, with the exception in `exception`.
    BeginTry {
        exception: Slot,
        handler: Pc,
    },
    EndTry,
    /// Exceptions cannot be caught until the end.
    BeginProtected,
    EndProtected,
    /// Opens the node of an exercise: argument, contract id, controllers, observers and contract
    /// start at `first`.
    BeginExercise {
        first: Slot,
        choice: u32,
    },
    /// Closes it with its result.
    EndExercise {
        result: Slot,
    },
    Throw {
        exception: Source,
    },
    /// The message of an exception, by the function that its definition gives it.
    /// Its frame is at `first`.
    ExceptionMessage {
        to: Slot,
        first: Slot,
        from: Source,
    },
}

const _: () = assert!(size_of::<Instruction>() <= 16, "code should stay compact");

/// A function's code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Function {
    /// Where its value is computed. `NOWHERE` if that is an update and computing it would do
    /// nothing but build it: then the function with its arguments is the update.
    pub(crate) entry: Pc,
    /// Where the update is run that it stands for; `NOWHERE` if it does not have that.
    pub(crate) run_entry: Pc,
    /// Number of arguments, captured variables included.
    pub(crate) arity: u16,
    /// Number of slots that a call needs.
    pub(crate) slots: u16,
}
