//! Contracts that are used with another version of their template than they were created with.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::record;
use super::support::{FACES, Ledger, in_module, party, submission};
use crate::lf::archive::Archive;
use crate::lf::engine::{Command, Config, Engine, Interpreted, Replay, ReplayCommand, ReplayRoot};
use crate::lf::error::{Error, UpgradeFailure};
use crate::lf::text::build_archive;
use crate::lf::transaction::Node;
use crate::lf::value::{Rendered, Value};
use crate::model::{ContractId, Name, PackageId, PackageName};

/// What differs between the versions of the package.
struct Version {
    name: &'static str,
    number: &'static str,
    /// More fields of the template.
    fields: &'static str,
    precondition: &'static str,
    observers: &'static str,
    view: Option<&'static str>,
}

const V1: Version = Version {
    name: "up",
    number: "1.0.0",
    fields: "",
    precondition: "True",
    observers: "Nil @Party",
    view: Some("1"),
};
const V2: Version = Version {
    number: "2.0.0",
    fields: ", note : Option Text",
    view: Some("2"),
    ..V1
};

struct World {
    engine: Engine,
    ledger: Ledger,
    faces: Archive,
}

impl World {
    fn new() -> Self {
        let engine = Engine::new(Config::default());
        let faces = build_archive(FACES, &[]).unwrap();
        engine.load(&faces.id, &faces.decode().unwrap()).unwrap();
        Self {
            engine,
            ledger: Ledger::default(),
            faces,
        }
    }

    fn load(&self, version: &Version) -> PackageId {
        let faces = &self.faces.id;
        let implements = match version.view {
            Some(view) => format!(
                "choice @nonConsuming Back (self) (arg : ContractId '{faces}':M:Face) : Option M:T,
      controllers Cons @Party [M:T {{owner}} this] (Nil @Party)
      to bind face : '{faces}':M:Face <- fetch_interface @'{faces}':M:Face arg
         in pure @(Option M:T) (from_interface @'{faces}':M:Face @M:T face);
    implements '{faces}':M:Face {{ view = '{faces}':M:Seen {{ by = {view} }}; }};"
            ),
            None => String::new(),
        };
        let source = format!(
            "language 2.1;
metadata ('{name}' : '{number}');
module M {{
  record @serializable T = {{ owner : Party, seer : Party{fields} }};
  template (this : T) = {{
    precondition {precondition};
    signatories Cons @Party [M:T {{owner}} this] (Nil @Party);
    observers {observers};
    choice @nonConsuming Version (self) (arg : Unit) : Text,
      controllers Cons @Party [M:T {{owner}} this] (Nil @Party)
      to pure @Text \"{number}\";
    choice Archive (self) (arg : Unit) : Unit,
      controllers Cons @Party [M:T {{owner}} this] (Nil @Party)
      to pure @Unit ();
    choice @nonConsuming Get (self) (arg : Unit) : M:T,
      controllers Cons @Party [M:T {{owner}} this] (Nil @Party)
      to fetch_template @M:T self;
    {implements}
  }};
  record @serializable U = {{ owner : Party, seer : Party }};
  template (this : U) = {{
    precondition True;
    signatories Cons @Party [M:U {{owner}} this] (Nil @Party);
    observers Nil @Party;
    choice Archive (self) (arg : Unit) : Unit,
      controllers Cons @Party [M:U {{owner}} this] (Nil @Party)
      to pure @Unit ();
  }};
}}",
            name = version.name,
            number = version.number,
            fields = version.fields,
            precondition = version.precondition,
            observers = version.observers,
        );
        let archive = build_archive(&source, std::slice::from_ref(&self.faces))
            .unwrap_or_else(|error| panic!("{error}\n{source}"));
        let package = archive.decode().unwrap();
        self.engine.load(&archive.id, &package).unwrap();
        archive.id
    }

    fn create(&mut self, package: &PackageId, more: Vec<Value>) -> ContractId {
        let mut fields = vec![alice(), bob()];
        fields.extend(more);
        let command = Command::Create {
            template: in_module(package, "T"),
            argument: record(fields),
        };
        let done = self.submit(vec![command]).unwrap();
        done.transaction.nodes[0].contract_id().unwrap().clone()
    }

    fn submit(&mut self, commands: Vec<Command>) -> Result<Interpreted, Error> {
        self.ledger.submit(&self.engine, [party("alice")], commands)
    }

    /// The result of a choice of `T` without argument, as a version sees it.
    fn exercise(
        &mut self,
        package: &PackageId,
        id: &ContractId,
        choice: &'static str,
    ) -> Result<String, Error> {
        let command = exercise(package, "T", id, choice, Value::Unit);
        self.submit(vec![command]).map(|done| result(&done))
    }
}

fn exercise(
    package: &PackageId,
    name: &str,
    contract_id: &ContractId,
    choice: &'static str,
    argument: Value,
) -> Command {
    Command::Exercise {
        template: in_module(package, name),
        contract_id: contract_id.clone(),
        choice: Name::literal(choice),
        argument,
    }
}

fn alice() -> Value {
    Value::Party(party("alice"))
}

fn bob() -> Value {
    Value::Party(party("bob"))
}

fn note(text: &str) -> Value {
    Value::Optional(Some(Box::new(Value::Text(text.into()))))
}

fn result(done: &Interpreted) -> String {
    match &done.transaction.nodes[0] {
        Node::Exercise(exercise) => Rendered(exercise.result.as_ref().unwrap()).to_string(),
        other => panic!("{other:?}"),
    }
}

fn translation(error: Error) -> String {
    match error {
        Error::Upgrade(failure) => match *failure {
            UpgradeFailure::Translation { reason, .. } => reason,
            other => panic!("{other:?}"),
        },
        other => panic!("{other}"),
    }
}

#[test]
fn a_contract_is_used_with_the_version_that_a_command_names() {
    let mut world = World::new();
    let (v1, v2) = (world.load(&V1), world.load(&V2));
    let old = world.create(&v1, vec![]);
    let new = world.create(&v2, vec![Value::Optional(None)]);
    for contract in [&old, &new] {
        assert_eq!(
            world.exercise(&v1, contract, "Version").unwrap(),
            "Text(1.0.0)"
        );
        assert_eq!(
            world.exercise(&v2, contract, "Version").unwrap(),
            "Text(2.0.0)"
        );
    }
    let id = in_module(&v2, "T");
    let done = world
        .submit(vec![exercise(&v2, "T", &old, "Get", Value::Unit)])
        .unwrap();
    let templates = done.transaction.nodes.iter().map(|node| node.template());
    assert!(templates.eq([Some(&id), Some(&id)]));
    world.exercise(&v2, &old, "Archive").unwrap();
    let gone = world.exercise(&v1, &old, "Version");
    assert_eq!(gone, Err(Error::ContractNotFound(old)));
}

#[test]
fn what_an_older_version_does_not_know_must_be_none() {
    let mut world = World::new();
    let (v1, v2) = (world.load(&V1), world.load(&V2));
    let new = world.create(&v2, vec![note("kept")]);
    let shown = world.exercise(&v2, &new, "Get").unwrap();
    assert!(shown.contains("Text(kept)"), "{shown}");
    let reason = translation(world.exercise(&v1, &new, "Version").unwrap_err());
    assert!(
        reason.starts_with("Type-checking fails Found an optional contract field with a value of Some at index 2, may not be dropped during downgrading."),
        "{reason}"
    );
}

#[test]
fn a_field_that_a_newer_version_adds_must_be_optional() {
    let mut world = World::new();
    let v1 = world.load(&V1);
    let strict = world.load(&Version {
        fields: ", note : Text",
        ..V2
    });
    let old = world.create(&v1, vec![]);
    let reason = translation(world.exercise(&strict, &old, "Version").unwrap_err());
    assert!(
        reason.contains(
            "Unexpected non-optional extra template field type encountered during upgrading."
        ),
        "{reason}"
    );
}

#[test]
fn a_version_that_says_something_else_about_a_contract_is_not_used() {
    let mut world = World::new();
    let v1 = world.load(&V1);
    let seen = world.load(&Version {
        observers: "Cons @Party [M:T {seer} this] (Nil @Party)",
        ..V2
    });
    let old = world.create(&v1, vec![]);
    let error = world.exercise(&seen, &old, "Version").unwrap_err();
    let report = error.report();
    assert_eq!(report.id, "INTERPRETATION_UPGRADE_ERROR_VALIDATION_FAILED");
    assert_eq!(report.category, 8);
    let short = |id: &PackageId| id.as_str()[..8].to_owned();
    assert_eq!(
        error.to_string(),
        format!(
            "Interpretation error: Error: Validation fails when trying to upgrade the contract {old} from M:T@{} to M:T@{}\n\
             Verify that neither the signatories, nor the observers, nor the contract key, nor the key's maintainers, nor the package name have changed\n\
             original package name is up\noriginal signatories are {{ 'alice' }}\noriginal observers are {{  }}\n\
             target package name is up\nrecomputed signatories are {{ 'alice' }}\nrecomputed observers are {{ 'bob' }}",
            short(&v1),
            short(&seen),
        )
    );
}

#[test]
fn a_version_whose_precondition_does_not_hold_is_not_used() {
    let mut world = World::new();
    let v1 = world.load(&V1);
    let strict = world.load(&Version {
        precondition: "False",
        ..V2
    });
    let old = world.create(&v1, vec![]);
    let failed = world.exercise(&strict, &old, "Version");
    let template = in_module(&strict, "T");
    assert_eq!(failed, Err(Error::TemplatePrecondition { template }));
}

#[test]
fn a_template_of_another_package_or_another_name_is_no_version() {
    let mut world = World::new();
    let v1 = world.load(&V1);
    let other = world.load(&Version { name: "else", ..V1 });
    let old = world.create(&v1, vec![]);
    let error = world.exercise(&other, &old, "Version").unwrap_err();
    assert_eq!(
        error.report().id,
        "INTERPRETATION_UPGRADE_ERROR_VALIDATION_FAILED"
    );
    let command = exercise(&v1, "U", &old, "Archive", Value::Unit);
    let error = world.submit(vec![command]).unwrap_err();
    assert_eq!(error.report().id, "WRONGLY_TYPED_CONTRACT");
}

#[test]
fn through_an_interface_a_contract_is_seen_with_the_preferred_version() {
    let mut world = World::new();
    let (v1, v2) = (world.load(&V1), world.load(&V2));
    let old = world.create(&v1, vec![]);
    let look = exercise(&world.faces.id, "Face", &old, "Look", Value::Unit);
    for (preferred, seen) in [(&v1, "Int64(1)"), (&v2, "Int64(2)")] {
        let mut submission = submission(&world.engine, vec![look.clone()], [party("alice")], 7);
        let name = PackageName::parse("up").unwrap();
        let preference = BTreeMap::from([(name, preferred.clone())]);
        submission.package_preference = Arc::new(preference.clone());
        let done = world.ledger.interpret(world.engine.submit(submission));
        let done = done.unwrap();
        assert_eq!(result(&done), seen);
        assert_eq!(done.package_preference, preference);
        let template = done.transaction.nodes[0].template();
        assert_eq!(template, Some(&in_module(preferred, "T")));
        check_replay(&world, &done);
    }
    let mut submission = submission(&world.engine, vec![look], [party("alice")], 7);
    submission.package_preference = Arc::default();
    let failed = world.ledger.interpret(world.engine.submit(submission));
    let name = PackageName::parse("up").unwrap();
    assert_eq!(failed, Err(Error::UnresolvedPackageName(name)));
}

fn check_replay(world: &World, done: &Interpreted) {
    let root = ReplayRoot {
        command: ReplayCommand::of(&done.transaction.nodes[0]).unwrap(),
        seed: done.root_seeds[0],
    };
    let again = world.engine.replay(Replay {
        roots: vec![root],
        authorizers: [party("alice")].into(),
        package_preference: Arc::new(done.package_preference.clone()),
        ledger_time: super::support::time(),
        preparation_time: super::support::time(),
        cancelled: Arc::default(),
    });
    let again = world.ledger.interpret(again).unwrap();
    assert_eq!(again.transaction, done.transaction);
}

#[test]
fn a_preferred_version_must_implement_the_interface() {
    let mut world = World::new();
    let v1 = world.load(&V1);
    let faceless = world.load(&Version { view: None, ..V2 });
    let old = world.create(&v1, vec![]);
    let look = exercise(&world.faces.id, "Face", &old, "Look", Value::Unit);
    let failed = world.submit(vec![look]);
    let error = Error::DoesNotImplementInterface {
        contract_id: old,
        template: in_module(&faceless, "T"),
        interface: in_module(&world.faces.id, "Face"),
    };
    assert_eq!(failed, Err(error));
}

#[test]
fn an_interface_value_is_converted_to_the_version_that_is_asked_for() {
    let mut world = World::new();
    let (v1, v2) = (world.load(&V1), world.load(&V2));
    let old = world.create(&v1, vec![]);
    let noted = world.create(&v2, vec![note("kept")]);
    let back = |of: &ContractId| exercise(&v1, "T", &old, "Back", Value::ContractId(of.clone()));
    // fetched as version 2, asked for as version 1
    let done = world.submit(vec![back(&old)]).unwrap();
    let shown = result(&done);
    assert!(shown.starts_with("Optional(Some(Record("), "{shown}");
    let reason = translation(world.submit(vec![back(&noted)]).unwrap_err());
    assert!(reason.contains("may not be dropped"), "{reason}");
}

#[test]
fn a_contract_of_the_same_transaction_is_converted_too() {
    let mut world = World::new();
    let (v1, v2) = (world.load(&V1), world.load(&V2));
    // version 1 creates it, the interface's choice sees it as version 2
    let user = world.create(&v1, vec![]);
    let create = Command::CreateAndExercise {
        template: in_module(&v2, "T"),
        create_argument: record(vec![alice(), bob(), Value::Optional(None)]),
        choice: Name::literal("Back"),
        choice_argument: Value::ContractId(user),
    };
    let done = world.submit(vec![create]).unwrap();
    let fetched = done.transaction.nodes.last().unwrap();
    assert_eq!(fetched.template(), Some(&in_module(&v2, "T")));
}
