//! A confirmation request after the checks that look at it alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::locks::Usage;
use crate::lf::transaction::{ContractInstance, Transaction};
use crate::model::{
    ContractId, DomainId, HashBuilder, Party, Purpose, SubmissionId, Timestamp, UpdateId,
};
use crate::participant::submission::ChangeId;
use crate::protocol::{ConfirmedView, Reject, RequestId, RootHash, TransactionMetadata};

/// A request, read and checked.
#[derive(Debug)]
pub struct CheckedRequest {
    /// Its sequencing time.
    pub id: RequestId,
    /// What the mediator calls its contents.
    pub root_hash: RootHash,
    /// Without a verdict by then, every participant gives it up.
    pub deadline: Timestamp,
    /// The views for which this participant answers, and for whom.
    pub confirming_here: Vec<ConfirmedView>,
    /// The parties hosted here that see something of it.
    pub hosted_here: BTreeSet<Party>,
    /// The change that it is about, if a submitter of it is hosted here.
    pub change: Option<Change>,
    /// What is in it; `None` if it could not even be read.
    pub content: Option<Content>,
    /// What is wrong with it, whatever the state of the ledger.
    pub problem: Option<Problem>,
}

/// The change that a request is about: every host of a submitter sees to it that it happens once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which change.
    pub id: ChangeId,
    /// It must not have been accepted after this time.
    pub deduplication_start: Timestamp,
    /// The application's name for this attempt.
    pub submission_id: SubmissionId,
}

/// Why a request is rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What others are told: nothing about contracts but their ids.
    pub reject: Box<Reject>,
    /// What stands in our log.
    pub detail: String,
}

/// What is visible here of the transaction that a request carries.
#[derive(Debug)]
pub struct Content {
    /// What holds for all of it.
    pub times: TransactionMetadata,
    /// The transaction.
    pub transaction: Arc<Transaction>,
    /// The contracts that it creates.
    pub created: Vec<(ContractId, Arc<ContractInstance>)>,
    /// The contracts that it uses.
    pub usage: Usage,
    /// The contracts that come and go within it.
    pub transient: BTreeSet<ContractId>,
}

impl CheckedRequest {
    /// The identity of the update that it becomes, the same on every participant.
    pub fn update_id(&self, domain: &DomainId) -> UpdateId {
        let hash = HashBuilder::new(Purpose::Transaction)
            .bytes(domain.as_str().as_bytes())
            .bytes(self.root_hash.0.as_bytes())
            .number(self.id.0.micros())
            .finish();
        UpdateId::parse(&format!("1220{hash}")).expect("hexadecimal is a legal update id")
    }
}
