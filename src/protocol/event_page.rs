//! Pages of events as the sequencer hands them out, and how a member checks them.
//!
//! One signature for a page: it covers the point before the first event and the point after the last,
//! and the hashes in between cover every event in its place.

use prost::Message as _;

use super::{
    ChainPoint, Envelope, Error, KeyedSignature, MessageId, PROTOCOL_VERSION, SequencedEvent,
};
use crate::crypto::{PublicKey, SigningKey};
use crate::model::{DomainId, Hash, MemberId, Purpose, Timestamp};
use crate::wire::protocol as wire;

/// An event with the time of the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainedEvent {
    /// Time of the member's event before; [`Timestamp::EPOCH`] if there was none.
    pub previous: Timestamp,
    /// The event.
    pub event: SequencedEvent,
}

/// Events of a member that follow each other, perhaps none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// Where they start: the member's last event before them.
    pub start: ChainPoint,
    /// The events.
    pub events: Vec<ChainedEvent>,
    /// The sequencer's signature.
    pub signature: KeyedSignature,
}

/// A place in its events up to which a member knows them. The hash is missing where it was not kept
/// yet: there the sequencer is believed once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownPoint {
    /// The time of the last event.
    pub time: Timestamp,
    /// The hash of everything up to it.
    pub hash: Option<Hash>,
}

impl From<ChainPoint> for KnownPoint {
    fn from(point: ChainPoint) -> Self {
        Self {
            time: point.time,
            hash: Some(point.hash),
        }
    }
}

/// What is wrong with a page: the sequencer, or somebody on the way, is faulty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// Something between two events is missing.
    #[error(
        "an event is missing: {found} is said to come before {time}, the member has {expected}"
    )]
    Gap {
        /// The event.
        time: Timestamp,
        /// The event before it as the member knows it.
        expected: Timestamp,
        /// The event before it as the page says.
        found: Timestamp,
    },
    /// Times do not increase.
    #[error("events out of order: {time} comes after {previous}")]
    Disorder {
        /// The event.
        time: Timestamp,
        /// The event before it.
        previous: Timestamp,
    },
    /// The sequencer has not signed this.
    #[error("events after {after} are not signed by the sequencer")]
    Forged {
        /// The last event known.
        after: Timestamp,
    },
    /// Signed by the sequencer, and not the history that the member has seen.
    #[error("the sequencer shows a different history: at {kept} the member has kept another")]
    Forked {
        /// What the member has kept.
        kept: Timestamp,
    },
}

impl Violation {
    /// One word for metrics.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Gap { .. } => "gap",
            Self::Disorder { .. } => "disorder",
            Self::Forged { .. } => "forged",
            Self::Forked { .. } => "forked",
        }
    }
}

impl EventPage {
    /// Signs that a member's events lead from a point to another.
    pub fn seal(
        domain: &DomainId,
        member: &MemberId,
        start: ChainPoint,
        events: Vec<ChainedEvent>,
        end: &ChainPoint,
        key: &SigningKey,
    ) -> Self {
        let statement = statement(domain, member, &start, end);
        Self {
            start,
            events,
            signature: KeyedSignature::make(key, Purpose::EventPage, &statement),
        }
    }

    /// Checks that the page continues what the member knows and that the sequencer signed it; each
    /// event with the point after it.
    ///
    /// # Errors
    /// See [`Violation`]; none of its events is to be believed.
    pub fn open(
        self,
        domain: &DomainId,
        member: &MemberId,
        known: &KnownPoint,
        sequencer: &PublicKey,
    ) -> Result<Vec<(SequencedEvent, ChainPoint)>, Violation> {
        let mut at = self.start;
        let mut events = Vec::with_capacity(self.events.len());
        for ChainedEvent { previous, event } in self.events {
            if event.time <= at.time {
                return Err(Violation::Disorder {
                    time: event.time,
                    previous: at.time,
                });
            }
            if previous != at.time {
                return Err(Violation::Gap {
                    time: event.time,
                    expected: at.time,
                    found: previous,
                });
            }
            at = at.after(&event);
            events.push((event, at));
        }
        let statement = statement(domain, member, &self.start, &at);
        if !self
            .signature
            .is_by(&[*sequencer], Purpose::EventPage, &statement)
        {
            return Err(Violation::Forged { after: known.time });
        }
        check_start(&self.start, known, events.first())?;
        Ok(events)
    }

    /// Its message on the wire.
    pub fn to_wire(&self) -> wire::EventPage {
        let events = self.events.iter();
        wire::EventPage {
            start: Some(point(&self.start)),
            events: events.map(ChainedEvent::to_wire).collect(),
            signature: Some(self.signature.to_wire()),
        }
    }

    /// Reads it from the wire; checks nothing.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn from_wire(page: wire::EventPage) -> Result<Self, Error> {
        let start = page.start.ok_or_else(|| Error::malformed("no start"))?;
        let events = page.events.into_iter();
        Ok(Self {
            start: ChainPoint {
                time: time(start.time)?,
                hash: Hash::from_slice(&start.hash)
                    .ok_or_else(|| Error::malformed("the hash is not 32 bytes"))?,
            },
            events: events
                .map(ChainedEvent::from_wire)
                .collect::<Result<_, _>>()?,
            signature: KeyedSignature::from_wire(page.signature)?,
        })
    }
}

impl ChainedEvent {
    fn to_wire(&self) -> wire::SequencedEvent {
        let id = self.event.message_id.as_ref();
        wire::SequencedEvent {
            previous_time: self.previous.micros(),
            time: self.event.time.micros(),
            message_id: id.map_or_else(Vec::new, |id| id.as_bytes().to_vec()).into(),
            envelopes: self.event.envelopes.iter().map(Envelope::to_wire).collect(),
        }
    }

    fn from_wire(event: wire::SequencedEvent) -> Result<Self, Error> {
        let message_id = if event.message_id.is_empty() {
            None
        } else {
            let id = MessageId::from_slice(&event.message_id);
            Some(id.ok_or_else(|| Error::malformed("message id is not 32 bytes"))?)
        };
        Ok(Self {
            previous: time(event.previous_time)?,
            event: SequencedEvent {
                time: time(event.time)?,
                message_id,
                envelopes: Envelope::all_from_wire(event.envelopes)?,
            },
        })
    }
}

/// What the sequencer says came before, and signs, must be what the member knows.
fn check_start(
    start: &ChainPoint,
    known: &KnownPoint,
    first: Option<&(SequencedEvent, ChainPoint)>,
) -> Result<(), Violation> {
    let Some(hash) = known.hash else {
        return Ok(());
    };
    match start.time.cmp(&known.time) {
        std::cmp::Ordering::Greater => Err(Violation::Gap {
            time: first.map_or(start.time, |(event, _)| event.time),
            expected: known.time,
            found: start.time,
        }),
        std::cmp::Ordering::Equal if start.hash == hash => Ok(()),
        // another event at that time, or none
        std::cmp::Ordering::Equal | std::cmp::Ordering::Less => {
            Err(Violation::Forked { kept: known.time })
        }
    }
}

fn statement(
    domain: &DomainId,
    member: &MemberId,
    start: &ChainPoint,
    end: &ChainPoint,
) -> Vec<u8> {
    wire::EventPageStatement {
        protocol_version: PROTOCOL_VERSION,
        domain: domain.to_string(),
        member: member.to_string(),
        start: Some(point(start)),
        end: Some(point(end)),
    }
    .encode_to_vec()
}

fn point(point: &ChainPoint) -> wire::ChainPoint {
    wire::ChainPoint {
        time: point.time.micros(),
        hash: point.hash.as_bytes().to_vec().into(),
    }
}

fn time(micros: i64) -> Result<Timestamp, Error> {
    Timestamp::from_micros(micros).map_err(Error::malformed)
}
