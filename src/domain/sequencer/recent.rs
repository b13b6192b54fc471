//! The latest batches in memory, for members that keep up.

use std::collections::VecDeque;

use super::intake::MemberNumber;
use crate::model::{MemberId, Timestamp};
use crate::protocol::{Envelope, MessageId, SequencedEvent};

/// A batch in its place.
#[derive(Debug, Clone)]
pub(super) struct Sequenced {
    pub time: Timestamp,
    pub sender: MemberNumber,
    pub message_id: MessageId,
    pub envelopes: Vec<Envelope>,
    pub addressees: Vec<MemberNumber>,
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

    pub(super) fn push(&mut self, batch: Sequenced) {
        debug_assert!(
            self.batches
                .back()
                .is_none_or(|last| last.time < batch.time)
        );
        self.bytes += batch.bytes();
        self.batches.push_back(batch);
        while self.bytes > self.bytes_max
            && let Some(oldest) = self.batches.pop_front()
        {
            self.bytes -= oldest.bytes();
            self.complete_after = oldest.time;
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

    /// Every batch up to this time has been written.
    pub(super) fn newest(&self) -> Timestamp {
        self.batches
            .back()
            .map_or(self.complete_after, |batch| batch.time)
    }

    /// A member's events after a time; `None` if some of them may have left the memory.
    pub(super) fn read(
        &self,
        member: &MemberId,
        number: MemberNumber,
        after: Timestamp,
        max: usize,
    ) -> Option<Vec<SequencedEvent>> {
        if after < self.complete_after {
            return None;
        }
        let start = self.batches.partition_point(|batch| batch.time <= after);
        let events = self
            .batches
            .range(start..)
            .filter(|batch| batch.addressees.contains(&number))
            .take(max)
            .map(|batch| batch.for_member(member, number))
            .collect();
        Some(events)
    }
}

impl Sequenced {
    /// What a member sees of the batch.
    pub(super) fn for_member(&self, member: &MemberId, number: MemberNumber) -> SequencedEvent {
        SequencedEvent {
            time: self.time,
            message_id: (self.sender == number).then_some(self.message_id),
            contents: self
                .envelopes
                .iter()
                .filter(|envelope| envelope.recipients.contains(member))
                .map(|envelope| envelope.content.clone())
                .collect(),
        }
    }

    fn bytes(&self) -> usize {
        /// What a batch costs besides its contents, roughly.
        const OVERHEAD: usize = 512;
        let contents: usize = self.envelopes.iter().map(|it| it.content.len()).sum();
        contents + OVERHEAD
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::{Fingerprint, MemberKind};

    fn member(name: &str) -> MemberId {
        MemberId::new(
            MemberKind::Participant,
            name,
            &Fingerprint::of_key(name.as_bytes()),
        )
        .unwrap()
    }

    fn batch(micros: i64, to: &MemberId, number: MemberNumber) -> Sequenced {
        Sequenced {
            time: Timestamp::from_micros(micros).unwrap(),
            sender: 9,
            message_id: MessageId::about("test", &micros.to_be_bytes()),
            envelopes: vec![Envelope {
                content: Bytes::from(vec![0; 1000]),
                recipients: vec![to.clone()],
            }],
            addressees: vec![number, 9],
        }
    }

    #[test]
    fn a_member_reads_its_own_events_in_order_while_they_are_in_memory() {
        let (alice, bob) = (member("alice"), member("bob"));
        let mut recent = Recent::new(Timestamp::EPOCH, 3 * 1512);
        recent.push(batch(1, &alice, 1));
        recent.push(batch(2, &bob, 2));
        recent.push(batch(3, &alice, 1));
        let times = |after| {
            recent
                .read(&alice, 1, Timestamp::from_micros(after).unwrap(), 10)
                .map(|events| events.iter().map(|it| it.time.micros()).collect::<Vec<_>>())
        };
        assert_eq!(times(0), Some(vec![1, 3]));
        assert_eq!(times(1), Some(vec![3]));
        assert_eq!(times(3), Some(vec![]));

        let mut recent = recent;
        recent.push(batch(4, &bob, 2));
        let read = |after| recent.read(&alice, 1, Timestamp::from_micros(after).unwrap(), 10);
        assert_eq!(read(0), None, "the first batch has left the memory");
        assert_eq!(read(1).unwrap().len(), 1);
    }
}
