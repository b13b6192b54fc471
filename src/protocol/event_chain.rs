//! The chain of a member's events: each has a hash over itself and all before it.
//!
//! Sequencer and member compute it on their own. Who has the same hash at the same time has seen the
//! same history. Envelopes go in as hashes, with what the member is told of their
//! recipients, so that one with many recipients is hashed once.

use super::{Envelope, MessageId, PROTOCOL_VERSION, SequencedEvent};
use crate::model::{DomainId, Hash, HashBuilder, MemberId, Purpose, Timestamp};

/// A place in a member's events: the time of one, and the hash of it and all before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainPoint {
    /// The event's sequencing time.
    pub time: Timestamp,
    /// The hash of everything up to it.
    pub hash: Hash,
}

impl ChainPoint {
    /// Where a member's events start.
    pub fn start(domain: &DomainId, member: &MemberId) -> Self {
        let hash = HashBuilder::new(Purpose::EventChain)
            .number(i64::from(PROTOCOL_VERSION))
            .text(domain.as_str())
            .text(&member.to_string())
            .finish();
        Self {
            time: Timestamp::EPOCH,
            hash,
        }
    }

    /// The point after one more event.
    #[must_use]
    pub fn after(&self, event: &SequencedEvent) -> Self {
        let digests: Vec<Hash> = event.envelopes.iter().map(Envelope::digest).collect();
        self.then(event.time, event.message_id.as_ref(), digests.iter())
    }

    /// The point after one more event, whose envelopes are known by their hashes.
    #[must_use]
    pub fn then<'a>(
        &self,
        time: Timestamp,
        message_id: Option<&MessageId>,
        envelopes: impl Iterator<Item = &'a Hash>,
    ) -> Self {
        let mut builder = HashBuilder::new(Purpose::EventChain);
        builder
            .bytes(self.hash.as_bytes())
            .number(self.time.micros())
            .number(time.micros())
            .bytes(message_id.map_or(&[], |id| id.as_bytes().as_slice()));
        for envelope in envelopes {
            builder.bytes(envelope.as_bytes());
        }
        Self {
            time,
            hash: builder.finish(),
        }
    }
}
