//! Runs compiled code.
//!
//! The machine is a value: its stacks are its own, so it can stop at a question (a contract, a
//! package) or when its slice is used up, be moved to another thread, and go on where it was. A
//! question leaves the program at the instruction that asked; with the answer it is repeated.
//!
//! Invariants: no recursion on the thread's stack, neither in evaluation nor in dropping or comparing
//! values; tail calls use no space; whatever a program does, it ends in a value, a question, a pause
//! or an error; the same program and answers give the same result, whatever ran before.

#![expect(
    clippy::inline_always,
    reason = "what each instruction does takes a tenth longer otherwise"
)]

mod parts;
mod val;

pub(crate) mod compare;
pub(crate) mod map;

mod export;
mod import;
mod measure;

mod census;
mod fault;
mod frame;

mod cursor;
mod state;

mod run;

mod calls;
mod data;
mod fold;
mod globals;
mod operations;
mod trace;
mod unwind;

mod ledger;

pub(crate) use export::export;
pub(crate) use fault::{Fault, Meter};
pub(crate) use import::import;
pub(crate) use ledger::LedgerState;
pub(crate) use parts::Parts;
pub(crate) use run::Outcome;
pub(crate) use state::{Limits, Machine};
pub(crate) use val::{Tree, Val};
