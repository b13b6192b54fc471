//! The task behind a subscription: reads pages, verifies them, holds back what is not proven yet.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::subscription::Page;
use super::trust::{Doubt, Trust};
use super::{Position, ReadError, SequencerPort, SubscriptionSettings};
use crate::model::{DomainId, MemberId};
use crate::protocol::{KnownPoint, Violation};
use crate::runtime::health::{Reporter, State, Weight};

/// Events read at once at most.
const PAGE: usize = 256;

/// Pause after a failure.
const PAUSE: Duration = Duration::from_millis(50);

/// Pause after something that cannot be believed: it hardly goes away by itself.
const PAUSE_VIOLATION: Duration = Duration::from_millis(500);

pub(super) struct Reader {
    sequencer: Arc<dyn SequencerPort>,
    domain: DomainId,
    member: MemberId,
    trust: Trust,
    /// Where reading started.
    resume: KnownPoint,
    /// The last event that was verified.
    at: KnownPoint,
    /// The last event that was seen in an earlier life, until it is reached again.
    seen: Option<KnownPoint>,
    /// Verified events that lead to it. There are no more of them than the member was at work on
    /// when it stopped.
    held: Page,
    health: Reporter,
    /// What was last said about the sequencer.
    complaint: Option<String>,
}

/// Why there is no page.
enum Trouble {
    Read(ReadError),
    Violation(&'static str, String),
}

impl From<Violation> for Trouble {
    fn from(violation: Violation) -> Self {
        Self::Violation(violation.word(), violation.to_string())
    }
}

impl From<Doubt> for Trouble {
    fn from(doubt: Doubt) -> Self {
        match doubt {
            Doubt::Away(error) => Self::Read(error),
            Doubt::Untrusted(reason) => Self::Violation("untrusted", reason),
        }
    }
}

impl Reader {
    pub(super) fn new(settings: SubscriptionSettings, position: Position) -> Self {
        let health = settings.health.part("sequencer", Weight::Soft);
        health.set(State::Ok);
        let is_behind = position.resume.time < position.seen.time;
        Self {
            sequencer: settings.sequencer,
            domain: settings.domain,
            member: settings.member,
            trust: Trust::new(settings.sequencer_id),
            resume: position.resume,
            at: position.resume,
            seen: Some(position.seen).filter(|seen| is_behind && seen.hash.is_some()),
            held: Vec::new(),
            health,
            complaint: None,
        }
    }

    pub(super) async fn run(mut self, pages: mpsc::Sender<Result<Page, ReadError>>) {
        while !pages.is_closed() {
            let page = match self.page().await {
                Ok(events) => {
                    self.content();
                    if events.is_empty() {
                        continue;
                    }
                    Ok(events)
                }
                Err(Trouble::Violation(word, reason)) => {
                    self.complain(word, reason);
                    self.start_over();
                    tokio::time::sleep(PAUSE_VIOLATION).await;
                    continue;
                }
                Err(Trouble::Read(ReadError::Unavailable(reason))) => {
                    tracing::debug!(member = %self.member, reason, "reading again");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Err(Trouble::Read(
                    error @ (ReadError::UnknownMember(_) | ReadError::Refused(_)),
                )) => Err(error),
            };
            let is_last = page.is_err();
            if pages.send(page).await.is_err() || is_last {
                return;
            }
        }
    }

    /// The next verified events; none if there are none yet, or if they are held back.
    async fn page(&mut self) -> Result<Page, Trouble> {
        let read = self.sequencer.read(&self.member, self.at.time, PAGE);
        let page = read.await.map_err(Trouble::Read)?;
        let key = self.trust.key(&self.sequencer, &page.signature.key).await?;
        let events = page.open(&self.domain, &self.member, &self.at, &key)?;
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

    /// What is held back may be part of the lie: it is read again.
    fn start_over(&mut self) {
        if self.seen.is_some() {
            self.held.clear();
            self.at = self.resume;
        }
    }

    /// Nothing comes: then nothing of what was seen may be missing.
    fn expect_nothing(&self) -> Result<Page, Trouble> {
        match self.seen {
            Some(seen) => Err(Violation::Forked { kept: seen.time }.into()),
            None => Ok(Vec::new()),
        }
    }

    /// An alarm, once for each thing that is wrong.
    fn complain(&mut self, word: &'static str, reason: String) {
        metrics::counter!("jura_sequencer_violations_total", "kind" => word).increment(1);
        if self.complaint.as_ref() == Some(&reason) {
            return;
        }
        tracing::warn!(member = %self.member, kind = word, reason, "the sequencer cannot be believed");
        self.health.set(State::Failed(reason.clone()));
        self.complaint = Some(reason);
    }

    fn content(&mut self) {
        if self.complaint.take().is_some() {
            tracing::info!(member = %self.member, "the sequencer can be believed again");
            self.health.set(State::Ok);
        }
    }
}
