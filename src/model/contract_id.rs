//! Contract ids.
//!
//! Source: the Daml-LF specification, "Contract ID allocation schemes". Scheme V1: one version
//! byte `00`, a discriminator of 32 bytes, and a suffix of at most 94 bytes. A contract on the
//! ledger has a suffix that begins with `ca12` and goes on with a hash of the contract, so that
//! the id authenticates it (the engine's `transaction/contract_id.rs` makes and checks it).
//!
//! Scheme V2 (`01`, a local prefix of 12 bytes, a suffix of at most 33) can be written and stored;
//! no contract of this ledger has such an id.

use std::fmt;
use std::sync::Arc;

const VERSION_V1: u8 = 0x00;
const DISCRIMINATOR_LENGTH: usize = 32;
const SUFFIX_LENGTH_MAX: usize = 94;
const VERSION_V2: u8 = 0x01;
const V2_PREFIX_LENGTH: usize = 12;
const V2_SUFFIX_LENGTH_MAX: usize = 33;

/// The identity of a contract. Ordered by its bytes.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContractId(Arc<[u8]>);

/// Why bytes or a string are no contract id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContractIdError {
    /// Not hexadecimal.
    #[error("cannot parse ContractId \"{0}\": it is not a hexadecimal string")]
    NotHexadecimal(String),
    /// Neither of the two layouts.
    #[error(
        "cannot parse ContractId \"{0}\": it is neither 00 + 32 bytes + suffix nor 01 + 12 bytes + suffix"
    )]
    Layout(String),
}

impl ContractId {
    /// An id from its discriminator and suffix.
    pub fn new(discriminator: [u8; DISCRIMINATOR_LENGTH], suffix: &[u8]) -> Self {
        assert!(
            suffix.len() <= SUFFIX_LENGTH_MAX,
            "contract id suffix too long"
        );
        let mut bytes = Vec::with_capacity(1 + DISCRIMINATOR_LENGTH + suffix.len());
        bytes.push(VERSION_V1);
        bytes.extend_from_slice(&discriminator);
        bytes.extend_from_slice(suffix);
        Self(bytes.into())
    }

    /// Reads the bytes of an id.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ContractIdError> {
        let length = bytes.len();
        let well_formed = layout(bytes)
            .is_some_and(|(start, suffix_max)| (start..=start + suffix_max).contains(&length));
        if well_formed {
            Ok(Self(bytes.into()))
        } else {
            Err(ContractIdError::Layout(super::text::excerpt(&hex::encode(
                bytes,
            ))))
        }
    }

    /// Reads lower-case hexadecimal.
    pub fn parse(text: &str) -> Result<Self, ContractIdError> {
        let lower_case = !text.bytes().any(|b| b.is_ascii_uppercase());
        match hex::decode(text) {
            Ok(bytes) if lower_case => Self::from_bytes(&bytes),
            _ => Err(ContractIdError::NotHexadecimal(super::text::excerpt(text))),
        }
    }

    /// All bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// What follows the discriminator; empty for an id that no ledger has completed.
    pub fn suffix(&self) -> &[u8] {
        let start = layout(&self.0).map_or(self.0.len(), |(start, _)| start);
        &self.0[start..]
    }
}

/// Where the suffix starts, and how long it may be.
fn layout(bytes: &[u8]) -> Option<(usize, usize)> {
    match *bytes.first()? {
        VERSION_V1 => Some((1 + DISCRIMINATOR_LENGTH, SUFFIX_LENGTH_MAX)),
        VERSION_V2 => Some((1 + V2_PREFIX_LENGTH, V2_SUFFIX_LENGTH_MAX)),
        _ => None,
    }
}

impl fmt::Display for ContractId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for ContractId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::str::FromStr for ContractId {
    type Err = ContractIdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_id_has_a_version_a_discriminator_and_a_bounded_suffix() {
        let id = ContractId::new([7; 32], &[0xca, 0x12]);
        assert_eq!(ContractId::parse(&id.to_string()), Ok(id.clone()));
        assert_eq!(id.suffix(), [0xca, 0x12]);
        let other = ContractId::parse(&"01".repeat(20)).unwrap();
        assert_eq!(other.suffix().len(), 7);
        let long = ("01".repeat(47), "00".repeat(128), "02".repeat(40));
        for bad in ["", "00", "zz", "01", &long.0, &long.1, &long.2] {
            assert!(ContractId::parse(bad).is_err(), "{bad}");
        }
        assert!(ContractId::parse(&id.to_string().to_uppercase()).is_err());
    }
}
