//! Messages in Canton's words.

use std::fmt;

use super::{CryptoError, Effect, Error, Limit};
use crate::lf::value::{NESTING_MAX, Plain, Rendered};
use crate::model::Identifier;

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lookup(error) => write!(f, "{error}"),
            Self::MissingPackage { package, context } => {
                write!(
                    f,
                    "Couldn't find package {package} while looking for {context}"
                )
            }
            Self::Value(error) => write!(f, "{error}"),
            Self::RootNode(reason) => f.write_str(reason),
            Self::ContractNotFound(id) => {
                write!(f, "Contract could not be found with id {id}")
            }
            Self::ContractKeyNotFound(key) => write!(
                f,
                "dependency error: couldn't find key: GlobalKey({},{},{},Hash({}))",
                key.template,
                key.package_name,
                Rendered(&key.key.value),
                key.key.hash
            ),
            Self::Internal { builtin, reason } => write!(
                f,
                "Daml-Engine interpretation failed with internal error: {builtin} / {reason}"
            ),
            Self::Cancelled => f.write_str("Interpretation was cancelled"),
            Self::Limit(Limit::Steps(max)) => write!(
                f,
                "Interpretation error: Error: the computation took more than {max} steps"
            ),
            Self::Limit(Limit::Memory(max)) => write!(
                f,
                "Interpretation error: Error: the computation needed more than {max} bytes of memory"
            ),
            Self::Limit(Limit::Stack(max)) => write!(
                f,
                "Interpretation error: Error: recursion needed more than {max} bytes of stack"
            ),
            Self::Limit(Limit::Value(max)) => write!(
                f,
                "Interpretation error: Error: a value for the ledger takes more than {max} bytes"
            ),
            Self::Limit(Limit::Transaction(max)) => write!(
                f,
                "Interpretation error: Error: the transaction and the contracts that it uses take more than {max} bytes"
            ),
            other => {
                f.write_str("Interpretation error: Error: ")?;
                interpretation(other, f)
            }
        }
    }
}

fn interpretation(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match error {
        Error::Authorization { node, failure } => failure.message(*node, f),
        Error::ContractNotActive {
            contract_id,
            template,
            consumed_by,
        } => write!(
            f,
            "Update failed due to fetch of an inactive contract {contract_id} ({}).\nThe contract had been consumed in sub-transaction #{consumed_by}:",
            short(template)
        ),
        Error::Failure(status) => write!(
            f,
            "User failure: {} (error category {}): {}",
            status.error_id, status.category, status.message
        ),
        Error::UserError(message) => write!(f, "User abort: {message}"),
        Error::TemplatePrecondition { template } => write!(
            f,
            "Update failed due to precondition violation when creating {}",
            short(template)
        ),
        Error::NonComparableValues => f.write_str("functions are not comparable"),
        Error::ValueNesting => write!(f, "Value exceeds maximum nesting value of {NESTING_MAX}"),
        Error::MalformedText => f.write_str("Text is malformed: Text contains null character"),
        Error::EffectfulRollback(effects) => {
            f.write_str("Tried to rollback side-effectful node(s): ")?;
            let effects: Vec<String> = effects.iter().map(effect).collect();
            f.write_str(&effects.join(", \n"))
        }
        Error::Crypto(error) => crypto(error, f),
        Error::DuplicateContractId(id) => write!(f, "Duplicate contract ID {id}"),
        Error::IllTyped(what) => write!(f, "the package is not well-typed: {what}"),
        other => keys(other, f),
    }
}

fn keys(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match error {
        Error::InconsistentContractKey(key) => write!(
            f,
            "Update failed due to an inconsistent contract key {}",
            Plain(&key.key.value)
        ),
        Error::CreateWithoutMaintainers {
            template,
            argument,
            key,
        } => write!(
            f,
            "Update failed due to a contract key with an empty set of maintainers when creating {} with {}\nThe computed key is {}",
            short(template),
            Plain(argument),
            Plain(key)
        ),
        Error::KeyWithoutMaintainers(key) => write!(
            f,
            "Update failed due to a contract key with an empty set of maintainers when fetching or looking up by key {} / {}\nThe provided shared key is {}",
            key.package_name,
            short(&key.template),
            Plain(&key.key.value)
        ),
        Error::ContractIdInKey(id) => {
            write!(f, "Contract IDs are not supported in contract keys: {id}")
        }
        Error::QueryLimit(limit) => write!(
            f,
            "Invalid argument n for QueryNByKey: {limit}. Expected a positive integer."
        ),
        other => contracts(other, f),
    }
}

fn contracts(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match error {
        Error::WronglyTypedContract {
            contract_id,
            expected,
            actual,
        } => write!(
            f,
            "Update failed due to wrongly typed contract id {contract_id}\nExpected contract of type {} but got {}",
            short(expected),
            short(actual)
        ),
        Error::DoesNotImplementInterface {
            contract_id,
            template,
            interface,
        } => write!(
            f,
            "Update failed due to contract {contract_id} not implementing an interface\nExpected contract to implement interface {} but contract has type {}",
            short(interface),
            short(template)
        ),
        Error::DoesNotImplementRequiringInterface {
            contract_id,
            template,
            required,
            requiring,
        } => write!(
            f,
            "Update failed due to contract {contract_id} not implementing the requiring interface\nExpected contract to implement interface {} requirring the interface {} but contract has type {}",
            short(requiring),
            short(required),
            short(template)
        ),
        Error::Upgrade(failure) => failure.message(f),
        Error::UnresolvedPackageName(name) => write!(
            f,
            "Update failed due to a failed package name resolution: {name}"
        ),
        _ => Ok(()),
    }
}

fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Create {
            template,
            contract_id,
        } => format!("Create of {} ({contract_id})", short(template)),
        Effect::Exercise {
            template,
            contract_id,
            choice,
        } => format!(
            "Consuming exercise of {choice} on {} ({contract_id})",
            short(template)
        ),
    }
}

fn crypto(error: &CryptoError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match error {
        CryptoError::ByteEncoding { value, cause } => {
            write!(f, "Invalid byte encoding format for {value}:\n{cause}")
        }
        CryptoError::Key { value, cause } => {
            write!(f, "Malformed public key for {value}:\n{cause}")
        }
        CryptoError::Signature { value, cause } => {
            write!(f, "Malformed signature for {value}:\n{cause}")
        }
    }
}

/// A type with the first characters of its package.
pub(super) fn short(id: &Identifier) -> String {
    let package: String = id.package().as_str().chars().take(8).collect();
    format!("{}:{}@{package}", id.module(), id.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lf::error::FailureStatus;
    use crate::lf::transaction::NodeId;
    use crate::model::ContractId;

    fn id(text: &str) -> Identifier {
        text.parse().unwrap()
    }

    #[test]
    fn messages_are_those_of_the_recordings() {
        let contract_id = ContractId::new([1; 32], &[0xca, 0x12]);
        let failure = Error::Failure(FailureStatus {
            error_id: "UNHANDLED_EXCEPTION/DA.Exception.AssertionFailed:AssertionFailed".to_owned(),
            category: 9,
            message: "Assertion failed".to_owned(),
            metadata: std::collections::BTreeMap::new(),
        });
        let inactive = Error::ContractNotActive {
            contract_id: contract_id.clone(),
            template: id("f94329fba8:Iou:Iou"),
            consumed_by: NodeId(0),
        };
        let wrong = Error::WronglyTypedContract {
            contract_id: contract_id.clone(),
            expected: id("f94329fba8:Iou:GetCash"),
            actual: id("f94329fba8:Iou:Iou"),
        };
        for (error, message) in [
            (failure, "Interpretation error: Error: User failure: UNHANDLED_EXCEPTION/DA.Exception.AssertionFailed:AssertionFailed (error category 9): Assertion failed".to_owned()),
            (inactive, format!("Interpretation error: Error: Update failed due to fetch of an inactive contract {contract_id} (Iou:Iou@f94329fb).\nThe contract had been consumed in sub-transaction #NodeId(0):")),
            (wrong, format!("Interpretation error: Error: Update failed due to wrongly typed contract id {contract_id}\nExpected contract of type Iou:GetCash@f94329fb but got Iou:Iou@f94329fb")),
            (Error::ContractNotFound(contract_id.clone()), format!("Contract could not be found with id {contract_id}")),
        ] {
            assert_eq!(error.to_string(), message);
        }
    }
}
