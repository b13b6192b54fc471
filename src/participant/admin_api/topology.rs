//! `TopologyService`: who is who.

use std::fmt::Write;
use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{answer, domain};
use crate::model::DomainId;
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::submission::SyncPort;
use crate::topology::{Kind, Mapping, Permission, Proposal, Restriction, State, Validity, list};
use crate::wire::admin as wire;
use wire::topology_service_server::TopologyService;

/// The service.
pub(super) struct Topology(pub Arc<dyn SyncPort>);

#[tonic::async_trait]
impl TopologyService for Topology {
    async fn list_topology(
        &self,
        request: Request<wire::ListTopologyRequest>,
    ) -> Result<Response<wire::ListTopologyResponse>, Status> {
        answer(self.list(request.into_inner()).await)
    }
}

impl Topology {
    async fn list(
        &self,
        request: wire::ListTopologyRequest,
    ) -> Result<wire::ListTopologyResponse, Refusal> {
        let wanted = domain(&request.domain)?;
        let kinds = request.kinds.iter().map(|name| kind(name));
        let kinds: Vec<Kind> = kinds.collect::<Result<_, _>>()?;
        let topologies = self.0.topologies().await?;
        if let Some(unknown) = wanted.as_ref().filter(|it| !topologies.contains_key(*it)) {
            return Err(Refusal::new(
                ErrorId::NotConnectedToSynchronizer,
                format!("This participant is not connected to synchronizer {unknown}"),
            ));
        }
        let takes = |domain: &DomainId| wanted.as_ref().is_none_or(|it| it == domain);
        let statements = topologies.iter().filter(|(domain, _)| takes(domain));
        let statements = statements.flat_map(|(domain, state)| in_force(domain, state, &kinds));
        let statements = statements.collect();
        let proposals = self.0.topology_proposals().await?;
        let proposals = proposals.iter().filter(|(domain, _)| takes(domain));
        let proposals = proposals.flat_map(|(domain, proposals)| {
            let of_kinds = proposals.iter().filter(|it| {
                let kind = it.transaction.transaction().mapping.kind();
                kinds.is_empty() || kinds.contains(&kind)
            });
            of_kinds.map(|it| proposed(domain, it))
        });
        Ok(wire::ListTopologyResponse {
            statements,
            proposals: proposals.collect(),
        })
    }
}

fn in_force(domain: &DomainId, state: &State, kinds: &[Kind]) -> Vec<wire::Statement> {
    let listed = list(state, kinds).into_iter();
    let statements = listed.map(|it| wire::Statement {
        domain: domain.to_string(),
        kind: it.kind.to_string(),
        subject: it.subject,
        serial: it.serial,
        effective_from: it.effective_from.micros(),
        signers: it.signers.iter().map(ToString::to_string).collect(),
        text: describe(&it.mapping),
    });
    statements.collect()
}

fn proposed(domain: &DomainId, proposal: &Proposal) -> wire::Statement {
    let transaction = proposal.transaction.transaction();
    let signers = proposal.transaction.signers();
    wire::Statement {
        domain: domain.to_string(),
        kind: transaction.mapping.kind().to_string(),
        subject: transaction.mapping.subject().to_string(),
        serial: transaction.serial,
        effective_from: 0,
        signers: signers.map(|key| key.fingerprint().to_string()).collect(),
        text: describe(&transaction.mapping),
    }
}

fn kind(name: &str) -> Result<Kind, Refusal> {
    let found = Kind::ALL.into_iter().find(|kind| kind.name() == name);
    found.ok_or_else(|| {
        let names = Kind::ALL.map(Kind::name).join(", ");
        Refusal::invalid_field("kinds", format!("{name:?} is not one of {names}"))
    })
}

/// What a statement says, in one line.
fn describe(mapping: &Mapping) -> String {
    match mapping {
        Mapping::NamespaceDelegation {
            key, restriction, ..
        } => {
            let restriction = match restriction {
                Restriction::Nothing => "everything".to_owned(),
                Restriction::NoDelegations => "everything but delegations".to_owned(),
                Restriction::Only(kinds) => join(kinds.iter().map(|it| it.name())),
            };
            format!("key {} may sign {restriction}", key.fingerprint())
        }
        Mapping::DecentralizedNamespace {
            threshold, owners, ..
        } => format!("{threshold} of {}", join(owners)),
        Mapping::OwnerToKey { keys, .. } => {
            let signing = join(keys.signing.iter().map(|key| key.fingerprint()));
            let encryption = match &keys.encryption {
                Some(key) => format!(", encrypted for with {}", key.fingerprint()),
                None => String::new(),
            };
            format!("signs with {signing}{encryption}")
        }
        Mapping::DomainTrust { domain, .. } => format!("wants to take part in {domain}"),
        Mapping::ParticipantPermission { participant, .. } => {
            format!("{participant} may take part")
        }
        Mapping::PartyToParticipant { hosting, .. } => {
            let hosts = hosting.hosts.iter().map(|host| {
                let permission = match host.permission {
                    Permission::Observation => "observation",
                    Permission::Confirmation => "confirmation",
                    Permission::Submission => "submission",
                };
                format!("{} ({permission})", host.participant)
            });
            format!("hosted by {}, threshold {}", join(hosts), hosting.threshold)
        }
        Mapping::VettedPackages { packages, .. } => {
            let mut text = format!("{} packages", packages.len());
            for (package, validity) in packages {
                let bounded = if *validity == Validity::ALWAYS {
                    ""
                } else {
                    " (for a time)"
                };
                let _ = write!(text, " {package}{bounded}");
            }
            text
        }
        Mapping::DomainParameters { parameters, .. } => format!("{parameters:?}"),
    }
}

fn join<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|it| it.to_string()).collect();
    items.join(", ")
}
