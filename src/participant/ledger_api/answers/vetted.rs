//! What a participant has vetted.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::timestamp;
use crate::model::{DomainId, PackageId, ParticipantId};
use crate::participant::packages::{KnownPackages, VettingState};
use crate::topology::Validity;

/// The packages that a participant has vetted on a domain: by name and version as far as they are
/// known here, then by id. `takes` says which are wanted.
pub(crate) fn vetted_packages(
    domain: &DomainId,
    participant: &ParticipantId,
    state: &VettingState,
    known: &KnownPackages,
    takes: impl Fn(&PackageId) -> bool,
) -> proto::VettedPackages {
    let wanted = state.packages.iter().filter(|(id, _)| takes(id));
    let mut packages: Vec<(&PackageId, &Validity)> = wanted.collect();
    packages.sort_by_cached_key(|(id, _)| {
        let package = known.get(id);
        let order = package.map(|it| (it.name.clone(), it.version.numbers()));
        (order.is_none(), order, (*id).clone())
    });
    let packages = packages.into_iter();
    proto::VettedPackages {
        packages: packages
            .map(|(id, validity)| one(id, *validity, known))
            .collect(),
        participant_id: participant.to_string(),
        synchronizer_id: domain.to_string(),
        topology_serial: state.serial,
    }
}

fn one(id: &PackageId, validity: Validity, known: &KnownPackages) -> proto::VettedPackage {
    let package = known.get(id);
    proto::VettedPackage {
        package_id: id.to_string(),
        valid_from_inclusive: validity.from.map(timestamp),
        valid_until_exclusive: validity.until.map(timestamp),
        package_name: package.map(|it| it.name.to_string()).unwrap_or_default(),
        package_version: package.map(|it| it.version.to_string()).unwrap_or_default(),
    }
}
