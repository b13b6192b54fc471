//! Reading by id, by offset and in pages.

use canton_ledger::{ActiveContractsRequest, Submit};
use canton_proto::com::daml::ledger::api::v2 as api;
use tonic::Code;

use super::iou;
use super::refused::refused;
use super::stage::Stage;

#[tokio::test]
async fn an_update_is_found_by_id_and_by_offset() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let contract = stage.issue().await;
    let transaction = stage.transfer(&contract).await.unwrap();
    let ledger = &stage.client.ledger;
    let parties = || vec![stage.alice.clone()];
    let by_id = ledger.update_by_id(&transaction.update_id, parties());
    let by_id = by_id.await.unwrap().expect("the update");
    let by_offset = ledger.update_by_offset(transaction.offset, parties());
    assert_eq!(by_offset.await.unwrap().as_ref(), Some(&by_id));
    let api::get_update_response::Update::Transaction(found) = by_id else {
        panic!("{by_id:?}");
    };
    assert_eq!(found.events, transaction.events);
}

/// The SDK answers "none" only where the error id is `UPDATE_NOT_FOUND`.
#[tokio::test]
async fn an_update_that_is_not_there_is_none_and_no_error() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let contract = stage.issue().await;
    let transaction = stage.transfer(&contract).await.unwrap();
    let ledger = &stage.client.ledger;
    let unknown = format!("1220{}", "ab".repeat(32));
    let parties = || vec![stage.alice.clone()];
    assert_eq!(ledger.update_by_id(unknown, parties()).await.unwrap(), None);
    let future = transaction.offset + 1_000_000;
    assert_eq!(
        ledger.update_by_offset(future, parties()).await.unwrap(),
        None
    );
    // and where it is, but not for strangers
    let stranger = stage.client.allocate("stranger").await;
    let hidden = ledger.update_by_id(&transaction.update_id, vec![stranger]);
    assert_eq!(hidden.await.unwrap(), None);
}

#[tokio::test]
async fn active_contracts_come_in_pages() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let mut wanted = Vec::new();
    for _ in 0..5 {
        wanted.push(stage.issue().await);
    }
    let ledger = &stage.client.ledger;
    let end = ledger.ledger_end().await.unwrap();
    let (mut found, mut sizes, mut token) = (Vec::new(), Vec::new(), None);
    loop {
        let page = ledger.active_contracts_page(vec![stage.alice.clone()], end, 2, token);
        let (contracts, next) = page.await.unwrap();
        sizes.push(contracts.len());
        let events = contracts.into_iter().map(|it| it.created_event.unwrap());
        found.extend(events.map(|event| event.contract_id));
        token = next;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(found, wanted);
    assert_eq!(sizes, [2, 2, 1]);
}

#[tokio::test]
async fn updates_come_in_pages_in_both_directions() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    for _ in 0..5 {
        stage.issue().await;
    }
    let forward = stage.client.transactions(&stage.alice, 0).await;
    let forward: Vec<i64> = forward.iter().map(|it| it.offset).collect();
    assert_eq!(paged(&stage, false).await, forward);
    let backward: Vec<i64> = forward.into_iter().rev().collect();
    assert_eq!(paged(&stage, true).await, backward);
}

/// The offsets of alice's updates, read two at a time.
async fn paged(stage: &Stage, descending: bool) -> Vec<i64> {
    let ledger = &stage.client.ledger;
    let end = ledger.ledger_end().await.unwrap();
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let parties = vec![stage.alice.clone()];
        let page = ledger.updates_page(parties, 0, end, 2, descending, token);
        let (updates, next) = page.await.unwrap();
        assert!(updates.len() <= 2);
        found.extend(updates.into_iter().map(|it| match it.update {
            Some(api::get_update_response::Update::Transaction(it)) => it.offset,
            other => panic!("{other:?}"),
        }));
        token = next;
        if token.is_none() {
            return found;
        }
    }
}

#[tokio::test]
async fn filters_take_templates_by_package_name_and_not_by_id() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    stage.issue().await;
    let dummy = Submit::new(&stage.alice).add_command(iou::create_dummy(&stage.alice));
    stage.client.submit(dummy).await.unwrap();
    let end = stage.client.ledger.ledger_end().await.unwrap();
    let page = async |template: String| {
        let request = ActiveContractsRequest::new(vec![stage.alice.clone()], end)
            .for_templates([template])
            .unwrap();
        let page = stage
            .client
            .ledger
            .active_contracts_page_with(&request, 10, None);
        page.await.map(|(contracts, _)| contracts.len())
    };
    assert_eq!(
        page("#CantonExamples:Iou:Dummy".to_owned()).await.unwrap(),
        1
    );
    let by_id = page(format!("{}:Iou:Dummy", iou::PACKAGE_ID)).await;
    refused(by_id, "INVALID_FIELD", Code::InvalidArgument, 8);
}
