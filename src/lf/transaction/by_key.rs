//! What a transaction that is being built does with contract keys.

use std::collections::BTreeMap;

use super::authorization;
use super::builder::{Builder, ContractInfo, failed};
use super::keys::{GlobalKey, KeyInput, KeyMatches, KeyQuestion};
use super::node::{Key, Node, QueryByKey};
use crate::lf::error::Error;
use crate::model::{ContractId, Hash};

impl Builder {
    /// The active contracts with a key, at most `wanted`; or what the ledger must tell first.
    pub(crate) fn find_by_key(
        &self,
        key: &GlobalKey,
        wanted: usize,
    ) -> Result<KeyMatches, Box<KeyQuestion>> {
        let is_active = |id: &ContractId| self.consumed_by(id).is_none();
        let found = self.keys.find(&key.key.hash, wanted, is_active);
        found.map_err(|missing| {
            Box::new(KeyQuestion {
                key: key.clone(),
                wanted: missing,
                told: self.keys.input(&key.key.hash).to_vec(),
            })
        })
    }

    /// The ledger's answer to a question.
    pub(crate) fn tell_key(
        &mut self,
        key: &GlobalKey,
        contracts: Vec<ContractId>,
        complete: bool,
    ) -> Result<(), Error> {
        let told = self.keys.tell(&key.key.hash, contracts, complete);
        told.map_err(|_| Error::InconsistentContractKey(Box::new(key.clone())))
    }

    /// Whether a query by a key is authorised here.
    pub(crate) fn authorize_query(&mut self, key: &GlobalKey) -> Result<(), Error> {
        let authorizers = self.authorizers()?;
        let authorized = authorization::query_by_key(key, &authorizers);
        authorized.map_err(|failure| failed(self.next_node(), failure))
    }

    /// Adds a query by key with what it has found.
    pub(crate) fn query_by_key(&mut self, key: GlobalKey, found: KeyMatches) -> Result<(), Error> {
        let id = self.next_node();
        let node = QueryByKey {
            template: key.template,
            package_name: key.package_name,
            key: key.key,
            result: found.contracts,
            exhaustive: found.exhaustive,
        };
        self.add_leaf(id, Node::QueryByKey(node))
    }

    /// Notes that a contract was used by its id.
    pub(super) fn used_by_id(
        &mut self,
        id: &ContractId,
        contract: &ContractInfo,
    ) -> Result<(), Error> {
        let Some(key) = &contract.key else {
            return Ok(());
        };
        if self.is_created(id) {
            return Ok(());
        }
        let used = self.keys.used(&key.hash, id);
        used.map_err(|_| Error::InconsistentContractKey(Box::new(contract.global_key(key))))
    }

    /// What the ledger has told about keys.
    pub(crate) fn take_key_inputs(&mut self) -> BTreeMap<Hash, KeyInput> {
        std::mem::take(&mut self.keys).into_inputs()
    }
}

impl ContractInfo {
    fn global_key(&self, key: &Key) -> GlobalKey {
        GlobalKey {
            template: self.template.clone(),
            package_name: self.package_name.clone(),
            key: key.clone(),
        }
    }
}
