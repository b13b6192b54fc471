//! The errors that real clients decide on: id, code, category, pause, resource.

use std::time::Duration;

use canton_ledger::{ActiveContractsRequest, Submit, UpdatesRequest, create, identifier, record};
use canton_ledger::{Error, value};
use canton_proto::com::daml::ledger::api::v2 as api;
use futures_util::future::join_all;
use tonic::Code;

use super::client::{USER, unique};
use super::iou;
use super::refused::{names_contract, refused};
use super::stage::Stage;

/// How often a race is run until a loser meets the winner in flight.
const RACES_MAX: usize = 20;

#[tokio::test]
async fn a_spent_contract_is_not_found_and_named() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let spent = stage.issue().await;
    stage.transfer(&spent).await.unwrap();
    let answer = stage.transfer(&spent).await;
    let error = refused(answer, "CONTRACT_NOT_FOUND", Code::NotFound, 11);
    names_contract(&error, &spent);
}

#[tokio::test]
async fn a_change_id_that_was_used_is_a_duplicate() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let submit = Submit::new(&stage.alice)
        .with_command_id(unique("once"))
        .add_command(iou::create_dummy(&stage.alice));
    stage.client.submit(submit.clone()).await.unwrap();
    let again = stage.client.submit(submit).await;
    refused(again, "DUPLICATE_COMMAND", Code::AlreadyExists, 10);
}

#[tokio::test]
async fn who_has_no_authority_is_refused() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let issue = iou::issue(&stage.bank, &stage.alice, "1.0");
    let answer = stage
        .client
        .submit(Submit::new(&stage.bob).add_command(issue));
    refused(
        answer.await,
        "DAML_AUTHORIZATION_ERROR",
        Code::InvalidArgument,
        8,
    );
}

#[tokio::test]
async fn a_contract_that_its_template_does_not_ensure_is_a_failure_of_daml() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let issue = iou::issue(&stage.bank, &stage.alice, "-1.0");
    let answer = stage
        .client
        .submit(Submit::new(&stage.bank).add_command(issue));
    let error = refused(answer.await, "DAML_FAILURE", Code::FailedPrecondition, 9);
    let said = error.to_string();
    assert!(
        said.contains("UNHANDLED_EXCEPTION/DA.Exception.PreconditionFailed"),
        "{said}"
    );
}

#[tokio::test]
async fn a_command_without_a_field_of_its_template_is_refused() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let command = create(iou::dummy(), record(vec![]));
    refused_before_interpretation(&stage, command).await;
}

#[tokio::test]
async fn a_command_for_an_unknown_template_is_refused() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let template = identifier(iou::PACKAGE, "Iou", "Nothing");
    let argument = record(vec![("party", value::party(&stage.alice))]);
    refused_before_interpretation(&stage, create(template, argument)).await;
}

async fn refused_before_interpretation(stage: &Stage, command: api::Command) {
    let submit = Submit::new(&stage.alice).add_command(command);
    let answer = stage.client.submit(submit).await;
    refused(
        answer,
        "COMMAND_PREPROCESSING_FAILED",
        Code::InvalidArgument,
        8,
    );
}

#[tokio::test]
async fn a_command_for_an_unknown_package_name_is_refused() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let template = identifier("#no-such-package", "Iou", "Dummy");
    let argument = record(vec![("party", value::party(&stage.alice))]);
    let submit = Submit::new(&stage.alice).add_command(create(template, argument));
    let answer = stage.client.submit(submit).await;
    refused(
        answer,
        "PACKAGE_SELECTION_FAILED",
        Code::FailedPrecondition,
        9,
    );
}

#[tokio::test]
async fn a_filter_with_an_unknown_template_is_refused() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let end = stage.client.ledger.ledger_end().await.unwrap();
    let request = ActiveContractsRequest::new(vec![stage.alice.clone()], end)
        .for_templates(["#CantonExamples:Iou:Nothing"])
        .unwrap();
    let (reason, code) = (
        "NO_TEMPLATES_FOR_PACKAGE_NAME_AND_QUALIFIED_NAME",
        Code::NotFound,
    );
    let answer = stage
        .client
        .ledger
        .active_contracts_page_with(&request, 10, None);
    refused(answer.await, reason, code, 11);
    let request = UpdatesRequest::new(vec![stage.alice.clone()], 0)
        .for_templates(["#CantonExamples:Iou:Nothing"])
        .unwrap();
    let answer = stage.client.ledger.updates_with(request).await.map(|_| ());
    refused(answer, reason, code, 11);
}

#[tokio::test]
async fn a_stream_from_beyond_the_end_is_refused_with_a_pause_of_a_second() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let end = stage.client.ledger.ledger_end().await.unwrap();
    let beyond = UpdatesRequest::new(vec![stage.alice.clone()], end + 1_000_000);
    let answer = stage.client.ledger.updates_with(beyond).await.map(|_| ());
    let error = refused(answer, "OFFSET_AFTER_LEDGER_END", Code::OutOfRange, 12);
    assert_eq!(error.retry_delay(), Some(Duration::from_secs(1)));
}

#[tokio::test]
async fn events_of_a_contract_are_hidden_from_strangers() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let contract = stage.issue().await;
    let ledger = &stage.client.ledger;
    let answer = ledger.events_by_contract_id(&contract, vec![stage.bob.clone()]);
    refused(
        answer.await,
        "CONTRACT_EVENTS_NOT_FOUND",
        Code::NotFound,
        11,
    );
    let events = ledger
        .events_by_contract_id(&contract, vec![stage.alice.clone()])
        .await
        .unwrap();
    assert!(events.created.is_some() && events.archived.is_none());
}

#[tokio::test]
async fn a_user_is_created_once() {
    use api::admin::user_management_service_client::UserManagementServiceClient;
    let client = super::client::Client::of("participant1");
    let request = api::admin::CreateUserRequest {
        user: Some(api::admin::User {
            id: unique("user"),
            ..Default::default()
        }),
        rights: Vec::new(),
    };
    let mut users = UserManagementServiceClient::new(client.channel.clone());
    users.create_user(request.clone()).await.unwrap();
    let again = users.create_user(request).await.map_err(Error::from);
    refused(again, "USER_ALREADY_EXISTS", Code::AlreadyExists, 10);
}

#[tokio::test]
async fn the_loser_of_a_race_is_told_to_try_again_in_a_second() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    for _ in 0..RACES_MAX {
        let contract = stage.issue().await;
        let race = (0..8).map(|_| stage.transfer(&contract));
        let (won, lost): (Vec<_>, Vec<_>) =
            join_all(race).await.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1, "{lost:?}");
        let locked = lost
            .into_iter()
            .find(|answer| reason(answer) != "CONTRACT_NOT_FOUND");
        let Some(locked) = locked else {
            continue;
        };
        let error = refused(locked, "LOCAL_VERDICT_LOCKED_CONTRACTS", Code::Aborted, 2);
        assert_eq!(error.retry_delay(), Some(Duration::from_secs(1)));
        names_contract(&error, &contract);
        return;
    }
    panic!("no loser met the winner in {RACES_MAX} races");
}

fn reason<T>(answer: &Result<T, Error>) -> String {
    let info = answer.as_ref().err().and_then(Error::error_info);
    info.map(|info| info.reason).unwrap_or_default()
}

#[tokio::test]
async fn a_request_without_a_user_is_refused_without_authentication() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let (reason, code) = ("INVALID_TOKEN", Code::InvalidArgument);
    let submit = Submit::new(&stage.alice).add_command(iou::create_dummy(&stage.alice));
    let ledger = &stage.client.ledger;
    let answer = ledger.submit_and_wait(submit.clone()).await;
    refused(answer, reason, code, 8);
    let answer = ledger.completions(vec![stage.alice.clone()], 0).await;
    refused(answer.map(|_| ()), reason, code, 8);
    // with a user, all is well
    ledger
        .submit_and_wait(submit.with_user_id(USER))
        .await
        .unwrap();
}
