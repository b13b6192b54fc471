//! Requests that make no sense: refused with the right id, and nothing of them remains.
//!
//! Ids and codes are those that Canton was seen to answer with.

use std::time::Duration;

use canton_ledger::{Error, create, exercise, identifier, record, value};
use canton_proto::com::daml::ledger::api::v2 as api;
use tonic::Code;

use super::iou::{self, wrap};
use super::refused::refused;
use super::stage::Stage;

/// How long a refusal may take. Far more than it needs: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// How most of these are refused.
const MALFORMED: (Code, i32) = (Code::InvalidArgument, 8);
const MISSING: (Code, i32) = (Code::NotFound, 11);

/// Checks that commands are refused with this id.
async fn refuses(stage: &Stage, commands: api::Commands, reason: &str, how: (Code, i32)) {
    let answer = tokio::time::timeout(PATIENCE, stage.client.submit_raw(commands)).await;
    refused(answer.expect("an answer in time"), reason, how.0, how.1);
}

/// Checks that a command of alice is refused with this id.
async fn refuses_command(stage: &Stage, command: api::Command, reason: &str, how: (Code, i32)) {
    refuses(stage, stage.commands(command), reason, how).await;
}

fn dummy_of(party: &str) -> api::Record {
    record(vec![("party", value::party(party))])
}

#[tokio::test]
async fn commands_for_things_that_are_not_there_are_refused() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let selection = ("PACKAGE_SELECTION_FAILED", (Code::FailedPrecondition, 9));
    let preprocessing = ("COMMAND_PREPROCESSING_FAILED", MALFORMED);
    let zeros = "0".repeat(64);
    for (package, module, entity, (reason, how)) in [
        ("#no-such-package", "Iou", "Dummy", selection),
        (&zeros, "Iou", "Dummy", ("PACKAGE_NOT_FOUND", MISSING)),
        (iou::PACKAGE, "Nothing", "Dummy", preprocessing),
        (iou::PACKAGE, "Iou", "Nothing", preprocessing),
        (iou::PACKAGE, "Iou", "Amount", preprocessing),
        ("", "Iou", "Dummy", ("INVALID_FIELD", MALFORMED)),
        (iou::PACKAGE, "I ou", "Dummy", ("INVALID_FIELD", MALFORMED)),
        (iou::PACKAGE, "Iou", "", ("INVALID_FIELD", MALFORMED)),
    ] {
        let template = identifier(package, module, entity);
        let command = create(template, dummy_of(&stage.alice));
        refuses_command(&stage, command, reason, how).await;
    }
    stage.is_unharmed().await;
}

#[tokio::test]
async fn choices_and_contracts_that_are_not_there_are_refused() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    // nobody created it
    let unknown = format!("00{}ca121220{}", "ab".repeat(32), "cd".repeat(32));
    let nothing = || value::record(record(vec![]));
    let choice = exercise(iou::dummy(), &unknown, "Nothing", nothing());
    refuses_command(&stage, choice, "COMMAND_PREPROCESSING_FAILED", MALFORMED).await;
    let archive = exercise(iou::dummy(), &unknown, "Archive", nothing());
    refuses_command(&stage, archive, "CONTRACT_NOT_FOUND", MISSING).await;
    let archive = exercise(iou::dummy(), "nonsense", "Archive", nothing());
    refuses_command(&stage, archive, "INVALID_FIELD", MALFORMED).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn parties_that_are_not_there_are_refused() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let nobody = format!("nobody::1220{}", "ab".repeat(32));
    let mut commands = stage.commands(iou::create_dummy(&nobody));
    commands.act_as = vec![nobody.clone()];
    refuses(&stage, commands, "UNKNOWN_SUBMITTERS", MISSING).await;
    let command = iou::issue(&stage.alice, &nobody, "1.0");
    refuses_command(&stage, command, "UNKNOWN_INFORMEES", MISSING).await;
    let mut commands = stage.commands(iou::create_dummy(&stage.alice));
    commands.act_as = vec!["bad!party".to_owned()];
    refuses(&stage, commands, "INVALID_ARGUMENT", MALFORMED).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn commands_that_lack_something_are_refused() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let good = || stage.commands(iou::create_dummy(&stage.alice));
    let changed = |change: fn(&mut api::Commands)| {
        let mut commands = good();
        change(&mut commands);
        commands
    };
    for commands in [
        changed(|it| it.act_as.clear()),
        changed(|it| it.command_id.clear()),
        changed(|it| it.commands.clear()),
        changed(|it| it.commands = vec![api::Command { command: None }]),
    ] {
        refuses(&stage, commands, "MISSING_FIELD", MALFORMED).await;
    }
    let nobody = changed(|it| it.user_id.clear());
    refuses(&stage, nobody, "INVALID_TOKEN", MALFORMED).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn records_with_wrong_or_missing_fields_are_refused() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let party = || value::party(&stage.alice);
    let preprocessing = "COMMAND_PREPROCESSING_FAILED";
    for argument in [
        record(vec![]),
        record(vec![("other", party())]),
        record(vec![("party", party()), ("other", party())]),
        record(vec![("party", value::text("alice"))]),
        record(vec![("party", value::record(record(vec![])))]),
    ] {
        let command = create(iou::dummy(), argument);
        refuses_command(&stage, command, preprocessing, MALFORMED).await;
    }
    let hole = record(vec![("party", api::Value { sum: None })]);
    refuses_command(
        &stage,
        create(iou::dummy(), hole),
        "MISSING_FIELD",
        MALFORMED,
    )
    .await;
    let bad = create(iou::dummy(), dummy_of("bad!party"));
    refuses_command(&stage, bad, "INVALID_ARGUMENT", MALFORMED).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn numbers_out_of_range_are_refused() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let preprocessing = "COMMAND_PREPROCESSING_FAILED";
    let many = "9".repeat(100_000);
    for (number, reason) in [
        ("10000000000000000000000000000", preprocessing),
        ("0.00000000001", preprocessing),
        ("1e2", "INVALID_ARGUMENT"),
        ("", "INVALID_ARGUMENT"),
        ("NaN", "INVALID_ARGUMENT"),
        (&many, "INVALID_ARGUMENT"),
    ] {
        let command = iou::issue(&stage.alice, &stage.bob, number);
        refuses_command(&stage, command, reason, MALFORMED).await;
    }
    for sum in [
        api::value::Sum::Date(i32::MAX),
        api::value::Sum::Date(i32::MIN),
        api::value::Sum::Timestamp(i64::MAX),
        api::value::Sum::Timestamp(i64::MIN),
    ] {
        let command = create(iou::dummy(), record(vec![("party", wrap(sum))]));
        refuses_command(&stage, command, "INVALID_ARGUMENT", MALFORMED).await;
    }
    stage.is_unharmed().await;
}

#[tokio::test]
async fn text_with_a_nul_is_refused() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let argument = |text: &str| {
        let owner = value::party(&stage.alice);
        record(vec![("id", value::text(text)), ("owner", owner)])
    };
    let cycle = || identifier(iou::PACKAGE, "Cycle", "Cycle");
    let command = create(cycle(), argument("nul\0"));
    refuses_command(&stage, command, "COMMAND_PREPROCESSING_FAILED", MALFORMED).await;
    let mut commands = stage.commands(iou::create_dummy(&stage.alice));
    commands.command_id = "nul\0".to_owned();
    refuses(&stage, commands, "INVALID_FIELD", MALFORMED).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn values_nested_two_hundred_deep_are_refused() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let start = value::party(&stage.alice);
    let deep = (0..200).fold(start, |inner, _| iou::list(vec![inner]));
    let mut argument = iou::argument(&stage.alice, &stage.bob, "1.0");
    argument.fields[3].value = Some(deep);
    let commands = stage.commands(create(iou::template(), argument));
    let answer = tokio::time::timeout(PATIENCE, stage.client.submit_raw(commands)).await;
    let answer = answer.expect("an answer in time");
    let error = refused(answer, "INVALID_ARGUMENT", MALFORMED.0, MALFORMED.1);
    assert!(error.to_string().contains("nested too deep"), "{error}");
    stage.is_unharmed().await;
}

#[tokio::test]
async fn streams_with_offsets_that_cannot_be_are_refused() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let end = stage.client.ledger.ledger_end().await.unwrap();
    let beyond = end + 1_000_000;
    let seek = (Code::OutOfRange, 12);
    for (begin, until, reason, how) in [
        (-1, None, "NEGATIVE_OFFSET", MALFORMED),
        (i64::MIN, None, "NEGATIVE_OFFSET", MALFORMED),
        (0, Some(-1), "NON_POSITIVE_OFFSET", MALFORMED),
        (0, Some(0), "NON_POSITIVE_OFFSET", MALFORMED),
        (
            2,
            Some(1),
            "OFFSET_OUT_OF_RANGE",
            (Code::FailedPrecondition, 9),
        ),
        (beyond, None, "OFFSET_AFTER_LEDGER_END", seek),
        (0, Some(beyond), "OFFSET_AFTER_LEDGER_END", seek),
        (i64::MAX, None, "OFFSET_AFTER_LEDGER_END", seek),
    ] {
        let answer = tokio::time::timeout(PATIENCE, updates(&stage, begin, until)).await;
        refused(answer.expect("an answer in time"), reason, how.0, how.1);
    }
    stage.is_unharmed().await;
}

/// Opens a stream of alice's updates and reads its first message.
async fn updates(
    stage: &Stage,
    begin: i64,
    until: Option<i64>,
) -> Result<Option<api::GetUpdatesResponse>, Error> {
    let request = api::GetUpdatesRequest {
        begin_exclusive: begin,
        end_inclusive: until,
        update_format: Some(api::UpdateFormat {
            include_transactions: Some(api::TransactionFormat {
                event_format: Some(event_format(&stage.alice)),
                transaction_shape: api::TransactionShape::AcsDelta.into(),
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    let channel = stage.client.channel.clone();
    let mut stream = api::update_service_client::UpdateServiceClient::new(channel)
        .get_updates(request)
        .await?
        .into_inner();
    Ok(stream.message().await?)
}

fn event_format(party: &str) -> api::EventFormat {
    api::EventFormat {
        filters_by_party: [(party.to_owned(), api::Filters::default())].into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn snapshots_at_offsets_that_cannot_be_are_refused() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let end = stage.client.ledger.ledger_end().await.unwrap();
    for (offset, reason, how) in [
        (-1, "NEGATIVE_OFFSET", MALFORMED),
        (
            end + 1_000_000,
            "OFFSET_AFTER_LEDGER_END",
            (Code::OutOfRange, 12),
        ),
        (i64::MAX, "OFFSET_AFTER_LEDGER_END", (Code::OutOfRange, 12)),
    ] {
        let request = api::GetActiveContractsRequest {
            active_at_offset: offset,
            event_format: Some(event_format(&stage.alice)),
            ..Default::default()
        };
        let channel = stage.client.channel.clone();
        let answer = async {
            let mut stream = api::state_service_client::StateServiceClient::new(channel)
                .get_active_contracts(request)
                .await?
                .into_inner();
            Ok(stream.message().await?)
        };
        let answer = tokio::time::timeout(PATIENCE, answer).await;
        refused(answer.expect("an answer in time"), reason, how.0, how.1);
    }
    stage.is_unharmed().await;
}
