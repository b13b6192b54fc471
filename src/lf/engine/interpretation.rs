//! An interpretation under way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::preprocess::{self, Call};
use super::registry::Engine;
use super::replay::{Replay, ReplayCommand};
use super::submission::{Command, Submission};
use super::{by_key, exercise_trace};
use crate::lf::error::{Error, Level};
use crate::lf::machine::{LedgerState, Machine, Outcome, Val};
use crate::lf::transaction::{
    Builder, ContractInstance, Finished, KeyInput, KeyQuestion, Node, NodeId, Seeding, Transaction,
};
use crate::lf::value::{TranslationError, Value};
use crate::model::{ContractId, Hash, Identifier, PackageId, PackageName, Timestamp};

/// What the interpretation needs, or what it came to.
#[derive(Debug)]
pub enum Step {
    /// A contract: answer with [`Interpretation::answer_contract`].
    NeedContract(ContractId),
    /// Contracts with a key: answer with [`Interpretation::answer_key`].
    NeedKey(Box<KeyQuestion>),
    /// A package: load it and answer with [`Interpretation::answer_package`]. Where others load
    /// packages, load it through the pinned handle by which the interpretation was begun: it may
    /// be gone again otherwise before the answer.
    NeedPackage(PackageId),
    /// Nothing; a slice of steps is used up.
    Paused,
    /// A transaction.
    Done(Box<Interpreted>),
    /// None.
    Failed(Error),
}

/// A transaction and what went into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreted {
    /// What the commands do.
    pub transaction: Transaction,
    /// The seeds of creates and exercises.
    pub node_seeds: BTreeMap<NodeId, Hash>,
    /// The seeds of the roots, in their order; fetches have none.
    pub root_seeds: Vec<Option<Hash>>,
    /// Whether the result depends on the ledger time.
    pub used_time: bool,
    /// The ledger times for which the result would be the same.
    pub time_bounds: (Timestamp, Timestamp),
    /// The contracts of the ledger that were used.
    pub inputs: BTreeMap<ContractId, Arc<ContractInstance>>,
    /// What the ledger told about keys, by their hashes.
    pub keys: BTreeMap<Hash, KeyInput>,
    /// The packages of the templates and interfaces that were used, each with all that must be vetted with it:
    /// the engine knows of the package itself.
    pub packages: BTreeMap<PackageId, BTreeSet<PackageId>>,
    /// The versions of packages that were used because they are preferred.
    pub package_preference: BTreeMap<PackageName, PackageId>,
    /// What `TRACE` was told.
    pub traces: Vec<Arc<str>>,
}

enum Work {
    Commands {
        commands: Vec<Command>,
        prefetch_keys: Vec<(Identifier, Value)>,
    },
    Replay(Vec<ReplayCommand>),
}

enum State {
    /// Commands are being checked.
    Preparing(Box<LedgerState>),
    /// Calls are being carried out.
    Running(Box<Running>),
    /// It is over.
    Over,
}

struct Running {
    machine: Machine,
    /// Calls that have not begun.
    calls: std::vec::IntoIter<Call>,
    /// Whether a call is under way.
    calling: bool,
    /// What the last call came to.
    result: Val,
    /// Whether the last call was to fail.
    failing: bool,
    /// To which command the last call belongs.
    command: Option<usize>,
}

/// A submission or replay that is being interpreted. It is a value: it may be kept, moved to another
/// thread, or dropped at any time.
pub struct Interpretation {
    /// Pinned: what it has begun with stays until its end.
    engine: Engine,
    work: Work,
    cancelled: Arc<AtomicBool>,
    state: State,
    /// An answer that is the end.
    refused: Option<Error>,
    asked: Option<Asked>,
    /// What `TRACE` was told, once it is over.
    traces: Vec<Arc<str>>,
    /// What was under way when it failed.
    backtrace: Vec<Level>,
    /// Which command was.
    command: Option<usize>,
}

enum Asked {
    Contract(ContractId),
    Key(Box<KeyQuestion>),
    Package(PackageId, String),
}

impl Engine {
    /// Interprets commands.
    pub fn submit(&self, submission: Submission) -> Interpretation {
        let builder = Builder::new(
            Seeding::Transaction(submission.transaction_seed),
            submission.act_as,
            submission.ledger_time,
            submission.preparation_time,
            self.rollback_effects(),
        );
        Interpretation {
            engine: self.pinned(),
            work: Work::Commands {
                commands: submission.commands,
                prefetch_keys: submission.prefetch_keys,
            },
            cancelled: submission.cancelled,
            state: State::Preparing(Box::new(LedgerState::new(
                builder,
                submission.ledger_time,
                submission.package_preference,
            ))),
            refused: None,
            asked: None,
            traces: Vec::new(),
            backtrace: Vec::new(),
            command: None,
        }
    }

    /// Interprets root nodes again. If all is as it was, the result has the same nodes.
    pub fn replay(&self, replay: Replay) -> Interpretation {
        let (commands, seeds) = replay
            .roots
            .into_iter()
            .map(|r| (r.command, r.seed))
            .unzip();
        let builder = Builder::new(
            Seeding::Roots(seeds),
            replay.authorizers,
            replay.ledger_time,
            replay.preparation_time,
            self.rollback_effects(),
        );
        Interpretation {
            engine: self.pinned(),
            work: Work::Replay(commands),
            cancelled: replay.cancelled,
            state: State::Preparing(Box::new(LedgerState::new(
                builder,
                replay.ledger_time,
                replay.package_preference,
            ))),
            refused: None,
            asked: None,
            traces: Vec::new(),
            backtrace: Vec::new(),
            command: None,
        }
    }
}

impl Interpretation {
    /// Goes on until something is needed, a slice of steps is used up, or the end.
    pub fn run(&mut self) -> Step {
        let step = match self.refused.take() {
            Some(error) => Step::Failed(error),
            None => self.advance(),
        };
        if matches!(step, Step::Done(_) | Step::Failed(_)) {
            if let State::Running(running) = &self.state {
                self.traces = running.machine.traces().to_vec();
                self.backtrace = running.machine.backtrace();
                self.command = running.command;
            }
            self.state = State::Over;
        }
        step
    }

    /// What was under way when it failed, the innermost first.
    pub fn backtrace(&self) -> &[Level] {
        &self.backtrace
    }

    /// The choices that were under way when it failed, and the command, in Canton's words; of a replay
    /// the choices.
    pub fn exercise_trace(&self) -> String {
        let command = match &self.work {
            Work::Commands { commands, .. } => self.command.and_then(|number| commands.get(number)),
            Work::Replay(_) => None,
        };
        exercise_trace::of(&self.backtrace, command)
    }

    /// What `TRACE` was told, if it has failed; a result has its own.
    pub fn traces(&self) -> &[Arc<str>] {
        &self.traces
    }

    /// Answers [`Step::NeedContract`]: the contract, or that there is none that may be seen.
    pub fn answer_contract(&mut self, contract: Option<Arc<ContractInstance>>) {
        let Some(Asked::Contract(id)) = self.asked.take() else {
            return;
        };
        let State::Running(running) = &mut self.state else {
            return;
        };
        let answer = match contract {
            Some(contract) => running.machine.add_input(&id, contract),
            None => Err(Error::ContractNotFound(id)),
        };
        self.refused = answer.err();
    }

    /// Answers [`Step::NeedKey`]: contracts with the key, but those told before, in the ledger's
    /// order. Fewer than were wanted means that there are no others that may be seen.
    pub fn answer_key(&mut self, contracts: Vec<(ContractId, Arc<ContractInstance>)>) {
        let Some(Asked::Key(question)) = self.asked.take() else {
            return;
        };
        let State::Running(running) = &mut self.state else {
            return;
        };
        let answer = running.machine.add_keyed(&question, contracts);
        self.refused = answer.err();
    }

    /// Answers [`Step::NeedPackage`]: whether the package has been loaded.
    pub fn answer_package(&mut self, loaded: bool) {
        let Some(Asked::Package(package, context)) = self.asked.take() else {
            return;
        };
        if !loaded || !self.engine.contains(&package) {
            self.refused = Some(Error::MissingPackage { package, context });
        }
    }

    fn advance(&mut self) -> Step {
        loop {
            let step = match std::mem::replace(&mut self.state, State::Over) {
                State::Preparing(ledger) => self.prepare(*ledger),
                State::Running(running) => self.go_on(running),
                State::Over => Some(Step::Failed(Error::Cancelled)),
            };
            if let Some(step) = step {
                return step;
            }
        }
    }

    fn prepare(&mut self, ledger: LedgerState) -> Option<Step> {
        let program = self.engine.program();
        let calls: Result<Vec<Call>, Error> = match &self.work {
            Work::Commands {
                commands,
                prefetch_keys,
            } => preprocess::commands(&program, commands).and_then(|calls| {
                by_key::check(&program, prefetch_keys)?;
                Ok(calls)
            }),
            Work::Replay(commands) => commands
                .iter()
                .map(|command| preprocess::replay(&program, command))
                .collect(),
        };
        match calls {
            Ok(calls) => {
                let limits = self.engine.config().limits();
                self.state = State::Running(Box::new(Running {
                    machine: Machine::new(program, ledger, limits, self.cancelled.clone()),
                    calls: calls.into_iter(),
                    calling: false,
                    result: Val::Unit,
                    failing: false,
                    command: None,
                }));
                None
            }
            Err(error) => {
                self.state = State::Preparing(Box::new(ledger));
                match missing_package(&error) {
                    Some((package, context)) => self.need_package(package, context),
                    None => Some(Step::Failed(error)),
                }
            }
        }
    }

    /// Asks for a package, unless somebody else has had it loaded since.
    fn need_package(&mut self, package: PackageId, context: String) -> Option<Step> {
        if self.engine.adopt(&package) {
            return None;
        }
        self.asked = Some(Asked::Package(package.clone(), context));
        Some(Step::NeedPackage(package))
    }

    fn go_on(&mut self, mut running: Box<Running>) -> Option<Step> {
        if !running.calling {
            let Some(call) = running.calls.next() else {
                return Some(finish(*running));
            };
            if let Err(error) = running.begin(call) {
                return Some(Step::Failed(error));
            }
        }
        running.machine.set_program(self.engine.program());
        let step = match running.machine.run() {
            Outcome::Done(result) => {
                running.calling = false;
                running.result = result;
                None
            }
            Outcome::NeedContract(id) => {
                self.asked = Some(Asked::Contract(id.clone()));
                Some(Step::NeedContract(id))
            }
            Outcome::NeedKey(question) => {
                self.asked = Some(Asked::Key(question.clone()));
                Some(Step::NeedKey(question))
            }
            Outcome::NeedPackage(id) => self.need_package(id, "a contract".to_owned()),
            Outcome::Paused => Some(Step::Paused),
            Outcome::Failed(error) => Some(Step::Failed(error)),
            Outcome::Exception(_) => {
                let what = "an exception outside of an evaluation".to_owned();
                Some(Step::Failed(Error::IllTyped(what)))
            }
        };
        self.state = State::Running(running);
        step
    }
}

impl Running {
    fn begin(&mut self, call: Call) -> Result<(), Error> {
        let mut args = call.args;
        if let (true, Some(first)) = (call.on_created, args.first_mut()) {
            *first = std::mem::take(&mut self.result);
        }
        self.machine.start(call.function, args, true);
        self.calling = true;
        self.failing = call.fails;
        self.command = Some(call.command);
        if call.fails {
            self.machine.guard()?;
        }
        Ok(())
    }
}

fn missing_package(error: &Error) -> Option<(PackageId, String)> {
    let (Error::Lookup(lookup) | Error::Value(TranslationError::Lookup(lookup))) = error else {
        return None;
    };
    let package = lookup.missing_package()?;
    Some((package.clone(), lookup.context.to_string()))
}

fn finish(running: Running) -> Step {
    let failing = running.failing;
    let traces = running.machine.traces().to_vec();
    let ended = running.machine.into_ledger().finish();
    let bounds = ended.bounds;
    let finished = match ended.transaction.finish() {
        Ok(finished) => finished,
        Err(error) => return Step::Failed(error),
    };
    let Finished { transaction, seeds } = if failing { undone(finished) } else { finished };
    let roots = transaction.roots.iter();
    let nodes = transaction.nodes.iter();
    let packages = nodes.flat_map(|node| node.template().into_iter().chain(node.interface()));
    Step::Done(Box::new(Interpreted {
        root_seeds: roots.map(|root| seeds.get(root).copied()).collect(),
        packages: packages
            .map(|id| (id.package().clone(), [id.package().clone()].into()))
            .collect(),
        node_seeds: seeds,
        used_time: (bounds.min, bounds.max) != (Timestamp::MIN, Timestamp::MAX),
        time_bounds: (bounds.min, bounds.max),
        inputs: ended.inputs,
        keys: ended.keys,
        package_preference: ended.preferred,
        traces,
        transaction,
    }))
}

/// A root that was to fail stands in a rollback of its own; without it, it is what it was inside
/// of the whole transaction.
fn undone(finished: Finished) -> Finished {
    let roots = &finished.transaction.roots;
    let root = match roots[..] {
        [root] => finished.transaction.node(root),
        _ => None,
    };
    let Some(Node::Rollback(rollback)) = root else {
        return finished;
    };
    let inner = match rollback.children[..] {
        [child] => finished.transaction.subtransaction(child),
        _ => None,
    };
    let Some(transaction) = inner else {
        return finished;
    };
    let seeds = finished.seeds.into_iter();
    let seeds = seeds.filter_map(|(id, seed)| Some((NodeId(id.0.checked_sub(1)?), seed)));
    Finished {
        transaction,
        seeds: seeds.collect(),
    }
}
