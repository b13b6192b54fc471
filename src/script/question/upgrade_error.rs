//! Why a contract cannot be used with a version of its template, as scripts see it.
//!
//! Libraries before SDK 3.4 tell it as an error of a feature under development, with the message alone.

use super::submit_error::{MODULE, Made};
use crate::lf::engine::MachineValue;
use crate::lf::error::{Metadata, UpgradeFailure};
use crate::model::Identifier;
use crate::script::code::{Code, Read};

const TYPE: (&str, &str) = (MODULE, "UpgradeErrorType");
const DEVELOPMENT: (&str, &str) = (MODULE, "DevErrorType");

/// The constructor of `SubmitError`; none where the library has none for it.
pub(super) fn make<'a>(
    code: &Code,
    failure: &UpgradeFailure,
    message: &MachineValue,
) -> Read<Option<Made<'a>>> {
    if code.has_type(TYPE.0, TYPE.1) {
        let (constructor, fields) = of_failure(code, failure)?;
        let typ = code.make_variant_fields(TYPE, constructor, &fields)?;
        let fields = vec![("errorType", typ), ("errorMessage", message.clone())];
        return Ok(Some(("UpgradeError", fields)));
    }
    if !code.has_constructor(DEVELOPMENT, "Upgrade") {
        return Ok(None);
    }
    let typ = code.make_enum(DEVELOPMENT, "Upgrade")?;
    let fields = vec![("devErrorType", typ), ("devErrorMessage", message.clone())];
    Ok(Some(("DevError", fields)))
}

fn of_failure(code: &Code, failure: &UpgradeFailure) -> Read<Made<'static>> {
    let versions =
        |from: &Identifier, to: &Identifier| -> Read<Vec<(&'static str, MachineValue)>> {
            Ok(vec![
                ("srcTemplateId", code.make_type_rep(from)?),
                ("dstTemplateId", code.make_type_rep(to)?),
            ])
        };
    Ok(match failure {
        UpgradeFailure::Validation {
            contract_id,
            from,
            to,
            original,
            recomputed,
        } => {
            let mut fields = versions(from, to)?;
            fields.push(("coid", code.make_any_contract_id(from, contract_id)?));
            fields.extend(told_by(code, ORIGINAL, from, original)?);
            fields.extend(told_by(code, RECOMPUTED, to, recomputed)?);
            ("ValidationFailed", fields)
        }
        UpgradeFailure::Translation {
            contract_id,
            from,
            to,
            argument,
            ..
        } => {
            let id = contract_id.as_ref();
            let id = id
                .map(|id| code.make_any_contract_id(from, id))
                .transpose()?;
            let mut fields = versions(from, to)?;
            fields.push(("mCoid", code.make_optional(id)?));
            fields.push(("createArg", code.make_any_template(from, argument)?));
            ("TranslationFailed", fields)
        }
        UpgradeFailure::Authentication {
            contract_id,
            template,
            argument,
        } => {
            let mut fields = versions(template, template)?;
            fields.push(("coid", code.make_any_contract_id(template, contract_id)?));
            fields.push(("createArg", code.make_any_template(template, argument)?));
            ("AuthenticationFailed", fields)
        }
    })
}

/// The fields with what a version of the template says: package name, signatories, others, key.
type Names = [&'static str; 4];

const ORIGINAL: Names = [
    "srcPackageName",
    "originalSignatories",
    "originalNonSignatoryStakeholders",
    "originalKeyOpt",
];

const RECOMPUTED: Names = [
    "dstPackageName",
    "recomputedSignatories",
    "recomputedNonSignatoryStakeholders",
    "recomputedKeyOpt",
];

fn told_by(
    code: &Code,
    [package, signatories, others, key]: Names,
    template: &Identifier,
    metadata: &Metadata,
) -> Read<[(&'static str, MachineValue); 4]> {
    let with_maintainers = metadata.key.as_ref().map(|key| {
        let maintainers = code.make_list_of(&key.maintainers, Code::make_party)?;
        code.make_record(vec![
            code.make_any_contract_key(template, &key.value)?,
            maintainers,
        ])
    });
    let parties = |parties| code.make_list_of(parties, Code::make_party);
    Ok([
        (package, code.make_text(metadata.package_name.as_str())?),
        (signatories, parties(&metadata.signatories)?),
        (others, parties(&metadata.observers)?),
        (key, code.make_optional(with_maintainers.transpose()?)?),
    ])
}
