//! The mediator's shell: reads events, sends verdicts, keeps its position now and then.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::config::Config;
use super::core::Core;
use super::duty::Duty;
use super::replays::Replays;
use super::store::Store;
use crate::crypto::SigningKey;
use crate::model::{Duration, MemberId, MemberKind};
use crate::protocol::{Follower, RequestId, SequencedEvent, SignedRequest};
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
    duty: Duty,
    info: DomainInfo,
    /// The position in the database.
    position: Position,
    /// Verdicts on their way.
    sending: JoinSet<RequestId>,
}

impl Shell {
    async fn load(role: &Arc<MediatorRole>) -> Result<Self, RoleFailure> {
        let store = Store::open(role.database.clone(), role.schema.clone()).await?;
        let key = store.signing_key().await?;
        let info = join(&role.service, |info| introduce(info, &key))
            .await
            .map_err(|reason| RoleFailure::new(format!("the domain refuses: {reason}")))?;
        let mut follower = Follower::new(info.id.clone(), info.topology_manager.clone());
        for published in store.topology().await? {
            follower
                .restore(&published)
                .map_err(storage::Error::corrupt)?;
        }
        let position = store.position().await?;
        follower.advance(position.resume.time);
        let replays = Replays::restore(store.used_uuids(position.resume.time).await?);
        Ok(Self {
            role: Arc::clone(role),
            store,
            duty: Duty {
                core: Core::new(follower, member(&info), replays),
                domain: info.id.clone(),
                member: member(&info),
                key,
                processed: position.resume.time,
                kept: position.resume.time,
                topology: Vec::new(),
                used: Vec::new(),
                unsent: BTreeSet::new(),
            },
            info,
            position,
            sending: JoinSet::new(),
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
            sequencer_id: self.duty.member.sibling(MemberKind::Sequencer),
            member: self.duty.member.clone(),
            key: self.duty.key.clone(),
            position: self.position,
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
                        self.duty.sent(request);
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
        for (request, message) in self.duty.process(events) {
            self.send(request, message);
        }
    }

    fn send(&mut self, request: RequestId, message: SignedRequest) {
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
        let Some(request) = self.duty.tick(self.role.clock.now(), patience) else {
            return;
        };
        let request = SignedRequest::seal(request, &self.info.id, &self.duty.key);
        let sequencer = Arc::clone(&self.role.sequencer);
        tokio::task::spawn_local(async move {
            // the next tick comes soon
            let _ = sequencer.send(request).await;
        });
    }

    /// Keeps the position up to which everything is decided and sent.
    async fn keep(&mut self, subscription: &mut Subscription) -> Result<(), storage::Error> {
        let Some(done) = self.duty.done() else {
            return Ok(());
        };
        let position = subscription.position(done, self.duty.processed);
        let (published, used) = (self.duty.published(done), self.duty.used(done));
        self.store.keep(&position, published, used).await?;
        self.duty.kept(done);
        self.position = position;
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
