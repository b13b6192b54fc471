//! Reading one member's events in their order, and believing nothing.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::acknowledge::Acknowledger;
use super::reader::Reader;
use super::trail::Trail;
use super::{Position, ReadError, SequencerPort};
use crate::crypto::SigningKey;
use crate::model::{DomainId, MemberId, Timestamp};
use crate::protocol::{ChainPoint, SequencedEvent};
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
pub(crate) type Page = Vec<(SequencedEvent, ChainPoint)>;

/// A place in a member's stream of events, read ahead by a task of its own.
#[derive(Debug)]
pub struct Subscription {
    pages: mpsc::Receiver<Result<Page, ReadError>>,
    trail: Trail,
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
            trail: Trail::new(&position),
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
            self.trail.push(point);
            events.push(event);
        }
        Ok(events)
    }

    /// The position to be kept when everything up to `resume` is done and everything up to `seen`
    /// was processed.
    pub fn position(&self, resume: Timestamp, seen: Timestamp) -> Position {
        self.trail.position(resume, seen)
    }

    /// A position is durable: what came before is forgotten here, and may be at the sequencer.
    pub fn kept(&mut self, position: &Position) {
        self.trail.kept(position);
        self.acknowledger.reached(position.resume.time);
    }

    /// The member signs acknowledgements with a key from now on.
    pub fn sign_with(&self, key: &SigningKey) {
        self.acknowledger.sign_with(key);
    }
}
