//! What is published: pure.

use bytes::Bytes;

use super::identity::Identity;
use crate::model::{MemberId, MemberKind, ParticipantId, Timestamp};
use crate::protocol::MessageId;
use crate::topology::{
    DomainParameters, Error, Head, Mapping, MemberKeys, Permitted, PublishedTransaction, Register,
    SignedTransaction, State, Taken, Transaction,
};

/// Transactions that one member submits at once: one publication, which every member reads whole.
const TRANSACTIONS_MAX: usize = 256;

/// Everything published so far.
#[derive(Debug)]
pub(super) struct Core {
    /// What was decided: whether it was sequenced or not.
    decided: Head,
    /// What was sequenced, as every member knows it.
    register: Register,
    /// Every transaction published, in order.
    published: Vec<Bytes>,
    /// By their numbers from 1.
    publications: Vec<Past>,
}

/// A publication that was decided.
#[derive(Debug)]
struct Past {
    /// How many transactions were published before.
    start: usize,
    sequenced_at: Option<Timestamp>,
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
            decided: Head::default(),
            register: Register::new(),
            published: Vec::new(),
            publications: Vec::new(),
        }
    }

    /// Takes up what was published in an earlier life, in which everything up to `processed` was read.
    pub(super) fn restore(
        &mut self,
        publication: &Publication,
        sequenced_at: Option<Timestamp>,
        processed: Timestamp,
    ) -> Result<(), Error> {
        debug_assert_eq!(publication.number, self.next_number());
        // decided on not later than this: a proposal waits from then on
        let now = sequenced_at.unwrap_or(processed);
        for bytes in &publication.transactions {
            let signed = SignedTransaction::decode(bytes.clone())?;
            match self.decided.take(signed, now, now) {
                // proposed once more, see `sequenced`
                Ok(_) | Err(Error::AlreadyProposed) => {}
                Err(error) => return Err(error),
            }
        }
        self.record(publication);
        sequenced_at.map_or(Ok(()), |time| self.sequenced(publication.number, time))
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
        let transactions = vec![
            manager.sign(&[&identity.namespace_key, &identity.signing_key]),
            parameters.sign(&[&identity.namespace_key]),
        ];
        self.publish(transactions, None, Timestamp::EPOCH)?
            .ok_or(Error::AlreadyInForce)
    }

    /// The owner says something; `None` if it was said before.
    fn say(
        &mut self,
        identity: &Identity,
        mapping: Mapping,
        now: Timestamp,
    ) -> Result<Option<Publication>, Error> {
        let transaction = Transaction {
            serial: self.head().next_serial(&mapping.subject()),
            remove: false,
            mapping,
        };
        let signed = transaction.sign(&[&identity.namespace_key]);
        self.publish(vec![signed], None, now)
    }

    /// The owner changes who may join; `None` if it is so already.
    pub(super) fn set_onboarding(
        &mut self,
        identity: &Identity,
        parameters: DomainParameters,
        now: Timestamp,
    ) -> Result<Option<Publication>, Error> {
        let known = self.head().parameters();
        let mapping = Mapping::DomainParameters {
            domain: identity.domain.clone(),
            parameters: DomainParameters {
                onboarding: parameters.onboarding,
                // unknown of a domain from before it was written down
                protocol_version: known.protocol_version.or(parameters.protocol_version),
                ..known
            },
        };
        self.say(identity, mapping, now)
    }

    /// The owner permits a participant; `None` if it is permitted already.
    pub(super) fn permit(
        &mut self,
        identity: &Identity,
        participant: &ParticipantId,
        permitted: Permitted,
        now: Timestamp,
    ) -> Result<Option<Publication>, Error> {
        let mapping = Mapping::ParticipantPermission {
            domain: identity.domain.clone(),
            participant: participant.clone(),
            permitted,
        };
        self.say(identity, mapping, now)
    }

    /// A member joins. Transactions that are in force already are left out; `None` if the member is
    /// known.
    pub(super) fn admit(
        &mut self,
        identity: &Identity,
        member: &MemberId,
        transactions: Vec<SignedTransaction>,
        now: Timestamp,
    ) -> Result<Option<Publication>, Error> {
        if self.head().keys_of(member).is_some() {
            return Ok(None);
        }
        // the domain's own members live in its namespace, so the domain signs for them: for their keys,
        // and for nothing else that somebody brings
        let ours = member.kind() != MemberKind::Participant;
        if ours && !transactions.iter().all(|it| is_about_keys_of(member, it)) {
            return Err(Error::NotAuthorized(member.namespace().to_owned()));
        }
        let sign = |it: SignedTransaction| {
            if ours {
                it.countersign(&identity.namespace_key)
            } else {
                it
            }
        };
        let transactions: Vec<SignedTransaction> = transactions.into_iter().map(sign).collect();
        let mut state = self.head().clone();
        for transaction in &transactions {
            match state.apply(transaction) {
                Ok(_) | Err(Error::AlreadyInForce) => {}
                Err(error) => return Err(error),
            }
        }
        check_introduction(member, &state, now)?;
        self.publish(transactions, Some(member.clone()), now)
    }

    /// A member's own transactions, all or none. What lacks signatures is published as a proposal.
    pub(super) fn submit(
        &mut self,
        transactions: &[Bytes],
        now: Timestamp,
    ) -> Result<Option<Publication>, Error> {
        let decoded = transactions
            .iter()
            .map(|bytes| SignedTransaction::decode(bytes.clone()))
            .collect::<Result<Vec<_>, _>>()?;
        self.publish(decoded, None, now)
    }

    fn publish(
        &mut self,
        transactions: Vec<SignedTransaction>,
        admits: Option<MemberId>,
        now: Timestamp,
    ) -> Result<Option<Publication>, Error> {
        if transactions.len() > TRANSACTIONS_MAX {
            return Err(Error::Malformed(format!(
                "more than {TRANSACTIONS_MAX} transactions at once"
            )));
        }
        let mut decided = self.decided.clone();
        let mut new = Vec::new();
        for transaction in transactions {
            match decided.take(transaction, now, now) {
                Ok(Taken::Authorized { transaction, .. } | Taken::Proposed(transaction)) => {
                    new.push(transaction.encode());
                }
                // said again: nothing to publish
                Err(Error::AlreadyInForce | Error::AlreadyProposed) => {}
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
            recipients: decided.state().members().cloned().collect(),
        };
        self.record(&publication);
        self.decided = decided;
        Ok(Some(publication))
    }

    fn record(&mut self, publication: &Publication) {
        self.publications.push(Past {
            start: self.published.len(),
            sequenced_at: None,
        });
        self.published
            .extend(publication.transactions.iter().cloned());
    }

    fn next_number(&self) -> i64 {
        i64::try_from(self.publications.len()).unwrap_or(i64::MAX - 1) + 1
    }

    /// A publication was sequenced at a time: told in the order of the numbers, once or again.
    pub(super) fn sequenced(&mut self, number: i64, time: Timestamp) -> Result<(), Error> {
        let Some(index) = index_of(number) else {
            return Ok(());
        };
        let end = self
            .publications
            .get(index + 1)
            .map_or(self.published.len(), |next| next.start);
        let Some(past) = self.publications.get_mut(index) else {
            return Ok(());
        };
        if past.sequenced_at.is_some() {
            return Ok(());
        }
        past.sequenced_at = Some(time);
        let start = past.start;
        for transaction in &self.published[start..end] {
            match self.register.publish(transaction, time) {
                Ok(()) => {}
                // decided on when it was about to expire, and sequenced before that: nothing new
                Err(Error::AlreadyProposed) => tracing::debug!("proposed once more"),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Time has come to an event.
    pub(super) fn advance(&mut self, to: Timestamp) {
        self.register.advance(to);
    }

    /// What was published before a publication, with the times; `None` while one of them is unknown.
    pub(super) fn before(&self, publication: &Publication) -> Option<Vec<Bytes>> {
        let index = index_of(publication.number)?;
        let mut before = Vec::new();
        for (number, past) in self.publications.iter().enumerate().take(index) {
            let sequenced_at = past.sequenced_at?;
            let end = self.publications.get(number + 1)?.start;
            let transactions = self.published.get(past.start..end)?;
            before.extend(transactions.iter().map(|transaction| {
                PublishedTransaction {
                    transaction: transaction.clone(),
                    sequenced_at,
                }
                .encode()
            }));
        }
        Some(before)
    }

    /// What will be in force when everything that was decided is.
    pub(super) const fn head(&self) -> &State {
        self.decided.state()
    }

    /// What is in force for the last event.
    pub(super) fn topology(&self) -> &State {
        self.register.now()
    }

    /// The members that the sequencer knows.
    pub(super) fn members(&self) -> impl Iterator<Item = &MemberId> {
        self.register.head().members()
    }

    /// When everything that was sequenced is in force, if it is not yet.
    pub(super) fn last_change(&self) -> Option<Timestamp> {
        self.register.last_change()
    }

    /// Whether a domain was founded.
    pub(super) const fn is_empty(&self) -> bool {
        self.publications.is_empty()
    }
}

/// Whether a transaction does no more than to name a member's keys.
fn is_about_keys_of(member: &MemberId, signed: &SignedTransaction) -> bool {
    let transaction = signed.transaction();
    matches!(&transaction.mapping, Mapping::OwnerToKey { member: named, .. } if named == member)
        && !transaction.remove
}

fn index_of(number: i64) -> Option<usize> {
    usize::try_from(number.checked_sub(1)?).ok()
}

/// A newcomer has named its keys, and a participant has all that others need of it.
fn check_introduction(member: &MemberId, after: &State, now: Timestamp) -> Result<(), Error> {
    let Some(keys) = after.keys_of(member) else {
        return Err(Error::NotAuthorized(member.to_string()));
    };
    let Some(participant) = member.participant() else {
        return Ok(());
    };
    if keys.encryption.is_none() {
        return Err(Error::WithoutKeys(participant.clone()));
    }
    if !after.has_joined(participant) {
        return Err(Error::UnknownParticipant(participant.clone()));
    }
    let login_after = after.permitted(participant).and_then(|it| it.login_after);
    match login_after.filter(|login_after| now <= *login_after) {
        Some(_) => Err(Error::NotPermitted(participant.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
