//! Bytes that nobody honest sends: truncated, of another version, for another domain. Refused, each
//! with its reason, and nothing panics.

#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use prost::Message as _;

use super::samples::{self, messages, name};
use super::*;
use crate::crypto::SigningKey;
use crate::model::{DomainId, Fingerprint, MemberId, ParticipantId, Purpose, Timestamp};
use crate::topology::{Mapping, MemberKeys, State, Transaction};
use crate::wire::protocol as wire;

struct World {
    domain: DomainId,
    member: MemberId,
    key: SigningKey,
    topology: State,
}

fn world() -> World {
    world_of(1)
}

fn world_of(seed: u8) -> World {
    let key = SigningKey::from_bytes(&[seed; 32]).unwrap();
    let namespace = key.public().fingerprint();
    let member = ParticipantId::new("p", &namespace).unwrap().member();
    let mut topology = State::new();
    let keys = Mapping::OwnerToKey {
        member: member.clone(),
        keys: MemberKeys::signing(key.public()),
    };
    topology
        .apply(&Transaction::first(keys).sign(&[&key]))
        .unwrap();
    World {
        domain: DomainId::new("d", &namespace).unwrap(),
        member,
        key,
        topology,
    }
}

impl World {
    fn seal(&self, message: &Message) -> Bytes {
        SignedMessage::seal(message, &self.domain, &self.member, &self.key)
    }

    fn open(&self, content: Bytes) -> Result<SignedMessage, Error> {
        SignedMessage::open(content, &self.domain, &self.topology)
    }

    /// The member's signature over whatever bytes.
    fn sign(&self, message: Bytes) -> Bytes {
        let signature = KeyedSignature::make(&self.key, Purpose::SignedMessage, &message);
        let signed = wire::SignedMessage {
            signer: self.member.to_string(),
            signature: Some(signature.to_wire()),
            message,
        };
        signed.encode_to_vec().into()
    }

    /// A message as the member has signed it, changed.
    fn changed(&self, message: &Message, change: impl FnOnce(&mut wire::Message)) -> Bytes {
        let signed = wire::SignedMessage::decode(self.seal(message)).unwrap();
        let mut inside = wire::Message::decode(signed.message).unwrap();
        change(&mut inside);
        self.sign(inside.encode_to_vec().into())
    }

    fn request(&self) -> SignedRequest {
        let request = SubmissionRequest {
            sender: self.member.clone(),
            message_id: MessageId::about("test", b"x"),
            envelopes: vec![Envelope {
                content: Bytes::from_static(b"content"),
                recipients: Recipients::group([self.member.clone()]),
            }],
            max_sequencing_time: Timestamp::MAX,
        };
        SignedRequest::seal(request, &self.domain, &self.key)
    }

    fn acknowledgement(&self) -> SignedAcknowledgement {
        let acknowledgement = Acknowledgement {
            member: self.member.clone(),
            time: Timestamp::EPOCH.successor(),
        };
        SignedAcknowledgement::seal(acknowledgement, &self.domain, &self.key)
    }
}

#[test]
fn every_kind_of_message_has_a_sample() {
    let names: std::collections::BTreeSet<&str> = messages().iter().map(name).collect();
    assert_eq!(names.len(), samples::KINDS);
}

#[test]
fn messages_come_back_from_their_bytes_with_their_signer() {
    let world = world();
    for message in messages() {
        let opened = world.open(world.seal(&message)).unwrap();
        assert_eq!(opened.signer, world.member);
        assert_eq!(opened.message, message);
    }
}

#[test]
fn a_message_with_any_bit_changed_is_refused() {
    let world = world();
    for message in messages() {
        let bytes = world.seal(&message);
        for position in 0..bytes.len() {
            let mut forged = bytes.to_vec();
            forged[position] ^= 4;
            let opened = world.open(forged.into());
            assert!(opened.is_err(), "byte {position} of {message:?}");
        }
    }
}

#[test]
fn a_message_for_another_domain_or_from_a_stranger_is_refused() {
    let (world, stranger) = (world_of(1), world_of(2));
    let bytes = world.seal(&Message::Tick);
    assert!(matches!(
        SignedMessage::open(bytes.clone(), &stranger.domain, &world.topology),
        Err(Error::WrongDomain(_))
    ));
    assert!(matches!(
        SignedMessage::open(bytes, &world.domain, &stranger.topology),
        Err(Error::UnknownSigner(_))
    ));
}

#[test]
fn a_truncated_message_of_any_kind_is_refused() {
    let world = world();
    for message in messages() {
        let whole = world.seal(&message);
        for end in 0..whole.len() {
            let opened = world.open(whole.slice(..end));
            assert!(opened.is_err(), "{end} bytes of {}", name(&message));
            // before there are keys, nothing is believed, and nothing may panic
            let _ = SignedMessage::open_unchecked(whole.slice(..end), &world.domain);
        }
    }
}

#[test]
fn a_truncated_message_that_was_signed_is_never_taken_for_the_whole_one() {
    let world = world();
    for message in messages() {
        let signed = wire::SignedMessage::decode(world.seal(&message)).unwrap();
        for end in 0..signed.message.len() {
            let opened = world.open(world.sign(signed.message.slice(..end)));
            let same = opened.is_ok_and(|opened| opened.message == message);
            assert!(!same, "{end} bytes of {}", name(&message));
        }
    }
}

#[test]
fn a_message_of_an_unknown_version_is_refused_whatever_its_kind() {
    let world = world();
    for message in messages() {
        for found in [0, PROTOCOL_VERSION - 1, PROTOCOL_VERSION + 1, u32::MAX] {
            let content = world.changed(&message, |inside| inside.protocol_version = found);
            let refused = Err(Error::UnsupportedVersion {
                found,
                supported: PROTOCOL_VERSION,
            });
            assert_eq!(world.open(content.clone()), refused, "{}", name(&message));
            let unchecked = SignedMessage::open_unchecked(content, &world.domain);
            assert_eq!(unchecked, refused, "{}", name(&message));
        }
    }
    let error = Error::UnsupportedVersion {
        found: 9,
        supported: PROTOCOL_VERSION,
    };
    let text = error.to_string();
    assert!(text.contains('9') && text.contains("version"), "{text}");
}

#[test]
fn what_a_later_version_may_bring_is_refused_for_its_version() {
    let world = world();
    let later = wire::Message {
        protocol_version: PROTOCOL_VERSION + 1,
        domain: world.domain.to_string(),
        kind: None,
    };
    let opened = world.open(world.sign(later.encode_to_vec().into()));
    assert!(matches!(opened, Err(Error::UnsupportedVersion { .. })));
    // and of this version, a message without content is none
    let empty = wire::Message {
        protocol_version: PROTOCOL_VERSION,
        ..later
    };
    let opened = world.open(world.sign(empty.encode_to_vec().into()));
    assert!(matches!(opened, Err(Error::Malformed(_))));
}

#[test]
fn a_message_of_another_domain_is_refused_whatever_its_kind() {
    let world = world();
    let elsewhere = DomainId::new("e", &Fingerprint::of_key(b"x")).unwrap();
    for message in messages() {
        let replayed = SignedMessage::seal(&message, &elsewhere, &world.member, &world.key);
        let opened = world.open(replayed);
        assert_eq!(opened, Err(Error::WrongDomain(elsewhere.to_string())));
        // whoever puts the right domain in has not signed that
        let signed = world.seal(&message);
        let mut outer = wire::SignedMessage::decode(signed).unwrap();
        outer.message = message.encode(&elsewhere).into();
        let opened = world.open(outer.encode_to_vec().into());
        assert!(matches!(opened, Err(Error::BadSignature(_))));
    }
}

#[test]
fn a_signature_for_one_purpose_is_none_for_another() {
    let world = world();
    for message in messages() {
        let bytes: Bytes = message.encode(&world.domain).into();
        let other = KeyedSignature::make(&world.key, Purpose::SubmissionRequest, &bytes);
        let content = wire::SignedMessage {
            signer: world.member.to_string(),
            signature: Some(other.to_wire()),
            message: bytes,
        };
        let opened = world.open(content.encode_to_vec().into());
        assert!(matches!(opened, Err(Error::BadSignature(_))));
    }
}

#[test]
fn truncated_requests_and_acknowledgements_to_the_sequencer_are_refused() {
    let world = world();
    let keys = [world.key.public()];
    let request = world.request().to_wire().encode_to_vec();
    for end in 0..request.len() {
        let read = wire::SignedSubmissionRequest::decode(&request[..end]).ok();
        let read = read.and_then(|wire| SignedRequest::from_wire(wire).ok());
        let holds = read.is_some_and(|it| it.verify(&world.domain, &keys).is_ok());
        assert!(!holds, "{end} bytes");
    }
    let acknowledgement = world.acknowledgement().to_wire().encode_to_vec();
    for end in 0..acknowledgement.len() {
        let read = wire::SignedAcknowledgement::decode(&acknowledgement[..end]).ok();
        let read = read.and_then(|wire| SignedAcknowledgement::from_wire(wire).ok());
        let holds = read.is_some_and(|it| it.verify(&world.domain, &keys).is_ok());
        assert!(!holds, "{end} bytes");
    }
}

#[test]
fn an_acknowledgement_of_another_version_or_domain_is_refused_clearly() {
    let world = world();
    let keys = [world.key.public()];
    let honest = world.acknowledgement().to_wire();
    let inside = wire::Acknowledgement::decode(honest.acknowledgement).unwrap();
    let later = wire::Acknowledgement {
        protocol_version: PROTOCOL_VERSION + 1,
        ..inside
    };
    let bytes: Bytes = later.encode_to_vec().into();
    let signature = KeyedSignature::make(&world.key, Purpose::Acknowledgement, &bytes);
    let later = SignedAcknowledgement::from_wire(wire::SignedAcknowledgement {
        acknowledgement: bytes,
        signature: Some(signature.to_wire()),
    });
    let refused = later.unwrap().verify(&world.domain, &keys);
    assert!(matches!(refused, Err(Error::UnsupportedVersion { .. })));
    let elsewhere = DomainId::new("e", &Fingerprint::of_key(b"x")).unwrap();
    let refused = world.acknowledgement().verify(&elsewhere, &keys);
    assert!(matches!(refused, Err(Error::WrongDomain(_))));
}

#[test]
fn a_truncated_page_of_events_is_refused() {
    let world = world();
    let start = ChainPoint::start(&world.domain, &world.member);
    let event = SequencedEvent {
        time: Timestamp::EPOCH.successor(),
        message_id: None,
        envelopes: vec![Envelope {
            content: Bytes::from_static(b"content"),
            recipients: Recipients::group([world.member.clone()]),
        }],
    };
    let end = start.after(&event);
    let chained = ChainedEvent {
        previous: start.time,
        event,
    };
    let (domain, member) = (&world.domain, &world.member);
    let page = EventPage::seal(domain, member, start, vec![chained], &end, &world.key);
    let bytes = page.to_wire().encode_to_vec();
    let open = |page: EventPage, domain: &DomainId, member: &MemberId| {
        page.open(domain, member, &start.into(), &world.key.public())
    };
    for end in 0..bytes.len() {
        let read = wire::EventPage::decode(&bytes[..end]).ok();
        let read = read.and_then(|wire| EventPage::from_wire(wire).ok());
        let holds = read.is_some_and(|page| open(page, domain, member).is_ok());
        assert!(!holds, "{end} bytes");
    }
    // domain, member and version are in the chain and in what is signed
    let elsewhere = DomainId::new("e", &Fingerprint::of_key(b"x")).unwrap();
    let forged = Err(Violation::Forged { after: start.time });
    assert_eq!(open(page.clone(), &elsewhere, member), forged);
    let other = samples::participant("other").member();
    assert_eq!(open(page.clone(), domain, &other), forged);
    assert!(open(page, domain, member).is_ok());
}

#[test]
fn an_answer_to_a_challenge_holds_for_that_challenge_only() {
    let world = world();
    let keys = [world.key.public()];
    let challenge = Challenge {
        domain: world.domain.clone(),
        member: world.member.clone(),
        nonce: [1; 32],
    };
    let answer = challenge.answer(&world.key);
    assert!(challenge.is_answered_by(&answer, &keys));
    let others = [
        Challenge {
            nonce: [2; 32],
            ..challenge.clone()
        },
        Challenge {
            domain: DomainId::new("e", &Fingerprint::of_key(b"x")).unwrap(),
            ..challenge.clone()
        },
        Challenge {
            member: samples::participant("other").member(),
            ..challenge.clone()
        },
    ];
    for other in others {
        assert!(!other.is_answered_by(&answer, &keys));
    }
    let stranger = [SigningKey::from_bytes(&[2; 32]).unwrap().public()];
    assert!(!challenge.is_answered_by(&answer, &stranger));
}

#[test]
fn truncated_views_are_refused() {
    let party = crate::model::Party::parse("alice::1220").unwrap();
    let (root, views) = samples::request(&party).light_views();
    for view in views {
        let bytes: Bytes = view.encode().into();
        for end in 0..bytes.len() {
            let read = LightView::decode(bytes.slice(..end));
            let belongs = read.and_then(|view| view.root_hash()) == Ok(root);
            assert!(!belongs, "{end} bytes of view {}", view.position());
        }
    }
}
