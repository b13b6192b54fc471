//! From an interpreted submission to a confirmation request: pure.

use std::collections::BTreeSet;

use super::concerned::concerned;
use super::port::Submission;
use super::routing::Route;
use crate::lf::engine::Interpreted;
use crate::model::{MemberId, Offset, PackageId, ParticipantId, Party, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::protocol::{InformeeTree, InputContract, SubmitterMetadata, TransactionView};
use crate::topology::{Permission, State};

/// A confirmation request, ready to be signed and sent.
#[derive(Debug)]
pub struct ConfirmationRequest {
    /// For the mediator and the participants.
    pub tree: InformeeTree,
    /// For the participants, encoded.
    pub view: Vec<u8>,
    /// The participants that host somebody concerned, and the submitting one.
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
    /// The request's deadline.
    pub max_sequencing_time: Timestamp,
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
    let concerned = concerned(&interpreted.transaction);
    let participants = participants(&concerned.informees, submitting, topology)?;
    check_vetting(
        &interpreted.packages,
        &participants,
        times.ledger_time,
        topology,
        route,
    )?;
    route.check(&interpreted.transaction)?;
    let view = view(submission, interpreted, times).encode();
    let tree = InformeeTree {
        request_uuid: crate::crypto::random_bytes(),
        submitting_participant: submitting.clone(),
        view_hash: TransactionView::hash(&view),
        informees: concerned.informees,
        confirming_parties: concerned.confirming,
    };
    Ok(ConfirmationRequest {
        tree,
        view,
        participants,
    })
}

fn participants(
    informees: &BTreeSet<Party>,
    submitting: &ParticipantId,
    topology: &State,
) -> Result<BTreeSet<ParticipantId>, Refusal> {
    let mut participants = BTreeSet::from([submitting.clone()]);
    let mut unknown = Vec::new();
    for party in informees {
        match topology.hosting(party) {
            Some(hosting) => {
                participants.extend(hosting.hosts.iter().map(|host| host.participant.clone()));
            }
            None => unknown.push(party.as_str()),
        }
    }
    if unknown.is_empty() {
        return Ok(participants);
    }
    Err(Refusal::new(
        ErrorId::UnknownInformees,
        "The participant is not connected to any synchronizer where the given informees are known.",
    )
    .with("unknownInformees", unknown.join(", ")))
}

fn check_vetting(
    packages: &BTreeSet<PackageId>,
    participants: &BTreeSet<ParticipantId>,
    at: Timestamp,
    topology: &State,
    route: Route<'_>,
) -> Result<(), Refusal> {
    for participant in participants {
        for package in packages {
            if !topology.is_vetted(participant, package, at) {
                return Err(route.refuse(&format!(
                    "participant {participant} has not vetted package {package}; upload the \
                     package there"
                )));
            }
        }
    }
    Ok(())
}

fn view(
    submission: &Submission,
    interpreted: &Interpreted,
    times: RequestTimes,
) -> TransactionView {
    TransactionView {
        submitter: SubmitterMetadata {
            act_as: submission.act_as.clone(),
            user_id: submission.user_id.clone(),
            command_id: submission.command_id.clone(),
            submission_id: submission.submission_id.clone(),
            deduplication_offset: times.deduplication_offset,
            max_sequencing_time: times.max_sequencing_time,
        },
        ledger_time: times.ledger_time,
        preparation_time: times.preparation_time,
        workflow_id: submission.workflow_id.clone(),
        transaction: interpreted.transaction.to_bytes().into(),
        root_seeds: interpreted.root_seeds.clone(),
        inputs: interpreted
            .inputs
            .iter()
            .map(|(id, instance)| InputContract {
                contract_id: id.clone(),
                instance: instance.to_bytes().into(),
            })
            .collect(),
        package_preference: interpreted.package_preference.clone(),
        traceparent: submission.trace.parent.clone(),
        tracestate: submission.trace.state.clone(),
    }
}

/// The members that receive the view.
pub fn recipients(participants: &BTreeSet<ParticipantId>) -> Vec<MemberId> {
    participants.iter().map(ParticipantId::member).collect()
}
