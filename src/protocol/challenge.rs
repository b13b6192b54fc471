//! How a member proves to a sequencer who it is.

use prost::Message as _;

use super::{KeyedSignature, PROTOCOL_VERSION};
use crate::crypto::{PublicKey, SigningKey};
use crate::model::{DomainId, MemberId, Purpose};
use crate::wire::sequencer as wire;

/// Something that nobody could know before, to be signed by a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The sequencer's domain.
    pub domain: DomainId,
    /// Who is to sign.
    pub member: MemberId,
    /// Made up by the sequencer.
    pub nonce: [u8; 32],
}

impl Challenge {
    /// The member's answer.
    pub fn answer(&self, key: &SigningKey) -> KeyedSignature {
        KeyedSignature::make(key, Purpose::SequencerChallenge, &self.statement())
    }

    /// Whether one of the member's keys gave the answer.
    pub fn is_answered_by(&self, answer: &KeyedSignature, keys: &[PublicKey]) -> bool {
        answer.is_by(keys, Purpose::SequencerChallenge, &self.statement())
    }

    fn statement(&self) -> Vec<u8> {
        wire::AuthenticationStatement {
            protocol_version: PROTOCOL_VERSION,
            domain: self.domain.to_string(),
            member: self.member.to_string(),
            nonce: self.nonce.to_vec().into(),
        }
        .encode_to_vec()
    }
}
