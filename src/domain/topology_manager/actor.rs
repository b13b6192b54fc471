//! The topology manager's shell: reads submissions, decides, keeps, publishes.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::core::{Core, Publication};
use super::identity::Identity;
use super::messages::TopologyMessage;
use super::port::TopologyError;
use super::store::{Refusal, Store};
use crate::crypto::PublicKey;
use crate::domain::sequencer::Registrar;
use crate::model::{Duration, Fingerprint, MemberId, MemberKind};
use crate::protocol::{
    Envelope, Message, MessageId, SequencedEvent, SignedMessage, SignedRequest, SubmissionRequest,
    TopologyRefusal,
};
use crate::runtime::clock::Clock;
use crate::runtime::health::State as HealthState;
use crate::runtime::{Inbox, Role, RoleContext, RoleFailure};
use crate::sequencer_client::{
    DomainInfo, Position, SendError, SequencerPort, Subscription, SubscriptionSettings,
    send_until_sequenced,
};
use crate::storage::{self, Database, Schema};
use crate::topology::{self, DomainParameters, SignedTransaction};

/// A publication is worth sending for as long as it takes.
const PUBLICATION_PATIENCE: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A member waits for an answer only so long.
const REFUSAL_PATIENCE: Duration = Duration::from_secs(60);

/// The role `topology`.
pub struct TopologyManagerRole {
    /// The domain's name, used when it is founded.
    pub domain_name: String,
    /// The parameters with which it is founded.
    pub parameters: DomainParameters,
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

struct Shell {
    role: Arc<TopologyManagerRole>,
    store: Store,
    core: Core,
    identity: Identity,
    position: Position,
    /// Keys with which members are registered since the start.
    registered: Registered,
    /// Kept, but perhaps not sequenced.
    unsent: Vec<Publication>,
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
        let mut core = Core::new();
        let mut unsent = Vec::new();
        for (publication, is_sequenced) in store.publications().await? {
            core.restore(&publication)
                .map_err(storage::Error::corrupt)?;
            if !is_sequenced {
                unsent.push(publication);
            }
        }
        if core.is_empty() {
            let genesis = core
                .genesis(&identity, role.parameters)
                .map_err(storage::Error::corrupt)?;
            store
                .keep(std::slice::from_ref(&genesis), &[], None)
                .await?;
            tracing::info!(domain = %identity.domain, "domain founded");
            unsent.push(genesis);
        }
        Ok(Self {
            position: store.position().await?,
            registered: Registered::default(),
            role: Arc::clone(role),
            store,
            core,
            identity,
            unsent,
        })
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
            domain: self.identity.domain.clone(),
            sequencer_id: self.identity.member.sibling(MemberKind::Sequencer),
            member: self.identity.member.clone(),
            key: self.identity.signing_key.clone(),
            position: self.position,
            health: context.health.clone(),
        });
        context.health.set(HealthState::Ok);
        loop {
            tokio::select! {
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
                    id: self.identity.domain.clone(),
                    topology_manager: self.identity.member.clone(),
                });
            }
            TopologyMessage::Admit {
                member,
                transactions,
                reply,
            } => {
                let admitted = self.admit(&member, transactions).await?;
                let _ = reply.send(admitted.map_err(TopologyError::Refused));
            }
        }
        Ok(())
    }

    async fn admit(
        &mut self,
        member: &MemberId,
        transactions: Vec<SignedTransaction>,
    ) -> Result<Result<(), topology::Error>, storage::Error> {
        let publication = match self.core.admit(&self.identity, member, transactions) {
            Ok(Some(publication)) => publication,
            Ok(None) => return Ok(Ok(())),
            Err(error) => return Ok(Err(error)),
        };
        self.store
            .keep(std::slice::from_ref(&publication), &[], None)
            .await?;
        self.unsent.push(publication);
        self.send_unsent().await?;
        Ok(Ok(()))
    }

    /// Decides on what was submitted, keeps the decisions, sends them.
    async fn process(
        &mut self,
        events: Vec<SequencedEvent>,
        subscription: &mut Subscription,
    ) -> Result<(), storage::Error> {
        let mut publications = Vec::new();
        let mut refusals = Vec::new();
        let mut processed = self.position.seen.time;
        for event in events {
            processed = event.time;
            for content in event.contents {
                self.decide(content, &mut publications, &mut refusals);
            }
        }
        self.position = subscription.position(processed, processed);
        self.store
            .keep(&publications, &refusals, Some(self.position.seen))
            .await?;
        subscription.kept(&self.position);
        self.unsent.extend(publications);
        self.send_unsent().await?;
        for refusal in refusals {
            self.send_refusal(&refusal).await?;
        }
        Ok(())
    }

    fn decide(
        &mut self,
        content: bytes::Bytes,
        publications: &mut Vec<Publication>,
        refusals: &mut Vec<Refusal>,
    ) {
        let opened = SignedMessage::open(content, &self.identity.domain, self.core.state());
        let (signer, submission) = match opened {
            Ok(SignedMessage {
                signer,
                message: Message::TopologySubmission(submission),
            }) => (signer, submission),
            // our own publications come back to us
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "message to the topology manager refused");
                return;
            }
        };
        match self.core.submit(&submission.transactions) {
            Ok(Some(publication)) => publications.push(publication),
            Ok(None) => {}
            Err(error) => {
                tracing::info!(%signer, %error, "topology transactions refused");
                refusals.push(Refusal {
                    submission_id: submission.id,
                    member: signer,
                    reason: error.to_string(),
                });
            }
        }
    }

    /// Sends publications in their order, each until it is sequenced.
    async fn send_unsent(&mut self) -> Result<(), storage::Error> {
        for publication in std::mem::take(&mut self.unsent) {
            self.register_members().await;
            let envelopes = self.envelopes(&publication);
            self.send(publication.message_id(), envelopes, PUBLICATION_PATIENCE)
                .await;
            self.store.mark_sequenced(publication.number).await?;
        }
        Ok(())
    }

    fn envelopes(&self, publication: &Publication) -> Vec<Envelope> {
        let mut envelopes = Vec::new();
        if let Some(member) = &publication.admits {
            let before = self.core.before(publication).to_vec();
            envelopes.push(self.envelope(&Message::TopologySnapshot(before), vec![member.clone()]));
        }
        let broadcast = Message::TopologyBroadcast(publication.transactions.clone());
        envelopes.push(self.envelope(&broadcast, publication.recipients.clone()));
        envelopes
    }

    async fn send_refusal(&self, refusal: &Refusal) -> Result<(), storage::Error> {
        let message = Message::TopologyRefusal(TopologyRefusal {
            id: refusal.submission_id,
            reason: refusal.reason.clone(),
        });
        let id = MessageId::about("topology refusal", refusal.submission_id.as_bytes());
        let envelope = self.envelope(&message, vec![refusal.member.clone()]);
        self.send(id, vec![envelope], REFUSAL_PATIENCE).await;
        self.store.forget_refusal(refusal.submission_id).await
    }

    fn envelope(&self, message: &Message, recipients: Vec<MemberId>) -> Envelope {
        Envelope {
            content: SignedMessage::seal(
                message,
                &self.identity.domain,
                &self.identity.member,
                &self.identity.signing_key,
            ),
            recipients,
        }
    }

    async fn send(&self, message_id: MessageId, envelopes: Vec<Envelope>, patience: Duration) {
        let request = SubmissionRequest {
            sender: self.identity.member.clone(),
            message_id,
            envelopes,
            max_sequencing_time: self.role.clock.now().plus(patience),
        };
        let signed =
            SignedRequest::seal(request, &self.identity.domain, &self.identity.signing_key);
        if let Err(error) = send_until_sequenced(&self.role.sequencer, signed).await {
            tracing::error!(%error, "the topology manager's message was not sequenced");
        }
    }

    /// Tells the sequencer for whom it works, and everybody with which key it signs: the domain's
    /// namespace signs for it.
    async fn introduce_sequencer(&mut self) -> Result<(), storage::Error> {
        let sequencer = self.identity.member.sibling(MemberKind::Sequencer);
        let registrar = self.role.registrar.clone();
        let (domain, member) = (self.identity.domain.clone(), sequencer.clone());
        let statement = persist(
            || registrar.introduce(domain.clone(), member.clone()),
            &sequencer,
        )
        .await;
        let certificate = statement
            .clone()
            .countersign(&self.identity.namespace_key)
            .encode();
        persist(|| registrar.certify(vec![certificate.clone()]), &sequencer).await;
        if let Err(error) = self.admit(&sequencer, vec![statement]).await? {
            tracing::error!(%error, "the sequencer's key was not published");
        }
        Ok(())
    }

    /// Registers the members, and their keys where they have changed, with the sequencer.
    async fn register_members(&mut self) {
        let state = self.core.state();
        for member in state.members() {
            let Some(keys) = state.keys_of(member) else {
                continue;
            };
            let names: Vec<Fingerprint> = keys.signing.iter().map(PublicKey::fingerprint).collect();
            if self.registered.get(member) == Some(&names) {
                continue;
            }
            let registrar = &self.role.registrar;
            persist(
                || registrar.register(member.clone(), keys.signing.clone()),
                member,
            )
            .await;
            self.registered.insert(member.clone(), names);
        }
    }
}

/// Keys of members, by their fingerprints.
type Registered = BTreeMap<MemberId, Vec<Fingerprint>>;

/// Asks the sequencer as often as it takes.
async fn persist<T, F>(ask: impl Fn() -> F, member: &MemberId) -> T
where
    F: Future<Output = Result<T, SendError>>,
{
    loop {
        match ask().await {
            Ok(done) => return done,
            Err(error) => {
                tracing::debug!(%member, %error, "telling the sequencer again");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}
