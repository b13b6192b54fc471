//! Time that is set by hand.

use canton_proto::com::daml::ledger::api::v2::testing as proto;
use proto::time_service_client::TimeServiceClient;

use super::ledger::{self, Ledger, Outcome};
use super::process::Jura;

/// 2020-01-01.
const LATER: i64 = 1_577_836_800;

/// The last second that there is.
const END_OF_TIME: i64 = 253_402_300_799;

fn seconds(seconds: i64) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds, nanos: 0 }
}

async fn set(jura: &Jura, new: i64) -> Result<(), tonic::Status> {
    let mut time = time(jura).await;
    let current = time.get_time(proto::GetTimeRequest {}).await?.into_inner();
    let request = proto::SetTimeRequest {
        current_time: current.current_time,
        new_time: Some(seconds(new)),
    };
    time.set_time(request).await.map(|_| ())
}

async fn time(jura: &Jura) -> TimeServiceClient<tonic::transport::Channel> {
    TimeServiceClient::connect(jura.ledger_api("participant1"))
        .await
        .unwrap()
}

#[tokio::test]
async fn time_that_is_set_stays_over_a_restart_and_ends_before_the_end_of_time() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let args = ["--static-time", "--data-dir", data.to_str().unwrap()];
    let jura = Jura::sandbox(dir.path(), &args);
    let ledger = Ledger::connect(&jura.ledger_api("participant1"));
    ledger.upload_test_model().await;
    let party = ledger.allocate("alice").await;
    set(&jura, LATER).await.unwrap();
    let refused = set(&jura, END_OF_TIME).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::InvalidArgument);
    let commands = ledger::commands(&party, "before", ledger::create(&party, 1));
    let before = ledger.submit_and_wait(commands).await;
    assert!(matches!(before, Outcome::Accepted(..)), "{before:?}");
    jura.kill();

    let jura = Jura::sandbox(dir.path(), &args);
    let ledger = Ledger::connect(&jura.ledger_api("participant1"));
    let answer = time(&jura).await.get_time(proto::GetTimeRequest {}).await;
    let now = answer.unwrap().into_inner().current_time.unwrap();
    assert!(now.seconds >= LATER, "{now:?}");
    let commands = ledger::commands(&party, "after", ledger::create(&party, 2));
    let after = ledger.submit_and_wait(commands).await;
    assert!(matches!(after, Outcome::Accepted(..)), "{after:?}");
    jura.stop();
}
