//! What is published: pure.

use bytes::Bytes;

use super::identity::Identity;
use crate::model::{MemberId, MemberKind};
use crate::protocol::MessageId;
use crate::topology::{
    DomainParameters, Error, Mapping, MemberKeys, SignedTransaction, State, Transaction,
};

/// Everything published so far.
#[derive(Debug)]
pub(super) struct Core {
    state: State,
    /// Every transaction published, in order.
    published: Vec<Bytes>,
    /// How many transactions were published before each publication, by its number from 1.
    starts: Vec<usize>,
}

/// A batch to all members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Publication {
    pub number: i64,
    pub transactions: Vec<Bytes>,
    pub admits: Option<MemberId>,
    /// All members known with this publication.
    pub recipients: Vec<MemberId>,
}

impl Publication {
    /// The same each time it is sent.
    pub(super) fn message_id(&self) -> MessageId {
        MessageId::about("publication", &self.number.to_be_bytes())
    }
}

impl Core {
    /// Nothing published.
    pub(super) fn new() -> Self {
        Self {
            state: State::new(),
            published: Vec::new(),
            starts: Vec::new(),
        }
    }

    /// Takes up what was published in an earlier life.
    pub(super) fn restore(&mut self, publication: &Publication) -> Result<(), Error> {
        debug_assert_eq!(publication.number, self.next_number());
        for bytes in &publication.transactions {
            self.state
                .apply(&SignedTransaction::decode(bytes.clone())?)?;
        }
        self.record(publication);
        Ok(())
    }

    /// The first publication of a new domain: the topology manager's key and the parameters.
    pub(super) fn genesis(
        &mut self,
        identity: &Identity,
        parameters: DomainParameters,
    ) -> Result<Publication, Error> {
        let manager = Transaction::first(Mapping::OwnerToKey {
            member: identity.member.clone(),
            keys: MemberKeys::signing(identity.signing_key.public()),
        });
        let parameters = Transaction::first(Mapping::DomainParameters {
            domain: identity.domain.clone(),
            parameters,
        });
        let transactions = [
            manager.sign(&[&identity.namespace_key, &identity.signing_key]),
            parameters.sign(&[&identity.namespace_key]),
        ];
        self.publish(&transactions, None)?
            .ok_or(Error::AlreadyInForce)
    }

    /// A member joins. Transactions that are in force already are left out; `None` if all are and
    /// the member is known.
    pub(super) fn admit(
        &mut self,
        identity: &Identity,
        member: &MemberId,
        transactions: Vec<SignedTransaction>,
    ) -> Result<Option<Publication>, Error> {
        if self.state.keys_of(member).is_some() {
            return Ok(None);
        }
        // the domain's own members live in its namespace, so the domain signs for them
        let ours = member.kind() != MemberKind::Participant;
        let transactions: Vec<SignedTransaction> = transactions
            .into_iter()
            .map(|it| {
                if ours {
                    it.countersign(&identity.namespace_key)
                } else {
                    it
                }
            })
            .collect();
        let names_itself = transactions.iter().any(|it| {
            matches!(&it.transaction().mapping,
                Mapping::OwnerToKey { member: owner, .. } if owner == member)
        });
        if !names_itself {
            return Err(Error::NotAuthorized(member.to_string()));
        }
        self.publish(&transactions, Some(member.clone()))
    }

    /// A member's own transactions, all or none.
    pub(super) fn submit(&mut self, transactions: &[Bytes]) -> Result<Option<Publication>, Error> {
        let decoded = transactions
            .iter()
            .map(|bytes| SignedTransaction::decode(bytes.clone()))
            .collect::<Result<Vec<_>, _>>()?;
        self.publish(&decoded, None)
    }

    fn publish(
        &mut self,
        transactions: &[SignedTransaction],
        admits: Option<MemberId>,
    ) -> Result<Option<Publication>, Error> {
        let mut state = self.state.clone();
        let mut new = Vec::new();
        for transaction in transactions {
            match state.apply(transaction) {
                Ok(_) => new.push(transaction.encode()),
                // said again: nothing to publish
                Err(Error::AlreadyInForce) => {}
                Err(error) => return Err(error),
            }
        }
        if new.is_empty() {
            return Ok(None);
        }
        let publication = Publication {
            number: self.next_number(),
            transactions: new,
            admits,
            recipients: state.members().cloned().collect(),
        };
        self.record(&publication);
        self.state = state;
        Ok(Some(publication))
    }

    fn record(&mut self, publication: &Publication) {
        self.starts.push(self.published.len());
        self.published
            .extend(publication.transactions.iter().cloned());
    }

    fn next_number(&self) -> i64 {
        i64::try_from(self.starts.len()).unwrap_or(i64::MAX - 1) + 1
    }

    /// What was published before a publication.
    pub(super) fn before(&self, publication: &Publication) -> &[Bytes] {
        let count = usize::try_from(publication.number - 1)
            .ok()
            .and_then(|index| self.starts.get(index))
            .copied()
            .unwrap_or_default();
        &self.published[..count]
    }

    /// What is in force.
    pub(super) const fn state(&self) -> &State {
        &self.state
    }

    /// Whether a domain was founded.
    pub(super) const fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SigningKey;
    use crate::model::ParticipantId;
    use crate::topology::Validity;

    fn founded() -> (Core, Identity) {
        let identity = Identity::generate("domain1").unwrap();
        let mut core = Core::new();
        core.genesis(&identity, DomainParameters::default())
            .unwrap();
        (core, identity)
    }

    fn newcomer() -> (MemberId, SigningKey, Vec<SignedTransaction>) {
        let key = SigningKey::generate();
        let participant = ParticipantId::new("p", &key.public().fingerprint()).unwrap();
        let mapping = Mapping::OwnerToKey {
            member: participant.member(),
            keys: MemberKeys::signing(key.public()),
        };
        let transactions = vec![Transaction::first(mapping).sign(&[&key])];
        (participant.member(), key, transactions)
    }

    #[test]
    fn a_newcomer_is_admitted_once_and_learns_what_was_published_before() {
        let (mut core, identity) = founded();
        let (member, _, transactions) = newcomer();
        let admitted = core
            .admit(&identity, &member, transactions.clone())
            .unwrap();
        let publication = admitted.unwrap();
        assert_eq!(publication.number, 2);
        assert_eq!(core.before(&publication).len(), 2);
        assert!(core.state().keys_of(&member).is_some());
        assert_eq!(core.admit(&identity, &member, transactions), Ok(None));
    }

    #[test]
    fn a_newcomer_cannot_speak_for_another() {
        let (mut core, identity) = founded();
        let (member, _, _) = newcomer();
        let (_, _, of_another) = newcomer();
        assert!(core.admit(&identity, &member, of_another).is_err());
    }

    #[test]
    fn a_submission_is_published_whole_or_not_at_all() {
        let (mut core, identity) = founded();
        let (member, key, transactions) = newcomer();
        core.admit(&identity, &member, transactions).unwrap();
        let vetted = |packages: &[&str], serial| Transaction {
            serial,
            remove: false,
            mapping: Mapping::VettedPackages {
                participant: member.participant().unwrap().clone(),
                packages: packages
                    .iter()
                    .map(|id| {
                        (
                            crate::model::PackageId::parse(id).unwrap(),
                            Validity::ALWAYS,
                        )
                    })
                    .collect(),
            },
        };
        let good = vetted(&["a"], 1).sign(&[&key]).encode();
        let forged = vetted(&["b"], 2).sign(&[&SigningKey::generate()]).encode();
        assert!(core.submit(&[good.clone(), forged]).is_err());
        assert!(core.state().vetted(member.participant().unwrap()).is_none());
        assert!(core.submit(&[good]).unwrap().is_some());
    }

    #[test]
    fn a_restored_core_continues_where_it_was() {
        let (mut core, identity) = founded();
        let mut again = Core::new();
        let genesis = Publication {
            number: 1,
            transactions: core.published.clone(),
            admits: None,
            recipients: vec![identity.member.clone()],
        };
        again.restore(&genesis).unwrap();
        let (member, _, transactions) = newcomer();
        assert_eq!(
            core.admit(&identity, &member, transactions.clone()),
            again.admit(&identity, &member, transactions)
        );
    }
}
