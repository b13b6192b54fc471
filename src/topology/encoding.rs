//! Statements on the wire.

use std::collections::BTreeSet;

use super::keys::{MemberKeys, SIGNING_KEYS_MAX};
use super::mapping::{Host, Hosting, Mapping, Permission, Permitted, Restriction};
use super::{DomainParameters, Error, Kind, Onboarding, Transaction, Validity, Vetted};
use crate::crypto::{EncryptionPublicKey, PublicKey};
use crate::model::{
    DomainId, Duration, Fingerprint, MemberId, PackageId, ParticipantId, Party, TextError,
    Timestamp,
};
use crate::wire::topology as wire;

/// The version of the messages that this code writes and reads.
const PROTOCOL_VERSION: u32 = 1;

/// Hosts of one party: each must sign.
const HOSTS_MAX: usize = 32;

/// Owners of one namespace: a threshold of them must sign whatever it says.
const OWNERS_MAX: usize = 32;

pub(super) fn malformed(error: impl std::fmt::Display) -> Error {
    Error::Malformed(error.to_string())
}

pub(super) fn encode(transaction: &Transaction) -> wire::TopologyTransaction {
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
        Mapping::NamespaceDelegation {
            namespace,
            key,
            restriction,
        } => W::NamespaceDelegation(encode_delegation(namespace, key, restriction)),
        Mapping::DecentralizedNamespace {
            namespace,
            threshold,
            owners,
        } => W::DecentralizedNamespace(wire::DecentralizedNamespace {
            namespace: namespace.to_string(),
            threshold: *threshold,
            owners: owners.iter().map(ToString::to_string).collect(),
        }),
        Mapping::ParticipantPermission {
            domain,
            participant,
            permitted,
        } => W::ParticipantPermission(wire::ParticipantPermission {
            domain: domain.to_string(),
            participant: participant.to_string(),
            login_after_micros: permitted.login_after.map(Timestamp::micros),
            parties_max: permitted.parties_max,
            requests_per_second_max: permitted.requests_per_second_max,
        }),
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
            W::DomainParameters(encode_parameters(domain, parameters))
        }
    }
}

fn encode_parameters(domain: &DomainId, it: &DomainParameters) -> wire::DomainParameters {
    wire::DomainParameters {
        domain: domain.to_string(),
        confirmation_response_timeout_micros: it.confirmation_response_timeout.micros(),
        mediator_reaction_timeout_micros: it.mediator_reaction_timeout.micros(),
        ledger_time_tolerance_micros: it.ledger_time_tolerance.micros(),
        preparation_time_tolerance_micros: it.preparation_time_tolerance.micros(),
        protocol_version: it.protocol_version.unwrap_or_default(),
        topology_change_delay_micros: it.topology_change_delay.micros(),
        reconciliation_interval_micros: it.reconciliation_interval.micros(),
        onboarding: match it.onboarding {
            Onboarding::Open => wire::Onboarding::Open,
            Onboarding::Restricted => wire::Onboarding::Restricted,
        }
        .into(),
    }
}

fn decode_parameters(it: &wire::DomainParameters) -> Result<DomainParameters, Error> {
    let span = |micros: i64| {
        if micros < 0 {
            return Err(Error::Malformed(
                "a span of time before it begins".to_owned(),
            ));
        }
        Ok(Duration::from_micros(micros))
    };
    let delay = span(it.topology_change_delay_micros)?;
    if delay > DomainParameters::TOPOLOGY_CHANGE_DELAY_MAX {
        return Err(Error::Malformed(
            "a topology change delay of more than a minute".to_owned(),
        ));
    }
    let interval = match it.reconciliation_interval_micros {
        0 => DomainParameters::RECONCILIATION_INTERVAL,
        micros => span(micros)?,
    };
    if interval < DomainParameters::RECONCILIATION_INTERVAL_MIN {
        return Err(Error::Malformed(
            "a reconciliation interval of less than 100 ms".to_owned(),
        ));
    }
    let onboarding = wire::Onboarding::try_from(it.onboarding).map_err(malformed)?;
    Ok(DomainParameters {
        protocol_version: (it.protocol_version != 0).then_some(it.protocol_version),
        topology_change_delay: delay,
        onboarding: match onboarding {
            wire::Onboarding::Open => Onboarding::Open,
            wire::Onboarding::Restricted => Onboarding::Restricted,
        },
        confirmation_response_timeout: span(it.confirmation_response_timeout_micros)?,
        mediator_reaction_timeout: span(it.mediator_reaction_timeout_micros)?,
        ledger_time_tolerance: span(it.ledger_time_tolerance_micros)?,
        preparation_time_tolerance: span(it.preparation_time_tolerance_micros)?,
        reconciliation_interval: interval,
    })
}

fn encode_delegation(
    namespace: &Fingerprint,
    key: &PublicKey,
    restriction: &Restriction,
) -> wire::NamespaceDelegation {
    let (name, kinds) = match restriction {
        Restriction::Nothing => (wire::Restriction::Nothing, Vec::new()),
        Restriction::NoDelegations => (wire::Restriction::NoDelegations, Vec::new()),
        Restriction::Only(kinds) => (
            wire::Restriction::Only,
            kinds.iter().map(|it| encode_kind(*it).into()).collect(),
        ),
    };
    wire::NamespaceDelegation {
        namespace: namespace.to_string(),
        public_key: key.to_bytes().to_vec().into(),
        restriction: name.into(),
        kinds,
    }
}

fn decode_restriction(it: &wire::NamespaceDelegation) -> Result<Restriction, Error> {
    let name = wire::Restriction::try_from(it.restriction).map_err(malformed)?;
    let mut kinds = BTreeSet::new();
    for kind in &it.kinds {
        let kind = wire::Kind::try_from(*kind).map_err(malformed)?;
        kinds.insert(decode_kind(kind)?);
    }
    match name {
        wire::Restriction::Only if !kinds.is_empty() => Ok(Restriction::Only(kinds)),
        wire::Restriction::Nothing if kinds.is_empty() => Ok(Restriction::Nothing),
        wire::Restriction::NoDelegations if kinds.is_empty() => Ok(Restriction::NoDelegations),
        wire::Restriction::Only | wire::Restriction::Nothing | wire::Restriction::NoDelegations => {
            Err(Error::Malformed(
                "the kinds do not fit the restriction".to_owned(),
            ))
        }
    }
}

const fn encode_kind(kind: Kind) -> wire::Kind {
    match kind {
        Kind::NamespaceDelegation => wire::Kind::NamespaceDelegation,
        Kind::DecentralizedNamespace => wire::Kind::DecentralizedNamespace,
        Kind::OwnerToKey => wire::Kind::OwnerToKey,
        Kind::DomainTrust => wire::Kind::DomainTrust,
        Kind::ParticipantPermission => wire::Kind::ParticipantPermission,
        Kind::PartyToParticipant => wire::Kind::PartyToParticipant,
        Kind::VettedPackages => wire::Kind::VettedPackages,
        Kind::DomainParameters => wire::Kind::DomainParameters,
    }
}

fn decode_kind(kind: wire::Kind) -> Result<Kind, Error> {
    Kind::ALL
        .into_iter()
        .find(|it| encode_kind(*it) == kind)
        .ok_or_else(|| Error::Malformed("a kind of statement without a name".to_owned()))
}

fn decode_owners(it: &wire::DecentralizedNamespace) -> Result<Mapping, Error> {
    let mut owners = BTreeSet::new();
    for owner in it.owners.iter().take(OWNERS_MAX + 1) {
        owners.insert(Fingerprint::parse(owner).map_err(malformed)?);
    }
    let fits = usize::try_from(it.threshold).is_ok_and(|threshold| threshold <= owners.len());
    if it.threshold == 0 || !fits || owners.len() != it.owners.len() || owners.len() > OWNERS_MAX {
        return Err(Error::Malformed(format!(
            "threshold {} does not fit {} owners, of which there are {OWNERS_MAX} at most",
            it.threshold,
            owners.len()
        )));
    }
    Ok(Mapping::DecentralizedNamespace {
        namespace: Fingerprint::parse(&it.namespace).map_err(malformed)?,
        threshold: it.threshold,
        owners,
    })
}

fn decode_permission(it: &wire::ParticipantPermission) -> Result<Mapping, Error> {
    let login_after = it.login_after_micros.map(Timestamp::from_micros);
    Ok(Mapping::ParticipantPermission {
        domain: DomainId::parse(&it.domain).map_err(malformed)?,
        participant: ParticipantId::parse(&it.participant).map_err(malformed)?,
        permitted: Permitted {
            login_after: login_after.transpose().map_err(malformed)?,
            parties_max: it.parties_max,
            requests_per_second_max: it.requests_per_second_max,
        },
    })
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

pub(super) fn decode(transaction: wire::TopologyTransaction) -> Result<Transaction, Error> {
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
            restriction: decode_restriction(&it)?,
        },
        W::DecentralizedNamespace(it) => decode_owners(&it)?,
        W::ParticipantPermission(it) => decode_permission(&it)?,
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
            parameters: decode_parameters(&it)?,
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
    let mut hosts: Vec<Host> = Vec::new();
    for host in it.hosts.iter().take(HOSTS_MAX + 1) {
        let permission = match host.permission() {
            wire::Permission::Submission => Permission::Submission,
            wire::Permission::Confirmation => Permission::Confirmation,
            wire::Permission::Observation => Permission::Observation,
            wire::Permission::Unspecified => {
                return Err(Error::Malformed("host without permission".to_owned()));
            }
        };
        let participant = ParticipantId::parse(&host.participant).map_err(malformed)?;
        if hosts.iter().any(|it| it.participant == participant) {
            return Err(Error::Malformed("a host stands twice".to_owned()));
        }
        hosts.push(Host {
            participant,
            permission,
        });
    }
    if hosts.len() > HOSTS_MAX {
        return Err(Error::Malformed(format!("more than {HOSTS_MAX} hosts")));
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
    Ok(Hosting::new(it.threshold, hosts))
}
