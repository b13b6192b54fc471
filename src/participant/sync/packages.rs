//! Packages and topology on their way through the loop.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::actor::Shell;
use super::administration::ToSubmit;
use super::messages::Reply;
use super::vetting::{Pending, ToCheck, VettingChecked, VettingReply};
use crate::lf::signature::Signatures;
use crate::model::{DomainId, PackageId, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::packages::{self, CheckedDar, Packages, VettingChange, check_upgrades};
use crate::protocol::{Message, TopologySubmission};
use crate::runtime::Task;
use crate::runtime::compute::ComputePool;

/// A DAR that was checked, and kept unless it was only to be checked.
pub(super) struct Uploaded {
    outcome: Result<UploadedPackages, Refusal>,
    vet: bool,
    dry_run: bool,
    reply: Reply<()>,
}

struct UploadedPackages {
    ids: BTreeSet<PackageId>,
    signatures: Signatures,
}

impl Shell {
    pub(super) fn upload(&self, dar: Bytes, vet: bool, dry_run: bool, reply: Reply<()>) {
        let packages = self.role.packages.clone();
        let compute = self.role.compute.clone();
        let now = self.role.clock.now();
        self.uploading.push(Task::start(async move {
            let outcome = check_and_keep(dar, dry_run, packages, compute, now).await;
            Uploaded {
                outcome,
                vet,
                dry_run,
                reply,
            }
        }));
    }

    pub(super) fn uploaded(&mut self, uploaded: Uploaded) {
        match uploaded.outcome {
            Err(refusal) => {
                let _ = uploaded.reply.send(Err(refusal));
            }
            Ok(_) if !uploaded.vet => {
                let _ = uploaded.reply.send(Ok(()));
            }
            Ok(packages) => {
                let change = VettingChange {
                    dry_run: uploaded.dry_run,
                    ..VettingChange::vet_all(&packages.ids)
                };
                let reply = VettingReply::Done(uploaded.reply);
                self.change_vetting(change, packages.signatures, reply);
            }
        }
    }

    pub(super) fn change_vetting(
        &mut self,
        change: VettingChange,
        fresh: Signatures,
        reply: VettingReply,
    ) {
        self.vetting.push(Pending {
            change,
            fresh,
            deadline: self.topology_deadline(),
            reply,
        });
        self.vet();
    }

    /// Finishes changes that are in force, and begins to check the next.
    pub(super) fn vet(&mut self) {
        let topology = self.intake.follower.topology();
        let Some(ToCheck { number, mut check }) = self.vetting.advance(&self.identity, topology)
        else {
            return;
        };
        let packages = self.role.packages.clone();
        let compute = self.role.compute.clone();
        let version = self.role.protocol_version;
        check.needs_dependencies &= version.needs_vetted_dependencies();
        self.checking_vetting.push(Task::start(async move {
            VettingChecked {
                number,
                outcome: check_upgrades(&packages, &compute, check).await,
            }
        }));
    }

    pub(super) fn vetting_checked(&mut self, checked: VettingChecked) {
        let topology = self.intake.follower.topology();
        let to_submit = self.vetting.checked(checked, &self.identity, topology);
        self.submit_topology(to_submit);
        self.vet();
    }

    pub(super) fn submit_topology(&mut self, to_submit: Option<ToSubmit>) {
        let Some(ToSubmit { id, transactions }) = to_submit else {
            return;
        };
        let message = Message::TopologySubmission(TopologySubmission { id, transactions });
        let envelope = self
            .outbox
            .envelope(&message, vec![self.info.topology_manager.clone()]);
        let request = self
            .outbox
            .request(id, vec![envelope], self.topology_deadline());
        self.outbox.send(request);
    }

    pub(super) fn topology_deadline(&self) -> Timestamp {
        self.role
            .clock
            .now()
            .plus(self.role.config.topology_timeout.into())
    }

    pub(super) fn check_domain(&self, wanted: Option<&DomainId>) -> Result<(), Refusal> {
        match wanted {
            Some(domain) if *domain != self.info.id => Err(Refusal::new(
                ErrorId::NotConnectedToSynchronizer,
                format!("This participant is not connected to synchronizer {domain}"),
            )),
            _ => Ok(()),
        }
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
