//! Messages for tests.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::parts::hash_bytes;
use super::*;
use crate::model::{Fingerprint, Hash, ParticipantId, Party, Purpose, Timestamp};
use crate::wire::protocol as wire;

/// Three views: one with one inside of it, and one beside.
pub(super) fn request(party: &Party) -> RequestTree {
    let mut views = Forest::default();
    let around = views.push(None, view(party, b"around"));
    views.push(Some(around), view(party, b"inside"));
    views.push(None, view(party, b"beside"));
    RequestTree {
        common: Leaf::new(CommonMetadata {
            request_uuid: [7; 16],
            submitting_participant: participant("p"),
            max_sequencing_time: Timestamp::EPOCH,
            topology_time: Timestamp::from_micros(900).unwrap(),
        }),
        submitter: Leaf::new(SubmitterMetadata {
            act_as: BTreeSet::from([party.clone()]),
            change_id: Hash::of(Purpose::ChangeId, b"x"),
            deduplication_start: Timestamp::EPOCH,
            submission_id: crate::model::SubmissionId::parse("s").unwrap(),
        }),
        transaction: Leaf::new(TransactionMetadata {
            ledger_time: Timestamp::EPOCH,
            preparation_time: Timestamp::EPOCH,
            workflow_id: None,
            traceparent: String::new(),
            tracestate: String::new(),
        }),
        views,
    }
}

pub(super) fn participant(name: &str) -> ParticipantId {
    ParticipantId::new(name, &Fingerprint::of_key(&[0; 32])).unwrap()
}

fn view(party: &Party, action: &'static [u8]) -> View {
    View {
        confirmers: Leaf::new(ViewConfirmers {
            informees: BTreeSet::from([party.clone()]),
            quorums: vec![Quorum {
                parties: BTreeMap::from([(party.clone(), 1)]),
                threshold: 1,
            }],
        }),
        data: Leaf::new(ViewData {
            action: Bytes::from_static(action),
            seed: None,
            effects: Hash::of(Purpose::ViewEffects, action),
            inputs: Vec::new(),
            keys: BTreeMap::new(),
            package_preference: BTreeMap::new(),
            rolled_back: false,
        }),
    }
}

/// A view as it travels, the same each time: nobody can read it.
fn sealed_view() -> EncryptedView {
    EncryptedView::from_wire(wire::EncryptedView {
        key_id: hash_bytes(&Hash::of(Purpose::ViewKeyId, b"x")),
        ciphertext: Bytes::from_static(b"ciphertext"),
        keys: vec![wire::SealedKey {
            participant: participant("p").to_string(),
            encryption_key: Fingerprint::of_key(&[1; 32]).to_string(),
            sealed_session_key: Bytes::from_static(b"session key"),
            wrapped_key: Bytes::from_static(b"wrapped key"),
        }],
    })
    .unwrap()
}

/// A message of every kind, some in two forms; the same each time.
pub(super) fn messages() -> Vec<Message> {
    let party = Party::parse("alice::1220").unwrap();
    let request = RequestId(Timestamp::from_micros(1_000).unwrap());
    let (root_hash, _) = salted(&self::request(&party)).light_views();
    let tree = salted(&self::request(&party)).informee_tree();
    let view = ConfirmedView {
        position: ViewPosition(vec![0, 1]),
        parties: BTreeSet::from([party]),
    };
    let reject = Answer::Reject(Reject {
        error_id: "LOCAL_VERDICT_TIMEOUT".to_owned(),
        message: "late".to_owned(),
        resources: vec!["contract".to_owned()],
        resource_type: "CONTRACT_ID".to_owned(),
        malformed: true,
    });
    let response = |answer| Response {
        request,
        root_hash,
        views: vec![view.clone()],
        answer,
    };
    let verdict = |answer| Verdict {
        request,
        root_hash,
        answer,
    };
    let id = MessageId::about("test", b"x");
    let transactions = vec![Bytes::from_static(b"tx")];
    vec![
        Message::InformeeTree(tree),
        Message::RootHash(root_hash),
        Message::EncryptedViews(vec![sealed_view()]),
        Message::Response(response(Answer::Approve)),
        Message::Response(response(reject.clone())),
        Message::Verdict(verdict(Answer::Approve)),
        Message::Verdict(verdict(reject)),
        Message::TopologySubmission(TopologySubmission {
            id,
            transactions: transactions.clone(),
        }),
        Message::TopologyRefusal(TopologyRefusal {
            id,
            reason: "no".to_owned(),
        }),
        Message::TopologyBroadcast(transactions.clone()),
        Message::TopologySnapshot(transactions),
        Message::AcsCommitment(commitment()),
        Message::Tick,
    ]
}

/// What a kind of message is called.
pub(super) const fn name(message: &Message) -> &'static str {
    match message {
        Message::InformeeTree(_) => "informee tree",
        Message::RootHash(_) => "root hash",
        Message::EncryptedViews(_) => "encrypted views",
        Message::Response(_) => "response",
        Message::Verdict(_) => "verdict",
        Message::TopologySubmission(_) => "topology submission",
        Message::TopologyRefusal(_) => "topology refusal",
        Message::TopologyBroadcast(_) => "topology broadcast",
        Message::TopologySnapshot(_) => "topology snapshot",
        Message::AcsCommitment(_) => "commitment",
        Message::Tick => "tick",
    }
}

/// How many kinds [`name`] tells apart.
pub(super) const KINDS: usize = 11;

/// A request with the same salts each time.
pub(super) fn salted(tree: &RequestTree) -> RequestTree {
    let mut number = 0;
    let views = tree.views.try_map(|view| {
        number += 2;
        Ok::<_, ()>(View {
            confirmers: Leaf::with_salt(view.confirmers.content().clone(), [number; 16]),
            data: Leaf::with_salt(view.data.content().clone(), [number + 1; 16]),
        })
    });
    RequestTree {
        common: Leaf::with_salt(tree.common.content().clone(), [100; 16]),
        submitter: Leaf::with_salt(tree.submitter.content().clone(), [101; 16]),
        transaction: Leaf::with_salt(tree.transaction.content().clone(), [102; 16]),
        views: views.unwrap(),
    }
}

/// What a participant says about the contracts that it shares with another.
pub(super) fn commitment() -> AcsCommitment {
    AcsCommitment {
        sender: participant("p"),
        counter_participant: participant("q"),
        period: Period {
            from: Timestamp::EPOCH,
            to: Timestamp::from_micros(60_000_000).unwrap(),
        },
        shared: SharedDigest {
            hash: Hash::of(Purpose::AcsCommitment, b"x"),
            contracts: 7,
        },
    }
}
