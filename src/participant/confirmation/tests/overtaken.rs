//! Requests whose topology changes while they are on their way.

use super::settlement;
use super::world::{Checked, Member, World, made_at, now};
use crate::crypto::{EncryptionKey, SigningKey};
use crate::model::{Duration, Timestamp};
use crate::participant::submission::ConfirmationRequest;
use crate::protocol::{CommonMetadata, Leaf, LightView, Recipients};
use crate::topology::{DomainParameters, Host, Hosting, Mapping, MemberKeys, Permission};
use Permission::{Confirmation as Confirms, Observation as Observes, Submission as Submits};

/// Between the making of a request and its sequencing.
fn meanwhile() -> Timestamp {
    now().minus(Duration::from_secs(1))
}

fn hosted(of: &Member, threshold: u32, hosts: &[(&Member, Permission)]) -> Mapping {
    let hosts = hosts.iter().map(|(host, permission)| Host {
        participant: host.participant.clone(),
        permission: *permission,
    });
    Mapping::PartyToParticipant {
        party: of.party.clone(),
        hosting: Hosting::new(threshold, hosts.collect()),
    }
}

/// The topology changes at a time, in what is said of it.
fn change(world: &mut World, at: Timestamp, mapping: impl Fn(&World) -> Mapping) {
    let mapping = mapping(world);
    let keys: Vec<SigningKey> = [&world.bank, &world.alice, &world.bob, &world.mallory]
        .map(|it| it.key.clone())
        .into();
    world.change(at, mapping, &keys.iter().collect::<Vec<_>>());
}

/// Whether a request is an alarm; otherwise with which error it is rejected, if it is.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Approved,
    TryAgain,
    Alarm,
}

fn outcome(checked: &Checked) -> Outcome {
    let Some(problem) = &checked.problem else {
        return Outcome::Approved;
    };
    if problem.reject.malformed {
        return Outcome::Alarm;
    }
    assert_eq!(problem.reject.error_id, "NO_VIEW_WITH_VALID_RECIPIENTS");
    assert!(!problem.reject.message.contains("PAR::"), "nobody is named");
    Outcome::TryAgain
}

/// What the bank, Alice and Bob make of the settlement.
fn all(world: &World, request: &ConfirmationRequest) -> [Outcome; 3] {
    [&world.bank, &world.alice, &world.bob].map(|by| outcome(&world.check(by, request).unwrap()))
}

/// What they make of it if the topology has changed meanwhile.
fn after(mapping: impl Fn(&World) -> Mapping) -> [Outcome; 3] {
    let mut world = World::new();
    let request = settlement(&mut world);
    change(&mut world, meanwhile(), mapping);
    all(&world, &request)
}

const ALL_TRY_AGAIN: [Outcome; 3] = [Outcome::TryAgain, Outcome::TryAgain, Outcome::TryAgain];

#[test]
fn a_request_that_a_new_host_got_nothing_of_is_to_be_tried_again() {
    let outcomes = after(|world| {
        let hosts = [(&world.alice, Submits), (&world.mallory, Confirms)];
        hosted(&world.alice, 1, &hosts)
    });
    assert_eq!(outcomes, ALL_TRY_AGAIN);
}

#[test]
fn a_request_that_a_former_host_got_is_to_be_tried_again_and_leaves_it_nothing_to_do() {
    let moved = |world: &World| hosted(&world.alice, 1, &[(&world.mallory, Submits)]);
    assert_eq!(after(moved), ALL_TRY_AGAIN);
    let mut world = World::new();
    let request = settlement(&mut world);
    change(&mut world, meanwhile(), moved);
    let checked = world.check(&world.alice, &request).unwrap();
    assert!(checked.confirming_here.is_empty());
    assert!(checked.hosted_here.is_empty());
    assert_eq!(checked.change, None);
    let usage = checked.content.unwrap().usage;
    assert!(usage.consumed.is_empty() && usage.read.is_empty());
}

#[test]
fn a_request_for_a_submitter_that_its_participant_may_not_act_for_any_more_is_to_be_tried_again() {
    for permission in [Confirms, Observes] {
        let outcomes = after(|world| hosted(&world.bob, 1, &[(&world.bob, permission)]));
        // the bank does not see who submits
        assert_eq!(
            outcomes,
            [Outcome::Approved, Outcome::TryAgain, Outcome::TryAgain]
        );
    }
}

#[test]
fn a_threshold_or_a_key_that_changes_is_none_of_a_participants_business() {
    let mut world = World::new();
    let both = |world: &World, threshold| {
        let hosts = [(&world.alice, Submits), (&world.mallory, Confirms)];
        hosted(&world.alice, threshold, &hosts)
    };
    let hosting = both(&world, 1);
    let signed = crate::topology::Transaction {
        serial: 2,
        ..crate::topology::Transaction::first(hosting)
    };
    let signed = signed.sign(&[&world.alice.key, &world.mallory.key]);
    world.topology.apply(&signed).unwrap();
    let request = settlement(&mut world);
    change(&mut world, meanwhile(), |world| both(world, 2));
    let approved = [Outcome::Approved, Outcome::Approved, Outcome::Approved];
    assert_eq!(all(&world, &request), approved);
    let outcomes = after(|world| Mapping::OwnerToKey {
        member: world.alice.participant.member(),
        keys: MemberKeys::signing(world.alice.key.public())
            .encrypted_with(EncryptionKey::from_bytes(&[7; 32]).unwrap().public()),
    });
    assert_eq!(outcomes, approved);
}

/// Alice gets a second host, the settlement knows nothing of it, and is changed before it is sent.
fn forged(
    changed_at: Timestamp,
    change_request: impl Fn(&World, &mut ConfirmationRequest),
    recipients: impl Fn(&World, &mut Vec<Recipients>),
) -> Outcome {
    let mut world = World::new();
    let mut request = settlement(&mut world);
    change_request(&world, &mut request);
    change(&mut world, changed_at, |world| {
        let hosts = [(&world.alice, Submits), (&world.mallory, Confirms)];
        hosted(&world.alice, 1, &hosts)
    });
    let (root, views) = request.tree.light_views();
    let readers = views.into_iter().zip(request.recipients.iter());
    let bank = &world.bank;
    let readable = readers.filter(|(_, readers)| readers.all.contains(&bank.participant));
    let views: Vec<LightView> = readable.map(|(view, _)| view).collect();
    let checked = world.check_delivered(bank, &request.tree, root, views, |_, views| {
        recipients(&world, views);
    });
    outcome(&checked)
}

fn claim(time: Timestamp) -> impl Fn(&World, &mut ConfirmationRequest) {
    move |_, request| {
        let common = request.tree.common.content().clone();
        request.tree.common = Leaf::new(CommonMetadata {
            topology_time: time,
            ..common
        });
    }
}

#[test]
fn an_old_topology_excuses_nothing_that_was_wrong_under_it() {
    let honest = forged(meanwhile(), claim(made_at()), |_, _| ());
    assert_eq!(honest, Outcome::TryAgain);
    let withheld = forged(meanwhile(), claim(made_at()), |world, views| {
        let victim = world.bob.participant.member();
        for view in views {
            let mut groups = view.groups().to_vec();
            for group in &mut groups {
                group.remove(&victim);
            }
            *view = Recipients::nested(groups);
        }
    });
    assert_eq!(withheld, Outcome::Alarm);
    let shown = forged(meanwhile(), claim(made_at()), |world, views| {
        let mut groups = views[0].groups().to_vec();
        groups[0].insert(world.mallory.participant.member());
        groups[0].remove(&world.alice.participant.member());
        views[0] = Recipients::nested(groups);
    });
    assert_eq!(shown, Outcome::Alarm);
}

#[test]
fn a_topology_that_was_not_yet_or_is_long_ago_or_still_in_force_is_no_excuse() {
    let future = now().plus(Duration::from_secs(1));
    for time in [now(), future, Timestamp::MAX] {
        assert_eq!(forged(meanwhile(), claim(time), |_, _| ()), Outcome::Alarm);
    }
    let tolerance = DomainParameters::default().topology_change_tolerance();
    let latest = now().minus(tolerance);
    let before = latest.minus(Duration::from_secs(1));
    assert_eq!(forged(latest, claim(before), |_, _| ()), Outcome::TryAgain);
    let too_long_ago = latest.minus(Duration::from_micros(1));
    assert_eq!(
        forged(too_long_ago, claim(before), |_, _| ()),
        Outcome::Alarm
    );
}

#[test]
fn nothing_is_approved_under_a_topology_that_was() {
    // Bob has moved to where Alice is, and his former host has submitted for him
    let mut world = World::new();
    let request = settlement(&mut world);
    change(&mut world, meanwhile(), |world| {
        hosted(&world.bob, 1, &[(&world.alice, Submits)])
    });
    for by in [&world.alice, &world.bank] {
        let checked = world.check(by, &request).unwrap();
        assert_ne!(outcome(&checked), Outcome::Approved);
    }
}
