//! The sequencer's ports within a process: one for members, one for the domain itself.

use bytes::Bytes;
use tokio::sync::oneshot;

use super::messages::{Reader, RegistrarMessage, SequencerMessage};
use crate::crypto::PublicKey;
use crate::model::{DomainId, MemberId, Timestamp};
use crate::protocol::{EventPage, SignedAcknowledgement, SignedRequest};
use crate::runtime::{Handle, PostError};
use crate::sequencer_client::{ReadError, SendError, SequencerPort};
use crate::topology::SignedTransaction;

/// Reaches a sequencer in the same process.
#[derive(Debug, Clone)]
pub struct InProcessSequencer(pub Handle<SequencerMessage>);

/// What the domain tells its sequencer: who takes part, and with which keys. Not for members.
#[derive(Debug, Clone)]
pub struct Registrar(pub Handle<SequencerMessage>);

#[tonic::async_trait]
impl SequencerPort for InProcessSequencer {
    async fn send(&self, request: SignedRequest) -> Result<(), SendError> {
        self.0
            .ask(|reply| SequencerMessage::Send { request, reply })
            .await
            .map_err(|error| send_error(&error))?
    }

    async fn read(
        &self,
        member: &MemberId,
        after: Timestamp,
        max: usize,
    ) -> Result<EventPage, ReadError> {
        let member = member.clone();
        self.0
            .ask(|reply| {
                SequencerMessage::Read(Reader {
                    member,
                    after,
                    max,
                    reply,
                })
            })
            .await
            .map_err(|error| read_error(&error))?
    }

    async fn acknowledge(&self, acknowledgement: SignedAcknowledgement) -> Result<(), SendError> {
        self.0
            .ask(|reply| SequencerMessage::Acknowledge {
                acknowledgement,
                reply,
            })
            .await
            .map_err(|error| send_error(&error))?
    }

    async fn time(&self) -> Result<Timestamp, ReadError> {
        self.0
            .ask(|reply| SequencerMessage::Time { reply })
            .await
            .map_err(|error| read_error(&error))
    }

    async fn certificate(&self) -> Result<Vec<Bytes>, ReadError> {
        self.0
            .ask(|reply| SequencerMessage::Certificate { reply })
            .await
            .map_err(|error| read_error(&error))?
    }
}

impl Registrar {
    /// Makes the sequencer work for a domain under a name; its statement about its key, which the
    /// domain's namespace has yet to sign. Said twice is the same as once.
    ///
    /// # Errors
    /// [`SendError::Refused`] if it works for another domain.
    pub async fn introduce(
        &self,
        domain: DomainId,
        member: MemberId,
    ) -> Result<SignedTransaction, SendError> {
        self.tell(|reply| RegistrarMessage::Introduce {
            domain,
            member,
            reply,
        })
        .await
    }

    /// What the sequencer shows to those who ask for its key.
    ///
    /// # Errors
    /// Worth another try.
    pub async fn certify(&self, certificate: Vec<Bytes>) -> Result<(), SendError> {
        self.tell(|reply| RegistrarMessage::Certify { certificate, reply })
            .await
    }

    /// Lets a member send and receive from now on, and sign with any of these keys. Registering
    /// twice is the same as once; other keys replace those before.
    ///
    /// # Errors
    /// Worth another try.
    pub async fn register(&self, member: MemberId, keys: Vec<PublicKey>) -> Result<(), SendError> {
        self.tell(|reply| RegistrarMessage::Register {
            member,
            keys,
            reply,
        })
        .await
    }

    async fn tell<T>(
        &self,
        make: impl FnOnce(oneshot::Sender<Result<T, SendError>>) -> RegistrarMessage,
    ) -> Result<T, SendError> {
        self.0
            .ask(|reply| SequencerMessage::Registrar(make(reply)))
            .await
            .map_err(|error| send_error(&error))?
    }
}

fn send_error(error: &PostError) -> SendError {
    match error {
        PostError::Busy(_) => SendError::Overloaded,
        PostError::Down(_) => SendError::Unavailable(error.to_string()),
    }
}

fn read_error(error: &PostError) -> ReadError {
    ReadError::Unavailable(error.to_string())
}
