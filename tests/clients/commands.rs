//! Submitting: change ids, retries, names of packages, what comes back.

use canton_ledger::{CantonClient, Config, RetryConfig, Submit, create, identifier, record, value};
use canton_proto::com::daml::ledger::api::v2 as api;
use futures_util::future::join_all;
use tonic::Code;

use super::client::{USER, created, unique};
use super::iou;
use super::process::shared;
use super::refused::refused;
use super::stage::Stage;

#[tokio::test]
async fn a_change_id_is_free_again_after_a_rejection() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let submit = |command| {
        Submit::new(&stage.bank)
            .with_command_id("again")
            .add_command(command)
    };
    let bad = submit(iou::issue(&stage.bank, &stage.alice, "-1.0"));
    let answer = stage.client.submit(bad).await;
    refused(answer, "DAML_FAILURE", Code::FailedPrecondition, 9);
    let good = submit(iou::issue(&stage.bank, &stage.alice, "1.0"));
    stage.client.submit(good.clone()).await.unwrap();
    let again = stage.client.submit(good).await;
    refused(again, "DUPLICATE_COMMAND", Code::AlreadyExists, 10);
}

#[tokio::test]
async fn losers_that_try_again_under_their_command_id_learn_that_the_contract_is_gone() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let config =
        Config::new(shared().ledger_api("participant1")).with_retry(RetryConfig::default());
    let retrying = CantonClient::connect_lazy(config).unwrap();
    let contract = stage.issue().await;
    let race = (0..8).map(|_| {
        let submit = stage.transfer_of(&contract).with_user_id(USER);
        retrying.submit_and_wait(submit)
    });
    let (won, lost): (Vec<_>, Vec<_>) = join_all(race).await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 7));
    for answer in lost {
        refused(answer, "CONTRACT_NOT_FOUND", Code::NotFound, 11);
    }
}

#[tokio::test]
async fn created_events_carry_the_id_and_the_name_of_their_package() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let submit = Submit::new(&stage.alice).add_command(iou::create_dummy(&stage.alice));
    let transaction = stage.client.submit(submit).await.unwrap();
    let active = stage.client.active(&stage.alice).await;
    for event in created(&transaction).into_iter().chain(&active) {
        let template = event.template_id.as_ref().unwrap();
        assert_eq!(template.package_id, iou::PACKAGE_ID);
        assert_eq!(template.module_name, "Iou");
        assert_eq!(template.entity_name, "Dummy");
        assert_eq!(event.package_name, "CantonExamples");
    }
    assert_eq!(active.len(), 1);
}

#[tokio::test]
async fn commands_name_templates_by_package_id_too() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let template = identifier(iou::PACKAGE_ID, "Iou", "Dummy");
    let argument = record(vec![("party", value::party(&stage.alice))]);
    let submit = Submit::new(&stage.alice).add_command(create(template, argument));
    let transaction = stage.client.submit(submit).await.unwrap();
    assert_eq!(created(&transaction).len(), 1);
}

#[tokio::test]
async fn the_transaction_comes_back_with_all_effects_and_labels() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let contract = stage.issue().await;
    let transaction = stage.transfer(&contract).await.unwrap();
    let [exercised, created] = &transaction.events[..] else {
        panic!("{transaction:?}");
    };
    let Some(api::event::Event::Exercised(exercised)) = &exercised.event else {
        panic!("{exercised:?}");
    };
    assert_eq!(exercised.contract_id, contract);
    assert_eq!(exercised.choice, "Transfer");
    assert!(exercised.consuming);
    assert_eq!(exercised.acting_parties, [stage.alice.as_str()]);
    let Some(api::event::Event::Created(created)) = &created.event else {
        panic!("{created:?}");
    };
    let argument = created.create_arguments.as_ref().unwrap();
    let labels: Vec<&str> = argument.fields.iter().map(|it| it.label.as_str()).collect();
    assert_eq!(labels, ["payer", "owner", "amount", "viewers"]);
    assert_eq!(iou::owner(created), stage.bob);
    assert!(transaction.record_time.is_some() && transaction.effective_at.is_some());
    assert!(!transaction.synchronizer_id.is_empty());
}

#[tokio::test]
async fn the_transaction_is_shown_as_the_readers_see_it_too() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let submit = Submit::new(&stage.bank)
        .with_read_as(vec![stage.alice.clone()])
        .add_command(iou::issue(&stage.bank, &stage.alice, "1.0"));
    let transaction = stage.client.submit(submit).await.unwrap();
    let mut witnesses = created(&transaction)[0].witness_parties.clone();
    witnesses.sort();
    let mut both = [stage.bank.clone(), stage.alice.clone()];
    both.sort();
    assert_eq!(witnesses, both);
}

#[tokio::test]
async fn a_token_is_no_hindrance_without_authentication() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let config = Config::new(shared().ledger_api("participant1")).with_token("a.b.c");
    let client = CantonClient::connect_lazy(config).unwrap();
    let submit = Submit::new(&stage.alice)
        .with_user_id(USER)
        .with_command_id(unique("command"))
        .add_command(iou::create_dummy(&stage.alice));
    client.submit_and_wait(submit).await.unwrap();
}

#[tokio::test]
async fn what_became_of_a_command_can_be_inspected() {
    use api::admin::CommandState;
    use api::admin::command_inspection_service_client::CommandInspectionServiceClient;
    let Some(stage) = Stage::set().await else {
        return;
    };
    let id = unique("inspected");
    let submit = |amount| {
        Submit::new(&stage.bank)
            .with_command_id(format!("{id}-{amount}"))
            .add_command(iou::issue(&stage.bank, &stage.alice, amount))
    };
    let made = stage.client.submit(submit("1.0")).await.unwrap();
    let answer = stage.client.submit(submit("-1.0")).await;
    refused(answer, "DAML_FAILURE", Code::FailedPrecondition, 9);
    let request = api::admin::GetCommandStatusRequest {
        command_id_prefix: id,
        ..Default::default()
    };
    let found = CommandInspectionServiceClient::new(stage.client.channel.clone())
        .get_command_status(request)
        .await
        .unwrap()
        .into_inner()
        .command_status;
    let states: Vec<CommandState> = found.iter().map(api::admin::CommandStatus::state).collect();
    assert_eq!(states, [CommandState::Failed, CommandState::Succeeded]);
    let updates = found[1].updates.as_ref().unwrap();
    assert_eq!(
        updates.created[0].contract_id,
        created(&made)[0].contract_id
    );
    assert_eq!(found[1].commands.len(), 1);
    let failure = found[0].completion.as_ref().unwrap().status.as_ref();
    assert!(failure.unwrap().message.starts_with("DAML_FAILURE"));
}
