//! What an honest sequencer does for honest members.

use super::world::{BEGINNING, START, Somebody, World, at, texts, with_both_ports};
use crate::model::{Duration, MemberKind};
use crate::runtime::health::Weight;
use crate::sequencer_client::{SendError, SequencerPort, Subscription, SubscriptionSettings};
use std::sync::Arc;

#[test]
fn everybody_receives_what_is_for_him_in_one_order_and_may_resume_anywhere() {
    with_both_ports(async |world, port| {
        let (alice, bob) = (world.member("alice").await, world.member("bob").await);
        let (of_alice, of_bob) = (port(&alice), port(&bob));
        for number in 0..100 {
            let (to_both, to_bob): (&[_], &[_]) = (&[&alice, &bob], &[&bob]);
            let to = if number % 10 == 0 { to_both } else { to_bob };
            let text = format!("message {number}");
            bob.send(&of_bob, to, &text).await.unwrap();
            // once more: it is sequenced once
            bob.send(&of_bob, to, &text).await.unwrap();
        }
        let (events, _) = world.read(&of_bob, &bob, bob.start(), 100).await;
        let expected: Vec<_> = (0..100).map(|it| format!("message {it}")).collect();
        assert_eq!(texts(&events), expected);
        assert!(events.iter().all(|event| event.message_id.is_some()));
        let (seen, _) = world.read(&of_alice, &alice, alice.start(), 10).await;
        assert_eq!(texts(&seen)[9], "message 90");
        assert!(seen.iter().all(|event| event.message_id.is_none()));
        assert_eq!(seen[9].time, events[90].time);

        // the chain is the same wherever it is read from, and by whichever life of the sequencer
        let (_, middle) = world.read(&of_bob, &bob, bob.start(), 48).await;
        world.crash().await;
        let (rest, end) = world.read(&of_bob, &bob, middle, 52).await;
        assert_eq!(rest[..], events[48..]);
        alice.send(&of_alice, &[&bob], "after").await.unwrap();
        let (last, _) = world.read(&of_bob, &bob, end, 1).await;
        assert_eq!(texts(&last), ["after"]);
    });
}

#[test]
fn a_batch_is_sequenced_at_its_last_moment_and_not_after_it() {
    with_both_ports(async |world, port| {
        let alice = world.member("alice").await;
        let port = port(&alice);
        let mut request = alice.request("in time", &[&alice], "in time");
        request.max_sequencing_time = at(START);
        assert_eq!(port.send(alice.sign(request.clone())).await, Ok(()));
        // the clock stands still: the next time that is drawn is one microsecond later
        let mut late = alice.request("late", &[&alice], "late");
        late.max_sequencing_time = at(START);
        let sent = port.send(alice.sign(late)).await;
        assert_eq!(sent, Err(SendError::TooLate));
        // what was sequenced stays sequenced, however late it is now
        world.advance(Duration::from_secs(60));
        assert_eq!(port.send(alice.sign(request)).await, Ok(()));
        let (events, _) = world.read(&port, &alice, alice.start(), 1).await;
        assert_eq!(events[0].time, at(START));
        assert!(port.time().await.unwrap() >= at(START + 60_000_000));
    });
}

#[test]
fn what_can_never_be_sequenced_is_refused_and_nothing_of_it_is_delivered() {
    with_both_ports(async |world, port| {
        let alice = world.member("alice").await;
        let stranger = Somebody {
            id: alice.id.sibling(MemberKind::Mediator),
            ..alice.clone()
        };
        let port = port(&alice);
        let sent = alice
            .send(&port, &[&alice, &stranger], "to a stranger")
            .await;
        assert_eq!(sent, Err(SendError::UnknownMember(stranger.id.to_string())));
        let large = "x".repeat((10 << 20) + 1);
        let sent = alice.send(&port, &[&alice], &large).await;
        assert!(matches!(sent, Err(SendError::TooLarge { .. })), "{sent:?}");
        alice.send(&port, &[&alice], "small").await.unwrap();
        let (events, _) = world.read(&port, &alice, alice.start(), 1).await;
        assert_eq!(texts(&events), ["small"]);
    });
}

#[test]
fn what_is_acknowledged_never_goes_back() {
    with_both_ports(async |world, port| {
        let alice = world.member("alice").await;
        let port = port(&alice);
        for text in ["one", "two"] {
            alice.send(&port, &[&alice], text).await.unwrap();
        }
        for micros in [START + 1, START] {
            let acknowledged = port.acknowledge(alice.acknowledgement(at(micros))).await;
            assert_eq!(acknowledged, Ok(()));
        }
        let beyond = alice.acknowledgement(at(START + 1000));
        assert!(matches!(
            port.acknowledge(beyond).await,
            Err(SendError::Refused(_))
        ));
        assert_eq!(world.acknowledged(&alice).await, START + 1);
        world.crash().await;
        assert_eq!(world.acknowledged(&alice).await, START + 1);
    });
}

#[test]
fn a_subscription_goes_on_across_restarts_of_the_sequencer_and_of_its_member() {
    with_both_ports(async |world, port| {
        let (alice, bob) = (world.member("alice").await, world.member("bob").await);
        let sender = world.within();
        let mut position = BEGINNING;
        let mut received = Vec::new();
        for life in 0..3 {
            let mut subscription = subscribe(world, &alice, port(&alice), position);
            for number in 0..3 {
                let text = format!("life {life} message {number}");
                let request = bob.sign(bob.request(&text, &[&alice], &text));
                super::world::insist(|| sender.send(request.clone())).await;
                if number == 1 {
                    world.crash().await;
                }
            }
            while received.len() < 3 * (life + 1) {
                received.extend(subscription.next().await.unwrap());
            }
            let last = received.last().unwrap();
            let time: crate::model::Timestamp = last.time;
            position = subscription.position(time, time);
            subscription.kept(&position);
        }
        assert_eq!(texts(&received).len(), 9);
        let health = world.health.state("alice.sequencer");
        assert_eq!(health, Some(crate::runtime::health::State::Ok));
    });
}

fn subscribe(
    world: &World,
    somebody: &Somebody,
    sequencer: Arc<dyn SequencerPort>,
    position: crate::sequencer_client::Position,
) -> Subscription {
    Subscription::start(SubscriptionSettings {
        sequencer,
        domain: world.domain.clone(),
        sequencer_id: world.sequencer_id(),
        member: somebody.id.clone(),
        key: somebody.key.clone(),
        position,
        health: world.health.register("alice", Weight::Soft),
    })
}
