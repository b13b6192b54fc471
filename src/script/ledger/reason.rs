//! Reasons in words.

use std::collections::BTreeSet;
use std::fmt;

use super::Reason;
use crate::model::{Identifier, Party};
use crate::script::outcome::Told;

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interpretation(error) => write!(f, "{}", Told(error)),
            Self::NotEffective {
                contract_id,
                template,
                effective_at,
            } => write!(
                f,
                "contract {contract_id} ({}) is not there yet: it was created at {effective_at}",
                short(template)
            ),
            Self::NotActive {
                contract_id,
                template,
            } => write!(
                f,
                "contract {contract_id} ({}) is not active: it has been archived",
                short(template)
            ),
            Self::NotVisible {
                contract_id,
                template,
                act_as,
                read_as,
                stakeholders,
            } => write!(
                f,
                "contract {contract_id} ({}) is not visible to the submitting and reading parties\n\
                 act as: {}\nread as: {}\nstakeholders of the contract: {}",
                short(template),
                list(act_as),
                list(read_as),
                list(stakeholders)
            ),
            Self::UnknownParties(parties) => {
                write!(f, "parties that have not been allocated: {}", list(parties))
            }
            Self::Disclosure(error) => write!(f, "a disclosed contract cannot be read: {error}"),
            Self::UnresolvedPackage(name) => {
                write!(f, "no package with the name {name} may be used")
            }
            Self::UnvettedPackage(id) => {
                write!(f, "package {id} may not be used: it is not vetted")
            }
            Self::Told { id, message } => write!(f, "{id}: {message}"),
            Self::Other(message) => f.write_str(message),
        }
    }
}

fn short(id: &Identifier) -> String {
    format!("{}:{}", id.module(), id.name())
}

fn list(parties: &BTreeSet<Party>) -> String {
    if parties.is_empty() {
        return "nobody".to_owned();
    }
    let names: Vec<&str> = parties.iter().map(Party::as_str).collect();
    names.join(", ")
}
