//! A contract as it is stored and shown to those who use it.

use std::collections::BTreeSet;

use super::contract_id;
use super::node::{Create, Key};
use crate::lf::value::Value;
use crate::model::{ContractId, Hash, Identifier, PackageName, Party, Timestamp};

/// Everything that a contract is, but its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractInstance {
    /// Its template.
    pub template: Identifier,
    /// The name of the template's package.
    pub package_name: PackageName,
    /// What it says, in normal form.
    pub argument: Value,
    /// Who signed it.
    pub signatories: BTreeSet<Party>,
    /// Who signed or observes it.
    pub stakeholders: BTreeSet<Party>,
    /// Its key.
    pub key: Option<Key>,
    /// The ledger time of the transaction that created it.
    pub created_at: Timestamp,
    /// What hides its contents in its id.
    pub salt: Hash,
}

/// A contract is not the one that its id names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the contract does not match the hash in its id {0}")]
pub struct AuthenticationError(pub ContractId);

impl ContractInstance {
    /// Whether this is the contract that an id names: the id contains its hash.
    pub fn authenticate(&self, id: &ContractId) -> Result<(), AuthenticationError> {
        let recomputed = contract_id::discriminator_of(id)
            .map(|discriminator| contract_id::complete(&discriminator, self));
        if recomputed.as_ref() == Some(id) {
            Ok(())
        } else {
            Err(AuthenticationError(id.clone()))
        }
    }

    /// The id of this contract if it had the discriminator of another one: for tests of forged contracts.
    #[cfg(test)]
    pub(crate) fn id_like(&self, other: &ContractId) -> Option<ContractId> {
        let discriminator = contract_id::discriminator_of(other)?;
        Some(contract_id::complete(&discriminator, self))
    }

    /// The contract that a node creates, given what the node does not tell.
    pub fn of_create(create: &Create, created_at: Timestamp, salt: Hash) -> Self {
        Self {
            template: create.template.clone(),
            package_name: create.package_name.clone(),
            argument: create.argument.clone(),
            signatories: create.signatories.clone(),
            stakeholders: create.stakeholders.clone(),
            key: create.key.clone(),
            created_at,
            salt,
        }
    }

    /// The salt of the contract that a node with a seed creates.
    pub fn salt_of(node_seed: &Hash) -> Hash {
        contract_id::salt(node_seed)
    }

    /// Who observes it without having signed it.
    pub fn observers(&self) -> impl Iterator<Item = &Party> {
        self.stakeholders.difference(&self.signatories)
    }
}

#[cfg(test)]
impl ContractInstance {
    /// The id that it has with a discriminator.
    pub(crate) fn id_with(&self, discriminator: &Hash) -> ContractId {
        contract_id::complete(discriminator, self)
    }
}
