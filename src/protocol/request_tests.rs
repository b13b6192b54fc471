//! All who see a part of a request compute the same root hash, and read what is theirs.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use super::samples::{participant, request};
use super::*;
use crate::crypto::{EncryptionKey, EncryptionPublicKey};
use crate::model::{ParticipantId, Party, Timestamp};

fn party() -> Party {
    Party::parse("alice::1220").unwrap()
}

#[test]
fn submitter_mediator_and_participants_compute_the_same_root_hash() {
    let tree = request(&party());
    let (root, views) = tree.light_views();
    assert_eq!(tree.informee_tree().root_hash(), root);
    let positions: Vec<String> = views.iter().map(|it| it.position().to_string()).collect();
    assert_eq!(positions, ["0", "0.0", "1"]);
    for view in &views {
        assert_eq!(view.root_hash(), Ok(root));
        let again = LightView::decode(view.encode().into()).unwrap();
        assert_eq!(again, *view);
        assert_eq!(again.submitter.content().is_some(), view.is_root());
    }
}

#[test]
fn a_view_with_any_byte_changed_belongs_to_another_request() {
    let (root, views) = request(&party()).light_views();
    for view in &views {
        let bytes = view.encode();
        for position in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[position] ^= 1;
            let same = LightView::decode(changed.into())
                .and_then(|view| view.root_hash())
                .is_ok_and(|hash| hash == root);
            assert!(!same, "byte {position} of view {}", view.position());
        }
    }
}

#[test]
fn who_sees_a_view_reads_those_inside_of_it_and_no_others() {
    let tree = request(&party());
    let (_, views) = tree.light_views();
    let keys: Vec<EncryptionKey> = (0..3).map(|_| EncryptionKey::generate()).collect();
    let public: Vec<EncryptionPublicKey> = keys.iter().map(EncryptionKey::public).collect();
    let names = ["around", "inside", "beside"].map(participant);
    // each view has a reader of its own
    let mut number = 0;
    let recipients = tree.views.map_down(|around: Option<&Readers>, _| {
        let own = BTreeSet::from([names[number].clone()]);
        number += 1;
        let mut all = own.clone();
        all.extend(around.into_iter().flat_map(|it| it.all.iter().cloned()));
        Readers { own, all }
    });
    let key_of = |id: &ParticipantId| {
        let place = names.iter().position(|name| name == id);
        place.map(|place| &public[place])
    };
    let mut sessions = Sessions::default();
    let grouped = sessions
        .encrypt(&views, &recipients, key_of, Timestamp::EPOCH)
        .unwrap();
    for (place, readable) in [(0, vec!["0", "0.0"]), (1, vec!["0.0"]), (2, vec!["1"])] {
        let delivered: Vec<EncryptedView> = grouped
            .iter()
            .filter(|(groups, _)| groups.iter().any(|it| it.contains(&names[place])))
            .flat_map(|(_, views)| views.clone())
            .collect();
        let own_keys = [keys[place].clone()];
        let read = OpenedSessions::default().decrypt(&delivered, &names[place], &own_keys);
        let positions: Vec<String> = read
            .views
            .iter()
            .map(|it| it.position().to_string())
            .collect();
        assert_eq!(positions, readable);
        assert_eq!(read.faults, Vec::<String>::new());
        // with all ciphertexts it reads no more
        let all: Vec<EncryptedView> = grouped.values().flatten().cloned().collect();
        let read = OpenedSessions::default().decrypt(&all, &names[place], &own_keys);
        assert_eq!(read.views.len(), readable.len());
        // with another key it reads nothing
        let other = [EncryptionKey::generate()];
        let read = OpenedSessions::default().decrypt(&delivered, &names[place], &other);
        assert_eq!(read.views, Vec::new());
        assert!(!read.faults.is_empty());
    }
}

#[test]
fn a_session_key_serves_for_a_while() {
    let tree = request(&party());
    let (_, views) = tree.light_views();
    let key = EncryptionKey::generate();
    let (public, own) = (key.public(), BTreeSet::from([participant("p")]));
    let recipients = tree.views.map_down(|_: Option<&Readers>, _| Readers {
        own: own.clone(),
        all: own.clone(),
    });
    let mut sessions = Sessions::default();
    let mut seal = |seconds: i64| {
        let now = Timestamp::from_micros(seconds * 1_000_000).unwrap();
        let sealed = sessions.encrypt(&views, &recipients, |_| Some(&public), now);
        let views = sealed.unwrap().into_values().flatten();
        views.map(|view| view.session_keys()).collect::<Vec<_>>()
    };
    let first = seal(0);
    assert_eq!(seal(59), first);
    assert_ne!(seal(61), first);
    // the view inside, which comes last, needs none: its key follows
    assert_eq!(first.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 0]);
}
