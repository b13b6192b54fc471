//! Packages and topology on their way through the loop.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::actor::Shell;
use super::administration::ToSubmit;
use super::messages::Reply;
use crate::model::{DomainId, PackageId, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::packages::{self, CheckedDar, Packages};
use crate::protocol::{Message, TopologySubmission};
use crate::runtime::Task;
use crate::runtime::compute::ComputePool;

/// A DAR that was checked and kept.
pub(super) struct Uploaded {
    pub outcome: Result<CheckedIds, Refusal>,
    pub vet: bool,
    pub reply: Reply<()>,
}

pub(super) type CheckedIds = BTreeSet<PackageId>;

impl Shell {
    pub(super) fn upload(&self, dar: Bytes, vet: bool, dry_run: bool, reply: Reply<()>) {
        let packages = self.role.packages.clone();
        let compute = self.role.compute.clone();
        let now = self.role.clock.now();
        self.uploading.push(Task::start(async move {
            let outcome = check_and_keep(dar, dry_run, packages, compute, now).await;
            Uploaded {
                outcome,
                vet: vet && !dry_run,
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
                let deadline = self.topology_deadline();
                self.administration.vet(packages, deadline, uploaded.reply);
                self.vet();
            }
        }
    }

    pub(super) fn vet(&mut self) {
        let to_submit = self
            .administration
            .next_vetting(&self.identity, self.intake.follower.topology());
        self.submit_topology(to_submit);
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
) -> Result<CheckedIds, Refusal> {
    let engine = packages.engine().clone();
    let checked: CheckedDar = compute
        .run_when_free(move || packages::check(&dar, &engine))
        .await
        .map_err(|error| Refusal::new(ErrorId::LedgerApiInternalError, error.to_string()))??;
    let ids = checked.packages.iter().map(|it| it.id.clone()).collect();
    if !dry_run {
        packages.keep(checked.packages, now).await?;
    }
    Ok(ids)
}
