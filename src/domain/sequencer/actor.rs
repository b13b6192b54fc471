//! The sequencer's shell: takes what has arrived, writes it in one transaction, answers.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::oneshot;

use super::chains::Chains;
use super::config::Config;
use super::intake::{Accepted, Members};
use super::messages::{Reader, SequencerMessage};
use super::reading::Catching;
use super::recent::{Batch, Recent, Sequenced};
use super::store::{Identity, Store};
use super::verification::{self, Unverified};
use crate::model::Timestamp;
use crate::protocol::GoodSignatures;
use crate::runtime::clock::Clock;
use crate::runtime::compute::ComputePool;
use crate::runtime::health::State;
use crate::runtime::{Inbox, Role, RoleContext, RoleFailure, Task};
use crate::sequencer_client::{ReadError, SendError};
use crate::storage::{self, Database, Schema};

/// The role `sequencer`.
#[derive(Debug)]
pub struct SequencerRole {
    /// Its bounds.
    pub config: Config,
    /// Its database.
    pub database: Database,
    /// Its schema there.
    pub schema: Schema,
    /// Where its times come from.
    pub clock: Clock,
    /// Where signatures are checked when there are many.
    pub compute: ComputePool,
}

impl Role for SequencerRole {
    type Message = SequencerMessage;

    fn run(
        self: Arc<Self>,
        context: RoleContext,
        inbox: Inbox<SequencerMessage>,
    ) -> Pin<Box<dyn Future<Output = Result<(), RoleFailure>>>> {
        Box::pin(async move { Shell::load(&self, context).await?.serve(inbox).await })
    }
}

/// Everything that the loop works on. What it does for readers and members stands beside.
pub(super) struct Shell {
    pub(super) role: Arc<SequencerRole>,
    context: RoleContext,
    pub(super) store: Rc<Store>,
    pub(super) identity: Identity,
    pub(super) members: Members,
    pub(super) chains: Chains,
    /// The signatures of requests that were found good lately.
    good: GoodSignatures,
    pub(super) recent: Recent,
    /// Readers for whom nothing has arrived yet.
    pub(super) waiting: Vec<Reader>,
    /// Readers who are behind what is in memory.
    pub(super) catching_up: FuturesUnordered<Task<Catching>>,
}

/// Who waits for the fate of a batch.
pub(super) type Sender = oneshot::Sender<Result<(), SendError>>;

impl Shell {
    async fn load(role: &Arc<SequencerRole>, context: RoleContext) -> Result<Self, storage::Error> {
        let store = Store::open(role.database.clone(), role.schema.clone()).await?;
        let last_time = store.last_time().await?;
        // a clock that is set by hand begins where it was
        role.clock.catch_up(last_time);
        let mut shell = Self {
            identity: store.identity().await?,
            members: store.members().await?,
            chains: Chains::default(),
            good: GoodSignatures::default(),
            recent: Recent::new(last_time, role.config.recent_bytes_max),
            role: Arc::clone(role),
            context,
            store: Rc::new(store),
            waiting: Vec::new(),
            catching_up: FuturesUnordered::new(),
        };
        shell.load_chains(last_time).await?;
        Ok(shell)
    }

    async fn serve(mut self, mut inbox: Inbox<SequencerMessage>) -> Result<(), RoleFailure> {
        self.context.health.set(State::Ok);
        let mut poll = tokio::time::interval(self.role.config.poll_timeout);
        loop {
            tokio::select! {
                batch = inbox.recv_batch(self.role.config.batch_max) => match batch {
                    Some(messages) => self.handle(messages).await?,
                    None => return Ok(()),
                },
                Some(caught) = self.catching_up.next() => self.caught_up(caught),
                _ = poll.tick() => {
                    self.dismiss_readers();
                    self.measure_lags();
                }
            }
        }
    }

    async fn handle(&mut self, messages: Vec<SequencerMessage>) -> Result<(), storage::Error> {
        let mut sends = Vec::new();
        for message in messages {
            match message {
                SequencerMessage::Send { request, reply } => {
                    let now = self.role.clock.now();
                    match self.members.candidate(request, &self.role.config, now) {
                        Ok(candidate) => sends.push(Unverified { candidate, reply }),
                        Err(error) => answer(reply, Err(error)),
                    }
                }
                SequencerMessage::Read(reader) => self.read(reader),
                SequencerMessage::Acknowledge {
                    acknowledgement,
                    reply,
                } => self.acknowledge(&acknowledgement, reply),
                SequencerMessage::Time { reply } => {
                    let now = self.role.clock.now();
                    answer(reply, now.max(self.recent.last_drawn()));
                }
                SequencerMessage::Certificate { reply } => {
                    let certificate = self.identity.certificate.clone();
                    answer(reply, certificate.ok_or_else(not_introduced));
                }
                SequencerMessage::Keys { member, reply } => answer(reply, self.keys(&member)),
                SequencerMessage::Registrar(message) => self.administer(message).await?,
            }
        }
        if sends.is_empty() {
            return Ok(());
        }
        let verified = self.verify(sends).await;
        if verified.is_empty() {
            return Ok(());
        }
        self.sequence(verified).await
    }

    /// Checks signatures, and finds the recipients of what holds.
    async fn verify(&self, sends: Vec<Unverified>) -> Vec<(Accepted, Sender)> {
        let Some((domain, _)) = &self.identity.office else {
            for send in sends {
                let reason = "the sequencer does not know its domain yet".to_owned();
                answer(send.reply, Err(SendError::Unavailable(reason)));
            }
            return Vec::new();
        };
        let checked =
            verification::check(sends, domain.clone(), &self.good, &self.role.compute).await;
        let mut verified = Vec::with_capacity(checked.len());
        for (request, reply) in checked {
            match request.and_then(|request| self.members.accept(request)) {
                Ok(accepted) => verified.push((accepted, reply)),
                Err(error) => answer(reply, Err(error)),
            }
        }
        verified
    }

    /// Writes batches, then tells senders and readers.
    async fn sequence(&mut self, sends: Vec<(Accepted, Sender)>) -> Result<(), storage::Error> {
        let (batches, replies): (Vec<Accepted>, Vec<Sender>) = sends.into_iter().unzip();
        let points = self.chains.due();
        let (now, count) = (self.role.clock.now(), points.len());
        let appended = match self.store.append(&batches, points, now).await {
            Ok(appended) => appended,
            Err(error) => {
                self.refuse(replies, &error);
                return Ok(());
            }
        };
        self.chains.kept(count);
        if !self.recent.follows(appended.previous) {
            // what failed before was written nevertheless: readers find it in the database
            tracing::info!("batches of unknown fate may have been written");
            self.recent = Recent::new(appended.previous, self.role.config.recent_bytes_max);
            self.load_chains(appended.previous).await?;
        }
        self.context.health.set(State::Ok);
        metrics::counter!("daml_sequencer_public_api_processed")
            .increment(u64::try_from(batches.len()).unwrap_or(u64::MAX));
        for ((batch, reply), time) in batches.into_iter().zip(replies).zip(appended.times) {
            match time {
                Some(time) => {
                    self.remember(batch, time);
                    answer(reply, Ok(()));
                }
                None => self.explain(batch, reply),
            }
        }
        self.recent.reaches(appended.last);
        for reader in std::mem::take(&mut self.waiting) {
            self.read(reader);
        }
        Ok(())
    }

    /// A batch has its place: it enters the chains of those who receive it.
    fn remember(&mut self, accepted: Accepted, time: Timestamp) {
        let batch = Batch {
            time,
            sender: accepted.sender,
            message_id: accepted.message_id,
            envelopes: accepted.envelopes,
        };
        let links = self.chains.extend(&batch, &accepted.addressees);
        self.recent.push(Sequenced { batch, links });
    }

    /// The database failed: unknown whether anything was written.
    fn refuse(&self, replies: Vec<Sender>, error: &storage::Error) {
        tracing::warn!(%error, "sequencing failed");
        self.context.health.set(State::Degraded(error.to_string()));
        for reply in replies {
            answer(reply, Err(SendError::Unavailable(error.to_string())));
        }
    }

    /// A batch was not written: was it before, is it too late, or is its message id taken?
    fn explain(&self, batch: Accepted, reply: Sender) {
        let store = Rc::clone(&self.store);
        tokio::task::spawn_local(async move {
            let fate = match store.is_sequenced(&batch).await {
                Ok(Some(true)) => Ok(()),
                Ok(Some(false)) => Err(SendError::TooLate),
                Ok(None) => {
                    verification::alarm("message-id-reused", &batch.message_id.to_string());
                    Err(SendError::MessageIdReused)
                }
                Err(error) => Err(SendError::Unavailable(error.to_string())),
            };
            answer(reply, fate);
        });
    }
}

/// Nobody has told the sequencer for whom it works.
pub(super) fn not_introduced() -> ReadError {
    ReadError::Unavailable("the sequencer does not know its domain yet".to_owned())
}

/// Answers somebody who may have left.
pub(super) fn answer<T>(reply: oneshot::Sender<T>, value: T) {
    let _ = reply.send(value);
}
