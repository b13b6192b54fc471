//! Runs the cases of a program.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::errors;
use super::program::{Kind, Program};
use super::tree::Words;
use crate::lf::ast::Package;
use crate::lf::engine::tests::model::{alice, bob, record};
use crate::lf::engine::tests::replays::check_replays;
use crate::lf::engine::tests::support::{Ledger, load_pairs, party, submission};
use crate::lf::engine::{Command, Config, Engine, Interpreted};
use crate::lf::error::Error;
use crate::lf::text::{build_archive, print};
use crate::lf::transaction::Node;
use crate::lf::value::Value;
use crate::model::{Name, PackageId};

/// A program on a ledger of its own.
pub(super) struct Run {
    engine: Engine,
    package: PackageId,
    ledger: Ledger,
    /// What the last `given` case came to.
    given: Option<Value>,
    words: Words,
    /// Whether transactions can be interpreted again: what is in a wrong place may not even be read.
    is_well_typed: bool,
    /// The transactions of cases.
    pub(super) bytes: BTreeMap<String, Vec<u8>>,
    /// Names of the errors that cases ended with.
    pub(super) errors: BTreeSet<&'static str>,
}

impl Run {
    pub(super) fn of(program: &Program) -> Self {
        let engine = Engine::new(Config {
            rollback_effects: program.undoes_effects(),
            ..Config::default()
        });
        let run = Self::on(engine, &program.package, &program.cases);
        let run = run.unwrap_or_else(|| panic!("{} is not loaded", program.package.name));
        Self {
            is_well_typed: true,
            ..run
        }
    }

    /// Loads a package and a template with a choice for each of its cases that is an update; if both
    /// make sense.
    pub(super) fn on(engine: Engine, package: &Package, cases: &[(String, Kind)]) -> Option<Self> {
        load_pairs(&engine);
        let text = print(package) + &runner(cases);
        let archive = build_archive(&text, &[]).ok()?;
        engine.load(&archive.id, &archive.decode().ok()?).ok()?;
        Some(Self {
            engine,
            words: Words::new(&archive.id),
            package: archive.id,
            is_well_typed: false,
            ledger: Ledger::default(),
            given: None,
            bytes: BTreeMap::new(),
            errors: BTreeSet::new(),
        })
    }

    pub(super) fn outcomes(&mut self, cases: &[(String, Kind)]) -> BTreeMap<String, Vec<String>> {
        cases
            .iter()
            .map(|(name, kind)| (name.clone(), self.outcome(name, kind)))
            .collect()
    }

    fn outcome(&mut self, name: &str, kind: &Kind) -> Vec<String> {
        let outcome = match kind {
            Kind::Value => self
                .evaluate(name)
                .map(|value| vec![self.words.value(&value)]),
            Kind::Update { argument, .. } => {
                let given = argument.as_ref().and_then(|_| self.given.clone());
                self.update(name, given.unwrap_or(Value::Unit))
            }
        };
        outcome.unwrap_or_else(|error| {
            self.errors.insert(errors::name(&error));
            vec![self.words.error(&error)]
        })
    }

    fn evaluate(&self, name: &str) -> Result<Value, Error> {
        let id = format!("{}:Cases:{name}", self.package).parse().unwrap();
        self.engine.evaluate(&id)
    }

    fn update(&mut self, name: &str, argument: Value) -> Result<Vec<String>, Error> {
        let command = Command::CreateAndExercise {
            template: format!("{}:Run:Runner", self.package).parse().unwrap(),
            create_argument: record(vec![alice(), bob()]),
            choice: Name::parse(&choice(name)).unwrap(),
            choice_argument: argument,
        };
        let parties = ["alice", "bob"].map(party);
        // the name decides all contract ids
        let seed = name
            .bytes()
            .fold(7u8, |seed, byte| seed.wrapping_mul(31) ^ byte);
        let submission = submission(&self.engine, vec![command], parties, seed);
        let done = self.ledger.interpret(self.engine.submit(submission))?;
        if self.is_well_typed {
            check_replays(&self.engine, &self.ledger, &done);
        }
        let bytes = done.transaction.to_bytes();
        self.bytes.insert(name.to_owned(), bytes);
        let result = result(&done);
        let lines = self.words.done(&result, &done);
        if name.starts_with("given") {
            self.ledger.commit(&done);
            self.given = Some(result);
        }
        Ok(lines)
    }
}

/// The result of the case: the second node exercises it.
fn result(done: &Interpreted) -> Value {
    match &done.transaction.nodes[1] {
        Node::Exercise(exercise) => exercise.result.clone().unwrap(),
        other => panic!("not an exercise: {other:?}"),
    }
}

fn choice(case: &str) -> String {
    format!("Case_{case}")
}

/// A template with a choice for each case that is an update.
fn runner(cases: &[(String, Kind)]) -> String {
    const BOTH: &str = "Cons @Party [Run:Runner {a} this, Run:Runner {b} this] (Nil @Party)";
    let mut text = format!(
        "module Run {{
          record @serializable Runner = {{ a : Party, b : Party }};
          template (this : Runner) = {{
            precondition True; signatories {BOTH}; observers Nil @Party;"
    );
    for (name, kind) in cases {
        if let Kind::Update { argument, result } = kind {
            let (typ, arg) = match argument {
                Some(typ) => (typ.as_str(), " arg"),
                None => ("Unit", ""),
            };
            let choice = choice(name);
            let _ = writeln!(
                text,
                "choice @nonConsuming {choice} (self) (arg : {typ}) : {result}, controllers {BOTH} to Cases:{name}{arg};"
            );
        }
    }
    text + "}; }"
}
