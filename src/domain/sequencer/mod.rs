//! The sequencer: gives every batch one place in one total order and delivers to each member what
//! it may see. It sees recipients and bytes, nothing else.
//!
//! Called by every member through [`crate::sequencer_client::SequencerPort`]; hands on events in the
//! order of their sequencing times.
//!
//! Invariants: sequencing times are unique and increase; commit order is sequencing order (every
//! writer holds the lock of the clock's row); what was acknowledged is durable; a batch is sequenced
//! at most once per (sender, message id), and never after its maximum sequencing time; a member
//! receives its envelopes and no others, in order, without gaps.

mod config;
mod messages;
mod port;

mod intake;

mod recent;

mod store;

mod actor;

pub use actor::SequencerRole;
pub use config::Config;
pub use messages::SequencerMessage;
pub use port::InProcessSequencer;
