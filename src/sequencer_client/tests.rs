//! A sequencer that lies, and a member that notices.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::task::LocalSet;

use super::*;
use crate::crypto::SigningKey;
use crate::model::{DomainId, MemberId, MemberKind, Timestamp};
use crate::protocol::{
    ChainPoint, ChainedEvent, Envelope, EventPage, Recipients, SequencedEvent,
    SignedAcknowledgement, SignedRequest,
};
use crate::runtime::health::{Health, State, Weight};
use crate::topology::{Mapping, MemberKeys, Transaction};

/// What the sequencer does to a page before it hands it out.
type Lie = Box<dyn FnMut(&Liar, EventPage) -> EventPage + Send>;

/// A sequencer with a history that a test writes.
struct Liar {
    domain: DomainId,
    namespace: SigningKey,
    member: MemberId,
    member_key: SigningKey,
    key: Mutex<SigningKey>,
    serial: Mutex<u32>,
    history: Mutex<Vec<SequencedEvent>>,
    lie: Mutex<Option<Lie>>,
    acknowledged: Mutex<Vec<Timestamp>>,
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

fn envelope(content: &str) -> Envelope {
    Envelope {
        content: Bytes::copy_from_slice(content.as_bytes()),
        recipients: Recipients::group([somebody("p"), somebody("q")]),
    }
}

fn somebody(name: &str) -> MemberId {
    let namespace = crate::model::Fingerprint::of_key(name.as_bytes());
    MemberId::new(MemberKind::Participant, name, &namespace).unwrap()
}

fn event(micros: i64, content: &str) -> SequencedEvent {
    SequencedEvent {
        time: at(micros),
        message_id: None,
        envelopes: vec![envelope(content)],
    }
}

impl Liar {
    fn new() -> Arc<Self> {
        let namespace = SigningKey::generate();
        let fingerprint = namespace.public().fingerprint();
        let member_key = SigningKey::generate();
        let of_member = member_key.public().fingerprint();
        Arc::new(Self {
            domain: DomainId::new("d", &fingerprint).unwrap(),
            namespace,
            member: MemberId::new(MemberKind::Participant, "p", &of_member).unwrap(),
            member_key,
            key: Mutex::new(SigningKey::generate()),
            serial: Mutex::new(1),
            history: Mutex::new(vec![event(10, "a"), event(20, "b"), event(30, "c")]),
            lie: Mutex::new(None),
            acknowledged: Mutex::new(Vec::new()),
        })
    }

    fn id(&self) -> MemberId {
        let namespace = self.namespace.public().fingerprint();
        MemberId::new(MemberKind::Sequencer, "d", &namespace).unwrap()
    }

    fn lies(&self, lie: impl FnMut(&Liar, EventPage) -> EventPage + Send + 'static) {
        *self.lie.lock().unwrap() = Some(Box::new(lie));
    }

    fn is_honest_again(&self) {
        *self.lie.lock().unwrap() = None;
    }

    fn add(&self, event: SequencedEvent) {
        self.history.lock().unwrap().push(event);
    }

    /// What an honest sequencer hands out.
    fn page(&self, after: Timestamp) -> EventPage {
        let history = self.history.lock().unwrap();
        let mut start = ChainPoint::start(&self.domain, &self.member);
        for event in history.iter().take_while(|event| event.time <= after) {
            start = start.after(event);
        }
        let mut end = start;
        let mut events = Vec::new();
        for event in history.iter().filter(|event| event.time > after) {
            let previous = end.time;
            end = end.after(event);
            let event = event.clone();
            events.push(ChainedEvent { previous, event });
        }
        self.seal(start, events, &end)
    }

    fn seal(&self, start: ChainPoint, events: Vec<ChainedEvent>, end: &ChainPoint) -> EventPage {
        let key = self.key.lock().unwrap();
        EventPage::seal(&self.domain, &self.member, start, events, end, &key)
    }

    fn subscribe(self: &Arc<Self>, position: Position) -> (Subscription, Health) {
        let health = Health::new();
        let sequencer: Arc<dyn SequencerPort> = Arc::<Self>::clone(self);
        let subscription = Subscription::start(SubscriptionSettings {
            sequencer,
            domain: self.domain.clone(),
            sequencer_id: self.id(),
            member: self.member.clone(),
            key: self.member_key.clone(),
            position,
            health: health.register("p.sync", Weight::Critical),
        });
        (subscription, health)
    }

    /// A position after everything that there is now.
    async fn read_all(self: &Arc<Self>) -> Position {
        let (mut subscription, _) = self.subscribe(Position::START);
        let events = subscription.next().await.unwrap();
        let last = events.last().unwrap().time;
        subscription.position(last, last)
    }
}

#[tonic::async_trait]
impl SequencerPort for Liar {
    async fn send(&self, _: SignedRequest) -> Result<(), SendError> {
        Ok(())
    }

    async fn read(&self, _: &MemberId, after: Timestamp, _: usize) -> Result<EventPage, ReadError> {
        tokio::task::yield_now().await;
        let honest = self.page(after);
        let lie = self.lie.lock().unwrap().take();
        let Some(mut lie) = lie else {
            return Ok(honest);
        };
        let page = lie(self, honest);
        self.lie.lock().unwrap().get_or_insert(lie);
        Ok(page)
    }

    async fn acknowledge(&self, signed: SignedAcknowledgement) -> Result<(), SendError> {
        let key = self.member_key.public();
        assert_eq!(signed.verify(&self.domain, &[key]), Ok(()));
        let time = signed.acknowledgement().time;
        self.acknowledged.lock().unwrap().push(time);
        Ok(())
    }

    async fn time(&self) -> Result<Timestamp, ReadError> {
        Ok(at(1000))
    }

    async fn certificate(&self) -> Result<Vec<Bytes>, ReadError> {
        let key = self.key.lock().unwrap().clone();
        let statement = |serial, key: &SigningKey| {
            let mapping = Mapping::OwnerToKey {
                member: self.id(),
                keys: MemberKeys::signing(key.public()),
            };
            Transaction {
                serial,
                ..Transaction::first(mapping)
            }
            .sign(&[&self.namespace, key])
            .encode()
        };
        let serial = *self.serial.lock().unwrap();
        let earlier = (1..serial).map(|serial| statement(serial, &SigningKey::generate()));
        Ok(earlier.chain([statement(serial, &key)]).collect())
    }
}

/// Waits until the health says something about the sequencer.
async fn complaint(health: &Health) -> String {
    let mut changes = health.changes();
    loop {
        if let Some(State::Failed(reason)) = health.state("p.sync.sequencer") {
            assert!(health.overall().is_ready() || health.state("p.sync") == Some(State::Starting));
            return reason;
        }
        changes.changed().await.unwrap();
    }
}

fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, test)
}

/// The member notices the lie, says so, hands on nothing of it, and goes on when it ends.
fn is_noticed(
    kind: &str,
    words: &str,
    lie: impl FnMut(&Liar, EventPage) -> EventPage + Send + 'static,
) {
    run(async {
        let recorder = PrometheusBuilder::new().build_recorder();
        let _recording = metrics::set_default_local_recorder(&recorder);
        let sequencer = Liar::new();
        sequencer.lies(lie);
        let (mut subscription, health) = sequencer.subscribe(Position::START);
        let reason = tokio::select! {
            reason = complaint(&health) => reason,
            events = subscription.next() => panic!("handed on: {events:?}"),
        };
        assert!(reason.contains(words), "{reason}");
        let counter = format!("jura_sequencer_violations_total{{kind=\"{kind}\"}}");
        assert!(recorder.handle().render().contains(&counter));
        sequencer.is_honest_again();
        let events = subscription.next().await.unwrap();
        assert_eq!(events, *sequencer.history.lock().unwrap());
        assert_eq!(health.state("p.sync.sequencer"), Some(State::Ok));
    });
}

#[test]
fn a_dropped_event_is_noticed() {
    is_noticed("gap", "an event is missing", |_, mut page| {
        page.events.remove(1);
        page
    });
}

#[test]
fn a_dropped_first_event_is_noticed() {
    is_noticed("gap", "an event is missing", |_, mut page| {
        page.events.remove(0);
        page
    });
}

#[test]
fn a_dropped_last_event_is_noticed() {
    is_noticed("forged", "not signed", |_, mut page| {
        page.events.pop();
        page
    });
}

#[test]
fn a_page_from_further_on_is_noticed() {
    is_noticed("gap", "an event is missing", |liar, _| liar.page(at(10)));
}

#[test]
fn reordered_events_are_noticed() {
    is_noticed("disorder", "out of order", |_, mut page| {
        page.events.swap(1, 2);
        page.events[1].previous = at(10);
        page.events[2].previous = at(30);
        page
    });
}

#[test]
fn a_repeated_event_is_noticed() {
    is_noticed("disorder", "out of order", |_, mut page| {
        let again = page.events[1].clone();
        page.events.insert(2, again);
        page
    });
}

#[test]
fn a_forged_content_is_noticed() {
    is_noticed("forged", "not signed", |_, mut page| {
        page.events[1].event.envelopes[0] = envelope("forged");
        page
    });
}

#[test]
fn an_added_content_is_noticed() {
    is_noticed("forged", "not signed", |_, mut page| {
        page.events[1].event.envelopes.push(envelope("more"));
        page
    });
}

#[test]
fn forged_recipients_are_noticed() {
    is_noticed("forged", "not signed", |_, mut page| {
        let fewer = Recipients::group([somebody("p")]);
        page.events[1].event.envelopes[0].recipients = fewer;
        page
    });
}

#[test]
fn a_forged_message_id_is_noticed() {
    is_noticed("forged", "not signed", |_, mut page| {
        page.events[0].event.message_id = Some(crate::protocol::MessageId::about("x", b"y"));
        page
    });
}

#[test]
fn a_page_signed_by_a_stranger_is_noticed() {
    is_noticed("untrusted", "has not signed for", |liar, page| {
        let mut end = page.start;
        for chained in &page.events {
            end = end.after(&chained.event);
        }
        let stranger = SigningKey::generate();
        EventPage::seal(
            &liar.domain,
            &liar.member,
            page.start,
            page.events,
            &end,
            &stranger,
        )
    });
}

#[test]
fn a_page_for_another_member_is_noticed() {
    is_noticed("forged", "not signed", |liar, page| {
        let mut end = page.start;
        for chained in &page.events {
            end = end.after(&chained.event);
        }
        let (key, other) = (liar.key.lock().unwrap(), liar.id());
        EventPage::seal(&liar.domain, &other, page.start, page.events, &end, &key)
    });
}

#[test]
fn a_history_that_changes_while_it_is_read_is_noticed() {
    run(async {
        let sequencer = Liar::new();
        let (mut subscription, health) = sequencer.subscribe(Position::START);
        assert_eq!(subscription.next().await.unwrap().len(), 3);
        sequencer.history.lock().unwrap()[1] = event(20, "another");
        sequencer.add(event(40, "d"));
        let reason = complaint(&health).await;
        assert!(reason.contains("a different history"), "{reason}");
        sequencer.history.lock().unwrap()[1] = event(20, "b");
        assert_eq!(subscription.next().await.unwrap(), [event(40, "d")]);
    });
}

#[test]
fn another_history_is_noticed_after_a_restart() {
    run(async {
        let sequencer = Liar::new();
        let position = sequencer.read_all().await;
        for history in [
            // another content at the same time
            vec![
                event(10, "a"),
                event(20, "b"),
                event(30, "other"),
                event(40, "d"),
            ],
            vec![
                event(10, "other"),
                event(20, "b"),
                event(30, "c"),
                event(40, "d"),
            ],
            // what was lost, with and without something in its place
            vec![event(10, "a"), event(20, "b"), event(40, "d")],
            vec![event(10, "a"), event(20, "b")],
            vec![
                event(10, "a"),
                event(20, "b"),
                event(29, "x"),
                event(30, "c"),
            ],
            vec![],
        ] {
            *sequencer.history.lock().unwrap() = history;
            let (mut subscription, health) = sequencer.subscribe(position);
            let reason = tokio::select! {
                reason = complaint(&health) => reason,
                events = subscription.next() => panic!("handed on: {events:?}"),
            };
            assert!(reason.contains("a different history"), "{reason}");
        }
    });
}

#[test]
fn what_is_read_again_after_a_restart_must_lead_to_what_was_seen() {
    run(async {
        let sequencer = Liar::new();
        let (mut subscription, _) = sequencer.subscribe(Position::START);
        subscription.next().await.unwrap();
        // a request at 20 has no verdict yet: reading goes on after 10
        let position = subscription.position(at(19), at(30));
        assert_eq!((position.resume.time, position.seen.time), (at(10), at(30)));

        let (mut again, _) = sequencer.subscribe(position);
        assert_eq!(
            again.next().await.unwrap(),
            [event(20, "b"), event(30, "c")]
        );

        for history in [
            vec![event(10, "a"), event(20, "other"), event(30, "c")],
            vec![event(10, "a"), event(25, "other"), event(35, "c")],
            vec![event(10, "a"), event(20, "b")],
        ] {
            *sequencer.history.lock().unwrap() = history;
            let (mut subscription, health) = sequencer.subscribe(position);
            let reason = tokio::select! {
                reason = complaint(&health) => reason,
                events = subscription.next() => panic!("handed on: {events:?}"),
            };
            assert!(reason.contains("a different history"), "{reason}");
            // the true one is believed, from where reading goes on
            *sequencer.history.lock().unwrap() =
                vec![event(10, "a"), event(20, "b"), event(30, "c")];
            let events = subscription.next().await.unwrap();
            assert_eq!(events, [event(20, "b"), event(30, "c")]);
        }
    });
}

#[test]
fn a_position_without_a_hash_is_believed_once_and_has_one_from_then_on() {
    run(async {
        let sequencer = Liar::new();
        let (mut subscription, _) = sequencer.subscribe(Position::without_hash(at(25)));
        assert_eq!(subscription.next().await.unwrap(), [event(30, "c")]);
        let position = subscription.position(at(30), at(30));
        assert!(position.seen.hash.is_some());
    });
}

#[test]
fn a_sequencer_that_rotates_its_key_is_believed_by_its_certificate_and_not_with_the_old_one() {
    run(async {
        let sequencer = Liar::new();
        let (mut subscription, health) = sequencer.subscribe(Position::START);
        subscription.next().await.unwrap();
        let old = {
            let mut key = sequencer.key.lock().unwrap();
            std::mem::replace(&mut *key, SigningKey::generate())
        };
        *sequencer.serial.lock().unwrap() = 2;
        sequencer.add(event(40, "d"));
        assert_eq!(subscription.next().await.unwrap(), [event(40, "d")]);

        *sequencer.key.lock().unwrap() = old;
        *sequencer.serial.lock().unwrap() = 1;
        sequencer.add(event(50, "e"));
        let reason = complaint(&health).await;
        assert!(reason.contains("older"), "{reason}");
    });
}

#[test]
fn a_member_acknowledges_what_it_has_kept() {
    run(async {
        let sequencer = Liar::new();
        let (mut subscription, _) = sequencer.subscribe(Position::START);
        subscription.next().await.unwrap();
        let position = subscription.position(at(20), at(30));
        subscription.kept(&position);
        while sequencer.acknowledged.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(*sequencer.acknowledged.lock().unwrap(), [at(20)]);
        // what is kept is forgotten; what comes after it is not
        assert_eq!(subscription.position(at(20), at(30)), position);
    });
}
