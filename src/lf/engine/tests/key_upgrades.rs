//! Contracts that are found by their key with another version of their template.

use super::model::{record, result};
use super::support::{Ledger, in_module, load_text, party};
use crate::lf::engine::{Command, Config, Engine};
use crate::lf::error::{Error, UpgradeFailure};
use crate::lf::value::Value;
use crate::model::{Name, PackageId};

/// A version of the package: fields that it adds to contract and key, the name in the key, the
/// maintainers.
fn version(number: &str, [fields, key_fields, more, name, maintainers]: [&str; 5]) -> String {
    format!(
        "language 2.3;
metadata ('keyed' : '{number}');
module M {{
  val one : Party -> List Party = \\(p : Party) -> Cons @Party [p] (Nil @Party);
  record @serializable K = {{ owner : Party, other : Party, name : Text{key_fields} }};
  record @serializable T = {{ owner : Party, other : Party, name : Text{fields} }};
  template (this : T) = {{
    precondition True;
    signatories Cons @Party [M:T {{owner}} this, M:T {{other}} this] (Nil @Party);
    observers Nil @Party;
    choice @nonConsuming Version (self) (arg : Unit) : Text,
      controllers M:one (M:T {{owner}} this) to pure @Text \"{number}\";
    key @M:K
      (M:K {{owner = M:T {{owner}} this, other = M:T {{other}} this, name = {name}{more}}})
      (\\(k : M:K) -> M:one (M:K {{{maintainers}}} k));
  }};
}}"
    )
}

const NAME: &str = "M:T {name} this";
const V1: [&str; 5] = ["", "", "", NAME, "owner"];

struct World {
    engine: Engine,
    ledger: Ledger,
}

impl World {
    /// A contract of the first version.
    fn new() -> Self {
        let engine = Engine::new(Config::default());
        let package = load_text(&engine, &version("1.0.0", V1));
        let mut world = Self {
            engine,
            ledger: Ledger::default(),
        };
        let create = Command::Create {
            template: in_module(&package, "T"),
            argument: key(),
        };
        world.submit(create).unwrap();
        world
    }

    fn submit(&mut self, command: Command) -> Result<Value, Error> {
        let parties = ["alice", "bob"].map(party);
        let done = self.ledger.submit(&self.engine, parties, vec![command])?;
        let is_exercise = !done.inputs.is_empty();
        Ok(if is_exercise {
            result(&done)
        } else {
            Value::Unit
        })
    }

    /// What another version says about the contract with the key.
    fn ask(&mut self, package: &PackageId) -> Result<Value, Error> {
        self.submit(Command::ExerciseByKey {
            template: in_module(package, "T"),
            key: key(),
            choice: Name::literal("Version"),
            argument: Value::Unit,
        })
    }

    fn ask_version(&mut self, parts: [&str; 5]) -> Result<Value, Error> {
        let package = load_text(&self.engine, &version("2.0.0", parts));
        self.ask(&package)
    }
}

/// The key, which is made of the same fields as the contract.
fn key() -> Value {
    record(vec![
        Value::Party(party("alice")),
        Value::Party(party("bob")),
        Value::Text("n".into()),
    ])
}

#[test]
fn a_newer_version_finds_the_contracts_of_an_older_one() {
    let newer = Ok(Value::Text("2.0.0".into()));
    let fields = [", note : Optional Text", "", "", NAME, "owner"];
    assert_eq!(World::new().ask_version(fields), newer);
    let in_key = [
        "",
        ", note : Optional Text",
        ", note = None @Text",
        NAME,
        "owner",
    ];
    assert_eq!(World::new().ask_version(in_key), newer);
}

#[test]
fn a_version_that_says_another_key_does_not_take_the_contract() {
    for parts in [
        ["", "", "", "APPEND_TEXT (M:T {name} this) \"!\"", "owner"],
        ["", "", "", NAME, "other"],
        [
            "",
            ", note : Optional Text",
            ", note = Some @Text \"new\"",
            NAME,
            "owner",
        ],
    ] {
        let error = World::new().ask_version(parts).unwrap_err();
        let Error::Upgrade(failure) = &error else {
            panic!("{error}")
        };
        let UpgradeFailure::Validation {
            original,
            recomputed,
            ..
        } = &**failure
        else {
            panic!("{error}")
        };
        assert_ne!(original.key, recomputed.key);
        assert_eq!(
            error.report().id,
            "INTERPRETATION_UPGRADE_ERROR_VALIDATION_FAILED"
        );
    }
}

#[test]
fn a_template_of_another_package_has_other_keys() {
    let mut world = World::new();
    let source = version("1.0.0", V1).replace("'keyed'", "'other'");
    let package = load_text(&world.engine, &source);
    let error = world.ask(&package).unwrap_err();
    assert!(matches!(error, Error::ContractKeyNotFound(_)), "{error}");
}
