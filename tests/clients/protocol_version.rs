//! What a domain of protocol version 34 takes, and what it does not.

use api::admin::UpdateVettedPackagesForceFlag;
use canton_ledger::{Submit, create, identifier, record, value};
use canton_proto::com::daml::ledger::api::v2 as api;
use jura::lf::archive::read_dar;
use jura::lf::text::build_dar;
use tonic::Code;

use super::client::Client;
use super::iou;
use super::packages::{Participant, Version, by_id, unvet, vet};
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
    let mine = |template: &str| {
        let argument = record(vec![("owner", value::party(&owner))]);
        Submit::new(&owner).add_command(create(identifier(PACKAGE, "Old", template), argument))
    };
    client.submit(mine("Plain")).await.unwrap();
    let refusal = client.submit(mine("Keyed")).await;
    let error = refused(
        refusal,
        "NO_SYNCHRONIZER_FOR_SUBMISSION",
        Code::FailedPrecondition,
        9,
    );
    assert!(error.to_string().contains("contract keys"), "{error}");
    let domains = client.ledger.connected_synchronizers(&owner).await;
    let domain = domains.unwrap()[0].synchronizer_id.clone();
    let prescribed = mine("Keyed").with_synchronizer_id(domain);
    refused(
        client.submit(prescribed).await,
        "INVALID_PRESCRIBED_SYNCHRONIZER_ID",
        Code::FailedPrecondition,
        9,
    );
    assert_eq!(sandbox.complaints(), [""; 0]);
}

/// A package, and one that needs it.
fn needing() -> (Version, Version) {
    let needed = "metadata ('needed' : '1.0.0');
        module N { record @serializable N = {}; }";
    let needed = build_dar(needed, &[]).unwrap();
    let main = r"
        metadata ('needing' : '1.0.0');
        import 'n' = 'needed' : '1.0.0';
        module M {
          record @serializable T = { owner : Party, n : Optional 'n':N:N };
          template (this : T) = {
            signatories Cons @Party [M:T {owner} this] (Nil @Party);
            observers Nil @Party;
          };
        }";
    let dependency = read_dar(&needed).unwrap().main;
    let main = build_dar(main, &[dependency]).unwrap();
    (Version::of(needed), Version::of(main))
}

#[tokio::test]
async fn protocol_version_34_wants_what_a_package_needs_vetted_with_it() {
    let sandbox = sandbox();
    let participant = Participant::of(Client::at(&sandbox, "participant1"));
    let client = &participant.client;
    let (needed, main) = needing();
    client.upload(main.dar.clone()).await.unwrap();
    let owner = client.allocate("owner").await;
    let put = |package: &str| {
        let argument = record(vec![
            ("owner", value::party(&owner)),
            ("n", iou::wrap(api::value::Sum::Optional(Box::default()))),
        ]);
        let command = create(identifier(package, "M", "T"), argument);
        client.submit(Submit::new(&owner).add_command(command))
    };
    put(&main.id).await.unwrap();

    let alone = || unvet(vec![by_id(&needed)]);
    let reason = "TOPOLOGY_DEPENDENCIES_NOT_VETTED";
    let answer = participant.update(alone()).await;
    refused(answer, reason, Code::FailedPrecondition, 9);
    let both = unvet(vec![by_id(&needed), by_id(&main)]);
    participant.update(both).await.unwrap();
    let answer = participant.update(vet(vec![by_id(&main)])).await;
    refused(answer, reason, Code::FailedPrecondition, 9);
    let force = UpdateVettedPackagesForceFlag::AllowUnvettedDependencies as i32;
    let mut forced = vet(vec![by_id(&main)]);
    forced.update_vetted_packages_force_flags = vec![force];
    participant.update(forced).await.unwrap();

    let code = Code::FailedPrecondition;
    refused(put("#needing").await, "PACKAGE_SELECTION_FAILED", code, 9);
    refused(
        put(&main.id).await,
        "NO_SYNCHRONIZER_FOR_SUBMISSION",
        code,
        9,
    );
    participant.update(vet(vec![by_id(&needed)])).await.unwrap();
    put("#needing").await.unwrap();
    assert_eq!(sandbox.complaints(), [""; 0]);
}
