//! The topology manager's shell: reads submissions, decides, keeps, publishes.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::core::{Core, Publication};
use super::desk::{Desk, Outcome};
use super::identity::Identity;
use super::messages::TopologyMessage;
use super::port::TopologyError;
use super::registration::Registered;
use super::store::{Decided, Refusal, Store};
use crate::domain::sequencer::Registrar;
use crate::model::{Duration, MemberId, MemberKind, ParticipantId, Timestamp};
use crate::protocol::{
    Envelope, Message, MessageId, SequencedEvent, SignedRequest, SubmissionRequest, TopologyRefusal,
};
use crate::runtime::clock::Clock;
use crate::runtime::health::State as HealthState;
use crate::runtime::{Inbox, Role, RoleContext, RoleFailure};
use crate::sequencer_client::{
    DomainInfo, Position, SequencerPort, Subscription, SubscriptionSettings, send_until_sequenced,
};
use crate::storage::{self, Database, Schema};
use crate::topology::{self, DomainParameters, Permitted, SignedTransaction};

/// A publication is worth sending for as long as it takes.
pub(super) const PUBLICATION_PATIENCE: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A member waits for an answer only so long.
const REFUSAL_PATIENCE: Duration = Duration::from_secs(60);

/// Pause before the time is asked for again: the sequencer's clock is behind ours.
const TICK_AGAIN: std::time::Duration = std::time::Duration::from_millis(20);

/// Members that join at once. Each waits for the delay of topology changes.
const WAITING_MAX: usize = 256;

/// The role `topology`.
pub struct TopologyManagerRole {
    /// The domain's name, used when it is founded.
    pub domain_name: String,
    /// The parameters with which it is founded. Who may join is set at each start.
    pub parameters: DomainParameters,
    /// Participants that the domain's owner permits.
    pub permitted: Vec<ParticipantId>,
    /// Its database.
    pub database: Database,
    /// Its schema there.
    pub schema: Schema,
    /// The domain's sequencer.
    pub sequencer: Arc<dyn SequencerPort>,
    /// Where members and their keys are registered with it.
    pub registrar: Registrar,
    /// What time it is.
    pub clock: Clock,
}

impl TopologyManagerRole {
    /// Looks whether the domain was founded with the parameters that cannot be changed.
    ///
    /// # Errors
    /// If it was founded with others, or its database cannot be read.
    pub async fn check_founded(&self) -> Result<(), storage::Error> {
        let store = Store::open(self.database.clone(), self.schema.clone()).await?;
        let mut core = Core::new();
        for kept in store.publications().await? {
            core.restore(&kept.publication, kept.sequenced_at, Timestamp::EPOCH)
                .map_err(storage::Error::corrupt)?;
        }
        let configured = self.parameters.protocol_version;
        match core.head().parameters().protocol_version {
            founded @ Some(version) if !core.is_empty() && founded != configured => {
                Err(storage::Error::Config(format!(
                    "the domain {} was founded with protocol version {version}, which never changes; \
                     set protocol-version = {version}",
                    self.domain_name
                )))
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl Role for TopologyManagerRole {
    type Message = TopologyMessage;

    fn run(
        self: Arc<Self>,
        context: RoleContext,
        inbox: Inbox<TopologyMessage>,
    ) -> Pin<Box<dyn Future<Output = Result<(), RoleFailure>>>> {
        Box::pin(async move { Shell::load(&self).await?.serve(context, inbox).await })
    }
}

pub(super) struct Shell {
    pub(super) role: Arc<TopologyManagerRole>,
    store: Store,
    pub(super) desk: Desk,
    position: Position,
    /// Keys with which members are registered since the start.
    pub(super) registered: Registered,
    /// Who waits for a member to be known.
    waiting: Vec<Waiting>,
    /// The change for which the time was asked last.
    ticked_for: Option<Timestamp>,
}

/// Somebody who waits for a member to be known to everybody.
struct Waiting {
    member: MemberId,
    reply: oneshot::Sender<Result<(), TopologyError>>,
}

impl Shell {
    async fn load(role: &Arc<TopologyManagerRole>) -> Result<Self, storage::Error> {
        let store = Store::open(role.database.clone(), role.schema.clone()).await?;
        let identity = store
            .identity(|| {
                Identity::generate(&role.domain_name).map_err(|error| {
                    storage::Error::Config(format!("the domain's name does not work: {error}"))
                })
            })
            .await?;
        let mut shell = Self {
            position: store.position().await?,
            registered: Registered::default(),
            role: Arc::clone(role),
            store,
            desk: Desk::new(identity),
            waiting: Vec::new(),
            ticked_for: None,
        };
        shell.restore().await?;
        shell.follow_configuration().await?;
        Ok(shell)
    }

    /// Takes up what was published, or founds the domain.
    async fn restore(&mut self) -> Result<(), storage::Error> {
        for kept in self.store.publications().await? {
            let processed = self.position.seen.time;
            let restored = self.desk.restore(kept, processed);
            restored.map_err(storage::Error::corrupt)?;
        }
        self.desk.core.advance(self.position.seen.time);
        if self.desk.core.is_empty() {
            let genesis = self
                .desk
                .core
                .genesis(&self.desk.identity, self.role.parameters)
                .map_err(storage::Error::corrupt)?;
            self.keep(vec![genesis]).await?;
            tracing::info!(domain = %self.desk.identity.domain, "domain founded");
        }
        Ok(())
    }

    /// Who may join is as the configuration says.
    async fn follow_configuration(&mut self) -> Result<(), storage::Error> {
        let (identity, role) = (&self.desk.identity, &self.role);
        let now = self.position.seen.time;
        let onboarding = self
            .desk
            .core
            .set_onboarding(identity, role.parameters, now);
        let mut publications = vec![onboarding];
        for participant in &role.permitted {
            let permitted = self.desk.core.head().permitted(participant);
            if permitted.is_none() {
                let permitted = Permitted::default();
                publications.push(self.desk.core.permit(identity, participant, permitted, now));
            }
        }
        let publications = publications
            .into_iter()
            .filter_map(Result::transpose)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| {
                storage::Error::Config(format!("the domain's configuration does not work: {error}"))
            })?;
        self.keep(publications).await
    }

    /// Keeps publications, to be sent.
    async fn keep(&mut self, publications: Vec<Publication>) -> Result<(), storage::Error> {
        if publications.is_empty() {
            return Ok(());
        }
        let kept = Decided {
            publications: &publications,
            ..Decided::default()
        };
        self.store.keep(&kept).await?;
        self.desk.queue(publications);
        Ok(())
    }

    async fn serve(
        mut self,
        context: RoleContext,
        mut inbox: Inbox<TopologyMessage>,
    ) -> Result<(), RoleFailure> {
        self.introduce_sequencer().await?;
        self.register_members().await;
        self.send_unsent().await?;
        for refusal in self.store.refusals().await? {
            self.send_refusal(&refusal).await?;
        }
        let mut subscription = Subscription::start(SubscriptionSettings {
            sequencer: Arc::clone(&self.role.sequencer),
            domain: self.desk.identity.domain.clone(),
            sequencer_id: self.desk.identity.member.sibling(MemberKind::Sequencer),
            member: self.desk.identity.member.clone(),
            key: self.desk.identity.signing_key.clone(),
            position: self.position,
            health: context.health.clone(),
        });
        context.health.set(HealthState::Ok);
        loop {
            let due = self.desk.core.last_change();
            tokio::select! {
                () = self.pause_until(due), if due.is_some() => self.tick(due).await,
                message = inbox.recv() => match message {
                    Some(message) => self.answer(message).await?,
                    None => return Ok(()),
                },
                events = subscription.next() => {
                    let events = events
                        .map_err(|error| RoleFailure::because("cannot read events", error))?;
                    self.process(events, &mut subscription).await?;
                }
            }
        }
    }

    async fn answer(&mut self, message: TopologyMessage) -> Result<(), storage::Error> {
        match message {
            TopologyMessage::DomainInfo { reply } => {
                let _ = reply.send(DomainInfo {
                    id: self.desk.identity.domain.clone(),
                    topology_manager: self.desk.identity.member.clone(),
                });
            }
            TopologyMessage::Admit {
                member,
                transactions,
                reply,
            } => self.admit(member, transactions, reply).await?,
        }
        Ok(())
    }

    /// Admits a member; it is told when everybody knows it.
    async fn admit(
        &mut self,
        member: MemberId,
        transactions: Vec<SignedTransaction>,
        reply: oneshot::Sender<Result<(), TopologyError>>,
    ) -> Result<(), storage::Error> {
        if self.waiting.len() >= WAITING_MAX {
            let busy = TopologyError::Unavailable("too many join at once".to_owned());
            let _ = reply.send(Err(busy));
            return Ok(());
        }
        match self.introduce(&member, transactions).await? {
            Ok(()) => {
                self.waiting.push(Waiting { member, reply });
                self.tell_waiting();
            }
            Err(error) => {
                let _ = reply.send(Err(TopologyError::Refused(error)));
            }
        }
        Ok(())
    }

    pub(super) async fn introduce(
        &mut self,
        member: &MemberId,
        transactions: Vec<SignedTransaction>,
    ) -> Result<Result<(), topology::Error>, storage::Error> {
        let now = self.role.clock.now();
        match self
            .desk
            .core
            .admit(&self.desk.identity, member, transactions, now)
        {
            Ok(publication) => self.keep(publication.into_iter().collect()).await?,
            Err(error) => return Ok(Err(error)),
        }
        self.send_unsent().await?;
        Ok(Ok(()))
    }

    fn tell_waiting(&mut self) {
        let topology = self.desk.core.topology();
        let known = |it: &mut Waiting| topology.keys_of(&it.member).is_some();
        for waiting in self.waiting.extract_if(.., known) {
            let _ = waiting.reply.send(Ok(()));
        }
    }

    /// Decides on what was submitted, keeps the decisions, sends them.
    async fn process(
        &mut self,
        events: Vec<SequencedEvent>,
        subscription: &mut Subscription,
    ) -> Result<(), storage::Error> {
        let mut outcome = Outcome::default();
        let mut processed = self.position.seen.time;
        for event in events {
            processed = event.time;
            self.desk
                .process(event, &mut outcome)
                .map_err(storage::Error::corrupt)?;
        }
        self.position = subscription.position(processed, processed);
        let decided = Decided {
            publications: &outcome.publications,
            refusals: &outcome.refusals,
            times: &outcome.times,
            position: Some(self.position.seen),
        };
        self.store.keep(&decided).await?;
        subscription.kept(&self.position);
        self.desk.queue(outcome.publications);
        self.send_unsent().await?;
        self.tell_waiting();
        for refusal in outcome.refusals {
            self.send_refusal(&refusal).await?;
        }
        Ok(())
    }

    /// Waits until a change may come into force: a little longer if the time was asked for already.
    async fn pause_until(&self, due: Option<Timestamp>) {
        let now = self.role.clock.now();
        let wait = due.map_or(Duration::default(), |due| due.max(now).since(now));
        let again = if self.ticked_for == due {
            TICK_AGAIN
        } else {
            std::time::Duration::ZERO
        };
        tokio::time::sleep(std::time::Duration::from(wait) + again).await;
    }

    /// Asks for a moment in time for everybody, so that what is due comes into force on a quiet domain.
    async fn tick(&mut self, due: Option<Timestamp>) {
        self.ticked_for = due;
        let members = self.desk.core.members().cloned().collect();
        let envelope = self.desk.envelope(&Message::Tick, members);
        self.send(MessageId::random(), vec![envelope], REFUSAL_PATIENCE)
            .await;
    }

    /// Sends publications in their order, each until it is sequenced.
    async fn send_unsent(&mut self) -> Result<(), storage::Error> {
        self.register_members().await;
        while let Some((publication, envelopes)) = self.desk.next() {
            let (number, id) = (publication.number, publication.message_id());
            self.send(id, envelopes, PUBLICATION_PATIENCE).await;
            self.store.mark_sequenced(number).await?;
            self.desk.sent();
        }
        Ok(())
    }

    async fn send_refusal(&self, refusal: &Refusal) -> Result<(), storage::Error> {
        let message = Message::TopologyRefusal(TopologyRefusal {
            id: refusal.submission_id,
            reason: refusal.reason.clone(),
        });
        let id = MessageId::about("topology refusal", refusal.submission_id.as_bytes());
        let envelope = self.desk.envelope(&message, vec![refusal.member.clone()]);
        self.send(id, vec![envelope], REFUSAL_PATIENCE).await;
        self.store.forget_refusal(refusal.submission_id).await
    }

    async fn send(&self, message_id: MessageId, envelopes: Vec<Envelope>, patience: Duration) {
        let request = SubmissionRequest {
            sender: self.desk.identity.member.clone(),
            message_id,
            envelopes,
            max_sequencing_time: self.role.clock.now().plus(patience),
        };
        let signed = SignedRequest::seal(
            request,
            &self.desk.identity.domain,
            &self.desk.identity.signing_key,
        );
        if let Err(error) = send_until_sequenced(&self.role.sequencer, signed).await {
            tracing::error!(%error, "the topology manager's message was not sequenced");
        }
    }
}
