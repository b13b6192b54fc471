//! Transactions that wait for signatures.

use imbl::OrdMap;

use super::mapping::Subject;
use super::{Error, SignedTransaction};
use crate::model::{Duration, Hash, Timestamp};

/// Proposals that wait at once, over all namespaces: each is kept by every member.
const PROPOSALS_MAX: usize = 1024;

/// Proposals that wait at once about one subject: nobody keeps others from agreeing by proposing
/// something else.
const PER_SUBJECT_MAX: usize = 8;

/// How long a proposal waits.
pub(super) const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A transaction that waits for signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The transaction with the signatures so far.
    pub transaction: SignedTransaction,
    /// When it is given up.
    pub expires_at: Timestamp,
}

/// Transactions that wait for signatures, by what is signed.
#[derive(Debug, Clone, Default)]
pub(super) struct Proposals(OrdMap<Hash, Proposal>);

impl Proposals {
    /// The transaction with the signatures that came earlier as well.
    pub(super) fn merge(&self, signed: SignedTransaction) -> SignedTransaction {
        match self.0.get(&signed.hash()) {
            Some(known) => known.transaction.clone().merged(&signed),
            None => signed,
        }
    }

    /// Keeps a transaction until the others have signed, and renews its time.
    pub(super) fn keep(&mut self, signed: SignedTransaction, now: Timestamp) -> Result<(), Error> {
        self.expire(now);
        let hash = signed.hash();
        if let Some(known) = self.0.get(&hash) {
            if known.transaction.signers().count() == signed.signers().count() {
                return Err(Error::AlreadyProposed);
            }
        } else {
            let subject = signed.transaction().mapping.subject();
            if self.about(&subject).count() >= PER_SUBJECT_MAX {
                return Err(Error::TooManyProposals {
                    max: PER_SUBJECT_MAX,
                });
            }
            if self.0.len() >= PROPOSALS_MAX {
                return Err(Error::TooManyProposals { max: PROPOSALS_MAX });
            }
        }
        let proposal = Proposal {
            transaction: signed,
            expires_at: now.plus(LIFETIME),
        };
        self.0.insert(hash, proposal);
        Ok(())
    }

    /// A statement about a subject is in force: what else was proposed about it has a serial that is
    /// over.
    pub(super) fn settle(&mut self, subject: &Subject) {
        let over: Vec<Hash> = self.about(subject).map(|(hash, _)| *hash).collect();
        for hash in over {
            self.0.remove(&hash);
        }
    }

    /// Gives up what has waited too long.
    fn expire(&mut self, now: Timestamp) {
        let is_over = |(_, it): &(&Hash, &Proposal)| it.expires_at < now;
        let over: Vec<Hash> = self
            .0
            .iter()
            .filter(is_over)
            .map(|(hash, _)| *hash)
            .collect();
        for hash in over {
            self.0.remove(&hash);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Proposal> {
        self.0.values()
    }

    fn about<'a>(&'a self, subject: &'a Subject) -> impl Iterator<Item = (&'a Hash, &'a Proposal)> {
        self.0
            .iter()
            .filter(move |(_, it)| it.transaction.transaction().mapping.subject() == *subject)
    }
}
