//! The ends of the members' chains, and which points are kept: pure.
//!
//! A hash follows from the events, so only one in [`CHECKPOINT_EVERY`] is kept; it travels with the
//! next batch that is written.

use std::collections::HashMap;

use super::intake::{Addressee, MemberNumber};
use super::recent::Batch;
use crate::model::Hash;
use crate::protocol::{ChainPoint, Envelope};

/// Events of a member between two points that are kept: so many are read again at most to find the
/// hash of any other.
pub(super) const CHECKPOINT_EVERY: usize = 64;

/// Where each member's events end.
#[derive(Debug, Default)]
pub(super) struct Chains {
    tips: HashMap<MemberNumber, Tip>,
    due: Vec<(MemberNumber, ChainPoint)>,
}

#[derive(Debug)]
struct Tip {
    point: ChainPoint,
    /// Events since the last point that was kept.
    since: usize,
}

/// A batch's place in one addressee's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    pub member: MemberNumber,
    pub before: ChainPoint,
    pub after: ChainPoint,
}

impl Chains {
    /// A member's events end here.
    pub(super) fn insert(&mut self, member: MemberNumber, point: ChainPoint) {
        self.tips.insert(member, Tip { point, since: 0 });
    }

    pub(super) fn tip(&self, member: MemberNumber) -> Option<ChainPoint> {
        self.tips.get(&member).map(|tip| tip.point)
    }

    /// Adds a batch to the chains of its addressees.
    pub(super) fn extend(&mut self, batch: &Batch, addressees: &[Addressee]) -> Vec<Link> {
        let digests: Vec<Vec<Hash>> = batch.envelopes.iter().map(Envelope::digests).collect();
        let mut links = Vec::with_capacity(addressees.len());
        for addressee in addressees {
            let Some(tip) = self.tips.get_mut(&addressee.number) else {
                continue;
            };
            let received = batch
                .envelopes
                .iter()
                .zip(&digests)
                .filter_map(|(envelope, all)| envelope.digest_of(&addressee.member, all));
            let own = (batch.sender == addressee.number).then_some(&batch.message_id);
            let before = tip.point;
            tip.point = before.then(batch.time, own, received);
            tip.since += 1;
            if tip.since >= CHECKPOINT_EVERY {
                tip.since = 0;
                self.due.push((addressee.number, tip.point));
            }
            links.push(Link {
                member: addressee.number,
                before,
                after: tip.point,
            });
        }
        links
    }

    /// Points that are to be kept.
    pub(super) fn due(&self) -> &[(MemberNumber, ChainPoint)] {
        &self.due
    }

    /// The points that were due are kept.
    pub(super) fn kept(&mut self, count: usize) {
        self.due.drain(..count.min(self.due.len()));
    }
}
