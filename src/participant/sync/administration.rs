//! Parties: what this participant asks the topology manager to publish about them.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::actor::Shell;
use super::identity::Identity;
use super::messages::Reply;
use crate::model::{DomainId, Party, PartyHint, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::protocol::{MessageId, TopologyRefusal};
use crate::topology::{Hosting, Mapping, SignedTransaction, State, Subject, Transaction};

/// Requests that wait for a publication.
#[derive(Debug, Default)]
pub(super) struct Administration {
    parties: BTreeMap<Party, PendingParty>,
}

#[derive(Debug)]
struct PendingParty {
    submission: MessageId,
    deadline: Timestamp,
    reply: Reply<Party>,
}

/// Topology transactions to be submitted under an id.
#[derive(Debug)]
pub(super) struct ToSubmit {
    pub id: MessageId,
    pub transactions: Vec<Bytes>,
}

impl Shell {
    /// A party is wanted on a domain.
    pub(super) fn allocate(
        &mut self,
        hint: &PartyHint,
        domain: Option<&DomainId>,
        reply: Reply<Party>,
    ) {
        let deadline = self.topology_deadline();
        let several = || several_for_party(hint, &self.identity);
        let domain = match self.choose(domain, several) {
            Ok(domain) => domain,
            Err(refusal) => {
                let _ = reply.send(Err(refusal));
                return;
            }
        };
        if let Some(connection) = self.connections.get_mut(&domain) {
            let head = connection.intake.follower.register().head();
            let administration = &mut connection.administration;
            let to_submit = administration.allocate(hint, &self.identity, head, deadline, reply);
            connection.submit_topology(to_submit, deadline);
        }
    }
}

fn several_for_party(hint: &PartyHint, identity: &Identity) -> Refusal {
    let party = Party::new(hint, &identity.namespace_key.public().fingerprint());
    Refusal::new(
        ErrorId::PartyAllocationCannotDetermineSynchronizer,
        format!(
            "Cannot determine the synchronizer on which to allocate party {party}, because the \
             participant is connected to multiple synchronizers and no synchronizer was specified."
        ),
    )
}

impl Administration {
    /// A party is wanted. Refused at once if there is one with this name.
    pub(super) fn allocate(
        &mut self,
        hint: &PartyHint,
        identity: &Identity,
        topology: &State,
        deadline: Timestamp,
        reply: Reply<Party>,
    ) -> Option<ToSubmit> {
        let party = Party::new(hint, &identity.namespace_key.public().fingerprint());
        if topology.hosting(&party).is_some() || self.parties.contains_key(&party) {
            let _ = reply.send(Err(Refusal::new(
                ErrorId::InvalidArgument,
                format!(
                    "The submitted request has invalid arguments: Party already exists: party \
                     {party} is already allocated on this node"
                ),
            )));
            return None;
        }
        let mapping = Mapping::PartyToParticipant {
            party: party.clone(),
            hosting: Hosting::single(identity.participant.clone()),
        };
        let to_submit = to_submit(mapping, identity, topology);
        self.parties.insert(
            party,
            PendingParty {
                submission: to_submit.id,
                deadline,
                reply,
            },
        );
        Some(to_submit)
    }

    /// A party is known from now on.
    pub(super) fn party_published(&mut self, party: &Party) {
        if let Some(pending) = self.parties.remove(party) {
            let _ = pending.reply.send(Ok(party.clone()));
        }
    }

    /// The topology manager did not publish.
    pub(super) fn refused(&mut self, refusal: &TopologyRefusal) {
        let party = self
            .parties
            .iter()
            .find(|(_, pending)| pending.submission == refusal.id)
            .map(|(party, _)| party.clone());
        if let Some(pending) = party.and_then(|party| self.parties.remove(&party)) {
            let _ = pending.reply.send(Err(Refusal::new(
                ErrorId::InvalidArgument,
                format!(
                    "The submitted request has invalid arguments: {}",
                    refusal.reason
                ),
            )));
        }
    }

    /// Gives up what has waited too long.
    pub(super) fn time_out(&mut self, now: Timestamp) {
        let over: Vec<Party> = self
            .parties
            .iter()
            .filter(|(_, pending)| pending.deadline < now)
            .map(|(party, _)| party.clone())
            .collect();
        for party in over {
            if let Some(pending) = self.parties.remove(&party) {
                let _ = pending.reply.send(Err(Refusal::new(
                    ErrorId::RequestTimeOut,
                    "the party was not published in time; it may still be",
                )));
            }
        }
    }
}

/// A transaction that replaces what is in force about its subject.
pub(super) fn to_submit(mapping: Mapping, identity: &Identity, topology: &State) -> ToSubmit {
    let subject: Subject = mapping.subject();
    let transaction = Transaction {
        serial: topology.next_serial(&subject),
        remove: false,
        mapping,
    };
    let mut keys = vec![&identity.namespace_key];
    // a new key proves itself
    if matches!(transaction.mapping, Mapping::OwnerToKey { .. }) {
        keys.push(&identity.signing_key);
    }
    let signed: SignedTransaction = transaction.sign(&keys);
    ToSubmit {
        id: MessageId::random(),
        transactions: vec![signed.encode()],
    }
}
