//! `AllocateParty`: a new party, hosted here.

use std::time::Duration;

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::administration::{
    Annotations, check_annotations, identity_provider, known_identity_provider, unset_version,
};
use super::super::door::Door;
use super::super::requests::{domain, optional, party};
use super::super::user_management_service::{check_user, let_act_as};
use super::details::details;
use crate::model::{DomainId, Party, PartyHint, UserId};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::updates::KnownParty;

/// How long the read cache may take to know what sync knows.
const INDEXED_WITHIN: Duration = Duration::from_mins(1);

/// What is asked for.
struct Question {
    hint: PartyHint,
    annotations: Annotations,
    domain: Option<DomainId>,
    user: Option<UserId>,
}

pub(super) async fn call(
    door: &Door,
    request: proto::AllocatePartyRequest,
) -> Result<proto::AllocatePartyResponse, Refusal> {
    let question = Question::new(request)?;
    if let Some(user) = &question.user {
        check_user(door, user).await?;
    }
    let party = door
        .sync
        .allocate_party(question.hint, question.domain)
        .await?;
    let indexed = tokio::time::timeout(INDEXED_WITHIN, indexed(door, &party)).await;
    let known = indexed.map_err(|_| {
        Refusal::new(
            ErrorId::RequestTimeOut,
            format!("Timed out while awaiting that party {party} can be read."),
        )
    })??;
    let noted = door
        .party_records
        .note(&party, &question.annotations)
        .await?;
    if let Some(user) = &question.user {
        let_act_as(door, user, &party).await?;
    }
    Ok(proto::AllocatePartyResponse {
        party_details: Some(details(&known, Some(&noted))),
    })
}

impl Question {
    fn new(request: proto::AllocatePartyRequest) -> Result<Self, Refusal> {
        let asked = match request.party_id_hint.as_str() {
            "" => format!("party-{}", uuid::Uuid::new_v4()),
            text => party(text)?.to_string(),
        };
        let metadata = request.local_metadata.unwrap_or_default();
        unset_version(
            &metadata.resource_version,
            "local_metadata.resource_version",
        )?;
        let field = "local_metadata.annotations";
        let annotations = check_annotations(metadata.annotations, false, field)?;
        let provider = identity_provider(&request.identity_provider_id, "identity_provider_id")?;
        let domain = domain(&request.synchronizer_id, "synchronizer_id")?;
        let user = optional(&request.user_id, "user_id", UserId::parse)?;
        let hint = PartyHint::parse(&asked)
            .map_err(|error| Refusal::invalid_argument(format!("Invalid party ID: {error}")))?;
        known_identity_provider(&provider)?;
        Ok(Self {
            hint,
            annotations,
            domain,
            user,
        })
    }
}

/// Waits until the read cache has a party, so that whoever allocated it can read it.
async fn indexed(door: &Door, party: &Party) -> Result<KnownParty, Refusal> {
    let mut ends = door.model.head().watch();
    loop {
        ends.mark_unchanged();
        let asked = [party.clone()].into();
        if let Some(known) = door.model.parties(&asked).await?.pop() {
            return Ok(known);
        }
        let changed = ends.changed().await;
        changed.map_err(|_| Refusal::internal("the indexer is gone"))?;
    }
}
