//! What members that cheat may tell a mediator, and that its verdicts don't change.

use super::*;
use crate::protocol::{MessageId, RootHash, TopologyRefusal, TopologySubmission};
use crate::telemetry::Metrics;

/// How many messages were refused in this process so far.
fn refused() -> u64 {
    let rendered = Metrics::install().unwrap().render();
    let mut lines = rendered.lines();
    let count = lines.find_map(|line| line.strip_prefix("jura_refused_messages_total "));
    count.map_or(0, |count| count.parse().unwrap())
}

impl World {
    /// Another request.
    fn another(&mut self) -> RequestId {
        self.uuid += 1;
        self.request()
    }

    /// Contents that are for the mediator.
    fn hear(&mut self, contents: Vec<Bytes>) -> Effects {
        let envelopes = contents
            .into_iter()
            .map(|content| self.to_mediator(content));
        let envelopes = envelopes.collect();
        self.event(envelopes)
    }

    /// Takes contents that must lead to nothing but an alarm.
    fn is_refused(&mut self, what: &str, content: Bytes) {
        let before = refused();
        let effects = self.hear(vec![content]);
        assert!(effects.verdicts.is_empty(), "{what}");
        assert!(effects.topology.is_empty(), "{what}");
        assert!(refused() > before, "{what}: no alarm");
    }

    fn response(&self, participant: usize, request: RequestId, answer: Answer) -> Response {
        Response {
            request,
            root_hash: self.tree().root_hash(),
            views: self.confirmed_by(participant),
            answer,
        }
    }

    /// The request goes on as if nothing had happened.
    fn goes_on(&mut self, request: RequestId) {
        for participant in 0..self.participants.len() - 1 {
            let effects = self.respond(participant, request, Answer::Approve);
            assert!(effects.verdicts.is_empty());
        }
        let last = self.participants.len() - 1;
        let decided = self.respond(last, request, Answer::Approve).verdicts;
        assert_eq!(decided.len(), 1);
        assert_eq!(decided[0].verdict.answer, Answer::Approve);
    }
}

fn no() -> Answer {
    Answer::Reject(Reject::default())
}

#[test]
fn an_answer_signed_by_another_does_not_count() {
    let mut world = world(2);
    let request = world.request();
    let answer = Message::Response(world.response(1, request, Answer::Approve));
    let victim = world.participants[1].0.member();
    let key = world.participants[0].1.clone();
    let forged = SignedMessage::seal(&answer, &world.domain, &victim, &key);
    world.is_refused("another's key", forged);
    let stranger = SigningKey::generate();
    let id = ParticipantId::new("s", &stranger.public().fingerprint()).unwrap();
    let forged = SignedMessage::seal(&answer, &world.domain, &id.member(), &stranger);
    world.is_refused("a stranger", forged);
    let elsewhere = DomainId::new("e", &stranger.public().fingerprint()).unwrap();
    let (id, key, _) = &world.participants[1];
    let forged = SignedMessage::seal(&answer, &elsewhere, &id.member(), key);
    world.is_refused("of another domain", forged);
    world.goes_on(request);
}

#[test]
fn an_answer_about_views_or_parties_of_others_does_not_count() {
    let mut world = world(2);
    let request = world.request();
    for answer in [Answer::Approve, no()] {
        let of_other = Response {
            views: world.confirmed_by(1),
            ..world.response(0, request, answer.clone())
        };
        let content = world.seal(0, &Message::Response(of_other));
        world.is_refused("parties of others", content);
        let mut nowhere = world.response(0, request, answer);
        nowhere.views.truncate(1);
        nowhere.views[0].position = ViewPosition(vec![7, 7]);
        let content = world.seal(0, &Message::Response(nowhere));
        world.is_refused("a view that is not there", content);
    }
    world.goes_on(request);
}

#[test]
fn the_first_of_contradictory_answers_counts() {
    for (first, second, approved) in [
        (Answer::Approve, no(), true),
        (no(), Answer::Approve, false),
    ] {
        let mut world = world(2);
        let request = world.request();
        let decided = world.respond(0, request, first).verdicts;
        if approved {
            let content = Message::Response(world.response(0, request, second));
            let content = world.seal(0, &content);
            world.is_refused("contradiction", content);
            let decided = world.respond(1, request, Answer::Approve).verdicts;
            assert_eq!(decided[0].verdict.answer, Answer::Approve);
        } else {
            assert_eq!(decided[0].verdict.answer, no());
            let later = world.respond(0, request, second).verdicts;
            assert!(later.is_empty(), "the verdict is final");
        }
    }
}

#[test]
fn an_answer_replayed_for_another_request_does_not_count() {
    let mut world = world(2);
    let one = world.request();
    let replayed = world.seal(
        1,
        &Message::Response(world.response(1, one, Answer::Approve)),
    );
    world.goes_on(one);
    let other = world.another();
    assert!(world.hear(vec![replayed.clone()]).verdicts.is_empty());
    world.goes_on(other);
    assert!(world.hear(vec![replayed]).verdicts.is_empty());
}

#[test]
fn answers_that_are_withheld_end_in_a_time_out_and_hold_up_nobody() {
    let mut world = world(2);
    let withheld = world.request();
    world.respond(0, withheld, Answer::Approve);
    let later = world.another();
    world.goes_on(later);
    assert_eq!(world.core.oldest_undecided(), Some(withheld));
    world.now = world.core.next_deadline().unwrap().micros();
    let decided = world.event(Vec::new()).verdicts;
    assert_eq!(decided.len(), 1);
    assert_eq!(decided[0].verdict.request, withheld);
    assert_ne!(decided[0].verdict.answer, Answer::Approve);
}

#[test]
fn a_request_in_anothers_name_reaches_nobody() {
    let mut world = world(2);
    let tree = Message::InformeeTree(world.tree());
    // the tree names participant 0
    let content = world.seal(1, &tree);
    world.is_refused("another's name", content);
    assert_eq!(world.core.oldest_undecided(), None);
    let request = world.request();
    world.goes_on(request);
}

#[test]
fn messages_that_are_not_for_a_mediator_are_refused() {
    let mut world = world(2);
    let request = world.request();
    let root_hash = world.tree().root_hash();
    let hash = RootHash(Hash::of(Purpose::RequestRoot, b"x"));
    let id = MessageId::about("test", b"x");
    let said: Vec<Bytes> = vec![Bytes::from_static(b"tx")];
    for message in [
        Message::RootHash(hash),
        Message::EncryptedViews(Vec::new()),
        Message::Verdict(Verdict {
            request,
            root_hash,
            answer: Answer::Approve,
        }),
        Message::TopologySubmission(TopologySubmission {
            id,
            transactions: said.clone(),
        }),
        Message::TopologyRefusal(TopologyRefusal {
            id,
            reason: String::new(),
        }),
        Message::TopologyBroadcast(said.clone()),
        Message::TopologySnapshot(said),
    ] {
        let content = world.seal(1, &message);
        world.is_refused(&format!("{message:?}"), content);
    }
    world.goes_on(request);
}

#[test]
fn truncated_messages_to_a_mediator_are_refused() {
    let mut world = world(1);
    let request = world.request();
    let answer = Message::Response(world.response(0, request, Answer::Approve));
    let content = world.seal(0, &answer);
    for end in 0..content.len() {
        world.is_refused(&format!("{end} bytes"), content.slice(..end));
    }
    world.goes_on(request);
}
