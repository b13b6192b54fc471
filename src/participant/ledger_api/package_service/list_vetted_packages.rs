//! `ListVettedPackages`: what the participants of the domain are willing to run.

use std::collections::BTreeSet;

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::answers::vetted_packages;
use super::super::door::Door;
use super::super::requests::{decode_text_token, text_token, undecodable, unique_identifier};
use super::super::version_service::VETTED_PACKAGES_PAGE_SIZE;
use crate::model::{DomainId, MemberKind, PackageId, ParticipantId};
use crate::participant::errors::Refusal;
use crate::participant::packages::{KnownPackages, VettingState};
use crate::topology::State;

/// Between the domain and the participant in a token; in neither's id.
const SEPARATOR: char = ' ';

/// Which vetted packages.
struct Filter {
    packages: BTreeSet<PackageId>,
    prefixes: Vec<String>,
    participants: BTreeSet<ParticipantId>,
    domains: BTreeSet<DomainId>,
    /// Those after this domain and participant.
    after: Option<(DomainId, ParticipantId)>,
    max: usize,
}

pub(super) async fn call(
    door: &Door,
    request: proto::ListVettedPackagesRequest,
) -> Result<proto::ListVettedPackagesResponse, Refusal> {
    let filter = Filter::new(request)?;
    let topologies = door.sync.topologies().await?;
    let known = door.model.packages().known();
    let listed: Vec<proto::VettedPackages> = topologies
        .iter()
        .flat_map(|(domain, topology)| filter.list(domain, topology, &known))
        .take(filter.max)
        .collect();
    let next = listed.last().map_or_else(String::new, |last| {
        let (domain, participant) = (&last.synchronizer_id, &last.participant_id);
        text_token(&format!("{domain}{SEPARATOR}{participant}"))
    });
    Ok(proto::ListVettedPackagesResponse {
        next_page_token: next,
        vetted_packages: listed,
    })
}

impl Filter {
    fn new(request: proto::ListVettedPackagesRequest) -> Result<Self, Refusal> {
        let metadata = request.package_metadata_filter.unwrap_or_default();
        let state = request.topology_state_filter.unwrap_or_default();
        let max = match i32::try_from(request.page_size).unwrap_or(-1) {
            0 => VETTED_PACKAGES_PAGE_SIZE,
            size if (1..=VETTED_PACKAGES_PAGE_SIZE).contains(&size) => size,
            _ => {
                return Err(undecodable(format!(
                    "page_size must not exceed the server's maximum of {VETTED_PACKAGES_PAGE_SIZE}"
                )));
            }
        };
        let package = |it: &str| PackageId::parse(it).map_err(|error| error.to_string());
        Ok(Self {
            packages: parse_all(&metadata.package_ids, "package_ids", package)?,
            prefixes: metadata.package_name_prefixes,
            participants: parse_all(
                &state.participant_ids,
                "participant_ids",
                unique_identifier(ParticipantId::parse),
            )?,
            domains: parse_all(
                &state.synchronizer_ids,
                "synchronizer_ids",
                unique_identifier(DomainId::parse),
            )?,
            after: read_token(&request.page_token)?,
            max: usize::try_from(max).unwrap_or_default(),
        })
    }

    fn list(
        &self,
        domain: &DomainId,
        topology: &State,
        known: &KnownPackages,
    ) -> Vec<proto::VettedPackages> {
        if !self.domains.is_empty() && !self.domains.contains(domain) {
            return Vec::new();
        }
        let participants = topology.members_of(MemberKind::Participant);
        let participants = participants.filter_map(|member| member.participant());
        let participants: BTreeSet<&ParticipantId> = participants
            .filter(|id| self.participants.is_empty() || self.participants.contains(*id))
            .filter(|id| self.is_after_token(domain, id))
            .collect();
        let lists = participants.into_iter().filter_map(|participant| {
            let state = VettingState::of(participant, topology)?;
            let takes = |id: &PackageId| self.takes(id, known);
            let listed = vetted_packages(domain, participant, &state, known, takes);
            (!listed.packages.is_empty()).then_some(listed)
        });
        lists.collect()
    }

    fn is_after_token(&self, domain: &DomainId, participant: &ParticipantId) -> bool {
        let here = (domain, participant);
        let after = self.after.as_ref();
        after.is_none_or(|(domain, participant)| here > (domain, participant))
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

fn read_token(token: &str) -> Result<Option<(DomainId, ParticipantId)>, Refusal> {
    if token.is_empty() {
        return Ok(None);
    }
    let read = || {
        let text = decode_text_token(token)?;
        let (domain, participant) = text.split_once(SEPARATOR)?;
        let participant = ParticipantId::parse(participant).ok()?;
        Some((DomainId::parse(domain).ok()?, participant))
    };
    let read = read().ok_or_else(|| undecodable("page_token is none of a page before"));
    read.map(Some)
}

fn parse_all<T: Ord>(
    texts: &[String],
    field: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<BTreeSet<T>, Refusal> {
    let parsed = texts.iter().map(|text| parse(text));
    let parsed: Result<_, String> = parsed.collect();
    parsed.map_err(|error| undecodable(format!("{field}: {error}")))
}
