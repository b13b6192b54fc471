//! Who may call the public API.

use tonic::{Code, Request};

use super::world::{Somebody, World, at, texts, with_world};
use crate::crypto::SigningKey;
use crate::model::{Duration, MemberId, MemberKind};
use crate::protocol::{Challenge, PROTOCOL_VERSION};
use crate::sequencer_client::{ReadError, SendError, SequencerPort};
use crate::wire::domain::domain_service_client::DomainServiceClient;
use crate::wire::sequencer as wire;
use wire::sequencer_authentication_service_client::SequencerAuthenticationServiceClient;
use wire::sequencer_service_client::SequencerServiceClient;

type Channel = tonic::transport::Channel;

fn channel(world: &World) -> Channel {
    let endpoint = tonic::transport::Endpoint::from_shared(world.url.clone()).unwrap();
    endpoint.connect_lazy()
}

async fn nonce(world: &World, somebody: &Somebody) -> bytes::Bytes {
    let mut client = SequencerAuthenticationServiceClient::new(channel(world));
    let request = wire::ChallengeRequest {
        member: somebody.id.to_string(),
        protocol_version: PROTOCOL_VERSION,
    };
    client.challenge(request).await.unwrap().into_inner().nonce
}

/// Answers a challenge with the member's key.
async fn authenticate(
    world: &World,
    somebody: &Somebody,
    nonce: bytes::Bytes,
) -> Result<wire::AuthenticateResponse, Code> {
    let challenge = Challenge {
        domain: world.domain.clone(),
        member: somebody.id.clone(),
        nonce: nonce.as_ref().try_into().unwrap(),
    };
    let mut client = SequencerAuthenticationServiceClient::new(channel(world));
    let answer = client
        .authenticate(wire::AuthenticateRequest {
            member: somebody.id.to_string(),
            nonce,
            signature: Some(challenge.answer(&somebody.key).to_wire()),
        })
        .await;
    answer
        .map(tonic::Response::into_inner)
        .map_err(|it| it.code())
}

fn with_token<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    let value = format!("Bearer {token}").parse().unwrap();
    request.metadata_mut().insert("authorization", value);
    request
}

#[test]
fn nothing_is_said_to_callers_without_a_token_that_holds() {
    with_world(async |world| {
        let alice = world.member("alice").await;
        let mut client = SequencerServiceClient::new(channel(world));
        for request in [
            Request::new(wire::GetTimeRequest {}),
            with_token(wire::GetTimeRequest {}, "nonsense"),
            with_token(wire::GetTimeRequest {}, &"ab".repeat(32)),
        ] {
            let answer = client.get_time(request).await;
            assert_eq!(answer.unwrap_err().code(), Code::Unauthenticated);
        }
        let subscribe = client.subscribe(wire::SubscribeRequest::default()).await;
        assert_eq!(subscribe.unwrap_err().code(), Code::Unauthenticated);
        let send = client.send(wire::SendRequest::default()).await;
        assert_eq!(send.unwrap_err().code(), Code::Unauthenticated);

        let nonce = nonce(world, &alice).await;
        let token = authenticate(world, &alice, nonce).await.unwrap().token;
        let request = with_token(wire::GetTimeRequest {}, &token);
        assert!(client.get_time(request).await.is_ok());
    });
}

#[test]
fn a_challenge_is_for_its_member_for_a_minute_and_for_one_answer() {
    with_world(async |world| {
        let (alice, mallory) = (world.member("alice").await, world.member("mallory").await);
        let impostor = Somebody {
            key: mallory.key.clone(),
            ..alice.clone()
        };
        let challenge = nonce(world, &alice).await;
        let denied = authenticate(world, &impostor, challenge.clone()).await;
        assert_eq!(denied.unwrap_err(), Code::PermissionDenied);
        // there was an answer, though a wrong one
        let denied = authenticate(world, &alice, challenge).await;
        assert_eq!(denied.unwrap_err(), Code::PermissionDenied);

        let challenge = nonce(world, &alice).await;
        let denied = authenticate(world, &mallory, challenge.clone()).await;
        assert_eq!(denied.unwrap_err(), Code::PermissionDenied);
        world.advance(Duration::from_secs(61));
        let denied = authenticate(world, &alice, challenge).await;
        assert_eq!(denied.unwrap_err(), Code::PermissionDenied);
        let challenge = nonce(world, &alice).await;
        assert!(authenticate(world, &alice, challenge).await.is_ok());
    });
}

#[test]
fn another_version_of_the_protocol_is_refused_clearly() {
    with_world(async |world| {
        let alice = world.member("alice").await;
        let mut client = SequencerAuthenticationServiceClient::new(channel(world));
        let request = wire::ChallengeRequest {
            member: alice.id.to_string(),
            protocol_version: PROTOCOL_VERSION + 1,
        };
        let refused = client.challenge(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
        assert!(refused.message().contains("is not supported"), "{refused}");
    });
}

#[test]
fn nobody_joins_from_outside_as_a_part_of_the_domain_or_with_another_version() {
    with_world(async |world| {
        let namespace = world.domain.namespace().parse().unwrap();
        let mut client = DomainServiceClient::new(channel(world));
        let mut admit = async |member: String, protocol_version| {
            let request = crate::wire::domain::AdmitRequest {
                protocol_version,
                member,
                transactions: Vec::new(),
            };
            client.admit(request).await.unwrap_err()
        };
        for kind in [
            MemberKind::Mediator,
            MemberKind::Sequencer,
            MemberKind::TopologyManager,
        ] {
            let member = MemberId::new(kind, "evil", &namespace).unwrap();
            let refused = admit(member.to_string(), PROTOCOL_VERSION).await;
            assert_eq!(refused.code(), Code::PermissionDenied, "{kind:?}");
        }
        let participant = MemberId::new(MemberKind::Participant, "p", &namespace).unwrap();
        let refused = admit(participant.to_string(), PROTOCOL_VERSION + 1).await;
        assert_eq!(refused.code(), Code::FailedPrecondition);
        assert!(refused.message().contains("version"), "{refused}");
    });
}

#[test]
fn a_member_proves_itself_again_when_its_token_has_ended_or_the_server_has_forgotten_it() {
    with_world(async |world| {
        let alice = world.member("alice").await;
        let port = world.over_grpc(&alice);
        port.time().await.unwrap();
        world.advance(Duration::from_secs(3601));
        port.time().await.unwrap();
        port.logout().await.unwrap();
        port.time().await.unwrap();

        // a logout ends the sessions of the same member elsewhere, too; they begin anew
        let elsewhere = world.over_grpc(&alice);
        elsewhere.time().await.unwrap();
        port.logout().await.unwrap();
        elsewhere.time().await.unwrap();
    });
}

#[test]
fn a_stream_ends_with_its_token_and_can_be_resumed() {
    with_world(async |world| {
        let alice = world.member("alice").await;
        let port: std::sync::Arc<dyn SequencerPort> = std::sync::Arc::new(world.over_grpc(&alice));
        alice.send(&port, &[&alice], "one").await.unwrap();
        let (_, known) = world.read(&port, &alice, alice.start(), 1).await;
        world.advance(Duration::from_secs(3601));
        alice.send(&port, &[&alice], "two").await.unwrap();
        let ended = loop {
            match port.read(&alice.id, known.time, 16).await {
                Ok(page) => assert!(page.events.is_empty(), "read with a token that has ended"),
                Err(error) => break error,
            }
        };
        assert!(matches!(ended, ReadError::Unavailable(_)), "{ended:?}");
        let (events, _) = world.read(&port, &alice, known, 1).await;
        assert_eq!(texts(&events), ["two"]);
        assert!(known.time >= at(0));
    });
}

#[test]
fn a_member_reads_its_own_events_only_and_over_a_few_streams_only() {
    with_world(async |world| {
        let (alice, mallory) = (world.member("alice").await, world.member("mallory").await);
        let of_mallory = world.over_grpc(&mallory);
        let read = of_mallory.read(&alice.id, at(0), 16).await;
        assert!(matches!(read, Err(ReadError::Refused(_))), "{read:?}");

        let challenge = nonce(world, &mallory).await;
        let token = authenticate(world, &mallory, challenge)
            .await
            .unwrap()
            .token;
        let mut client = SequencerServiceClient::new(channel(world));
        let mut streams = Vec::new();
        for _ in 0..5 {
            let request = with_token(wire::SubscribeRequest::default(), &token);
            streams.push(client.subscribe(request).await.unwrap());
        }
        let request = with_token(wire::SubscribeRequest::default(), &token);
        let refused = client.subscribe(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::ResourceExhausted);
        drop(streams);
        // the server notices in its own time that somebody has left
        loop {
            let request = with_token(wire::SubscribeRequest::default(), &token);
            if client.subscribe(request).await.is_ok() {
                break;
            }
        }
    });
}

#[test]
fn who_is_not_registered_gets_no_challenge_and_who_has_another_key_no_token() {
    with_world(async |world| {
        let alice = world.member("alice").await;
        let key = SigningKey::generate();
        let stranger = Somebody {
            id: crate::model::MemberId::new(
                crate::model::MemberKind::Participant,
                "stranger",
                &key.public().fingerprint(),
            )
            .unwrap(),
            key: key.clone(),
            domain: world.domain.clone(),
        };
        let sent = world
            .over_grpc(&stranger)
            .send(stranger.sign(stranger.request("x", &[&alice], "x")))
            .await;
        assert_eq!(sent, Err(SendError::UnknownMember(stranger.id.to_string())));
        let impostor = Somebody { key, ..alice };
        let read = world
            .over_grpc(&impostor)
            .read(&impostor.id, at(0), 1)
            .await;
        assert!(matches!(read, Err(ReadError::Refused(_))), "{read:?}");
    });
}
