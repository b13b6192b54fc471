//! Parties and packages: what this participant asks the topology manager to publish.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::identity::Identity;
use super::messages::Reply;
use crate::model::{PackageId, Party, PartyHint, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::protocol::{MessageId, TopologyRefusal};
use crate::topology::{Hosting, Mapping, SignedTransaction, State, Subject, Transaction};

/// Requests that wait for a publication.
#[derive(Debug, Default)]
pub(super) struct Administration {
    parties: BTreeMap<Party, PendingParty>,
    vetting: Vec<PendingVetting>,
    /// The submission about vetted packages that is on its way; one at a time, since each builds on
    /// the one before.
    vetting_sent: Option<MessageId>,
}

#[derive(Debug)]
struct PendingParty {
    submission: MessageId,
    deadline: Timestamp,
    reply: Reply<Party>,
}

#[derive(Debug)]
struct PendingVetting {
    packages: BTreeSet<PackageId>,
    deadline: Timestamp,
    reply: Option<Reply<()>>,
}

/// Topology transactions to be submitted under an id.
#[derive(Debug)]
pub(super) struct ToSubmit {
    pub id: MessageId,
    pub transactions: Vec<Bytes>,
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

    /// Packages are to be vetted.
    pub(super) fn vet(
        &mut self,
        packages: BTreeSet<PackageId>,
        deadline: Timestamp,
        reply: Reply<()>,
    ) {
        self.vetting.push(PendingVetting {
            packages,
            deadline,
            reply: Some(reply),
        });
    }

    /// The next submission about vetted packages, if one is due.
    pub(super) fn next_vetting(
        &mut self,
        identity: &Identity,
        topology: &State,
    ) -> Option<ToSubmit> {
        self.answer_vetted(identity, topology);
        if self.vetting_sent.is_some() || self.vetting.is_empty() {
            return None;
        }
        let mut packages = topology
            .vetted(&identity.participant)
            .cloned()
            .unwrap_or_default();
        packages.extend(self.vetting.iter().flat_map(|it| it.packages.clone()));
        let mapping = Mapping::VettedPackages {
            participant: identity.participant.clone(),
            packages,
        };
        let to_submit = to_submit(mapping, identity, topology);
        self.vetting_sent = Some(to_submit.id);
        Some(to_submit)
    }

    /// Something was published about this participant's packages.
    pub(super) fn vetting_published(&mut self) {
        self.vetting_sent = None;
    }

    fn answer_vetted(&mut self, identity: &Identity, topology: &State) {
        let none = BTreeSet::new();
        let vetted = topology.vetted(&identity.participant).unwrap_or(&none);
        self.vetting.retain_mut(|pending| {
            let done = pending.packages.is_subset(vetted);
            if done && let Some(reply) = pending.reply.take() {
                let _ = reply.send(Ok(()));
            }
            !done
        });
    }

    /// A party is known from now on.
    pub(super) fn party_published(&mut self, party: &Party) {
        if let Some(pending) = self.parties.remove(party) {
            let _ = pending.reply.send(Ok(party.clone()));
        }
    }

    /// The topology manager did not publish.
    pub(super) fn refused(&mut self, refusal: &TopologyRefusal) {
        if self.vetting_sent == Some(refusal.id) {
            // somebody else changed it meanwhile: made anew from what is in force now
            self.vetting_sent = None;
        }
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
        let late = |what: &str| {
            Refusal::new(
                ErrorId::RequestTimeOut,
                format!("{what} was not published in time; it may still be"),
            )
        };
        let over: Vec<Party> = self
            .parties
            .iter()
            .filter(|(_, pending)| pending.deadline < now)
            .map(|(party, _)| party.clone())
            .collect();
        for party in over {
            if let Some(pending) = self.parties.remove(&party) {
                let _ = pending.reply.send(Err(late("the party")));
            }
        }
        self.vetting.retain_mut(|pending| {
            let over = pending.deadline < now;
            if over && let Some(reply) = pending.reply.take() {
                let _ = reply.send(Err(late("the vetting of the packages")));
            }
            !over
        });
    }
}

fn to_submit(mapping: Mapping, identity: &Identity, topology: &State) -> ToSubmit {
    let subject: Subject = mapping.subject();
    let transaction = Transaction {
        serial: topology.next_serial(&subject),
        remove: false,
        mapping,
    };
    let signed: SignedTransaction = transaction.sign(&[&identity.namespace_key]);
    ToSubmit {
        id: MessageId::random(),
        transactions: vec![signed.encode()],
    }
}
