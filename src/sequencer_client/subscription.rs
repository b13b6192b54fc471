//! Reading one member's events in their order, and believing nothing.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::acknowledge::Acknowledger;
use super::reader::Reader;
use super::{Position, ReadError, SequencerPort};
use crate::crypto::SigningKey;
use crate::model::{DomainId, MemberId, Timestamp};
use crate::protocol::{ChainPoint, KnownPoint, SequencedEvent};
use crate::runtime::health::Reporter;

/// Pages read ahead of the reader. More would only take memory: the sequencer has them.
const PAGES_AHEAD: usize = 2;

/// Who reads what from where.
pub struct SubscriptionSettings {
    /// The sequencer.
    pub sequencer: Arc<dyn SequencerPort>,
    /// Its domain.
    pub domain: DomainId,
    /// The sequencer's name, in the domain's namespace.
    pub sequencer_id: MemberId,
    /// Whose events.
    pub member: MemberId,
    /// The member's key, for acknowledgements.
    pub key: SigningKey,
    /// Where the member stands.
    pub position: Position,
    /// The member's health: what is wrong with the sequencer is a part of it.
    pub health: Reporter,
}

/// Verified events, each with the point after it.
pub(super) type Page = Vec<(SequencedEvent, ChainPoint)>;

/// A place in a member's stream of events, read ahead by a task of its own.
#[derive(Debug)]
pub struct Subscription {
    pages: mpsc::Receiver<Result<Page, ReadError>>,
    /// The points of the events that were handed on, from the one from which a restart would read.
    trail: VecDeque<KnownPoint>,
    /// The last event that was seen in an earlier life.
    seen_before: KnownPoint,
    acknowledger: Acknowledger,
}

impl Subscription {
    /// Reads what comes after a position. Its tasks live on the caller's thread, which must be a
    /// role's, and end with the subscription.
    pub fn start(settings: SubscriptionSettings) -> Self {
        let (sender, pages) = mpsc::channel(PAGES_AHEAD);
        let position = settings
            .position
            .completed(&settings.domain, &settings.member);
        let acknowledger = Acknowledger::start(&settings);
        let reader = Reader::new(settings, position);
        tokio::task::spawn_local(reader.run(sender));
        Self {
            pages,
            trail: VecDeque::from([position.resume]),
            seen_before: position.seen,
            acknowledger,
        }
    }

    /// Waits for the next events; at least one. Goes on by itself when the sequencer is away for a
    /// while, or shows what cannot be believed: that is never handed on. Cancelling loses nothing.
    ///
    /// # Errors
    /// [`ReadError::UnknownMember`] or [`ReadError::Refused`] if the sequencer does not know the
    /// member.
    pub async fn next(&mut self) -> Result<Vec<SequencedEvent>, ReadError> {
        let page = self.pages.recv().await;
        let page =
            page.unwrap_or_else(|| Err(ReadError::Unavailable("reading has ended".to_owned())))?;
        let mut events = Vec::with_capacity(page.len());
        for (event, point) in page {
            self.trail.push_back(point.into());
            events.push(event);
        }
        Ok(events)
    }

    /// The position to be kept when everything up to `resume` is done and everything up to `seen`
    /// was processed.
    pub fn position(&self, resume: Timestamp, seen: Timestamp) -> Position {
        Position {
            resume: self.point(resume.min(seen)),
            seen: self.point(seen),
        }
    }

    /// A position is durable: what came before is forgotten here, and may be at the sequencer.
    pub fn kept(&mut self, position: &Position) {
        while let Some(next) = self.trail.get(1)
            && next.time <= position.resume.time
        {
            self.trail.pop_front();
        }
        self.acknowledger.reached(position.resume.time);
    }

    /// The last event at or before a time.
    fn point(&self, at: Timestamp) -> KnownPoint {
        let after = self.trail.partition_point(|point| point.time <= at);
        let last = after.checked_sub(1).and_then(|index| self.trail.get(index));
        // the trail starts where a restart would read: nothing earlier is asked for
        let Some(last) = last.or_else(|| self.trail.front()) else {
            return self.seen_before;
        };
        // what was seen in an earlier life may not have come again yet
        if (last.time..=at).contains(&self.seen_before.time) && last.time < self.seen_before.time {
            return self.seen_before;
        }
        *last
    }
}
