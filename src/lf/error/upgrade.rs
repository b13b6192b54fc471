//! Why a contract cannot be used with a version of its template.

use std::collections::BTreeSet;
use std::fmt;

use super::message::short;
use crate::lf::transaction::Key;
use crate::lf::value::{Plain, Value};
use crate::model::{ContractId, Identifier, PackageName, Party};

/// What is wrong with a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what messages name")]
pub enum UpgradeFailure {
    /// The version of the template says something else about the contract than the one that created
    /// it.
    Validation {
        contract_id: ContractId,
        from: Identifier,
        to: Identifier,
        original: Box<Metadata>,
        recomputed: Box<Metadata>,
    },
    /// The contract's argument is none of the version's.
    Translation {
        contract_id: Option<ContractId>,
        from: Identifier,
        to: Identifier,
        argument: Value,
        reason: String,
    },
    /// The contract is not the one that its id names.
    Authentication {
        contract_id: ContractId,
        template: Identifier,
        argument: Value,
    },
}

/// What all versions of a template must say about a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The name of the template's package.
    pub package_name: PackageName,
    /// Who signs it.
    pub signatories: BTreeSet<Party>,
    /// Who observes it without signing it.
    pub observers: BTreeSet<Party>,
    /// Its key.
    pub key: Option<Key>,
}

impl UpgradeFailure {
    pub(super) fn message(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Validation {
                contract_id,
                from,
                to,
                original,
                recomputed,
            } => {
                write!(
                    f,
                    "Validation fails when trying to upgrade the contract {contract_id} from {} to {}\n\
                     Verify that neither the signatories, nor the observers, nor the contract key, nor the key's maintainers, nor the package name have changed",
                    short(from),
                    short(to)
                )?;
                original.parties("original", "original", f)?;
                recomputed.parties("target", "recomputed", f)?;
                original.key("original", f)?;
                recomputed.key("recomputed", f)
            }
            Self::Translation {
                contract_id,
                from,
                to,
                argument,
                reason,
            } => {
                f.write_str("Translation of ")?;
                match contract_id {
                    Some(id) => write!(f, "contract {id}")?,
                    None => f.write_str("a contract")?,
                }
                write!(
                    f,
                    " to a value of type {} fails.\nReason: {reason}\nThe contract is purportedly an instance of {}\nIts contract argument is: {}",
                    short(to),
                    short(from),
                    Plain(argument)
                )
            }
            Self::Authentication {
                contract_id,
                template,
                argument,
            } => write!(
                f,
                "Error when authenticating contract {contract_id} against template {0}: failed to authenticate contract\nThe contract is purportedly an instance of {0}\nThe contract argument is {1}",
                short(template),
                Plain(argument)
            ),
        }
    }
}

impl Metadata {
    fn parties(&self, of_package: &str, of: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\n{of_package} package name is {}\n{of} signatories are {}\n{of} observers are {}",
            self.package_name,
            braced(&self.signatories),
            braced(&self.observers)
        )
    }

    fn key(&self, of: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(key) = &self.key else {
            return Ok(());
        };
        write!(
            f,
            "\n{of} maintainers are {}\n{of} key is {}",
            braced(&key.maintainers),
            Plain(&key.value)
        )
    }
}

fn braced(parties: &BTreeSet<Party>) -> String {
    let names: Vec<String> = parties.iter().map(|party| format!("'{party}'")).collect();
    format!("{{ {} }}", names.join(","))
}
