//! Users and their rights.

use std::collections::BTreeSet;

use super::MemoryLedger;
use crate::script::ledger::{Right, User};

/// A user with rights.
pub(super) struct Account {
    pub(super) user: User,
    pub(super) rights: BTreeSet<Right>,
}

impl Account {
    /// Gives rights; those that are new.
    pub(super) fn grant(&mut self, rights: &[Right]) -> Vec<Right> {
        let wanted: BTreeSet<&Right> = rights.iter().collect();
        let mut granted = Vec::new();
        for right in wanted {
            if self.rights.insert(right.clone()) {
                granted.push(right.clone());
            }
        }
        granted
    }

    /// Takes rights; those that were there.
    pub(super) fn revoke(&mut self, rights: &[Right]) -> Vec<Right> {
        let unwanted: BTreeSet<&Right> = rights.iter().collect();
        let taken = unwanted.into_iter().filter(|it| self.rights.remove(it));
        taken.cloned().collect()
    }
}

impl MemoryLedger {
    pub(super) fn add_user(&mut self, user: &User, rights: &[Right]) -> Option<()> {
        if self.users.contains_key(&user.id) {
            return None;
        }
        let account = Account {
            user: user.clone(),
            rights: rights.iter().cloned().collect(),
        };
        self.users.insert(user.id.clone(), account);
        Some(())
    }
}
