//! The sequencer: gives every batch one place in one total order and delivers to each member what
//! it may see. It sees recipients and bytes, nothing else.
//!
//! Called by every member through [`crate::sequencer_client::SequencerPort`]; hands on events in the
//! order of their sequencing times.
//!
//! Invariants: sequencing times are unique and increase; commit order is sequencing order (every
//! writer holds the lock of the clock's row); what was acknowledged is durable; a batch is sequenced
//! at most once per (sender, message id), and never after its maximum sequencing time; nothing is
//! sequenced that its sender has not signed for this domain; a member receives its envelopes and no
//! others, in order, without gaps, chained and signed.
//!
//! Members' keys are those with which the topology manager registers them, and tells again when the
//! topology changes: the sequencer reads no topology, as it reads no other content.

mod config;
mod messages;
mod port;

mod intake;
mod verification;

mod chains;
mod recent;

mod store;

mod history;

mod actor;
mod membership;
mod reading;

pub mod public_api;

#[cfg(test)]
mod tests;

pub use actor::SequencerRole;
pub use config::Config;
pub use messages::{RegistrarMessage, SequencerMessage};
pub use port::{InProcessSequencer, Registrar};

#[cfg(test)]
#[path = "../../../tests/simulation/members/sequencer.rs"]
pub(crate) mod simulated;
