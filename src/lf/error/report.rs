//! How Canton reports each error: id, category, resources.
//!
//! Source: the error codes that Canton's recorded answers show, and its list of command execution
//! errors. Errors without a counterpart there are reported as interpretation errors.

use super::{CryptoError, Error, Limit, Metadata, UpgradeFailure, join};
use crate::lf::transaction::GlobalKey;
use crate::lf::value::Value;
use crate::model::{ContractId, Identifier};

/// Category 2: try again later.
const CONTENTION: u8 = 2;
/// Category 4: a defect.
const INTERNAL: u8 = 4;
/// Category 8: the request is wrong in itself.
const INVALID_ALWAYS: u8 = 8;
/// Category 9: the request is wrong as things are.
const INVALID_NOW: u8 = 9;
/// Category 11: something that the request needs is not there.
const MISSING: u8 = 11;

/// The name of what there is none of.
const NULL: &str = "NULL";

/// An error for an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The error id.
    pub id: &'static str,
    /// The error category, by Canton's number.
    pub category: u8,
    /// Kinds and names of what the error is about.
    pub resources: Vec<(&'static str, String)>,
}

impl Report {
    fn new(id: &'static str, category: u8) -> Self {
        Self {
            id,
            category,
            resources: Vec::new(),
        }
    }

    fn about(mut self, kind: &'static str, name: &impl ToString) -> Self {
        self.resources.push((kind, name.to_string()));
        self
    }

    fn contract(self, id: &ContractId) -> Self {
        self.about("CONTRACT_ID", id)
    }

    fn template(self, id: &Identifier) -> Self {
        self.about("TEMPLATE_ID", id)
    }

    /// A key that is not as it should be; nothing if it cannot be written.
    fn key(self, key: &GlobalKey) -> Self {
        match key.key.value.to_base64_protobuf() {
            Some(value) => self
                .template(&key.template)
                .about("CONTRACT_KEY", &value)
                .about("PACKAGE_NAME", &key.package_name),
            None => self,
        }
    }

    /// Adds what a contract says; says nothing at all if that cannot be written.
    fn argument(mut self, argument: &Value) -> Self {
        if let Some(argument) = argument.to_base64_protobuf() {
            return self.about("CONTRACT_ARG", &argument);
        }
        self.resources.clear();
        self
    }

    fn interface(self, id: &Identifier) -> Self {
        self.about("INTERFACE_ID", id)
    }
}

impl Error {
    /// How to report it.
    pub fn report(&self) -> Report {
        match self {
            Self::MissingPackage { .. } => Report::new("PACKAGE_NOT_FOUND", MISSING),
            Self::Lookup(error) if error.missing_package().is_some() => {
                Report::new("PACKAGE_NOT_FOUND", MISSING)
            }
            Self::Lookup(_) | Self::Value(_) | Self::RootNode(_) => {
                Report::new("COMMAND_PREPROCESSING_FAILED", INVALID_ALWAYS)
            }
            Self::Authorization { .. } => Report::new("DAML_AUTHORIZATION_ERROR", INVALID_ALWAYS),
            Self::Failure(status) => Report::new("DAML_FAILURE", failure_category(status.category)),
            Self::UserError(message) => Report::new("INTERPRETATION_USER_ERROR", INVALID_NOW)
                .about("EXCEPTION_TEXT", message),
            Self::TemplatePrecondition { .. } => {
                Report::new("TEMPLATE_PRECONDITION_VIOLATED", INVALID_ALWAYS)
            }
            Self::NonComparableValues => Report::new("NON_COMPARABLE_VALUES", INVALID_ALWAYS),
            Self::ValueNesting => Report::new("VALUE_NESTING", INVALID_ALWAYS),
            Self::MalformedText => Report::new("MALFORMED_TEXT", INVALID_ALWAYS),
            Self::EffectfulRollback(_) => {
                Report::new("DAML_EFFECTFUL_ROLLBACK_ERROR", INVALID_ALWAYS)
            }
            Self::Crypto(error) => crypto(error),
            Self::Internal { .. } => Report::new("LEDGER_API_INTERNAL_ERROR", INTERNAL),
            Self::Limit(Limit::Steps(_)) | Self::Cancelled => {
                Report::new("INTERPRETATION_TIME_EXCEEDED", CONTENTION)
            }
            Self::Limit(_)
            | Self::DuplicateContractId(_)
            | Self::QueryLimit(_)
            | Self::IllTyped(_) => Report::new("DAML_INTERPRETATION_ERROR", INVALID_NOW),
            other => keys(other),
        }
    }
}

fn keys(error: &Error) -> Report {
    match error {
        Error::ContractKeyNotFound(key) => Report::new("CONTRACT_KEY_NOT_FOUND", MISSING).key(key),
        Error::InconsistentContractKey(key) => {
            Report::new("INCONSISTENT_CONTRACT_KEY", INVALID_NOW).key(key)
        }
        Error::CreateWithoutMaintainers {
            template, argument, ..
        } => Report::new("CREATE_EMPTY_CONTRACT_KEY_MAINTAINERS", INVALID_ALWAYS)
            .template(template)
            .argument(argument),
        Error::KeyWithoutMaintainers(key) => {
            Report::new("FETCH_EMPTY_CONTRACT_KEY_MAINTAINERS", INVALID_ALWAYS).key(key)
        }
        Error::ContractIdInKey(_) => Report::new("CONTRACT_ID_IN_CONTRACT_KEY", INVALID_ALWAYS),
        other => contracts(other),
    }
}

fn contracts(error: &Error) -> Report {
    match error {
        Error::ContractNotFound(id) => Report::new("CONTRACT_NOT_FOUND", MISSING).contract(id),
        Error::ContractNotActive {
            contract_id,
            template,
            ..
        } => Report::new("CONTRACT_NOT_ACTIVE", MISSING)
            .template(template)
            .contract(contract_id),
        Error::WronglyTypedContract {
            contract_id,
            expected,
            actual,
        } => Report::new("WRONGLY_TYPED_CONTRACT", INVALID_NOW)
            .contract(contract_id)
            .template(expected)
            .template(actual),
        Error::DoesNotImplementInterface {
            contract_id,
            template,
            interface,
        } => Report::new("CONTRACT_DOES_NOT_IMPLEMENT_INTERFACE", INVALID_ALWAYS)
            .contract(contract_id)
            .template(template)
            .interface(interface),
        Error::DoesNotImplementRequiringInterface {
            contract_id,
            template,
            required,
            requiring,
        } => Report::new(
            "CONTRACT_DOES_NOT_IMPLEMENT_REQUIRING_INTERFACE",
            INVALID_ALWAYS,
        )
        .contract(contract_id)
        .template(template)
        .interface(required)
        .interface(requiring),
        Error::Upgrade(failure) => upgrade(failure),
        Error::UnresolvedPackageName(name) => {
            Report::new("UNRESOLVED_PACKAGE_NAME", MISSING).about("PACKAGE_NAME", name)
        }
        _ => Report::new("DAML_INTERPRETATION_ERROR", INVALID_NOW),
    }
}

fn upgrade(failure: &UpgradeFailure) -> Report {
    match failure {
        UpgradeFailure::Validation {
            contract_id,
            from,
            to,
            original,
            recomputed,
        } => {
            let report = Report::new(
                "INTERPRETATION_UPGRADE_ERROR_VALIDATION_FAILED",
                INVALID_ALWAYS,
            );
            let report = report.contract(contract_id).template(from).template(to);
            let report = report
                .about("PACKAGE_NAME", &original.package_name)
                .about("PACKAGE_NAME", &recomputed.package_name);
            metadata(metadata(report, original), recomputed)
        }
        UpgradeFailure::Translation {
            contract_id,
            from,
            to,
            argument,
            ..
        } => {
            let id = contract_id.as_ref();
            Report::new(
                "INTERPRETATION_UPGRADE_ERROR_TRANSLATION_FAILED",
                INVALID_ALWAYS,
            )
            .about(
                "NULLABLE_CONTRACT_ID",
                &id.map_or(NULL.to_owned(), ToString::to_string),
            )
            .template(from)
            .template(to)
            .argument(argument)
        }
        UpgradeFailure::Authentication {
            contract_id,
            template,
            argument,
        } => Report::new(
            "INTERPRETATION_UPGRADE_ERROR_AUTHENTICATION_FAILED",
            INVALID_ALWAYS,
        )
        .contract(contract_id)
        .template(template)
        .template(template)
        .argument(argument),
    }
}

/// Parties, and the key with its package and maintainers.
fn metadata(report: Report, of: &Metadata) -> Report {
    let key = of.key.as_ref();
    let or_null = |text: Option<String>| text.unwrap_or_else(|| NULL.to_owned());
    report
        .about("PARTIES", &join(&of.signatories))
        .about("PARTIES", &join(&of.observers))
        .about(
            "NULLABLE_CONTRACT_KEY",
            &or_null(key.and_then(|key| key.value.to_base64_protobuf())),
        )
        .about(
            "NULLABLE_PACKAGE_NAME",
            &or_null(key.map(|_| of.package_name.to_string())),
        )
        .about(
            "NULLABLE_PARTIES",
            &or_null(key.map(|key| join(&key.maintainers))),
        )
}

/// The category that Daml code chose, if it is one that Daml code may choose.
fn failure_category(category: i64) -> u8 {
    match u8::try_from(category) {
        Ok(number @ 1..=14) => number,
        _ => INVALID_NOW,
    }
}

fn crypto(error: &CryptoError) -> Report {
    let (id, value) = match error {
        CryptoError::ByteEncoding { value, .. } => {
            ("INTERPRETATION_CRYPTO_ERROR_MALFORMED_BYTE_ENCODING", value)
        }
        CryptoError::Key { value, .. } => ("INTERPRETATION_CRYPTO_ERROR_MALFORMED_KEY", value),
        CryptoError::Signature { value, .. } => {
            ("INTERPRETATION_CRYPTO_ERROR_MALFORMED_SIGNATURE", value)
        }
    };
    Report::new(id, INVALID_NOW).about("CRYPTO_VALUE", value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::lf::transaction::Key;
    use crate::model::Hash;

    fn id() -> Identifier {
        "0123456789:M:T".parse().unwrap()
    }

    #[test]
    fn keys_and_arguments_are_told_in_cantons_form() {
        let key = GlobalKey {
            template: id(),
            package_name: "name".parse().unwrap(),
            key: Key {
                value: Value::Int64(1),
                hash: Hash::from_bytes([0; 32]),
                maintainers: BTreeSet::new(),
            },
        };
        let about_key = [
            ("TEMPLATE_ID", id().to_string()),
            ("CONTRACT_KEY", "GAI=".to_owned()),
            ("PACKAGE_NAME", "name".to_owned()),
        ];
        for error in [
            Error::ContractKeyNotFound(Box::new(key.clone())),
            Error::InconsistentContractKey(Box::new(key.clone())),
            Error::KeyWithoutMaintainers(Box::new(key.clone())),
        ] {
            assert_eq!(error.report().resources, about_key);
        }
        let argument = Value::Bool(true);
        let created = Error::CreateWithoutMaintainers {
            template: id(),
            argument: Box::new(argument.clone()),
            key: Box::new(Value::Unit),
        };
        let translated = Error::Upgrade(Box::new(UpgradeFailure::Translation {
            contract_id: None,
            from: id(),
            to: id(),
            argument,
            reason: String::new(),
        }));
        for error in [created, translated] {
            let last = error.report().resources.pop();
            assert_eq!(last, Some(("CONTRACT_ARG", "EAE=".to_owned())));
        }
    }
}
