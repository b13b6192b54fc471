//! A ledger in this process, for one script.
//!
//! One participant that knows everything: parties, users, packages, contracts. `submit` interprets
//! commands and commits what they do; `contracts` is what came of all submissions. Time stands still
//! and is set by the script, or is that of a clock.
//!
//! Invariants: contract ids depend only on what was submitted before; active contracts are listed in the
//! order of their creation; all parties of a transaction were allocated before.

mod contracts;

mod events;
mod submit;

mod packages;
mod parties;
mod queries;
mod users;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use self::contracts::Contracts;
use self::packages::Packages;
use super::{
    ActiveContract, Committed, KnownParty, Ledger, NamedPackage, Refusal, Rejected, Right,
    Submission, User,
};
use crate::lf::engine::Engine;
use crate::lf::value::Value;
use crate::model::{ContractId, Duration, Identifier, Party, Timestamp, UserId};

/// What the ledger's time is.
#[derive(Clone)]
pub enum TimeMode {
    /// It stands still, at first at the beginning of 1970, until the script sets it.
    Static,
    /// It is what a clock says.
    WallClock(Arc<dyn Fn() -> Timestamp + Send + Sync>),
}

/// A ledger in memory.
pub struct MemoryLedger {
    engine: Engine,
    cancelled: Arc<AtomicBool>,
    mode: TimeMode,
    /// The time, if it stands still.
    time: Timestamp,
    contracts: Contracts,
    parties: Vec<Party>,
    /// Names made up so far.
    names: u64,
    users: BTreeMap<UserId, users::Account>,
    packages: Packages,
    /// Submissions so far; each has a seed of its own.
    submissions: u64,
}

impl MemoryLedger {
    /// An empty ledger with an engine's packages. `cancelled`, set from outside, ends interpretations.
    pub fn new(engine: Engine, mode: TimeMode, cancelled: Arc<AtomicBool>) -> Self {
        Self {
            packages: Packages::of(&engine),
            engine,
            cancelled,
            mode,
            time: Timestamp::EPOCH,
            contracts: Contracts::default(),
            parties: Vec::new(),
            names: 0,
            users: BTreeMap::new(),
            submissions: 0,
        }
    }

    fn now(&self) -> Timestamp {
        match &self.mode {
            TimeMode::Static => self.time,
            TimeMode::WallClock(clock) => clock(),
        }
    }
}

impl Ledger for MemoryLedger {
    fn submit(&mut self, submission: &Submission) -> Result<Committed, Box<Rejected>> {
        self.interpret_and_commit(submission)
    }

    fn contracts(
        &mut self,
        parties: &std::collections::BTreeSet<Party>,
        template: &Identifier,
    ) -> Result<Vec<ActiveContract>, Refusal> {
        Ok(self.find_contracts(parties, template))
    }

    fn contract(
        &mut self,
        parties: &std::collections::BTreeSet<Party>,
        template: &Identifier,
        id: &ContractId,
    ) -> Result<Option<ActiveContract>, Refusal> {
        Ok(self.find_contract(parties, template, id))
    }

    fn views(
        &mut self,
        parties: &std::collections::BTreeSet<Party>,
        interface: &Identifier,
    ) -> Result<Vec<(ContractId, Option<Value>)>, Refusal> {
        Ok(self.find_views(parties, interface))
    }

    fn view(
        &mut self,
        parties: &std::collections::BTreeSet<Party>,
        interface: &Identifier,
        id: &ContractId,
    ) -> Result<Option<Value>, Refusal> {
        Ok(self.find_view(parties, interface, id))
    }

    fn contracts_by_key(
        &mut self,
        parties: &std::collections::BTreeSet<Party>,
        template: &Identifier,
        key: &Value,
        limit: usize,
    ) -> Result<Vec<ActiveContract>, Refusal> {
        self.find_by_key(parties, template, key, limit)
    }

    fn allocate_party(&mut self, hint: &str, _participants: &[Arc<str>]) -> Result<Party, Refusal> {
        self.add_party(hint)
    }

    fn parties(&mut self, _participant: Option<&str>) -> Result<Vec<KnownParty>, Refusal> {
        Ok(self.known_parties())
    }

    fn time(&mut self) -> Result<Timestamp, Refusal> {
        Ok(self.now())
    }

    fn set_time(&mut self, time: Timestamp) -> Result<(), Refusal> {
        match self.mode {
            TimeMode::Static => {
                self.time = time;
                Ok(())
            }
            TimeMode::WallClock(_) => Err(Refusal::new(
                "setTime is not possible with a wall clock: run with --static-time",
            )),
        }
    }

    fn sleep(&mut self, micros: i64) -> Result<(), Refusal> {
        match self.mode {
            // nothing could notice it
            TimeMode::Static => {}
            TimeMode::WallClock(_) => {
                let micros = u64::try_from(Duration::from_micros(micros).micros()).unwrap_or(0);
                std::thread::sleep(std::time::Duration::from_micros(micros));
            }
        }
        Ok(())
    }

    fn create_user(
        &mut self,
        user: &User,
        rights: &[Right],
        _participant: Option<&str>,
    ) -> Result<Option<()>, Refusal> {
        Ok(self.add_user(user, rights))
    }

    fn user(&mut self, id: &UserId, _participant: Option<&str>) -> Result<Option<User>, Refusal> {
        Ok(self.users.get(id).map(|account| account.user.clone()))
    }

    fn delete_user(
        &mut self,
        id: &UserId,
        _participant: Option<&str>,
    ) -> Result<Option<()>, Refusal> {
        Ok(self.users.remove(id).map(|_| ()))
    }

    fn users(&mut self, _participant: Option<&str>) -> Result<Vec<User>, Refusal> {
        let accounts = self.users.values();
        Ok(accounts.map(|account| account.user.clone()).collect())
    }

    fn grant(
        &mut self,
        id: &UserId,
        rights: &[Right],
        _participant: Option<&str>,
    ) -> Result<Option<Vec<Right>>, Refusal> {
        Ok(self.users.get_mut(id).map(|account| account.grant(rights)))
    }

    fn revoke(
        &mut self,
        id: &UserId,
        rights: &[Right],
        _participant: Option<&str>,
    ) -> Result<Option<Vec<Right>>, Refusal> {
        Ok(self.users.get_mut(id).map(|account| account.revoke(rights)))
    }

    fn rights(
        &mut self,
        id: &UserId,
        _participant: Option<&str>,
    ) -> Result<Option<Vec<Right>>, Refusal> {
        let account = self.users.get(id);
        Ok(account.map(|account| account.rights.iter().cloned().collect()))
    }

    fn vet(
        &mut self,
        packages: &[NamedPackage],
        vetted: bool,
        _participant: Option<&str>,
    ) -> Result<(), Refusal> {
        self.packages.vet(packages, vetted)
    }

    fn packages(&mut self, vetted_only: bool) -> Result<Vec<NamedPackage>, Refusal> {
        Ok(self.packages.list(vetted_only))
    }
}
