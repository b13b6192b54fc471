//! What changed about the hosts of a party, as an entry of the event log: pure.

use crate::model::{DomainId, ParticipantId, Party, Timestamp, UpdateId};
use crate::topology::{Hosting, Permission};
use crate::wire::ledger as wire;
use wire::host_change::Kind;
use wire::ledger_event::Event;

/// A party and its hosts, before and from now on.
#[derive(Debug, Clone, Copy)]
pub struct Hosted<'a> {
    /// The party.
    pub party: &'a Party,
    /// None if it was not known.
    pub before: Option<&'a Hosting>,
    /// None if it is no more.
    pub now: Option<&'a Hosting>,
}

/// The entry of a change of a party's hosts; none if none of them may do something else than before.
pub fn hosting_changed(
    update_id: &UpdateId,
    hosted: Hosted<'_>,
    here: &ParticipantId,
    domain: &DomainId,
    record_time: Timestamp,
) -> Option<wire::LedgerEvent> {
    let changes = changes(hosted);
    if changes.is_empty() {
        return None;
    }
    let is_local = hosted.now.is_some_and(|now| now.permission(here).is_some());
    Some(wire::LedgerEvent {
        record_time: record_time.micros(),
        domain: domain.to_string(),
        traceparent: String::new(),
        tracestate: String::new(),
        event: Some(Event::HostingChanged(wire::HostingChanged {
            update_id: update_id.to_string(),
            party: hosted.party.to_string(),
            is_local,
            changes,
        })),
    })
}

/// Hosts that came, those that may do something else, then those that left.
fn changes(hosted: Hosted<'_>) -> Vec<wire::HostChange> {
    let may = |hosting: Option<&Hosting>, participant: &ParticipantId| {
        hosting.and_then(|hosting| hosting.permission(participant))
    };
    let change = |participant: &ParticipantId, kind: Kind, permission: Option<Permission>| {
        wire::HostChange {
            participant: participant.to_string(),
            kind: kind.into(),
            permission: permission.map(on_wire).unwrap_or_default().into(),
        }
    };
    let now = hosted.now.iter().flat_map(|now| &now.hosts);
    let now = now.filter_map(|host| {
        let permission = Some(host.permission);
        let kind = match may(hosted.before, &host.participant) {
            None => Kind::Added,
            Some(before) if before == host.permission => return None,
            Some(_) => Kind::Changed,
        };
        Some(change(&host.participant, kind, permission))
    });
    let before = hosted.before.iter().flat_map(|before| &before.hosts);
    let left = before.filter(|host| may(hosted.now, &host.participant).is_none());
    now.chain(left.map(|host| change(&host.participant, Kind::Revoked, None)))
        .collect()
}

fn on_wire(permission: Permission) -> wire::host_change::Permission {
    match permission {
        Permission::Observation => wire::host_change::Permission::Observation,
        Permission::Confirmation => wire::host_change::Permission::Confirmation,
        Permission::Submission => wire::host_change::Permission::Submission,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::participant::indexer::samples::party;
    use crate::topology::Host;

    fn participant(name: &str) -> ParticipantId {
        ParticipantId::parse(&party(name)).unwrap()
    }

    fn hosting(threshold: u32, hosts: &[(&str, Permission)]) -> Hosting {
        let hosts = hosts.iter().map(|(name, permission)| Host {
            participant: participant(name),
            permission: *permission,
        });
        Hosting::new(threshold, hosts.collect())
    }

    fn told(before: Option<&Hosting>, now: Option<&Hosting>) -> Vec<(String, Kind, i32)> {
        let alice = Party::parse(&party("alice")).unwrap();
        let hosted = Hosted {
            party: &alice,
            before,
            now,
        };
        let changes = changes(hosted).into_iter();
        changes
            .map(|it| {
                let name = it.participant.split(':').next().unwrap().to_owned();
                (name, it.kind(), it.permission)
            })
            .collect()
    }

    #[test]
    fn hosts_come_change_and_leave() {
        use Permission::{Confirmation, Observation, Submission};
        let one = hosting(1, &[("p1", Submission)]);
        let two = hosting(1, &[("p1", Confirmation), ("p2", Observation)]);
        let both = hosting(2, &[("p1", Confirmation), ("p2", Confirmation)]);
        let line = |name: &str, kind, permission| (name.to_owned(), kind, permission);
        assert_eq!(told(None, Some(&one)), [line("p1", Kind::Added, 3)]);
        assert_eq!(
            told(Some(&one), Some(&two)),
            [line("p1", Kind::Changed, 2), line("p2", Kind::Added, 1)]
        );
        assert_eq!(
            told(Some(&two), Some(&both)),
            [line("p2", Kind::Changed, 2)]
        );
        assert_eq!(
            told(Some(&both), Some(&one)),
            [line("p1", Kind::Changed, 3), line("p2", Kind::Revoked, 0)]
        );
        assert_eq!(
            told(Some(&both), None),
            [line("p1", Kind::Revoked, 0), line("p2", Kind::Revoked, 0)]
        );
    }

    #[test]
    fn another_threshold_alone_is_nothing_that_is_told() {
        let hosts = [
            ("p1", Permission::Submission),
            ("p2", Permission::Submission),
        ];
        assert_eq!(
            told(Some(&hosting(1, &hosts)), Some(&hosting(2, &hosts))),
            []
        );
    }
}
