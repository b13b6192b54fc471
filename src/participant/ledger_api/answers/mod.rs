//! What goes out: what is read, as messages.
//!
//! Invariant: nothing is left out that was asked for, and nothing is told that was not: what is shown
//! was decided before (`updates`), here it is only written down.

mod values;

mod times;

mod vetted;

mod completions;
mod events;
mod updates;

pub(super) use completions::completion;
pub(super) use events::{archived_event, created_event, stored_contract};
pub(super) use times::{checkpoint, domain_times, timestamp};
pub(super) use values::identifier;
pub(super) use vetted::vetted_packages;

pub(super) use updates::{active_contract, single_event, single_update, transaction, updates_item};
