//! What a domain of protocol version 34 takes, and what it does not.

use canton_ledger::{Submit, create, identifier, record, value};
use jura::lf::text::build_dar;
use tonic::Code;

use super::client::Client;
use super::process::Sandbox;
use super::refused::refused;

const PACKAGE: &str = "#jura-test-old";

const SOURCE: &str = r"
language 2.3;
metadata ('jura-test-old' : '1.0.0');
module Old {
  val one : Party -> List Party = \(party : Party) -> Cons @Party [party] (Nil @Party);
  record @serializable Plain = { owner : Party };
  template (this : Plain) = {
    signatories Old:one (Old:Plain {owner} this);
    observers Nil @Party;
  };
  record @serializable Keyed = { owner : Party };
  template (this : Keyed) = {
    signatories Old:one (Old:Keyed {owner} this);
    observers Nil @Party;
    choice Archive (self) (arg : Unit) : Unit, controllers Old:one (Old:Keyed {owner} this) to pure @Unit ();
    key @Party (Old:Keyed {owner} this) Old:one;
  };
}
";

fn sandbox() -> Sandbox {
    Sandbox::start(&["--participants", "2", "--protocol-version", "34"])
}

#[tokio::test]
async fn protocol_version_34_takes_no_contract_keys() {
    let sandbox = sandbox();
    let client = Client::at(&sandbox, "participant1");
    client
        .upload(build_dar(SOURCE, &[]).unwrap())
        .await
        .unwrap();
    let owner = client.allocate("owner").await;
    let owned = |template: &str| {
        let argument = record(vec![("owner", value::party(&owner))]);
        Submit::new(&owner).add_command(create(identifier(PACKAGE, "Old", template), argument))
    };
    client.submit(owned("Plain")).await.unwrap();
    let refusal = client.submit(owned("Keyed")).await;
    let error = refused(
        refusal,
        "NO_SYNCHRONIZER_FOR_SUBMISSION",
        Code::FailedPrecondition,
        9,
    );
    assert!(error.to_string().contains("contract keys"), "{error}");
    let domains = client.ledger.connected_synchronizers(&owner).await;
    let domain = domains.unwrap()[0].synchronizer_id.clone();
    let prescribed = owned("Keyed").with_synchronizer_id(domain);
    refused(
        client.submit(prescribed).await,
        "INVALID_PRESCRIBED_SYNCHRONIZER_ID",
        Code::FailedPrecondition,
        9,
    );
    assert_eq!(sandbox.complaints(), [""; 0]);
}
