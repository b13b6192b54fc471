//! `jura demo`: a network in this process that settles a trade before one's eyes.
//!
//! `command` starts the node that `network` plans and lets `story` happen: `cast` are the parties, each
//! at its participant's Ledger API, as applications are. What happens comes back as [`Scene`](scene::Scene)s,
//! which `reading` makes of the ledger's own answers and `picture` draws.
//!
//! Invariants: everything that is shown was read through a Ledger API; the story knows the node by its
//! addresses only; a step that fails, or a double spend that does not, ends the command with an error.

mod command;

mod network;

mod story;

mod cast;
mod reading;
mod scene;

mod picture;

mod paint;

#[cfg(test)]
mod samples;

pub(super) use command::run;
