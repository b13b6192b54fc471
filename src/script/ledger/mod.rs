//! Where commands go.
//!
//! [`Ledger`] is what scripts need of a ledger. `memory` is one in this process, as fast as the engine
//! and fresh for each script; `remote` is a running one, over its Ledger API.

mod reason;

mod memory;

pub use memory::{MemoryLedger, TimeMode};

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::lf;
use crate::lf::transaction::Transaction;
use crate::lf::value::Value;
use crate::model::{ContractId, Identifier, Name, PackageId, PackageName, PackageVersion, Party};
use crate::model::{Timestamp, UserId};

/// What scripts need of a ledger.
pub trait Ledger {
    /// Submits commands and waits for what comes of them.
    fn submit(&mut self, submission: &Submission) -> Result<Committed, Box<Rejected>>;

    /// The active contracts of a template in which the parties have a stake, the oldest first.
    fn contracts(
        &mut self,
        parties: &BTreeSet<Party>,
        template: &Identifier,
    ) -> Result<Vec<ActiveContract>, Refusal>;

    /// An active contract in which the parties have a stake.
    fn contract(
        &mut self,
        parties: &BTreeSet<Party>,
        template: &Identifier,
        id: &ContractId,
    ) -> Result<Option<ActiveContract>, Refusal>;

    /// What the active contracts of the parties look like through an interface; none where the
    /// view fails.
    fn views(
        &mut self,
        parties: &BTreeSet<Party>,
        interface: &Identifier,
    ) -> Result<Vec<(ContractId, Option<Value>)>, Refusal>;

    /// What a contract looks like through an interface.
    fn view(
        &mut self,
        parties: &BTreeSet<Party>,
        interface: &Identifier,
        id: &ContractId,
    ) -> Result<Option<Value>, Refusal>;

    /// Active contracts with a key, the newest first, at most so many.
    fn contracts_by_key(
        &mut self,
        parties: &BTreeSet<Party>,
        template: &Identifier,
        key: &Value,
        limit: usize,
    ) -> Result<Vec<ActiveContract>, Refusal>;

    /// Allocates a party on some participants, or on the only one.
    fn allocate_party(&mut self, hint: &str, participants: &[Arc<str>]) -> Result<Party, Refusal>;

    /// The parties that a participant knows.
    fn parties(&mut self, participant: Option<&str>) -> Result<Vec<KnownParty>, Refusal>;

    /// The time.
    fn time(&mut self) -> Result<Timestamp, Refusal>;

    /// Sets the time, where that is possible.
    fn set_time(&mut self, time: Timestamp) -> Result<(), Refusal>;

    /// Lets some time pass.
    fn sleep(&mut self, micros: i64) -> Result<(), Refusal>;

    /// Creates a user; none if there is one with the id.
    fn create_user(
        &mut self,
        user: &User,
        rights: &[Right],
        participant: Option<&str>,
    ) -> Result<Option<()>, Refusal>;

    /// A user.
    fn user(&mut self, id: &UserId, participant: Option<&str>) -> Result<Option<User>, Refusal>;

    /// Deletes a user; none if there is no such one.
    fn delete_user(
        &mut self,
        id: &UserId,
        participant: Option<&str>,
    ) -> Result<Option<()>, Refusal>;

    /// All users.
    fn users(&mut self, participant: Option<&str>) -> Result<Vec<User>, Refusal>;

    /// Gives a user rights; those that are new.
    fn grant(
        &mut self,
        id: &UserId,
        rights: &[Right],
        participant: Option<&str>,
    ) -> Result<Option<Vec<Right>>, Refusal>;

    /// Takes rights from a user; those that it had.
    fn revoke(
        &mut self,
        id: &UserId,
        rights: &[Right],
        participant: Option<&str>,
    ) -> Result<Option<Vec<Right>>, Refusal>;

    /// The rights of a user.
    fn rights(
        &mut self,
        id: &UserId,
        participant: Option<&str>,
    ) -> Result<Option<Vec<Right>>, Refusal>;

    /// Lets packages be used, or no longer.
    fn vet(
        &mut self,
        packages: &[NamedPackage],
        vetted: bool,
        participant: Option<&str>,
    ) -> Result<(), Refusal>;

    /// Packages that are there, or that may be used.
    fn packages(&mut self, vetted_only: bool) -> Result<Vec<NamedPackage>, Refusal>;
}

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
