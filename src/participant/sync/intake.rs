//! From sequenced events to checked ones: beside the loop, in the order of the events.
//!
//! What an event says about topology is taken at once, in order; everything else is checked on the
//! compute pool under the topology as it is then. The results come back in the order of the events.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::processor::Decision;
use crate::crypto::EncryptionKey;
use crate::lf::engine::Engine;
use crate::model::{DomainId, MemberId, MemberKind, PackageId, ParticipantId, Timestamp};
use crate::participant::confirmation::{CheckedRequest, Delivered, Read, read};
use crate::participant::packages::Packages;
use crate::protocol::{
    AcsCommitment, Decrypted, EncryptedView, Envelope, Error, Follower, GoodSignatures, Message,
    MessageId, OpenedSessions, Recipients, RequestId, RootHash, SequencedEvent, SignedMessage,
    TopologyRefusal, Verdict,
};
use crate::runtime::Task;
use crate::runtime::compute::ComputePool;
use crate::storage;
use crate::topology::{Effective, History, PublishedTransaction, State};

/// An event after its checks.
#[derive(Debug)]
pub(super) struct CheckedEvent {
    pub time: Timestamp,
    /// Ours, if we sent it.
    pub message_id: Option<MessageId>,
    /// Published with the event.
    pub topology: Vec<PublishedTransaction>,
    /// Came into force before the event.
    pub effective: Vec<Effective>,
    pub items: Vec<Item>,
}

/// One message of an event.
#[derive(Debug)]
pub(super) enum Item {
    Request(Box<CheckedRequest>),
    Verdict(Verdict),
    TopologyRefusal(TopologyRefusal),
    Commitment(Box<SaidCommitment>),
}

/// What another participant says about what is shared, with who signed it.
#[derive(Debug)]
pub(super) struct SaidCommitment {
    pub signer: MemberId,
    pub commitment: AcsCommitment,
}

/// An event on its way.
pub(super) type Checking = Task<Result<CheckedEvent, storage::Error>>;

/// Checks events.
pub(super) struct Intake {
    pub follower: Follower,
    pub participant: ParticipantId,
    pub keys: Arc<ViewKeys>,
    /// The last event whose effects were kept in an earlier life: of events up to it, only the
    /// requests without a verdict are of interest.
    pub kept: Timestamp,
    pub undecided: BTreeMap<RequestId, Decision>,
}

impl Intake {
    /// Takes an event; the future ends when it is checked. Events must be taken in order.
    pub(super) fn take(
        &mut self,
        event: SequencedEvent,
        packages: &Packages,
        compute: &ComputePool,
    ) -> Option<Checking> {
        let (mut checked, check, envelopes) = self.follow(event)?;
        let (packages, compute) = (packages.clone(), compute.clone());
        Some(Task::start(async move {
            if !envelopes.is_empty() {
                checked.items = OnPool { packages, compute }.all(check, envelopes).await?;
            }
            Ok(checked)
        }))
    }

    /// Takes what an event says about topology; the rest is to be checked.
    pub(super) fn follow(
        &mut self,
        event: SequencedEvent,
    ) -> Option<(CheckedEvent, Check, Vec<Envelope>)> {
        if event.time <= self.kept && !self.undecided.contains_key(&RequestId(event.time)) {
            return None;
        }
        let mut topology = Vec::new();
        let mut others = Vec::new();
        let mut effective = self.follower.advance(event.time);
        for envelope in event.envelopes {
            if event.time <= self.kept {
                // its topology was kept, and is in force already
                others.push(envelope);
                continue;
            }
            match self.follower.take_topology(event.time, &envelope.content) {
                Some(published) => topology.extend(published),
                None => others.push(envelope),
            }
        }
        effective.extend(self.follower.advance(event.time));
        let register = self.follower.register();
        let check = Check {
            time: event.time,
            domain: self.follower.domain().clone(),
            // of an earlier life, perhaps
            topology: register.at(event.time).unwrap_or(register.now()).clone(),
            history: Arc::clone(register.history()),
            participant: self.participant.clone(),
            keys: Arc::clone(&self.keys),
            good: self.follower.good_signatures().clone(),
        };
        let checked = CheckedEvent {
            time: event.time,
            message_id: event.message_id,
            topology,
            effective,
            items: Vec::new(),
        };
        Some((checked, check, others))
    }
}

/// With what this participant reads views: its keys, and what others have sealed for them.
#[derive(Debug)]
pub(super) struct ViewKeys {
    keys: Vec<EncryptionKey>,
    opened: Mutex<OpenedSessions>,
}

impl ViewKeys {
    pub(super) fn new(keys: Vec<EncryptionKey>) -> Self {
        Self {
            keys,
            opened: Mutex::default(),
        }
    }

    fn decrypt(&self, views: &[EncryptedView], participant: &ParticipantId) -> Decrypted {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.decrypt(views, participant, &self.keys)
    }
}

/// A part of a request.
#[derive(Debug)]
struct Part<T> {
    signer: MemberId,
    recipients: Recipients,
    content: T,
}

/// The parts of a request in an event.
#[derive(Debug, Default)]
struct Parts {
    /// The first root hash that came.
    root: Option<Part<RootHash>>,
    views: Vec<Part<Vec<EncryptedView>>>,
}

/// The checks of one event: pure, as long as all packages are there.
#[derive(Clone)]
pub(super) struct Check {
    time: Timestamp,
    domain: DomainId,
    topology: State,
    history: Arc<History>,
    participant: ParticipantId,
    keys: Arc<ViewKeys>,
    good: GoodSignatures,
}

impl Check {
    /// Opens messages and decrypts views: what is there besides a request, and the request.
    pub(super) fn open(&self, envelopes: Vec<Envelope>) -> (Vec<Item>, Option<Delivered>) {
        let mut items = Vec::new();
        let mut parts = Parts::default();
        for envelope in envelopes {
            let Envelope {
                content,
                recipients,
            } = envelope;
            let (topology, good) = (&self.topology, &self.good);
            match SignedMessage::open_known(content, &self.domain, topology, good) {
                Ok(message) => Self::sort(message, recipients, &mut items, &mut parts),
                Err(error) => alarm(&error),
            }
        }
        (items, self.deliver(parts))
    }

    /// Reads a request, with packages that need not be asked for again.
    pub(super) fn read(
        &self,
        delivered: &Delivered,
        engine: &Engine,
        unknown: &BTreeSet<PackageId>,
    ) -> Read {
        let rules = delivered.protocol_version;
        let engine = engine
            .clone()
            .with_rollback_effects(rules.rolls_back_effects());
        read(delivered, &engine, &self.participant, unknown)
    }

    fn sort(
        SignedMessage { signer, message }: SignedMessage,
        recipients: Recipients,
        items: &mut Vec<Item>,
        parts: &mut Parts,
    ) {
        match message {
            Message::RootHash(content) if parts.root.is_none() => {
                parts.root = Some(Part {
                    signer,
                    recipients,
                    content,
                });
            }
            Message::EncryptedViews(content) => parts.views.push(Part {
                signer,
                recipients,
                content,
            }),
            Message::Verdict(verdict) if signer.kind() == MemberKind::Mediator => {
                items.push(Item::Verdict(verdict));
            }
            Message::TopologyRefusal(refusal) if signer.kind() == MemberKind::TopologyManager => {
                items.push(Item::TopologyRefusal(refusal));
            }
            Message::AcsCommitment(commitment) => {
                let said = SaidCommitment { signer, commitment };
                items.push(Item::Commitment(Box::new(said)));
            }
            Message::Tick => {}
            Message::RootHash(_)
            | Message::InformeeTree(_)
            | Message::Response(_)
            | Message::Verdict(_)
            | Message::TopologySubmission(_)
            | Message::TopologyRefusal(_)
            | Message::TopologyBroadcast(_)
            | Message::TopologySnapshot(_) => {
                metrics::counter!("jura_refused_messages_total").increment(1);
                tracing::warn!(%signer, "message that is not for a participant, ignored");
            }
        }
    }

    /// Decrypts what belongs to the request of the event, if there is one.
    fn deliver(&self, parts: Parts) -> Option<Delivered> {
        let Some(root) = parts.root else {
            if !parts.views.is_empty() {
                metrics::counter!("jura_malformed_requests_total").increment(1);
                tracing::warn!(request = %self.time, "views without a root hash, ignored");
            }
            return None;
        };
        let (ours, strange): (Vec<_>, Vec<_>) = parts
            .views
            .into_iter()
            .partition(|part| part.signer == root.signer);
        let mut views: Vec<EncryptedView> = Vec::new();
        // an envelope may hold many views
        let mut recipients: Vec<Arc<Recipients>> = Vec::new();
        for part in ours {
            let shared = Arc::new(part.recipients);
            recipients.extend(part.content.iter().map(|_| Arc::clone(&shared)));
            views.extend(part.content);
        }
        let mut decrypted = self.keys.decrypt(&views, &self.participant);
        if !strange.is_empty() {
            decrypted
                .faults
                .push("views that another has signed".to_owned());
        }
        Some(Delivered {
            id: RequestId(self.time),
            signer: root.signer,
            root_hash: root.content,
            root_recipients: root.recipients,
            decrypted: Arc::new(decrypted),
            view_recipients: recipients.into(),
            topology: self.topology.clone(),
            history: Arc::clone(&self.history),
            protocol_version: self.topology.parameters().rules(),
        })
    }
}

/// Where checks are done, and where packages come from.
struct OnPool {
    packages: Packages,
    compute: ComputePool,
}

impl OnPool {
    async fn all(
        &self,
        check: Check,
        envelopes: Vec<Envelope>,
    ) -> Result<Vec<Item>, storage::Error> {
        let checking = check.clone();
        let (mut items, delivered) = self.run(move || checking.open(envelopes)).await?;
        if let Some(delivered) = delivered {
            items.push(Item::Request(self.request(&check, delivered).await?));
        }
        Ok(items)
    }

    /// Reads a request; loads the packages that it needs.
    async fn request(
        &self,
        check: &Check,
        delivered: Delivered,
    ) -> Result<Box<CheckedRequest>, storage::Error> {
        let mut unknown: BTreeSet<PackageId> = BTreeSet::new();
        let pinned = self.packages.engine().pinned();
        loop {
            let (check, request) = (check.clone(), delivered.clone());
            let (engine, not_there) = (pinned.clone(), unknown.clone());
            let outcome = self
                .run(move || check.read(&request, &engine, &not_there))
                .await?;
            match outcome {
                Read::Checked(checked) => return Ok(checked),
                Read::NeedsPackages(needed) => {
                    for package in needed {
                        if !self.packages.load(&pinned, &package).await? {
                            unknown.insert(package);
                        }
                    }
                }
            }
        }
    }

    /// Runs a job, however busy the pool is: an event cannot be refused, and must not wait for commands.
    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, storage::Error> {
        self.compute
            .run_first(job)
            .await
            .map_err(|error| storage::Error::Bug(error.to_string()))
    }
}

fn alarm(error: &Error) {
    metrics::counter!("jura_refused_messages_total").increment(1);
    tracing::warn!(%error, "message refused");
}
