//! Interpreting a submission: runs the engine on the compute pool and answers its questions.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::choice::Candidate;
use super::domains::DomainNumber;
use super::port::{Command, MinLedgerTime, Submission};
use super::resolve::Resolver;
use super::routing::prescribed;
use super::selection::{Requirements, Selection};
use crate::lf::engine::{self, Interpretation, Interpreted, Step};
use crate::lf::error::Error as EngineError;
use crate::lf::signature::Signatures;
use crate::lf::transaction::{ContractInstance, KeyQuestion, transaction_seed};
use crate::lf::value::{Value, contract_ids};
use crate::model::{
    ContractId, DomainId, Duration, Hash, PackageId, ParticipantId, Party, Timestamp,
};
use crate::participant::disclosure;
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::packages::Packages;
use crate::runtime::clock::Clock;
use crate::runtime::compute::{ComputeError, ComputePool, Stint};
use crate::storage;

/// Attempts to find a ledger time that is not before the creation of a contract used.
const LEDGER_TIME_ATTEMPTS: usize = 3;

/// Drafts of a transaction, each with versions of packages that those concerned by the ones before
/// can run. As many as Canton makes.
const DRAFTS_MAX: usize = 3;

/// Where interpretation finds contracts of the ledger.
#[tonic::async_trait]
pub trait Contracts: Send + Sync {
    /// The active contracts among these that one of the parties has a stake in.
    async fn visible(
        &self,
        ids: &BTreeSet<ContractId>,
        readers: &BTreeSet<Party>,
    ) -> Result<BTreeMap<ContractId, Arc<ContractInstance>>, storage::Error>;

    /// The active contracts with a key on a domain that one of the parties has a stake in, the latest
    /// first: at most `wanted`, and none of those known.
    async fn keyed(
        &self,
        key: &Hash,
        readers: &BTreeSet<Party>,
        known: &BTreeSet<ContractId>,
        wanted: usize,
        domain: DomainNumber,
    ) -> Result<Vec<KeyedContract>, storage::Error>;

    /// On which domains contracts are, of those that have a stakeholder here.
    async fn domains(
        &self,
        ids: &BTreeSet<ContractId>,
    ) -> Result<BTreeMap<ContractId, DomainNumber>, storage::Error>;

    /// Those of them that are on another domain than this one.
    async fn elsewhere(
        &self,
        ids: &BTreeSet<ContractId>,
        domain: DomainNumber,
    ) -> Result<BTreeMap<ContractId, DomainId>, storage::Error>;
}

/// A contract that was found by its key.
pub type KeyedContract = (ContractId, Arc<ContractInstance>);

/// Interprets submissions of one participant.
#[derive(Clone)]
pub struct Interpreter {
    /// Who submits.
    pub participant: ParticipantId,
    /// Its packages.
    pub packages: Packages,
    /// Its contracts.
    pub contracts: Arc<dyn Contracts>,
    /// Where the work is done.
    pub compute: ComputePool,
    /// Says when it has taken too long.
    pub clock: Clock,
}

/// What a submission does.
#[derive(Debug)]
pub struct Success {
    /// The transaction and what went into it.
    pub interpreted: Box<Interpreted>,
    /// What `getTime` gave.
    pub ledger_time: Timestamp,
    /// When it was prepared.
    pub preparation_time: Timestamp,
    /// The domain that it is for.
    pub domain: DomainId,
}

/// Why a submission does nothing.
#[derive(Debug)]
pub enum Failure {
    /// The engine says so: the model, a missing contract, malformed arguments.
    Engine {
        /// Why.
        error: EngineError,
        /// The choices that were under way.
        exercise_trace: String,
    },
    /// Something around it.
    Refused(Refusal),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<storage::Error> for Failure {
    fn from(error: storage::Error) -> Self {
        Self::Refused(Refusal::from(error))
    }
}

/// Ends the work on the compute pool when nobody waits for it any more.
struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Interpreter {
    /// Interprets a submission at a time for a domain.
    pub(super) async fn interpret_for(
        &self,
        submission: &Submission,
        now: Timestamp,
        candidate: &Candidate,
    ) -> Result<Success, Failure> {
        let topology = &candidate.topology;
        let readers: BTreeSet<Party> = submission
            .act_as
            .union(&submission.read_as)
            .cloned()
            .collect();
        let disclosed = disclosure::read(&submission.disclosed)?;
        let mut run = Run {
            interpreter: self,
            candidate,
            submission,
            readers: &readers,
            contracts: disclosed.iter().cloned().collect(),
            disclosed,
            preparation_time: now,
            transaction_seed: self.transaction_seed(now),
        };
        let known = self.packages.known();
        let selection = Selection {
            known: &known,
            topology,
            participant: &self.participant,
            at: ledger_time(submission.min_ledger_time, now),
            preference: &submission.package_preference,
        };
        let mut requirements = Requirements::default();
        let mut draft = run.draft(&selection, &requirements).await?;
        for _ in 1..DRAFTS_MAX {
            let transaction = &draft.interpreted.transaction;
            let is_new = requirements.add(transaction, &known, topology);
            if !is_new || !selection.is_lacking(&draft.interpreted.packages, &requirements) {
                break;
            }
            draft = run.draft(&selection, &requirements).await?;
        }
        Ok(draft)
    }

    fn transaction_seed(&self, now: Timestamp) -> Hash {
        let submission_seed = Hash::from_bytes(crate::crypto::random_bytes());
        transaction_seed(&submission_seed, &self.participant, now)
    }
}

/// One submission on its way through the engine.
struct Run<'a> {
    interpreter: &'a Interpreter,
    candidate: &'a Candidate,
    submission: &'a Submission,
    readers: &'a BTreeSet<Party>,
    /// Contracts that the submission shows, in its order.
    disclosed: Vec<KeyedContract>,
    /// Contracts found so far.
    contracts: BTreeMap<ContractId, Arc<ContractInstance>>,
    preparation_time: Timestamp,
    transaction_seed: Hash,
}

impl Run<'_> {
    /// A transaction with the versions of packages that meet some requirements.
    async fn draft(
        &mut self,
        selection: &Selection<'_>,
        requirements: &Requirements,
    ) -> Result<Success, Failure> {
        let needs = self.needs(selection, requirements).await?;
        let versions = selection.versions(requirements, needs.as_ref());
        let resolver = Resolver {
            versions: &versions,
            participant: selection.participant,
            prescribed: self.submission.domain.as_ref(),
        };
        let commands = self.submission.commands.iter().cloned();
        let commands = commands
            .map(|command| resolver.command(command))
            .collect::<Result<Vec<_>, _>>()?;
        let prefetch_keys = self.submission.prefetch_keys.iter().map(|(template, key)| {
            let template = resolver.prefetch(template, selection.known)?;
            Ok((template, key.clone()))
        });
        let prefetch_keys = prefetch_keys.collect::<Result<Vec<_>, Refusal>>()?;
        self.look_up(&commands).await?;
        let mut input = engine::Submission {
            commands,
            prefetch_keys,
            act_as: self.submission.act_as.clone(),
            read_as: self.submission.read_as.clone(),
            package_preference: Arc::new(versions),
            ledger_time: selection.at,
            preparation_time: self.preparation_time,
            transaction_seed: self.transaction_seed,
            cancelled: Arc::default(),
        };
        for _ in 0..LEDGER_TIME_ATTEMPTS {
            input.cancelled = Arc::default();
            let tolerance = selection.topology.parameters().ledger_time_tolerance;
            let mut interpreted = self.run_to_end(input.clone(), tolerance).await?;
            let newest = interpreted.inputs.values().map(|it| it.created_at).max();
            match newest {
                Some(newest) if newest > input.ledger_time => input.ledger_time = newest,
                _ => {
                    self.add_dependencies(&mut interpreted.packages);
                    return Ok(Success {
                        domain: self.domain(&interpreted)?,
                        interpreted,
                        ledger_time: input.ledger_time,
                        preparation_time: self.preparation_time,
                    });
                }
            }
        }
        Err(Failure::Refused(Refusal::new(
            ErrorId::FailedToDetermineLedgerTime,
            "The contracts used are newer than any ledger time that was tried",
        )))
    }

    /// What the packages need that may be chosen, if it must be vetted with them: those that commands
    /// name, and those that somebody concerned must be able to run.
    async fn needs(
        &self,
        selection: &Selection<'_>,
        requirements: &Requirements,
    ) -> Result<Option<Signatures>, storage::Error> {
        let packages = &self.interpreter.packages;
        if !self.needs_vetted_dependencies() {
            return Ok(None);
        }
        let commands = self.submission.commands.iter();
        let named = commands.filter_map(Command::package_name);
        for name in named.chain(requirements.names()) {
            for id in selection.known.versions(name) {
                packages.signature(id).await?;
            }
        }
        Ok(Some(packages.engine().signatures()))
    }

    /// Adds what must be vetted with packages that were used.
    fn add_dependencies(&self, used: &mut BTreeMap<PackageId, BTreeSet<PackageId>>) {
        if self.needs_vetted_dependencies() {
            let signatures = self.interpreter.packages.engine().signatures();
            for (id, needed) in used {
                *needed = signatures.closure([id.clone()]);
            }
        }
    }

    fn needs_vetted_dependencies(&self) -> bool {
        self.candidate
            .protocol_version()
            .needs_vetted_dependencies()
    }

    /// The domain that a transaction must go to: the one that it is interpreted for, unless contracts
    /// that were shown are elsewhere.
    fn domain(&self, interpreted: &Interpreted) -> Result<DomainId, Refusal> {
        let disclosed = self.disclosed.iter().zip(&self.submission.disclosed);
        let used = disclosed.filter_map(|((id, _), disclosed)| {
            let domain = disclosed.domain.as_ref()?;
            interpreted.inputs.contains_key(id).then_some((id, domain))
        });
        match disclosure::domain(self.submission.domain.as_ref(), &used.collect())? {
            Some(domain) if domain != self.candidate.id => Err(prescribed(
                &domain,
                "this participant is not connected to it",
            )),
            Some(_) | None => Ok(self.candidate.id.clone()),
        }
    }

    /// Reads the contracts that commands mention, those that are disclosed aside.
    async fn look_up(&mut self, commands: &[engine::Command]) -> Result<(), storage::Error> {
        let mut wanted = mentioned(commands);
        wanted.retain(|id| !self.contracts.contains_key(id));
        let contracts = &self.interpreter.contracts;
        self.contracts
            .extend(contracts.visible(&wanted, self.readers).await?);
        Ok(())
    }

    /// Gives up when the request could not be sequenced any more at its ledger time.
    async fn run_to_end(
        &mut self,
        input: engine::Submission,
        tolerance: Duration,
    ) -> Result<Box<Interpreted>, Failure> {
        let _cancel = CancelOnDrop(Arc::clone(&input.cancelled));
        let ledger_time = input.ledger_time;
        let rules = self.candidate.protocol_version();
        let engine = self.interpreter.packages.engine().pinned();
        let engine = engine.with_rollback_effects(rules.rolls_back_effects());
        let mut interpretation = engine.submit(input);
        loop {
            let latest = ledger_time.plus(tolerance);
            let Some((back, step)) = self.advance(interpretation, latest).await? else {
                return Err(Failure::Refused(time_exceeded(ledger_time, tolerance)));
            };
            interpretation = back;
            match step {
                Step::Done(interpreted) => return Ok(interpreted),
                Step::Failed(error) => {
                    let exercise_trace = interpretation.exercise_trace();
                    return Err(Failure::Engine {
                        error,
                        exercise_trace,
                    });
                }
                // never comes out of a stint; if it did, it would go on
                Step::Paused => {}
                Step::NeedPackage(id) => {
                    let loaded = self.interpreter.packages.load(&engine, &id).await?;
                    interpretation.answer_package(loaded);
                }
                Step::NeedContract(id) => {
                    let found = self.find(&id).await?;
                    interpretation.answer_contract(found);
                }
                Step::NeedKey(question) => {
                    let found = self.find_keyed(&question).await?;
                    interpretation.answer_key(found);
                }
            }
        }
    }

    /// Runs on the compute pool until something is needed that was not found before. Others have
    /// their turn in between. Nothing is left after the latest time.
    async fn advance(
        &self,
        interpretation: Interpretation,
        latest: Timestamp,
    ) -> Result<Option<(Interpretation, Step)>, Failure> {
        let contracts = Arc::new(self.contracts.clone());
        let clock = self.interpreter.clock.clone();
        let job = move |mut interpretation: Interpretation, stint: Stint| loop {
            match interpretation.run() {
                Step::NeedContract(id) if contracts.contains_key(&id) => {
                    interpretation.answer_contract(contracts.get(&id).cloned());
                }
                Step::Paused if clock.now() > latest => return ControlFlow::Break(None),
                Step::Paused if stint.is_over() => return ControlFlow::Continue(interpretation),
                Step::Paused => {}
                step => return ControlFlow::Break(Some((interpretation, step))),
            }
        };
        self.interpreter
            .compute
            .run_in_stints(interpretation, job)
            .await
            .map_err(|error| Failure::Refused(compute_refusal(&error)))
    }

    async fn find(
        &mut self,
        id: &ContractId,
    ) -> Result<Option<Arc<ContractInstance>>, storage::Error> {
        let wanted = BTreeSet::from([id.clone()]);
        let found = self
            .interpreter
            .contracts
            .visible(&wanted, self.readers)
            .await?;
        self.contracts.extend(found);
        Ok(self.contracts.get(id).cloned())
    }

    /// Contracts with a key: first those that the submission shows, then those of the ledger.
    async fn find_keyed(
        &mut self,
        question: &KeyQuestion,
    ) -> Result<Vec<KeyedContract>, storage::Error> {
        let key = &question.key.key.hash;
        let mut known: BTreeSet<ContractId> = question.told.iter().cloned().collect();
        let mut found = Vec::new();
        for (id, instance) in &self.disclosed {
            let fits = instance.key.as_ref().is_some_and(|it| it.hash == *key);
            if fits && found.len() < question.wanted && known.insert(id.clone()) {
                found.push((id.clone(), Arc::clone(instance)));
            }
        }
        let missing = question.wanted - found.len();
        if missing > 0 {
            let contracts = &self.interpreter.contracts;
            let domain = self.candidate.number;
            let keyed = contracts.keyed(key, self.readers, &known, missing, domain);
            found.extend(keyed.await?);
        }
        Ok(found)
    }
}

fn compute_refusal(error: &ComputeError) -> Refusal {
    let id = match error {
        ComputeError::Full => ErrorId::ParticipantBackpressure,
        ComputeError::Panicked(_) => ErrorId::LedgerApiInternalError,
    };
    Refusal::new(id, error.to_string())
}

fn time_exceeded(ledger_time: Timestamp, tolerance: Duration) -> Refusal {
    Refusal::new(
        ErrorId::InterpretationTimeExceeded,
        format!(
            "Time exceeds limit of Ledger Effective Time ({ledger_time}) + tolerance ({}s). \
             Interpretation aborted.",
            tolerance.micros() / 1_000_000
        ),
    )
}

fn ledger_time(min: Option<MinLedgerTime>, now: Timestamp) -> Timestamp {
    match min {
        None => now,
        Some(MinLedgerTime::Absolute(time)) => now.max(time),
        Some(MinLedgerTime::Relative(duration)) => now.max(now.plus(duration)),
    }
}

/// The contracts that a submission's commands mention.
pub(super) fn mentioned_in(submission: &Submission) -> BTreeSet<ContractId> {
    let mut found = BTreeSet::new();
    for command in &submission.commands {
        match command {
            Command::Create { argument, .. } | Command::ExerciseByKey { argument, .. } => {
                collect(argument, &mut found);
            }
            Command::Exercise {
                contract_id,
                argument,
                ..
            } => {
                found.insert(contract_id.clone());
                collect(argument, &mut found);
            }
            Command::CreateAndExercise {
                create_argument,
                choice_argument,
                ..
            } => {
                collect(create_argument, &mut found);
                collect(choice_argument, &mut found);
            }
        }
    }
    found
}

/// The contracts that commands mention: those are needed in all likelihood, so they are read at once.
fn mentioned(commands: &[engine::Command]) -> BTreeSet<ContractId> {
    let mut found = BTreeSet::new();
    for command in commands {
        match command {
            engine::Command::Create { argument, .. } => collect(argument, &mut found),
            engine::Command::Exercise {
                contract_id,
                argument,
                ..
            } => {
                found.insert(contract_id.clone());
                collect(argument, &mut found);
            }
            engine::Command::ExerciseByKey { key, argument, .. } => {
                collect(key, &mut found);
                collect(argument, &mut found);
            }
            engine::Command::CreateAndExercise {
                create_argument,
                choice_argument,
                ..
            } => {
                collect(create_argument, &mut found);
                collect(choice_argument, &mut found);
            }
        }
    }
    found
}

fn collect(value: &Value, found: &mut BTreeSet<ContractId>) {
    found.extend(contract_ids(value).cloned());
}
