//! The state after everything that was said, and what waits for signatures.

use super::proposals::{Proposal, Proposals};
use super::{Applied, Error, SignedTransaction, State};
use crate::model::Timestamp;

/// The state that will be in force when every delay is over, with the proposals.
#[derive(Debug, Clone, Default)]
pub struct Head {
    state: State,
    proposals: Proposals,
}

/// What became of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is authorised.
    Authorized {
        /// With all signatures that count.
        transaction: SignedTransaction,
        /// What it changes.
        applied: Applied,
    },
    /// It waits for signatures.
    Proposed(SignedTransaction),
}

impl Taken {
    /// The transaction with the signatures that have come so far.
    pub const fn transaction(&self) -> &SignedTransaction {
        match self {
            Self::Authorized { transaction, .. } | Self::Proposed(transaction) => transaction,
        }
    }
}

impl Head {
    /// Takes a transaction that comes at a time and will be in force from another time on. Signatures
    /// that came earlier with the same transaction count; those of keys that have no say do not.
    ///
    /// # Errors
    /// If it does not follow what was said before, says nothing new, or nobody has signed who must;
    /// nothing is changed then.
    pub fn take(
        &mut self,
        signed: SignedTransaction,
        now: Timestamp,
        effective_from: Timestamp,
    ) -> Result<Taken, Error> {
        let merged = self.proposals.merge(signed);
        let authorization = self.state.examine(&merged)?;
        if authorization.counting.is_empty() {
            let missing = authorization.missing.into_iter().next();
            return Err(Error::NotAuthorized(missing.unwrap_or_default()));
        }
        let transaction = merged.only_by(&authorization.counting);
        if authorization.missing.is_empty() {
            let applied = self.state.apply_from(&transaction, effective_from)?;
            let subject = transaction.transaction().mapping.subject();
            self.proposals.settle(&subject);
            return Ok(Taken::Authorized {
                transaction,
                applied,
            });
        }
        self.proposals.keep(transaction.clone(), now)?;
        Ok(Taken::Proposed(transaction))
    }

    /// What will be in force.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// What waits for signatures.
    pub fn proposals(&self) -> impl Iterator<Item = &Proposal> {
        self.proposals.iter()
    }
}
