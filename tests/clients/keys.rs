//! Contract keys over the Ledger API: exercise by key, what created events tell, and that another
//! participant comes to the same result.

use canton_ledger::{ActiveContractsRequest, Error, Submit, create, exercise, identifier};
use canton_ledger::{record, value};
use canton_proto::com::daml::ledger::api::v2 as api;
use futures_util::TryStreamExt;
use jura::lf::archive::read_dar;
use jura::lf::text::build_dar;
use tokio::sync::OnceCell;
use tonic::Code;

use super::client::{Client, created, the_contract, unique};
use super::refused::refused;
use super::{dars, iou};

static UPLOADED: OnceCell<()> = OnceCell::const_new();

const PACKAGE: &str = "#jura-test-keys";

/// Notes that are found by writer and title, and a reader who may be elsewhere.
const SOURCE: &str = r"
language 2.3;
metadata ('jura-test-keys' : '1.0.0');
import 'types' = '5aee9b21b8e9a4c4975b5f4c4198e6e6e8469df49e2010820e792f393db870f4';
module Keys {
  val one : Party -> List Party = \(party : Party) -> Cons @Party [party] (Nil @Party);
  record @serializable Title = { writer : Party, title : Text };
  record @serializable Edit = { text : Text };
  record @serializable Note = { writer : Party, reader : Party, title : Text, text : Text };
  template (this : Note) = {
    precondition True;
    signatories Keys:one (Keys:Note {writer} this);
    observers Keys:one (Keys:Note {reader} this);
    choice Archive (self) (arg : Unit) : Unit, controllers Keys:one (Keys:Note {writer} this) to pure @Unit ();
    choice Edit (self) (arg : Keys:Edit) : ContractId Keys:Note,
      controllers Keys:one (Keys:Note {writer} this)
      to create @Keys:Note (Keys:Note {this with text = Keys:Edit {text} arg});
    choice @nonConsuming Read (self) (arg : Party) : Text,
      controllers Keys:one arg to pure @Text (Keys:Note {text} this);
    key @Keys:Title
      (Keys:Title {writer = Keys:Note {writer} this, title = Keys:Note {title} this})
      (\(title : Keys:Title) -> Keys:one (Keys:Title {writer} title));
  };

  record @serializable All = { title : Keys:Title, limit : Int64 };
  record @serializable Desk = { owner : Party, reader : Party };
  template (this : Desk) = {
    precondition True;
    signatories Keys:one (Keys:Desk {owner} this);
    observers Keys:one (Keys:Desk {reader} this);
    choice Archive (self) (arg : Unit) : Unit, controllers Keys:one (Keys:Desk {owner} this) to pure @Unit ();
    // the texts of notes; then the latest one goes
    choice @nonConsuming Clear (self) (arg : Keys:All) : List Text,
      controllers Keys:one (Keys:Desk {owner} this),
      observers Keys:one (Keys:Desk {reader} this)
      to bind
           found : Optional (List ('types':DA.Types:Tuple2 (ContractId Keys:Note) Keys:Note)) <-
             query_n_by_key @Keys:Note (Keys:All {limit} arg) (Keys:All {title} arg);
           first : 'types':DA.Types:Tuple2 (ContractId Keys:Note) Keys:Note <-
             fetch_by_key @Keys:Note (Keys:All {title} arg);
           gone : Unit <- exercise_by_key @Keys:Note Archive (Keys:All {title} arg) ()
         in pure @(List Text) (case found of
               None -> Nil @Text
             | Some pairs -> FOLDR @('types':DA.Types:Tuple2 (ContractId Keys:Note) Keys:Note) @(List Text)
                 (\(pair : 'types':DA.Types:Tuple2 (ContractId Keys:Note) Keys:Note) (rest : List Text) ->
                   Cons @Text [Keys:Note {text} ('types':DA.Types:Tuple2 @(ContractId Keys:Note) @Keys:Note {_2} pair)] rest)
                 (Nil @Text) pairs);
  };
}
";

/// A writer at participant 1, a reader at participant 2, and the model at both.
struct Library {
    client: Client,
    other: Client,
    writer: String,
    reader: String,
}

impl Library {
    /// `None` where the packages of the standard library aren't at hand.
    async fn open() -> Option<Self> {
        let standard = read_dar(&dars::find(iou::DAR)?).unwrap();
        let dar = build_dar(SOURCE, &standard.dependencies).unwrap();
        let (client, other) = (Client::of("participant1"), Client::of("participant2"));
        let upload = async || {
            client.upload(dar.clone()).await.unwrap();
            other.upload(dar).await.unwrap();
        };
        UPLOADED.get_or_init(upload).await;
        Some(Self {
            writer: client.allocate("writer").await,
            reader: other.allocate("reader").await,
            client,
            other,
        })
    }

    fn note(&self, title: &str, text: &str) -> api::Command {
        let argument = record(vec![
            ("writer", value::party(&self.writer)),
            ("reader", value::party(&self.reader)),
            ("title", value::text(title)),
            ("text", value::text(text)),
        ]);
        create(identifier(PACKAGE, "Keys", "Note"), argument)
    }

    fn title(&self, title: &str) -> api::Value {
        value::record(record(vec![
            ("writer", value::party(&self.writer)),
            ("title", value::text(title)),
        ]))
    }

    fn by_key(&self, title: &str, choice: &str, argument: api::Value) -> api::Command {
        let command = api::ExerciseByKeyCommand {
            template_id: Some(identifier(PACKAGE, "Keys", "Note")),
            contract_key: Some(self.title(title)),
            choice: choice.to_owned(),
            choice_argument: Some(argument),
        };
        api::Command {
            command: Some(api::command::Command::ExerciseByKey(command)),
        }
    }

    async fn submit(&self, command: api::Command) -> Result<api::Transaction, Error> {
        let submit = Submit::new(&self.writer).add_command(command);
        self.client.submit(submit).await
    }

    async fn write(&self, title: &str, text: &str) -> String {
        the_contract(&self.submit(self.note(title, text)).await.unwrap())
    }

    /// The desk's choice: what it finds, and what it archives.
    async fn clear(&self, desk: &str, title: &str, limit: i64) -> (Vec<String>, String) {
        let argument = value::record(record(vec![
            ("title", self.title(title)),
            ("limit", iou::wrap(api::value::Sum::Int64(limit))),
        ]));
        let clear = exercise(identifier(PACKAGE, "Keys", "Desk"), desk, "Clear", argument);
        let transaction = self.submit(clear).await.unwrap();
        let events = exercised(&transaction);
        let [desk, note] = &events[..] else {
            panic!("{transaction:?}");
        };
        let Some(api::value::Sum::List(found)) = result(desk) else {
            panic!("{desk:?}");
        };
        let texts = found.elements.iter().map(|it| match &it.sum {
            Some(api::value::Sum::Text(text)) => text.clone(),
            other => panic!("{other:?}"),
        });
        (texts.collect(), note.contract_id.clone())
    }
}

fn exercised(transaction: &api::Transaction) -> Vec<&api::ExercisedEvent> {
    let events = transaction.events.iter();
    let exercised = events.filter_map(|event| match &event.event {
        Some(api::event::Event::Exercised(exercised)) => Some(exercised),
        _ => None,
    });
    exercised.collect()
}

fn result(exercised: &api::ExercisedEvent) -> Option<&api::value::Sum> {
    exercised.exercise_result.as_ref()?.sum.as_ref()
}

fn unit() -> api::Value {
    iou::wrap(api::value::Sum::Unit(()))
}

fn edit(text: &str) -> api::Value {
    value::record(record(vec![("text", value::text(text))]))
}

#[tokio::test]
async fn keys_to_be_read_early_must_be_keys_of_their_templates() {
    let Some(library) = Library::open().await else {
        return;
    };
    library.write("hint", "text").await;
    let key = |template: api::Identifier, key: api::Value| api::PrefetchContractKey {
        template_id: Some(template),
        contract_key: Some(key),
        limit: None,
    };
    let title = || library.title("hint");
    let submit = |hint: api::PrefetchContractKey| {
        let argument = record(vec![
            ("owner", value::party(&library.writer)),
            ("reader", value::party(&library.reader)),
        ]);
        let desk = create(identifier(PACKAGE, "Keys", "Desk"), argument);
        let submit = Submit::new(&library.writer).with_prefetch_contract_keys(vec![hint]);
        library.client.submit(submit.add_command(desk))
    };
    let template = |name: &str| identifier(PACKAGE, "Keys", name);
    submit(key(template("Note"), title())).await.unwrap();
    for wrong in [
        key(template("Note"), value::text("hint")),
        key(template("Desk"), title()),
        key(template("Nothing"), title()),
    ] {
        let reason = "COMMAND_PREPROCESSING_FAILED";
        refused(submit(wrong).await, reason, Code::InvalidArgument, 8);
    }
    let unknown = key(identifier("#no-such-package", "Keys", "Note"), title());
    refused(
        submit(unknown).await,
        "PACKAGE_NOT_FOUND",
        Code::NotFound,
        11,
    );
}

#[tokio::test]
async fn created_events_tell_the_key_and_its_hash() {
    let Some(library) = Library::open().await else {
        return;
    };
    let transaction = library.submit(library.note("a", "first")).await.unwrap();
    let other = library.submit(library.note("b", "first")).await.unwrap();
    let active = library.client.active(&library.writer).await;
    let [event, in_snapshot] = [created(&transaction)[0], &active[0]];
    assert_eq!(event.contract_key, in_snapshot.contract_key);
    assert_eq!(event.contract_key_hash, in_snapshot.contract_key_hash);
    let Some(api::value::Sum::Record(key)) = &event.contract_key.as_ref().unwrap().sum else {
        panic!("{event:?}");
    };
    let labels: Vec<&str> = key.fields.iter().map(|it| it.label.as_str()).collect();
    assert_eq!(labels, ["writer", "title"]);
    assert_eq!(event.contract_key_hash.len(), 32);
    assert_ne!(
        event.contract_key_hash,
        created(&other)[0].contract_key_hash
    );
}

#[tokio::test]
async fn the_latest_contract_with_a_key_is_exercised() {
    let Some(library) = Library::open().await else {
        return;
    };
    let first = library.write("log", "first").await;
    library.write("log", "second").await;
    let edited = library.by_key("log", "Edit", edit("third"));
    let third = the_contract(&library.submit(edited).await.unwrap());
    library.write("other", "later").await;
    for expected in [third, first] {
        let archive = library.by_key("log", "Archive", unit());
        let transaction = library.submit(archive).await.unwrap();
        let archived = &exercised(&transaction)[0].contract_id;
        assert_eq!(*archived, expected);
        let active = library.client.active(&library.writer).await;
        assert!(active.iter().all(|note| note.contract_id != expected));
    }
    let gone = library
        .submit(library.by_key("log", "Archive", unit()))
        .await;
    refused(gone, "CONTRACT_KEY_NOT_FOUND", Code::NotFound, 11);
}

#[tokio::test]
async fn queries_see_the_ledger_and_the_other_participant_agrees() {
    let Some(library) = Library::open().await else {
        return;
    };
    let desk = record(vec![
        ("owner", value::party(&library.writer)),
        ("reader", value::party(&library.reader)),
    ]);
    let desk = create(identifier(PACKAGE, "Keys", "Desk"), desk);
    let desk = the_contract(&library.submit(desk).await.unwrap());
    let mut notes = Vec::new();
    for text in ["1", "2", "3", "4"] {
        notes.push(library.write("list", text).await);
    }
    // exactly as many as there are, more, fewer
    for (limit, expected) in [
        (4, &["4", "3", "2", "1"][..]),
        (9, &["3", "2", "1"]),
        (1, &["2"]),
    ] {
        let (found, archived) = library.clear(&desk, "list", limit).await;
        assert_eq!(found, expected);
        assert_eq!(archived, notes.pop().unwrap());
    }
    super::client::eventually("the reader sees what is left", async || {
        let seen = library.other.active(&library.reader).await;
        seen.iter().filter(|it| it.contract_key.is_some()).count() == 1
    })
    .await;
}

#[tokio::test]
async fn contracts_of_others_are_not_found_unless_they_are_disclosed() {
    let Some(library) = Library::open().await else {
        return;
    };
    library.write("secret", "text").await;
    let stranger = library.client.allocate("stranger").await;
    let read = || library.by_key("secret", "Read", value::party(&stranger));
    let answer = library
        .client
        .submit(Submit::new(&stranger).add_command(read()))
        .await;
    refused(answer, "CONTRACT_KEY_NOT_FOUND", Code::NotFound, 11);
    let ledger = &library.client.ledger;
    let end = ledger.ledger_end().await.unwrap();
    let request = ActiveContractsRequest::new(vec![library.writer.clone()], end);
    let active = ledger
        .active_contracts_with(request.with_created_event_blobs())
        .await
        .unwrap();
    let active: Vec<api::ActiveContract> = active.try_collect().await.unwrap();
    let note = active[0].created_event.clone().unwrap();
    let disclosed = api::DisclosedContract {
        created_event_blob: note.created_event_blob,
        ..Default::default()
    };
    let submit = Submit::new(&stranger)
        .add_command(read())
        .add_disclosed_contract(disclosed);
    let transaction = library.client.submit(submit).await.unwrap();
    assert_eq!(exercised(&transaction)[0].contract_id, note.contract_id);
}

#[tokio::test]
async fn a_change_that_archived_by_key_is_a_duplicate_the_second_time() {
    let Some(library) = Library::open().await else {
        return;
    };
    library.write("once", "text").await;
    let submit = Submit::new(&library.writer)
        .with_command_id(unique("once"))
        .add_command(library.by_key("once", "Archive", unit()));
    library.client.submit(submit.clone()).await.unwrap();
    let again = library.client.submit(submit).await;
    refused(again, "DUPLICATE_COMMAND", Code::AlreadyExists, 10);
}
