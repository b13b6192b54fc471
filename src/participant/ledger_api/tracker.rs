//! Submissions that somebody waits for.
//!
//! Whoever waits registers before the submission goes out. One task follows the completions and wakes
//! the one who waits; who stops waiting, for whatever reason, is forgotten when his guard is dropped.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use rustc_hash::FxHashMap;
use tokio::sync::oneshot;

use super::command_inspection_service::History;
use crate::model::{CommandId, Offset, Party, SubmissionId, UserId};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::indexer::{Completion, Entry};
use crate::participant::submission::Submission;
use crate::participant::updates::{CompletionFilter, ReadModel, Told};
use crate::runtime::shutdown::Signal;

/// Pause before completions are read again after a failure.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// Who waits for what. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Tracker(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    max: usize,
    history: History,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether completions are being followed: otherwise nobody would ever be woken.
    following: bool,
    /// By submission id, which hardly ever two have in common.
    waiting: FxHashMap<SubmissionId, Vec<Waiter>>,
    count: usize,
}

#[derive(Debug)]
struct Waiter {
    key: Arc<Key>,
    wake: oneshot::Sender<Arc<Entry>>,
}

/// What a completion has in common with its submission.
#[derive(Debug, PartialEq, Eq)]
struct Key {
    user_id: UserId,
    command_id: CommandId,
    submission_id: SubmissionId,
    act_as: BTreeSet<Party>,
}

impl Key {
    fn matches(&self, completion: &Completion) -> bool {
        self.submission_id == completion.submission_id
            && self.command_id == completion.command_id
            && self.user_id == completion.user_id
            && self.act_as.len() == completion.act_as.len()
            && completion.act_as.iter().all(|p| self.act_as.contains(p))
    }
}

/// Waits for a completion; stops waiting when dropped.
#[derive(Debug)]
pub(super) struct Waiting {
    tracker: Tracker,
    key: Arc<Key>,
    woken: oneshot::Receiver<Arc<Entry>>,
}

impl Tracker {
    /// Nobody waits yet; so many may at the same time. The history learns of all completions.
    pub(super) fn new(max: usize, history: History) -> Self {
        Self(Arc::new(Shared {
            max,
            history,
            state: Mutex::default(),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits from now on.
    ///
    /// # Errors
    /// If too many wait, if somebody waits for the same, or if nobody would be woken.
    pub(super) fn register(&self, submission: &Submission) -> Result<Waiting, Refusal> {
        let key = Arc::new(Key {
            user_id: submission.user_id.clone(),
            command_id: submission.command_id.clone(),
            submission_id: submission.submission_id.clone(),
            act_as: submission.act_as.clone(),
        });
        let (wake, woken) = oneshot::channel();
        let mut state = self.state();
        if !state.following {
            return Err(Refusal::new(
                ErrorId::ServiceNotRunning,
                "The command tracker is not running.",
            ));
        }
        if state.count >= self.0.max {
            return Err(Refusal::new(
                ErrorId::ParticipantBackpressure,
                "The participant is overloaded: Maximum number of in-flight requests reached",
            ));
        }
        let same = state.waiting.entry(key.submission_id.clone()).or_default();
        if same.iter().any(|waiter| waiter.key == key) {
            return Err(Refusal::new(
                ErrorId::SubmissionAlreadyInFlight,
                "The submission is already in-flight",
            ));
        }
        let waiter_key = Arc::clone(&key);
        same.push(Waiter {
            key: waiter_key,
            wake,
        });
        state.count += 1;
        drop(state);
        Ok(Waiting {
            tracker: self.clone(),
            key,
            woken,
        })
    }

    /// Follows the completions until the server stops, and wakes those who wait.
    pub(super) async fn follow(self, model: ReadModel, stop: Signal) {
        let Some(position) = first_end(&model, &stop).await else {
            return;
        };
        self.state().following = true;
        self.follow_from(position, model, stop).await;
        // those who wait learn that nobody will wake them
        *self.state() = State::default();
    }

    async fn follow_from(&self, mut position: Offset, model: ReadModel, stop: Signal) {
        loop {
            let filter = CompletionFilter::default();
            let mut completions = model.completions(filter, position, None, stop.clone());
            while let Some(told) = completions.next().await {
                match told {
                    Ok(Told::Items(entries)) => {
                        for entry in entries {
                            position = entry.offset;
                            self.wake(&entry);
                        }
                    }
                    Ok(Told::Checkpoint(end)) => position = end.offset,
                    Err(_) if stop.is_fired() => return,
                    // nobody waits for what is so old
                    Err(refusal) if refusal.id == ErrorId::ParticipantPrunedDataAccessed => {
                        position = position.max(model.pruned());
                    }
                    Err(refusal) => {
                        tracing::warn!(%refusal, "cannot read completions, trying again");
                    }
                }
            }
            tokio::time::sleep(RETRY_PAUSE).await;
        }
    }

    fn wake(&self, entry: &Arc<Entry>) {
        let Some(completion) = entry.completion() else {
            return;
        };
        self.0.history.finish(entry);
        let mut state = self.state();
        let Some(same) = state.waiting.get(&completion.submission_id) else {
            return;
        };
        let found = same.iter().find(|it| it.key.matches(completion));
        let Some(key) = found.map(|it| Arc::clone(&it.key)) else {
            return;
        };
        if let Some(waiter) = state.remove(&key) {
            // he may have left
            let _ = waiter.wake.send(Arc::clone(entry));
        }
    }
}

impl State {
    fn remove(&mut self, key: &Arc<Key>) -> Option<Waiter> {
        let same = self.waiting.get_mut(&key.submission_id)?;
        let position = same.iter().position(|it| Arc::ptr_eq(&it.key, key))?;
        let waiter = same.swap_remove(position);
        if same.is_empty() {
            self.waiting.remove(&key.submission_id);
        }
        self.count -= 1;
        Some(waiter)
    }
}

impl Waiting {
    /// The entry with the completion.
    ///
    /// # Errors
    /// If it does not come in time.
    pub(super) async fn outcome(mut self, patience: Duration) -> Result<Arc<Entry>, Refusal> {
        match tokio::time::timeout(patience, &mut self.woken).await {
            Ok(Ok(entry)) => Ok(entry),
            Ok(Err(_)) => Err(Refusal::new(
                ErrorId::AbortedDueToShutdown,
                "Request aborted due to shutdown.",
            )),
            Err(_) => Err(Refusal::new(
                ErrorId::RequestTimeOut,
                format!(
                    "Timed out while awaiting for a completion corresponding to a command \
                     submission with command-id={} and submission-id={}.",
                    self.key.command_id, self.key.submission_id
                ),
            )),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.tracker.state().remove(&self.key);
    }
}

/// The ledger end, as soon as there is one; none if the server stops before.
async fn first_end(model: &ReadModel, stop: &Signal) -> Option<Offset> {
    let mut ends = model.head().watch();
    let known = ends.wait_for(Option::is_some);
    tokio::select! {
        known = known => known.ok()?.as_ref().map(|end| end.offset),
        () = stop.fired() => None,
    }
}
