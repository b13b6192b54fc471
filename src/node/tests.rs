//! A whole network in one process, past the doors.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Node;
use crate::config::{NodeConfig, Sources, load};
use crate::lf::models::Model;
use crate::lf::value::{Record, Value};
use crate::model::{CommandId, PackageRef, Party, PartyHint, SubmissionId, TypeConRef, UserId};
use crate::participant::submission::{
    Command, DeduplicationPeriod, Submission, SyncPort, TraceContext,
};
use crate::runtime::main_thread;
use crate::storage::DataDir;

fn config(dir: &DataDir) -> NodeConfig {
    let text = format!(
        "database.directory = {:?}
         [domains.domain1]
         [participants.participant1]
         [participants.participant2]",
        dir.path()
    );
    load(&Sources {
        base: Some(text),
        ..Sources::default()
    })
    .unwrap()
}

fn template(name: &str) -> TypeConRef {
    TypeConRef {
        package: PackageRef::parse("#jura-test").unwrap(),
        module: crate::model::ModuleName::parse("Test.Ledger").unwrap(),
        name: crate::model::DottedName::parse(name).unwrap(),
    }
}

fn submission(act_as: &Party, command_id: &str, command: Command) -> Submission {
    Submission {
        user_id: UserId::parse("user").unwrap(),
        command_id: CommandId::parse(command_id).unwrap(),
        submission_id: SubmissionId::parse(command_id).unwrap(),
        workflow_id: None,
        act_as: [act_as.clone()].into(),
        read_as: BTreeSet::new(),
        commands: vec![command],
        deduplication: DeduplicationPeriod::Maximum,
        min_ledger_time: None,
        domain: None,
        prefetch_keys: Vec::new(),
        disclosed: Vec::new(),
        package_preference: BTreeSet::new(),
        trace: TraceContext::default(),
    }
}

fn create(owner: &Party, number: i64) -> Command {
    Command::Create {
        template: template("Simple"),
        argument: Value::Record(Record {
            id: None,
            fields: vec![
                (None, Value::Party(owner.clone())),
                (None, Value::Int64(number)),
            ],
        }),
    }
}

#[test]
fn two_participants_transact_in_one_process() {
    crate::telemetry::init_logging(&crate::telemetry::LogConfig {
        filter: std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned()),
        ..Default::default()
    })
    .unwrap();
    let dir = DataDir::temporary().unwrap();
    let config = config(&dir);
    let selection = config.select(&[]).unwrap();
    main_thread::run(async move {
        let node = Node::start(&config, &selection, Some(dir)).await.unwrap();
        node.ready().await;
        let p1 = node.sync("participant1").unwrap();
        let p2 = node.sync("participant2").unwrap();
        let dar: bytes::Bytes = Model::Test.dar().unwrap().into();
        for sync in [&p1, &p2] {
            sync.upload_dar(dar.clone(), true, false, None)
                .await
                .unwrap();
        }
        let allocate = async |sync: &Arc<dyn SyncPort>, hint: &str| {
            let hint = PartyHint::parse(hint).unwrap();
            sync.allocate_party(hint, None).await.unwrap()
        };
        let alice = allocate(&p1, "alice").await;
        let bob = allocate(&p2, "bob").await;
        p1.submit(submission(&alice, "c1", create(&alice, 1)))
            .await
            .unwrap();
        p2.submit(submission(&bob, "c2", create(&bob, 1)))
            .await
            .unwrap();
        let refused = p1.submit(submission(&bob, "c3", create(&bob, 1))).await;
        assert!(refused.is_err(), "bob is not hosted at participant 1");
        node.stop().await;
    });
}
