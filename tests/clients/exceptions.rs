//! What an exception may undo: the protocol version of the domain says it.

use canton_ledger::{Error, Submit, create, exercise, identifier, record, value};
use canton_proto::com::daml::ledger::api::v2 as api;
use jura::lf::text::build_dar;
use tonic::Code;

use super::client::{Client, eventually, the_contract};
use super::iou;
use super::process::{Sandbox, jura, shared};
use super::refused::refused;

const PACKAGE: &str = "#jura-test-exceptions";

/// A desk with notes for a reader who may be elsewhere.
const SOURCE: &str = r#"
language 2.1;
metadata ('jura-test-exceptions' : '1.0.0');
module Undo {
  val one : Party -> List Party = \(party : Party) -> Cons @Party [party] (Nil @Party);
  record @serializable Oops = {};
  exception Oops = { message \(oops : Undo:Oops) -> "oops" };
  record @serializable Note = { owner : Party, reader : Party, text : Text };
  template (this : Note) = {
    precondition True;
    signatories Undo:one (Undo:Note {owner} this);
    observers Undo:one (Undo:Note {reader} this);
    choice Archive (self) (arg : Unit) : Unit, controllers Undo:one (Undo:Note {owner} this) to pure @Unit ();
    // Archives the note and writes another, undoes both, and writes one that says why.
    choice @nonConsuming Fail (self) (arg : Unit) : ContractId Undo:Note,
      controllers Undo:one (Undo:Note {owner} this)
      to bind
           why : Text <- try @Text
             (bind
                gone : Unit <- exercise @Undo:Note Archive self ();
                other : ContractId Undo:Note <- create @Undo:Note (Undo:Note {this with text = "undone"})
              in throw @(Update Text) @Undo:Oops (Undo:Oops {}))
           catch thrown -> Some @(Update Text) (pure @Text (ANY_EXCEPTION_MESSAGE thrown))
         in create @Undo:Note (Undo:Note {this with text = why});
  };
}
"#;

/// A sandbox's two participants, with a note of a writer at the first for a reader at the second.
struct Desk {
    client: Client,
    other: Client,
    writer: String,
    reader: String,
    note: String,
}

impl Desk {
    async fn open(sandbox: &Sandbox) -> Self {
        let dar = build_dar(SOURCE, &[]).unwrap();
        let client = Client::at(sandbox, "participant1");
        let other = Client::at(sandbox, "participant2");
        client.upload(dar.clone()).await.unwrap();
        other.upload(dar).await.unwrap();
        let writer = client.allocate("writer").await;
        let reader = other.allocate("reader").await;
        let argument = record(vec![
            ("owner", value::party(&writer)),
            ("reader", value::party(&reader)),
            ("text", value::text("first")),
        ]);
        let write = create(identifier(PACKAGE, "Undo", "Note"), argument);
        let written = client.submit(Submit::new(&writer).add_command(write)).await;
        Self {
            note: the_contract(&written.unwrap()),
            client,
            other,
            writer,
            reader,
        }
    }

    async fn fail(&self) -> Result<api::Transaction, Error> {
        let unit = iou::wrap(api::value::Sum::Unit(()));
        let note = identifier(PACKAGE, "Undo", "Note");
        let fail = exercise(note, &self.note, "Fail", unit);
        let submit = Submit::new(&self.writer).add_command(fail);
        self.client.submit(submit).await
    }
}

/// The texts of a party's notes, sorted.
async fn texts(client: &Client, party: &str) -> Vec<String> {
    let notes = client.active(party).await;
    let texts = notes.iter().map(|note| {
        let argument = note.create_arguments.as_ref().unwrap();
        match &argument.fields[2].value.as_ref().unwrap().sum {
            Some(api::value::Sum::Text(text)) => text.clone(),
            other => panic!("{other:?}"),
        }
    });
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    texts
}

#[tokio::test]
async fn an_exception_undoes_creates_and_archives_under_protocol_version_34() {
    let sandbox = Sandbox::start(&["--participants", "2", "--protocol-version", "34"]);
    let desk = Desk::open(&sandbox).await;
    desk.fail().await.unwrap();
    let expected = ["first", "oops"];
    assert_eq!(texts(&desk.client, &desk.writer).await, expected);
    eventually("the reader sees what is left", async || {
        texts(&desk.other, &desk.reader).await == expected
    })
    .await;
    assert!(sandbox.complaints().is_empty());
}

#[tokio::test]
async fn an_exception_that_would_undo_them_ends_the_transaction_unless_told_otherwise() {
    let desk = Desk::open(shared()).await;
    let error = refused(
        desk.fail().await,
        "DAML_EFFECTFUL_ROLLBACK_ERROR",
        Code::InvalidArgument,
        8,
    );
    assert!(error.to_string().contains("Consuming exercise of Archive"));
    assert_eq!(texts(&desk.client, &desk.writer).await, ["first"]);
}

#[test]
fn the_flag_is_a_key_of_the_domain() {
    let shown = |args: &[&str]| {
        let output = jura(&[&["sandbox", "--dump-config"], args].concat()).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    assert!(shown(&[]).contains("protocol-version = 35\n"));
    let old = ["--protocol-version", "34"];
    assert!(shown(&old).contains("protocol-version = 34\n"));
    let new = ["-C", "domains.domain1.protocol-version=35"];
    assert!(shown(&[old, new].concat()).contains("protocol-version = 35\n"));
}
