//! Requests for tests.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::*;
use crate::crypto::EncryptionKey;
use crate::model::{Fingerprint, Hash, ParticipantId, Party, Purpose, Timestamp};

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

/// The views of such a request, for a participant.
pub(super) fn encrypted(party: &Party) -> Vec<EncryptedView> {
    let key = EncryptionKey::generate().public();
    let tree = request(party);
    let own = BTreeSet::from([participant("p")]);
    let recipients = tree.views.map_down(|_: Option<&Readers>, _| Readers {
        own: own.clone(),
        all: own.clone(),
    });
    let (_, views) = tree.light_views();
    let grouped =
        Sessions::default().encrypt(&views, &recipients, |_| Some(&key), Timestamp::EPOCH);
    grouped.unwrap().into_values().flatten().collect()
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
