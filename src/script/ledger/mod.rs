//! Where commands go.
//!
//! [`Ledger`] is what scripts need of a ledger. `memory` is one in this process, as fast as the engine
//! and fresh for each script; `remote` is a running one, over its Ledger API.

mod data;
mod reason;

mod memory;
mod remote;

pub use data::{
    ActiveContract, Command, Committed, Disclosure, Event, Exercised, KnownParty, NamedPackage,
    Reason, Refusal, Rejected, Right, Submission, User,
};
pub use memory::{MemoryLedger, TimeMode};
pub use remote::RemoteLedger;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::lf::value::Value;
use crate::model::{ContractId, Identifier, Party, Timestamp, UserId};

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
