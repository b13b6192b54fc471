//! A view of a transaction: one action and what it leads to, seen by the same participants.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use bytes::Bytes;
use prost::Message as _;

use super::Error;
use super::merkle::LeafContent;
use super::parts::{hash, hash_bytes, optional_hash, parties, texts};
use crate::model::{ContractId, Hash, PackageId, PackageName, Party};
use crate::wire::protocol as wire;

/// Where a view stands: indices from the root. The order is that of execution, views before those
/// inside of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewPosition(pub Vec<u32>);

impl ViewPosition {
    /// The place of a view inside of this one.
    #[must_use]
    pub fn child(&self, index: u32) -> Self {
        let mut indices = self.0.clone();
        indices.push(index);
        Self(indices)
    }

    /// The place among those that are inside of the same view.
    pub fn index(&self) -> u32 {
        self.0.last().copied().unwrap_or(0)
    }

    /// Whether a view stands inside of the other, at whatever depth.
    pub fn is_inside(&self, other: &Self) -> bool {
        self.0.len() > other.0.len() && self.0.starts_with(&other.0)
    }
}

impl fmt::Display for ViewPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indices: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        write!(f, "{}", indices.join("."))
    }
}

/// Parties whose confirmations together are enough.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quorum {
    /// What each party's confirmation counts; more than 0.
    pub parties: BTreeMap<Party, u32>,
    /// What the confirmations must come to.
    pub threshold: u32,
}

/// Who must know of a view, and who must confirm it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewConfirmers {
    /// Who must know.
    pub informees: BTreeSet<Party>,
    /// All of these must be reached. Their parties are informees.
    pub quorums: Vec<Quorum>,
}

impl ViewConfirmers {
    /// The parties whose confirmation counts.
    pub fn confirming(&self) -> BTreeSet<&Party> {
        let quorums = self.quorums.iter();
        quorums.flat_map(|quorum| quorum.parties.keys()).collect()
    }
}

/// What a view does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewData {
    /// The encoded transaction that has the view's root node alone.
    pub action: Bytes,
    /// The seed of the root node, if it needs one.
    pub seed: Option<Hash>,
    /// Stands for the encoded transaction that the action leads to.
    pub effects: Hash,
    /// The contracts that it needs and does not create, in the order of their ids.
    pub inputs: Vec<InputContract>,
    /// What the ledger told about keys, by their hashes.
    pub keys: BTreeMap<Hash, KeyAnswer>,
    /// The versions of packages by which contracts were looked at through interfaces.
    pub package_preference: BTreeMap<PackageName, PackageId>,
    /// Inside of a rollback: it changes nothing.
    pub rolled_back: bool,
}

/// A contract that a view needs, as the submitter knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputContract {
    /// Which contract: the id authenticates the instance.
    pub contract_id: ContractId,
    /// The encoded contract instance.
    pub instance: Bytes,
}

/// What the ledger told about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyAnswer {
    /// Contracts with the key, in the order in which they were told.
    pub contracts: Vec<ContractId>,
    /// Whether there are no others.
    pub complete: bool,
}

impl LeafContent for ViewConfirmers {
    const KIND: &'static str = "confirmers";

    fn encode(&self) -> Vec<u8> {
        let party = |(party, weight): (&Party, &u32)| wire::ConfirmingParty {
            party: party.to_string(),
            weight: *weight,
        };
        let quorum = |quorum: &Quorum| wire::Quorum {
            parties: quorum.parties.iter().map(party).collect(),
            threshold: quorum.threshold,
        };
        wire::ViewConfirmers {
            informees: texts(&self.informees),
            quorums: self.quorums.iter().map(quorum).collect(),
        }
        .encode_to_vec()
    }

    fn decode(bytes: Bytes) -> Result<Self, Error> {
        let wire = wire::ViewConfirmers::decode(bytes).map_err(Error::malformed)?;
        let informees = parties(&wire.informees)?;
        let quorums: Result<Vec<Quorum>, Error> = wire.quorums.into_iter().map(quorum).collect();
        let decoded = Self {
            informees,
            quorums: quorums?,
        };
        let confirming = decoded.confirming();
        if confirming.iter().all(|it| decoded.informees.contains(*it)) {
            Ok(decoded)
        } else {
            Err(Error::malformed("a confirming party is no informee"))
        }
    }
}

fn quorum(quorum: wire::Quorum) -> Result<Quorum, Error> {
    let mut parties = BTreeMap::new();
    for it in quorum.parties {
        if it.weight == 0 {
            return Err(Error::malformed("a confirmation that counts nothing"));
        }
        parties.insert(
            Party::parse(&it.party).map_err(Error::malformed)?,
            it.weight,
        );
    }
    if quorum.threshold == 0 {
        return Err(Error::malformed("a quorum that needs nobody"));
    }
    Ok(Quorum {
        parties,
        threshold: quorum.threshold,
    })
}

impl LeafContent for ViewData {
    const KIND: &'static str = "view data";

    fn encode(&self) -> Vec<u8> {
        let key = |(hash, answer): (&Hash, &KeyAnswer)| wire::KeyInput {
            key_hash: hash_bytes(hash),
            contract_ids: answer.contracts.iter().map(id_bytes).collect(),
            complete: answer.complete,
        };
        let preference = |(name, id): (&PackageName, &PackageId)| wire::PackagePreference {
            package_name: name.to_string(),
            package_id: id.to_string(),
        };
        wire::ViewData {
            action: self.action.clone(),
            seed: self.seed.as_ref().map(hash_bytes).unwrap_or_default(),
            effects_hash: hash_bytes(&self.effects),
            inputs: self.inputs.iter().map(InputContract::to_wire).collect(),
            keys: self.keys.iter().map(key).collect(),
            package_preference: self.package_preference.iter().map(preference).collect(),
            rolled_back: self.rolled_back,
        }
        .encode_to_vec()
    }

    fn decode(bytes: Bytes) -> Result<Self, Error> {
        let wire = wire::ViewData::decode(bytes).map_err(Error::malformed)?;
        let inputs = wire.inputs.into_iter().map(InputContract::from_wire);
        let keys = wire.keys.iter().map(|it| {
            let contracts = it.contract_ids.iter().map(id).collect::<Result<_, _>>()?;
            let answer = KeyAnswer {
                contracts,
                complete: it.complete,
            };
            Ok((hash(&it.key_hash)?, answer))
        });
        let preference = wire.package_preference.iter().map(|it| {
            let name = PackageName::parse(&it.package_name).map_err(Error::malformed)?;
            let id = PackageId::parse(&it.package_id).map_err(Error::malformed)?;
            Ok((name, id))
        });
        Ok(Self {
            action: wire.action,
            seed: optional_hash(&wire.seed)?,
            effects: hash(&wire.effects_hash)?,
            inputs: inputs.collect::<Result<_, _>>()?,
            keys: keys.collect::<Result<_, Error>>()?,
            package_preference: preference.collect::<Result<_, Error>>()?,
            rolled_back: wire.rolled_back,
        })
    }
}

impl InputContract {
    fn to_wire(&self) -> wire::InputContract {
        wire::InputContract {
            contract_id: id_bytes(&self.contract_id),
            instance: self.instance.clone(),
        }
    }

    fn from_wire(input: wire::InputContract) -> Result<Self, Error> {
        Ok(Self {
            contract_id: id(&input.contract_id)?,
            instance: input.instance,
        })
    }
}

fn id_bytes(id: &ContractId) -> Bytes {
    id.as_bytes().to_vec().into()
}

fn id(bytes: &Bytes) -> Result<ContractId, Error> {
    ContractId::from_bytes(bytes).map_err(Error::malformed)
}
