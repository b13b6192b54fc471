//! How far a participant has come in the events of a domain, and what each event leads to: pure.

use std::collections::{BTreeMap, BTreeSet};

use super::intake::{CheckedEvent, Item, SaidCommitment};
use super::processor::{Decision, Processor};
use super::turn::{Context, Turn};
use crate::model::{ContractId, Duration, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::submission::ChangeId;
use crate::protocol::{RequestId, TopologyRefusal};
use crate::topology::Register;

/// How long a topology change that is due may wait for somebody else to ask for the time.
const CHANGE_PATIENCE: Duration = Duration::from_secs(1);

/// The requests without a verdict, and the place in the events.
#[derive(Debug)]
pub(super) struct Course {
    pub processor: Processor,
    /// The last event whose effects were kept in an earlier life.
    restored: Timestamp,
    /// The last event that was processed, and the last one kept.
    pub processed: Timestamp,
    kept: Timestamp,
    /// Requests without a verdict that the database has.
    kept_undecided: BTreeSet<RequestId>,
    /// Those of them that have not been read again since the restart.
    restoring: BTreeMap<RequestId, Decision>,
}

/// What an event has besides requests and verdicts.
#[derive(Debug)]
pub(super) enum Notice {
    /// A topology change of this participant was not published.
    Refused(TopologyRefusal),
    /// Another participant says what it shares with this one.
    Commitment(Box<SaidCommitment>),
}

impl Course {
    /// Goes on after the last event whose effects are kept.
    pub(super) fn new(kept: Timestamp, undecided: BTreeMap<RequestId, Decision>) -> Self {
        Self {
            processor: Processor::default(),
            restored: kept,
            processed: kept,
            kept,
            kept_undecided: undecided.keys().copied().collect(),
            restoring: undecided,
        }
    }

    /// Whether an event comes after those whose effects were kept in an earlier life.
    pub(super) fn is_new(&self, time: Timestamp) -> bool {
        time > self.restored
    }

    /// Takes an event, in order; gives what of it is not about requests.
    pub(super) fn take(
        &mut self,
        event: CheckedEvent,
        turn: &mut Turn,
        context: &mut Context<'_>,
    ) -> Vec<Notice> {
        let time = event.time;
        let is_new = self.is_new(time);
        if is_new {
            for effective in event.effective {
                turn.take(self.processor.advance(effective.at), context);
                turn.publish(&effective, context);
            }
            turn.take(self.processor.advance(time), context);
            turn.writes.topology.extend(event.topology);
            self.processed = time;
        }
        let ours = event
            .message_id
            .filter(|message_id| context.in_flight.contains(message_id, context.number));
        let has_request = event.items.iter().any(|it| matches!(it, Item::Request(_)));
        if let Some(message_id) = ours
            && is_new
            && !has_request
        {
            turn.refuse(&message_id, &unread(), time, context);
        }
        let mut notices = Vec::new();
        for item in event.items {
            let effects = match item {
                Item::Request(request) if is_new => {
                    let change = request.change.as_ref();
                    let accepted = change.and_then(|change| turn.accepted(change.id));
                    let state = |id: &ContractId| turn.state(id);
                    self.processor.request(*request, ours, state, accepted)
                }
                Item::Request(request) => match self.restoring.remove(&request.id) {
                    Some(decision) => self.processor.restore(*request, ours, decision),
                    None => continue,
                },
                Item::Verdict(verdict) if is_new => self.processor.verdict(verdict, time),
                Item::TopologyRefusal(refusal) if is_new => {
                    notices.push(Notice::Refused(refusal));
                    continue;
                }
                Item::Commitment(said) if is_new => {
                    notices.push(Notice::Commitment(said));
                    continue;
                }
                Item::Verdict(_) | Item::TopologyRefusal(_) | Item::Commitment(_) => continue,
            };
            turn.take(effects, context);
        }
        notices
    }

    /// The contracts whose states the fate of requests, or what a verdict changes, depends on.
    pub(super) fn used_contracts(&self, events: &[CheckedEvent]) -> BTreeSet<ContractId> {
        let items = events.iter().flat_map(|event| &event.items);
        items.flat_map(|item| self.used_by(item)).collect()
    }

    fn used_by(&self, item: &Item) -> Vec<ContractId> {
        let content = match item {
            Item::Request(request) => request.content.as_ref(),
            Item::Verdict(verdict) => {
                let consumed = self.processor.consumed(verdict.request).into_iter();
                return consumed.flatten().cloned().collect();
            }
            Item::TopologyRefusal(_) | Item::Commitment(_) => None,
        };
        let Some(content) = content else {
            return Vec::new();
        };
        let usage = &content.usage;
        let used = usage.consumed.iter().chain(&usage.read);
        used.chain(&usage.created).cloned().collect()
    }

    /// Adds what has changed about requests without a verdict since they were kept last.
    pub(super) fn note_undecided(&mut self, turn: &mut Turn) {
        let mut undecided = self.processor.undecided();
        undecided.extend(self.restoring.clone());
        let kept = self.kept_undecided.iter();
        turn.writes.undecided_removed = kept
            .filter(|id| !undecided.contains_key(id))
            .copied()
            .collect();
        turn.writes.undecided_added = undecided
            .iter()
            .filter(|(id, _)| !self.kept_undecided.contains(id))
            .map(|(id, decision)| (*id, *decision))
            .collect();
        self.kept_undecided = undecided.into_keys().collect();
    }

    /// Where a restart would read: before the first request without a verdict.
    pub(super) fn resume(&self) -> Timestamp {
        let first = self.kept_undecided.first();
        first.map_or(self.processed, |id| id.0.minus(Duration::from_micros(1)))
    }

    /// The effects of all events that were processed are kept.
    pub(super) fn kept(&mut self) {
        self.kept = self.processed;
    }

    /// Whether events were processed whose effects are not kept.
    pub(super) fn is_ahead(&self) -> bool {
        self.kept != self.processed
    }

    /// Whether the time must be asked for: a request should have had its verdict by now, or a topology
    /// change should be in force. The topology manager asks for that moment, too, unless it is away.
    pub(super) fn needs_time(&self, register: &Register, now: Timestamp) -> bool {
        let deadline = self.processor.next_deadline();
        let change = register.next_change();
        deadline.is_some_and(|deadline| deadline < now)
            || change.is_some_and(|at| at.plus(CHANGE_PATIENCE) < now)
    }
}

/// What becomes of a submission of ours that nobody takes, since we signed it with a key that was
/// withdrawn while it was on its way.
fn unread() -> Refusal {
    Refusal::new(
        ErrorId::NoViewWithValidRecipients,
        "The participant's keys have changed since the request was made; submit the command again",
    )
}

/// The changes that events are about, as far as they are watched here.
pub(super) fn changes(events: &[CheckedEvent]) -> Vec<ChangeId> {
    let items = events.iter().flat_map(|event| &event.items);
    items.filter_map(change_of).collect()
}

fn change_of(item: &Item) -> Option<ChangeId> {
    match item {
        Item::Request(request) => request.change.as_ref().map(|change| change.id),
        Item::Verdict(_) | Item::TopologyRefusal(_) | Item::Commitment(_) => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::model::{DomainId, Fingerprint, Hash, Offset, ParticipantId, Purpose};
    use crate::participant::submission::{DomainNumber, OffsetTimes};
    use crate::participant::sync::register::{InFlight, Submitted};
    use crate::participant::sync::turn::LogEnd;
    use crate::protocol::MessageId;
    use crate::wire::ledger::InFlightSubmission;

    #[test]
    fn a_submission_of_ours_that_nobody_can_read_ends_and_can_be_tried_again() {
        let key = Fingerprint::of_key(&[1; 32]);
        let domain = DomainId::new("d", &key).unwrap();
        let participant = ParticipantId::new("p", &key).unwrap();
        let number = DomainNumber(1);
        let mut in_flight = InFlight::default();
        let message_id = MessageId::random();
        let change_id = ChangeId::from_hash(Hash::of(Purpose::ChangeId, b"x"));
        let submitted = Submitted {
            change_id,
            domain: number,
            in_flight: InFlightSubmission::default(),
        };
        in_flight.insert(message_id, submitted);
        let mut end = LogEnd {
            offset: Offset::BEGIN,
            times: OffsetTimes::from_iter([]),
        };
        let mut context = Context {
            domain: &domain,
            number,
            participant: &participant,
            end: &mut end,
            in_flight: &mut in_flight,
        };
        let mut turn = Turn::default();
        // its parts were refused, for they were signed with a key that was withdrawn
        let event = CheckedEvent {
            time: Timestamp::from_micros(10).unwrap(),
            message_id: Some(message_id),
            topology: Vec::new(),
            effective: Vec::new(),
            items: Vec::new(),
        };
        let mut course = Course::new(Timestamp::EPOCH, BTreeMap::new());
        course.take(event, &mut turn, &mut context);
        assert_eq!(turn.writes.finished, [message_id]);
        assert_eq!(turn.writes.entries.len(), 1, "its completion");
        assert!(!in_flight.has_change(&change_id));
    }
}
