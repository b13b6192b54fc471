//! What a sequencer does to members that cheat: it refuses, says so, counts it, and goes on.

use super::world::{Somebody, at, texts, with_both_ports, with_world};
use crate::crypto::SigningKey;
use crate::model::{DomainId, Duration};
use crate::protocol::SignedRequest;
use crate::sequencer_client::{SendError, SequencerPort};
use crate::telemetry::Metrics;

/// Whether the counter of refused requests has this reason.
fn is_counted(reason: &str) -> bool {
    let counter = format!("jura_sequencer_refused_requests_total{{reason=\"{reason}\"}}");
    Metrics::install().unwrap().render().contains(&counter)
}

#[test]
fn a_request_in_anothers_name_is_refused() {
    with_both_ports(async |world, port| {
        Metrics::install().unwrap();
        let (alice, mallory) = (world.member("alice").await, world.member("mallory").await);
        // over gRPC it comes with mallory's token, within the process there is none
        let of_mallory = port(&mallory);
        let request = alice.request("forged", &[&alice], "forged");
        let forged = SignedRequest::seal(request, &world.domain, &mallory.key);
        let sent = of_mallory.send(forged.clone()).await;
        assert!(matches!(sent, Err(SendError::Refused(_))), "{sent:?}");
        let sent = world.within().send(forged).await;
        assert!(matches!(sent, Err(SendError::Refused(_))), "{sent:?}");
        assert!(is_counted("signature"));

        // nothing was sequenced, the name is free, and all goes on
        let of_alice = port(&alice);
        alice.send(&of_alice, &[&alice], "forged").await.unwrap();
        mallory
            .send(&of_mallory, &[&alice], "honest")
            .await
            .unwrap();
        let (events, _) = world.read(&of_alice, &alice, alice.start(), 2).await;
        assert_eq!(texts(&events), ["forged", "honest"]);
        assert!(events[0].message_id.is_some());
    });
}

#[test]
fn a_request_for_another_domain_is_refused() {
    with_both_ports(async |world, port| {
        Metrics::install().unwrap();
        let alice = world.member("alice").await;
        let elsewhere = DomainId::new("e", &alice.key.public().fingerprint()).unwrap();
        let request = alice.request("x", &[&alice], "x");
        let replayed = SignedRequest::seal(request, &elsewhere, &alice.key);
        let sent = port(&alice).send(replayed).await;
        assert!(matches!(sent, Err(SendError::Refused(_))), "{sent:?}");
        assert!(is_counted("domain"));
        alice.send(&port(&alice), &[&alice], "x").await.unwrap();
    });
}

#[test]
fn a_message_id_for_two_contents_is_refused() {
    with_both_ports(async |world, port| {
        Metrics::install().unwrap();
        let alice = world.member("alice").await;
        let port = port(&alice);
        let first = alice.request("id", &[&alice], "first");
        let second = alice.request("id", &[&alice], "second");
        port.send(alice.sign(first.clone())).await.unwrap();
        let sent = port.send(alice.sign(second)).await;
        assert_eq!(sent, Err(SendError::MessageIdReused));
        assert!(is_counted("message-id-reused"));
        // the first one said again is no offence, even if it may take longer now
        let again = crate::protocol::SubmissionRequest {
            max_sequencing_time: first.max_sequencing_time.successor(),
            ..first
        };
        assert_eq!(port.send(alice.sign(again)).await, Ok(()));
        alice.send(&port, &[&alice], "later").await.unwrap();
        let (events, _) = world.read(&port, &alice, alice.start(), 2).await;
        assert_eq!(texts(&events), ["first", "later"]);
    });
}

#[test]
fn anothers_request_replayed_changes_nothing() {
    with_world(async |world| {
        Metrics::install().unwrap();
        let (alice, mallory) = (world.member("alice").await, world.member("mallory").await);
        let request = alice.sign(alice.request("pay", &[&alice, &mallory], "pay"));
        world.within().send(request.clone()).await.unwrap();
        let of_mallory = world.over_grpc(&mallory);
        let sent = of_mallory.send(request.clone()).await;
        assert!(matches!(sent, Err(SendError::Refused(_))), "{sent:?}");
        assert!(is_counted("sender"));
        // even where nobody asks who brings it, it is sequenced once
        assert_eq!(world.within().send(request).await, Ok(()));
        let port = world.within();
        mallory.send(&port, &[&alice], "later").await.unwrap();
        let (events, _) = world.read(&port, &alice, alice.start(), 2).await;
        assert_eq!(texts(&events), ["pay", "later"]);
    });
}

#[test]
fn a_forged_acknowledgement_is_refused() {
    with_both_ports(async |world, port| {
        let (alice, mallory) = (world.member("alice").await, world.member("mallory").await);
        let (of_alice, of_mallory) = (port(&alice), port(&mallory));
        alice.send(&of_alice, &[&alice], "x").await.unwrap();
        let impostor = Somebody {
            id: alice.id.clone(),
            ..mallory.clone()
        };
        let time = world.clock.now();
        let forged = of_mallory.acknowledge(impostor.acknowledgement(time)).await;
        assert!(matches!(forged, Err(SendError::Refused(_))), "{forged:?}");
        assert_eq!(world.acknowledged(&alice).await, 0);
        let honest = of_alice.acknowledge(alice.acknowledgement(time)).await;
        assert_eq!(honest, Ok(()));
    });
}

#[test]
fn many_forged_requests_among_honest_ones_hold_up_nobody() {
    with_world(async |world| {
        let (alice, mallory) = (world.member("alice").await, world.member("mallory").await);
        let port = world.within();
        let sends = (0..60).map(|number| {
            let request = alice.request(&format!("{number}"), &[&alice], &format!("{number}"));
            let key = if number % 3 == 0 {
                &mallory.key
            } else {
                &alice.key
            };
            port.send(SignedRequest::seal(request, &world.domain, key))
        });
        let sent = futures_util::future::join_all(sends).await;
        for (number, sent) in sent.iter().enumerate() {
            assert_eq!(sent.is_ok(), number % 3 != 0, "{number}: {sent:?}");
        }
        let (events, _) = world.read(&port, &alice, alice.start(), 40).await;
        let numbers: Vec<usize> = texts(&events)
            .iter()
            .map(|it| it.parse().unwrap())
            .collect();
        assert!(numbers.is_sorted(), "the order of arrival stays");
    });
}

#[test]
fn a_key_that_was_replaced_holds_for_a_moment_and_no_longer() {
    with_both_ports(async |world, port| {
        let old = world.member("alice").await;
        let new = Somebody {
            key: SigningKey::generate(),
            ..old.clone()
        };
        let public = new.key.public();
        let registrar = world.registrar();
        registrar
            .register(new.id.clone(), vec![public])
            .await
            .unwrap();
        old.send(&port(&old), &[&old], "on its way").await.unwrap();
        new.send(&port(&new), &[&new], "new key").await.unwrap();
        world.crash().await;
        world.advance(Duration::from_secs(61));
        let request = old.sign(old.request("too late", &[&old], "too late"));
        let sent = world.within().send(request).await;
        assert!(matches!(sent, Err(SendError::Refused(_))), "{sent:?}");
        new.send(&port(&new), &[&new], "still").await.unwrap();
        assert!(world.clock.now() > at(0));
    });
}
