//! Who hosts a party: changes that this participant signs, and waits for.

use super::actor::Shell;
use super::administration::{ToSubmit, to_submit};
use super::connection::Connection;
use super::identity::Identity;
use super::messages::Reply;
use crate::crypto::PublicKey;
use crate::model::{Party, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::submission::{HostingChange, HostingOutcome};
use crate::protocol::{MessageId, TopologyRefusal};
use crate::topology::{Host, Hosting, Mapping, Proposal, Register, State};

/// Changes on their way at once.
const WAITING_MAX: usize = 64;

/// Changes of a domain that were submitted.
#[derive(Debug, Default)]
pub(super) struct HostingChanges(Vec<Pending>);

#[derive(Debug)]
struct Pending {
    submission: MessageId,
    mapping: Mapping,
    /// With which it was signed.
    key: PublicKey,
    deadline: Timestamp,
    reply: Reply<HostingOutcome>,
}

impl Shell {
    /// Signs a change of who hosts a party, and has it published.
    pub(super) fn host_party(&mut self, change: &HostingChange, reply: Reply<HostingOutcome>) {
        let deadline = self.topology_deadline();
        let several = || {
            invalid(&format!(
                "the participant is connected to {} domains: say which one",
                self.connections.len()
            ))
        };
        let domain = match self.choose(change.domain.as_ref(), several) {
            Ok(domain) => domain,
            Err(refusal) => {
                let _ = reply.send(Err(refusal));
                return;
            }
        };
        if let Some(connection) = self.connections.get_mut(&domain) {
            let register = connection.intake.follower.register();
            let hosting = &mut connection.hosting;
            let to_submit = hosting.begin(change, &self.identity, register, deadline, reply);
            connection.submit_topology(to_submit, deadline);
        }
    }
}

impl Connection {
    /// Tells whose change is in force, or waits for others.
    pub(super) fn tell_hosting(&mut self) {
        let topology = self.intake.follower.topology();
        let register = self.intake.follower.register();
        let is_over = |pending: &mut Pending| {
            is_in_force(&pending.mapping, topology)
                || is_signed(&pending.mapping, &pending.key, register.proposals())
        };
        for pending in self.hosting.0.extract_if(.., is_over) {
            let outcome = if is_in_force(&pending.mapping, topology) {
                HostingOutcome::InForce
            } else {
                HostingOutcome::Proposed
            };
            let _ = pending.reply.send(Ok(outcome));
        }
    }
}

impl HostingChanges {
    fn begin(
        &mut self,
        change: &HostingChange,
        identity: &Identity,
        register: &Register,
        deadline: Timestamp,
        reply: Reply<HostingOutcome>,
    ) -> Option<ToSubmit> {
        let head = register.head();
        let before = head.hosting(&change.party);
        let hosting = match changed(before, change) {
            // said again: it is, or will be, in force
            Ok(hosting) if before == Some(&hosting) => {
                let _ = reply.send(Ok(HostingOutcome::InForce));
                return None;
            }
            Ok(_) if self.0.len() >= WAITING_MAX => {
                let _ = reply.send(Err(Refusal::new(
                    ErrorId::ParticipantBackpressure,
                    "The participant is overloaded. Please back off before submitting again.",
                )));
                return None;
            }
            Ok(hosting) => hosting,
            Err(refusal) => {
                let _ = reply.send(Err(refusal));
                return None;
            }
        };
        let mapping = Mapping::PartyToParticipant {
            party: change.party.clone(),
            hosting,
        };
        let key = identity.namespace_key.public();
        if is_signed(&mapping, &key, register.proposals()) {
            let _ = reply.send(Ok(HostingOutcome::Proposed));
            return None;
        }
        let to_submit = to_submit(mapping.clone(), identity, head);
        self.0.push(Pending {
            key,
            submission: to_submit.id,
            mapping,
            deadline,
            reply,
        });
        Some(to_submit)
    }

    /// The topology manager did not publish.
    pub(super) fn refused(&mut self, refusal: &TopologyRefusal) {
        for pending in self
            .0
            .extract_if(.., |pending| pending.submission == refusal.id)
        {
            let _ = pending.reply.send(Err(invalid(&refusal.reason)));
        }
    }

    /// Gives up what has waited too long.
    pub(super) fn time_out(&mut self, now: Timestamp) {
        for pending in self.0.extract_if(.., |pending| pending.deadline < now) {
            let _ = pending.reply.send(Err(Refusal::new(
                ErrorId::RequestTimeOut,
                "the change was not published in time; it may still be",
            )));
        }
    }
}

/// Whether a key has signed a proposal.
fn is_signed<'a>(
    mapping: &Mapping,
    key: &PublicKey,
    mut proposals: impl Iterator<Item = &'a Proposal>,
) -> bool {
    proposals.any(|it| {
        it.transaction.transaction().mapping == *mapping
            && it.transaction.signers().any(|signer| signer == key)
    })
}

fn is_in_force(mapping: &Mapping, topology: &State) -> bool {
    match mapping {
        Mapping::PartyToParticipant { party, hosting } => topology.hosting(party) == Some(hosting),
        _ => false,
    }
}

/// Who hosts the party after a change.
fn changed(before: Option<&Hosting>, change: &HostingChange) -> Result<Hosting, Refusal> {
    let mut hosts: Vec<Host> = before.map_or_else(Vec::new, |before| before.hosts.clone());
    for (participant, permission) in &change.hosts {
        hosts.retain(|host| host.participant != *participant);
        hosts.extend(permission.map(|permission| Host {
            participant: participant.clone(),
            permission,
        }));
    }
    if hosts.is_empty() {
        return Err(unhosted(&change.party));
    }
    let threshold = change.threshold.or(before.map(|before| before.threshold));
    Ok(Hosting::new(threshold.unwrap_or(1), hosts))
}

fn unhosted(party: &Party) -> Refusal {
    invalid(&format!("nobody would host {party} any more"))
}

fn invalid(reason: &str) -> Refusal {
    Refusal::new(
        ErrorId::InvalidArgument,
        format!("The submitted request has invalid arguments: {reason}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ParticipantId, PartyHint};
    use crate::topology::Permission;

    fn participant(name: &str) -> ParticipantId {
        ParticipantId::new(
            name,
            &crate::crypto::SigningKey::generate().public().fingerprint(),
        )
        .unwrap()
    }

    fn change(hosts: Vec<(ParticipantId, Option<Permission>)>) -> HostingChange {
        let namespace = crate::crypto::SigningKey::generate().public().fingerprint();
        HostingChange {
            party: Party::new(&PartyHint::parse("alice").unwrap(), &namespace),
            domain: None,
            hosts,
            threshold: None,
        }
    }

    #[test]
    fn a_change_says_what_becomes_of_some_hosts_and_leaves_the_others() {
        let (one, two) = (participant("one"), participant("two"));
        let before = Hosting::single(one.clone());
        let added = change(vec![(two.clone(), Some(Permission::Confirmation))]);
        let after = changed(Some(&before), &added).unwrap();
        assert_eq!(after.permission(&one), Some(Permission::Submission));
        assert_eq!(after.permission(&two), Some(Permission::Confirmation));
        assert_eq!(after.threshold, 1);
        let both = HostingChange {
            threshold: Some(2),
            ..added
        };
        assert_eq!(changed(Some(&before), &both).unwrap().threshold, 2);
        let removed = change(vec![(two, None)]);
        assert_eq!(changed(Some(&after), &removed).unwrap(), before);
    }

    #[test]
    fn a_party_that_nobody_would_host_is_refused() {
        let one = participant("one");
        let removed = change(vec![(one.clone(), None)]);
        assert!(changed(Some(&Hosting::single(one)), &removed).is_err());
        assert!(changed(None, &change(Vec::new())).is_err());
    }
}
