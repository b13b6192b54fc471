//! Which contracts have which key, as far as a transaction knows it.
//!
//! Keys are not unique. The contracts with a key come in this order: those that the transaction has
//! created, the latest first; then those of the ledger, in the order in which the ledger tells them.
//! The ledger is asked for as many as are missing, and remembered; what it has told once does not
//! change for the rest of the transaction, also where an exception undoes what was done with it.
//!
//! Invariants: a contract that was used by its id is among those that the ledger tells, once it has
//! told all; so the same contracts are found however the transaction came across them.

use std::collections::{BTreeMap, BTreeSet};

use super::node::{Key, Node, Transaction};
use crate::model::{ContractId, Hash, Identifier, PackageName};

/// A key with all that it is compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobalKey {
    /// The template. Templates of the same name in other versions of the package have the same keys.
    pub template: Identifier,
    /// The name of the template's package.
    pub package_name: PackageName,
    /// The key.
    pub key: Key,
}

/// A question for the ledger: which contracts have a key?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyQuestion {
    /// The key.
    pub key: GlobalKey,
    /// How many contracts are wanted. An answer with fewer means that there are no others.
    pub wanted: usize,
    /// What the ledger has told before; it is not to be told again.
    pub told: Vec<ContractId>,
}

/// What the ledger has told about a key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyInput {
    /// Contracts with the key.
    pub contracts: Vec<ContractId>,
    /// Whether there are no others.
    pub complete: bool,
}

/// The contracts that a query finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyMatches {
    pub(crate) contracts: Vec<ContractId>,
    /// Whether there are no others.
    pub(crate) exhaustive: bool,
    /// How many contracts were looked at.
    pub(crate) seen: usize,
}

/// A contract was used by its id although the ledger says that it has not its key, or the reverse.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Inconsistent;

/// What a transaction knows of keys.
#[derive(Debug, Default)]
pub(super) struct Keys {
    known: BTreeMap<Hash, Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Contracts of the transaction, the latest last. What was undone is taken off.
    local: Vec<ContractId>,
    input: KeyInput,
    told: BTreeSet<ContractId>,
    /// Contracts of the ledger that were used by their ids and that it has not told yet.
    by_id: BTreeSet<ContractId>,
}

impl Keys {
    /// The transaction has created a contract.
    pub(super) fn created(&mut self, key: &Hash, id: ContractId) {
        self.known.entry(*key).or_default().local.push(id);
    }

    /// The latest creation of a contract with a key is undone.
    pub(super) fn undone(&mut self, key: &Hash) {
        if let Some(known) = self.known.get_mut(key) {
            known.local.pop();
        }
    }

    /// A contract of the ledger was used by its id.
    pub(super) fn used(&mut self, key: &Hash, id: &ContractId) -> Result<(), Inconsistent> {
        let known = self.known.entry(*key).or_default();
        if !known.told.contains(id) {
            if known.input.complete {
                return Err(Inconsistent);
            }
            known.by_id.insert(id.clone());
        }
        Ok(())
    }

    /// The contracts with a key that are active, at most `wanted`. None if the ledger has to be asked
    /// for more: then, how many are missing.
    pub(super) fn find(
        &self,
        key: &Hash,
        wanted: usize,
        is_active: impl Fn(&ContractId) -> bool,
    ) -> Result<KeyMatches, usize> {
        let known = self.known.get(key);
        let local = known.map_or(&[][..], |known| &known.local);
        let input = known.map_or(&[][..], |known| &known.input.contracts);
        let mut seen = 0;
        let all = local.iter().rev().chain(input).inspect(|_| seen += 1);
        let active = all.filter(|id| is_active(id));
        let contracts: Vec<ContractId> = active.take(wanted).cloned().collect();
        let missing = wanted - contracts.len();
        if missing > 0 && !known.is_some_and(|known| known.input.complete) {
            return Err(missing);
        }
        Ok(KeyMatches {
            contracts,
            exhaustive: missing > 0,
            seen,
        })
    }

    /// What the ledger has told about a key.
    pub(super) fn input(&self, key: &Hash) -> &[ContractId] {
        let known = self.known.get(key);
        known.map_or(&[], |known| &known.input.contracts)
    }

    /// The ledger tells more about a key.
    pub(super) fn tell(
        &mut self,
        key: &Hash,
        contracts: impl IntoIterator<Item = ContractId>,
        complete: bool,
    ) -> Result<(), Inconsistent> {
        let known = self.known.entry(*key).or_default();
        for id in contracts {
            known.by_id.remove(&id);
            if known.told.insert(id.clone()) {
                known.input.contracts.push(id);
            }
        }
        known.input.complete |= complete;
        if known.input.complete && !known.by_id.is_empty() {
            return Err(Inconsistent);
        }
        Ok(())
    }

    /// What the ledger was asked for and has told.
    pub(super) fn into_inputs(self) -> BTreeMap<Hash, KeyInput> {
        let known = self.known.into_iter();
        let asked = known.filter(|(_, k)| k.input.complete || !k.input.contracts.is_empty());
        asked.map(|(key, known)| (key, known.input)).collect()
    }
}

impl Transaction {
    /// What the ledger must have told about keys for the transaction to be as it is. With these
    /// answers a replay of it has the same result, if exceptions cannot undo effects: where they can
    /// (a protocol version that has no keys), a query inside of a rollback may hide the order.
    pub fn key_inputs(&self) -> BTreeMap<Hash, KeyInput> {
        let created: BTreeSet<&ContractId> = self.nodes.iter().filter_map(created).collect();
        let mut found: BTreeMap<Hash, Found<'_>> = BTreeMap::new();
        for node in &self.nodes {
            let Some(key) = node.key() else { continue };
            let found = found.entry(key.hash).or_default();
            match node {
                Node::QueryByKey(query) => {
                    for id in query.result.iter().filter(|id| !created.contains(id)) {
                        found.by_key(id);
                    }
                    if query.exhaustive {
                        found.all();
                    }
                }
                Node::Exercise(_) | Node::Fetch(_) => {
                    let id = node.contract_id().filter(|id| !created.contains(id));
                    match id {
                        Some(id) if node.is_by_key() => found.by_key(id),
                        Some(id) => found.used.push(id),
                        None => {}
                    }
                }
                Node::Create(_) | Node::Rollback(_) => {}
            }
        }
        let found = found.into_iter();
        let asked = found.filter(|(_, found)| found.asked());
        asked.map(|(key, found)| (key, found.input)).collect()
    }
}

fn created(node: &Node) -> Option<&ContractId> {
    match node {
        Node::Create(create) => Some(&create.contract_id),
        _ => None,
    }
}

/// Contracts of the ledger with a key, as a transaction mentions them.
#[derive(Default)]
struct Found<'a> {
    input: KeyInput,
    told: BTreeSet<&'a ContractId>,
    /// Those that it mentions by their ids.
    used: Vec<&'a ContractId>,
}

impl<'a> Found<'a> {
    fn by_key(&mut self, id: &'a ContractId) {
        if self.told.insert(id) {
            self.input.contracts.push(id.clone());
        }
    }

    /// The ledger has told all, also what was archived before and is no longer among the results.
    fn all(&mut self) {
        for id in std::mem::take(&mut self.used) {
            self.by_key(id);
        }
        self.input.complete = true;
    }

    fn asked(&self) -> bool {
        self.input.complete || !self.input.contracts.is_empty()
    }
}
