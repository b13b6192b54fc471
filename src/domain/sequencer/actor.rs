//! The sequencer's shell: takes what has arrived, writes it in one transaction, answers.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::oneshot;

use super::config::Config;
use super::intake::{Accepted, MemberNumber, Members};
use super::messages::{Reader, SequencerMessage};
use super::recent::{Recent, Sequenced};
use super::store::Store;
use crate::model::{MemberId, Timestamp};
use crate::protocol::SequencedEvent;
use crate::runtime::clock::Clock;
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

struct Shell {
    role: Arc<SequencerRole>,
    context: RoleContext,
    store: Rc<Store>,
    members: Members,
    recent: Recent,
    /// Readers for whom nothing has arrived yet.
    waiting: Vec<Reader>,
    /// Readers who are behind what is in memory.
    catching_up: FuturesUnordered<Task<Page>>,
}

/// What the database had for a reader.
struct Page {
    reader: Reader,
    events: Result<Vec<SequencedEvent>, storage::Error>,
    /// Everything up to this time was in the database when it was read.
    complete_to: Timestamp,
}

/// A batch and who waits for its fate.
type Sender = oneshot::Sender<Result<(), SendError>>;

impl Shell {
    async fn load(role: &Arc<SequencerRole>, context: RoleContext) -> Result<Self, storage::Error> {
        let store = Store::open(role.database.clone(), role.schema.clone()).await?;
        let members = store.members().await?;
        let last_time = store.last_time().await?;
        // a clock that is set by hand begins where it was
        role.clock.catch_up(last_time);
        Ok(Self {
            recent: Recent::new(last_time, role.config.recent_bytes_max),
            role: Arc::clone(role),
            context,
            store: Rc::new(store),
            members,
            waiting: Vec::new(),
            catching_up: FuturesUnordered::new(),
        })
    }

    async fn serve(mut self, mut inbox: Inbox<SequencerMessage>) -> Result<(), RoleFailure> {
        self.context.health.set(State::Ok);
        let mut poll = tokio::time::interval(self.role.config.poll_timeout);
        loop {
            tokio::select! {
                batch = inbox.recv_batch(self.role.config.batch_max) => match batch {
                    Some(messages) => self.handle(messages).await,
                    None => return Ok(()),
                },
                Some(page) = self.catching_up.next() => self.turn(page),
                _ = poll.tick() => self.dismiss_readers(),
            }
        }
    }

    async fn handle(&mut self, messages: Vec<SequencerMessage>) {
        let mut sends = Vec::new();
        for message in messages {
            match message {
                SequencerMessage::Send { request, reply } => {
                    match self.members.accept(request, &self.role.config) {
                        Ok(accepted) => sends.push((accepted, reply)),
                        Err(error) => answer(reply, Err(error)),
                    }
                }
                SequencerMessage::Read(reader) => self.read(reader),
                SequencerMessage::Register { member, reply } => {
                    let registered = self.register(member).await;
                    answer(reply, registered);
                }
            }
        }
        if !sends.is_empty() {
            self.sequence(sends).await;
        }
    }

    /// Writes batches, then tells senders and readers.
    async fn sequence(&mut self, sends: Vec<(Accepted, Sender)>) {
        let (batches, replies): (Vec<Accepted>, Vec<Sender>) = sends.into_iter().unzip();
        let appended = match self.store.append(&batches, self.role.clock.now()).await {
            Ok(appended) => appended,
            Err(error) => return self.refuse(replies, &error),
        };
        if !self.recent.follows(appended.previous) {
            // what failed before was written nevertheless: readers find it in the database
            tracing::info!("batches of unknown fate may have been written");
            self.recent = Recent::new(appended.previous, self.role.config.recent_bytes_max);
        }
        self.context.health.set(State::Ok);
        metrics::counter!("daml_sequencer_public_api_processed")
            .increment(u64::try_from(batches.len()).unwrap_or(u64::MAX));
        for ((batch, reply), time) in batches.into_iter().zip(replies).zip(appended.times) {
            let Some(time) = time else {
                self.explain(batch, reply);
                continue;
            };
            self.recent.push(Sequenced {
                time,
                sender: batch.sender,
                message_id: batch.message_id,
                envelopes: batch.envelopes,
                addressees: batch.addressees,
            });
            answer(reply, Ok(()));
        }
        self.recent.reaches(appended.last);
        for reader in std::mem::take(&mut self.waiting) {
            self.read(reader);
        }
    }

    /// The database failed: unknown whether anything was written.
    fn refuse(&self, replies: Vec<Sender>, error: &storage::Error) {
        tracing::warn!(%error, "sequencing failed");
        self.context.health.set(State::Degraded(error.to_string()));
        for reply in replies {
            answer(reply, Err(SendError::Unavailable(error.to_string())));
        }
    }

    /// A batch was not written: was it before, or is it too late?
    fn explain(&self, batch: Accepted, reply: Sender) {
        let store = Rc::clone(&self.store);
        tokio::task::spawn_local(async move {
            let fate = match store.is_sequenced(&batch).await {
                Ok(true) => Ok(()),
                Ok(false) => Err(SendError::TooLate),
                Err(error) => Err(SendError::Unavailable(error.to_string())),
            };
            answer(reply, fate);
        });
    }

    /// Answers from memory, from the database, or later.
    fn read(&mut self, mut reader: Reader) {
        let Some(number) = self.members.number(&reader.member) else {
            let error = ReadError::UnknownMember(reader.member.to_string());
            return answer(reader.reply, Err(error));
        };
        match self
            .recent
            .read(&reader.member, number, reader.after, reader.max)
        {
            Some(events) if events.is_empty() => {
                // what is known holds nothing for it: it need not be looked through again
                reader.after = reader.after.max(self.recent.newest());
                if !reader.reply.is_closed() {
                    self.waiting.push(reader);
                }
            }
            Some(events) => answer(reader.reply, Ok(events)),
            None => self.read_store(reader, number),
        }
    }

    fn read_store(&self, reader: Reader, number: MemberNumber) {
        let store = Rc::clone(&self.store);
        let complete_to = self.recent.newest();
        self.catching_up.push(Task::start(async move {
            let batches = store.read(number, reader.after, reader.max).await;
            let events = batches.map(|batches| {
                let seen = batches.iter();
                seen.map(|batch| batch.for_member(&reader.member, number))
                    .collect()
            });
            Page {
                reader,
                events,
                complete_to,
            }
        }));
    }

    fn turn(&mut self, page: Page) {
        let mut reader = page.reader;
        match page.events {
            Ok(events) if events.is_empty() => {
                // nothing for it up to here: from here on it keeps up
                reader.after = reader.after.max(page.complete_to);
                self.read(reader);
            }
            Ok(events) => answer(reader.reply, Ok(events)),
            Err(error) => {
                answer(reader.reply, Err(ReadError::Unavailable(error.to_string())));
            }
        }
    }

    async fn register(&mut self, member: MemberId) -> Result<(), SendError> {
        if self.members.number(&member).is_some() {
            return Ok(());
        }
        let number = self
            .store
            .register(&member)
            .await
            .map_err(|error| SendError::Unavailable(error.to_string()))?;
        tracing::info!(%member, "member registered");
        self.members.insert(member, number);
        Ok(())
    }

    /// Nothing arrived for a while: readers ask again, so that one who left is forgotten.
    fn dismiss_readers(&mut self) {
        for reader in self.waiting.drain(..) {
            answer(reader.reply, Ok(Vec::new()));
        }
    }
}

/// Answers somebody who may have left.
fn answer<T>(reply: oneshot::Sender<T>, value: T) {
    let _ = reply.send(value);
}
