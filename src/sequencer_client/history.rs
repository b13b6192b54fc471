//! What a member knows of its events, and whether what it is shown continues that: pure.

use super::Position;
use super::subscription::Page;
use crate::crypto::PublicKey;
use crate::model::{DomainId, MemberId, Timestamp};
use crate::protocol::{EventPage, KnownPoint, Violation};

/// A member's place in its events.
#[derive(Debug)]
pub(crate) struct History {
    domain: DomainId,
    member: MemberId,
    /// Where reading started.
    resume: KnownPoint,
    /// The last event that was verified.
    at: KnownPoint,
    /// The last event that was seen in an earlier life, until it is reached again.
    seen: Option<KnownPoint>,
    /// Verified events that lead to it. There are no more of them than the member was at work on
    /// when it stopped.
    held: Page,
}

impl History {
    /// Reading starts at a position.
    pub(crate) fn new(domain: DomainId, member: MemberId, position: &Position) -> Self {
        let is_behind = position.resume.time < position.seen.time;
        Self {
            domain,
            member,
            resume: position.resume,
            at: position.resume,
            seen: Some(position.seen).filter(|seen| is_behind && seen.hash.is_some()),
            held: Vec::new(),
        }
    }

    /// Whose events these are.
    pub(crate) const fn member(&self) -> &MemberId {
        &self.member
    }

    /// What comes after this is to be read next.
    pub(crate) const fn at(&self) -> Timestamp {
        self.at.time
    }

    /// Takes a page that is said to be by a key: the events that are proven by now, none if there are
    /// none yet or if they are held back.
    ///
    /// # Errors
    /// If the page is not what the sequencer must show; then [`Self::start_over`].
    pub(crate) fn take(&mut self, page: EventPage, key: &PublicKey) -> Result<Page, Violation> {
        let events = page.open(&self.domain, &self.member, &self.at, key)?;
        self.compare(&events)?;
        let Some((_, last)) = events.last() else {
            return self.expect_nothing();
        };
        self.at = KnownPoint::from(*last);
        self.held.extend(events);
        if self.seen.is_some_and(|seen| self.at.time < seen.time) {
            return Ok(Vec::new());
        }
        self.seen = None;
        Ok(std::mem::take(&mut self.held))
    }

    /// What was seen in an earlier life must come again, and after the same events.
    fn compare(&self, events: &Page) -> Result<(), Violation> {
        let Some(seen) = self.seen else {
            return Ok(());
        };
        let reached = events.iter().find(|(event, _)| event.time >= seen.time);
        match reached {
            Some((_, point)) if KnownPoint::from(*point) != seen => {
                Err(Violation::Forked { kept: seen.time })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Nothing comes: then nothing of what was seen may be missing.
    const fn expect_nothing(&self) -> Result<Page, Violation> {
        match self.seen {
            Some(seen) => Err(Violation::Forked { kept: seen.time }),
            None => Ok(Vec::new()),
        }
    }

    /// What is held back may be part of the lie: it is read again.
    pub(crate) fn start_over(&mut self) {
        if self.seen.is_some() {
            self.held.clear();
            self.at = self.resume;
        }
    }
}
