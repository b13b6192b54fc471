//! `ListVettedPackages`: what the participants of the domain are willing to run.

use std::collections::BTreeSet;

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::door::Door;
use super::super::requests::{decode_text_token, text_token, unique_identifier};
use super::super::version_service::VETTED_PACKAGES_PAGE_SIZE;
use crate::model::{DomainId, MemberKind, PackageId, ParticipantId};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::packages::KnownPackages;
use crate::topology::{Mapping, State};

/// Which vetted packages.
struct Filter {
    packages: BTreeSet<PackageId>,
    prefixes: Vec<String>,
    participants: BTreeSet<ParticipantId>,
    domains: BTreeSet<DomainId>,
    /// Participants after this one.
    after: String,
    max: usize,
}

pub(super) async fn call(
    door: &Door,
    request: proto::ListVettedPackagesRequest,
) -> Result<proto::ListVettedPackagesResponse, Refusal> {
    let filter = Filter::new(request)?;
    let topology = door.sync.topology().await?;
    let known = door.model.packages().known();
    let mut listed = Vec::new();
    for domain in door.domains().await? {
        if filter.domains.is_empty() || filter.domains.contains(&domain) {
            listed.extend(filter.list(&domain, &topology, &known));
        }
    }
    let last = listed.last().map(|it| it.participant_id.as_str());
    Ok(proto::ListVettedPackagesResponse {
        next_page_token: text_token(last.unwrap_or_default()),
        vetted_packages: listed,
    })
}

impl Filter {
    fn new(request: proto::ListVettedPackagesRequest) -> Result<Self, Refusal> {
        let metadata = request.package_metadata_filter.unwrap_or_default();
        let state = request.topology_state_filter.unwrap_or_default();
        let after = match request.page_token.as_str() {
            "" => String::new(),
            token => decode_text_token(token).ok_or_else(malformed)?,
        };
        let max = match i32::try_from(request.page_size).map_err(|_| malformed())? {
            0 => VETTED_PACKAGES_PAGE_SIZE,
            size if size <= VETTED_PACKAGES_PAGE_SIZE => size,
            _ => return Err(malformed()),
        };
        Ok(Self {
            packages: parse_all(&metadata.package_ids, |it| {
                PackageId::parse(it).map_err(|error| error.to_string())
            })?,
            prefixes: metadata.package_name_prefixes,
            participants: parse_all(
                &state.participant_ids,
                unique_identifier(ParticipantId::parse),
            )?,
            domains: parse_all(&state.synchronizer_ids, unique_identifier(DomainId::parse))?,
            after,
            max: usize::try_from(max).unwrap_or_default(),
        })
    }

    fn list(
        &self,
        domain: &DomainId,
        topology: &State,
        known: &KnownPackages,
    ) -> Vec<proto::VettedPackages> {
        let participants = topology.members_of(MemberKind::Participant);
        let participants = participants.filter_map(|member| member.participant());
        let wanted = |id: &&ParticipantId| {
            (self.participants.is_empty() || self.participants.contains(*id))
                && id.as_str() > self.after.as_str()
        };
        let participants: BTreeSet<&ParticipantId> = participants.filter(wanted).collect();
        let lists = participants.into_iter().filter_map(|participant| {
            let vetted = topology.vetted(participant)?;
            let packages = vetted.iter().filter(|id| self.takes(id, known));
            let packages: Vec<_> = packages.map(|id| vetted_package(id, known)).collect();
            let mapping = Mapping::VettedPackages {
                participant: participant.clone(),
                packages: BTreeSet::new(),
            };
            let serial = topology.next_serial(&mapping.subject()) - 1;
            (!packages.is_empty()).then(|| proto::VettedPackages {
                packages,
                participant_id: participant.to_string(),
                synchronizer_id: domain.to_string(),
                topology_serial: serial,
            })
        });
        lists.take(self.max).collect()
    }

    fn takes(&self, id: &PackageId, known: &KnownPackages) -> bool {
        if self.packages.is_empty() && self.prefixes.is_empty() {
            return true;
        }
        let name = known.get(id).map(|it| it.name.as_str());
        let has_prefix = |prefix: &String| name.is_some_and(|name| name.starts_with(&**prefix));
        self.packages.contains(id) || self.prefixes.iter().any(has_prefix)
    }
}

fn vetted_package(id: &PackageId, known: &KnownPackages) -> proto::VettedPackage {
    let package = known.get(id);
    proto::VettedPackage {
        package_id: id.to_string(),
        valid_from_inclusive: None,
        valid_until_exclusive: None,
        package_name: package.map(|it| it.name.to_string()).unwrap_or_default(),
        package_version: package.map(|it| it.version.to_string()).unwrap_or_default(),
    }
}

fn parse_all<T: Ord>(
    texts: &[String],
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<BTreeSet<T>, Refusal> {
    let parsed = texts.iter().map(|text| parse(text));
    parsed.collect::<Result<_, _>>().map_err(|_| malformed())
}

fn malformed() -> Refusal {
    Refusal::new(
        ErrorId::ProtoDeserializationFailure,
        "Deserialization of protobuf message failed",
    )
}
