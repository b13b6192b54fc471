//! Streams that are open while nothing happens.

use std::time::Duration;

use canton_ledger::CompletionsRequest;
use canton_proto::com::daml::ledger::api::v2 as api;
use tonic::transport::Endpoint;

use super::client::{PATIENCE, USER};
use super::process::shared;
use super::stage::Stage;

/// How long the headers of a stream may take: they do not wait for its first message.
const HEADERS_MAX: Duration = Duration::from_secs(2);

#[tokio::test]
async fn an_idle_stream_opens_at_once() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let ledger = &stage.client.ledger;
    let end = ledger.ledger_end().await.unwrap();
    let parties = || vec![stage.alice.clone()];
    let updates = tokio::time::timeout(HEADERS_MAX, ledger.updates(parties(), end));
    assert!(updates.await.expect("updates open at once").is_ok());
    let request = CompletionsRequest::new(parties(), end).with_user_id(USER);
    let completions = tokio::time::timeout(HEADERS_MAX, ledger.completions_with(request));
    assert!(completions.await.expect("completions open at once").is_ok());
}

#[tokio::test]
async fn a_quiet_ledger_tells_streams_how_far_it_has_come() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let begin = stage.client.ledger.ledger_end().await.unwrap();
    let (of_updates, of_completions) = tokio::join!(
        checkpoint_of_updates(&stage, begin),
        checkpoint_of_completions(&stage, begin)
    );
    for checkpoint in [of_updates, of_completions] {
        assert!(checkpoint.offset >= begin, "{checkpoint:?}");
        assert_eq!(checkpoint.synchronizer_times.len(), 1);
    }
}

async fn checkpoint_of_updates(stage: &Stage, begin: i64) -> api::OffsetCheckpoint {
    let mut updates = idle_updates(stage, begin, stage.client.channel.clone()).await;
    let item = tokio::time::timeout(PATIENCE, updates.message()).await;
    let item = item.expect("a checkpoint comes").unwrap().unwrap();
    match item.update {
        Some(api::get_updates_response::Update::OffsetCheckpoint(checkpoint)) => checkpoint,
        other => panic!("no checkpoint: {other:?}"),
    }
}

/// The updates of alice, to whom nothing happens.
async fn idle_updates(
    stage: &Stage,
    begin: i64,
    channel: tonic::transport::Channel,
) -> tonic::Streaming<api::GetUpdatesResponse> {
    let everything = api::EventFormat {
        filters_by_party: [(stage.alice.clone(), api::Filters::default())].into(),
        ..Default::default()
    };
    let request = api::GetUpdatesRequest {
        begin_exclusive: begin,
        update_format: Some(api::UpdateFormat {
            include_transactions: Some(api::TransactionFormat {
                event_format: Some(everything),
                transaction_shape: api::TransactionShape::AcsDelta.into(),
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    api::update_service_client::UpdateServiceClient::new(channel)
        .get_updates(request)
        .await
        .unwrap()
        .into_inner()
}

#[allow(deprecated, reason = "what clients use today")]
async fn checkpoint_of_completions(stage: &Stage, begin: i64) -> api::OffsetCheckpoint {
    use api::command_completion_service_client::CommandCompletionServiceClient;
    use api::completion_stream_response::CompletionResponse;
    let request = api::CompletionStreamRequest {
        user_id: USER.to_owned(),
        parties: vec![stage.alice.clone()],
        begin_exclusive: begin,
    };
    let mut completions = CommandCompletionServiceClient::new(stage.client.channel.clone())
        .completion_stream(request)
        .await
        .unwrap()
        .into_inner();
    let item = tokio::time::timeout(PATIENCE, completions.message()).await;
    let item = item.expect("a checkpoint comes").unwrap().unwrap();
    match item.completion_response {
        Some(CompletionResponse::OffsetCheckpoint(checkpoint)) => checkpoint,
        other => panic!("no checkpoint: {other:?}"),
    }
}

/// The SDK asks every 30 s whether an idle connection is still there; asked a hundred times as
/// often, the server does not hang up either.
#[tokio::test]
async fn a_client_may_ask_often_if_the_connection_is_there() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let channel = Endpoint::new(shared().ledger_api("participant1"))
        .unwrap()
        .http2_keep_alive_interval(Duration::from_millis(20))
        .keep_alive_timeout(PATIENCE)
        .keep_alive_while_idle(true)
        .connect()
        .await
        .unwrap();
    let begin = stage.client.ledger.ledger_end().await.unwrap();
    let mut updates = idle_updates(&stage, begin, channel).await;
    let idle = async { while next_is_checkpoint(&mut updates).await {} };
    let ended = tokio::time::timeout(Duration::from_secs(3), idle).await;
    assert!(ended.is_err(), "something else came");
    stage.issue().await;
    let news = async { while next_is_checkpoint(&mut updates).await {} };
    let came = tokio::time::timeout(PATIENCE, news).await;
    assert!(came.is_ok(), "the update does not come");
}

async fn next_is_checkpoint(updates: &mut tonic::Streaming<api::GetUpdatesResponse>) -> bool {
    use api::get_updates_response::Update;
    let item = updates.message().await.unwrap().expect("an open stream");
    matches!(item.update, Some(Update::OffsetCheckpoint(_)))
}
