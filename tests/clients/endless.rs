//! Daml code without an end: it takes time from nobody else.

use std::time::Duration;

use api::testing::time_service_client::TimeServiceClient;
use api::testing::{GetTimeRequest, SetTimeRequest};
use canton_ledger::{Submit, create, exercise, identifier, record, value};
use canton_proto::com::daml::ledger::api::v2 as api;
use jura::lf::text::build_dar;
use tokio::task::JoinSet;
use tonic::Code;

use super::client::{Client, PATIENCE, the_contract};
use super::iou;
use super::process::Sandbox;
use super::refused::refused;

const PACKAGE: &str = "#jura-test-endless";

const SOURCE: &str = r"
metadata ('jura-test-endless' : '1.0.0');
module Endless {
  val turn : Int64 -> Int64 = \(turns : Int64) -> Endless:turn (ADD_INT64 1 turns);
  val one : Party -> List Party = \(party : Party) -> Cons @Party [party] (Nil @Party);
  record @serializable Seen = { turns : Int64 };
  interface (this : Wheel) = { viewtype Endless:Seen; };
  record @serializable Mill = { owner : Party };
  template (this : Mill) = {
    signatories Endless:one (Endless:Mill {owner} this);
    observers Nil @Party;
    choice @nonConsuming Turn (self) (arg : Unit) : Int64,
      controllers Endless:one (Endless:Mill {owner} this)
      to pure @Int64 (Endless:turn 0);
    implements Endless:Wheel { view = Endless:Seen { turns = Endless:turn 0 }; };
  };
}
";

/// Commands and readers each: more than most machines have cores.
const MANY: usize = 12;

fn build_mill(owner: &str) -> Submit {
    let argument = record(vec![("owner", value::party(owner))]);
    let mill = create(identifier(PACKAGE, "Endless", "Mill"), argument);
    Submit::new(owner).add_command(mill)
}

fn turn(owner: &str, mill: &str) -> Submit {
    let unit = iou::wrap(api::value::Sum::Unit(()));
    let template = identifier(PACKAGE, "Endless", "Mill");
    Submit::new(owner).add_command(exercise(template, mill, "Turn", unit))
}

#[tokio::test]
async fn endless_commands_and_views_leave_room_for_others() {
    let sandbox = Sandbox::start(&[]);
    let client = Client::at(&sandbox, "participant1");
    client
        .upload(build_dar(SOURCE, &[]).unwrap())
        .await
        .unwrap();
    let owner = client.allocate("miller").await;
    let mill = the_contract(&client.submit(build_mill(&owner)).await.unwrap());

    let mut endless = JoinSet::new();
    for _ in 0..MANY {
        let (other, turn) = (Client::at(&sandbox, "participant1"), turn(&owner, &mill));
        endless.spawn(async move {
            let answer = other.submit(turn).await;
            panic!("the mill has stopped: {answer:?}");
        });
        let (other, owner) = (Client::at(&sandbox, "participant1"), owner.clone());
        endless.spawn(async move {
            let wheel = format!("{PACKAGE}:Endless:Wheel");
            loop {
                let seen = other.active_with(&owner, |it| it.for_interfaces([&wheel]).unwrap());
                seen.await;
            }
        });
    }
    let others = async {
        for _ in 0..20 {
            client.submit(build_mill(&owner)).await.unwrap();
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, others);
    tokio::select! {
        in_time = in_time => in_time.expect("others have their turn"),
        Some(ended) = endless.join_next() => ended.unwrap(),
    }
    endless.shutdown().await;
    assert_eq!(sandbox.complaints(), [""; 0]);
}

/// Moves the time of a sandbox forward until something has happened.
async fn turn_clock<T>(client: &Client, until: impl Future<Output = T>) -> T {
    let mut service = TimeServiceClient::new(client.channel.clone());
    let turning = async {
        loop {
            let now = service.get_time(GetTimeRequest {}).await.unwrap();
            let now = now.into_inner().current_time.unwrap();
            let later = prost_types::Timestamp {
                seconds: now.seconds + 120,
                ..now
            };
            let request = SetTimeRequest {
                current_time: Some(now),
                new_time: Some(later),
            };
            service.set_time(request).await.unwrap();
        }
    };
    tokio::select! {
        outcome = until => outcome,
        () = turning => unreachable!("time has no end"),
    }
}

#[tokio::test]
async fn a_command_that_takes_longer_than_its_ledger_time_allows_is_given_up() {
    let sandbox = Sandbox::start(&["--static-time"]);
    let client = Client::at(&sandbox, "participant1");
    client
        .upload(build_dar(SOURCE, &[]).unwrap())
        .await
        .unwrap();
    let owner = client.allocate("miller").await;
    let mill = the_contract(&client.submit(build_mill(&owner)).await.unwrap());
    let answer = turn_clock(&client, client.submit(turn(&owner, &mill))).await;
    let error = refused(answer, "INTERPRETATION_TIME_EXCEEDED", Code::Aborted, 2);
    assert_eq!(error.retry_delay(), Some(Duration::from_mins(1)));
    assert_eq!(sandbox.complaints(), [""; 0]);
}
