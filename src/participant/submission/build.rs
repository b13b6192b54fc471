//! From an interpreted submission to a confirmation request: pure.

use std::collections::BTreeSet;

use super::deduplication::ChangeId;
use super::port::Submission;
use super::routing::{Route, Unfit};
use super::vetting;
use crate::lf::engine::Interpreted;
use crate::model::{MemberId, Offset, ParticipantId, Party, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::views::{
    Known, PlannedView, UnknownParties, created_instances, decompose, view_data,
};
use crate::protocol::{
    CommonMetadata, Forest, Leaf, Readers, RequestTree, SubmitterMetadata, TransactionMetadata,
    View,
};
use crate::topology::{Permission, State};

/// A confirmation request, ready to be encrypted, signed and sent.
#[derive(Debug)]
pub struct ConfirmationRequest {
    /// Everything.
    pub tree: RequestTree,
    /// For each view, who may see it.
    pub recipients: Forest<Readers>,
    /// The participants that see something of it.
    pub participants: BTreeSet<ParticipantId>,
}

/// What a request says besides the transaction.
#[derive(Debug, Clone, Copy)]
pub struct RequestTimes {
    /// What `getTime` gave.
    pub ledger_time: Timestamp,
    /// When the submission was interpreted.
    pub preparation_time: Timestamp,
    /// Where the deduplication period starts.
    pub deduplication_offset: Offset,
    /// When that was.
    pub deduplication_start: Timestamp,
    /// The request's deadline.
    pub max_sequencing_time: Timestamp,
    /// The topology is the one in force for this time.
    pub topology_time: Timestamp,
}

/// Whether a domain can take a transaction.
///
/// # Errors
/// If a submitter cannot submit there, somebody concerned is not known there or has not vetted what is
/// needed, or its rules have no form for the transaction.
pub(super) fn check_domain(
    submission: &Submission,
    interpreted: &Interpreted,
    submitting: &ParticipantId,
    topology: &State,
    route: Route<'_>,
) -> Result<(), Unfit> {
    check_submitters(&submission.act_as, submitting, topology)?;
    let planned = decompose(&interpreted.transaction, topology)
        .map_err(|unknown| unknown_informees(&unknown))?;
    let recipients = recipients(&planned, submitting);
    vetting::check(
        interpreted,
        &planned,
        &recipients,
        topology,
        route.ledger_time,
    )?;
    check_rules(interpreted, topology, route)
}

/// Refuses submitters that this participant cannot submit for.
pub fn check_submitters(
    act_as: &BTreeSet<Party>,
    submitting: &ParticipantId,
    topology: &State,
) -> Result<(), Refusal> {
    let unknown: Vec<&str> = act_as
        .iter()
        .filter(|party| topology.hosting(party).is_none())
        .map(Party::as_str)
        .collect();
    if !unknown.is_empty() {
        return Err(Refusal::new(
            ErrorId::UnknownSubmitters,
            "The participant is not connected to any synchronizer where the given submitters are \
             known.",
        )
        .with("unknownSubmitters", unknown.join(", ")));
    }
    let not_hosted: Vec<&str> = act_as
        .iter()
        .filter(|party| !topology.may(submitting, Permission::Submission, party))
        .map(Party::as_str)
        .collect();
    if not_hosted.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorId::NoSynchronizerOnWhichAllSubmittersCanSubmit,
        format!(
            "This participant cannot submit as the given submitter on any connected synchronizer: \
             {}",
            not_hosted.join(", ")
        ),
    ))
}

/// Builds the request.
///
/// # Errors
/// If somebody concerned is not known on the domain, or has not vetted what is needed.
pub fn build(
    submission: &Submission,
    interpreted: &Interpreted,
    times: RequestTimes,
    submitting: &ParticipantId,
    topology: &State,
    route: Route<'_>,
) -> Result<ConfirmationRequest, Refusal> {
    let transaction = &interpreted.transaction;
    let planned =
        decompose(transaction, topology).map_err(|unknown| unknown_informees(&unknown))?;
    let recipients = recipients(&planned, submitting);
    let participants = participants(&recipients);
    vetting::check(
        interpreted,
        &planned,
        &recipients,
        topology,
        route.ledger_time,
    )
    .and_then(|()| check_rules(interpreted, topology, route))
    .map_err(|unfit| route.refuse(unfit))?;
    let mut contracts = interpreted.inputs.clone();
    let created = created_instances(transaction, &interpreted.node_seeds, times.ledger_time);
    contracts.extend(created);
    let known = Known {
        seeds: &interpreted.node_seeds,
        contracts: &contracts,
        package_preference: &interpreted.package_preference,
    };
    let views = planned.try_map(|view| {
        let data = view_data(transaction, view.root, view.rolled_back, &known);
        let data = data.ok_or_else(|| Refusal::internal("a view uses an unknown contract"))?;
        Ok::<_, Refusal>(View {
            confirmers: Leaf::new(view.confirmers.clone()),
            data: Leaf::new(data),
        })
    })?;
    let tree = RequestTree {
        common: Leaf::new(CommonMetadata {
            request_uuid: crate::crypto::random_bytes(),
            submitting_participant: submitting.clone(),
            max_sequencing_time: times.max_sequencing_time,
            topology_time: times.topology_time,
        }),
        submitter: Leaf::new(SubmitterMetadata {
            act_as: submission.act_as.clone(),
            change_id: ChangeId::of(
                &submission.user_id,
                &submission.command_id,
                &submission.act_as,
            )
            .hash(),
            deduplication_start: times.deduplication_start,
            submission_id: submission.submission_id.clone(),
        }),
        transaction: Leaf::new(TransactionMetadata {
            ledger_time: times.ledger_time,
            preparation_time: times.preparation_time,
            workflow_id: submission.workflow_id.clone(),
            traceparent: submission.trace.parent.clone(),
            tracestate: submission.trace.state.clone(),
        }),
        views,
    };
    Ok(ConfirmationRequest {
        tree,
        recipients,
        participants,
    })
}

/// Who may see which view. The submitting participant sees all.
fn recipients(planned: &Forest<PlannedView>, submitting: &ParticipantId) -> Forest<Readers> {
    planned.map_down(|around: Option<&Readers>, view| {
        let mut own = view.participants.clone();
        if around.is_none() {
            own.insert(submitting.clone());
        }
        let mut all = own.clone();
        all.extend(around.into_iter().flat_map(|it| it.all.iter().cloned()));
        Readers { own, all }
    })
}

fn unknown_informees(unknown: &UnknownParties) -> Refusal {
    let unknown: Vec<&str> = unknown.0.iter().map(Party::as_str).collect();
    Refusal::new(
        ErrorId::UnknownInformees,
        "The participant is not connected to any synchronizer where the given informees are known.",
    )
    .with("unknownInformees", unknown.join(", "))
}

fn participants(recipients: &Forest<Readers>) -> BTreeSet<ParticipantId> {
    recipients.iter().flat_map(|it| &it.all).cloned().collect()
}

/// The domain's rules must have a form for the transaction.
fn check_rules(interpreted: &Interpreted, topology: &State, route: Route<'_>) -> Result<(), Unfit> {
    let rules = topology.parameters().rules();
    if interpreted.transaction.uses_keys() && !rules.has_contract_keys() {
        return Err(Unfit::Discarded(format!(
            "The transaction uses contract keys, which are supported starting protocol version: 35. \
             Currently the synchronizer {} is using {rules}.",
            route.domain
        )));
    }
    Ok(())
}

/// A list of participants as members.
pub fn members(participants: &BTreeSet<ParticipantId>) -> Vec<MemberId> {
    participants.iter().map(ParticipantId::member).collect()
}
