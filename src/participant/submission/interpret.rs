//! Interpreting a submission: runs the engine on the compute pool and answers its questions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::port::{Command, MinLedgerTime, Submission};
use super::resolve::Resolver;
use crate::lf::engine::{self, Interpretation, Interpreted, Step};
use crate::lf::error::Error as EngineError;
use crate::lf::transaction::{ContractInstance, transaction_seed};
use crate::lf::value::Value;
use crate::model::{ContractId, Hash, ParticipantId, Party, Timestamp};
use crate::participant::disclosure;
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::packages::Packages;
use crate::runtime::compute::{ComputeError, ComputePool};
use crate::storage;
use crate::topology::State;

/// Attempts to find a ledger time that is not before the creation of a contract used.
const LEDGER_TIME_ATTEMPTS: usize = 3;

/// Where interpretation finds contracts of the ledger.
#[tonic::async_trait]
pub trait Contracts: Send + Sync {
    /// The active contracts among these that one of the parties has a stake in.
    async fn visible(
        &self,
        ids: &BTreeSet<ContractId>,
        readers: &BTreeSet<Party>,
    ) -> Result<BTreeMap<ContractId, Arc<ContractInstance>>, storage::Error>;
}

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
}

/// Why a submission does nothing.
#[derive(Debug)]
pub enum Failure {
    /// The engine says so: the model, a missing contract, malformed arguments.
    Engine(EngineError),
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
    /// Interprets a submission at a time, under the topology then.
    pub async fn interpret(
        &self,
        submission: &Submission,
        now: Timestamp,
        topology: &State,
    ) -> Result<Success, Failure> {
        let mut ledger_time = ledger_time(submission.min_ledger_time, now);
        let commands = self.resolve(submission, ledger_time, topology)?;
        let disclosed = disclosure::read(&submission.disclosed)?;
        let readers: BTreeSet<Party> = submission
            .act_as
            .union(&submission.read_as)
            .cloned()
            .collect();
        let wanted = mentioned(&commands);
        let mut contracts = self.contracts.visible(&wanted, &readers).await?;
        contracts.extend(disclosed);
        let submission_seed = Hash::from_bytes(crate::crypto::random_bytes());
        let mut run = Run {
            interpreter: self,
            readers: &readers,
            contracts,
        };
        for _ in 0..LEDGER_TIME_ATTEMPTS {
            let input = engine::Submission {
                commands: commands.clone(),
                act_as: submission.act_as.clone(),
                read_as: submission.read_as.clone(),
                ledger_time,
                preparation_time: now,
                transaction_seed: transaction_seed(&submission_seed, &self.participant, now),
                cancelled: Arc::default(),
            };
            let interpreted = run.run_to_end(input).await?;
            let newest = interpreted.inputs.values().map(|it| it.created_at).max();
            match newest {
                Some(newest) if newest > ledger_time => ledger_time = newest,
                _ => {
                    return Ok(Success {
                        interpreted,
                        ledger_time,
                        preparation_time: now,
                    });
                }
            }
        }
        Err(Failure::Refused(Refusal::new(
            ErrorId::FailedToDetermineLedgerTime,
            "The contracts used are newer than any ledger time that was tried",
        )))
    }

    fn resolve(
        &self,
        submission: &Submission,
        at: Timestamp,
        topology: &State,
    ) -> Result<Vec<engine::Command>, Refusal> {
        let known = self.packages.known();
        let resolver = Resolver {
            known: &known,
            topology,
            participant: &self.participant,
            at,
            preference: &submission.package_preference,
        };
        let commands: Vec<Command> = submission.commands.clone();
        commands
            .into_iter()
            .map(|command| resolver.command(command))
            .collect()
    }
}

/// One submission on its way through the engine.
struct Run<'a> {
    interpreter: &'a Interpreter,
    readers: &'a BTreeSet<Party>,
    /// Contracts found so far.
    contracts: BTreeMap<ContractId, Arc<ContractInstance>>,
}

impl Run<'_> {
    async fn run_to_end(&mut self, input: engine::Submission) -> Result<Box<Interpreted>, Failure> {
        let _cancel = CancelOnDrop(Arc::clone(&input.cancelled));
        let mut interpretation = self.interpreter.packages.engine().submit(input);
        loop {
            let (back, step) = self.advance(interpretation).await?;
            interpretation = back;
            match step {
                Step::Done(interpreted) => return Ok(interpreted),
                Step::Failed(error) => return Err(Failure::Engine(error)),
                Step::Paused => {}
                Step::NeedPackage(id) => {
                    let loaded = self.interpreter.packages.load(&id).await?;
                    interpretation.answer_package(loaded);
                }
                Step::NeedContract(id) => {
                    let found = self.find(&id).await?;
                    interpretation.answer_contract(found);
                }
            }
        }
    }

    /// Runs on the compute pool until something is needed that was not found before.
    async fn advance(
        &self,
        mut interpretation: Interpretation,
    ) -> Result<(Interpretation, Step), Failure> {
        let contracts = self.contracts.clone();
        let job = move || loop {
            match interpretation.run() {
                Step::NeedContract(id) if contracts.contains_key(&id) => {
                    interpretation.answer_contract(contracts.get(&id).cloned());
                }
                Step::Paused => {}
                step => return (interpretation, step),
            }
        };
        self.interpreter
            .compute
            .run(job)
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
}

fn compute_refusal(error: &ComputeError) -> Refusal {
    let id = match error {
        ComputeError::Full => ErrorId::ParticipantBackpressure,
        ComputeError::Panicked(_) => ErrorId::LedgerApiInternalError,
    };
    Refusal::new(id, error.to_string())
}

fn ledger_time(min: Option<MinLedgerTime>, now: Timestamp) -> Timestamp {
    match min {
        None => now,
        Some(MinLedgerTime::Absolute(time)) => now.max(time),
        Some(MinLedgerTime::Relative(duration)) => now.max(now.plus(duration)),
    }
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
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::ContractId(id) => {
                found.insert(id.clone());
            }
            Value::Optional(Some(value)) | Value::Variant { value, .. } => open.push(value),
            Value::List(values) => open.extend(values),
            Value::TextMap(entries) => open.extend(entries.iter().map(|(_, value)| value)),
            Value::GenMap(entries) => {
                open.extend(entries.iter().flat_map(|(key, value)| [key, value]));
            }
            Value::Record(record) => open.extend(record.fields.iter().map(|(_, value)| value)),
            Value::Unit
            | Value::Bool(_)
            | Value::Int64(_)
            | Value::Numeric(_)
            | Value::Text(_)
            | Value::Timestamp(_)
            | Value::Date(_)
            | Value::Party(_)
            | Value::Optional(None)
            | Value::Enum { .. } => {}
        }
    }
}
