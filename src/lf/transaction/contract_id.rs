//! Contract ids: where they come from and how they authenticate their contract.
//!
//! `00 ∥ discriminator ∥ suffix`. The discriminator comes from the node's seed, so nobody can guess
//! or choose it. The suffix is `ca12`, a multihash prefix, and a hash over everything that a
//! contract is, salted from the same seed, so that it tells nothing.

use std::collections::BTreeSet;

use super::instance::ContractInstance;
use super::seed::hmac;
use crate::model::{ContractId, Hash, HashBuilder, Party, Purpose, Timestamp};

/// How a suffix that authenticates begins.
const SUFFIX_PREFIX: [u8; 2] = [0xca, 0x12];
/// SHA-256, 32 bytes, as a multihash.
const MULTIHASH_PREFIX: [u8; 2] = [0x12, 0x20];

const DISCRIMINATOR: std::ops::Range<usize> = 1..33;

/// The discriminator of a contract that a node creates.
pub(super) fn discriminator(
    node_seed: &Hash,
    preparation_time: Timestamp,
    stakeholders: &BTreeSet<Party>,
) -> Hash {
    let mut message = Vec::new();
    message.extend(preparation_time.micros().to_be_bytes());
    message.extend(length(stakeholders.len()));
    for party in stakeholders {
        message.extend(length(party.as_str().len()));
        message.extend(party.as_str().as_bytes());
    }
    hmac(node_seed, &[&message])
}

fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

/// What hides the contents of a contract in its id.
pub(super) fn salt(node_seed: &Hash) -> Hash {
    Hash::of(Purpose::ContractSalt, node_seed.as_bytes())
}

/// The id of a contract.
pub(super) fn complete(discriminator: &Hash, instance: &ContractInstance) -> ContractId {
    let mut suffix = Vec::with_capacity(36);
    suffix.extend(SUFFIX_PREFIX);
    suffix.extend(MULTIHASH_PREFIX);
    suffix.extend(contents(discriminator, instance).as_bytes());
    ContractId::new(*discriminator.as_bytes(), &suffix)
}

/// The discriminator in an id.
pub(super) fn discriminator_of(id: &ContractId) -> Option<Hash> {
    Hash::from_slice(id.as_bytes().get(DISCRIMINATOR)?)
}

fn contents(discriminator: &Hash, instance: &ContractInstance) -> Hash {
    HashBuilder::new(Purpose::Contract)
        .bytes(discriminator.as_bytes())
        .bytes(&instance.to_bytes())
        .finish()
}
