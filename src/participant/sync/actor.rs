//! Sync's shell: one loop in which everything that must have an order gets it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{FuturesOrdered, FuturesUnordered};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::watch;

use super::administration::{Administration, ToSubmit};
use super::config::Config;
use super::contracts::ContractStore;
use super::identity::Identity;
use super::intake::{CheckedEvent, Checking, Intake, Item};
use super::messages::{Reply, SyncMessage};
use super::outbox::{Outbox, Sent};
use super::processor::{Decision, Processor};
use super::register::{InFlight, Submitted};
use super::store::{Registration, Store};
use super::turn::{Context, LogEnd, Turn};
use crate::lf::error::Error as EngineError;
use crate::model::{ContractId, Duration, MemberKind, Offset, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::packages::{self, CheckedDar, Packages};
use crate::participant::submission::{
    self, ChangeId, ConnectedDomain, DeduplicationPeriod, Failure, Interpreter, OffsetTimes,
    RequestTimes, Submission, Success,
};
use crate::protocol::{
    Follower, Message, MessageId, RequestId, SubmissionRequest, TopologySubmission,
};
use crate::runtime::clock::Clock;
use crate::runtime::compute::ComputePool;
use crate::runtime::health::State;
use crate::runtime::{Inbox, Role, RoleContext, RoleFailure};
use crate::sequencer_client::{
    DomainInfo, SendError, SequencerPort, ServicePort, Subscription, join,
};
use crate::storage::{self, Database, Schema};
use crate::wire::ledger as wire;

/// Messages, events or results taken into one turn at most: bounds how long a turn takes.
const TURN_MAX: usize = 128;

/// The role `sync`.
pub struct SyncRole {
    /// The participant's name, used when its identity is made.
    pub name: String,
    /// Its bounds.
    pub config: Config,
    /// Its database.
    pub database: Database,
    /// Its schema there; must be up to date.
    pub schema: Schema,
    /// Its packages.
    pub packages: Packages,
    /// The name by which it knows its domain.
    pub domain_alias: String,
    /// The domain's sequencer.
    pub sequencer: Arc<dyn SequencerPort>,
    /// The domain's service.
    pub service: Arc<dyn ServicePort>,
    /// What time it is.
    pub clock: Clock,
    /// Where heavy work is done.
    pub compute: ComputePool,
    /// Tells the indexer how far the log goes.
    pub log_end: watch::Sender<Offset>,
}

impl Role for SyncRole {
    type Message = SyncMessage;

    fn run(
        self: Arc<Self>,
        context: RoleContext,
        inbox: Inbox<SyncMessage>,
    ) -> Pin<Box<dyn Future<Output = Result<(), RoleFailure>>>> {
        Box::pin(async move {
            let mut shell = Box::pin(Shell::load(self)).await?;
            context.health.set(State::Ok);
            shell.serve(inbox).await
        })
    }
}

struct Shell {
    role: Arc<SyncRole>,
    store: Arc<Store>,
    contracts: Arc<ContractStore>,
    interpreter: Interpreter,
    identity: Identity,
    info: DomainInfo,
    subscription: Subscription,
    intake: Intake,
    processor: Processor,
    in_flight: InFlight,
    outbox: Outbox,
    administration: Administration,
    end: LogEnd,
    /// The last event that was processed, and the last one kept.
    processed: Timestamp,
    kept: Timestamp,
    /// Requests without a verdict that the database has.
    kept_undecided: BTreeSet<RequestId>,
    /// Those of them that have not been read again since the restart.
    restoring: BTreeMap<RequestId, Decision>,
    interpreting: FuturesUnordered<Pin<Box<dyn Future<Output = Interpreted>>>>,
    checking: FuturesOrdered<Checking>,
    uploading: FuturesUnordered<Pin<Box<dyn Future<Output = Uploaded>>>>,
}

/// A submission that was interpreted.
struct Interpreted {
    submission: Box<Submission>,
    reply: Reply<()>,
    outcome: Result<Success, Failure>,
}

/// A DAR that was checked and kept.
struct Uploaded {
    outcome: Result<CheckedIds, Refusal>,
    vet: bool,
    reply: Reply<()>,
}

type CheckedIds = BTreeSet<crate::model::PackageId>;

/// A submission that is ready to be registered.
struct Ready {
    registration: Registration,
    request: SubmissionRequest,
    period: DeduplicationPeriod,
    reply: Reply<()>,
}

impl Shell {
    async fn load(role: Arc<SyncRole>) -> Result<Self, RoleFailure> {
        let store = Arc::new(Store::new(role.database.clone(), role.schema.clone()));
        let identity = store
            .identity(|| {
                Identity::generate(&role.name).map_err(|error| {
                    storage::Error::Config(format!("the participant's name does not work: {error}"))
                })
            })
            .await?;
        let info = join(&role.service, |info| identity.introduce(info))
            .await
            .map_err(|reason| RoleFailure::new(format!("the domain refuses: {reason}")))?;
        let restored = store.restore(&info.id).await?;
        let mut follower = Follower::new(info.id.clone(), info.topology_manager.clone());
        for transaction in restored.topology {
            follower
                .restore(transaction)
                .map_err(storage::Error::corrupt)?;
        }
        let mut in_flight = InFlight::default();
        let mut outbox = Outbox::new(
            Arc::clone(&role.sequencer),
            info.id.clone(),
            identity.clone(),
        );
        for row in restored.in_flight {
            let request =
                SubmissionRequest::decode(row.request).map_err(storage::Error::corrupt)?;
            let submitted = Submitted {
                change_id: row.change_id,
                in_flight: row.in_flight,
            };
            in_flight.insert(row.message_id, submitted);
            outbox.send(request);
        }
        let mut times = OffsetTimes::default();
        for (time, offset) in restored.times {
            times.sample(time, offset);
        }
        role.log_end.send_replace(restored.last_offset);
        // requests without a verdict are read again, from the first of them on
        let resume = restored
            .undecided
            .keys()
            .next()
            .map_or(restored.position, |first| {
                first.0.minus(Duration::from_micros(1))
            });
        let contracts = Arc::new(ContractStore::new(
            Arc::clone(&store),
            role.config.contracts_cached,
        ));
        Ok(Self {
            interpreter: Interpreter {
                participant: identity.participant.clone(),
                packages: role.packages.clone(),
                contracts: Arc::<ContractStore>::clone(&contracts),
                compute: role.compute.clone(),
            },
            subscription: Subscription::new(Arc::clone(&role.sequencer), identity.member(), resume),
            kept_undecided: restored.undecided.keys().copied().collect(),
            restoring: restored.undecided.clone(),
            intake: Intake {
                follower,
                participant: identity.participant.clone(),
                packages: role.packages.clone(),
                compute: role.compute.clone(),
                kept: restored.position,
                undecided: restored.undecided,
            },
            processor: Processor::default(),
            in_flight,
            outbox,
            administration: Administration::default(),
            end: LogEnd {
                offset: restored.last_offset,
                times,
            },
            processed: restored.position,
            kept: restored.position,
            interpreting: FuturesUnordered::new(),
            checking: FuturesOrdered::new(),
            uploading: FuturesUnordered::new(),
            store,
            contracts,
            identity,
            info,
            role,
        })
    }

    async fn serve(&mut self, mut inbox: Inbox<SyncMessage>) -> Result<(), RoleFailure> {
        let mut checkpoint = tokio::time::interval(self.role.config.checkpoint_interval);
        loop {
            tokio::select! {
                messages = inbox.recv_batch(TURN_MAX) => match messages {
                    Some(messages) => self.receive(messages).await?,
                    None => return Ok(self.keep_position().await?),
                },
                events = self.subscription.next(), if self.checking.len() < TURN_MAX => {
                    let events = events
                        .map_err(|error| RoleFailure::because("cannot read events", error))?;
                    for event in events {
                        self.checking.extend(self.intake.take(event));
                    }
                }
                Some(first) = self.checking.next() => {
                    let mut events = vec![first?];
                    while events.len() < TURN_MAX
                        && let Some(Some(event)) = ready(self.checking.next())
                    {
                        events.push(event?);
                    }
                    self.process(events).await?;
                }
                Some(first) = self.interpreting.next() => {
                    let mut interpreted = vec![first];
                    while interpreted.len() < TURN_MAX
                        && let Some(Some(next)) = ready(self.interpreting.next())
                    {
                        interpreted.push(next);
                    }
                    self.submit(interpreted).await?;
                }
                Some(uploaded) = self.uploading.next() => self.uploaded(uploaded),
                sent = self.outbox.next() => self.sent(sent).await?,
                _ = checkpoint.tick() => self.checkpoint().await?,
            }
        }
    }

    async fn receive(&mut self, messages: Vec<SyncMessage>) -> Result<(), storage::Error> {
        for message in messages {
            match message {
                SyncMessage::Submit { submission, reply } => self.interpret(submission, reply),
                SyncMessage::AllocateParty {
                    hint,
                    domain,
                    reply,
                } => {
                    if let Err(refusal) = self.check_domain(domain.as_ref()) {
                        let _ = reply.send(Err(refusal));
                        continue;
                    }
                    let deadline = self.topology_deadline();
                    let to_submit = self.administration.allocate(
                        &hint,
                        &self.identity,
                        self.intake.follower.topology(),
                        deadline,
                        reply,
                    );
                    self.submit_topology(to_submit);
                }
                SyncMessage::UploadDar {
                    dar,
                    vet,
                    dry_run,
                    reply,
                } => self.upload(dar, vet, dry_run, reply),
                SyncMessage::ConnectedDomains { reply } => {
                    let domain = ConnectedDomain {
                        alias: self.role.domain_alias.clone(),
                        id: self.info.id.clone(),
                    };
                    let _ = reply.send(Ok(vec![domain]));
                }
            }
        }
        Ok(())
    }

    // ---- phase 1: submissions -------------------------------------------------------------

    /// Starts to interpret a submission, if there is room.
    fn interpret(&self, submission: Box<Submission>, reply: Reply<()>) {
        if self.interpreting.len() + self.in_flight.len() >= self.role.config.in_flight_max {
            let _ = reply.send(Err(Refusal::new(
                ErrorId::ParticipantBackpressure,
                "The participant is overloaded. Please back off before submitting again.",
            )));
            return;
        }
        if let Err(refusal) = self.check_domain(submission.domain.as_ref()) {
            let _ = reply.send(Err(refusal));
            return;
        }
        let interpreter = self.interpreter.clone();
        let now = self.role.clock.now();
        let topology = self.intake.follower.topology().clone();
        self.interpreting.push(Box::pin(async move {
            let outcome = interpreter.interpret(&submission, now, &topology).await;
            Interpreted {
                submission,
                reply,
                outcome,
            }
        }));
    }

    /// Deduplicates, registers and sends what was interpreted.
    async fn submit(&mut self, interpreted: Vec<Interpreted>) -> Result<(), storage::Error> {
        let now = self.role.clock.now();
        let mut turn = Turn::default();
        let mut ready: Vec<Ready> = Vec::new();
        let mut changes: HashSet<ChangeId> = HashSet::new();
        for Interpreted {
            submission,
            reply,
            outcome,
        } in interpreted
        {
            let change = change_id(&submission);
            match self.prepare(&submission, outcome, now) {
                Ok(_) if self.in_flight.has_change(&change) || !changes.insert(change) => {
                    let _ = reply.send(Err(already_in_flight()));
                }
                Ok((registration, request)) => ready.push(Ready {
                    registration,
                    request,
                    period: submission.deduplication,
                    reply,
                }),
                Err(Failure::Refused(refusal)) => {
                    let _ = reply.send(Err(refusal));
                }
                Err(Failure::Engine(error)) => {
                    let answer = self
                        .interpretation_failed(&submission, &error, now, &mut turn)
                        .await?;
                    let _ = reply.send(answer);
                }
            }
        }
        self.register(ready, now, &mut turn).await?;
        self.write(turn).await
    }

    /// The request that a submission becomes.
    fn prepare(
        &self,
        submission: &Submission,
        outcome: Result<Success, Failure>,
        now: Timestamp,
    ) -> Result<(Registration, SubmissionRequest), Failure> {
        let success = outcome?;
        let participant = &self.identity.participant;
        let topology = self.intake.follower.topology();
        submission::check_submitters(&submission.act_as, participant, topology)?;
        let times = RequestTimes {
            ledger_time: success.ledger_time,
            preparation_time: success.preparation_time,
            deduplication_offset: self.end.times.start(submission.deduplication, now),
            max_sequencing_time: now.plus(self.role.config.sequencing_timeout.into()),
        };
        let request = submission::build(
            submission,
            &success.interpreted,
            times,
            participant,
            topology,
        )?;
        let mediator = topology.members_of(MemberKind::Mediator).next();
        let mediator = mediator.cloned().ok_or_else(no_mediator)?;
        let recipients = submission::recipients(&request.participants);
        let mut for_tree = recipients.clone();
        for_tree.push(mediator);
        let envelopes = vec![
            self.outbox
                .envelope(&Message::InformeeTree(request.tree), for_tree),
            self.outbox
                .envelope(&Message::View(request.view.into()), recipients),
        ];
        let message_id = MessageId::random();
        let sent = self
            .outbox
            .request(message_id, envelopes, times.max_sequencing_time);
        let registration = Registration {
            message_id,
            change_id: change_id(submission),
            request: sent.encode(),
            in_flight: in_flight(submission, times.deduplication_offset),
        };
        Ok((registration, sent))
    }

    /// Interpretation failed. If it did because of a contract that this very change consumed when it
    /// was accepted, the answer is that it was.
    async fn interpretation_failed(
        &mut self,
        submission: &Submission,
        error: &EngineError,
        now: Timestamp,
        turn: &mut Turn,
    ) -> Result<Result<(), Refusal>, storage::Error> {
        if let Some(contract) = missing_contract(error) {
            let change = change_id(submission);
            let accepted = self.store.accepted(change).await?;
            let archived_by = self.store.archived_by(contract).await?;
            let duplicate = accepted
                .filter(|it| archived_by == Some(it.completion_offset))
                .and_then(|it| submission::refuse_duplicate(submission.deduplication, &it, now));
            if let Some(refusal) = duplicate {
                self.complete_duplicate(submission, &refusal, now, turn);
                return Ok(Ok(()));
            }
        }
        Ok(Err(Refusal::from(error)))
    }

    fn complete_duplicate(
        &mut self,
        submission: &Submission,
        refusal: &Refusal,
        now: Timestamp,
        turn: &mut Turn,
    ) {
        let start = self.end.times.start(submission.deduplication, now);
        let in_flight = in_flight(submission, start);
        turn.complete(in_flight, refusal, now, &mut self.context());
    }

    /// Registers what was not accepted before, sends it; the others get their completion.
    async fn register(
        &mut self,
        ready: Vec<Ready>,
        now: Timestamp,
        turn: &mut Turn,
    ) -> Result<(), storage::Error> {
        if ready.is_empty() {
            return Ok(());
        }
        let (registrations, rest): (Vec<Registration>, Vec<_>) = ready
            .into_iter()
            .map(|it| (it.registration, (it.request, it.period, it.reply)))
            .unzip();
        let known = self.store.register(&registrations, false).await?;
        let mut again = Vec::new();
        for (registration, (request, period, reply)) in registrations.into_iter().zip(rest) {
            let Some(accepted) = known.get(&registration.change_id) else {
                self.send_registered(registration, request, reply);
                continue;
            };
            match submission::refuse_duplicate(period, accepted, now) {
                Some(refusal) => {
                    turn.complete(registration.in_flight, &refusal, now, &mut self.context());
                    let _ = reply.send(Ok(()));
                }
                None => again.push((registration, request, reply)),
            }
        }
        for (registration, request, reply) in again {
            let registrations = std::slice::from_ref(&registration);
            self.store.register(registrations, true).await?;
            self.send_registered(registration, request, reply);
        }
        Ok(())
    }

    fn send_registered(
        &mut self,
        registration: Registration,
        request: SubmissionRequest,
        reply: Reply<()>,
    ) {
        let submitted = Submitted {
            change_id: registration.change_id,
            in_flight: registration.in_flight,
        };
        self.in_flight.insert(registration.message_id, submitted);
        self.outbox.send(request);
        let _ = reply.send(Ok(()));
    }

    // ---- phases 3 to 7: events ------------------------------------------------------------

    /// Takes checked events in their order, keeps what follows, then sends and tells.
    async fn process(&mut self, events: Vec<CheckedEvent>) -> Result<(), storage::Error> {
        let wanted = events
            .iter()
            .flat_map(|event| &event.items)
            .flat_map(used_contracts)
            .collect();
        let mut turn = Turn::new(self.contracts.states(wanted).await?);
        for event in events {
            self.take(event, &mut turn);
        }
        self.write(turn).await
    }

    fn take(&mut self, event: CheckedEvent, turn: &mut Turn) {
        let time = event.time;
        let is_new = time > self.intake.kept;
        let mut context = Context {
            domain: &self.info.id,
            participant: &self.identity.participant,
            end: &mut self.end,
            in_flight: &mut self.in_flight,
        };
        if is_new {
            turn.take(self.processor.advance(time), &mut context);
            turn.publish(event.topology, time, &mut context);
            self.processed = time;
        }
        let ours = event
            .message_id
            .filter(|message_id| context.in_flight.contains(message_id));
        for item in event.items {
            let effects = match item {
                Item::Request(request) if is_new => {
                    self.processor.request(*request, ours, |id| turn.state(id))
                }
                Item::Request(request) => match self.restoring.remove(&request.id) {
                    Some(decision) => self.processor.restore(*request, ours, decision),
                    None => continue,
                },
                Item::Verdict(verdict) if is_new => self.processor.verdict(verdict, time),
                Item::TopologyRefusal(refusal) if is_new => {
                    self.administration.refused(&refusal);
                    continue;
                }
                Item::Verdict(_) | Item::TopologyRefusal(_) => continue,
            };
            turn.take(effects, &mut context);
        }
    }

    /// Writes a turn, then does what may be done only after that.
    async fn write(&mut self, mut turn: Turn) -> Result<(), storage::Error> {
        // an answer alone need not be kept: it follows from the events
        if !turn.writes.is_empty() {
            self.keep(&mut turn).await?;
        }
        self.contracts.apply(turn.changes);
        if let Some(last) = turn.appended.last() {
            self.role.log_end.send_replace(last.offset);
        }
        self.respond(turn.responses);
        for party in &turn.parties {
            self.administration.party_published(party);
        }
        if turn.vetting {
            self.administration.vetting_published();
        }
        self.vet();
        Ok(())
    }

    /// Adds what has changed about requests without a verdict since they were kept last.
    fn note_undecided(&mut self, turn: &mut Turn) {
        let mut undecided = self.processor.undecided();
        undecided.extend(self.restoring.clone());
        let kept = self.kept_undecided.iter();
        turn.writes.undecided_removed = kept
            .filter(|id| !undecided.contains_key(id))
            .copied()
            .collect();
        turn.writes.undecided_added = undecided
            .iter()
            .filter(|(id, _)| !self.kept_undecided.contains(id))
            .map(|(id, decision)| (*id, *decision))
            .collect();
        self.kept_undecided = undecided.into_keys().collect();
    }

    /// Sends answers to the mediator, all of a turn in one batch.
    fn respond(&mut self, responses: Vec<crate::protocol::Response>) {
        let topology = self.intake.follower.topology();
        let Some(mediator) = topology.members_of(MemberKind::Mediator).next().cloned() else {
            return;
        };
        let Some(first) = responses.iter().map(|it| it.request).min() else {
            return;
        };
        let timeout = topology.parameters().confirmation_response_timeout;
        let mut subject = Vec::new();
        let mut envelopes = Vec::new();
        for response in responses {
            subject.extend_from_slice(&response.request.0.micros().to_be_bytes());
            let message = Message::Response(response);
            envelopes.push(self.outbox.envelope(&message, vec![mediator.clone()]));
        }
        let message_id = MessageId::about("responses", &subject);
        let request = self
            .outbox
            .request(message_id, envelopes, first.0.plus(timeout));
        self.outbox.send(request);
    }

    // ---- what was sent ----------------------------------------------------------------------

    /// A message's fate is known. Most are sequenced, and what follows comes as an event.
    async fn sent(&mut self, sent: Sent) -> Result<(), storage::Error> {
        let error = match sent.outcome {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if !self.in_flight.contains(&sent.message_id) {
            tracing::debug!(message_id = %sent.message_id, %error, "message was not sequenced");
            return Ok(());
        }
        let refusal = match &error {
            SendError::TooLate => Refusal::new(
                ErrorId::NotSequencedTimeout,
                "Transaction was not sequenced within the pre-defined max sequencing time and has \
                 therefore timed out",
            ),
            SendError::UnknownMember(_) | SendError::Unavailable(_) | SendError::Overloaded => {
                Refusal::new(ErrorId::SequencerRequestFailed, error.to_string())
            }
        };
        let mut turn = Turn::default();
        let now = self.role.clock.now();
        turn.refuse(&sent.message_id, &refusal, now, &mut self.context());
        self.write(turn).await
    }

    async fn checkpoint(&mut self) -> Result<(), storage::Error> {
        let now = self.role.clock.now();
        self.administration.time_out(now);
        self.vet();
        let late = self
            .processor
            .next_deadline()
            .is_some_and(|deadline| deadline < now);
        if late {
            self.outbox
                .tick(now.plus(self.role.config.sequencing_timeout.into()));
        }
        self.keep_position().await
    }

    /// Keeps the position when nothing else was to be kept for a while.
    async fn keep_position(&mut self) -> Result<(), storage::Error> {
        if self.kept == self.processed {
            return Ok(());
        }
        self.keep(&mut Turn::default()).await
    }

    async fn keep(&mut self, turn: &mut Turn) -> Result<(), storage::Error> {
        self.note_undecided(turn);
        turn.writes.position = Some(self.processed);
        self.store.write(&self.info.id, &turn.writes).await?;
        self.kept = self.processed;
        Ok(())
    }

    // ---- parties and packages ---------------------------------------------------------------

    fn upload(&self, dar: Bytes, vet: bool, dry_run: bool, reply: Reply<()>) {
        let packages = self.role.packages.clone();
        let compute = self.role.compute.clone();
        let now = self.role.clock.now();
        self.uploading.push(Box::pin(async move {
            let outcome = check_and_keep(dar, dry_run, packages, compute, now).await;
            Uploaded {
                outcome,
                vet: vet && !dry_run,
                reply,
            }
        }));
    }

    fn uploaded(&mut self, uploaded: Uploaded) {
        match uploaded.outcome {
            Err(refusal) => {
                let _ = uploaded.reply.send(Err(refusal));
            }
            Ok(_) if !uploaded.vet => {
                let _ = uploaded.reply.send(Ok(()));
            }
            Ok(packages) => {
                let deadline = self.topology_deadline();
                self.administration.vet(packages, deadline, uploaded.reply);
                self.vet();
            }
        }
    }

    fn vet(&mut self) {
        let to_submit = self
            .administration
            .next_vetting(&self.identity, self.intake.follower.topology());
        self.submit_topology(to_submit);
    }

    fn submit_topology(&mut self, to_submit: Option<ToSubmit>) {
        let Some(ToSubmit { id, transactions }) = to_submit else {
            return;
        };
        let message = Message::TopologySubmission(TopologySubmission { id, transactions });
        let envelope = self
            .outbox
            .envelope(&message, vec![self.info.topology_manager.clone()]);
        let request = self
            .outbox
            .request(id, vec![envelope], self.topology_deadline());
        self.outbox.send(request);
    }

    fn topology_deadline(&self) -> Timestamp {
        self.role
            .clock
            .now()
            .plus(self.role.config.topology_timeout.into())
    }

    fn check_domain(&self, wanted: Option<&crate::model::DomainId>) -> Result<(), Refusal> {
        match wanted {
            Some(domain) if *domain != self.info.id => Err(Refusal::new(
                ErrorId::NotConnectedToSynchronizer,
                format!("This participant is not connected to synchronizer {domain}"),
            )),
            _ => Ok(()),
        }
    }

    fn context(&mut self) -> Context<'_> {
        Context {
            domain: &self.info.id,
            participant: &self.identity.participant,
            end: &mut self.end,
            in_flight: &mut self.in_flight,
        }
    }
}

/// What a future has now, without waiting; `None` if it must be waited for.
fn ready<T>(future: impl Future<Output = T>) -> Option<T> {
    future.now_or_never()
}

async fn check_and_keep(
    dar: Bytes,
    dry_run: bool,
    packages: Packages,
    compute: ComputePool,
    now: Timestamp,
) -> Result<CheckedIds, Refusal> {
    let engine = packages.engine().clone();
    // what the DAR may refer to without containing it must be in the engine
    let checked: CheckedDar = compute
        .run(move || packages::check(&dar, &engine))
        .await
        .map_err(|error| Refusal::new(ErrorId::LedgerApiInternalError, error.to_string()))??;
    let ids = checked.packages.iter().map(|it| it.id.clone()).collect();
    if !dry_run {
        packages.keep(checked.packages, now).await?;
    }
    Ok(ids)
}

fn change_id(submission: &Submission) -> ChangeId {
    ChangeId::of(
        &submission.user_id,
        &submission.command_id,
        &submission.act_as,
    )
}

fn in_flight(submission: &Submission, deduplication_offset: Offset) -> wire::InFlightSubmission {
    let act_as = submission.act_as.iter();
    wire::InFlightSubmission {
        completion: Some(wire::Completion {
            user_id: submission.user_id.to_string(),
            act_as: act_as.map(ToString::to_string).collect(),
            command_id: submission.command_id.to_string(),
            submission_id: submission.submission_id.to_string(),
            deduplication_offset: deduplication_offset.get(),
        }),
        traceparent: submission.trace.parent.clone(),
        tracestate: submission.trace.state.clone(),
    }
}

fn already_in_flight() -> Refusal {
    Refusal::new(
        ErrorId::SubmissionAlreadyInFlight,
        "The submission is already in-flight",
    )
}

fn no_mediator() -> Failure {
    Failure::Refused(Refusal::new(
        ErrorId::NotConnectedToAnySynchronizer,
        "The domain has no mediator yet; try again",
    ))
}

/// The contract for whose absence interpretation failed.
fn missing_contract(error: &EngineError) -> Option<&ContractId> {
    match error {
        EngineError::ContractNotFound(id) => Some(id),
        _ => None,
    }
}

/// The contracts whose states a request's fate depends on.
fn used_contracts(item: &Item) -> Vec<ContractId> {
    let Item::Request(request) = item else {
        return Vec::new();
    };
    let Some(content) = &request.content else {
        return Vec::new();
    };
    let usage = &content.usage;
    let used = usage.consumed.iter().chain(&usage.read);
    used.chain(&usage.created).cloned().collect()
}
