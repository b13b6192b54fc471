//! `UpdateVettedPackages`: which packages this participant is willing to run, and when.

use std::collections::BTreeMap;

use canton_proto::com::daml::ledger::api::v2 as api;
use canton_proto::com::daml::ledger::api::v2::admin as proto;
use proto::UpdateVettedPackagesForceFlag as ForceFlag;
use proto::vetted_packages_change::Operation;

use super::super::answers::vetted_packages;
use super::super::door::Door;
use super::super::requests::{timestamp, undecodable};
use super::vetting_reference::VettingReference;
use crate::model::{PackageId, Timestamp};
use crate::participant::errors::Refusal;
use crate::participant::packages::{ExpectedSerial, KnownPackages, VettingChange, VettingState};
use crate::topology::Validity;

/// What becomes of packages: vetted for a time, or not any more.
type Change = (Vec<VettingReference>, Option<Validity>);

pub(super) async fn call(
    door: &Door,
    request: proto::UpdateVettedPackagesRequest,
) -> Result<proto::UpdateVettedPackagesResponse, Refusal> {
    let changes = request.changes.iter().map(change);
    let changes: Vec<Change> = changes.collect::<Result<_, _>>()?;
    let expected = expected_serial(request.expected_topology_serial)?;
    let flags = &request.update_vetted_packages_force_flags;
    let forces = |flag: ForceFlag| flags.contains(&(flag as i32));
    let domain = super::chosen_domain(door, &request.synchronizer_id).await?;
    let known = door.model.packages().known();
    let change = VettingChange {
        targets: resolve(&changes, &known)?,
        dry_run: request.dry_run,
        expected,
        allow_incompatible: forces(ForceFlag::AllowVetIncompatibleUpgrades),
        allow_unvetted_dependencies: forces(ForceFlag::AllowUnvettedDependencies),
    };
    let update = door
        .sync
        .change_vetting(change, Some(domain.clone()))
        .await?;
    let participant = door.participant().await?;
    let told =
        |state: VettingState| vetted_packages(&domain, participant, &state, &known, |_| true);
    Ok(proto::UpdateVettedPackagesResponse {
        past_vetted_packages: update.past.map(told),
        new_vetted_packages: update.present.map(told),
    })
}

fn change(change: &proto::VettedPackagesChange) -> Result<Change, Refusal> {
    let references = |packages: &[proto::VettedPackagesRef]| {
        let references = packages.iter().map(VettingReference::new);
        references.collect::<Result<Vec<_>, _>>()
    };
    match &change.operation {
        None => Err(undecodable("Field `operation` is not set")),
        Some(Operation::Unvet(unvet)) => Ok((references(&unvet.packages)?, None)),
        Some(Operation::Vet(vet)) => {
            let validity = Validity {
                from: vet.new_valid_from_inclusive.map(time).transpose()?,
                until: vet.new_valid_until_exclusive.map(time).transpose()?,
            };
            Ok((references(&vet.packages)?, Some(validity)))
        }
    }
}

fn time(time: prost_types::Timestamp) -> Result<Timestamp, Refusal> {
    timestamp(time).map_err(|refusal| undecodable(refusal.message))
}

fn expected_serial(prior: Option<api::PriorTopologySerial>) -> Result<ExpectedSerial, Refusal> {
    use api::prior_topology_serial::Serial;
    match prior.and_then(|it| it.serial) {
        None => Ok(ExpectedSerial::Any),
        Some(Serial::NoPrior(())) => Ok(ExpectedSerial::NoPrior),
        Some(Serial::Prior(0)) => Err(undecodable("expected_topology_serial must be positive")),
        Some(Serial::Prior(serial)) => Ok(ExpectedSerial::Prior(serial)),
    }
}

/// The packages that are named, in order: a later change of the same package counts.
fn resolve(
    changes: &[Change],
    known: &KnownPackages,
) -> Result<BTreeMap<PackageId, Option<Validity>>, Refusal> {
    let mut targets = BTreeMap::new();
    for (references, validity) in changes {
        for reference in references {
            match validity {
                Some(_) => {
                    targets.insert(reference.one(known)?, *validity);
                }
                // scripts may unvet what was never there
                None => targets.extend(reference.all(known).into_iter().map(|id| (id, None))),
            }
        }
    }
    Ok(targets)
}
