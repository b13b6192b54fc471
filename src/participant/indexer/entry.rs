//! Entries of the event log in the words of the ledger.

use bytes::Bytes;

use crate::model::{
    CommandId, ContractId, DomainId, Identifier, Name, Offset, PackageName, ParticipantId, Party,
    SubmissionId, Timestamp, UpdateId, UserId, WorkflowId,
};
use crate::participant::errors::Refusal;
use crate::participant::submission::TraceContext;
use crate::topology::Permission;

/// One entry of the event log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its position.
    pub offset: Offset,
    /// The sequencing time at which it took effect; for what only this participant has, its own
    /// time.
    pub record_time: Timestamp,
    /// The domain on which it took effect.
    pub domain: DomainId,
    /// The distributed trace that it belongs to.
    pub trace: TraceContext,
    /// What happened.
    pub body: Body,
    /// Its size in the log, in bytes.
    pub size: usize,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A transaction was accepted.
    Transaction(Transaction),
    /// A submission of an application changed nothing.
    Rejection(Rejection),
    /// The hosts of a party changed.
    Hosting(HostingChanged),
}

/// An accepted transaction, as far as parties hosted here see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Its id, the same on all participants.
    pub update_id: UpdateId,
    /// Its ledger time.
    pub effective_at: Timestamp,
    /// The workflow that it belongs to.
    pub workflow_id: Option<WorkflowId>,
    /// What its submitter learns; none where it was not submitted.
    pub completion: Option<Completion>,
    /// What happened, in the order of execution.
    pub events: Vec<Event>,
}

/// A node that somebody hosted here sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number in the whole transaction.
    pub node_id: i32,
    /// The contract that it is about.
    pub contract_id: ContractId,
    /// The contract's template.
    pub template: Identifier,
    /// Hosted parties that see it.
    pub witnesses: Vec<Party>,
    /// Hosted stakeholders of the contract.
    pub stakeholders: Vec<Party>,
    /// The contract was created and archived in this transaction.
    pub transient: bool,
    /// What was done.
    pub action: Action,
}

/// What was done with a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// It was created; what it says is in the contract store.
    Created,
    /// A choice was exercised on it.
    Exercised(Exercise),
}

/// A choice that was exercised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exercise {
    /// The name of the template's package.
    pub package_name: PackageName,
    /// The interface to which the choice belongs, if it is not the template's own.
    pub interface: Option<Identifier>,
    /// The choice.
    pub choice: Name,
    /// Its argument, encoded.
    pub argument: Bytes,
    /// Its result, encoded.
    pub result: Bytes,
    /// Who exercised it.
    pub acting: Vec<Party>,
    /// Whether it archived the contract.
    pub consuming: bool,
    /// The number of the last node below it.
    pub last_descendant: i32,
}

/// What an application learns about its submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Who submitted.
    pub user_id: UserId,
    /// With whose authority.
    pub act_as: Vec<Party>,
    /// The application's name for the change.
    pub command_id: CommandId,
    /// The application's name for the attempt.
    pub submission_id: SubmissionId,
    /// Duplicates were looked for after this offset.
    pub deduplication_offset: Offset,
}

/// A submission that changed nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Which submission.
    pub completion: Completion,
    /// Why.
    pub refusal: Refusal,
}

/// The hosts of a party changed: also when it becomes known, or is no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostingChanged {
    /// The id of the update.
    pub update_id: UpdateId,
    /// The party.
    pub party: Party,
    /// Whether it is hosted here from now on.
    pub is_local: bool,
    /// What changed; not empty.
    pub changes: Vec<HostChange>,
}

/// What changed about one host of a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostChange {
    /// The host.
    pub participant: ParticipantId,
    /// What it may do from now on.
    pub now: HostNow,
}

/// What a host may do from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostNow {
    /// It came, and may do this.
    Added(Permission),
    /// It may do this.
    Changed(Permission),
    /// It left.
    Revoked,
}

impl Event {
    /// Whether it changes the set of active contracts: a contract begins or ends outside of one
    /// transaction.
    pub fn changes_active_contracts(&self) -> bool {
        let consuming = match &self.action {
            Action::Created => true,
            Action::Exercised(exercise) => exercise.consuming,
        };
        consuming && !self.transient
    }
}

impl Entry {
    /// What an application learns about its submission, if the entry is about one.
    pub fn completion(&self) -> Option<&Completion> {
        match &self.body {
            Body::Transaction(transaction) => transaction.completion.as_ref(),
            Body::Rejection(rejection) => Some(&rejection.completion),
            Body::Hosting(_) => None,
        }
    }

    /// The id under which it can be looked up, if it is an update.
    pub fn update_id(&self) -> Option<&UpdateId> {
        match &self.body {
            Body::Transaction(transaction) => Some(&transaction.update_id),
            Body::Hosting(changed) => Some(&changed.update_id),
            Body::Rejection(_) => None,
        }
    }
}
