//! A ledger in memory, and engines with packages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lf::archive::read_dar;
use crate::lf::engine::{Command, Config, Engine, Interpretation, Interpreted, Step, Submission};
use crate::lf::error::Error;
use crate::lf::test_dars;
use crate::lf::text::{build_archive, parse};
use crate::lf::transaction::{ContractInstance, KeyInput, KeyQuestion, Node};
use crate::lf::value::Value;
use crate::model::{ContractId, Hash, Identifier, PackageId, PackageName, Party, Timestamp};

/// An engine with a real DAR, and the id of its main package.
pub(super) fn with_dar(name: &str) -> Option<(Engine, PackageId)> {
    let bytes = test_dars::one(name)?;
    let engine = Engine::new(Config::default());
    let main = load_dar(&engine, &bytes);
    Some((engine, main))
}

pub(super) fn load_dar(engine: &Engine, bytes: &[u8]) -> PackageId {
    let dar = read_dar(bytes).unwrap();
    let packages = dar.decode(|id| engine.contains(id)).unwrap();
    engine.load_all(&packages).unwrap();
    dar.main.id
}

pub(super) fn party(name: &str) -> Party {
    Party::parse(name).unwrap()
}

/// Contracts in memory.
#[derive(Default, Clone)]
pub(super) struct Ledger {
    pub(super) contracts: BTreeMap<ContractId, Arc<ContractInstance>>,
    /// Contracts in the order of their creation.
    pub(super) order: Vec<ContractId>,
    /// What is answered about keys, if it is not what the contracts say.
    pub(super) keys: Option<BTreeMap<Hash, KeyInput>>,
    /// Versions of packages that are not the newest and preferred all the same.
    pub(super) preferred: BTreeMap<PackageName, PackageId>,
    submissions: u8,
}

pub(super) const LEDGER_TIME: i64 = 1_700_000_000_000_000;

pub(super) fn time() -> Timestamp {
    Timestamp::from_micros(LEDGER_TIME).unwrap()
}

/// A submission in which the newest versions of packages are preferred.
pub(super) fn submission(
    engine: &Engine,
    commands: Vec<Command>,
    act_as: impl IntoIterator<Item = Party>,
    seed: u8,
) -> Submission {
    Submission {
        commands,
        act_as: act_as.into_iter().collect(),
        package_preference: Arc::new(engine.newest_versions()),
        prefetch_keys: Vec::new(),
        read_as: BTreeSet::new(),
        ledger_time: time(),
        preparation_time: time(),
        transaction_seed: Hash::from_bytes([seed; 32]),
        cancelled: Arc::default(),
    }
}

impl Ledger {
    /// Runs an interpretation to its end with the contracts of this ledger.
    pub(super) fn interpret(
        &self,
        mut interpretation: Interpretation,
    ) -> Result<Interpreted, Error> {
        loop {
            match interpretation.run() {
                Step::NeedContract(id) => {
                    interpretation.answer_contract(self.contracts.get(&id).cloned());
                }
                Step::NeedKey(question) => interpretation.answer_key(self.with_key(&question)),
                Step::NeedPackage(_) => interpretation.answer_package(false),
                Step::Paused => {}
                Step::Done(interpreted) => return Ok(*interpreted),
                Step::Failed(error) => return Err(error),
            }
        }
    }

    /// The contracts with a key, the latest first.
    pub(super) fn with_key(
        &self,
        question: &KeyQuestion,
    ) -> Vec<(ContractId, Arc<ContractInstance>)> {
        let hash = question.key.key.hash;
        let ids: Vec<&ContractId> = match &self.keys {
            Some(keys) => keys
                .get(&hash)
                .map_or(Vec::new(), |k| k.contracts.iter().collect()),
            None => self.order.iter().rev().collect(),
        };
        let found = ids.into_iter().filter(|id| !question.told.contains(id));
        let found = found.filter_map(|id| Some((id.clone(), self.contracts.get(id)?.clone())));
        let has_key =
            |instance: &ContractInstance| instance.key.as_ref().is_some_and(|key| key.hash == hash);
        let found = found.filter(|(_, instance)| has_key(instance));
        found.take(question.wanted).collect()
    }

    /// Interprets commands and applies what they do.
    pub(super) fn submit(
        &mut self,
        engine: &Engine,
        act_as: impl IntoIterator<Item = Party>,
        commands: Vec<Command>,
    ) -> Result<Interpreted, Error> {
        self.submissions = self.submissions.wrapping_add(1);
        let mut submission = submission(engine, commands, act_as, self.submissions);
        let preference = Arc::make_mut(&mut submission.package_preference);
        preference.extend(self.preferred.clone());
        let interpreted = self.interpret(engine.submit(submission))?;
        self.commit(&interpreted);
        Ok(interpreted)
    }

    /// Applies a transaction. What is below a rollback has not happened.
    pub(super) fn commit(&mut self, interpreted: &Interpreted) {
        let transaction = &interpreted.transaction;
        let mut open: Vec<_> = transaction.roots.iter().rev().copied().collect();
        while let Some(id) = open.pop() {
            match transaction.node(id).unwrap() {
                Node::Create(create) => {
                    let salt = ContractInstance::salt_of(&interpreted.node_seeds[&id]);
                    let instance = ContractInstance::of_create(create, time(), salt);
                    instance.authenticate(&create.contract_id).unwrap();
                    self.order.push(create.contract_id.clone());
                    self.contracts
                        .insert(create.contract_id.clone(), Arc::new(instance));
                }
                Node::Exercise(exercise) => {
                    if exercise.consuming {
                        self.contracts.remove(&exercise.contract_id);
                    }
                    open.extend(exercise.children.iter().rev());
                }
                Node::Fetch(_) | Node::QueryByKey(_) | Node::Rollback(_) => {}
            }
        }
    }
}

/// Loads the package of pairs, which queries by key yield, as far as they need it.
pub(super) fn load_pairs(engine: &Engine) {
    const SOURCE: &str = "language 2.1; metadata ('pairs' : '1.0.0'); module DA.Types {
      record @serializable Tuple2 (a : *) (b : *) = { _1 : a, _2 : b };
    }";
    let id = crate::lf::stable::package_of("DA.Types").unwrap();
    let package = parse(SOURCE, &|_, _| None).unwrap();
    engine.load(&id, &package).unwrap();
}

/// A package with an interface whose view is a number.
pub(super) const FACES: &str = r"
language 2.1;
metadata ('faces' : '1.0.0');
module M {
  record @serializable Seen = { by : Int64 };
  interface (this : Face) = {
    viewtype M:Seen;
    choice @nonConsuming Look (self) (arg : Unit) : Int64,
      controllers interface_signatory @M:Face this
      to pure @Int64 (M:Seen {by} (view_interface @M:Face this));
    choice Archive (self) (arg : Unit) : Unit,
      controllers interface_signatory @M:Face this
      to pure @Unit ();
  };
}
";

/// Loads a package written as text and gives its id.
pub(super) fn load_text(engine: &Engine, source: &str) -> PackageId {
    let archive = build_archive(source, &[]).unwrap_or_else(|error| panic!("{error}"));
    engine
        .load(&archive.id, &archive.decode().unwrap())
        .unwrap();
    archive.id
}

/// An engine with a package written as text, and its id.
pub(super) fn with_text(source: &str) -> (Engine, PackageId) {
    with_text_and(source, Config::default())
}

/// The same with other settings.
pub(super) fn with_text_and(source: &str, config: Config) -> (Engine, PackageId) {
    let engine = Engine::new(config);
    let id = load_text(&engine, source);
    (engine, id)
}

/// What an expression comes to if nobody looks at its types.
pub(super) fn evaluate_unchecked(definitions: &str, typ: &str, expr: &str) -> Result<Value, Error> {
    let archive = build_archive(&result_of(definitions, typ, expr), &[]).unwrap();
    let engine = Engine::new(Config::default());
    let package = archive.decode().unwrap();
    engine.load_unchecked(&archive.id, &package).unwrap();
    engine.evaluate(&in_module(&archive.id, "result"))
}

fn result_of(definitions: &str, typ: &str, expr: &str) -> String {
    format!(
        "language 2.3; metadata ('test' : '1.0.0'); module M {{ {definitions} val result : {typ} = {expr}; }}"
    )
}

/// Something in module `M` of a package.
pub(super) fn in_module(package: &PackageId, name: &str) -> Identifier {
    format!("{package}:M:{name}").parse().unwrap()
}
