//! What the machine does with a value when the code that computed it has ended.

use crate::lf::compile::{Fold, Pc, Slot, TemplateRef};
use crate::model::Identifier;

/// One entry of the stack of continuations.
#[derive(Debug)]
pub(super) enum Frame {
    /// Goes on in the caller, with the value in a slot.
    Return {
        package: u16,
        to: Slot,
        pc: Pc,
        base: u32,
    },
    /// Goes on in the caller with the instruction that waits there; the value is not for it.
    Resume { package: u16, pc: Pc, base: u32 },
    /// The value is a function: applies it to `count` arguments from `first` on.
    Apply { first: u32, count: u16, run: bool },
    /// The value is an update: runs it, with its frame at `base`.
    Run { base: u32 },
    /// The value is that of a top-level definition.
    Global { package: u16, index: u32 },
    /// The value is what a fold came to so far; its state starts at `first`.
    Fold { how: Fold, first: u32 },
    /// The value tells about the contract at `argument`, which is to be created.
    Create {
        template: TemplateRef,
        argument: u32,
    },
    /// The value tells about the contract that was looked up. Exceptions are not caught.
    Validate,
    /// Exceptions go to the handler; the value passes on.
    Try {
        package: u16,
        exception: Slot,
        handler: Pc,
        base: u32,
    },
    /// The value is a view: it must be one that the ledger could have.
    View,
    /// Exceptions are not caught.
    Protected,
    /// Exceptions end the program without a value.
    Guard,
    /// An exercise is open.
    Exercise,
    /// The value is the message of an exception that nobody caught.
    Message(Identifier),
}

const _: () = assert!(size_of::<Frame>() <= 16, "deep recursion needs many frames");
