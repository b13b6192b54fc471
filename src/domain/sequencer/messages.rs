//! What the sequencer's mailbox takes.

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::crypto::PublicKey;
use crate::model::{DomainId, MemberId, Timestamp};
use crate::protocol::{EventPage, SignedAcknowledgement, SignedRequest};
use crate::sequencer_client::{ReadError, SendError};
use crate::topology::SignedTransaction;

/// A message to the sequencer.
#[derive(Debug)]
pub enum SequencerMessage {
    /// Sequence a batch.
    Send {
        /// The batch.
        request: SignedRequest,
        /// Answered when it is durable.
        reply: oneshot::Sender<Result<(), SendError>>,
    },
    /// Read a member's events.
    Read(Reader),
    /// A member has kept its events.
    Acknowledge {
        /// Which member, up to where.
        acknowledgement: SignedAcknowledgement,
        /// Answered when it is durable.
        reply: oneshot::Sender<Result<(), SendError>>,
    },
    /// What time is it?
    Time {
        /// Answered at once.
        reply: oneshot::Sender<Timestamp>,
    },
    /// With which key does the sequencer sign?
    Certificate {
        /// Answered at once.
        reply: oneshot::Sender<Result<Vec<Bytes>, ReadError>>,
    },
    /// With which keys may a member sign now?
    Keys {
        /// The member.
        member: MemberId,
        /// Answered at once; none if nobody knows the member.
        reply: oneshot::Sender<Option<(DomainId, Vec<PublicKey>)>>,
    },
    /// What the domain tells its sequencer.
    Registrar(RegistrarMessage),
}

/// What only the domain itself may ask.
#[derive(Debug)]
pub enum RegistrarMessage {
    /// Work for a domain under a name.
    Introduce {
        /// The domain.
        domain: DomainId,
        /// The sequencer's name there.
        member: MemberId,
        /// Answered with the sequencer's statement about its key when that is durable.
        reply: oneshot::Sender<Result<SignedTransaction, SendError>>,
    },
    /// Show this to those who ask for the sequencer's key.
    Certify {
        /// Signed topology transactions.
        certificate: Vec<Bytes>,
        /// Answered when it is durable.
        reply: oneshot::Sender<Result<(), SendError>>,
    },
    /// Let a member take part, or let it sign with other keys.
    Register {
        /// The member.
        member: MemberId,
        /// The keys with which it signs.
        keys: Vec<PublicKey>,
        /// Answered when it is durable.
        reply: oneshot::Sender<Result<(), SendError>>,
    },
}

/// Somebody who waits for events.
#[derive(Debug)]
pub struct Reader {
    /// Whose events.
    pub member: MemberId,
    /// After which time.
    pub after: Timestamp,
    /// How many at most.
    pub max: usize,
    /// Answered when there are some, or none for a while.
    pub reply: oneshot::Sender<Result<EventPage, ReadError>>,
}
