//! The task behind a subscription: reads pages, has them verified, hands on what is proven.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::history::History;
use super::subscription::Page;
use super::trust::{Doubt, Trust};
use super::{Position, ReadError, SequencerPort, SubscriptionSettings};
use crate::protocol::Violation;
use crate::runtime::health::{Reporter, State, Weight};

/// Events read at once at most.
const PAGE: usize = 256;

/// Pause after a failure.
const PAUSE: Duration = Duration::from_millis(50);

/// Pause after something that cannot be believed: it hardly goes away by itself.
const PAUSE_VIOLATION: Duration = Duration::from_millis(500);

pub(super) struct Reader {
    sequencer: Arc<dyn SequencerPort>,
    trust: Trust,
    history: History,
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
        Self {
            sequencer: settings.sequencer,
            trust: Trust::new(settings.sequencer_id),
            history: History::new(settings.domain, settings.member, &position),
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
                    self.history.start_over();
                    tokio::time::sleep(PAUSE_VIOLATION).await;
                    continue;
                }
                Err(Trouble::Read(ReadError::Unavailable(reason))) => {
                    tracing::debug!(member = %self.history.member(), reason, "reading again");
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
        let (member, after) = (self.history.member(), self.history.at());
        let read = self.sequencer.read(member, after, PAGE);
        let page = read.await.map_err(Trouble::Read)?;
        let key = self.trust.key(&self.sequencer, &page.signature.key).await?;
        Ok(self.history.take(page, &key)?)
    }

    /// An alarm, once for each thing that is wrong.
    fn complain(&mut self, word: &'static str, reason: String) {
        metrics::counter!("jura_sequencer_violations_total", "kind" => word).increment(1);
        if self.complaint.as_ref() == Some(&reason) {
            return;
        }
        tracing::warn!(member = %self.history.member(), kind = word, reason, "the sequencer cannot be believed");
        self.health.set(State::Failed(reason.clone()));
        self.complaint = Some(reason);
    }

    fn content(&mut self) {
        if self.complaint.take().is_some() {
            tracing::info!(member = %self.history.member(), "the sequencer can be believed again");
            self.health.set(State::Ok);
        }
    }
}
