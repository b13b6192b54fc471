//! What a malicious submitter may try, and that nobody falls for it.
//!
//! | it forges | who notices | by |
//! |---|---|---|
//! | the informees or quorums of a view | who sees the view | `informees` |
//! | the outcome of a view | who sees the view | `conformance` |
//! | inputs, keys, preferences, seeds, rollbacks of a view inside | who sees the one around | `informees` |
//! | a contract's contents | who sees the view | `contracts` |
//! | a contract that never was | a host of a stakeholder | the locks |
//! | a view inside of one that nobody sees | a host of whose authority it needs | `authorization` |
//! | a submission for parties of others | a host of a submitter | `authorization` |
//! | its own name | all | `authentication` |
//! | a view of another request, one twice, one not at all | who gets them | `read` |
//! | a view withheld from one of two hosts | the other, the mediator | `recipients` |
//! | a view sent to a stranger | who gets it, too | `recipients` |
//! | a root hash withheld, or sent to a stranger | the mediator | its `delivery` |
//! | a root hash kept from the mediator | who gets it | `recipients` |
//! | a request said again | the mediator | its `replays` |
//! | the times | all | `time`, `authentication` |

use std::collections::BTreeSet;

use super::settlement;
use super::world::{Checked, Member, World, now, numeric, text};
use crate::lf::value::Value;
use crate::model::{Duration, Hash, MemberId, Purpose, Timestamp};
use crate::participant::confirmation::locks::{ContractState, Locks, Outcome};
use crate::protocol::{
    CommonMetadata, Leaf, LightView, Recipients, RequestTree, SubmitterMetadata,
    TransactionMetadata, View, ViewConfirmers, ViewData,
};

/// Whether a participant rejects a request as malformed, and what its log says.
fn alarm(checked: &Checked) -> Option<&str> {
    let problem = checked.problem.as_ref()?;
    assert!(problem.reject.malformed, "{problem:?}");
    Some(&problem.detail)
}

/// The settlement with one of its views changed, as a participant sees it.
fn with_view(
    number: usize,
    by: impl Fn(&World) -> &Member,
    change: impl Fn(&mut ViewConfirmers, &mut ViewData),
) -> String {
    let mut world = World::new();
    let mut request = settlement(&mut world);
    let mut at = 0;
    let changed = request.tree.views.try_map(|view| {
        let (mut confirmers, mut data) = (
            view.confirmers.content().clone(),
            view.data.content().clone(),
        );
        if at == number {
            change(&mut confirmers, &mut data);
        }
        at += 1;
        Ok::<_, ()>(View {
            confirmers: Leaf::new(confirmers),
            data: Leaf::new(data),
        })
    });
    request.tree.views = changed.unwrap();
    let checked = world.check(by(&world), &request).unwrap();
    alarm(&checked).unwrap_or("it is accepted").to_owned()
}

/// The settlement with other metadata, as the bank sees it.
fn with_metadata(change: impl Fn(&World, &mut RequestTree)) -> Checked {
    let mut world = World::new();
    let mut request = settlement(&mut world);
    change(&world, &mut request.tree);
    world.check(&world.bob, &request).unwrap()
}

#[test]
fn a_view_with_other_informees_or_quorums_is_rejected() {
    for number in 0..4 {
        let fewer = with_view(
            number,
            |world| &world.bob,
            |confirmers, _| {
                confirmers.quorums[0].threshold -= 1;
                confirmers.quorums[0].threshold = confirmers.quorums[0].threshold.max(1);
                let last = confirmers.quorums[0]
                    .parties
                    .keys()
                    .next_back()
                    .unwrap()
                    .clone();
                confirmers.quorums[0].parties.remove(&last);
            },
        );
        assert!(fewer.contains("not those whom it concerns"), "{fewer}");
    }
    let unseen = with_view(
        2,
        |world| &world.bank,
        |confirmers, _| {
            let last = confirmers.informees.iter().next_back().unwrap().clone();
            confirmers.informees.remove(&last);
        },
    );
    assert!(unseen.contains("not those whom it concerns"), "{unseen}");
}

#[test]
fn a_view_that_does_not_hold_what_it_leads_to_is_rejected() {
    type Change = fn(&mut ViewData);
    let changes: [Change; 4] = [
        |data| data.effects = Hash::of(Purpose::ViewEffects, b"other"),
        |data| data.seed = Some(Hash::of(Purpose::Transaction, b"other")),
        |data| data.rolled_back = true,
        |data| data.inputs.truncate(0),
    ];
    for (place, change) in changes.into_iter().enumerate() {
        // the delivery, seen alone by the bank and inside of the settlement by Alice
        let seen_inside = with_view(3, |world| &world.alice, |_, data| change(data));
        assert!(
            seen_inside.contains("view 0.2"),
            "change {place}: {seen_inside}"
        );
    }
    for change in [changes[0], changes[1], changes[3]] {
        let seen_alone = with_view(3, |world| &world.bank, |_, data| change(data));
        assert!(seen_alone.contains("0.2"), "{seen_alone}");
    }
}

#[test]
fn a_contract_with_other_contents_is_rejected() {
    let detail = with_view(
        0,
        |world| &world.bob,
        |_, data| {
            let [one, other, ..] = &mut data.inputs[..] else {
                panic!("two inputs");
            };
            one.instance = other.instance.clone();
        },
    );
    assert!(
        detail.contains("authenticate") || detail.contains("contract"),
        "{detail}"
    );
}

#[test]
fn a_contract_that_was_never_created_is_inactive_for_who_hosts_a_stakeholder() {
    let mut world = World::new();
    let request = settlement(&mut world);
    let checked = world.check(&world.bank, &request).unwrap();
    let usage = checked.content.unwrap().usage;
    let outcome = Locks::new().acquire(checked.id, &usage, |_| ContractState::Unknown);
    let Outcome::Inactive(contracts) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(contracts.len(), usage.consumed.len());
}

#[test]
fn a_view_below_one_that_nobody_sees_has_no_authority() {
    let mut world = World::new();
    let request = settlement(&mut world);
    // Mallory shows Alice the delivery alone, as if somebody had exercised something above
    let (root, views) = request.tree.light_views();
    let delivery: Vec<LightView> = views.into_iter().skip(3).take(1).collect();
    let checked = world.check_views(&world.alice, &request.tree, root, delivery.clone());
    let detail = alarm(&checked).unwrap();
    assert!(detail.contains("needs the authority of alice"), "{detail}");
    // the bank gives none, and sees what it would see of an honest request
    let checked = world.check_views(&world.bank, &request.tree, root, delivery);
    assert_eq!(checked.problem, None);
}

#[test]
fn nobody_submits_for_parties_of_others() {
    let mut world = World::new();
    let (bank, alice) = (world.bank.party.clone(), world.alice.party.clone());
    let command = world.create(
        "Asset",
        vec![
            Value::Party(bank.clone()),
            Value::Party(alice.clone()),
            text("gold"),
            numeric("1.0000000000"),
        ],
    );
    let interpreted = world.interpret(&[&bank, &alice], vec![command]);
    let mallory = &world.mallory.participant;
    let request = world.request(mallory, &[&bank, &alice], &interpreted);
    for victim in [&world.bank, &world.alice] {
        let checked = world.check(victim, &request).unwrap();
        let detail = alarm(&checked).unwrap();
        assert!(detail.contains("may not submit for"), "{detail}");
    }
    // in her own name alone the command has not the authority that it needs
    let own = world.mallory.party.clone();
    let request = world.request(mallory, &[&own], &interpreted);
    let checked = world.check(&world.alice, &request).unwrap();
    let detail = alarm(&checked).unwrap();
    assert!(detail.contains("leads to no transaction"), "{detail}");
}

#[test]
fn a_request_in_anothers_name_is_rejected() {
    let checked = with_metadata(|world, tree| {
        let common = tree.common.content().clone();
        tree.common = Leaf::new(CommonMetadata {
            submitting_participant: world.mallory.participant.clone(),
            ..common
        });
    });
    let detail = alarm(&checked).unwrap();
    assert!(detail.contains("may not submit for"), "{detail}");
}

#[test]
fn a_request_at_the_wrong_time_is_rejected() {
    let late = with_metadata(|_, tree| {
        let common = tree.common.content().clone();
        tree.common = Leaf::new(CommonMetadata {
            max_sequencing_time: now().minus(Duration::from_micros(1)),
            ..common
        });
    });
    assert!(alarm(&late).unwrap().contains("had to be until"));
    let out_of_bounds = with_metadata(|_, tree| {
        let times = tree.transaction.content().clone();
        tree.transaction = Leaf::new(TransactionMetadata {
            ledger_time: Timestamp::EPOCH,
            ..times
        });
    });
    let problem = out_of_bounds.problem.unwrap();
    assert_eq!(
        problem.reject.error_id,
        "LOCAL_VERDICT_LEDGER_TIME_OUT_OF_BOUND"
    );
    assert!(!problem.reject.malformed);
}

#[test]
fn a_request_of_nobody_is_rejected() {
    let checked = with_metadata(|_, tree| {
        let submitter = tree.submitter.content().clone();
        tree.submitter = Leaf::new(SubmitterMetadata {
            act_as: std::collections::BTreeSet::new(),
            ..submitter
        });
    });
    assert!(alarm(&checked).unwrap().contains("nobody submits"));
}

#[test]
fn views_that_are_withheld_repeated_or_of_another_request_are_noticed() {
    let mut world = World::new();
    let request = settlement(&mut world);
    let (root, views) = request.tree.light_views();
    let check = |views: Vec<LightView>| world.check_views(&world.alice, &request.tree, root, views);
    let detail = |checked: &Checked| alarm(checked).unwrap_or("it is accepted").to_owned();
    assert_eq!(check(views.clone()).problem, None);

    let mut withheld = views.clone();
    withheld.remove(2);
    assert!(detail(&check(withheld)).contains("is withheld"));
    let mut twice = views.clone();
    twice.push(views[1].clone());
    assert!(detail(&check(twice)).contains("came twice"));
    let (_, others) = settlement(&mut world).tree.light_views();
    let mut mixed = views.clone();
    mixed[4] = others[4].clone();
    let checked = world.check_views(&world.alice, &request.tree, root, mixed);
    assert!(detail(&checked).contains("another request"));
    let nothing = world.check_views(&world.alice, &request.tree, root, Vec::new());
    assert!(detail(&nothing).contains("no view was delivered"));
    assert_eq!(nothing.confirming_here, []);
}

/// The settlement sent to others than it should, as a participant sees it.
fn with_recipients(
    by: impl Fn(&World) -> &Member,
    change: impl Fn(&World, &mut Recipients, &mut Vec<Recipients>),
) -> String {
    let mut world = World::new();
    let request = settlement(&mut world);
    let (root, views) = request.tree.light_views();
    let by = by(&world);
    let readers = views.into_iter().zip(request.recipients.iter());
    let readable = readers.filter(|(_, readers)| readers.all.contains(&by.participant));
    let views: Vec<LightView> = readable.map(|(view, _)| view).collect();
    let forge = |root: &mut Recipients, views: &mut Vec<Recipients>| change(&world, root, views);
    let checked = world.check_delivered(by, &request.tree, root, views, forge);
    alarm(&checked).unwrap_or("it is accepted").to_owned()
}

/// The same recipients, with the groups changed.
fn regrouped(
    recipients: &Recipients,
    change: impl FnOnce(&mut Vec<BTreeSet<MemberId>>),
) -> Recipients {
    let mut groups = recipients.groups().to_vec();
    change(&mut groups);
    Recipients::nested(groups)
}

#[test]
fn a_view_that_is_kept_from_a_host_or_shown_to_a_stranger_is_noticed() {
    let bank: fn(&World) -> &Member = |world| &world.bank;
    let alice: fn(&World) -> &Member = |world| &world.alice;
    for by in [bank, alice] {
        let honest = with_recipients(by, |_, _, _| ());
        assert_eq!(honest, "it is accepted");
        let withheld = with_recipients(by, |world, _, views| {
            let victim = world.bob.participant.member();
            for view in views {
                *view = regrouped(view, |groups| {
                    for group in groups {
                        group.remove(&victim);
                    }
                });
            }
        });
        assert!(withheld.contains("was not sent to PAR::bob"), "{withheld}");
        let shown = with_recipients(by, |world, _, views| {
            let stranger = world.mallory.participant.member();
            views[1] = regrouped(&views[1], |groups| {
                groups.last_mut().unwrap().insert(stranger);
            });
        });
        assert!(shown.contains("was sent to PAR::mallory"), "{shown}");
    }
    // a reader inside is told of the view around it: all are there, at the wrong places
    let told = with_recipients(alice, |_, _, views| {
        let inside = views.iter().position(|it| it.groups().len() == 2).unwrap();
        views[inside] = regrouped(&views[inside], |groups| {
            let outer = groups.remove(0);
            groups[0].extend(outer);
        });
    });
    assert!(told.contains("told the wrong things"), "{told}");
}

#[test]
fn a_root_hash_that_went_elsewhere_is_noticed() {
    let forgeries: [fn(&World) -> Vec<MemberId>; 3] = [
        // the mediator would miss it
        |world| vec![world.bank.participant.member()],
        // others learn who takes part
        |world| {
            let (bank, bob) = (&world.bank.participant, &world.bob.participant);
            vec![bank.member(), bob.member(), world.mediator.clone()]
        },
        |world| vec![world.mediator.clone()],
    ];
    for forgery in forgeries {
        let detail = with_recipients(
            |world| &world.bank,
            |world, root, _| *root = Recipients::group(forgery(world)),
        );
        assert!(detail.contains("the root hash was not sent to"), "{detail}");
    }
}
