//! The latest batches in memory, for members that keep up.

use std::collections::VecDeque;

use super::chains::Link;
use super::intake::MemberNumber;
use crate::model::{MemberId, Timestamp};
use crate::protocol::{ChainPoint, ChainedEvent, Envelope, MessageId, SequencedEvent};

/// A batch in its place.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub time: Timestamp,
    pub sender: MemberNumber,
    pub message_id: MessageId,
    pub envelopes: Vec<Envelope>,
}

/// A batch with its place in the chains of those who receive it.
#[derive(Debug, Clone)]
pub(super) struct Sequenced {
    pub batch: Batch,
    pub links: Vec<Link>,
}

/// Events of a member that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub start: ChainPoint,
    pub events: Vec<ChainedEvent>,
    pub end: ChainPoint,
}

/// How much of its events a member is given at once. At least one.
#[derive(Debug, Clone, Copy)]
pub(super) struct SectionBound {
    pub events: usize,
    pub bytes: usize,
}

/// The batches after a time, as many as fit.
#[derive(Debug)]
pub(super) struct Recent {
    batches: VecDeque<Sequenced>,
    /// Every batch later than this is in `batches`.
    complete_after: Timestamp,
    /// The last time that was drawn, as far as is known.
    last_drawn: Timestamp,
    bytes: usize,
    bytes_max: usize,
}

impl Recent {
    /// Nothing is known of what came before `now`.
    pub(super) fn new(now: Timestamp, bytes_max: usize) -> Self {
        Self {
            batches: VecDeque::new(),
            complete_after: now,
            last_drawn: now,
            bytes: 0,
            bytes_max,
        }
    }

    pub(super) fn push(&mut self, sequenced: Sequenced) {
        debug_assert!(self.newest() < sequenced.batch.time);
        self.bytes += sequenced.batch.bytes();
        self.batches.push_back(sequenced);
        while self.bytes > self.bytes_max
            && let Some(oldest) = self.batches.pop_front()
        {
            self.bytes -= oldest.batch.bytes();
            self.complete_after = oldest.batch.time;
        }
    }

    /// Whether batches that were written when `previous` was the last time drawn follow what is
    /// known: otherwise others were written between them.
    pub(super) fn follows(&self, previous: Timestamp) -> bool {
        previous <= self.last_drawn
    }

    /// All that was written up to this time is known.
    pub(super) fn reaches(&mut self, last: Timestamp) {
        self.last_drawn = self.last_drawn.max(last);
    }

    /// The last time that was drawn.
    pub(super) const fn last_drawn(&self) -> Timestamp {
        self.last_drawn
    }

    /// Every batch up to this time has been written.
    pub(super) fn newest(&self) -> Timestamp {
        self.batches
            .back()
            .map_or(self.complete_after, |it| it.batch.time)
    }

    /// A member's events after a time, whose events end at `tip`; `None` if some of them may have
    /// left the memory.
    pub(super) fn read(
        &self,
        member: &MemberId,
        tip: ChainPoint,
        number: MemberNumber,
        after: Timestamp,
        bound: SectionBound,
    ) -> Option<Section> {
        if after >= tip.time {
            return Some(Section::empty(tip));
        }
        if after < self.complete_after {
            return None;
        }
        let from = self.batches.partition_point(|it| it.batch.time <= after);
        let mut section: Option<Section> = None;
        let mut bytes = 0;
        for sequenced in self.batches.range(from..) {
            let Some(link) = sequenced.links.iter().find(|link| link.member == number) else {
                continue;
            };
            let section = section.get_or_insert_with(|| Section::empty(link.before));
            let event = sequenced.batch.for_member(member, number);
            bytes += size(&event);
            if !section.events.is_empty() && bytes > bound.bytes {
                break;
            }
            section.push(event, link.after);
            if section.events.len() >= bound.events {
                break;
            }
        }
        section
    }
}

impl Section {
    /// No events after a point.
    pub(super) const fn empty(at: ChainPoint) -> Self {
        Self {
            start: at,
            events: Vec::new(),
            end: at,
        }
    }

    /// One more event, and the point after it.
    pub(super) fn push(&mut self, event: SequencedEvent, after: ChainPoint) {
        self.events.push(ChainedEvent {
            previous: self.end.time,
            event,
        });
        self.end = after;
    }
}

impl Batch {
    /// What a member sees of the batch.
    pub(super) fn for_member(&self, member: &MemberId, number: MemberNumber) -> SequencedEvent {
        SequencedEvent {
            time: self.time,
            message_id: (self.sender == number).then_some(self.message_id),
            envelopes: self
                .envelopes
                .iter()
                .filter_map(|envelope| envelope.as_delivered_to(member))
                .collect(),
        }
    }

    fn bytes(&self) -> usize {
        /// What a batch costs besides its envelopes, roughly.
        const OVERHEAD: usize = 512;
        let envelopes: usize = self.envelopes.iter().map(Envelope::size).sum();
        envelopes + OVERHEAD
    }
}

/// The bytes of an event's envelopes.
pub(super) fn size(event: &SequencedEvent) -> usize {
    event.envelopes.iter().map(Envelope::size).sum()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::chains::Chains;
    use super::super::intake::Addressee;
    use super::*;
    use crate::model::{DomainId, Fingerprint, MemberKind};
    use crate::protocol::Recipients;

    const BOUND: SectionBound = SectionBound {
        events: 10,
        bytes: 2500,
    };

    fn member(name: &str) -> MemberId {
        MemberId::new(
            MemberKind::Participant,
            name,
            &Fingerprint::of_key(name.as_bytes()),
        )
        .unwrap()
    }

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).unwrap()
    }

    struct World {
        chains: Chains,
        recent: Recent,
    }

    impl World {
        fn push(&mut self, micros: i64, to: &MemberId, number: MemberNumber) {
            let batch = Batch {
                time: at(micros),
                sender: 9,
                message_id: MessageId::about("test", &micros.to_be_bytes()),
                envelopes: vec![Envelope {
                    content: Bytes::from(vec![0; 1000]),
                    recipients: Recipients::group([to.clone()]),
                }],
            };
            let addressees = [Addressee {
                number,
                member: to.clone(),
            }];
            let links = self.chains.extend(&batch, &addressees);
            self.recent.push(Sequenced { batch, links });
        }

        fn read(&self, member: &MemberId, number: MemberNumber, after: i64) -> Option<Section> {
            let tip = self.chains.tip(number).unwrap();
            self.recent.read(member, tip, number, at(after), BOUND)
        }
    }

    fn world(members: [(&MemberId, MemberNumber); 2]) -> World {
        let domain = DomainId::new("d", &Fingerprint::of_key(b"d")).unwrap();
        let mut chains = Chains::default();
        for (member, number) in members {
            chains.insert(number, ChainPoint::start(&domain, member));
        }
        World {
            chains,
            recent: Recent::new(Timestamp::EPOCH, 3 * 1700),
        }
    }

    #[test]
    fn a_member_reads_its_own_events_in_order_while_they_are_in_memory() {
        let (alice, bob) = (member("alice"), member("bob"));
        let mut world = world([(&alice, 1), (&bob, 2)]);
        world.push(1, &alice, 1);
        world.push(2, &bob, 2);
        world.push(3, &alice, 1);
        let times = |after| {
            let section = world.read(&alice, 1, after).unwrap();
            let events = section.events.iter();
            events.map(|it| it.event.time.micros()).collect::<Vec<_>>()
        };
        assert_eq!(times(0), [1, 3]);
        assert_eq!(times(1), [3]);
        assert_eq!(times(3), [0; 0]);

        world.push(4, &bob, 2);
        let read = |after| world.read(&alice, 1, after);
        assert_eq!(read(0), None, "the first batch has left the memory");
        assert_eq!(read(1).unwrap().events.len(), 1);
    }

    #[test]
    fn a_section_is_cut_by_bytes_and_the_next_one_continues_it() {
        let (alice, bob) = (member("alice"), member("bob"));
        let mut world = world([(&alice, 1), (&bob, 2)]);
        for micros in 1..=3 {
            world.push(micros, &alice, 1);
        }
        let first = world.read(&alice, 1, 0).unwrap();
        assert_eq!(first.events.len(), 2);
        let second = world.read(&alice, 1, 2).unwrap();
        assert_eq!(second.start, first.end);
        assert_eq!(second.events[0].previous, at(2));
    }
}
