//! Why a submission failed, as scripts see it: a value of the library's type `SubmitError`.
//!
//! Constructors are found by name, since each version of the library has its own list. What a version
//! has no constructor for becomes `UnknownError` with the message.

use std::collections::BTreeSet;
use std::fmt;

use super::upgrade_error;
use crate::lf::engine::{Content, MachineValue};
use crate::lf::error::{CryptoError, Error};
use crate::lf::transaction::GlobalKey;
use crate::lf::value::NESTING_MAX;
use crate::model::{ContractId, Identifier, Party};
use crate::script::code::{Code, Read};
use crate::script::ledger::Reason;
use crate::script::outcome::Told;

pub(super) const MODULE: &str = "Questions.Submit.Error";
const INFO: (&str, &str) = (MODULE, "ContractNotFoundAdditionalInfo");

/// A constructor of `SubmitError` and its fields.
pub(super) type Made<'a> = (&'a str, Vec<(&'a str, MachineValue)>);

/// The value that a script gets.
pub(super) fn make(code: &Code, reason: &Reason) -> Read<MachineValue> {
    let of = (MODULE, "SubmitError");
    let (constructor, fields) = constructor(code, reason)?;
    if code.has_constructor(of, constructor)
        && let Ok(made) = code.make_variant_fields(of, constructor, &fields)
    {
        return Ok(made);
    }
    let message = code.make_text(&reason.to_string())?;
    code.make_variant_fields(of, "UnknownError", &[("unknownErrorMessage", message)])
}

fn constructor<'a>(code: &Code, reason: &Reason) -> Read<Made<'a>> {
    match reason {
        Reason::Interpretation(error) => interpretation(code, error),
        Reason::NotEffective {
            contract_id,
            template,
            effective_at,
        } => {
            let info = [
                (
                    "additionalInfoCid",
                    code.make_any_contract_id(template, contract_id)?,
                ),
                ("effectiveAt", code.make_text(&effective_at.to_string())?),
            ];
            not_found(code, contract_id, "NotEffective", &info)
        }
        Reason::NotActive {
            contract_id,
            template,
        } => not_active(code, contract_id, template),
        Reason::NotVisible {
            contract_id,
            template,
            act_as,
            read_as,
            stakeholders,
        } => {
            let info = [
                (
                    "additionalInfoCid",
                    code.make_any_contract_id(template, contract_id)?,
                ),
                ("actAs", parties(code, act_as)?),
                ("readAs", parties(code, read_as)?),
                ("observers", parties(code, stakeholders)?),
            ];
            not_found(code, contract_id, "NotVisible", &info)
        }
        Reason::UnresolvedPackage(name) => Ok((
            "UnresolvedPackageName",
            vec![("packageName", code.make_text(name.as_str())?)],
        )),
        Reason::Told { id, message } => told(code, id, message),
        Reason::UnknownParties(_)
        | Reason::Disclosure(_)
        | Reason::UnvettedPackage(_)
        | Reason::Other(_) => unknown(code, reason),
    }
}

/// What a running ledger says.
fn told<'a>(code: &Code, id: &str, message: &str) -> Read<Made<'a>> {
    let text = || code.make_text(message);
    Ok(match id {
        "DAML_AUTHORIZATION_ERROR" => (
            "AuthorizationError",
            vec![("authorizationErrorMessage", text()?)],
        ),
        "TEMPLATE_PRECONDITION_VIOLATED" => ("TemplatePreconditionViolated", Vec::new()),
        "NON_COMPARABLE_VALUES" => ("NonComparableValues", Vec::new()),
        "DAML_EFFECTFUL_ROLLBACK_ERROR" => (
            "EffectfulRollbackError",
            vec![("effectfulRollbackErrorMsg", text()?)],
        ),
        _ => return unknown(code, &format!("{id}: {message}")),
    })
}

fn unknown<'a>(code: &Code, what: &impl fmt::Display) -> Read<Made<'a>> {
    let message = code.make_text(&what.to_string())?;
    Ok(("UnknownError", vec![("unknownErrorMessage", message)]))
}

fn parties(code: &Code, parties: &BTreeSet<Party>) -> Read<MachineValue> {
    code.make_list_of(parties, Code::make_party)
}

fn not_active<'a>(code: &Code, id: &ContractId, template: &Identifier) -> Read<Made<'a>> {
    let contract = code.make_any_contract_id(template, id)?;
    not_found(code, id, "NotActive", &[("additionalInfoCid", contract)])
}

fn not_found<'a>(
    code: &Code,
    id: &ContractId,
    constructor: &str,
    info: &[(&str, MachineValue)],
) -> Read<Made<'a>> {
    let info = code.make_variant_fields(INFO, constructor, info)?;
    let none = code.make_list(Vec::new())?;
    let ids = code.make_record(vec![code.make_text(&id.to_string())?, none])?;
    Ok((
        "ContractNotFound",
        vec![
            ("unknownContractIds", ids),
            ("additionalDebuggingInfo", code.make_optional(Some(info))?),
        ],
    ))
}

fn interpretation<'a>(code: &Code, error: &Error) -> Read<Made<'a>> {
    let message = || code.make_text(&Told(error).to_string());
    match error {
        Error::ContractNotFound(id) => not_found(code, id, "NotFound", &[]),
        Error::ContractNotActive {
            contract_id,
            template,
            ..
        } => not_active(code, contract_id, template),
        Error::Authorization { .. } => Ok((
            "AuthorizationError",
            vec![("authorizationErrorMessage", message()?)],
        )),
        Error::Failure(status) => Ok((
            "FailureStatusError",
            vec![("failureStatus", code.make_status(status)?)],
        )),
        Error::UserError(text) => Ok((
            "UserError",
            vec![("userErrorMessage", code.make_text(text)?)],
        )),
        Error::TemplatePrecondition { .. } => Ok(("TemplatePreconditionViolated", Vec::new())),
        Error::NonComparableValues => Ok(("NonComparableValues", Vec::new())),
        Error::ValueNesting => {
            let limit = i64::try_from(NESTING_MAX).unwrap_or(i64::MAX);
            let limit = code.make(Content::Int64(limit))?;
            Ok(("ValueNesting", vec![("limit", limit)]))
        }
        Error::EffectfulRollback(_) => Ok((
            "EffectfulRollbackError",
            vec![("effectfulRollbackErrorMsg", message()?)],
        )),
        Error::Crypto(crypto) => crypto_error(code, crypto, message()?),
        Error::Upgrade(failure) => {
            // the contract may be of a package that is not there: then the message must do
            let made = upgrade_error::make(code, failure, &message()?)
                .ok()
                .flatten();
            made.map_or_else(|| unknown(code, &Told(error)), Ok)
        }
        Error::UnresolvedPackageName(name) => Ok((
            "UnresolvedPackageName",
            vec![("packageName", code.make_text(name.as_str())?)],
        )),
        other => keys(code, other),
    }
}

fn keys<'a>(code: &Code, error: &Error) -> Read<Made<'a>> {
    let any_key = |key: &GlobalKey| code.make_any_contract_key(&key.template, &key.key.value);
    match error {
        Error::ContractKeyNotFound(key) => {
            Ok(("ContractKeyNotFound", vec![("contractKey", any_key(key)?)]))
        }
        Error::InconsistentContractKey(key) => Ok((
            "InconsistentContractKey",
            vec![("contractKey", any_key(key)?)],
        )),
        Error::CreateWithoutMaintainers {
            template, argument, ..
        } => Ok((
            "CreateEmptyContractKeyMaintainers",
            vec![(
                "invalidTemplate",
                code.make_any_template(template, argument)?,
            )],
        )),
        Error::KeyWithoutMaintainers(key) => Ok((
            "FetchEmptyContractKeyMaintainers",
            vec![("failedTemplateKey", any_key(key)?)],
        )),
        Error::ContractIdInKey(_) => Ok(("ContractIdInContractKey", Vec::new())),
        other => contracts(code, other),
    }
}

fn crypto_error<'a>(code: &Code, error: &CryptoError, message: MachineValue) -> Read<Made<'a>> {
    let (constructor, field, value) = match error {
        CryptoError::ByteEncoding { value, .. } => ("MalformedByteEncoding", "value", value),
        CryptoError::Key { value, .. } => ("MalformedKey", "keyValue", value),
        CryptoError::Signature { value, .. } => ("MalformedSignature", "signatureValue", value),
    };
    let of = (MODULE, "CryptoErrorType");
    if !code.has_constructor(of, constructor) {
        return Ok(("CryptoError", Vec::new()));
    }
    let fields = [(field, code.make_text(value)?)];
    let typ = code.make_variant_fields(of, constructor, &fields)?;
    Ok((
        "CryptoError",
        vec![("cryptoErrorType", typ), ("cryptoErrorMessage", message)],
    ))
}

fn contracts<'a>(code: &Code, error: &Error) -> Read<Made<'a>> {
    match error {
        Error::WronglyTypedContract {
            contract_id,
            expected,
            actual,
        } => Ok((
            "WronglyTypedContract",
            vec![
                (
                    "contractId",
                    code.make_any_contract_id(actual, contract_id)?,
                ),
                ("expectedTemplateId", code.make_type_rep(expected)?),
                ("actualTemplateId", code.make_type_rep(actual)?),
            ],
        )),
        Error::DoesNotImplementInterface {
            contract_id,
            template,
            interface,
        } => Ok((
            "ContractDoesNotImplementInterface",
            vec![
                (
                    "contractId",
                    code.make_any_contract_id(template, contract_id)?,
                ),
                ("templateId", code.make_type_rep(template)?),
                ("interfaceId", code.make_type_rep(interface)?),
            ],
        )),
        Error::DoesNotImplementRequiringInterface {
            contract_id,
            template,
            required,
            requiring,
        } => Ok((
            "ContractDoesNotImplementRequiringInterface",
            vec![
                (
                    "contractId",
                    code.make_any_contract_id(template, contract_id)?,
                ),
                ("templateId", code.make_type_rep(template)?),
                ("requiredInterfaceId", code.make_type_rep(required)?),
                ("requiringInterfaceId", code.make_type_rep(requiring)?),
            ],
        )),
        other => unknown(code, &Told(other)),
    }
}

/// The class of the error, as `tryCommands` tells it.
pub(super) fn class(reason: &Reason) -> &'static str {
    match reason {
        Reason::Interpretation(error) => error_class(error),
        Reason::NotEffective { .. } => "ContractNotEffective",
        Reason::NotActive { .. } => "ContractNotActive",
        Reason::NotVisible { .. } => "ContractNotVisible",
        Reason::UnknownParties(_) => "PartiesNotAllocated",
        Reason::Disclosure(_) => "DisclosureDecoding",
        Reason::UnresolvedPackage(_) => "UnresolvedPackageName",
        Reason::UnvettedPackage(_) => "LookupError",
        Reason::Told { .. } => "StatusRuntimeException",
        Reason::Other(_) => "Internal",
    }
}

fn error_class(error: &Error) -> &'static str {
    match error {
        Error::Lookup(_) | Error::MissingPackage { .. } => "LookupError",
        Error::Authorization { .. } => "FailedAuthorization",
        Error::ContractNotFound(_) => "ContractNotFound",
        Error::ContractNotActive { .. } => "ContractNotActive",
        Error::WronglyTypedContract { .. } => "WronglyTypedContract",
        Error::DoesNotImplementInterface { .. } => "ContractDoesNotImplementInterface",
        Error::DoesNotImplementRequiringInterface { .. } => {
            "ContractDoesNotImplementRequiringInterface"
        }
        Error::Failure(_) => "FailureStatus",
        Error::UserError(_) => "UserError",
        Error::TemplatePrecondition { .. } => "TemplatePreconditionViolated",
        Error::NonComparableValues => "NonComparableValues$",
        Error::ValueNesting => "ValueNesting",
        Error::MalformedText => "MalformedText",
        Error::EffectfulRollback(_) => "EffectfulRollback",
        Error::Crypto(_) => "Crypto",
        Error::Upgrade(_) => "Upgrade",
        Error::UnresolvedPackageName(_) => "UnresolvedPackageName",
        Error::ContractKeyNotFound(_) => "ContractKeyNotFound",
        Error::CreateWithoutMaintainers { .. } => "CreateEmptyContractKeyMaintainers",
        Error::KeyWithoutMaintainers(_) => "FetchEmptyContractKeyMaintainers",
        Error::ContractIdInKey(_) => "ContractIdInContractKey",
        _ => "Internal",
    }
}
