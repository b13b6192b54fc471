//! Topology transactions and their bytes.

use bytes::Bytes;
use prost::Message;

use super::keys::{MemberKeys, SIGNING_KEYS_MAX};
use super::mapping::{DomainParameters, Host, Hosting, Mapping, Permission};
use super::{Error, Validity, Vetted, authorization};
use crate::crypto::{EncryptionPublicKey, PublicKey, Signature, SigningKey};
use crate::model::{
    DomainId, Duration, Fingerprint, Hash, MemberId, PackageId, ParticipantId, Party, Purpose,
    TextError, Timestamp,
};
use crate::wire::topology as wire;

/// The version of the messages that this code writes and reads.
const PROTOCOL_VERSION: u32 = 1;

/// A statement with its place among the statements about the same subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// 1 for the first, one more for each that replaces it.
    pub serial: u32,
    /// Ends what the one before said.
    pub remove: bool,
    /// The statement.
    pub mapping: Mapping,
}

/// A transaction with the signatures that came with it. The signatures hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedTransaction {
    transaction: Transaction,
    /// Encoded as it was signed.
    bytes: Bytes,
    signatures: Vec<(PublicKey, Signature)>,
}

impl Transaction {
    /// The first statement about its subject.
    pub const fn first(mapping: Mapping) -> Self {
        Self {
            serial: 1,
            remove: false,
            mapping,
        }
    }

    /// Signs it with keys.
    pub fn sign(self, keys: &[&SigningKey]) -> SignedTransaction {
        let bytes: Bytes = encode(&self).encode_to_vec().into();
        let signatures = keys
            .iter()
            .map(|key| (key.public(), key.sign(Purpose::TopologyTransaction, &bytes)))
            .collect();
        SignedTransaction {
            transaction: self,
            bytes,
            signatures,
        }
    }
}

impl SignedTransaction {
    /// What it says.
    pub const fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// The keys that signed it.
    pub fn signers(&self) -> impl Iterator<Item = &PublicKey> {
        self.signatures.iter().map(|(key, _)| key)
    }

    /// Adds the signature of one more key.
    #[must_use]
    pub fn countersign(mut self, key: &SigningKey) -> Self {
        let signature = key.sign(Purpose::TopologyTransaction, &self.bytes);
        self.signatures.push((key.public(), signature));
        self
    }

    /// Its identity.
    pub fn hash(&self) -> Hash {
        Hash::of(Purpose::TopologyTransaction, &self.bytes)
    }

    /// Its bytes on the wire.
    pub fn encode(&self) -> Bytes {
        wire::SignedTopologyTransaction {
            transaction: self.bytes.clone(),
            signatures: self
                .signatures
                .iter()
                .map(|(key, signature)| wire::Signature {
                    public_key: key.to_bytes().to_vec().into(),
                    signature: signature.as_bytes().to_vec().into(),
                })
                .collect(),
        }
        .encode_to_vec()
        .into()
    }

    /// Reads it from the wire and checks its signatures.
    ///
    /// # Errors
    /// [`Error::Malformed`] or [`Error::BadSignature`].
    pub fn decode(bytes: Bytes) -> Result<Self, Error> {
        let signed = wire::SignedTopologyTransaction::decode(bytes).map_err(malformed)?;
        let decoded =
            wire::TopologyTransaction::decode(signed.transaction.clone()).map_err(malformed)?;
        let transaction = decode(decoded)?;
        let mut signatures = Vec::with_capacity(signed.signatures.len());
        for signature in &signed.signatures {
            let key = PublicKey::from_bytes(&signature.public_key).map_err(malformed)?;
            let signature = Signature::from_bytes(&signature.signature).map_err(malformed)?;
            key.verify(
                Purpose::TopologyTransaction,
                &signed.transaction,
                &signature,
            )
            .map_err(|_| Error::BadSignature)?;
            signatures.push((key, signature));
        }
        Ok(Self {
            transaction,
            bytes: signed.transaction,
            signatures,
        })
    }

    /// Whether those have signed whose namespaces it concerns, given the delegations in force.
    pub(super) fn check_authorization(&self, state: &super::State) -> Result<(), Error> {
        authorization::check(self, state)
    }
}

fn malformed(error: impl std::fmt::Display) -> Error {
    Error::Malformed(error.to_string())
}

fn encode(transaction: &Transaction) -> wire::TopologyTransaction {
    wire::TopologyTransaction {
        protocol_version: PROTOCOL_VERSION,
        serial: transaction.serial,
        remove: transaction.remove,
        mapping: Some(encode_mapping(&transaction.mapping)),
    }
}

fn encode_mapping(mapping: &Mapping) -> wire::topology_transaction::Mapping {
    use wire::topology_transaction::Mapping as W;
    match mapping {
        Mapping::NamespaceDelegation { namespace, key } => {
            W::NamespaceDelegation(wire::NamespaceDelegation {
                namespace: namespace.to_string(),
                public_key: key.to_bytes().to_vec().into(),
            })
        }
        Mapping::OwnerToKey { member, keys } => W::OwnerToKey(encode_keys(member, keys)),
        Mapping::DomainTrust {
            participant,
            domain,
        } => W::DomainTrust(wire::DomainTrust {
            participant: participant.to_string(),
            domain: domain.to_string(),
        }),
        Mapping::PartyToParticipant { party, hosting } => {
            W::PartyToParticipant(wire::PartyToParticipant {
                party: party.to_string(),
                threshold: hosting.threshold,
                hosts: hosting.hosts.iter().map(encode_host).collect(),
            })
        }
        Mapping::VettedPackages {
            participant,
            packages,
        } => W::VettedPackages(wire::VettedPackages {
            participant: participant.to_string(),
            packages: encode_vetted(packages),
        }),
        Mapping::DomainParameters { domain, parameters } => {
            W::DomainParameters(wire::DomainParameters {
                domain: domain.to_string(),
                confirmation_response_timeout_micros: parameters
                    .confirmation_response_timeout
                    .micros(),
                mediator_reaction_timeout_micros: parameters.mediator_reaction_timeout.micros(),
                ledger_time_tolerance_micros: parameters.ledger_time_tolerance.micros(),
                preparation_time_tolerance_micros: parameters.preparation_time_tolerance.micros(),
            })
        }
    }
}

fn encode_host(host: &Host) -> wire::Host {
    let permission = match host.permission {
        Permission::Submission => wire::Permission::Submission,
        Permission::Confirmation => wire::Permission::Confirmation,
        Permission::Observation => wire::Permission::Observation,
    };
    wire::Host {
        participant: host.participant.to_string(),
        permission: permission.into(),
    }
}

fn decode(transaction: wire::TopologyTransaction) -> Result<Transaction, Error> {
    if transaction.protocol_version != PROTOCOL_VERSION {
        return Err(Error::Malformed(format!(
            "protocol version {} is not supported, this node speaks {PROTOCOL_VERSION}",
            transaction.protocol_version
        )));
    }
    let mapping = transaction
        .mapping
        .ok_or_else(|| Error::Malformed("no mapping".to_owned()))?;
    Ok(Transaction {
        serial: transaction.serial,
        remove: transaction.remove,
        mapping: decode_mapping(mapping)?,
    })
}

fn decode_mapping(mapping: wire::topology_transaction::Mapping) -> Result<Mapping, Error> {
    use wire::topology_transaction::Mapping as W;
    let text = |error: TextError| Error::Malformed(error.to_string());
    Ok(match mapping {
        W::NamespaceDelegation(it) => Mapping::NamespaceDelegation {
            namespace: Fingerprint::parse(&it.namespace).map_err(text)?,
            key: PublicKey::from_bytes(&it.public_key).map_err(malformed)?,
        },
        W::OwnerToKey(it) => Mapping::OwnerToKey {
            member: MemberId::parse(&it.member).map_err(text)?,
            keys: decode_keys(&it)?,
        },
        W::DomainTrust(it) => Mapping::DomainTrust {
            participant: ParticipantId::parse(&it.participant).map_err(text)?,
            domain: DomainId::parse(&it.domain).map_err(text)?,
        },
        W::PartyToParticipant(it) => Mapping::PartyToParticipant {
            party: Party::parse(&it.party).map_err(text)?,
            hosting: decode_hosting(&it)?,
        },
        W::VettedPackages(it) => Mapping::VettedPackages {
            participant: ParticipantId::parse(&it.participant).map_err(text)?,
            packages: decode_vetted(&it.packages)?,
        },
        W::DomainParameters(it) => Mapping::DomainParameters {
            domain: DomainId::parse(&it.domain).map_err(text)?,
            parameters: DomainParameters {
                confirmation_response_timeout: Duration::from_micros(
                    it.confirmation_response_timeout_micros,
                ),
                mediator_reaction_timeout: Duration::from_micros(
                    it.mediator_reaction_timeout_micros,
                ),
                ledger_time_tolerance: Duration::from_micros(it.ledger_time_tolerance_micros),
                preparation_time_tolerance: Duration::from_micros(
                    it.preparation_time_tolerance_micros,
                ),
            },
        },
    })
}

fn encode_keys(member: &MemberId, keys: &MemberKeys) -> wire::OwnerToKey {
    let signing = keys.signing.iter();
    wire::OwnerToKey {
        member: member.to_string(),
        signing_keys: signing.map(|key| key.to_bytes().to_vec().into()).collect(),
        encryption_key: keys.encryption.map(|key| key.to_bytes().to_vec().into()),
    }
}

fn decode_keys(it: &wire::OwnerToKey) -> Result<MemberKeys, Error> {
    let mut signing: Vec<PublicKey> = Vec::new();
    for bytes in it.signing_keys.iter().take(SIGNING_KEYS_MAX + 1) {
        let key = PublicKey::from_bytes(bytes).map_err(malformed)?;
        if signing.contains(&key) {
            return Err(Error::Malformed("a key stands twice".to_owned()));
        }
        signing.push(key);
    }
    if signing.is_empty() || signing.len() > SIGNING_KEYS_MAX {
        return Err(Error::Malformed(format!(
            "a member has between 1 and {SIGNING_KEYS_MAX} keys to sign with"
        )));
    }
    let encryption = it.encryption_key.as_ref();
    Ok(MemberKeys {
        signing,
        encryption: encryption
            .map(|bytes| EncryptionPublicKey::from_bytes(bytes))
            .transpose()
            .map_err(malformed)?,
    })
}

fn encode_vetted(packages: &Vetted) -> Vec<wire::VettedPackage> {
    let packages = packages.iter();
    packages
        .map(|(package, validity)| wire::VettedPackage {
            package: package.to_string(),
            valid_from_micros: validity.from.map(Timestamp::micros),
            valid_until_micros: validity.until.map(Timestamp::micros),
        })
        .collect()
}

fn decode_vetted(packages: &[wire::VettedPackage]) -> Result<Vetted, Error> {
    let time = |micros: Option<i64>| {
        let time = micros.map(Timestamp::from_micros).transpose();
        time.map_err(malformed)
    };
    let mut vetted = Vetted::new();
    for it in packages {
        let validity = Validity {
            from: time(it.valid_from_micros)?,
            until: time(it.valid_until_micros)?,
        };
        let package = PackageId::parse(&it.package).map_err(malformed)?;
        if validity.is_empty() || vetted.insert(package, validity).is_some() {
            return Err(Error::Malformed(format!(
                "package {} does not have one span of time",
                it.package
            )));
        }
    }
    Ok(vetted)
}

fn decode_hosting(it: &wire::PartyToParticipant) -> Result<Hosting, Error> {
    let mut hosts = Vec::with_capacity(it.hosts.len());
    for host in &it.hosts {
        let permission = match host.permission() {
            wire::Permission::Submission => Permission::Submission,
            wire::Permission::Confirmation => Permission::Confirmation,
            wire::Permission::Observation => Permission::Observation,
            wire::Permission::Unspecified => {
                return Err(Error::Malformed("host without permission".to_owned()));
            }
        };
        hosts.push(Host {
            participant: ParticipantId::parse(&host.participant).map_err(malformed)?,
            permission,
        });
    }
    let confirming = hosts
        .iter()
        .filter(|host| host.permission >= Permission::Confirmation)
        .count();
    let reachable = usize::try_from(it.threshold).is_ok_and(|threshold| threshold <= confirming);
    if it.threshold == 0 || !reachable {
        return Err(Error::Malformed(format!(
            "threshold {} does not fit {confirming} confirming hosts",
            it.threshold
        )));
    }
    Ok(Hosting {
        threshold: it.threshold,
        hosts,
    })
}
