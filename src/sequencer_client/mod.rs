//! How members reach a domain: join it, send, read, resume.
//!
//! [`ServicePort`] is what a domain offers to newcomers.
//! [`SequencerPort`] is what a sequencer offers; [`Subscription`] reads one member's events in their
//! order and survives a sequencer that goes away; [`send_until_sequenced`] repeats a request until
//! its fate is known. A request may be sent any number of times: it is sequenced at most once.
//!
//! Invariants: no event is handed on that the sequencer has not signed, that does not follow the one
//! before, or that is not part of the history that the member has kept. The sequencer's key is
//! believed because the domain's namespace has signed for it.

mod port;
mod service;

mod join;

mod send;

mod position;
mod trust;

pub(crate) mod history;
pub(crate) mod trail;

mod acknowledge;
mod reader;
mod subscription;

pub mod grpc;

#[cfg(test)]
mod tests;

pub use join::{join, try_join};
pub use port::{ReadError, SendError, SequencerPort};
pub use position::Position;
pub use send::send_until_sequenced;
pub use service::{AdmissionError, DomainInfo, ServicePort};
pub use subscription::{Subscription, SubscriptionSettings};
