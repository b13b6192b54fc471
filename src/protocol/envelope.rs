//! What the sequencer sees: envelopes with recipients.

use bytes::Bytes;
use prost::Message as _;

use super::{Error, MessageId};
use crate::model::{MemberId, Timestamp};
use crate::wire::protocol as wire;

/// Bytes for some members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// An encoded [`super::SignedMessage`].
    pub content: Bytes,
    /// Who receives it.
    pub recipients: Vec<MemberId>,
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
    /// The contents of the envelopes.
    pub contents: Vec<Bytes>,
}

impl SubmissionRequest {
    /// All members that receive something, and the sender, each once.
    pub fn addressees(&self) -> Vec<&MemberId> {
        let mut members: Vec<&MemberId> = self
            .envelopes
            .iter()
            .flat_map(|envelope| &envelope.recipients)
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
            envelopes: encode_envelopes(&self.envelopes),
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
            envelopes: decode_envelopes(request.envelopes)?,
            max_sequencing_time: Timestamp::from_micros(request.max_sequencing_time)
                .map_err(Error::malformed)?,
        })
    }
}

impl Envelope {
    /// Bytes for one batch's envelopes.
    pub fn encode_all(envelopes: &[Self]) -> Vec<u8> {
        wire::Envelopes {
            envelopes: encode_envelopes(envelopes),
        }
        .encode_to_vec()
    }

    /// Reads what [`Envelope::encode_all`] wrote.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn decode_all(bytes: Bytes) -> Result<Vec<Self>, Error> {
        let envelopes = wire::Envelopes::decode(bytes).map_err(Error::malformed)?;
        decode_envelopes(envelopes.envelopes)
    }
}

fn encode_envelopes(envelopes: &[Envelope]) -> Vec<wire::Envelope> {
    envelopes
        .iter()
        .map(|envelope| wire::Envelope {
            content: envelope.content.clone(),
            recipients: envelope
                .recipients
                .iter()
                .map(ToString::to_string)
                .collect(),
        })
        .collect()
}

fn decode_envelopes(envelopes: Vec<wire::Envelope>) -> Result<Vec<Envelope>, Error> {
    envelopes
        .into_iter()
        .map(|envelope| {
            Ok(Envelope {
                content: envelope.content,
                recipients: envelope
                    .recipients
                    .iter()
                    .map(|member| MemberId::parse(member))
                    .collect::<Result<_, _>>()
                    .map_err(Error::malformed)?,
            })
        })
        .collect()
}
