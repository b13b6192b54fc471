//! Each participant sees what it must, and confirms it.

use std::collections::BTreeSet;

use super::settlement;
use super::world::World;

#[test]
fn each_participant_confirms_the_views_that_it_sees() {
    let mut world = World::new();
    let request = settlement(&mut world);
    let positions = request.tree.views.positions();
    let shown: Vec<String> = positions.iter().map(ToString::to_string).collect();
    // the settlement; in it two fetches, a delivery and a payment that concern the bank
    assert_eq!(shown, ["0", "0.0", "0.1", "0.2", "0.3"]);
    let confirmed = |member| {
        let checked = world.check(member, &request).unwrap();
        assert_eq!(checked.problem, None);
        let views = checked.confirming_here.iter();
        views
            .map(|view| view.position.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(confirmed(&world.bob), shown);
    // that Bob has the cash is nothing that Alice has a say in
    assert_eq!(confirmed(&world.alice), ["0", "0.0", "0.2", "0.3"]);
    assert_eq!(confirmed(&world.bank), shown[1..]);
    assert!(world.check(&world.mallory, &request).is_none());
}

#[test]
fn what_is_seen_of_a_transaction_is_what_is_visible() {
    let mut world = World::new();
    let request = settlement(&mut world);
    let content = |member| world.check(member, &request).unwrap().content.unwrap();
    let (whole, part) = (content(&world.bob), content(&world.bank));
    // the bank sees all but the exercise of the settlement
    assert_eq!(
        whole.transaction.nodes.len(),
        part.transaction.nodes.len() + 1
    );
    assert_eq!(whole.transaction.roots.len(), 1);
    assert_eq!(part.transaction.roots.len(), 4);
    // the settlement's archival is known to those who have a stake in it
    assert_eq!(whole.usage.consumed.len(), 3);
    assert_eq!(part.usage.consumed.len(), 2);
    assert_eq!(
        part.usage
            .consumed
            .difference(&whole.usage.consumed)
            .count(),
        0
    );
    let created = |content: &crate::participant::confirmation::Content| -> BTreeSet<_> {
        content.created.iter().map(|(id, _)| id.clone()).collect()
    };
    assert_eq!(created(&whole), created(&part));
}

#[test]
fn the_bank_is_told_nothing_of_the_deal() {
    let mut world = World::new();
    let request = settlement(&mut world);
    let (_, views) = request.tree.light_views();
    let readers = request.recipients.iter();
    let for_bank = views
        .iter()
        .zip(readers)
        .filter(|(_, readers)| readers.all.contains(&world.bank.participant));
    for (view, _) in for_bank {
        let bytes = view.encode();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("the deal"), "view {}", view.position());
    }
    let tree = format!("{:?}", request.tree.informee_tree());
    for secret in ["the deal", "bond", "cash"] {
        assert!(!tree.contains(secret));
    }
}
