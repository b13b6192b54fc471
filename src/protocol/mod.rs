//! What the members of a domain say to each other, in the order in which it is said.
//!
//! A participant makes a [`RequestTree`] of a transaction and hands one batch to the sequencer: the
//! [`RootHash`] of the tree for all, an [`InformeeTree`] for the mediator, and for each participant
//! concerned the views that it may see, as [`EncryptedView`]s (phase 1). The sequencing time of the
//! batch is the [`RequestId`] (phase 2). Participants answer with a [`Response`] each (phase 4), the mediator
//! gives a [`Verdict`] (phase 5), and its sequencing time is the transaction's record time. From time to
//! time participants tell each other what they have in common ([`AcsCommitment`]).
//!
//! Invariants: pure; every message is signed by its sender and names protocol version and domain;
//! bytes are the same on every machine; decoding never panics.

mod error;
mod ids;
mod parts;

mod recipients;

mod envelope;
mod keyed_signature;
mod signed;
mod signed_request;

mod event_chain;
mod event_page;

mod challenge;

mod merkle;

mod forest;
mod view;

mod request;

mod encrypted;
mod response;

mod commitment;

mod message;

mod follower;

pub use challenge::Challenge;
pub use commitment::{AcsCommitment, Period, SharedDigest};
pub use encrypted::{
    Decrypted, EncryptedView, NoEncryptionKey, OpenedSessions, ReaderGroups, Readers, Sessions,
};
pub use envelope::{Envelope, SequencedEvent, SubmissionRequest};
pub use error::Error;
pub use event_chain::ChainPoint;
pub use event_page::{ChainedEvent, EventPage, KnownPoint, Violation};
pub use follower::{Followed, Follower};
pub use forest::Forest;
pub use ids::{MessageId, RequestId, RootHash};
pub use keyed_signature::{GoodSignatures, KeyedSignature};
pub use merkle::{Blindable, Leaf, LeafContent};
pub use message::{Message, PROTOCOL_VERSION, TopologyRefusal, TopologySubmission};
pub use recipients::Recipients;
pub use request::{
    CommonMetadata, InformeeTree, LightView, RequestTree, SubmitterMetadata, TransactionMetadata,
    View,
};
pub use response::{Answer, ConfirmedView, Reject, Response, Verdict};
pub use signed::SignedMessage;
pub use signed_request::{Acknowledgement, SignedAcknowledgement, SignedRequest};
pub use view::{InputContract, KeyAnswer, Quorum, ViewConfirmers, ViewData, ViewPosition};

#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod request_tests;
#[cfg(test)]
mod samples;
