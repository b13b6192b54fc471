//! Failures that a model reports: all that it says of them reaches the client.

use canton_ledger::{Submit, create, exercise, identifier, record, value};
use canton_proto::com::daml::ledger::api::v2 as api;
use jura::lf::archive::read_dar;
use jura::lf::text::build_dar;
use tonic::Code;

use super::client::{Client, the_contract};
use super::iou;
use super::refused::refused;

const SOURCE: &str = r#"
metadata ('jura-test-failures' : '1.0.0');
module Fails {
  val one : Party -> List Party = \(party : Party) -> Cons @Party [party] (Nil @Party);
  val why : TextMap Text =
    TEXTMAP_INSERT @Text "colour" "red" (TEXTMAP_INSERT @Text "error_id" "hidden" (TEXTMAP_EMPTY @Text));
  record @serializable Box = { owner : Party };
  template (this : Box) = {
    signatories Fails:one (Fails:Box {owner} this);
    observers Nil @Party;
    choice @nonConsuming Inner (self) (arg : Unit) : Unit,
      controllers Fails:one (Fails:Box {owner} this)
      to FAIL_WITH_STATUS @(Update Unit) "box.shut" INVALID_GIVEN_CURRENT_SYSTEM_STATE_OTHER "it is shut" Fails:why;
    choice @nonConsuming Outer (self) (arg : Unit) : Unit,
      controllers Fails:one (Fails:Box {owner} this)
      to bind other : ContractId Fails:Box <- create @Fails:Box this
         in exercise @Fails:Box Inner other ();
  };
}
"#;

#[tokio::test]
async fn a_failure_tells_its_id_what_the_model_adds_and_the_choices_under_way() {
    let client = Client::of("participant1");
    let dar = build_dar(SOURCE, &[]).unwrap();
    let package = read_dar(&dar).unwrap().main.id.to_string();
    client.upload(dar).await.unwrap();
    let owner = client.allocate("owner").await;
    let template = || identifier(&package, "Fails", "Box");
    let argument = record(vec![("owner", value::party(&owner))]);
    let put = Submit::new(&owner).add_command(create(template(), argument));
    let outer = the_contract(&client.submit(put).await.unwrap());

    let unit = iou::wrap(api::value::Sum::Unit(()));
    let open = Submit::new(&owner).add_command(exercise(template(), &outer, "Outer", unit));
    let answer = client.submit(open).await;
    let error = refused(answer, "DAML_FAILURE", Code::FailedPrecondition, 9);
    let metadata = error.error_info().unwrap().metadata;
    assert_eq!(metadata["error_id"], "box.shut");
    assert_eq!(metadata["colour"], "red");
    let (package, outer) = (&package[..8], &outer[..10]);
    let trace: Vec<&str> = metadata["exercise_trace"].lines().collect();
    let inner = format!("    in choice {package}:Fails:Box:Inner on contract 00");
    assert!(
        trace[0].starts_with(&inner) && trace[0].ends_with(" (#2)"),
        "{trace:?}"
    );
    assert_eq!(
        trace[1..],
        [
            format!("    in choice {package}:Fails:Box:Outer on contract {outer} (#0)"),
            format!("    in exercise command {package}:Fails:Box:Outer on contract {outer}."),
        ]
    );
}
