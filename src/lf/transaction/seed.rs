//! Seeds: from one random number, one for each node.
//!
//! Source: the Daml-LF specification, "Contract ID allocation schemes": HMAC-SHA256 with the parent's
//! seed as key. Children are counted without rollbacks, so that a seed does not depend on
//! normalisation.

use sha2::{Digest, Sha256};

use crate::model::{Hash, ParticipantId, Timestamp};

const BLOCK: usize = 64;

/// The seed of a transaction, from a random number of the submitter.
pub fn transaction_seed(
    submission_seed: &Hash,
    participant: &ParticipantId,
    preparation_time: Timestamp,
) -> Hash {
    let name = participant.to_string();
    let length = u32::try_from(name.len()).unwrap_or(u32::MAX);
    hmac(
        submission_seed,
        &[
            &length.to_be_bytes(),
            name.as_bytes(),
            &preparation_time.micros().to_be_bytes(),
        ],
    )
}

/// The seed of a node's child, or of a transaction's root.
pub fn child_seed(parent: &Hash, index: u32) -> Hash {
    hmac(parent, &[&index.to_be_bytes()])
}

/// HMAC-SHA256 with a key of 32 bytes.
pub(super) fn hmac(key: &Hash, message: &[&[u8]]) -> Hash {
    let mut inner = [0x36_u8; BLOCK];
    let mut outer = [0x5c_u8; BLOCK];
    for (i, byte) in key.as_bytes().iter().enumerate() {
        inner[i] ^= byte;
        outer[i] ^= byte;
    }
    let mut hasher = Sha256::new();
    hasher.update(inner);
    for part in message {
        hasher.update(part);
    }
    let digest = hasher.finalize();
    let mut hasher = Sha256::new();
    hasher.update(outer);
    hasher.update(digest);
    Hash::from_bytes(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mac_is_that_of_rfc_4231() {
        // test case 2, with its short key padded by zeros as the RFC does
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let mac = hmac(
            &Hash::from_bytes(key),
            &[b"what do ya want ", b"for nothing?"],
        );
        assert_eq!(
            mac.to_string(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn every_child_has_a_seed_of_its_own() {
        let root = Hash::from_bytes([7; 32]);
        let seeds: std::collections::BTreeSet<_> =
            (0..100).map(|index| child_seed(&root, index)).collect();
        assert_eq!(seeds.len(), 100);
    }
}
