//! A model for tests of updates: an asset with choices of all kinds, an interface, exceptions.

use super::support::{Ledger, in_module, party, with_text_and};
use crate::lf::engine::{Command, Config, Engine, Interpreted};
use crate::lf::error::Error;
use crate::lf::transaction::{Node, NodeId, Transaction};
use crate::lf::value::{Record, Value};
use crate::model::{ContractId, Identifier, Name, PackageId, Party};

pub(super) const SOURCE: &str = r#"
language 2.1;
metadata ('model' : '1.0.0');
module M {
  val one : Party -> List Party = \(p : Party) -> Cons @Party [p] (Nil @Party);

  record @serializable E = { why : Text };
  exception E = { message \(e : M:E) -> M:E {why} e };
  record @serializable Other = { };
  exception Other = { message \(e : M:Other) -> "other" };

  record @serializable View = { holder : Party, count : Int64 };
  interface (this : I) = {
    viewtype M:View;
    method count : Int64;
    method rename : Party -> M:I;
    choice Take (self) (arg : M:To) : ContractId M:I,
      controllers M:one (M:View {holder} (view_interface @M:I this))
      to create_interface @M:I (call_interface @M:I rename this (M:To {to} arg));
    choice @nonConsuming Count (self) (arg : Unit) : Int64,
      controllers interface_signatory @M:I this
      to pure @Int64 (call_interface @M:I count this);
  };
  record @serializable Marker = {};
  interface (this : J) = {
    viewtype M:Marker;
    requires M:I;
  };

  record @serializable To = { to : Party };
  record @serializable Asset = { issuer : Party, owner : Party, amount : Int64 };
  template (this : Asset) = {
    precondition case LESS_EQ @Int64 0 (M:Asset {amount} this) of
        True -> True
      | False -> throw @Bool @M:E (M:E {why = "negative"});
    signatories M:one (M:Asset {issuer} this);
    observers M:one (M:Asset {owner} this);
    choice Give (self) (arg : M:To) : ContractId M:Asset,
      controllers M:one (M:Asset {owner} this)
      to create @M:Asset (M:Asset {this with owner = M:To {to} arg});
    choice @nonConsuming Show (self) (arg : M:To) : Int64,
      controllers M:one (M:Asset {owner} this),
      observers M:one (M:To {to} arg)
      to pure @Int64 (M:Asset {amount} this);
    choice Split (self) (arg : Int64) : List (ContractId M:Asset),
      controllers M:one (M:Asset {owner} this)
      to bind a : ContractId M:Asset <- create @M:Asset (M:Asset {this with amount = arg});
              b : ContractId M:Asset <- create @M:Asset (M:Asset {this with amount = SUB_INT64 (M:Asset {amount} this) arg})
         in pure @(List (ContractId M:Asset)) (Cons @(ContractId M:Asset) [a, b] (Nil @(ContractId M:Asset)));
    choice Archive (self) (arg : Unit) : Unit,
      controllers M:one (M:Asset {owner} this)
      to pure @Unit ();
    choice @nonConsuming Fail (self) (arg : Text) : Int64,
      controllers M:one (M:Asset {owner} this)
      to embed_expr @Int64 (throw @(Update Int64) @M:E (M:E {why = arg}));
    implements M:I {
      view = M:View {holder = M:Asset {owner} this, count = M:Asset {amount} this};
      method count = M:Asset {amount} this;
      method rename = \(p : Party) -> to_interface @M:I @M:Asset (M:Asset {this with owner = p});
    };
    implements M:J { view = M:Marker {}; };
  };

  record @serializable Plain = { owner : Party };
  template (this : Plain) = {
    precondition True;
    signatories M:one (M:Plain {owner} this);
    observers Nil @Party;
    choice Archive (self) (arg : Unit) : Unit, controllers M:one (M:Plain {owner} this) to pure @Unit ();
  };

  record @serializable Twin = { owner : Party };
  template (this : Twin) = {
    precondition True;
    signatories M:one (M:Twin {owner} this);
    observers Nil @Party;
    implements M:I {
      view = M:View {holder = M:Twin {owner} this, count = 2};
      method count = 2;
      method rename = \(p : Party) -> to_interface @M:I @M:Twin (M:Twin {owner = p});
    };
  };

  record @serializable Nobody = { };
  template (this : Nobody) = {
    precondition True;
    signatories Nil @Party;
    observers Nil @Party;
    choice Go (self) (arg : Unit) : Unit, controllers Nil @Party to pure @Unit ();
  };

  record @serializable Use = { asset : ContractId M:Asset, more : Optional (ContractId M:Asset) };
  record @serializable User = { user : Party };
  template (this : User) = {
    precondition True;
    signatories M:one (M:User {user} this);
    observers Nil @Party;
    choice @nonConsuming Fetch (self) (arg : M:Use) : M:Asset,
      controllers M:one (M:User {user} this)
      to fetch @M:Asset (M:Use {asset} arg);
    choice @nonConsuming FetchInterface (self) (arg : ContractId M:I) : Int64,
      controllers M:one (M:User {user} this)
      to bind i : M:I <- fetch_interface @M:I arg;
              back : Optional M:Asset <- pure @(Optional M:Asset) (from_interface @M:I @M:Asset i)
         in case from_interface @M:I @M:Twin i of
              Some p -> pure @Int64 -1
            | None -> case back of Some a -> pure @Int64 (M:Asset {amount} a) | None -> pure @Int64 -2;
    choice @nonConsuming TakeTwice (self) (arg : ContractId M:I) : ContractId M:I,
      controllers M:one (M:User {user} this)
      to bind a : ContractId M:I <- exercise_interface @M:I Take arg (M:To {to = M:User {user} this})
         in exercise_interface @M:I Take a (M:To {to = M:User {user} this});
    choice @nonConsuming ArchiveTwice (self) (arg : ContractId M:Asset) : Unit,
      controllers M:one (M:User {user} this)
      to bind a : Unit <- exercise @M:Asset Archive arg ();
              b : Unit <- exercise @M:Asset Archive arg ()
         in pure @Unit ();
    choice @nonConsuming Catch (self) (arg : M:Use) : Int64,
      controllers M:one (M:User {user} this)
      to try @Int64
           bind n : Int64 <- exercise @M:Asset Show (M:Use {asset} arg) (M:To {to = M:User {user} this});
                x : Int64 <- exercise @M:Asset Fail (M:Use {asset} arg) "inside"
           in pure @Int64 0
         catch e -> case from_any_exception @M:E e of
             Some m -> Some @(Update Int64) (pure @Int64 7)
           | None -> None @(Update Int64);
    choice @nonConsuming CatchNothing (self) (arg : ContractId M:Asset) : Int64,
      controllers M:one (M:User {user} this)
      to try @Int64 (exercise @M:Asset Fail arg "inside")
         catch e -> case from_any_exception @M:Other e of
             Some m -> Some @(Update Int64) (pure @Int64 7)
           | None -> None @(Update Int64);
    choice @nonConsuming CatchEffect (self) (arg : ContractId M:Asset) : Int64,
      controllers M:one (M:User {user} this)
      to try @Int64
           bind c : ContractId M:Plain <- create @M:Plain (M:Plain {owner = M:User {user} this});
                a : Unit <- exercise @M:Asset Archive arg ();
                x : Int64 <- embed_expr @Int64 (throw @(Update Int64) @M:E (M:E {why = "after"}))
           in pure @Int64 0
         catch e -> Some @(Update Int64) (bind f : M:Asset <- fetch @M:Asset arg in pure @Int64 8);
    choice @nonConsuming CatchArithmetic (self) (arg : Int64) : Int64,
      controllers M:one (M:User {user} this)
      to try @Int64 (bind x : Unit <- pure @Unit () in pure @Int64 (DIV_INT64 1 arg))
         catch e -> Some @(Update Int64) (pure @Int64 -1);
    choice @nonConsuming CatchEnsure (self) (arg : M:Asset) : Int64,
      controllers M:one (M:User {user} this)
      to try @Int64 (bind c : ContractId M:Asset <- create @M:Asset arg in pure @Int64 1)
         catch e -> Some @(Update Int64) (pure @Int64 -1);
    choice @nonConsuming Time (self) (arg : Timestamp) : Bool,
      controllers M:one (M:User {user} this)
      to ledger_time_lt arg;
    choice @nonConsuming Now (self) (arg : Unit) : Timestamp,
      controllers M:one (M:User {user} this)
      to get_time;
    choice @nonConsuming Order (self) (arg : Unit) : Unit,
      controllers M:one (M:User {user} this)
      to bind a : Unit <- M:loud "first"; b : Unit <- M:loud "second" in M:loud "third";
    choice @nonConsuming Suspended (self) (arg : Unit) : Int64,
      controllers M:one (M:User {user} this)
      to let u : Update Int64 = M:counted 1; v : Update Int64 = M:counted 2 in bind x : Int64 <- v; y : Int64 <- u; z : Int64 <- u in pure @Int64 (ADD_INT64 x (ADD_INT64 y z));
    choice @nonConsuming Loop (self) (arg : Int64) : Int64,
      controllers M:one (M:User {user} this)
      to M:repeat arg 0;
  };
  val loud : Text -> Update Unit = \(t : Text) -> bind u : Unit <- pure @Unit (TRACE @Unit t ()) in pure @Unit u;
  val counted : Int64 -> Update Int64 = \(n : Int64) -> let m : Int64 = TRACE @Int64 "built" n in pure @Int64 m;
  val repeat : Int64 -> Int64 -> Update Int64 = \(n : Int64) (acc : Int64) ->
    case EQUAL @Int64 n 0 of
        True -> pure @Int64 acc
      | False -> bind x : Unit <- pure @Unit () in M:repeat (SUB_INT64 n 1) (ADD_INT64 acc n);
}
"#;

pub(super) struct Model {
    pub(super) engine: Engine,
    pub(super) package: PackageId,
    pub(super) ledger: Ledger,
}

impl Model {
    pub(super) fn new() -> Self {
        Self::with(Config::default())
    }

    pub(super) fn with(config: Config) -> Self {
        let (engine, package) = with_text_and(SOURCE, config);
        Self {
            engine,
            package,
            ledger: Ledger::default(),
        }
    }

    pub(super) fn id(&self, name: &str) -> Identifier {
        in_module(&self.package, name)
    }

    pub(super) fn submit(
        &mut self,
        act_as: &[&str],
        commands: Vec<Command>,
    ) -> Result<Interpreted, Error> {
        let act_as: Vec<Party> = act_as.iter().map(|name| party(name)).collect();
        self.ledger.submit(&self.engine, act_as, commands)
    }

    pub(super) fn create(&mut self, template: &str, fields: Vec<Value>) -> ContractId {
        let command = self.create_command(template, fields);
        let done = self.submit(&["alice", "bob"], vec![command]).unwrap();
        done.transaction.nodes[0].contract_id().unwrap().clone()
    }

    pub(super) fn create_command(&self, template: &str, fields: Vec<Value>) -> Command {
        Command::Create {
            template: self.id(template),
            argument: record(fields),
        }
    }

    /// An asset of alice, owned by bob.
    pub(super) fn asset(&mut self, amount: i64) -> ContractId {
        self.create("Asset", vec![alice(), bob(), Value::Int64(amount)])
    }

    pub(super) fn exercise_command(
        &self,
        of: &str,
        contract_id: &ContractId,
        choice: &'static str,
        argument: Value,
    ) -> Command {
        Command::Exercise {
            template: self.id(of),
            contract_id: contract_id.clone(),
            choice: Name::literal(choice),
            argument,
        }
    }

    /// Exercises a choice as bob, of the template `User`, whose only contract is created first.
    pub(super) fn use_it(
        &mut self,
        choice: &'static str,
        argument: Value,
    ) -> Result<Interpreted, Error> {
        let user = self.create("User", vec![bob()]);
        let command = self.exercise_command("User", &user, choice, argument);
        self.submit(&["alice", "bob"], vec![command])
    }
}

pub(super) fn alice() -> Value {
    Value::Party(party("alice"))
}

pub(super) fn bob() -> Value {
    Value::Party(party("bob"))
}

pub(super) fn record(fields: Vec<Value>) -> Value {
    Value::Record(Record {
        id: None,
        fields: fields.into_iter().map(|value| (None, value)).collect(),
    })
}

pub(super) fn contract(id: &ContractId) -> Value {
    Value::ContractId(id.clone())
}

/// The result of the first root.
pub(super) fn result(done: &Interpreted) -> Value {
    match &done.transaction.nodes[done.transaction.roots[0].index()] {
        Node::Exercise(exercise) => exercise.result.clone().unwrap(),
        other => panic!("not an exercise: {other:?}"),
    }
}

/// The nodes in short: kinds and choices, nested.
pub(super) fn shape(done: &Interpreted) -> String {
    names(&done.transaction, &done.transaction.roots)
}

fn names(transaction: &Transaction, ids: &[NodeId]) -> String {
    let one = |id: &NodeId| match transaction.node(*id).unwrap() {
        Node::Create(_) => "create".to_owned(),
        Node::Fetch(_) => "fetch".to_owned(),
        Node::QueryByKey(_) => "query".to_owned(),
        Node::Exercise(e) => format!("{}({})", e.choice, names(transaction, &e.children)),
        Node::Rollback(r) => format!("rollback({})", names(transaction, &r.children)),
    };
    ids.iter().map(one).collect::<Vec<_>>().join(" ")
}
