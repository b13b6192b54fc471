//! What the Daml-LF engine costs: evaluation, transactions, loading of packages.
//!
//! `cargo bench --bench lf`. Each measurement starts with an engine that has evaluated nothing, since
//! top-level values are evaluated once.

use std::collections::BTreeSet;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;

use jura::lf::archive::{self, Archive};
use jura::lf::ast::Package;
use jura::lf::engine::{
    Command, Config, Engine, Interpreted, Replay, ReplayCommand, ReplayRoot, Step, Submission,
};
use jura::lf::text::build_archive;
use jura::lf::transaction::ContractInstance;
use jura::lf::value::{Record, Value};
use jura::model::{ContractId, Hash, Identifier, Name, PackageId, Party, Timestamp};

const SOURCE: &str = r#"
language 2.1;
metadata ('bench' : '1.0.0');
module M {
  val fib : Int64 -> Int64 = \(n : Int64) ->
    case LESS_EQ @Int64 n 1 of
        True -> n
      | False -> ADD_INT64 (M:fib (SUB_INT64 n 1)) (M:fib (SUB_INT64 n 2));
  val fibonacci : Int64 = M:fib 25;

  val range : Int64 -> List Int64 -> List Int64 = \(n : Int64) (acc : List Int64) ->
    case EQUAL @Int64 n 0 of True -> acc | False -> M:range (SUB_INT64 n 1) (Cons @Int64 [n] acc);
  val list : List Int64 = M:range 10000 (Nil @Int64);
  val sum : Int64 = FOLDL @Int64 @Int64 (\(a : Int64) (b : Int64) -> ADD_INT64 a b) 0 M:list;
  val mapped : Int64 = case FOLDR @Int64 @(List Int64)
      (\(x : Int64) (acc : List Int64) -> Cons @Int64 [ADD_INT64 x 1] acc) (Nil @Int64) M:list
    of Cons head tail -> head | Nil -> 0;
  val map : Int64 = GENMAP_SIZE @Int64 @Int64 (FOLDL @Int64 @(GenMap Int64 Int64)
    (\(m : GenMap Int64 Int64) (k : Int64) -> GENMAP_INSERT @Int64 @Int64 (MOD_INT64 (MUL_INT64 k 7919) 100003) k m)
    (GENMAP_EMPTY @Int64 @Int64) M:list);

  val shuffled : List Int64 = FOLDR @Int64 @(List Int64)
    (\(x : Int64) (acc : List Int64) -> Cons @Int64 [MOD_INT64 (MUL_INT64 x 7919) 10007] acc) (Nil @Int64) M:list;
  val onto : List Int64 -> List Int64 -> List Int64 = \(reversed : List Int64) (rest : List Int64) ->
    FOLDL @Int64 @(List Int64) (\(acc : List Int64) (x : Int64) -> Cons @Int64 [x] acc) rest reversed;
  val merge : List Int64 -> List Int64 -> List Int64 -> List Int64 =
    \(xs : List Int64) (ys : List Int64) (acc : List Int64) -> case xs of
        Nil -> M:onto acc ys
      | Cons x xt -> case ys of
          Nil -> M:onto acc xs
        | Cons y yt -> case LESS_EQ @Int64 x y of
            True -> M:merge xt ys (Cons @Int64 [x] acc)
          | False -> M:merge xs yt (Cons @Int64 [y] acc);
  val halve : List Int64 -> <a : List Int64, b : List Int64> = \(xs : List Int64) ->
    FOLDL @Int64 @<a : List Int64, b : List Int64>
      (\(acc : <a : List Int64, b : List Int64>) (x : Int64) -> <a = Cons @Int64 [x] acc.b, b = acc.a>)
      <a = Nil @Int64, b = Nil @Int64> xs;
  val sort : List Int64 -> List Int64 = \(xs : List Int64) -> case xs of
      Nil -> xs
    | Cons x rest -> case rest of
        Nil -> xs
      | Cons y more -> let halves : <a : List Int64, b : List Int64> = M:halve xs
          in M:merge (M:sort halves.a) (M:sort halves.b) (Nil @Int64);
  val sorted : Int64 = case M:sort M:shuffled of Cons first others -> first | Nil -> 0;

  val text : Text = IMPLODE_TEXT (FOLDR @Int64 @(List Text)
    (\(x : Int64) (acc : List Text) -> Cons @Text [INT64_TO_TEXT x, " "] acc) (Nil @Text) M:list);
  val split : <word : Text, words : List Text> = FOLDR @Text @<word : Text, words : List Text>
    (\(c : Text) (acc : <word : Text, words : List Text>) -> case EQUAL @Text c " " of
        True -> <word = "", words = Cons @Text [acc.word] acc.words>
      | False -> <word = APPEND_TEXT c acc.word, words = acc.words>)
    <word = "", words = Nil @Text> (EXPLODE_TEXT M:text);
  val words : Text = let split : <word : Text, words : List Text> = M:split
    in case split.words of Cons first others -> first | Nil -> "";

  val deep : Int64 -> Int64 = \(n : Int64) ->
    case EQUAL @Int64 n 0 of True -> 0 | False -> ADD_INT64 1 (M:deep (SUB_INT64 n 1));
  val depth : Int64 = M:deep 100000;

  val one : Party -> List Party = \(p : Party) -> Cons @Party [p] (Nil @Party);
  record @serializable Give = { to : Party };
  record @serializable Iou = { issuer : Party, owner : Party, amount : Numeric 10, note : Text };
  template (this : Iou) = {
    precondition LESS @(Numeric 10) 0.0000000000 (M:Iou {amount} this);
    signatories M:one (M:Iou {issuer} this);
    observers M:one (M:Iou {owner} this);
    choice Give (self) (arg : M:Give) : ContractId M:Iou,
      controllers M:one (M:Iou {owner} this)
      to create @M:Iou (M:Iou {this with owner = M:Give {to} arg});
  };
}
"#;

fn main() {
    divan::main();
}

struct Bench {
    id: PackageId,
    package: Package,
}

impl Bench {
    fn new() -> Self {
        let archive = build_archive(SOURCE, &[]).expect("the source is correct");
        Self {
            package: archive.decode().expect("an archive just written"),
            id: archive.id,
        }
    }

    fn name(&self, name: &str) -> Identifier {
        let text = format!("{}:M:{name}", self.id);
        text.parse().expect("a name")
    }

    /// An engine that has evaluated only what the others work on.
    fn engine(&self) -> Engine {
        let engine = Engine::new(Config::default());
        engine.load(&self.id, &self.package).expect("it loads");
        for name in ["list", "shuffled", "text"] {
            engine.evaluate(&self.name(name)).expect("it has a value");
        }
        engine
    }
}

/// A definition, and how many calls or elements its evaluation takes.
#[divan::bench(args = [
    ("fibonacci", 242_785),
    ("sum", 10_000),
    ("mapped", 10_000),
    ("map", 10_000),
    ("sorted", 10_000),
    ("words", 10_000),
    ("depth", 100_000),
])]
fn evaluate(bencher: Bencher<'_, '_>, (name, items): (&str, usize)) {
    let bench = Bench::new();
    let definition = bench.name(name);
    bencher
        .counter(ItemsCount::new(items))
        .with_inputs(|| bench.engine())
        .bench_refs(|engine| engine.evaluate(&definition));
}

fn party(name: &str) -> Value {
    Value::Party(Party::parse(name).expect("a party"))
}

fn record(fields: Vec<Value>) -> Value {
    let fields = fields.into_iter().map(|value| (None, value)).collect();
    Value::Record(Record { id: None, fields })
}

fn create(bench: &Bench) -> Command {
    let amount = jura::lf::value::Numeric::new(125, 1).expect("a number");
    Command::Create {
        template: bench.name("Iou"),
        argument: record(vec![
            party("bank"),
            party("alice"),
            Value::Numeric(amount),
            Value::Text("what one owes another".into()),
        ]),
    }
}

fn submit(
    engine: &Engine,
    command: Command,
    contract: Option<&Arc<ContractInstance>>,
) -> Box<Interpreted> {
    let act_as = ["bank", "alice"].map(|name| Party::parse(name).expect("a party"));
    let mut interpretation = engine.submit(Submission {
        commands: vec![command],
        act_as: act_as.into(),
        package_preference: std::sync::Arc::default(),
        prefetch_keys: Vec::new(),
        read_as: BTreeSet::new(),
        ledger_time: Timestamp::EPOCH,
        preparation_time: Timestamp::EPOCH,
        transaction_seed: Hash::from_bytes([7; 32]),
        cancelled: Arc::default(),
    });
    loop {
        match interpretation.run() {
            Step::Done(done) => return done,
            Step::Paused => {}
            Step::NeedContract(_) => interpretation.answer_contract(contract.cloned()),
            Step::NeedKey(_) => interpretation.answer_key(Vec::new()),
            other => panic!("{other:?}"),
        }
    }
}

#[divan::bench]
fn create_a_contract(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    let engine = bench.engine();
    bencher
        .with_inputs(|| create(&bench))
        .bench_values(|command| submit(&engine, command, None));
}

/// What submitting and one validation take together.
#[divan::bench]
fn create_and_validate(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    let engine = bench.engine();
    bencher
        .counter(ItemsCount::new(1_usize))
        .with_inputs(|| create(&bench))
        .bench_values(|command| {
            let done = submit(&engine, command, None);
            let again = validate(&engine, &done);
            assert_eq!(again.transaction, done.transaction);
        });
}

fn validate(engine: &Engine, done: &Interpreted) -> Box<Interpreted> {
    let root = done.transaction.roots[0];
    let node = done.transaction.node(root).expect("a root");
    let mut interpretation = engine.replay(Replay {
        roots: vec![ReplayRoot {
            command: ReplayCommand::of(node).expect("a command"),
            seed: done.root_seeds[0],
        }],
        authorizers: node.required_authorizers(),
        package_preference: Arc::default(),
        ledger_time: Timestamp::EPOCH,
        preparation_time: Timestamp::EPOCH,
        cancelled: Arc::default(),
    });
    loop {
        match interpretation.run() {
            Step::Done(done) => return done,
            Step::Paused => {}
            other => panic!("{other:?}"),
        }
    }
}

#[divan::bench]
fn exercise_a_choice(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    let engine = bench.engine();
    let (id, contract) = created(&engine, &bench);
    bencher
        .with_inputs(|| Command::Exercise {
            template: bench.name("Iou"),
            contract_id: id.clone(),
            choice: Name::literal("Give"),
            argument: record(vec![party("bob")]),
        })
        .bench_values(|command| submit(&engine, command, Some(&contract)));
}

fn created(engine: &Engine, bench: &Bench) -> (ContractId, Arc<ContractInstance>) {
    let done = submit(engine, create(bench), None);
    let root = done.transaction.roots[0];
    let salt = ContractInstance::salt_of(&done.node_seeds[&root]);
    match done.transaction.node(root) {
        Some(jura::lf::transaction::Node::Create(create)) => {
            let instance = ContractInstance::of_create(create, Timestamp::EPOCH, salt);
            (create.contract_id.clone(), Arc::new(instance))
        }
        other => panic!("{other:?}"),
    }
}

/// A large real package with all that it needs, where there is one: `JURA_TEST_DARS`.
fn amulet() -> Option<Vec<u8>> {
    let folder = std::env::var_os("JURA_TEST_DARS").unwrap_or_else(|| "../shared/dars".into());
    std::fs::read(std::path::Path::new(&folder).join("splice-amulet-0.1.8.dar")).ok()
}

#[divan::bench]
fn decode_splice_amulet(bencher: Bencher<'_, '_>) {
    let Some(bytes) = amulet() else { return };
    bencher.bench(|| archive::read_dar(&bytes).map(|dar| dar.decode(|_| false)));
}

#[divan::bench]
fn load_splice_amulet(bencher: Bencher<'_, '_>) {
    let Some(bytes) = amulet() else { return };
    let dar = archive::read_dar(&bytes).expect("a DAR");
    let packages = dar.decode(|_| false).expect("packages");
    bencher
        .with_inputs(|| Engine::new(Config::default()))
        .bench_refs(|engine| engine.load_all(&packages));
}

#[divan::bench]
fn identify_a_package(bencher: Bencher<'_, '_>) {
    let bytes = Archive::encode(&Bench::new().package)
        .expect("a package")
        .to_bytes();
    bencher.bench(|| Archive::open(&bytes).map(|archive| archive.id));
}
