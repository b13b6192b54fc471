//! Where a member stands in its events: what it keeps of them.

use crate::model::{DomainId, Hash, MemberId, Timestamp};
use crate::protocol::{ChainPoint, KnownPoint};

/// Two places in a member's events, each with the hash of everything up to it. A restart reads from
/// the first and checks that the second is reached again: between them the sequencer cannot show
/// another history either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Events after this are read again.
    pub resume: KnownPoint,
    /// The last event that was seen.
    pub seen: KnownPoint,
}

impl Position {
    /// Nothing seen yet.
    pub const START: Self = Self::without_hash(Timestamp::EPOCH);

    /// A position of which only the time is known: the sequencer is believed once about what came
    /// before.
    pub const fn without_hash(time: Timestamp) -> Self {
        Self::at(KnownPoint { time, hash: None })
    }

    /// Everything up to a place is done.
    pub const fn at(point: KnownPoint) -> Self {
        Self {
            resume: point,
            seen: point,
        }
    }

    /// Takes a place from what is kept of it; a hash of another length is none.
    pub fn known(time: Timestamp, hash: Option<&[u8]>) -> KnownPoint {
        KnownPoint {
            time,
            hash: hash.and_then(Hash::from_slice),
        }
    }

    /// Before the first event there is nothing to be believed.
    pub(crate) fn completed(self, domain: &DomainId, member: &MemberId) -> Self {
        let complete = |point: KnownPoint| {
            if point.time == Timestamp::EPOCH {
                ChainPoint::start(domain, member).into()
            } else {
                point
            }
        };
        Self {
            resume: complete(self.resume),
            seen: complete(self.seen),
        }
    }
}
