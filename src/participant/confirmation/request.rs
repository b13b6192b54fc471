//! A confirmation request after the checks that look at it alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::locks::Usage;
use crate::lf::transaction::{ContractInstance, Transaction};
use crate::model::{ContractId, HashBuilder, Party, Purpose, Timestamp, UpdateId};
use crate::protocol::{Reject, RequestId, RootHash, TransactionView};

/// A request, read and checked.
#[derive(Debug)]
pub struct CheckedRequest {
    /// Its sequencing time.
    pub id: RequestId,
    /// What the mediator calls its contents.
    pub root_hash: RootHash,
    /// Without a verdict by then, every participant gives it up.
    pub deadline: Timestamp,
    /// The confirming parties for which this participant answers.
    pub confirming_here: BTreeSet<Party>,
    /// The parties hosted here that see something of it.
    pub hosted_here: BTreeSet<Party>,
    /// What is in it; `None` if it could not even be read.
    pub content: Option<Content>,
    /// What is wrong with it, whatever the state of the ledger.
    pub problem: Option<Reject>,
}

/// The transaction that a request carries.
#[derive(Debug)]
pub struct Content {
    /// Who submits what, and when.
    pub view: TransactionView,
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
    pub fn update_id(&self) -> UpdateId {
        let hash = HashBuilder::new(Purpose::Transaction)
            .bytes(self.root_hash.0.as_bytes())
            .number(self.id.0.micros())
            .finish();
        UpdateId::parse(&format!("1220{hash}")).expect("hexadecimal is a legal update id")
    }
}
