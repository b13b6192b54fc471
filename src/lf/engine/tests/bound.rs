//! An engine with room for few packages does what one with room for all does.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::record;
use super::support::{FACES, Ledger, in_module, party, submission};
use crate::lf::archive::Archive;
use crate::lf::engine::{
    Command, Config, Engine, Interpretation, Interpreted, LoadError, Step, Submission,
};
use crate::lf::text::build_archive;
use crate::lf::value::Value;
use crate::model::{ContractId, Name, PackageId, PackageName};

/// A package whose template is seen as a number.
fn implementer(number: u8, faces: &Archive) -> Archive {
    let face = &faces.id;
    let source = format!(
        "language 2.1;
metadata ('p{number}' : '1.0.0');
module M {{
  record @serializable T = {{ owner : Party }};
  val seen : '{face}':M:Seen = '{face}':M:Seen {{ by = {number} }};
  template (this : T) = {{
    precondition True;
    signatories Cons @Party [M:T {{owner}} this] (Nil @Party);
    observers Nil @Party;
    choice Archive (self) (arg : Unit) : Unit,
      controllers Cons @Party [M:T {{owner}} this] (Nil @Party)
      to pure @Unit ();
    implements '{face}':M:Face {{ view = M:seen; }};
  }};
}}"
    );
    build_archive(&source, std::slice::from_ref(faces))
        .unwrap_or_else(|error| panic!("{error}\n{source}"))
}

/// What can be loaded, and an engine for it.
struct Library {
    engine: Engine,
    archives: BTreeMap<PackageId, Archive>,
    faces: PackageId,
    implementers: Vec<PackageId>,
}

impl Library {
    fn new(packages_bytes_max: u64) -> Self {
        let faces = build_archive(FACES, &[]).unwrap();
        let implementers: Vec<Archive> = (0..5).map(|n| implementer(n, &faces)).collect();
        let ids = implementers.iter().map(|it| it.id.clone()).collect();
        let face_id = faces.id.clone();
        let all = implementers.into_iter().chain([faces]);
        Self {
            engine: Engine::new(Config {
                packages_bytes_max,
                ..Config::default()
            }),
            archives: all.map(|it| (it.id.clone(), it)).collect(),
            faces: face_id,
            implementers: ids,
        }
    }

    /// One with room for one implementer.
    fn small() -> Self {
        Self::new(bytes_of_one())
    }

    /// Loads a package after those that it needs.
    fn load(&self, engine: &Engine, id: &PackageId) -> Result<(), LoadError> {
        let package = self.archives[id].decode().unwrap();
        for dependency in &package.dependencies {
            self.load(engine, dependency)?;
        }
        engine.load(id, &package)?;
        assert!(self.engine.packages_bytes() <= self.engine.config().packages_bytes_max);
        Ok(())
    }

    fn submission(&self, commands: Vec<Command>) -> Submission {
        submission(&self.engine, commands, [party("alice")], 7)
    }

    fn create(&self, number: usize) -> Command {
        Command::Create {
            template: in_module(&self.implementers[number], "T"),
            argument: record(vec![Value::Party(party("alice"))]),
        }
    }

    fn look(&self, contract_id: ContractId) -> Command {
        Command::Exercise {
            template: in_module(&self.faces, "Face"),
            contract_id,
            choice: Name::literal("Look"),
            argument: Value::Unit,
        }
    }

    /// Runs commands to their end; `disturb` stands for what others do between question and answer.
    fn run(&self, ledger: &Ledger, commands: Vec<Command>, disturb: impl Fn()) -> Interpreted {
        let mut submission = self.submission(commands);
        // whatever is loaded
        let implementers = self.implementers.iter().enumerate();
        submission.package_preference = Arc::new(
            implementers
                .map(|(n, id)| (PackageName::parse(&format!("p{n}")).unwrap(), id.clone()))
                .collect(),
        );
        let engine = self.engine.pinned();
        let mut interpretation: Interpretation = engine.submit(submission);
        loop {
            match interpretation.run() {
                Step::NeedContract(id) => {
                    disturb();
                    interpretation.answer_contract(ledger.contracts.get(&id).cloned());
                }
                Step::NeedPackage(id) => {
                    self.load(&engine, &id).unwrap();
                    disturb();
                    interpretation.answer_package(true);
                }
                Step::Paused => {}
                Step::Done(done) => return *done,
                other => panic!("{other:?}"),
            }
        }
    }

    /// Many commands over all packages in turn, and what they did.
    fn history(&self, disturb: impl Fn()) -> Vec<Interpreted> {
        let mut ledger = Ledger::default();
        let mut all = Vec::new();
        let rounds = 0..self.implementers.len();
        for number in rounds.clone() {
            all.push(self.run(&ledger, vec![self.create(number)], &disturb));
            ledger.commit(&all[number]);
        }
        for contract in ledger.order.clone() {
            all.push(self.run(&ledger, vec![self.look(contract)], &disturb));
        }
        let looks = ledger.order.iter().map(|id| self.look(id.clone()));
        let creates = rounds.map(|number| self.create(number));
        all.push(self.run(&ledger, creates.chain(looks).collect(), &disturb));
        all
    }
}

fn bytes_of_one() -> u64 {
    let library = Library::new(u64::MAX);
    let loaded = library.implementers[..1].iter();
    loaded.for_each(|id| library.load(&library.engine, id).unwrap());
    library.engine.packages_bytes()
}

#[test]
fn with_little_room_the_transactions_are_the_same() {
    let (large, small) = (Library::new(u64::MAX), Library::small());
    let expected = large.history(|| {});
    assert_eq!(small.history(|| {}), expected);
    // all of them, one after the other, and again
    assert_eq!(small.history(|| {}), expected);
    assert!(large.engine.packages_bytes() > 3 * small.engine.packages_bytes());
    let held = small
        .implementers
        .iter()
        .filter(|id| small.engine.contains(id));
    assert_eq!(held.count(), 1);
}

#[test]
fn what_runs_keeps_what_it_needs_whatever_others_load() {
    let (large, small) = (Library::new(u64::MAX), Library::small());
    let disturb = || {
        for id in &small.implementers {
            small.load(&small.engine, id).unwrap();
        }
    };
    assert_eq!(small.history(disturb), large.history(|| {}));
}

#[test]
fn a_pinned_handle_keeps_what_was_looked_for() {
    let small = Library::small();
    let [first, second, ..] = &small.implementers[..] else {
        panic!("too few");
    };
    small.load(&small.engine, first).unwrap();
    let (pinned, empty) = (small.engine.pinned(), Library::small().engine.pinned());
    small.load(&small.engine, second).unwrap();
    assert!(!small.engine.contains(first));
    assert!(pinned.contains(first) && pinned.contains(second));
    assert!(!empty.contains(first));
    small.load(&small.engine, first).unwrap();
    assert!(pinned.contains(first) && pinned.contains(second));
    let argument = record(vec![Value::Party(party("alice"))]);
    let face = in_module(&small.faces, "Face");
    let view = |engine: &Engine, id| engine.view(&in_module(id, "T"), &argument, &face);
    assert_eq!(view(&pinned, first), Ok(record(vec![Value::Int64(0)])));
    assert_eq!(view(&pinned, second), Ok(record(vec![Value::Int64(1)])));
    assert!(view(&small.engine, first).is_ok() && view(&small.engine, second).is_err());
    // labels outlast code
    let labelled = small
        .engine
        .enrich_argument(&in_module(second, "T"), &argument);
    assert_ne!(labelled, Ok(argument.clone()));
    assert!(small.engine.signature(second).is_some());
}

#[test]
fn a_package_whose_dependencies_have_gone_is_told_so() {
    let small = Library::small();
    let [first, ..] = &small.implementers[..] else {
        panic!("too few");
    };
    small.load(&small.engine, first).unwrap();
    // makes room by letting all others go
    let filler = (0..200).map(|n| format!("val f{n} : Int64 = {n};"));
    let filler = filler.collect::<Vec<_>>().join(" ");
    let source = format!("language 2.1; metadata ('big' : '1.0.0'); module B {{ {filler} }}");
    let big = build_archive(&source, &[]).unwrap();
    let (roomy, alone) = (Library::new(u64::MAX).engine, big.decode().unwrap());
    roomy.load(&big.id, &alone).unwrap();
    let engine = Library::new(roomy.packages_bytes()).engine;
    small.load(&engine, &small.faces).unwrap();
    engine.load(&big.id, &alone).unwrap();
    let package = small.archives[first].decode().unwrap();
    assert_eq!(
        engine.load(first, &package),
        Err(LoadError::MissingDependencies {
            package: first.clone(),
            missing: [small.faces.clone()].into(),
        })
    );
    // without them there is room for nothing of this size
    assert!(matches!(
        small.engine.load(&big.id, &alone),
        Err(LoadError::NoRoom { .. })
    ));
    assert!(small.engine.contains(first) && !small.engine.contains(&big.id));
}

#[test]
fn all_packages_of_a_dar_can_be_loaded_with_room_for_one() {
    let small = Library::small();
    let packages = small.archives.values();
    let packages: Vec<_> = packages
        .map(|it| (it.id.clone(), it.decode().unwrap()))
        .collect();
    let pinned = small.engine.pinned();
    pinned.load_all(&packages).unwrap();
    assert!(packages.iter().all(|(id, _)| pinned.contains(id)));
    assert!(small.engine.packages_bytes() <= bytes_of_one());
    small.engine.load_all(&packages).unwrap();
}
