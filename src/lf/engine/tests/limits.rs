//! Hostile and huge code: it ends with a clear error, and never with the process.

use std::sync::atomic::Ordering;

use super::model::{Model, alice, bob, contract, record};
use super::support::{in_module, submission, with_text_and};
use crate::lf::engine::{Command, Config, Engine, Interpretation, Step};
use crate::lf::error::{Error, Limit};
use crate::lf::value::Value;
use crate::model::PackageId;

fn tight() -> Config {
    Config {
        steps_max: 3_000_000,
        memory_bytes_max: 64 << 20,
        stack_bytes_max: 16 << 20,
        ..Config::default()
    }
}

fn module(definitions: &str) -> (Engine, PackageId) {
    let source = format!("language 2.3; metadata ('t' : '1.0.0'); module M {{ {definitions} }}");
    with_text_and(&source, tight())
}

/// What the definition `result` comes to.
fn run(definitions: &str) -> Result<Value, Error> {
    let (engine, package) = module(definitions);
    engine.evaluate(&in_module(&package, "result"))
}

const RANGE: &str = "val range : Int64 -> Int64 -> List Int64 -> List Int64 = \\(low : Int64) (high : Int64) (acc : List Int64) ->
  case LESS @Int64 high low of True -> acc | False -> M:range low (SUB_INT64 high 1) (Cons @Int64 [high] acc);";

#[test]
fn endless_loops_end_when_the_steps_are_used_up() {
    let endless = [
        "val f : Int64 -> Int64 = \\(x : Int64) -> M:f (ADD_INT64 x 1); val result : Int64 = M:f 0;",
        "val f : Int64 -> Int64 = \\(x : Int64) -> M:g x; val g : Int64 -> Int64 = \\(x : Int64) -> M:f x; val result : Int64 = M:f 0;",
        // without any definition that calls itself
        "record D = { f : M:D -> Int64 };
         val w : M:D -> Int64 = \\(d : M:D) -> M:D {f} d d; val result : Int64 = M:w (M:D {f = M:w});",
    ];
    for definitions in endless {
        let failed = run(definitions);
        assert_eq!(
            failed,
            Err(Error::Limit(Limit::Steps(3_000_000))),
            "{definitions}"
        );
    }
    // work that is no call counts by its length
    let folds = format!(
        "{RANGE} val list : List Int64 = M:range 1 1000 (Nil @Int64);
         val sum : Int64 -> Int64 -> Int64 = \\(a : Int64) (b : Int64) -> ADD_INT64 a (FOLDL @Int64 @Int64 (\\(x : Int64) (y : Int64) -> ADD_INT64 x y) 0 M:list);
         val sums : Int64 -> Int64 -> Int64 = \\(a : Int64) (b : Int64) -> FOLDL @Int64 @Int64 M:sum a M:list;
         val result : Int64 = FOLDL @Int64 @Int64 M:sums 0 M:list;"
    );
    assert_eq!(run(&folds), Err(Error::Limit(Limit::Steps(3_000_000))));
}

#[test]
fn an_endless_update_ends_when_the_steps_are_used_up() {
    let mut model = Model::with(tight());
    let failed = model.use_it("Loop", Value::Int64(-1));
    assert!(matches!(failed, Err(Error::Limit(_))));
}

#[test]
fn definitions_that_need_themselves_end_when_a_limit_is_reached() {
    for definitions in [
        "val result : Int64 = M:result;",
        "val a : Int64 = M:result; val result : Int64 = ADD_INT64 M:a 1;",
        "val a : Unit -> Int64 = \\(u : Unit) -> M:result; val result : Int64 = M:a ();",
    ] {
        let failed = run(definitions);
        assert!(matches!(failed, Err(Error::Limit(_))), "{failed:?}");
    }
}

#[test]
fn recursion_goes_as_deep_as_the_stack_may_grow_and_then_ends_clearly() {
    let deep = |n: u32| {
        format!(
            "val depth : Int64 -> Int64 = \\(n : Int64) -> case EQUAL @Int64 n 0 of True -> 0 | False -> ADD_INT64 1 (M:depth (SUB_INT64 n 1));
             val result : Int64 = M:depth {n};"
        )
    };
    assert_eq!(run(&deep(100_000)), Ok(Value::Int64(100_000)));
    let failed = run(&deep(1_000_000));
    assert!(
        matches!(failed, Err(Error::Limit(Limit::Stack(_)))),
        "{failed:?}"
    );

    let source = format!(
        "language 2.3; metadata ('t' : '1.0.0'); module M {{ {} }}",
        deep(1_000_000)
    );
    let (engine, package) = with_text_and(&source, Config::default());
    let result = engine.evaluate(&in_module(&package, "result"));
    assert_eq!(result, Ok(Value::Int64(1_000_000)));
}

#[test]
fn memory_is_limited() {
    for definitions in [
        "val f : Text -> Text = \\(t : Text) -> M:f (APPEND_TEXT t t); val result : Text = M:f \"x\";",
        "val f : List Int64 -> List Int64 = \\(l : List Int64) -> M:f (Cons @Int64 [1, 2, 3, 4, 5, 6, 7, 8] l); val result : List Int64 = M:f (Nil @Int64);",
        "val f : TextMap Text -> Text -> TextMap Text = \\(m : TextMap Text) (k : Text) -> M:f (TEXTMAP_INSERT @Text k k m) (APPEND_TEXT k \"xxxxxxxx\"); val result : TextMap Text = M:f (TEXTMAP_EMPTY @Text) \"\";",
    ] {
        // comparing long keys takes steps, too
        let failed = run(definitions);
        assert!(matches!(failed, Err(Error::Limit(_))), "{failed:?}");
    }
}

#[test]
fn a_million_elements_and_deep_values_are_made_and_dropped() {
    let list = format!("{RANGE} val list : List Int64 = M:range 1 1000000 (Nil @Int64);
      val result : Int64 = FOLDL @Int64 @Int64 (\\(a : Int64) (b : Int64) -> ADD_INT64 a b) 0 M:list;");
    let source = format!("language 2.3; metadata ('t' : '1.0.0'); module M {{ {list} }}");
    let (engine, package) = with_text_and(&source, Config::default());
    let result = engine.evaluate(&in_module(&package, "result"));
    assert_eq!(result, Ok(Value::Int64(500_000_500_000)));
    drop(engine);

    let nested = "variant V = Stop : Unit | More : M:V;
      val nest : Int64 -> M:V -> M:V = \\(n : Int64) (v : M:V) -> case EQUAL @Int64 n 0 of True -> v | False -> M:nest (SUB_INT64 n 1) (M:V:More v);
      val depth : Int64 -> M:V -> Int64 = \\(n : Int64) (v : M:V) -> case v of M:V:Stop u -> n | M:V:More w -> M:depth (ADD_INT64 n 1) w;
      val result : Int64 = M:depth 0 (M:nest 300000 (M:V:Stop ()));
      val value : M:V = M:nest 300000 (M:V:Stop ());
      val equal : Bool = EQUAL @M:V M:value M:value;";
    let (engine, package) = module(nested);
    let result = engine.evaluate(&in_module(&package, "result"));
    assert_eq!(result, Ok(Value::Int64(300_000)));
    let equal = engine.evaluate(&in_module(&package, "equal"));
    assert_eq!(equal, Ok(Value::Bool(true)));
    // but such a value cannot leave the machine
    let value = engine.evaluate(&in_module(&package, "value"));
    assert_eq!(value, Err(Error::ValueNesting));
}

const NESTED: &str = "
language 2.1;
metadata ('nested' : '1.0.0');
module M {
  variant @serializable V = Stop : Unit | More : M:V;
  val nest : Int64 -> M:V -> M:V = \\(n : Int64) (v : M:V) -> case EQUAL @Int64 n 0 of True -> v | False -> M:nest (SUB_INT64 n 1) (M:V:More v);
  record @serializable T = { owner : Party, v : M:V };
  template (this : T) = {
    precondition True;
    signatories Cons @Party [M:T {owner} this] (Nil @Party);
    observers Nil @Party;
    choice @nonConsuming Deepen (self) (arg : Int64) : ContractId M:T,
      controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to create @M:T (M:T {this with v = M:nest arg (M:V:Stop ())});
    choice @nonConsuming Deep (self) (arg : Int64) : M:V,
      controllers Cons @Party [M:T {owner} this] (Nil @Party)
      to pure @M:V (M:nest arg (M:V:Stop ()));
  };
}
";

#[test]
fn values_on_the_ledger_nest_at_most_100_levels() {
    let (engine, package) = with_text_and(NESTED, tight());
    let mut ledger = super::support::Ledger::default();
    let mut exercise = |choice: &'static str, levels: i64| {
        let stop = Value::Variant {
            id: None,
            constructor: crate::model::Name::literal("Stop"),
            value: Box::new(Value::Unit),
        };
        let command = Command::CreateAndExercise {
            template: in_module(&package, "T"),
            create_argument: record(vec![alice(), stop]),
            choice: crate::model::Name::literal(choice),
            choice_argument: Value::Int64(levels),
        };
        let alice = super::support::party("alice");
        ledger.submit(&engine, [alice], vec![command])
    };
    // a contract's argument is a record, and so one level more
    assert!(exercise("Deepen", 98).is_ok());
    assert!(exercise("Deep", 99).is_ok());
    for (choice, levels) in [
        ("Deepen", 99),
        ("Deepen", 200),
        ("Deep", 100),
        ("Deep", 200),
    ] {
        let failed = exercise(choice, levels);
        assert_eq!(
            failed.map(|_| ()),
            Err(Error::ValueNesting),
            "{choice} {levels}"
        );
    }
}

/// Runs with small slices, each on a thread of its own.
fn on_many_threads(model: &Model, mut interpretation: Interpretation) -> (usize, Step) {
    for slices in 1.. {
        let step = std::thread::scope(|scope| scope.spawn(|| interpretation.run()).join().unwrap());
        match step {
            Step::NeedContract(id) => {
                interpretation.answer_contract(model.ledger.contracts.get(&id).cloned());
            }
            Step::Paused => {}
            done => return (slices, done),
        }
    }
    unreachable!()
}

#[test]
fn an_interpretation_can_pause_and_go_on_elsewhere_with_the_same_result() {
    let run = |slice_steps| {
        let mut model = Model::with(Config {
            slice_steps,
            ..Config::default()
        });
        let asset = model.asset(5);
        let user = model.create("User", vec![bob()]);
        let commands = vec![
            model.exercise_command("User", &user, "TakeTwice", contract(&asset)),
            model.exercise_command("User", &user, "Loop", Value::Int64(1000)),
        ];
        let parties = [super::support::party("bob")];
        let interpretation = model
            .engine
            .submit(submission(&model.engine, commands, parties, 9));
        match on_many_threads(&model, interpretation) {
            (slices, Step::Done(done)) => (slices, done.transaction.to_bytes()),
            (_, other) => panic!("{other:?}"),
        }
    };
    let (few, expected) = run(1_000_000);
    let (many, bytes) = run(1);
    assert_eq!(bytes, expected);
    assert!(many > 1000 && few < 10, "{many} {few}");
}

#[test]
fn an_interpretation_can_be_cancelled() {
    let mut model = Model::new();
    let user = model.create("User", vec![bob()]);
    let endless = model.exercise_command("User", &user, "Loop", Value::Int64(-1));
    let submission = submission(
        &model.engine,
        vec![endless],
        [super::support::party("bob")],
        9,
    );
    let cancelled = submission.cancelled.clone();
    let mut interpretation = model.engine.submit(submission);
    let mut pauses = 0;
    let error = loop {
        match interpretation.run() {
            Step::NeedContract(id) => {
                interpretation.answer_contract(model.ledger.contracts.get(&id).cloned());
            }
            Step::Paused => pauses += 1,
            Step::Failed(error) => break error,
            other => panic!("{other:?}"),
        }
        if pauses == 3 {
            cancelled.store(true, Ordering::Relaxed);
        }
    };
    assert_eq!((pauses, error), (3, Error::Cancelled));
    // it is over, whatever one asks of it
    interpretation.answer_contract(None);
    assert!(matches!(interpretation.run(), Step::Failed(_)));
}

#[test]
fn a_view_has_a_small_budget_of_its_own() {
    let definitions =
        "val f : Int64 -> Int64 = \\(x : Int64) -> M:f x; val result : Int64 = M:f 0;";
    let source = format!("language 2.3; metadata ('t' : '1.0.0'); module M {{ {definitions} }}");
    let config = Config {
        call_steps_max: 1000,
        ..Config::default()
    };
    let (engine, package) = with_text_and(&source, config);
    let failed = engine.evaluate(&in_module(&package, "result"));
    assert_eq!(failed, Err(Error::Limit(Limit::Steps(1000))));
}
