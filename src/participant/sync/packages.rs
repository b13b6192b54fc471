//! Packages and topology on their way through the loop.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::actor::Shell;
use super::messages::Reply;
use super::vetting::{Pending, ToCheck, VettingChecked, VettingReply};
use crate::lf::signature::Signatures;
use crate::model::{DomainId, PackageId, Timestamp};
use crate::participant::errors::Refusal;
use crate::participant::packages::{self, CheckedDar, Packages, VettingChange, check_upgrades};
use crate::participant::submission::cannot_choose;
use crate::runtime::Task;
use crate::runtime::compute::ComputePool;

/// A DAR that was checked, and kept unless it was only to be checked.
pub(super) struct Uploaded {
    outcome: Result<UploadedPackages, Refusal>,
    /// Where they are vetted; nowhere if absent.
    vet_on: Option<DomainId>,
    dry_run: bool,
    reply: Reply<()>,
}

struct UploadedPackages {
    ids: BTreeSet<PackageId>,
    signatures: Signatures,
}

impl Shell {
    /// Checks and keeps packages; then whether to vet them, and whether they are only checked.
    pub(super) fn upload(
        &self,
        dar: Bytes,
        (vet, dry_run): (bool, bool),
        domain: Option<DomainId>,
        reply: Reply<()>,
    ) {
        let chosen = vet.then(|| self.choose(domain.as_ref(), || self.several_for_packages()));
        let vet_on = match chosen.transpose() {
            Ok(vet_on) => vet_on,
            Err(refusal) => {
                let _ = reply.send(Err(refusal));
                return;
            }
        };
        let packages = self.role.packages.clone();
        let compute = self.role.compute.clone();
        let now = self.role.clock.now();
        self.uploading.push(Task::start(async move {
            let outcome = check_and_keep(dar, dry_run, packages, compute, now).await;
            Uploaded {
                outcome,
                vet_on,
                dry_run,
                reply,
            }
        }));
    }

    fn several_for_packages(&self) -> Refusal {
        let domains: Vec<DomainId> = self.connections.keys().cloned().collect();
        cannot_choose(&domains)
    }

    pub(super) fn uploaded(&mut self, uploaded: Uploaded) {
        match (uploaded.outcome, uploaded.vet_on) {
            (Err(refusal), _) => {
                let _ = uploaded.reply.send(Err(refusal));
            }
            (Ok(_), None) => {
                let _ = uploaded.reply.send(Ok(()));
            }
            (Ok(packages), Some(domain)) => {
                let change = VettingChange {
                    dry_run: uploaded.dry_run,
                    ..VettingChange::vet_all(&packages.ids)
                };
                let reply = VettingReply::Done(uploaded.reply);
                self.change_vetting(change, packages.signatures, Some(&domain), reply);
            }
        }
    }

    pub(super) fn change_vetting(
        &mut self,
        change: VettingChange,
        fresh: Signatures,
        domain: Option<&DomainId>,
        reply: VettingReply,
    ) {
        let deadline = self.topology_deadline();
        let chosen = self.choose(domain, || self.several_for_packages());
        let domain = match chosen {
            Ok(domain) => domain,
            Err(refusal) => {
                reply.send(Err(refusal));
                return;
            }
        };
        if let Some(connection) = self.connections.get_mut(&domain) {
            connection.vetting.push(Pending {
                change,
                fresh,
                deadline,
                reply,
            });
        }
        self.vet(&domain);
    }

    /// Finishes changes that are in force on a domain, and begins to check the next.
    pub(super) fn vet(&mut self, domain: &DomainId) {
        let Some(connection) = self.connections.get_mut(domain) else {
            return;
        };
        let topology = connection.intake.follower.topology();
        let version = topology.parameters().rules();
        let next = connection.vetting.advance(&self.identity, topology);
        let Some(ToCheck { number, mut check }) = next else {
            return;
        };
        let packages = self.role.packages.clone();
        let compute = self.role.compute.clone();
        let domain = domain.clone();
        check.needs_dependencies &= version.needs_vetted_dependencies();
        self.checking_vetting.push(Task::start(async move {
            let outcome = check_upgrades(&packages, &compute, check).await;
            (domain, VettingChecked { number, outcome })
        }));
    }

    pub(super) fn vetting_checked(&mut self, domain: &DomainId, checked: VettingChecked) {
        let deadline = self.topology_deadline();
        if let Some(connection) = self.connections.get_mut(domain) {
            let topology = connection.intake.follower.topology();
            let to_submit = connection
                .vetting
                .checked(checked, &self.identity, topology);
            connection.submit_topology(to_submit, deadline);
        }
        self.vet(domain);
    }

    pub(super) fn topology_deadline(&self) -> Timestamp {
        self.role
            .clock
            .now()
            .plus(self.role.config.topology_timeout.into())
    }
}

async fn check_and_keep(
    dar: Bytes,
    dry_run: bool,
    packages: Packages,
    compute: ComputePool,
    now: Timestamp,
) -> Result<UploadedPackages, Refusal> {
    let engine = packages.engine().clone();
    let checked: CheckedDar = compute
        .run_when_free(move || packages::check(&dar, &engine))
        .await
        .map_err(Refusal::internal)??;
    let ids = checked.packages.iter().map(|it| it.id.clone()).collect();
    if !dry_run {
        packages.keep(checked.packages, now).await?;
    }
    Ok(UploadedPackages {
        ids,
        signatures: checked.signatures,
    })
}
