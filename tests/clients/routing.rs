//! Which domain a submission can go to, and what is said if it can go to none.

use canton_ledger::{
    ActiveContractsRequest, Error, Submit, create, exercise, identifier, record, value,
};
use canton_proto::com::daml::ledger::api::v2 as api;
use jura::lf::text::build_dar;
use tonic::Code;

use super::client::{Client, eventually, the_contract, unique};
use super::iou;
use super::packages::{Participant, Version, unvet};
use super::refused::refused;

/// A package of its own, with contracts for an owner and a reader.
fn package(name: &str) -> Version {
    let source = format!(
        "metadata ('{name}' : '1.0.0');
         module M {{
           val one : Party -> List Party = \\(party : Party) -> Cons @Party [party] (Nil @Party);
           record @serializable T = {{ owner : Party, reader : Party }};
           template (this : T) = {{
             signatories M:one (M:T {{owner}} this);
             observers M:one (M:T {{reader}} this);
             choice @nonConsuming Look (self) (arg : Party) : Party,
               controllers M:one arg to pure @Party arg;
           }};
         }}"
    );
    Version::of(build_dar(&source, &[]).unwrap())
}

fn new(package: &str, owner: &str, reader: &str) -> Submit {
    let argument = record(vec![
        ("owner", value::party(owner)),
        ("reader", value::party(reader)),
    ]);
    Submit::new(owner).add_command(create(identifier(package, "M", "T"), argument))
}

async fn domain(client: &Client, party: &str) -> String {
    let domains = client.ledger.connected_synchronizers(party).await.unwrap();
    domains[0].synchronizer_id.clone()
}

fn elsewhere(name: &str) -> String {
    format!("{name}::1220{}", "ab".repeat(32))
}

#[track_caller]
fn now(answer: Result<api::Transaction, Error>, reason: &str) {
    refused(answer, reason, Code::FailedPrecondition, 9);
}

#[tokio::test]
async fn where_a_package_is_not_vetted_names_cannot_be_selected_and_ids_not_be_routed() {
    let here = Participant::of(Client::of("participant1"));
    let there = Participant::of(Client::of("participant2"));
    let name = unique("routed");
    let package = package(&name);
    for participant in [&here, &there] {
        let dar = package.dar.clone();
        participant.client.upload(dar).await.unwrap();
    }
    let owner = here.client.allocate("owner").await;
    let reader = there.client.allocate("reader").await;
    let domain = domain(&here.client, &owner).await;
    let (by_id, by_name) = (&package.id, &format!("#{name}"));
    let submit = |package: &str, reader: &str| here.client.submit(new(package, &owner, reader));
    let prescribed = |package: &str| {
        let submit = new(package, &owner, &reader).with_synchronizer_id(domain.clone());
        here.client.submit(submit)
    };
    eventually("the reader is known", async || {
        submit(by_name, &reader).await.is_ok()
    })
    .await;

    let unvetted = unvet(vec![super::packages::by_id(&package)]);
    there.update(unvetted.clone()).await.unwrap();
    eventually("the package is not vetted there", async || {
        submit(by_name, &reader).await.is_err()
    })
    .await;
    now(submit(by_name, &reader).await, "PACKAGE_SELECTION_FAILED");
    now(
        submit(by_id, &reader).await,
        "NO_SYNCHRONIZER_FOR_SUBMISSION",
    );
    let reason = "INVALID_PRESCRIBED_SYNCHRONIZER_ID";
    now(prescribed(by_name).await, reason);
    now(prescribed(by_id).await, reason);
    submit(by_id, &owner).await.unwrap();

    here.update(unvetted).await.unwrap();
    now(submit(by_name, &owner).await, "PACKAGE_SELECTION_FAILED");
    now(
        submit(by_id, &owner).await,
        "NO_SYNCHRONIZER_FOR_SUBMISSION",
    );
}

#[tokio::test]
async fn a_package_that_only_another_participant_has_stays_unknown() {
    let there = Client::of("participant1");
    let here = Client::of("participant2");
    let package = package(&unique("routed"));
    there.upload(package.dar.clone()).await.unwrap();
    let owner = there.allocate("owner").await;
    let stranger = here.allocate("stranger").await;
    let unknown = async |submit: Submit| {
        let answer = here.submit(submit).await;
        refused(answer, "PACKAGE_NOT_FOUND", Code::NotFound, 11);
    };
    let put = || new(&package.id, &stranger, &stranger);
    unknown(put()).await;
    let used = there
        .submit(new(&package.id, &owner, &owner))
        .await
        .unwrap();
    unknown(put()).await;
    let template = identifier(&package.id, "M", "T");
    let unit = iou::wrap(api::value::Sum::Unit(()));
    let wrong = exercise(template, the_contract(&used), "NoSuchChoice", unit);
    unknown(Submit::new(&stranger).add_command(wrong)).await;
}

#[tokio::test]
async fn a_domain_that_nobody_knows_is_refused() {
    let client = Client::of("participant1");
    let package = package(&unique("routed"));
    client.upload(package.dar.clone()).await.unwrap();
    let owner = client.allocate("owner").await;
    let submit = new(&package.id, &owner, &owner).with_synchronizer_id(elsewhere("nowhere"));
    now(
        client.submit(submit).await,
        "INVALID_PRESCRIBED_SYNCHRONIZER_ID",
    );
}

#[tokio::test]
async fn a_disclosed_contract_is_compared_with_its_id_when_it_is_used() {
    let client = Client::of("participant1");
    let package = package(&unique("routed"));
    client.upload(package.dar.clone()).await.unwrap();
    let owner = client.allocate("owner").await;
    let stranger = client.allocate("stranger").await;
    client
        .submit(new(&package.id, &owner, &owner))
        .await
        .unwrap();
    let active = client.active_with(&owner, ActiveContractsRequest::with_created_event_blobs);
    let event = active.await.remove(0);
    let good = api::DisclosedContract {
        template_id: event.template_id,
        contract_id: event.contract_id.clone(),
        created_event_blob: event.created_event_blob,
        synchronizer_id: String::new(),
    };
    let mut forged = good.clone();
    // the name of the owner is in it, more than once
    let owner = owner.as_bytes();
    let blob = &mut forged.created_event_blob;
    let at = blob
        .windows(owner.len())
        .position(|it| it == owner)
        .unwrap();
    blob[at] = b'x';
    let look = || {
        let who = iou::wrap(api::value::Sum::Party(stranger.clone()));
        exercise(
            identifier(&package.id, "M", "T"),
            &event.contract_id,
            "Look",
            who,
        )
    };
    let submit = |shown: &[&api::DisclosedContract], command: api::Command| {
        let submit = Submit::new(&stranger).add_command(command);
        let shown = shown.iter().map(|it| (*it).clone());
        client.submit(shown.fold(submit, Submit::add_disclosed_contract))
    };
    submit(&[&good, &good], look()).await.unwrap();
    refused(
        submit(&[&forged], look()).await,
        "INTERPRETATION_UPGRADE_ERROR_AUTHENTICATION_FAILED",
        Code::InvalidArgument,
        8,
    );
    let argument = record(vec![
        ("owner", value::party(&stranger)),
        ("reader", value::party(&stranger)),
    ]);
    let other = || create(identifier(&package.id, "M", "T"), argument.clone());
    submit(&[&forged], other()).await.unwrap();
}

#[tokio::test]
async fn disclosed_contracts_that_are_used_say_where_a_submission_goes() {
    let client = Client::of("participant1");
    let package = package(&unique("routed"));
    client.upload(package.dar.clone()).await.unwrap();
    let owner = client.allocate("owner").await;
    let stranger = client.allocate("stranger").await;
    let here = domain(&client, &owner).await;
    let mut disclosed = Vec::new();
    for _ in 0..2 {
        let put = client.submit(new(&package.id, &owner, &owner)).await;
        the_contract(&put.unwrap());
    }
    let active = client.active_with(&owner, ActiveContractsRequest::with_created_event_blobs);
    for event in active.await {
        disclosed.push(api::DisclosedContract {
            template_id: event.template_id,
            contract_id: event.contract_id,
            created_event_blob: event.created_event_blob,
            synchronizer_id: String::new(),
        });
    }
    let look = |contract: &str| {
        let who = iou::wrap(api::value::Sum::Party(stranger.clone()));
        exercise(identifier(&package.id, "M", "T"), contract, "Look", who)
    };
    // looks at some, shows both, the first and the second said to be on these domains
    let submit = |used: usize, domains: [&str; 2]| {
        let mut submit = Submit::new(&stranger);
        for (contract, domain) in disclosed.iter().zip(domains) {
            submit = submit.add_disclosed_contract(api::DisclosedContract {
                synchronizer_id: domain.to_owned(),
                ..contract.clone()
            });
        }
        let used = disclosed.iter().take(used);
        used.fold(submit, |submit, it| {
            submit.add_command(look(&it.contract_id))
        })
    };
    let (one, other) = (elsewhere("one"), elsewhere("other"));
    client.submit(submit(2, [&here, ""])).await.unwrap();
    client.submit(submit(1, [&here, &other])).await.unwrap();
    for (submit, reason) in [
        (
            submit(2, [&here, &other]),
            "DISCLOSED_CONTRACTS_SYNCHRONIZER_ID_MISMATCH",
        ),
        (
            submit(1, [&one, ""]).with_synchronizer_id(here.clone()),
            "PRESCRIBED_SYNCHRONIZER_ID_MISMATCH",
        ),
    ] {
        let answer = client.submit(submit).await;
        refused(answer, reason, Code::InvalidArgument, 8);
    }
    let answer = client.submit(submit(1, [&one, ""])).await;
    now(answer, "INVALID_PRESCRIBED_SYNCHRONIZER_ID");
}
