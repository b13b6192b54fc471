//! Running a script: evaluate until it asks, answer, go on.
//!
//! A script's code yields a value that is either the result or a question with a function that goes on
//! with the answer. Some questions are scripts in turn ("run this and tell me what it throws"): these
//! are kept in a stack of our own, so that nesting takes no space of the thread's.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::code::{Code, Malformed, Read};
use super::dar::{Script, ScriptDar};
use super::journal::Journal;
use super::ledger::Ledger;
use super::outcome::{CommandFailure, Failure};
use super::place::Place;
use super::question::{self, Reply, Unanswered};
use crate::lf::engine::{MachineValue, Uncomputed};
use crate::lf::error::Error;

/// Questions that are scripts in turn may be nested so deep.
const NESTING_MAX: usize = 10_000;

/// How to run a script.
#[derive(Clone, Default)]
pub struct Settings {
    /// Set from outside to end it.
    pub cancelled: Arc<AtomicBool>,
    /// Goes into the names of parties that are made unique. The same for each script on a ledger of its
    /// own; another one for each on a ledger that others use.
    pub salt: u64,
}

/// What came of a script.
#[derive(Debug)]
pub struct Run {
    /// Its result, or why it has none.
    pub result: Result<MachineValue, Failure>,
    /// What happened.
    pub journal: Journal,
}

/// A question, as the library's record has it.
pub(super) struct Question {
    pub(super) name: Arc<str>,
    pub(super) version: i64,
    pub(super) payload: MachineValue,
    pub(super) places: Vec<Place>,
    pub(super) resume: MachineValue,
}

/// What a script that is a question is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Its result, or the exception that it throws.
    Exception,
    /// Its result, or the status that it fails with.
    Status,
    /// Its result, or the command that fails.
    Command,
}

/// A question that waits for a script.
struct Pending {
    wanted: Wanted,
    name: Arc<str>,
    places: Vec<Place>,
    resume: MachineValue,
}

/// Why a script, or one inside of it, does not go on.
enum Stop {
    /// An exception that has not been made a failure.
    Exception(MachineValue),
    Failure(Failure),
}

impl From<Malformed> for Stop {
    fn from(malformed: Malformed) -> Self {
        Self::Failure(Failure::Protocol(malformed.0))
    }
}

/// A script that is being run.
pub(super) struct Runner<'l> {
    pub(super) code: Code,
    pub(super) ledger: &'l mut dyn Ledger,
    pub(super) journal: Journal,
    pub(super) names: question::PartyNames,
    pending: Vec<Pending>,
}

/// Runs a script to its end. A script with a parameter needs its argument.
pub fn run(
    dar: &ScriptDar,
    script: &Script,
    argument: Option<MachineValue>,
    ledger: &mut dyn Ledger,
    settings: &Settings,
) -> Run {
    let evaluation = dar.engine().evaluation(settings.cancelled.clone());
    let mut runner = Runner {
        code: Code {
            evaluation,
            library: script.library.clone(),
        },
        ledger,
        journal: Journal::default(),
        names: question::PartyNames::new(settings.salt),
        pending: Vec::new(),
    };
    let result = runner.run(script, argument);
    let traces = runner.code.evaluation.take_traces();
    runner.journal.tell(traces);
    Run {
        result,
        journal: runner.journal,
    }
}

impl Runner<'_> {
    fn run(
        &mut self,
        script: &Script,
        argument: Option<MachineValue>,
    ) -> Result<MachineValue, Failure> {
        let mut next = self.begin(script, argument);
        loop {
            let step = next.and_then(|value| self.step(&value));
            next = match step {
                Ok(Progress::Next(value)) => Ok(value),
                Ok(Progress::Result(result)) => return Ok(result),
                Err(reason) => match self.unwind(reason) {
                    Ok(value) => Ok(value),
                    Err(failure) => return Err(failure),
                },
            };
        }
    }

    fn begin(
        &mut self,
        script: &Script,
        argument: Option<MachineValue>,
    ) -> Result<MachineValue, Stop> {
        let value = self.code.evaluation.definition(&script.id);
        let value = self.computed(value)?;
        let value = match argument {
            Some(argument) => self.apply(&value, argument)?,
            None => value,
        };
        self.enter(&value)
    }

    /// Begins to run a value of type `Script`.
    fn enter(&mut self, script: &MachineValue) -> Result<MachineValue, Stop> {
        let fields = self.code.record(script)?;
        let run = fields
            .first()
            .ok_or_else(|| Malformed("a script without code".to_owned()))?;
        let unit = self.code.unit()?;
        self.apply(&run.clone(), unit)
    }

    fn apply(
        &mut self,
        function: &MachineValue,
        argument: MachineValue,
    ) -> Result<MachineValue, Stop> {
        let value = self.code.evaluation.apply(function, vec![argument]);
        self.computed(value)
    }

    fn computed(&mut self, value: Result<MachineValue, Uncomputed>) -> Result<MachineValue, Stop> {
        let traces = self.code.evaluation.take_traces();
        self.journal.tell(traces);
        value.map_err(|uncomputed| match uncomputed {
            Uncomputed::Exception(exception) => self.thrown(exception),
            Uncomputed::Failed(error) => Stop::Failure(self.code_failed(error)),
        })
    }

    /// What an exception is here: inside of a script that is asked for exceptions it stays one,
    /// else it becomes a failure at once.
    fn thrown(&mut self, exception: MachineValue) -> Stop {
        let pending = self.pending.iter().rev().map(|pending| pending.wanted);
        let innermost = pending.filter(|wanted| *wanted != Wanted::Command);
        if innermost.clone().next() == Some(Wanted::Exception) {
            return Stop::Exception(exception);
        }
        let error = question::library_failure(&self.code, &exception)
            .unwrap_or_else(|| self.code.evaluation.failure(&exception));
        Stop::Failure(self.code_failed(error))
    }

    fn code_failed(&mut self, error: Error) -> Failure {
        let backtrace = self.code.evaluation.take_backtrace();
        Failure::Code(error, backtrace)
    }

    /// Looks at what a script came to: its result, or a question.
    fn step(&mut self, value: &MachineValue) -> Result<Progress, Stop> {
        match self.question(value)? {
            Ok(question) => self.ask(question).map(Progress::Next),
            Err(result) => match self.pending.pop() {
                None => Ok(Progress::Result(result)),
                Some(pending) => {
                    let answer = self.code.make_either(Ok(result))?;
                    self.apply(&pending.resume, answer).map(Progress::Next)
                }
            },
        }
    }

    /// Reads a value of type `Free`: a question, or else the result in it.
    fn question(&self, value: &MachineValue) -> Read<Result<Question, MachineValue>> {
        let code = &self.code;
        let (constructor, inner) = code.variant(value)?;
        match constructor.as_str() {
            "Pure" => {
                let [result, _state] = code.fields_of(&inner)?;
                Ok(Err(result))
            }
            "Free" => {
                let [inner] = code.fields_of(&inner)?;
                let [name, version, payload, places, resume] = code.fields_of(&inner)?;
                Ok(Ok(Question {
                    name: code.text(&name)?,
                    version: code.int(&version)?,
                    payload,
                    places: code.places(&places)?,
                    resume,
                }))
            }
            other => Err(Malformed(format!("a script came to {other}"))),
        }
    }

    fn ask(&mut self, question: Question) -> Result<MachineValue, Stop> {
        self.journal.questions += 1;
        if let Some(place) = question.places.first() {
            self.journal.last_place = Some(place.clone());
        }
        match question::answer(self, &question) {
            Ok(Reply::Answer(answer)) => self.apply(&question.resume, answer),
            Ok(Reply::Script { script, wanted }) => {
                self.nest(wanted, question)?;
                self.enter(&script)
            }
            Ok(Reply::Delayed { script, wanted }) => {
                self.nest(wanted, question)?;
                let unit = self.code.unit()?;
                let script = self.apply(&script, unit)?;
                self.enter(&script)
            }
            Err(Unanswered::Thrown(exception)) => Err(self.thrown(exception)),
            Err(Unanswered::Failed(error)) => Err(Stop::Failure(Failure::Code(error, Vec::new()))),
            Err(Unanswered::Malformed(malformed)) => Err(malformed.into()),
            Err(Unanswered::Refused {
                class,
                message,
                backtrace,
            }) => Err(Stop::Failure(Failure::Command(Box::new(CommandFailure {
                command: question.name,
                class,
                message,
                places: question.places,
                backtrace,
            })))),
        }
    }

    fn nest(&mut self, wanted: Wanted, question: Question) -> Result<(), Stop> {
        if self.pending.len() >= NESTING_MAX {
            let message = format!("scripts are nested deeper than {NESTING_MAX} levels");
            return Err(Stop::Failure(Failure::Protocol(message)));
        }
        self.pending.push(Pending {
            wanted,
            name: question.name,
            places: question.places,
            resume: question.resume,
        });
        Ok(())
    }

    /// Finds the question that asked for this way to end, and goes on with it.
    fn unwind(&mut self, mut stop: Stop) -> Result<MachineValue, Failure> {
        while let Some(pending) = self.pending.pop() {
            match self.caught(&pending, stop) {
                Ok(left) => {
                    let answer = self.code.make_either(Err(left)).map_err(Stop::from);
                    match answer.and_then(|answer| self.apply(&pending.resume, answer)) {
                        Ok(value) => return Ok(value),
                        Err(next) => stop = next,
                    }
                }
                Err(next) => stop = next,
            }
        }
        match stop {
            Stop::Failure(failure) => Err(failure),
            Stop::Exception(exception) => {
                let error = self.code.evaluation.failure(&exception);
                Err(self.code_failed(error))
            }
        }
    }

    /// What a question that waits is told of how its script ended, if that is what it asked for.
    fn caught(&mut self, pending: &Pending, stop: Stop) -> Result<MachineValue, Stop> {
        match (pending.wanted, stop) {
            (Wanted::Exception, Stop::Exception(exception)) => Ok(exception),
            (Wanted::Status, Stop::Failure(Failure::Code(Error::Failure(status), _))) => {
                Ok(self.code.make_status(&status)?)
            }
            (Wanted::Command, Stop::Failure(Failure::Command(failure))) => {
                let texts = [&*failure.command, &*failure.class, &*failure.message];
                let texts = texts.into_iter().map(|text| self.code.make_text(text));
                let texts = texts.collect::<Read<_>>()?;
                Ok(self.code.make_record(texts)?)
            }
            (_, Stop::Failure(Failure::Command(mut failure))) => {
                // the library's tests see the outermost question that failed
                failure.class = "FailedCmd".into();
                failure.command = pending.name.clone();
                failure.places.extend_from_slice(&pending.places);
                Err(Stop::Failure(Failure::Command(failure)))
            }
            (_, stop) => Err(stop),
        }
    }
}

enum Progress {
    Next(MachineValue),
    Result(MachineValue),
}
