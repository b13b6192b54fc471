//! The forms of expressions and updates that are about interfaces.

use super::model::record;
use super::support::{Ledger, in_module, party, with_text};
use crate::lf::engine::{Command, Engine};
use crate::lf::error::Error;
use crate::lf::transaction::Node;
use crate::lf::value::{Rendered, Value};
use crate::model::{ContractId, Identifier, Name, PackageId};

/// `Both` implements the interfaces `Base` and `More`, `Only` just `Base`.
const SOURCE: &str = r#"
language 2.1;
metadata ('interfaces' : '1.0.0');
module M {
  val one : Party -> List Party = \(p : Party) -> Cons @Party [p] (Nil @Party);
  val none : List Party = Nil @Party;
  record @serializable Number = { n : Int64 };
  record @serializable Word = { text : Text };
  interface (this : Base) = {
    viewtype M:Number;
    method number : Int64;
    choice @nonConsuming Number (self) (arg : Unit) : Int64,
      controllers interface_signatory @M:Base this
      to pure @Int64 (call_interface @M:Base number this);
    choice Archive (self) (arg : Unit) : Unit,
      controllers interface_signatory @M:Base this
      to pure @Unit ();
  };
  interface (this : More) = { viewtype M:Word; requires M:Base; };
  record @serializable Both = { owner : Party, seer : Party, n : Int64 };
  template (this : Both) = {
    precondition True;
    signatories M:one (M:Both {owner} this);
    observers M:one (M:Both {seer} this);
    implements M:Base { view = M:Number {n = ADD_INT64 100 (M:Both {n} this)}; method number = M:Both {n} this; };
    implements M:More { view = M:Word {text = "more"}; };
  };
  record @serializable Only = { owner : Party };
  template (this : Only) = {
    precondition True;
    signatories M:one (M:Only {owner} this);
    observers M:none;
    implements M:Base { view = M:Number {n = -1}; method number = 0; };
  };
  val upBoth : M:Both -> M:Base = \(b : M:Both) -> to_interface @M:Base @M:Both b;
  val upOnly : M:Only -> M:Base = \(o : M:Only) -> to_interface @M:Base @M:Only o;

  record @serializable Args = { both : M:Both, only : M:Only, id : ContractId M:Base };
  record @serializable Tester = { owner : Party };
  template (this : Tester) = {
    precondition True;
    signatories M:one (M:Tester {owner} this);
    observers M:none;
    choice @nonConsuming Call (self) (arg : M:Args) : List Int64,
      controllers M:one (M:Tester {owner} this)
      to let b : M:Base = M:upBoth (M:Args {both} arg); o : M:Base = M:upOnly (M:Args {only} arg)
         in pure @(List Int64) (Cons @Int64 [call_interface @M:Base number b, M:Number {n} (view_interface @M:Base b), call_interface @M:Base number o, M:Number {n} (view_interface @M:Base o)] (Nil @Int64));
    choice @nonConsuming Parties (self) (arg : M:Args) : List (List Party),
      controllers M:one (M:Tester {owner} this)
      to let b : M:Base = M:upBoth (M:Args {both} arg); o : M:Base = M:upOnly (M:Args {only} arg)
         in pure @(List (List Party)) (Cons @(List Party) [interface_signatory @M:Base b, interface_observer @M:Base b, interface_observer @M:Base o] (Nil @(List Party)));
    choice @nonConsuming Same (self) (arg : M:Args) : List Bool,
      controllers M:one (M:Tester {owner} this)
      to let b : M:Base = M:upBoth (M:Args {both} arg); o : M:Base = M:upOnly (M:Args {only} arg)
         in pure @(List Bool) (Cons @Bool [
              EQUAL @TypeRep (interface_typerep @M:Base b) (type_rep @M:Both),
              EQUAL @TypeRep (interface_typerep @M:Base o) (type_rep @M:Both),
              case from_interface @M:Base @M:Both b of None -> False | Some x -> EQUAL @M:Both x (M:Args {both} arg),
              case from_interface @M:Base @M:Both o of None -> False | Some x -> True,
              case from_required_interface @M:Base @M:More b of None -> False | Some x -> EQUAL @Text "more" (M:Word {text} (view_interface @M:More x)),
              case from_required_interface @M:Base @M:More o of None -> False | Some x -> True] (Nil @Bool));
    choice @nonConsuming Unsafe (self) (arg : M:Args) : Int64,
      controllers M:one (M:Tester {owner} this)
      to pure @Int64 (M:Both {n} (unsafe_from_interface @M:Base @M:Both (M:Args {id} arg) (M:upBoth (M:Args {both} arg))));
    choice @nonConsuming UnsafeWrong (self) (arg : M:Args) : Int64,
      controllers M:one (M:Tester {owner} this)
      to pure @Int64 (M:Both {n} (unsafe_from_interface @M:Base @M:Both (M:Args {id} arg) (M:upOnly (M:Args {only} arg))));
    choice @nonConsuming UnsafeMore (self) (arg : M:Args) : Int64,
      controllers M:one (M:Tester {owner} this)
      to let m : M:More = unsafe_from_required_interface @M:Base @M:More (M:Args {id} arg) (M:upBoth (M:Args {both} arg))
         in pure @Int64 (call_interface @M:Base number (to_required_interface @M:Base @M:More m));
    choice @nonConsuming UnsafeMoreWrong (self) (arg : M:Args) : Text,
      controllers M:one (M:Tester {owner} this)
      to pure @Text (M:Word {text} (view_interface @M:More (unsafe_from_required_interface @M:Base @M:More (M:Args {id} arg) (M:upOnly (M:Args {only} arg)))));
    choice @nonConsuming Updates (self) (arg : M:Args) : Int64,
      controllers M:one (M:Tester {owner} this)
      to bind id : ContractId M:Base <- create_interface @M:Base (M:upBoth (M:Args {both} arg));
              i : M:Base <- fetch_interface @M:Base id;
              n : Int64 <- exercise_interface @M:Base Number id ();
              u : Unit <- exercise_interface @M:Base Archive id ()
         in pure @Int64 (ADD_INT64 n (M:Number {n} (view_interface @M:Base i)));
    choice @nonConsuming FetchMore (self) (arg : M:Args) : Text,
      controllers M:one (M:Tester {owner} this)
      to bind i : M:More <- fetch_interface @M:More (COERCE_CONTRACT_ID @M:Base @M:More (M:Args {id} arg))
         in pure @Text (M:Word {text} (view_interface @M:More i));
  };
}
"#;

struct Tester {
    engine: Engine,
    package: PackageId,
    ledger: Ledger,
    only: ContractId,
}

impl Tester {
    fn new() -> Self {
        let (engine, package) = with_text(SOURCE);
        let mut ledger = Ledger::default();
        let create = Command::Create {
            template: in_module(&package, "Only"),
            argument: record(vec![alice()]),
        };
        let done = ledger
            .submit(&engine, [party("alice")], vec![create])
            .unwrap();
        let only = done.transaction.nodes[0].contract_id().unwrap().clone();
        Self {
            engine,
            package,
            ledger,
            only,
        }
    }

    fn id(&self, name: &str) -> Identifier {
        in_module(&self.package, name)
    }

    /// The result of a choice in words.
    fn run(&mut self, choice: &'static str) -> Result<String, Error> {
        let both = record(vec![alice(), bob(), Value::Int64(7)]);
        let only = record(vec![alice()]);
        let id = Value::ContractId(self.only.clone());
        let command = Command::CreateAndExercise {
            template: self.id("Tester"),
            create_argument: record(vec![alice()]),
            choice: Name::literal(choice),
            choice_argument: record(vec![both, only, id]),
        };
        let done = self
            .ledger
            .submit(&self.engine, [party("alice")], vec![command])?;
        match &done.transaction.nodes[1] {
            Node::Exercise(exercise) => Ok(Rendered(exercise.result.as_ref().unwrap()).to_string()),
            other => panic!("{other:?}"),
        }
    }
}

fn alice() -> Value {
    Value::Party(party("alice"))
}

fn bob() -> Value {
    Value::Party(party("bob"))
}

#[test]
fn methods_views_and_parties_are_those_of_the_template() {
    let mut tester = Tester::new();
    assert_eq!(
        tester.run("Call").unwrap(),
        "List(Int64(7),Int64(107),Int64(0),Int64(-1))"
    );
    assert_eq!(
        tester.run("Parties").unwrap(),
        "List(List(Party(alice)),List(Party(bob)),List())"
    );
}

#[test]
fn an_interface_value_is_converted_back_where_it_fits() {
    let mut tester = Tester::new();
    let [yes, no] = ["Bool(true)", "Bool(false)"];
    assert_eq!(
        tester.run("Same").unwrap(),
        format!("List({yes},{no},{yes},{no},{yes},{no})")
    );
    assert_eq!(tester.run("Unsafe").unwrap(), "Int64(7)");
    assert_eq!(tester.run("UnsafeMore").unwrap(), "Int64(7)");
    let only = tester.only.clone();
    assert_eq!(
        tester.run("UnsafeWrong"),
        Err(Error::WronglyTypedContract {
            contract_id: only.clone(),
            expected: tester.id("Both"),
            actual: tester.id("Only"),
        })
    );
    assert_eq!(
        tester.run("UnsafeMoreWrong"),
        Err(Error::DoesNotImplementRequiringInterface {
            contract_id: only,
            template: tester.id("Only"),
            required: tester.id("Base"),
            requiring: tester.id("More"),
        })
    );
}

#[test]
fn contracts_are_created_fetched_and_exercised_through_interfaces() {
    let mut tester = Tester::new();
    assert_eq!(tester.run("Updates").unwrap(), "Int64(114)");
    assert_eq!(
        tester.run("FetchMore"),
        Err(Error::DoesNotImplementInterface {
            contract_id: tester.only.clone(),
            template: tester.id("Only"),
            interface: tester.id("More"),
        })
    );
}

#[test]
fn views_are_computed_for_answers() {
    let tester = Tester::new();
    let both = record(vec![alice(), bob(), Value::Int64(7)]);
    let view = |template: &str, argument: &Value, interface: &str| {
        tester
            .engine
            .view(&tester.id(template), argument, &tester.id(interface))
    };
    assert_eq!(
        view("Both", &both, "Base"),
        Ok(record(vec![Value::Int64(107)]))
    );
    assert_eq!(
        view("Both", &both, "More"),
        Ok(record(vec![Value::Text("more".into())]))
    );
    let only = record(vec![alice()]);
    assert!(matches!(view("Only", &only, "More"), Err(Error::Lookup(_))));
    assert!(matches!(view("Only", &both, "Base"), Err(Error::Value(_))));
}
