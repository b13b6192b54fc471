//! Reassignments: with one synchronizer there is none that can be done, and each is refused for the
//! reason that Canton gives.

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::reassignment_command::Command;

use super::fields::{
    contract_id, no_user, optional, party_field, present, required, unique_identifier,
};
use crate::model::{CommandId, ContractId, DomainId, SubmissionId, UserId, WorkflowId};
use crate::participant::errors::Refusal;

/// A reassignment that makes sense on its own.
enum Reassignment {
    Unassign(DomainId, DomainId, ContractId),
    Assign(DomainId, DomainId),
}

/// Why a reassignment is refused by a participant that is connected to these domains.
pub(crate) fn refused_reassignment(
    commands: Option<proto::ReassignmentCommands>,
    connected: &[DomainId],
) -> Refusal {
    match check(commands, connected) {
        Err(refusal) => refusal,
        Ok(()) => Refusal::unimplemented("contracts cannot be reassigned to another synchronizer"),
    }
}

fn check(
    commands: Option<proto::ReassignmentCommands>,
    connected: &[DomainId],
) -> Result<(), Refusal> {
    let commands = commands
        .filter(|commands| !commands.user_id.is_empty())
        .ok_or_else(no_user)?;
    party_field(&commands.submitter, "submitter")?;
    required(&commands.user_id, "user_id", UserId::parse)?;
    CommandId::parse(&commands.command_id)
        .map_err(|error| Refusal::invalid_field("command_id", error))?;
    optional(
        &commands.submission_id,
        "submission_id",
        SubmissionId::parse,
    )?;
    optional(&commands.workflow_id, "workflow_id", WorkflowId::parse)?;
    let commands = commands.commands.into_iter().map(command);
    let commands: Vec<Reassignment> = commands.collect::<Result<_, _>>()?;
    if commands.is_empty() {
        return Err(Refusal::invalid_argument(
            "The batch of reassignment commands was invalid: no commands",
        ));
    }
    commands.iter().try_for_each(|it| resolve(it, connected))
}

fn command(command: proto::ReassignmentCommand) -> Result<Reassignment, Refusal> {
    let domain =
        |text: &str, field: &str| required(text, field, unique_identifier(DomainId::parse));
    match present(command.command, "command")? {
        Command::AssignCommand(it) => {
            let (source, target) = (domain(&it.source, "source")?, domain(&it.target, "target")?);
            let id = &it.reassignment_id;
            if id.is_empty() || hex::decode(id).is_err() {
                return Err(Refusal::invalid_field(
                    "reassignment_id",
                    "Invalid reassignment ID",
                ));
            }
            Ok(Reassignment::Assign(source, target))
        }
        Command::UnassignCommand(it) => Ok(Reassignment::Unassign(
            domain(&it.source, "source")?,
            domain(&it.target, "target")?,
            contract_id(&it.contract_id, "contract_id")?,
        )),
    }
}

fn resolve(reassignment: &Reassignment, connected: &[DomainId]) -> Result<(), Refusal> {
    let (Reassignment::Unassign(source, target, _) | Reassignment::Assign(source, target)) =
        reassignment;
    for domain in [source, target] {
        if !connected.contains(domain) {
            return Err(Refusal::invalid_argument(format!(
                "Unable to resolve {domain} to a connected physical synchronizer id"
            )));
        }
    }
    match reassignment {
        Reassignment::Unassign(source, target, contract) if source == target => {
            Err(Refusal::invalid_argument(format!(
                "Cannot unassign contracts `List({contract})`: source and target synchronizers are \
                 the same"
            )))
        }
        Reassignment::Unassign(..) | Reassignment::Assign(..) => Ok(()),
    }
}
