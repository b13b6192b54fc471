//! A model with contract keys: items that parties call by owner and name.

use super::model::record;
use super::support::{Ledger, in_module, load_pairs, load_text, party};
use crate::lf::engine::{Command, Config, Engine, Interpreted};
use crate::lf::error::Error;
use crate::lf::value::Value;
use crate::model::{ContractId, Identifier, Name, PackageId, Party};

const SOURCE: &str = r#"
language 2.3;
metadata ('keys' : '1.0.0');
import 'types' = '5aee9b21b8e9a4c4975b5f4c4198e6e6e8469df49e2010820e792f393db870f4';
module M {
  val one : Party -> List Party = \(p : Party) -> Cons @Party [p] (Nil @Party);
  record @serializable E = { why : Text };
  exception E = { message \(e : M:E) -> M:E {why} e };
  val stop : Update Int64 = embed_expr @Int64 (throw @(Update Int64) @M:E (M:E {why = "stop"}));
  val caught : AnyException -> Optional (Update Int64) = \(e : AnyException) -> Some @(Update Int64) (pure @Int64 -1);

  record @serializable Key = { owner : Party, name : Text };
  record @serializable Item = { owner : Party, name : Text, number : Int64, watchers : List Party };
  template (this : Item) = {
    precondition LESS_EQ @Int64 0 (M:Item {number} this);
    signatories M:one (M:Item {owner} this);
    observers M:Item {watchers} this;
    choice Archive (self) (arg : Unit) : Unit, controllers M:one (M:Item {owner} this) to pure @Unit ();
    choice @nonConsuming Get (self) (arg : Party) : Int64, controllers M:one arg to pure @Int64 (M:Item {number} this);
    choice Rename (self) (arg : Text) : ContractId M:Item,
      controllers M:one (M:Item {owner} this)
      to create @M:Item (M:Item {this with name = arg});
    choice @nonConsuming Twin (self) (arg : Int64) : List Int64,
      controllers M:one (M:Item {owner} this)
      to bind twin : ContractId M:Item <- create @M:Item (M:Item {this with number = arg})
         in M:query 9 (M:key_of this);
    choice @nonConsuming Fail (self) (arg : Unit) : Int64,
      controllers M:one (M:Item {owner} this) to M:stop;
    key @M:Key (M:key_of this) (\(key : M:Key) -> M:one (M:Key {owner} key));
  };
  val key_of : M:Item -> M:Key = \(item : M:Item) -> M:Key {owner = M:Item {owner} item, name = M:Item {name} item};
  val item : M:Key -> Int64 -> M:Item = \(key : M:Key) (number : Int64) ->
    M:Item {owner = M:Key {owner} key, name = M:Key {name} key, number = number, watchers = Nil @Party};
  val numbers : Optional (List ('types':DA.Types:Tuple2 (ContractId M:Item) M:Item)) -> List Int64 =
    \(found : Optional (List ('types':DA.Types:Tuple2 (ContractId M:Item) M:Item))) -> case found of
        None -> Nil @Int64
      | Some pairs -> FOLDR @('types':DA.Types:Tuple2 (ContractId M:Item) M:Item) @(List Int64)
          (\(pair : 'types':DA.Types:Tuple2 (ContractId M:Item) M:Item) (rest : List Int64) ->
            Cons @Int64 [M:Item {number} ('types':DA.Types:Tuple2 @(ContractId M:Item) @M:Item {_2} pair)] rest)
          (Nil @Int64) pairs;
  val query : Int64 -> M:Key -> Update (List Int64) = \(limit : Int64) (key : M:Key) ->
    bind found : Optional (List ('types':DA.Types:Tuple2 (ContractId M:Item) M:Item)) <- query_n_by_key @M:Item limit key
    in pure @(List Int64) (M:numbers found);
  val number : M:Key -> Update Int64 = \(key : M:Key) ->
    bind pair : 'types':DA.Types:Tuple2 (ContractId M:Item) M:Item <- fetch_by_key @M:Item key
    in pure @Int64 (M:Item {number} ('types':DA.Types:Tuple2 @(ContractId M:Item) @M:Item {_2} pair));

  // a key that may be anything
  record @serializable OddKey = { maintainers : List Party, link : Optional (ContractId M:Item), text : Text };
  record @serializable Odd = { owner : Party, key : M:OddKey };
  template (this : Odd) = {
    precondition True;
    signatories M:one (M:Odd {owner} this);
    observers Nil @Party;
    choice Archive (self) (arg : Unit) : Unit, controllers M:one (M:Odd {owner} this) to pure @Unit ();
    key @M:OddKey
      (case EQUAL @Text (M:OddKey {text} (M:Odd {key} this)) "throw in key" of
          True -> throw @M:OddKey @M:E (M:E {why = "key"})
        | False -> M:Odd {key} this)
      (\(key : M:OddKey) -> case EQUAL @Text (M:OddKey {text} key) "throw in maintainers" of
          True -> throw @(List Party) @M:E (M:E {why = "maintainers"})
        | False -> M:OddKey {maintainers} key);
  };

  record @serializable Plain = { owner : Party };
  template (this : Plain) = {
    precondition True;
    signatories M:one (M:Plain {owner} this);
    observers Nil @Party;
    choice Archive (self) (arg : Unit) : Unit, controllers M:one (M:Plain {owner} this) to pure @Unit ();
  };

  record @serializable Ask = { limit : Int64, key : M:Key };
  record @serializable Both = { id : ContractId M:Item, key : M:Key };
  record @serializable User = { user : Party };
  template (this : User) = {
    precondition True;
    signatories M:one (M:User {user} this);
    observers Nil @Party;
    choice @nonConsuming Fetch (self) (arg : M:Key) : 'types':DA.Types:Tuple2 (ContractId M:Item) M:Item,
      controllers M:one (M:User {user} this) to fetch_by_key @M:Item arg;
    choice @nonConsuming Number (self) (arg : M:Key) : Int64,
      controllers M:one (M:User {user} this) to M:number arg;
    choice @nonConsuming Query (self) (arg : M:Ask) : List Int64,
      controllers M:one (M:User {user} this) to M:query (M:Ask {limit} arg) (M:Ask {key} arg);
    choice @nonConsuming QueryTwice (self) (arg : M:Ask) : List Int64,
      controllers M:one (M:User {user} this)
      to bind a : List Int64 <- M:query 1 (M:Ask {key} arg) in M:query (M:Ask {limit} arg) (M:Ask {key} arg);
    choice @nonConsuming Exercise (self) (arg : M:Key) : Int64,
      controllers M:one (M:User {user} this) to exercise_by_key @M:Item Get arg (M:User {user} this);
    choice @nonConsuming Twin (self) (arg : M:Key) : List Int64,
      controllers M:one (M:User {user} this) to exercise_by_key @M:Item Twin arg 50;
    choice @nonConsuming ArchiveTwo (self) (arg : M:Key) : List Int64,
      controllers M:one (M:User {user} this)
      to bind a : Unit <- exercise_by_key @M:Item Archive arg ();
              b : Unit <- exercise_by_key @M:Item Archive arg ()
         in M:query 9 arg;
    choice @nonConsuming CreateTwo (self) (arg : M:Key) : List Int64,
      controllers M:one (M:User {user} this)
      to bind a : ContractId M:Item <- create @M:Item (M:item arg 10);
              b : ContractId M:Item <- create @M:Item (M:item arg 20)
         in M:query 4 arg;
    choice @nonConsuming CreateArchive (self) (arg : M:Key) : Int64,
      controllers M:one (M:User {user} this)
      to bind a : ContractId M:Item <- create @M:Item (M:item arg 10);
              b : Unit <- exercise_by_key @M:Item Archive arg ()
         in M:number arg;
    choice @nonConsuming ArchiveById (self) (arg : M:Both) : List Int64,
      controllers M:one (M:User {user} this)
      to bind a : Unit <- exercise @M:Item Archive (M:Both {id} arg) (); b : Int64 <- M:number (M:Both {key} arg)
         in M:query 9 (M:Both {key} arg);
    choice @nonConsuming FetchThenQuery (self) (arg : M:Both) : List Int64,
      controllers M:one (M:User {user} this)
      to bind a : M:Item <- fetch @M:Item (M:Both {id} arg) in M:query 9 (M:Both {key} arg);
    choice @nonConsuming QueryThenFetch (self) (arg : M:Both) : Int64,
      controllers M:one (M:User {user} this)
      to bind a : List Int64 <- M:query 9 (M:Both {key} arg);
              b : M:Item <- fetch @M:Item (M:Both {id} arg)
         in pure @Int64 (M:Item {number} b);
    choice @nonConsuming RollBackCreate (self) (arg : M:Key) : List Int64,
      controllers M:one (M:User {user} this)
      to bind a : Int64 <- try @Int64 (bind c : ContractId M:Item <- create @M:Item (M:item arg 10) in M:stop) catch e -> M:caught e
         in M:query 9 arg;
    choice @nonConsuming RollBackArchive (self) (arg : M:Key) : List Int64,
      controllers M:one (M:User {user} this)
      to bind a : Int64 <- try @Int64 (bind c : Unit <- exercise_by_key @M:Item Archive arg () in M:stop) catch e -> M:caught e
         in M:query 9 arg;
    choice @nonConsuming RollBackQuery (self) (arg : M:Key) : List Int64,
      controllers M:one (M:User {user} this)
      to bind a : Int64 <- try @Int64 (bind c : List Int64 <- M:query 1 arg; d : Int64 <- exercise_by_key @M:Item Fail arg () in M:stop) catch e -> M:caught e
         in M:query 9 arg;
    choice @nonConsuming CatchNotFound (self) (arg : M:Key) : Int64,
      controllers M:one (M:User {user} this)
      to try @Int64 (M:number arg) catch e -> M:caught e;
    choice @nonConsuming CatchOdd (self) (arg : M:Odd) : Int64,
      controllers M:one (M:User {user} this)
      to try @Int64 (bind a : ContractId M:Odd <- create @M:Odd arg in pure @Int64 1) catch e -> M:caught e;
    choice @nonConsuming CatchQueryOdd (self) (arg : M:OddKey) : Int64,
      controllers M:one (M:User {user} this)
      to try @Int64 (bind a : 'types':DA.Types:Tuple2 (ContractId M:Odd) M:Odd <- fetch_by_key @M:Odd arg in pure @Int64 1) catch e -> M:caught e;
    choice @nonConsuming QueryOdd (self) (arg : M:OddKey) : Int64,
      controllers M:one (M:User {user} this)
      to bind a : Optional (List ('types':DA.Types:Tuple2 (ContractId M:Odd) M:Odd)) <- query_n_by_key @M:Odd 1 arg in pure @Int64 1;
    choice @nonConsuming Waiting (self) (arg : M:Key) : List Int64,
      controllers M:one (M:User {user} this)
      to let ask : M:Key -> Update (Optional (List ('types':DA.Types:Tuple2 (ContractId M:Item) M:Item))) = query_n_by_key @M:Item 2;
             get : M:Key -> Update ('types':DA.Types:Tuple2 (ContractId M:Item) M:Item) = fetch_by_key @M:Item;
             later : Update ('types':DA.Types:Tuple2 (ContractId M:Item) M:Item) = get arg;
             drop : Update Unit = exercise_by_key @M:Item Archive arg ()
         in bind a : 'types':DA.Types:Tuple2 (ContractId M:Item) M:Item <- later;
                 b : Unit <- drop;
                 c : 'types':DA.Types:Tuple2 (ContractId M:Item) M:Item <- later;
                 d : Optional (List ('types':DA.Types:Tuple2 (ContractId M:Item) M:Item)) <- ask arg
            in pure @(List Int64) (M:numbers d);
  };
}
"#;

pub(super) struct Keys {
    pub(super) engine: Engine,
    pub(super) package: PackageId,
    pub(super) ledger: Ledger,
    /// Alice's items of the name `x`, numbered 1 to 3 in the order of their creation.
    pub(super) items: Vec<ContractId>,
    /// Templates of the name `User`: alice's and bob's.
    pub(super) users: Vec<ContractId>,
}

impl Keys {
    pub(super) fn new(rollback_effects: bool) -> Self {
        let engine = Engine::new(Config {
            rollback_effects,
            ..Config::default()
        });
        load_pairs(&engine);
        let package = load_text(&engine, SOURCE);
        let mut keys = Self {
            engine,
            package,
            ledger: Ledger::default(),
            items: Vec::new(),
            users: Vec::new(),
        };
        for number in 1..=3 {
            let item = keys.item("alice", "x", number, &["bob"]);
            keys.items.push(item);
        }
        keys.item("alice", "y", 7, &[]);
        for user in ["alice", "bob"] {
            let user = keys.create("User", vec![Value::Party(party(user))], user);
            keys.users.push(user);
        }
        keys
    }

    pub(super) fn item(
        &mut self,
        owner: &str,
        name: &str,
        number: i64,
        watchers: &[&str],
    ) -> ContractId {
        self.create("Item", item(owner, name, number, watchers), owner)
    }

    pub(super) fn create(&mut self, template: &str, fields: Vec<Value>, owner: &str) -> ContractId {
        let command = Command::Create {
            template: self.id(template),
            argument: record(fields),
        };
        let done = self.submit(&[owner], vec![command]).unwrap();
        done.transaction.nodes[0].contract_id().unwrap().clone()
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

    /// A choice of a user's contract.
    pub(super) fn user(&self, user: &str, choice: &'static str, argument: Value) -> Command {
        Command::Exercise {
            template: self.id("User"),
            contract_id: self.users[usize::from(user == "bob")].clone(),
            choice: Name::literal(choice),
            argument,
        }
    }

    /// A choice of the item with a key.
    pub(super) fn by_key(&self, key: Value, choice: &'static str, argument: Value) -> Command {
        Command::ExerciseByKey {
            template: self.id("Item"),
            key,
            choice: Name::literal(choice),
            argument,
        }
    }
}

/// The fields of an item.
pub(super) fn item(owner: &str, name: &str, number: i64, watchers: &[&str]) -> Vec<Value> {
    let watchers = watchers.iter().map(|name| Value::Party(party(name)));
    vec![
        Value::Party(party(owner)),
        Value::Text(name.into()),
        Value::Int64(number),
        Value::List(watchers.collect()),
    ]
}

pub(super) fn key(owner: &str, name: &str) -> Value {
    record(vec![Value::Party(party(owner)), Value::Text(name.into())])
}

/// A key with anybody as maintainer.
pub(super) fn odd_key(maintainers: &[&str], link: Option<&ContractId>, text: &str) -> Value {
    let maintainers = maintainers.iter().map(|name| Value::Party(party(name)));
    record(vec![
        Value::List(maintainers.collect()),
        Value::Optional(link.map(|id| Box::new(Value::ContractId(id.clone())))),
        Value::Text(text.into()),
    ])
}
