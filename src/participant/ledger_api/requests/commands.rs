//! Commands.

use std::collections::{BTreeMap, BTreeSet};

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::command::Command as Proto;
use proto::commands::DeduplicationPeriod as ProtoPeriod;

use super::fields::{contract_id, domain, no_user, optional, parties, present, required};
use super::identifiers::{identifier, type_ref};
use super::times::{duration, timestamp};
use super::values::{record, value};
use crate::lf::value::Value;
use crate::model::{
    CommandId, ContractId, Duration, Name, Offset, PackageId, PackageName, Party, SubmissionId,
    TypeConRef, UserId, WorkflowId,
};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::packages::KnownPackages;
use crate::participant::submission::{
    Command, DeduplicationPeriod, DisclosedContract, MinLedgerTime, Submission, TraceContext,
};

/// The single commands of a request, as the client wrote them.
pub(crate) fn as_written(commands: Option<&proto::Commands>) -> Vec<proto::Command> {
    commands.map_or_else(Vec::new, |it| it.commands.clone())
}

/// A submission, from the commands of a request.
pub(crate) fn submission(
    commands: Option<proto::Commands>,
    trace: TraceContext,
    known: &KnownPackages,
) -> Result<Submission, Refusal> {
    let commands = commands
        .filter(|commands| !commands.user_id.is_empty())
        .ok_or_else(no_user)?;
    let workflow_id = workflow_id(&commands.workflow_id)?;
    let user_id = required(&commands.user_id, "user_id", UserId::parse)?;
    let command_id = required(&commands.command_id, "command_id", CommandId::parse)?;
    let submission_id = optional(
        &commands.submission_id,
        "submission_id",
        SubmissionId::parse,
    )?;
    let (act_as, read_as) = submitters(&commands.act_as, &commands.read_as)?;
    let domain = domain(&commands.synchronizer_id, "synchronizer_id")?;
    if commands.commands.is_empty() {
        return Err(Refusal::missing_field("commands"));
    }
    let checked = commands.commands.into_iter().map(command);
    let checked = checked.collect::<Result<_, _>>()?;
    let min_ledger_time =
        min_ledger_time(commands.min_ledger_time_abs, commands.min_ledger_time_rel)?;
    let deduplication = deduplication(commands.deduplication_period)?;
    let disclosed = commands.disclosed_contracts.into_iter().map(disclosed);
    let disclosed = disclosed.collect::<Result<_, _>>()?;
    let package_preference = preference(&commands.package_id_selection_preference, known)?;
    let prefetch_keys = commands
        .prefetch_contract_keys
        .into_iter()
        .map(prefetch_key);
    let prefetch_keys = prefetch_keys.collect::<Result<_, _>>()?;
    passes(commands.taps_max_passes)?;
    Ok(Submission {
        user_id,
        command_id,
        submission_id: submission_id.map_or_else(made_up, Ok)?,
        workflow_id,
        act_as,
        read_as,
        commands: checked,
        deduplication,
        min_ledger_time,
        domain,
        prefetch_keys,
        disclosed,
        package_preference,
        trace,
    })
}

/// The id of a submission that its application did not give one.
fn made_up() -> Result<SubmissionId, Refusal> {
    SubmissionId::parse(&uuid::Uuid::new_v4().to_string()).map_err(Refusal::internal)
}

fn workflow_id(text: &str) -> Result<Option<WorkflowId>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let id = WorkflowId::parse(text).map_err(Refusal::invalid_argument)?;
    Ok(Some(id))
}

fn submitters(
    act_as: &[String],
    read_as: &[String],
) -> Result<(BTreeSet<Party>, BTreeSet<Party>), Refusal> {
    let act_as = parties(act_as)?;
    let mut read_as = parties(read_as)?;
    read_as.retain(|party| !act_as.contains(party));
    if act_as.is_empty() {
        return Err(Refusal::missing_field("party or act_as"));
    }
    Ok((act_as, read_as))
}

fn command(command: proto::Command) -> Result<Command, Refusal> {
    match present(command.command, "command")? {
        Proto::Create(it) => Ok(Command::Create {
            template: type_ref(&present(it.template_id, "template_id")?)?,
            argument: arguments(it.create_arguments)?,
        }),
        Proto::Exercise(it) => Ok(Command::Exercise {
            template: type_ref(&present(it.template_id, "template_id")?)?,
            contract_id: contract_id(&it.contract_id, "contract_id")?,
            choice: required(&it.choice, "choice", Name::parse)?,
            argument: value(present(it.choice_argument, "value")?)?,
        }),
        Proto::ExerciseByKey(it) => Ok(Command::ExerciseByKey {
            template: type_ref(&present(it.template_id, "template_id")?)?,
            key: value(present(it.contract_key, "contract_key")?)?,
            choice: required(&it.choice, "choice", Name::parse)?,
            argument: value(present(it.choice_argument, "value")?)?,
        }),
        Proto::CreateAndExercise(it) => Ok(Command::CreateAndExercise {
            template: type_ref(&present(it.template_id, "template_id")?)?,
            create_argument: arguments(it.create_arguments)?,
            choice: required(&it.choice, "choice", Name::parse)?,
            choice_argument: value(present(it.choice_argument, "value")?)?,
        }),
    }
}

fn arguments(arguments: Option<proto::Record>) -> Result<Value, Refusal> {
    record(present(arguments, "create_arguments")?).map(Value::Record)
}

fn min_ledger_time(
    absolute: Option<prost_types::Timestamp>,
    relative: Option<prost_types::Duration>,
) -> Result<Option<MinLedgerTime>, Refusal> {
    match (absolute, relative) {
        (None, None) => Ok(None),
        (Some(time), None) => Ok(Some(MinLedgerTime::Absolute(timestamp(time)?))),
        (None, Some(span)) => Ok(Some(MinLedgerTime::Relative(duration(span)?))),
        (Some(_), Some(_)) => Err(Refusal::invalid_argument(
            "min_ledger_time_abs cannot be specified at the same time as min_ledger_time_rel",
        )),
    }
}

fn deduplication(period: Option<ProtoPeriod>) -> Result<DeduplicationPeriod, Refusal> {
    match period {
        None => Ok(DeduplicationPeriod::Maximum),
        Some(ProtoPeriod::DeduplicationDuration(span)) => {
            let span = duration(span)?;
            if span < Duration::ZERO {
                return Err(Refusal::invalid_field(
                    "deduplication_period",
                    "Duration must be positive",
                ));
            }
            Ok(DeduplicationPeriod::Duration(span))
        }
        Some(ProtoPeriod::DeduplicationOffset(offset)) => Offset::new(offset)
            .map(DeduplicationPeriod::Offset)
            .ok_or_else(|| {
                Refusal::new(
                    ErrorId::NegativeOffset,
                    format!(
                        "Offset {offset} in deduplication_period is a negative integer: the \
                         deduplication offset has to be a non-negative integer and not {offset}"
                    ),
                )
            }),
    }
}

fn disclosed(contract: proto::DisclosedContract) -> Result<DisclosedContract, Refusal> {
    if contract.created_event_blob.is_empty() {
        return Err(Refusal::missing_field("DisclosedContract.createdEventBlob"));
    }
    let template = contract.template_id.as_ref().map(identifier).transpose()?;
    Ok(DisclosedContract {
        template: template.as_ref().map(Into::into),
        contract_id: optional(
            &contract.contract_id,
            "DisclosedContract.contract_id",
            ContractId::parse,
        )?,
        domain: domain(
            &contract.synchronizer_id,
            "DisclosedContract.synchronizer_id",
        )?,
        blob: contract.created_event_blob.into(),
    })
}

/// The versions that the submitter prefers: known ones, one of each name.
fn preference(texts: &[String], known: &KnownPackages) -> Result<BTreeSet<PackageId>, Refusal> {
    if texts.is_empty() {
        return Ok(BTreeSet::new());
    }
    let ids = texts.iter().map(|text| {
        PackageId::parse(text).map_err(|error| {
            Refusal::invalid_argument(format!(
                "package_id_selection_preference parsing failed with `{error}`. The \
                 package_id_selection_preference field must contain non-empty and valid package ids"
            ))
        })
    });
    let ids: Vec<PackageId> = ids.collect::<Result<_, _>>()?;
    let named = ids.iter().map(|id| match known.get(id) {
        Some(package) => Ok((&package.name, id)),
        None => Err(Refusal::invalid_argument(format!(
            "user-specified pkg id ({id}) could not be found"
        ))),
    });
    let mut by_name: BTreeMap<&PackageName, &PackageId> = BTreeMap::new();
    for (name, id) in named.collect::<Result<Vec<_>, _>>()? {
        if let Some(other) = by_name.insert(name, id) {
            return Err(Refusal::invalid_argument(format!(
                "duplicate preference for package-name {name}: {other} vs {id}"
            )));
        }
    }
    Ok(ids.into_iter().collect())
}

/// A hint about what to read early; contracts are read fast enough without.
fn prefetch_key(key: proto::PrefetchContractKey) -> Result<(TypeConRef, Value), Refusal> {
    let template = type_ref(&present(key.template_id, "template_id")?)?;
    let value = value(present(key.contract_key, "contract_key")?)?;
    if key.limit == Some(0) {
        return Err(Refusal::invalid_argument(
            "limit must be a positive integer, but got 0",
        ));
    }
    Ok((template, value))
}

fn passes(max: Option<u32>) -> Result<(), Refusal> {
    match max {
        Some(0) => Err(Refusal::invalid_argument(
            "taps_max_passes must be strictly positive, but got 0.",
        )),
        _ => Ok(()),
    }
}
