//! What readers get.

#![allow(clippy::unwrap_used)]

use super::world::*;
use crate::topology::*;

#[test]
fn a_listing_has_the_statements_in_force_with_their_signers() {
    let mut state = founded();
    let ours = party(&namespace(1));
    let mapping = hosted(&ours, 1, &[(1, Permission::Submission)]);
    let signed = next(&state, mapping.clone(), &[1, 7]);
    state.apply_from(&signed, at(42)).unwrap();
    let listed = list(&state, &[Kind::PartyToParticipant]);
    assert_eq!(
        listed,
        [Listed {
            kind: Kind::PartyToParticipant,
            subject: ours.to_string(),
            serial: 1,
            effective_from: at(42),
            signers: vec![namespace(1)],
            mapping: mapping.clone(),
        }]
    );
    let kinds: Vec<&str> = list(&state, &[]).iter().map(|it| it.kind.name()).collect();
    assert_eq!(
        kinds,
        [
            "owner-to-key",
            "owner-to-key",
            "domain-trust",
            "domain-trust",
            "party-to-participant",
            "domain-parameters"
        ]
    );
    state.apply(&end(&state, mapping, &[1])).unwrap();
    assert_eq!(list(&state, &[Kind::PartyToParticipant]), []);
}
