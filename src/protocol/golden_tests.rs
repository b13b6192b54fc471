//! The bytes and hashes of everything that is said, in one file: a change to any of them is a change of
//! the protocol. `UPDATE=1` writes `tests/golden/protocol/messages.txt`.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use bytes::Bytes;
use prost::Message as _;

use super::samples::{messages, name, request, salted};
use super::*;
use crate::crypto::{EncryptionKey, SigningKey};
use crate::model::{DomainId, Hash, MemberId, PackageId, ParticipantId, Party, Purpose, Timestamp};
use crate::topology::{
    DomainParameters, Host, Hosting, Kind, Mapping, MemberKeys, Permission, Permitted, Restriction,
    Transaction, Validity,
};

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32]).unwrap()
}

fn domain() -> DomainId {
    DomainId::new("d", &key(1).public().fingerprint()).unwrap()
}

fn participant() -> ParticipantId {
    ParticipantId::new("p", &key(2).public().fingerprint()).unwrap()
}

fn member() -> MemberId {
    participant().member()
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

/// The file as it is written.
#[derive(Default)]
struct Listing(String);

impl Listing {
    fn say(&mut self, what: &str, bytes: &[u8], hash: &Hash) {
        writeln!(
            self.0,
            "{what}\n  bytes {}\n  hash  {hash}",
            hex::encode(bytes)
        )
        .unwrap();
    }

    fn hash(&mut self, what: &str, hash: &Hash) {
        writeln!(self.0, "{what}\n  hash  {hash}").unwrap();
    }
}

#[test]
fn bytes_and_hashes_of_everything_that_is_said_stay_as_they_are() {
    let mut listing = Listing(format!("protocol version {PROTOCOL_VERSION}\n"));
    say_messages(&mut listing);
    say_request(&mut listing);
    say_topology(&mut listing);
    say_to_the_sequencer(&mut listing);
    say_events(&mut listing);
    crate::golden::check("protocol/messages.txt", &listing.0);
}

/// Every kind of message, as it is signed and goes into the chain of events.
fn say_messages(listing: &mut Listing) {
    for message in messages() {
        let content = SignedMessage::seal(&message, &domain(), &member(), &key(2));
        let what = format!("message: {}", name(&message));
        listing.say(&what, &content, &digest(&content));
    }
    let (both, good) = (
        [Message::Tick, messages().remove(0)],
        GoodSignatures::default(),
    );
    let sealed = SignedMessage::seal_all(&both, &domain(), &member(), &key(2), &good);
    for (message, content) in both.iter().zip(&sealed) {
        let what = format!("message, signed together with another: {}", name(message));
        listing.say(&what, content, &digest(content));
    }
}

/// A request: what all parts of it come to, and what each view is hashed to.
fn say_request(listing: &mut Listing) {
    let tree = salted(&request(&Party::parse("alice::1220").unwrap()));
    let (root, views) = tree.light_views();
    listing.hash("request: root", &root.0);
    listing.hash("request: common metadata", &tree.common.hash());
    listing.hash("request: submitter metadata", &tree.submitter.hash());
    listing.hash("request: transaction metadata", &tree.transaction.hash());
    for light in views {
        let position = light.position();
        let bytes = light.encode();
        let what = format!("request: view {position}, as it is encrypted");
        listing.say(&what, &bytes, &light.root_hash().unwrap().0);
        let view = &light.view;
        let what = format!("request: confirmers of view {position}");
        listing.hash(&what, &view.confirmers.hash());
        let what = format!("request: data of view {position}");
        listing.hash(&what, &view.data.hash());
    }
}

fn mappings() -> Vec<Mapping> {
    let [first, second] = [1, 2].map(|number| key(number).public().fingerprint());
    let owners = BTreeSet::from([first.clone(), second]);
    let encryption = EncryptionKey::from_bytes(&[3; 32]).unwrap().public();
    let validity = Validity {
        from: Some(at(1)),
        until: Some(at(2)),
    };
    let package = PackageId::parse("0123456789").unwrap();
    let restrictions = [
        Restriction::Nothing,
        Restriction::NoDelegations,
        Restriction::Only(Kind::ALL.into()),
    ];
    let mut mappings: Vec<Mapping> = restrictions
        .into_iter()
        .map(|restriction| Mapping::NamespaceDelegation {
            namespace: first.clone(),
            key: key(2).public(),
            restriction,
        })
        .collect();
    mappings.extend([
        Mapping::DecentralizedNamespace {
            namespace: Mapping::namespace_of(&owners),
            threshold: 2,
            owners,
        },
        Mapping::OwnerToKey {
            member: member(),
            keys: MemberKeys::signing(key(2).public()).encrypted_with(encryption),
        },
        Mapping::DomainTrust {
            participant: participant(),
            domain: domain(),
        },
        Mapping::ParticipantPermission {
            domain: domain(),
            participant: participant(),
            permitted: Permitted {
                login_after: Some(at(1)),
                parties_max: Some(2),
                requests_per_second_max: Some(3),
            },
        },
        Mapping::PartyToParticipant {
            party: Party::parse(&format!("alice::{first}")).unwrap(),
            hosting: Hosting::new(
                1,
                vec![Host {
                    participant: participant(),
                    permission: Permission::Confirmation,
                }],
            ),
        },
        Mapping::VettedPackages {
            participant: participant(),
            packages: BTreeMap::from([(package, validity)]),
        },
        Mapping::DomainParameters {
            domain: domain(),
            parameters: DomainParameters::default(),
        },
    ]);
    mappings
}

/// A statement of every kind, and the end of one.
fn say_topology(listing: &mut Listing) {
    let mappings = mappings();
    let kinds: BTreeSet<Kind> = mappings.iter().map(Mapping::kind).collect();
    assert_eq!(kinds, Kind::ALL.into());
    for mapping in &mappings {
        let signed = Transaction::first(mapping.clone()).sign(&[&key(1), &key(2)]);
        let what = format!("topology: {}", mapping.kind());
        listing.say(&what, &signed.encode(), &signed.hash());
    }
    let end = Transaction {
        serial: 2,
        remove: true,
        mapping: mappings[5].clone(),
    };
    let signed = end.sign(&[&key(2)]);
    listing.say("topology: removal", &signed.encode(), &signed.hash());
}

fn say_to_the_sequencer(listing: &mut Listing) {
    let request = SubmissionRequest {
        sender: member(),
        message_id: MessageId::about("test", b"x"),
        envelopes: vec![Envelope {
            content: Bytes::from_static(b"content"),
            recipients: Recipients::group([member()]),
        }],
        max_sequencing_time: at(1_000),
    };
    let bytes = SignedRequest::seal(request, &domain(), &key(2)).to_wire();
    let bytes: Bytes = bytes.encode_to_vec().into();
    listing.say("sequencer: submission request", &bytes, &digest(&bytes));
    let acknowledgement = Acknowledgement {
        member: member(),
        time: at(1_000),
    };
    let bytes = SignedAcknowledgement::seal(acknowledgement, &domain(), &key(2)).to_wire();
    let bytes: Bytes = bytes.encode_to_vec().into();
    listing.say("sequencer: acknowledgement", &bytes, &digest(&bytes));
    let challenge = Challenge {
        domain: domain(),
        member: member(),
        nonce: [7; 32],
    };
    let bytes: Bytes = challenge.answer(&key(2)).to_wire().encode_to_vec().into();
    listing.say("sequencer: answer to a challenge", &bytes, &digest(&bytes));
}

fn say_events(listing: &mut Listing) {
    let start = ChainPoint::start(&domain(), &member());
    listing.hash("events: start of a chain", &start.hash);
    let (mut events, mut end) = (Vec::new(), start);
    for number in [1, 2] {
        let event = SequencedEvent {
            time: at(number),
            message_id: (number == 2).then(|| MessageId::about("test", b"x")),
            envelopes: vec![Envelope {
                content: Bytes::from_static(b"content"),
                recipients: Recipients::group([member()]),
            }],
        };
        let previous = end.time;
        end = end.after(&event);
        listing.hash(&format!("events: after event {number}"), &end.hash);
        events.push(ChainedEvent { previous, event });
    }
    let page = EventPage::seal(&domain(), &member(), start, events, &end, &key(1));
    let bytes: Bytes = page.to_wire().encode_to_vec().into();
    listing.say("events: page", &bytes, &digest(&bytes));
}

/// The hash of some bytes.
fn digest(bytes: &Bytes) -> Hash {
    Hash::of(Purpose::EnvelopeContent, bytes)
}
