//! What goes to ledgers, and what comes back.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::lf;
use crate::lf::transaction::Transaction;
use crate::lf::value::Value;
use crate::model::{
    ContractId, Identifier, Name, PackageId, PackageName, PackageVersion, Party, Timestamp, UserId,
};

/// Commands that succeed or fail together.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Whose authority they have.
    pub act_as: BTreeSet<Party>,
    /// Whose contracts may be read besides.
    pub read_as: BTreeSet<Party>,
    /// Contracts shown by hand.
    pub disclosures: Vec<Disclosure>,
    /// Packages to be preferred over others with their names.
    pub package_preference: Vec<PackageId>,
    /// What to do.
    pub commands: Vec<Command>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// What.
    pub action: lf::engine::Command,
    /// Whether exactly the package of its template is to be used, not one with the same name.
    pub exact_package: bool,
}

/// A contract shown by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// Its template.
    pub template: Identifier,
    /// Its id.
    pub contract_id: ContractId,
    /// What the ledger said it is.
    pub blob: Vec<u8>,
}

/// What commands did.
#[derive(Debug, Clone)]
pub struct Committed {
    /// The events, as far as they are shown to scripts.
    pub events: Vec<Event>,
    /// The transaction, where the ledger tells the whole of it.
    pub transaction: Option<Arc<Transaction>>,
    /// Its ledger time.
    pub at: Timestamp,
    /// What the code of the commands told by `trace` and `debug`.
    pub traces: Vec<Arc<str>>,
}

/// Why commands did nothing.
#[derive(Debug, Clone)]
pub struct Rejected {
    /// Why.
    pub reason: Reason,
    /// What the code of the commands told by `trace` and `debug`.
    pub traces: Vec<Arc<str>>,
    /// What was under way, the innermost first.
    pub backtrace: Vec<lf::error::Level>,
}

impl From<Reason> for Box<Rejected> {
    fn from(reason: Reason) -> Self {
        Self::new(Rejected {
            reason,
            traces: Vec::new(),
            backtrace: Vec::new(),
        })
    }
}

/// Why a submission failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what the messages name")]
pub enum Reason {
    /// The engine could not interpret the commands.
    Interpretation(lf::error::Error),
    /// The contract's ledger time is after the submission's.
    NotEffective {
        contract_id: ContractId,
        template: Identifier,
        effective_at: Timestamp,
    },
    /// The contract has been archived.
    NotActive {
        contract_id: ContractId,
        template: Identifier,
    },
    /// None of the submitting and reading parties has a stake in the contract.
    NotVisible {
        contract_id: ContractId,
        template: Identifier,
        act_as: BTreeSet<Party>,
        read_as: BTreeSet<Party>,
        stakeholders: BTreeSet<Party>,
    },
    /// Parties that nobody allocated.
    UnknownParties(BTreeSet<Party>),
    /// A disclosed contract that cannot be read.
    Disclosure(String),
    /// No package with this name may be used.
    UnresolvedPackage(PackageName),
    /// A package that may not be used.
    UnvettedPackage(PackageId),
    /// What a running ledger says, by its error id.
    Told { id: String, message: String },
    /// Anything else.
    Other(String),
}

/// What an action did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A contract was created.
    Created(ActiveContract),
    /// A choice was exercised.
    Exercised(Exercised),
}

/// An exercised choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exercised {
    /// The contract's template.
    pub template: Identifier,
    /// The interface whose choice it is, if it is not the template's own.
    pub interface: Option<Identifier>,
    /// The contract.
    pub contract_id: ContractId,
    /// The choice.
    pub choice: Name,
    /// Its argument.
    pub argument: Value,
    /// Its result.
    pub result: Value,
    /// What it did.
    pub children: Vec<Event>,
}

/// A contract as queries find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveContract {
    /// Its id.
    pub contract_id: ContractId,
    /// Its template, in the package that was asked for.
    pub template: Identifier,
    /// What it says, in normal form.
    pub argument: Value,
    /// What to show others who are to use it.
    pub blob: Vec<u8>,
}

/// A party that a participant knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownParty {
    /// The party.
    pub party: Party,
    /// Whether the participant hosts it.
    pub is_local: bool,
}

/// A user of a participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The party that it mostly acts as.
    pub primary_party: Option<Party>,
}

/// What a user may do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "named as in the Ledger API")]
pub enum Right {
    ParticipantAdmin,
    CanActAs(Party),
    CanReadAs(Party),
    CanReadAsAnyParty,
    CanExecuteAs(Party),
    CanExecuteAsAnyParty,
    CanActAsAnyParty,
}

/// A package by name and version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedPackage {
    /// Its name.
    pub name: PackageName,
    /// Its version.
    pub version: PackageVersion,
}

/// Why a ledger refused something that is no submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The class of the error, as scripts see it.
    pub class: &'static str,
    /// What is wrong.
    pub message: String,
}

impl Refusal {
    /// A refusal without a class of its own.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            class: "RuntimeException",
            message: message.into(),
        }
    }
}
