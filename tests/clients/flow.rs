//! The life of an Iou, as an application with the SDK works with it.

use canton_ledger::Submit;
use tonic::Code;

use super::client::{Client, eventually, the_contract, unique};
use super::refused::{names_contract, refused};
use super::{dars, iou};

#[tokio::test]
async fn an_iou_is_issued_and_transferred_on_one_participant() {
    let Some(dar) = dars::find(iou::DAR) else {
        return;
    };
    let client = Client::of("participant1");
    client.upload(dar).await.unwrap();
    story(&client, &client).await;
}

#[tokio::test]
async fn an_iou_is_issued_on_one_participant_and_transferred_on_another() {
    let Some(dar) = dars::find(iou::DAR) else {
        return;
    };
    let (one, two) = (Client::of("participant1"), Client::of("participant2"));
    one.upload(dar.clone()).await.unwrap();
    two.upload(dar).await.unwrap();
    story(&one, &two).await;
}

/// A bank issues an Iou to alice, who is perhaps on another participant and hands it over to bob.
async fn story(bank_at: &Client, alice_at: &Client) {
    let bank = bank_at.allocate("bank").await;
    let alice = alice_at.allocate("alice").await;
    let bob = bank_at.allocate("bob").await;
    knows(bank_at, &alice).await;
    knows(alice_at, &bob).await;

    let issue = Submit::new(&bank)
        .with_command_id(unique("issue"))
        .add_command(iou::issue(&bank, &alice, "100.0"));
    let issued = bank_at.submit(issue.clone()).await.unwrap();
    let first = the_contract(&issued);

    let seen = alice_at.next_transactions(&alice, 0, 1).await.remove(0);
    assert_eq!(seen.update_id, issued.update_id);
    assert_eq!(the_contract(&seen), first);
    let active = alice_at.active(&alice).await;
    assert_eq!(active.len(), 1);
    assert_eq!(active[0].contract_id, first);
    assert_eq!(iou::owner(&active[0]), alice);

    let transfer = Submit::new(&alice).add_command(iou::transfer(&first, &bob));
    let transferred = alice_at.submit(transfer).await.unwrap();
    let second = the_contract(&transferred);
    assert_ne!(second, first);

    // the stream from the beginning, and from the middle
    let all = alice_at.transactions(&alice, 0).await;
    let ids: Vec<&str> = all.iter().map(|it| it.update_id.as_str()).collect();
    assert_eq!(ids, [&issued.update_id, &transferred.update_id]);
    let rest = alice_at.transactions(&alice, all[0].offset).await;
    assert_eq!(rest, all[1..]);
    let live = alice_at.next_transactions(&alice, 0, 2).await;
    assert_eq!(live, all);

    // what is active now, at both sides
    assert_eq!(alice_at.active(&alice).await, []);
    let at_bank = bank_at.next_transactions(&bob, 0, 1).await;
    assert_eq!(at_bank[0].update_id, transferred.update_id);
    let active = bank_at.active(&bob).await;
    assert_eq!(active.len(), 1);
    assert_eq!(active[0].contract_id, second);
    assert_eq!(iou::owner(&active[0]), bob);

    // the bank's command again
    let again = bank_at.submit(issue).await;
    refused(again, "DUPLICATE_COMMAND", Code::AlreadyExists, 10);

    // the Iou that is gone, again
    let second_spend = Submit::new(&alice).add_command(iou::transfer(&first, &bank));
    let answer = alice_at.submit(second_spend).await;
    let error = refused(answer, "CONTRACT_NOT_FOUND", Code::NotFound, 11);
    names_contract(&error, &first);
    assert_eq!(alice_at.transactions(&alice, 0).await, all);
}

async fn knows(client: &Client, party: &str) {
    eventually("the party is known", async || {
        let known = client.admin.get_parties(vec![party.to_owned()]).await;
        !known.unwrap().is_empty()
    })
    .await;
}
