//! The mediator's shell: reads events, sends verdicts, keeps its position now and then.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinSet;

use super::config::Config;
use super::core::{Core, Decided};
use super::store::Store;
use crate::crypto::SigningKey;
use crate::model::{Duration, MemberId, MemberKind, Timestamp};
use crate::protocol::{
    Envelope, Follower, Message, MessageId, RequestId, SequencedEvent, SignedMessage,
    SignedRequest, SubmissionRequest,
};
use crate::runtime::clock::Clock;
use crate::runtime::health::State;
use crate::runtime::{Inbox, Role, RoleContext, RoleFailure};
use crate::sequencer_client::{
    DomainInfo, Position, SequencerPort, ServicePort, Subscription, SubscriptionSettings, join,
    send_until_sequenced,
};
use crate::storage::{self, Database, Schema};
use crate::topology::{Mapping, MemberKeys, Transaction};

/// The mediator takes no messages: it follows its events.
#[derive(Debug)]
pub enum MediatorMessage {}

/// A verdict later than this, or than participants wait for it, helps nobody.
const VERDICT_PATIENCE: Duration = Duration::from_secs(60);

/// The role `mediator`.
pub struct MediatorRole {
    /// Its bounds.
    pub config: Config,
    /// Its database.
    pub database: Database,
    /// Its schema there.
    pub schema: Schema,
    /// The domain's sequencer.
    pub sequencer: Arc<dyn SequencerPort>,
    /// The domain's service.
    pub service: Arc<dyn ServicePort>,
    /// What time it is.
    pub clock: Clock,
}

impl Role for MediatorRole {
    type Message = MediatorMessage;

    fn run(
        self: Arc<Self>,
        context: RoleContext,
        inbox: Inbox<MediatorMessage>,
    ) -> Pin<Box<dyn Future<Output = Result<(), RoleFailure>>>> {
        Box::pin(async move { Shell::load(&self).await?.serve(&context, inbox).await })
    }
}

struct Shell {
    role: Arc<MediatorRole>,
    store: Store,
    core: Core,
    info: DomainInfo,
    member: MemberId,
    key: SigningKey,
    /// The last event that was processed.
    processed: Timestamp,
    /// The position in the database.
    kept: Position,
    /// Published since that position.
    topology: Vec<(Timestamp, Bytes)>,
    /// Verdicts on their way.
    sending: JoinSet<RequestId>,
    /// Their requests: the position stays before them.
    unsent: BTreeSet<RequestId>,
}

impl Shell {
    async fn load(role: &Arc<MediatorRole>) -> Result<Self, RoleFailure> {
        let store = Store::open(role.database.clone(), role.schema.clone()).await?;
        let key = store.signing_key().await?;
        let info = join(&role.service, |info| introduce(info, &key))
            .await
            .map_err(|reason| RoleFailure::new(format!("the domain refuses: {reason}")))?;
        let mut follower = Follower::new(info.id.clone(), info.topology_manager.clone());
        for transaction in store.topology().await? {
            follower
                .restore(transaction)
                .map_err(storage::Error::corrupt)?;
        }
        let position = store.position().await?;
        Ok(Self {
            role: Arc::clone(role),
            store,
            core: Core::new(follower),
            member: member(&info),
            info,
            key,
            processed: position.resume.time,
            kept: position,
            topology: Vec::new(),
            sending: JoinSet::new(),
            unsent: BTreeSet::new(),
        })
    }

    async fn serve(
        mut self,
        context: &RoleContext,
        mut inbox: Inbox<MediatorMessage>,
    ) -> Result<(), RoleFailure> {
        let mut subscription = Subscription::start(SubscriptionSettings {
            sequencer: Arc::clone(&self.role.sequencer),
            domain: self.info.id.clone(),
            sequencer_id: self.member.sibling(MemberKind::Sequencer),
            member: self.member.clone(),
            key: self.key.clone(),
            position: self.kept,
            health: context.health.clone(),
        });
        let mut checkpoint = tokio::time::interval(self.role.config.checkpoint_interval);
        context.health.set(State::Ok);
        loop {
            tokio::select! {
                message = inbox.recv() => match message {
                    Some(message) => match message {},
                    None => return Ok(self.keep(&mut subscription).await?),
                },
                events = subscription.next() => {
                    let events = events
                        .map_err(|error| RoleFailure::because("cannot read events", error))?;
                    self.process(events);
                }
                Some(sent) = self.sending.join_next() => {
                    if let Ok(request) = sent {
                        self.unsent.remove(&request);
                    }
                }
                _ = checkpoint.tick() => {
                    self.tick();
                    self.keep(&mut subscription).await?;
                }
            }
        }
    }

    fn process(&mut self, events: Vec<SequencedEvent>) {
        for event in events {
            let time = event.time;
            let effects = self.core.process(event);
            self.processed = time;
            let published = effects.topology.into_iter().map(|it| (time, it));
            self.topology.extend(published);
            for decided in effects.verdicts {
                self.send(decided);
            }
        }
    }

    /// How long after its request a verdict may be sequenced.
    fn verdict_patience(&self) -> Duration {
        VERDICT_PATIENCE.max(self.core.decision_timeout())
    }

    fn send(&mut self, decided: Decided) {
        let request = decided.verdict.request;
        tracing::debug!(%request, answer = ?decided.verdict.answer, "verdict");
        let content = SignedMessage::seal(
            &Message::Verdict(decided.verdict),
            &self.info.id,
            &self.member,
            &self.key,
        );
        let message = SubmissionRequest {
            sender: self.member.clone(),
            message_id: MessageId::about_request("verdict", request),
            envelopes: vec![Envelope {
                content,
                recipients: decided.recipients,
            }],
            max_sequencing_time: request.0.plus(self.verdict_patience()),
        };
        self.unsent.insert(request);
        let message = SignedRequest::seal(message, &self.info.id, &self.key);
        let sequencer = Arc::clone(&self.role.sequencer);
        self.sending.spawn_local(async move {
            if let Err(error) = send_until_sequenced(&sequencer, message).await {
                tracing::warn!(%request, %error, "verdict was not sequenced");
            }
            request
        });
    }

    /// Asks for a moment in time when a deadline is over and nothing happens.
    fn tick(&mut self) {
        let patience = Duration::from(self.role.config.tick_after);
        let now = self.role.clock.now();
        let due = self
            .core
            .next_deadline()
            .is_some_and(|deadline| deadline.plus(patience) < now);
        if !due {
            return;
        }
        let content = SignedMessage::seal(&Message::Tick, &self.info.id, &self.member, &self.key);
        let request = SubmissionRequest {
            sender: self.member.clone(),
            message_id: MessageId::random(),
            envelopes: vec![Envelope {
                content,
                recipients: vec![self.member.clone()],
            }],
            max_sequencing_time: now.plus(VERDICT_PATIENCE),
        };
        let request = SignedRequest::seal(request, &self.info.id, &self.key);
        let sequencer = Arc::clone(&self.role.sequencer);
        tokio::task::spawn_local(async move {
            // the next tick comes soon
            let _ = sequencer.send(request).await;
        });
    }

    /// Keeps the position up to which everything is decided and sent.
    async fn keep(&mut self, subscription: &mut Subscription) -> Result<(), storage::Error> {
        let oldest_unsent = self.unsent.first().copied();
        let oldest = [self.core.oldest_undecided(), oldest_unsent]
            .into_iter()
            .flatten()
            .min();
        let done = oldest.map_or(self.processed, |request| {
            request.0.minus(Duration::from_micros(1))
        });
        if done <= self.kept.resume.time {
            return Ok(());
        }
        let position = subscription.position(done, self.processed);
        let split = self.topology.partition_point(|(time, _)| *time <= done);
        self.store.keep(&position, &self.topology[..split]).await?;
        self.topology.drain(..split);
        self.kept = position;
        subscription.kept(&position);
        Ok(())
    }
}

fn member(info: &DomainInfo) -> MemberId {
    info.topology_manager.sibling(MemberKind::Mediator)
}

/// The mediator's statement about itself; the domain signs it, too.
fn introduce(
    info: &DomainInfo,
    key: &SigningKey,
) -> (MemberId, Vec<crate::topology::SignedTransaction>) {
    let mapping = Mapping::OwnerToKey {
        member: member(info),
        keys: MemberKeys::signing(key.public()),
    };
    (member(info), vec![Transaction::first(mapping).sign(&[key])])
}
