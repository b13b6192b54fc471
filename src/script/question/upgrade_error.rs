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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::super::submit_error;
    use super::*;
    use crate::lf::archive::read_dar;
    use crate::lf::error::Error;
    use crate::lf::text::build_dar;
    use crate::lf::value::{Record, Value};
    use crate::model::{ContractId, DottedName, PackageName, Party};
    use crate::script::ledger::Reason;
    use crate::script::outcome::Told;
    use crate::script::{Options, ScriptDar};

    const LIBRARY: &str = include_str!("../tests/library.daml-lf");
    const SCRIPTS: &str = include_str!("../tests/scripts.daml-lf");

    fn code(library: &str) -> (Code, Identifier) {
        let library = read_dar(&build_dar(library, &[]).unwrap()).unwrap();
        let scripts = build_dar(SCRIPTS, &[library.main]).unwrap();
        let dar = ScriptDar::load(&scripts, &Options::default()).unwrap();
        let code = Code {
            evaluation: dar.engine().evaluation(Arc::default()),
            library: dar.scripts()[0].library.clone(),
        };
        let script = &dar.scripts()[0].id;
        let name = DottedName::parse("Note").unwrap();
        let note = Identifier::new(script.package().clone(), script.module().clone(), name);
        (code, note)
    }

    fn party(name: &str) -> Party {
        Party::parse(name).unwrap()
    }

    fn note() -> Value {
        let values = [Value::Party(party("Alice")), Value::Text("a note".into())];
        Value::Record(Record {
            id: None,
            fields: values.map(|value| (None, value)).into(),
        })
    }

    fn failures(note_type: &Identifier) -> [UpgradeFailure; 3] {
        let contract_id = ContractId::new([1; 32], &[]);
        let metadata = |observer| {
            Box::new(Metadata {
                package_name: PackageName::parse("scripts").unwrap(),
                signatories: BTreeSet::from([party("Alice")]),
                observers: BTreeSet::from([party(observer)]),
                key: None,
            })
        };
        let (from, to) = (note_type.clone(), note_type.clone());
        [
            UpgradeFailure::Validation {
                contract_id: contract_id.clone(),
                from: from.clone(),
                to: to.clone(),
                original: metadata("Bob"),
                recomputed: metadata("Carol"),
            },
            UpgradeFailure::Translation {
                contract_id: None,
                from: from.clone(),
                to,
                argument: note(),
                reason: "a field is missing".to_owned(),
            },
            UpgradeFailure::Authentication {
                contract_id,
                template: from,
                argument: note(),
            },
        ]
    }

    /// The constructor of the error, and its fields.
    fn made(code: &Code, failure: UpgradeFailure) -> (String, Vec<MachineValue>) {
        let reason = Reason::Interpretation(Error::Upgrade(Box::new(failure)));
        let error = submit_error::make(code, &reason).unwrap();
        let (constructor, fields) = code.variant(&error).unwrap();
        (constructor.to_string(), code.record(&fields).unwrap())
    }

    #[test]
    fn each_failure_has_its_constructor_and_its_message() {
        let (code, note_type) = code(LIBRARY);
        let told = failures(&note_type).map(|failure| {
            let message = failure_message(&failure);
            let (constructor, fields) = made(&code, failure);
            assert_eq!(constructor, "UpgradeError");
            assert_eq!(*code.text(&fields[1]).unwrap(), *message);
            let (of, fields) = code.variant(&fields[0]).unwrap();
            (of.to_string(), code.record(&fields).unwrap())
        });
        let names = told.each_ref().map(|(name, _)| name.as_str());
        let expected = [
            "ValidationFailed",
            "TranslationFailed",
            "AuthenticationFailed",
        ];
        assert_eq!(names, expected);
        let observers = |at: usize| code.parties(&told[0].1[at]).unwrap();
        assert_eq!(observers(6), BTreeSet::from([party("Bob")]));
        assert_eq!(observers(9), BTreeSet::from([party("Carol")]));
    }

    fn failure_message(failure: &UpgradeFailure) -> String {
        Told(&Error::Upgrade(Box::new(failure.clone()))).to_string()
    }

    #[test]
    fn a_library_without_the_types_gets_the_message() {
        let library = LIBRARY.replace("UpgradeErrorType", "SomethingElse");
        let (code, note_type) = code(&library);
        for failure in failures(&note_type) {
            let message = failure_message(&failure);
            let (constructor, fields) = made(&code, failure);
            assert_eq!(constructor, "UnknownError");
            assert_eq!(*code.text(&fields[0]).unwrap(), *message);
        }
    }
}
