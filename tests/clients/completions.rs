//! What became of commands, as told by the completion stream.

use std::time::Duration;

use canton_ledger::{CompletionsRequest, Submit};
use canton_proto::com::daml::ledger::api::v2 as api;
use futures_util::{StreamExt, TryStreamExt};
use tonic::Code;

use super::client::{PATIENCE, USER, unique};
use super::iou;
use super::refused::refused;
use super::stage::Stage;

/// The next completions of alice's commands after an offset.
async fn next(stage: &Stage, after: i64, count: usize) -> Vec<api::Completion> {
    let request = CompletionsRequest::new(vec![stage.alice.clone()], after).with_user_id(USER);
    let stream = stage.client.ledger.completions_with(request).await.unwrap();
    let completions = stream.take(count).try_collect();
    let completions = tokio::time::timeout(PATIENCE, completions).await;
    completions.expect("the completions come").unwrap()
}

#[tokio::test]
async fn a_completion_says_which_submission_became_which_update() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let begin = stage.client.ledger.ledger_end().await.unwrap();
    let submit = Submit::new(&stage.alice)
        .with_user_id(USER)
        .with_command_id("command")
        .with_submission_id("submission")
        .add_command(iou::create_dummy(&stage.alice));
    let answer = stage.client.ledger.submit_and_wait(submit).await.unwrap();
    let completion = next(&stage, begin, 1).await.remove(0);
    assert_eq!(completion.command_id, "command");
    assert_eq!(completion.user_id, USER);
    assert_eq!(completion.act_as, [stage.alice.as_str()]);
    assert_eq!(completion.submission_id, "submission");
    assert_eq!(completion.offset, answer.completion_offset);
    assert_eq!(completion.update_id, answer.update_id);
    assert_eq!(completion.status.as_ref().unwrap().code, 0);
    assert!(completion.deduplication_period.is_some());
    let time = completion.synchronizer_time.as_ref().unwrap();
    assert!(!time.synchronizer_id.is_empty());
    assert!(time.record_time.as_ref().unwrap().seconds > 0);
}

#[tokio::test]
async fn a_duplicate_that_nobody_waits_for_is_refused_by_a_completion() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let begin = stage.client.ledger.ledger_end().await.unwrap();
    let submit = Submit::new(&stage.alice)
        .with_user_id(USER)
        .with_command_id(unique("once"))
        .add_command(iou::create_dummy(&stage.alice));
    let ledger = &stage.client.ledger;
    ledger.submit(submit.clone()).await.unwrap();
    let accepted = next(&stage, begin, 1).await.remove(0);
    assert_eq!(accepted.status.as_ref().unwrap().code, 0);
    assert!(!accepted.update_id.is_empty());

    ledger.submit(submit).await.unwrap();
    let refused = next(&stage, accepted.offset, 1).await.remove(0);
    assert_eq!(refused.command_id, accepted.command_id);
    assert_eq!(refused.update_id, "");
    let status = refused.status.unwrap();
    assert_eq!(status.code, 6);
    assert!(
        status.message.starts_with("DUPLICATE_COMMAND(10,"),
        "{}",
        status.message
    );
    assert_eq!(stage.client.active(&stage.alice).await.len(), 1);
}

#[tokio::test]
async fn commands_that_interpretation_refuses_leave_no_completion() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let begin = stage.client.ledger.ledger_end().await.unwrap();
    let ledger = &stage.client.ledger;
    let as_alice = || Submit::new(&stage.alice).with_user_id(USER);
    let bad = as_alice().add_command(iou::issue(&stage.alice, &stage.bob, "-1.0"));
    let answer = ledger.submit(bad).await;
    refused(answer, "DAML_FAILURE", Code::FailedPrecondition, 9);
    let good = as_alice().with_command_id("good");
    let good = good.add_command(iou::create_dummy(&stage.alice));
    ledger.submit_and_wait(good).await.unwrap();
    assert_eq!(next(&stage, begin, 1).await[0].command_id, "good");
}

/// The SDK leaves the user to the token when it looks for a completion, and here there is none:
/// refused, as at Canton.
#[tokio::test]
async fn recovery_needs_authentication() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let begin = stage.client.ledger.ledger_end().await.unwrap();
    let submit = Submit::new(&stage.alice)
        .with_user_id(USER)
        .add_command(iou::create_dummy(&stage.alice));
    let submission = stage.client.ledger.submission(submit);
    submission.submit_and_wait().await.unwrap();
    let answer = submission.recover(begin, Duration::from_secs(5)).await;
    refused(answer, "INVALID_TOKEN", Code::InvalidArgument, 8);
    let completion = next(&stage, begin, 1).await.remove(0);
    assert!(submission.change_id().matches(&completion));
}
