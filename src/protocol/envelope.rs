//! What the sequencer sees: envelopes with recipients.

use bytes::Bytes;
use prost::Message as _;

use super::{Error, MessageId, Recipients};
use crate::model::{Hash, MemberId, Purpose, Timestamp};
use crate::wire::protocol as wire;

/// Bytes for some members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// An encoded [`super::SignedMessage`].
    pub content: Bytes,
    /// Who receives it; of a delivered one, what the member is told of that.
    pub recipients: Recipients,
}

/// A batch on its way to the sequencer: sequenced as one, or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionRequest {
    /// Who sends it.
    pub sender: MemberId,
    /// The sender's name for it.
    pub message_id: MessageId,
    /// What is sent.
    pub envelopes: Vec<Envelope>,
    /// Not to be sequenced later than this.
    pub max_sequencing_time: Timestamp,
}

/// A batch in its place, as one member sees it: only the envelopes that it receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequencedEvent {
    /// Its sequencing time; unique and increasing on the domain.
    pub time: Timestamp,
    /// The sender's name for it, shown to the sender only.
    pub message_id: Option<MessageId>,
    /// The envelopes.
    pub envelopes: Vec<Envelope>,
}

impl SubmissionRequest {
    /// All members that receive something, and the sender, each once.
    pub fn addressees(&self) -> Vec<&MemberId> {
        let mut members: Vec<&MemberId> = self
            .envelopes
            .iter()
            .flat_map(|envelope| envelope.recipients.members())
            .chain([&self.sender])
            .collect();
        members.sort_unstable();
        members.dedup();
        members
    }

    /// The bytes of the request, for storage.
    pub fn encode(&self) -> Vec<u8> {
        self.to_wire().encode_to_vec()
    }

    pub(super) fn to_wire(&self) -> wire::SubmissionRequest {
        wire::SubmissionRequest {
            sender: self.sender.to_string(),
            message_id: self.message_id.as_bytes().to_vec().into(),
            envelopes: self.envelopes.iter().map(Envelope::to_wire).collect(),
            max_sequencing_time: self.max_sequencing_time.micros(),
            ..wire::SubmissionRequest::default()
        }
    }

    /// Reads what [`SubmissionRequest::encode`] wrote.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn decode(bytes: Bytes) -> Result<Self, Error> {
        Self::from_wire(wire::SubmissionRequest::decode(bytes).map_err(Error::malformed)?)
    }

    pub(super) fn from_wire(request: wire::SubmissionRequest) -> Result<Self, Error> {
        Ok(Self {
            sender: MemberId::parse(&request.sender).map_err(Error::malformed)?,
            message_id: MessageId::from_slice(&request.message_id)
                .ok_or_else(|| Error::malformed("message id is not 32 bytes"))?,
            envelopes: Envelope::all_from_wire(request.envelopes)?,
            max_sequencing_time: Timestamp::from_micros(request.max_sequencing_time)
                .map_err(Error::malformed)?,
        })
    }
}

impl Envelope {
    /// Bytes for one batch's envelopes.
    pub fn encode_all(envelopes: &[Self]) -> Vec<u8> {
        wire::Envelopes {
            envelopes: envelopes.iter().map(Self::to_wire).collect(),
        }
        .encode_to_vec()
    }

    /// Reads what [`Envelope::encode_all`] wrote.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn decode_all(bytes: Bytes) -> Result<Vec<Self>, Error> {
        let envelopes = wire::Envelopes::decode(bytes).map_err(Error::malformed)?;
        Self::all_from_wire(envelopes.envelopes)
    }

    /// The envelope as a member receives it; `None` if it doesn't.
    pub fn as_delivered_to(&self, member: &MemberId) -> Option<Self> {
        Some(Self {
            content: self.content.clone(),
            recipients: self.recipients.as_told_to(member)?,
        })
    }

    /// The hash of a delivered envelope, as it goes into the chain of a member's events.
    pub fn digest(&self) -> Hash {
        self.recipients.digest(0, &self.content_digest())
    }

    /// The hashes of the envelope as it is delivered to those who are in each group first. So an
    /// envelope with many recipients is hashed once.
    pub fn digests(&self) -> Vec<Hash> {
        let content = self.content_digest();
        let groups = 0..self.recipients.groups().len();
        groups
            .map(|first| self.recipients.digest(first, &content))
            .collect()
    }

    /// Which of [`Envelope::digests`] is a member's; `None` if it does not receive the envelope.
    pub fn digest_of<'d>(&self, member: &MemberId, digests: &'d [Hash]) -> Option<&'d Hash> {
        digests.get(self.recipients.first_of(member)?)
    }

    /// How many bytes it is, roughly.
    pub fn size(&self) -> usize {
        self.content.len() + self.recipients.size()
    }

    fn content_digest(&self) -> Hash {
        Hash::of(Purpose::EnvelopeContent, &self.content)
    }

    pub(super) fn to_wire(&self) -> wire::Envelope {
        let (recipients, inner) = self.recipients.to_wire();
        wire::Envelope {
            content: self.content.clone(),
            recipients,
            inner,
        }
    }

    pub(super) fn all_from_wire(envelopes: Vec<wire::Envelope>) -> Result<Vec<Self>, Error> {
        let envelopes = envelopes.into_iter();
        envelopes
            .map(|it| {
                Ok(Self {
                    recipients: Recipients::from_wire(&it.recipients, &it.inner)?,
                    content: it.content,
                })
            })
            .collect()
    }
}
