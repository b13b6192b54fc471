//! Which boundaries time passes on its way from one event to the next, and what changes on the way.

use std::collections::BTreeSet;

use super::backlog::Closing;
use crate::model::{Duration, ParticipantId, Timestamp};
use crate::protocol::Period;
use crate::topology::{Applied, Effective, Register, State, Subject};

/// What time comes by.
#[derive(Debug, Clone)]
pub enum Passed {
    /// One or more boundaries.
    Boundaries(Closing),
    /// A party that was there before has other hosts from now on.
    OtherHosts,
}

const INSTANT: Duration = Duration::from_micros(1);

/// What time comes by after an event and before the next one: a boundary is passed when something later
/// than it happens, since then everything up to it is known. `effective` are the topology changes on the
/// way, in order.
pub fn passed(
    last: Timestamp,
    next: Timestamp,
    effective: &[Effective],
    register: &Register,
) -> Vec<Passed> {
    let mut passed = Vec::new();
    let mut first = last;
    for change in effective {
        // in force for what is later than this
        if change.at >= first && change.at < next {
            passed.extend(boundaries(first, change.at, register).map(Passed::Boundaries));
            first = change.at.successor();
        }
        if moves_a_party(change, register) {
            passed.push(Passed::OtherHosts);
        }
    }
    passed.extend(boundaries(first, next.minus(INSTANT), register).map(Passed::Boundaries));
    passed
}

/// The last boundary that was passed on the way to an event.
pub fn last_passed(event: Timestamp, register: &Register) -> Option<Closing> {
    let last = event.minus(INSTANT);
    let length = interval(topology_at(last, register)?);
    let period = Period::of_boundaries(last.minus(length).successor(), last, length)?;
    // hosts may have changed since then
    let topology = topology_at(period.to, register)?;
    period.is_on_grid(interval(topology)).then(|| Closing {
        period,
        topology: topology.clone(),
    })
}

/// Those in a span of time in which the hosts do not change, both ends included.
fn boundaries(first: Timestamp, last: Timestamp, register: &Register) -> Option<Closing> {
    let topology = topology_at(last, register)?;
    Some(Closing {
        period: Period::of_boundaries(first, last, interval(topology))?,
        topology: topology.clone(),
    })
}

/// `None` before the domain is known.
fn topology_at(time: Timestamp, register: &Register) -> Option<&State> {
    let topology = register.at(time).unwrap_or(register.now());
    topology.domain().map(|_| topology)
}

fn interval(topology: &State) -> Duration {
    topology.parameters().reconciliation_interval
}

fn moves_a_party(change: &Effective, register: &Register) -> bool {
    let Applied::Party { party, .. } = &change.applied else {
        return false;
    };
    let before = register.at(change.at);
    let after = register.at(change.at.successor());
    let (Some(before), Some(after)) = (before, after) else {
        return true;
    };
    let hosts = |topology: &State| -> BTreeSet<ParticipantId> {
        let hosting = topology.hosting(party).into_iter();
        let hosts = hosting.flat_map(|it| &it.hosts);
        hosts.map(|it| it.participant.clone()).collect()
    };
    let subject = Subject::PartyToParticipant(party.clone());
    // nothing of a party that was not there before can be on the ledger
    before.serial(&subject).is_some() && hosts(before) != hosts(after)
}
