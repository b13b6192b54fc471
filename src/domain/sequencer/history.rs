//! A member's events that have left the memory, with their chain, from the database.

use super::chains::CHECKPOINT_EVERY;
use super::intake::MemberNumber;
use super::recent::{Section, SectionBound, size};
use super::store::Store;
use crate::model::{DomainId, MemberId, Timestamp};
use crate::protocol::ChainPoint;
use crate::storage::Error;

/// Whose events.
#[derive(Debug, Clone)]
pub(super) struct Stream {
    pub domain: DomainId,
    pub member: MemberId,
    pub number: MemberNumber,
}

impl Stream {
    /// The member's last event up to a time, with the hash of everything up to it.
    pub(super) async fn point(&self, store: &Store, until: Timestamp) -> Result<ChainPoint, Error> {
        let kept = store.checkpoint(self.number, until).await?;
        let mut point = kept.unwrap_or_else(|| ChainPoint::start(&self.domain, &self.member));
        loop {
            let batches = store
                .read(self.number, point.time, until, CHECKPOINT_EVERY)
                .await?;
            for batch in &batches {
                point = point.after(&batch.for_member(&self.member, self.number));
            }
            if batches.len() < CHECKPOINT_EVERY {
                return Ok(point);
            }
            store.keep_checkpoint(self.number, &point).await?;
        }
    }

    /// The member's events after a time.
    pub(super) async fn section(
        &self,
        store: &Store,
        after: Timestamp,
        bound: SectionBound,
    ) -> Result<Section, Error> {
        let start = self.point(store, after).await?;
        let mut section = Section::empty(start);
        let mut bytes = 0;
        let batches = store
            .read(self.number, after, Timestamp::MAX, bound.events)
            .await?;
        for batch in batches {
            let event = batch.for_member(&self.member, self.number);
            bytes += size(&event);
            if !section.events.is_empty() && bytes > bound.bytes {
                break;
            }
            let point = section.end.after(&event);
            section.push(event, point);
        }
        Ok(section)
    }
}
