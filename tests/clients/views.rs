//! What contracts look like through interfaces, while versions of their package come and go.

use api::admin::vetted_packages_change::{Operation, Vet};
use canton_ledger::{Submit, create, identifier, record, value};
use canton_proto::com::daml::ledger::api::v2 as api;
use jura::lf::archive::read_dar;
use jura::lf::text::build_dar;

use super::client::{Client, USER, unique};
use super::packages::{Participant, Version, by_id, request, unvet, vet};

/// An interface, and a package of which each version says another name.
struct Names {
    interface: String,
    versions: Vec<Version>,
}

fn names() -> Names {
    let interface = format!(
        "metadata ('{}' : '1.0.0');
         module I {{
           record @serializable View = {{ name : Text }};
           interface (this : Named) = {{ viewtype I:View; }};
         }}",
        unique("named")
    );
    let interface = read_dar(&build_dar(&interface, &[]).unwrap()).unwrap();
    let package = unique("views");
    let decoded = interface.main.decode().unwrap();
    let version = |number: &str| {
        let source = format!(
            "metadata ('{package}' : '{number}');
             import 'i' = '{}' : '{}';
             module M {{
               record @serializable T = {{ owner : Party }};
               template (this : T) = {{
                 signatories Cons @Party [M:T {{owner}} this] (Nil @Party);
                 observers Nil @Party;
                 implements 'i':I:Named {{ view = 'i':I:View {{ name = \"{number}\" }}; }};
               }};
             }}",
            decoded.name, decoded.version
        );
        Version::of(build_dar(&source, std::slice::from_ref(&interface.main)).unwrap())
    };
    Names {
        interface: format!("#{}", decoded.name),
        versions: vec![version("1.0.0"), version("2.0.0")],
    }
}

/// The name of the only contract of a party as its view says it and the package that said it, or the
/// code of the view's status.
async fn name(client: &Client, party: &str, interface: &str) -> Result<(String, String), i32> {
    let interface = format!("{interface}:I:Named");
    let contracts = client.active_with(party, |it| it.for_interfaces([interface]).unwrap());
    let contracts = contracts.await;
    let told = &contracts[0].interface_views[0];
    let package = &told.implementation_package_id;
    let status = told.view_status.as_ref().unwrap();
    let Some(view) = &told.view_value else {
        assert_eq!(package, "");
        return Err(status.code);
    };
    match view.fields[0].value.as_ref().unwrap().sum.as_ref().unwrap() {
        api::value::Sum::Text(name) => Ok((name.clone(), package.clone())),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_view_is_that_of_the_newest_version_that_is_vetted() {
    let participant = Participant::of(Client::of("participant1"));
    let client = &participant.client;
    let names = names();
    for version in &names.versions {
        client.upload(version.dar.clone()).await.unwrap();
    }
    let alice = client.allocate("alice").await;
    let argument = record(vec![("owner", value::party(&alice))]);
    let command = create(identifier(&names.versions[0].id, "M", "T"), argument);
    let submit = Submit::new(&alice).with_user_id(USER);
    client.submit(submit.add_command(command)).await.unwrap();

    let [old, new] = &names.versions[..] else {
        panic!("two versions")
    };
    let seen = || name(client, &alice, &names.interface);
    let said_by = |number: &str, version: &Version| Ok((number.to_owned(), version.id.clone()));
    assert_eq!(seen().await, said_by("2.0.0", new));
    participant.update(unvet(vec![by_id(new)])).await.unwrap();
    assert_eq!(seen().await, said_by("1.0.0", old));
    participant.update(unvet(vec![by_id(old)])).await.unwrap();
    assert_eq!(seen().await, Err(tonic::Code::FailedPrecondition as i32));
    participant.update(vet(vec![by_id(new)])).await.unwrap();
    assert_eq!(seen().await, said_by("2.0.0", new));
    // what is vetted for a while only does not speak for the contract
    let until = prost_types::Timestamp {
        seconds: 4_000_000_000,
        nanos: 0,
    };
    let bounded = Operation::Vet(Vet {
        packages: vec![by_id(new)],
        new_valid_until_exclusive: Some(until),
        ..Default::default()
    });
    participant.update(request(bounded)).await.unwrap();
    participant.update(vet(vec![by_id(old)])).await.unwrap();
    assert_eq!(seen().await, said_by("1.0.0", old));
}
