//! Which authority is missing.

use std::collections::BTreeSet;
use std::fmt;

use super::join;
use crate::lf::transaction::NodeId;
use crate::model::{Identifier, Party};

/// Why an action is not authorised.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the fields are the parties and templates that messages name"
)]
pub enum AuthorizationFailure {
    Create {
        template: Identifier,
        required: BTreeSet<Party>,
        given: BTreeSet<Party>,
    },
    Exercise {
        template: Identifier,
        required: BTreeSet<Party>,
        given: BTreeSet<Party>,
    },
    Fetch {
        template: Identifier,
        stakeholders: BTreeSet<Party>,
        given: BTreeSet<Party>,
    },
    QueryByKey {
        template: Identifier,
        maintainers: BTreeSet<Party>,
        given: BTreeSet<Party>,
    },
    Maintainers {
        template: Identifier,
        maintainers: BTreeSet<Party>,
        signatories: BTreeSet<Party>,
    },
    NoSignatories {
        template: Identifier,
    },
    NoControllers {
        template: Identifier,
    },
}

impl AuthorizationFailure {
    /// The message, with the node that it is about.
    pub(super) fn message(&self, node: NodeId, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create {
                template,
                required,
                given,
            }
            | Self::Exercise {
                template,
                required,
                given,
            } => write!(
                f,
                "node {node} ({template}) requires authorizers {}, but only {} were given",
                join(required),
                join(given)
            ),
            Self::Fetch {
                stakeholders,
                given,
                ..
            } => write!(
                f,
                "node {node} requires one of the stakeholders TreeSet({}) of the fetched contract to be an authorizer, but authorizers were TreeSet({})",
                join(stakeholders),
                join(given)
            ),
            Self::QueryByKey {
                template,
                maintainers,
                given,
            } => write!(
                f,
                "node {node} ({template}) requires authorizers {} for lookup by key, but it only has {}",
                join(maintainers),
                join(given)
            ),
            Self::Maintainers {
                template,
                maintainers,
                signatories,
            } => write!(
                f,
                "node {node} ({template}) has maintainers {} which are not a subset of the signatories TreeSet({})",
                join(maintainers),
                join(signatories).replace(',', ", ")
            ),
            Self::NoSignatories { template } => {
                write!(f, "node {node} ({template}) has no signatories")
            }
            Self::NoControllers { template } => {
                write!(f, "node {node} ({template}) has no controllers")
            }
        }
    }
}
