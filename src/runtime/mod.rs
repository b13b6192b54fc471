//! The one home of actix: roles as supervised actors, and what every role needs to live.
//!
//! A role is a loop over an [`Inbox`]: take messages, decide, persist, send. The supervisor hosts
//! the loop in an actor on an arbiter (thread and runtime) of its own, behind a [`Handle`] that
//! outlives it. When the loop fails or panics, the arbiter dies with everything that ran on it, and
//! a new one is built from the role's factory behind the same handle.
//!
//! Invariants: nobody else names actix, spawns threads or reads the system's clock. A role's end is
//! never the process's end. A full mailbox is said to the sender; no queue grows without bound.

pub mod clock;
pub mod compute;
pub mod health;
pub mod main_thread;

mod inbox;
mod mailbox;
mod supervisor;

pub mod shutdown;
pub mod thread;

mod task;

pub use inbox::Inbox;
pub use mailbox::{Handle, PostError};
pub use task::Task;

pub use supervisor::{
    Backoff, Exit, Role, RoleContext, RoleFailure, RoleName, Supervisor, SupervisorConfig,
};
