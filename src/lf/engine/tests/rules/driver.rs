//! Runs the cases of a program.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::errors;
use super::program::{Kind, Program};
use super::tree::Words;
use crate::lf::engine::tests::model::{alice, bob, record};
use crate::lf::engine::tests::support::{Ledger, load_pairs, load_text, party, submission};
use crate::lf::engine::{Command, Config, Engine, Interpreted};
use crate::lf::error::Error;
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
    /// Names of the errors that cases ended with.
    pub(super) errors: BTreeSet<&'static str>,
}

impl Run {
    pub(super) fn of(program: &Program) -> Self {
        let config = Config {
            rollback_effects: program.undoes_effects(),
            ..Config::default()
        };
        let source = program.source.clone() + &runner(program);
        let engine = Engine::new(config);
        load_pairs(&engine);
        let package = load_text(&engine, &source);
        Self {
            engine,
            words: Words::new(&package),
            package,
            ledger: Ledger::default(),
            given: None,
            errors: BTreeSet::new(),
        }
    }

    pub(super) fn outcomes(&mut self, program: &Program) -> BTreeMap<String, Vec<String>> {
        let cases = program.cases.iter();
        cases
            .map(|(name, kind)| (name.clone(), self.outcome(name, kind)))
            .collect()
    }

    fn outcome(&mut self, name: &str, kind: &Kind) -> Vec<String> {
        let outcome = match kind {
            Kind::Value => self
                .evaluate(name)
                .map(|value| vec![self.words.value(&value)]),
            Kind::Update { argument, .. } => {
                let argument = argument.as_ref().map(|_| self.given.clone());
                let argument = argument.map(|given| given.expect("a case that is given something"));
                self.update(name, argument.unwrap_or(Value::Unit))
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
        let done = self.ledger.interpret(self.engine.submit(submission(
            &self.engine,
            vec![command],
            parties,
            seed,
        )))?;
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
fn runner(program: &Program) -> String {
    const BOTH: &str = "Cons @Party [Run:Runner {a} this, Run:Runner {b} this] (Nil @Party)";
    let mut text = format!(
        "module Run {{
          record @serializable Runner = {{ a : Party, b : Party }};
          template (this : Runner) = {{
            precondition True; signatories {BOTH}; observers Nil @Party;"
    );
    for (name, kind) in &program.cases {
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
