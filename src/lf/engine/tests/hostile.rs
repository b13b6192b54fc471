//! Code that is small and means something huge: it ends with a clear error, soon and in little memory.

use std::sync::atomic::Ordering;

use super::model::{alice, record};
use super::support::{Ledger, in_module, party, submission, with_text_and};
use crate::lf::engine::{Command, Config, Engine, Step};
use crate::lf::error::{Error, Limit};
use crate::lf::value::Value;
use crate::model::{Name, PackageId};

/// `double n` is a value of `2^n` leaves in `n` places of memory.
const SOURCE: &str = r"
language 2.1;
metadata ('hostile' : '1.0.0');
module M {
  variant @serializable V = Leaf : Unit | Node : M:Two;
  record @serializable Two = { one : M:V, two : M:V };
  val double : Int64 -> M:V -> M:V = \(n : Int64) (v : M:V) ->
    case EQUAL @Int64 n 0 of True -> v | False -> M:double (SUB_INT64 n 1) (M:V:Node (M:Two {one = v, two = v}));
  val huge : M:V = M:double 48 (M:V:Leaf ());
  val other : M:V = M:double 48 (M:V:Leaf ());
  val range : Int64 -> List Int64 -> List Int64 = \(n : Int64) (acc : List Int64) ->
    case EQUAL @Int64 n 0 of True -> acc | False -> M:range (SUB_INT64 n 1) (Cons @Int64 [n] acc);
  val long : List Int64 = M:range 10000 (Nil @Int64);
  val repeat : forall a. Update a -> Int64 -> Update Unit = /\a. \(u : Update a) (n : Int64) ->
    case EQUAL @Int64 n 0 of True -> pure @Unit () | False -> (bind x : a <- u in M:repeat @a u (SUB_INT64 n 1));
  val compareForEver : Int64 -> Int64 = \(n : Int64) ->
    case EQUAL @(List Int64) M:long M:long of True -> M:compareForEver (ADD_INT64 n 1) | False -> n;
  val grow : Int64 -> TextMap Int64 -> TextMap Int64 = \(n : Int64) (m : TextMap Int64) ->
    case EQUAL @Int64 n 0 of True -> m | False -> M:grow (SUB_INT64 n 1) (TEXTMAP_INSERT @Int64 (INT64_TO_TEXT n) n m);
  val text : Int64 -> Text -> Text = \(n : Int64) (t : Text) ->
    case EQUAL @Int64 n 0 of True -> t | False -> M:text (SUB_INT64 n 1) (APPEND_TEXT t t);
  val read : Int64 -> Text -> Int64 = \(n : Int64) (t : Text) ->
    case TEXT_TO_INT64 t of None -> M:read (ADD_INT64 n 1) t | Some x -> n;
  val verify : Int64 -> Int64 = \(n : Int64) ->
    case SECP256K1_BOOL '3006020101020101' 'deadbeef' '3056301006072a8648ce3d020106052b8104000a0342000479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8' of
      True -> n | False -> M:verify (ADD_INT64 n 1);

  val shared : Int64 -> List Text = \(n : Int64) ->
    let t : Text = M:text 20 'x' in M:times n t (Nil @Text);
  val times : Int64 -> Text -> List Text -> List Text = \(n : Int64) (t : Text) (acc : List Text) ->
    case EQUAL @Int64 n 0 of True -> acc | False -> M:times (SUB_INT64 n 1) t (Cons @Text [t] acc);
  val metadata : Int64 -> Text -> TextMap Text -> TextMap Text = \(n : Int64) (t : Text) (m : TextMap Text) ->
    case EQUAL @Int64 n 0 of True -> m | False -> M:metadata (SUB_INT64 n 1) t (TEXTMAP_INSERT @Text (INT64_TO_TEXT n) t m);
  val sharedTexts : List Text = M:shared 20000;

  val first : List Int64 -> Int64 = \(l : List Int64) -> case l of Nil -> 0 | Cons h t -> h;
  val churn : Int64 -> Int64 -> Int64 = \(n : Int64) (acc : Int64) ->
    case EQUAL @Int64 n 0 of True -> acc | False -> M:churn (SUB_INT64 n 1) (ADD_INT64 acc (M:first (M:range 1000 (Nil @Int64))));
  val fifty : Text -> Int64 -> Int64 = \(t : Text) (n : Int64) ->
    case EQUAL @Int64 n 0 of True -> n | False -> let l : List Text = EXPLODE_TEXT t in M:fifty t (SUB_INT64 n 1);
  val mostlyFreed : Int64 = M:churn 1000 0;
  val explodedOften : Int64 = M:fifty (M:text 14 'x') 100;
  val versions : Int64 -> TextMap Int64 -> List (TextMap Int64) -> List (TextMap Int64) = \(n : Int64) (m : TextMap Int64) (all : List (TextMap Int64)) ->
    case EQUAL @Int64 n 0 of True -> all | False ->
      let next : TextMap Int64 = TEXTMAP_INSERT @Int64 (INT64_TO_TEXT n) n m in M:versions (SUB_INT64 n 1) next (Cons @(TextMap Int64) [next] all);
  val manyVersions : List (TextMap Int64) = M:versions 20000 (TEXTMAP_EMPTY @Int64) (Nil @(TextMap Int64));
  val large1 : List Int64 = M:range 46000 (Nil @Int64);
  val large2 : List Int64 = M:range 46001 (Nil @Int64);
  val large3 : List Int64 = M:range 46002 (Nil @Int64);
  val large4 : List Int64 = M:range 46003 (Nil @Int64);
  val large5 : List Int64 = M:range 46004 (Nil @Int64);
  val sum : Int64 -> Int64 -> Int64 = \(a : Int64) (b : Int64) -> ADD_INT64 (M:first M:large1) (ADD_INT64 a b);
  val allLarge : Int64 -> Int64 = \(n : Int64) -> M:sum (ADD_INT64 (M:first M:large2) (M:first M:large3)) (ADD_INT64 (M:first M:large4) (M:first M:large5));
  val fewLarge : Int64 = M:sum 0 (M:first M:large2);
  val tooManyLarge : Int64 = M:churn 100 (M:allLarge 0);

  val compareHuge : Bool = EQUAL @M:V M:huge M:other;
  val keyHuge : GenMap M:V Int64 = GENMAP_INSERT @M:V @Int64 M:huge 1 (GENMAP_EMPTY @M:V @Int64);
  val compareLong : Int64 = M:compareForEver 0;
  val readLong : Int64 = M:read 0 (M:text 20 'x');
  val verifyForEver : Int64 = M:verify 0;
  val manyKeys : Int64 = TEXTMAP_SIZE @Int64 (M:grow 1000000 (TEXTMAP_EMPTY @Int64));
  val exportHuge : M:V = M:huge;
  val hugeText : Text = M:text 40 'x';

  interface (this : I) = { viewtype M:Two; };
  record @serializable Seen = { texts : List Text };
  interface (this : J) = { viewtype M:Seen; };
  record @serializable Texts = { owner : Party, texts : List Text };
  template (this : Texts) = {
    precondition True;
    signatories Cons @Party [M:Texts {owner} this] (Nil @Party);
    observers Nil @Party;
    choice @nonConsuming Look (self) (arg : Unit) : Unit, controllers Cons @Party [M:Texts {owner} this] (Nil @Party)
      to pure @Unit ();
  };
  record @serializable T = { owner : Party };
  template (this : T) = {
    precondition True;
    signatories Cons @Party [M:T {owner} this] (Nil @Party);
    observers Nil @Party;
    choice @nonConsuming Compare (self) (arg : Unit) : Bool, controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to pure @Bool M:compareHuge;
    choice @nonConsuming Huge (self) (arg : Unit) : M:V, controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to pure @M:V M:huge;
    choice @nonConsuming Long (self) (arg : Unit) : List Int64, controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to pure @(List Int64) M:long;
    choice @nonConsuming CreateHuge (self) (arg : Unit) : ContractId M:Big, controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to create @M:Big (M:Big {owner = M:T {owner} this, v = M:huge});
    choice @nonConsuming SharedTexts (self) (arg : Unit) : List Text, controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to pure @(List Text) (M:shared 20000);
    choice @nonConsuming CreateShared (self) (arg : Unit) : ContractId M:Texts, controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to create @M:Texts (M:Texts {owner = M:T {owner} this, texts = M:shared 20000});
    choice @nonConsuming CreateSome (self) (arg : Unit) : ContractId M:Texts, controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to create @M:Texts (M:Texts {owner = M:T {owner} this, texts = M:shared 2});
    choice @nonConsuming CreateSomeForEver (self) (arg : Unit) : Unit, controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to M:repeat @(ContractId M:Texts) (exercise @M:T CreateSome self ()) -1;
    choice @nonConsuming ViewShared (self) (arg : Unit) : Bool, controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to let v : M:Seen = view_interface @M:J (to_interface @M:J @M:T this) in pure @Bool True;
    choice @nonConsuming FailShared (self) (arg : Unit) : Unit, controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to FAIL_WITH_STATUS @(Update Unit) 'E' INVALID_INDEPENDENT_OF_SYSTEM_STATE 'm' (M:metadata 20000 (M:text 20 'x') (TEXTMAP_EMPTY @Text));
    choice @nonConsuming CreateForEver (self) (arg : Unit) : Unit, controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to M:repeat @(ContractId M:T) (create @M:T this) -1;
    choice @nonConsuming LongForEver (self) (arg : Unit) : Unit, controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to M:repeat @(List Int64) (exercise @M:T Long self ()) -1;
    choice @nonConsuming FetchForEver (self) (arg : Unit) : Unit, controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to M:repeat @M:T (fetch @M:T self) -1;
    choice @nonConsuming TryForEver (self) (arg : Unit) : Unit, controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to M:repeat @Unit (try @Unit (bind u : Unit <- embed_expr @Unit (pure @Unit (M:divide 0)) in pure @Unit ())
                         catch e -> Some @(Update Unit) (pure @Unit ())) -1;
    choice @nonConsuming View (self) (arg : Unit) : Bool, controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to let v : M:Two = view_interface @M:I (to_interface @M:I @M:T this) in pure @Bool True;
    implements M:J { view = M:Seen {texts = M:shared 20000}; };
    implements M:I { view = M:Two {one = M:huge, two = M:huge}; };
  };
  val divide : Int64 -> Unit = \(n : Int64) -> let x : Int64 = DIV_INT64 1 n in ();
  record @serializable Big = { owner : Party, v : M:V };
  template (this : Big) = {
    precondition True;
    signatories Cons @Party [M:Big {owner} this] (Nil @Party);
    observers Nil @Party;
  };
}
";

const STEPS: u64 = 3_000_000;
const MEMORY: u64 = 16 << 20;

fn source() -> String {
    SOURCE
        .replace('\'', "\"")
        .replace("\"hostile\" : \"1.0.0\"", "'hostile' : '1.0.0'")
}

fn config() -> Config {
    Config {
        steps_max: STEPS,
        call_steps_max: STEPS,
        memory_bytes_max: MEMORY,
        stack_bytes_max: 16 << 20,
        ..Config::default()
    }
}

fn hostile() -> (Engine, PackageId) {
    with_text_and(&source(), config())
}

fn evaluate(name: &str) -> Result<Value, Error> {
    let (engine, package) = hostile();
    engine.evaluate(&in_module(&package, name))
}

fn command(package: &PackageId, choice: &'static str) -> Command {
    Command::CreateAndExercise {
        template: in_module(package, "T"),
        create_argument: record(vec![alice()]),
        choice: Name::literal(choice),
        choice_argument: Value::Unit,
    }
}

fn exercise(choice: &'static str) -> Error {
    exercise_within(config(), choice)
}

fn exercise_within(config: Config, choice: &'static str) -> Error {
    let (engine, package) = with_text_and(&source(), config);
    let command = command(&package, choice);
    let done = Ledger::default().submit(&engine, [party("alice")], vec![command]);
    match done {
        Ok(_) => panic!("{choice} has a result"),
        Err(error) => error,
    }
}

#[test]
fn work_inside_of_a_builtin_uses_up_the_steps() {
    for name in [
        "compareHuge",
        "keyHuge",
        "compareLong",
        "readLong",
        "verifyForEver",
    ] {
        let failed = evaluate(name);
        assert_eq!(failed, Err(Error::Limit(Limit::Steps(STEPS))), "{name}");
    }
}

#[test]
fn values_that_are_huge_without_their_sharing_do_not_leave_the_machine() {
    for choice in ["Huge", "CreateHuge", "View"] {
        assert_eq!(
            exercise(choice),
            Error::Limit(Limit::Memory(MEMORY)),
            "{choice}"
        );
    }
    for name in ["exportHuge", "hugeText"] {
        let failed = evaluate(name);
        assert_eq!(failed, Err(Error::Limit(Limit::Memory(MEMORY))), "{name}");
    }
}

#[test]
fn a_shared_text_counts_wherever_it_occurs_in_what_leaves_the_machine() {
    let roomy = || Config {
        steps_max: STEPS,
        call_steps_max: STEPS,
        ..Config::default()
    };
    let value = Limit::Value(roomy().value_bytes_max);
    for choice in ["SharedTexts", "CreateShared", "ViewShared"] {
        let failed = exercise_within(roomy(), choice);
        assert_eq!(failed, Error::Limit(value), "{choice}");
    }
    let (engine, package) = with_text_and(&source(), roomy());
    let failed = engine.evaluate(&in_module(&package, "sharedTexts"));
    assert_eq!(failed, Err(Error::Limit(value)));
    let memory = Limit::Memory(roomy().memory_bytes_max);
    let failed = exercise_within(roomy(), "FailShared");
    assert_eq!(failed, Error::Limit(memory));
}

#[test]
fn all_values_of_a_transaction_together_are_bounded() {
    let roomy = Config::default();
    let transaction = Limit::Transaction(roomy.transaction_bytes_max);
    let failed = exercise_within(roomy, "CreateSomeForEver");
    assert_eq!(failed, Error::Limit(transaction));
}

#[test]
fn contracts_that_are_used_count_as_much_as_those_that_are_made() {
    let (engine, package) = with_text_and(&source(), Config::default());
    let mut ledger = Ledger::default();
    let create = command(&package, "CreateSome");
    ledger
        .submit(&engine, [party("alice")], vec![create])
        .unwrap();
    let used = ledger.order.last().cloned().unwrap();
    let fetch = |config| {
        let (engine, package) = with_text_and(&source(), config);
        let archive = Command::Exercise {
            template: in_module(&package, "Texts"),
            contract_id: used.clone(),
            choice: Name::literal("Look"),
            argument: Value::Unit,
        };
        let mut ledger = ledger.clone();
        let done = ledger.submit(&engine, [party("alice")], vec![archive]);
        done.map(|_| ())
    };
    assert_eq!(fetch(Config::default()), Ok(()));
    let transaction_bytes_max = 1 << 20;
    let small = Config {
        transaction_bytes_max,
        ..Config::default()
    };
    let limit = Limit::Transaction(transaction_bytes_max);
    assert_eq!(fetch(small), Err(Error::Limit(limit)));
}

#[test]
fn a_transaction_without_end_uses_up_the_memory() {
    for choice in ["CreateForEver", "LongForEver", "FetchForEver"] {
        assert_eq!(
            exercise(choice),
            Error::Limit(Limit::Memory(MEMORY)),
            "{choice}"
        );
    }
    assert!(matches!(exercise("TryForEver"), Error::Limit(_)));
}

#[test]
fn a_map_of_a_million_keys_needs_more_memory_than_there_is() {
    assert_eq!(
        evaluate("manyKeys"),
        Err(Error::Limit(Limit::Memory(MEMORY)))
    );
}

#[test]
fn memory_that_was_freed_may_be_used_again() {
    // 80 MB of cells, and nearly 200 MB
    for (name, expected) in [("mostlyFreed", 1000), ("explodedOften", 0)] {
        assert_eq!(evaluate(name), Ok(Value::Int64(expected)), "{name}");
    }
}

#[test]
fn versions_of_a_map_that_are_all_held_count_with_all_that_they_do_not_share() {
    let failed = evaluate("manyVersions");
    assert_eq!(failed, Err(Error::Limit(Limit::Memory(MEMORY))));
}

#[test]
fn large_top_level_values_are_held_by_who_needs_them_and_count_there() {
    let (engine, package) = hostile();
    let evaluate = |name| engine.evaluate(&in_module(&package, name));
    for _ in 0..3 {
        assert_eq!(evaluate("fewLarge"), Ok(Value::Int64(2)));
        let failed = evaluate("tooManyLarge");
        assert_eq!(failed, Err(Error::Limit(Limit::Memory(MEMORY))));
    }
}

#[test]
fn a_comparison_can_be_cancelled_while_it_goes_on() {
    let (_, package) = hostile();
    let (engine, _) = with_text_and(&source(), Config::default());
    let submission = submission(
        &engine,
        vec![command(&package, "Compare")],
        [party("alice")],
        1,
    );
    let cancelled = submission.cancelled.clone();
    let mut interpretation = engine.submit(submission);
    let error = std::thread::scope(|scope| {
        let running = scope.spawn(move || {
            loop {
                match interpretation.run() {
                    Step::Paused => {}
                    Step::Failed(error) => return error,
                    other => panic!("{other:?}"),
                }
            }
        });
        cancelled.store(true, Ordering::Relaxed);
        running.join().unwrap()
    });
    assert_eq!(error, Error::Cancelled);
}

#[test]
fn recursion_ten_million_deep_ends_with_the_stack() {
    let source = "language 2.1; metadata ('deep' : '1.0.0'); module M {
      val depth : Int64 -> Int64 = \\(n : Int64) ->
        case EQUAL @Int64 n 0 of True -> 0 | False -> ADD_INT64 1 (M:depth (SUB_INT64 n 1));
      val result : Int64 = M:depth 10000000;
    }";
    let (engine, package) = with_text_and(source, Config::default());
    let failed = engine.evaluate(&in_module(&package, "result"));
    assert!(
        matches!(failed, Err(Error::Limit(Limit::Stack(_)))),
        "{failed:?}"
    );
}
