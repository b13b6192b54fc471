//! How members reach a domain: join it, send, read, resume.
//!
//! [`ServicePort`] is what a domain offers to newcomers.
//! [`SequencerPort`] is what a sequencer offers; [`Subscription`] reads one member's events in their
//! order and survives a sequencer that goes away; [`send_until_sequenced`] repeats a request until
//! its fate is known. A request may be sent any number of times: it is sequenced at most once.

mod port;
mod service;

mod join;

mod send;
mod subscription;

pub use join::join;
pub use port::{ReadError, SendError, SequencerPort};
pub use send::send_until_sequenced;
pub use service::{AdmissionError, DomainInfo, ServicePort};
pub use subscription::Subscription;
