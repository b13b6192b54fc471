//! Who must have authorised an action. Source: the ledger model.

use std::collections::BTreeSet;

use super::keys::GlobalKey;
use super::node::{Create, Fetch};
use crate::lf::error::AuthorizationFailure;
use crate::model::{Identifier, Party};

/// A create needs all signatories, of which there is at least one; maintainers of a key are among
/// them.
pub(super) fn create(
    node: &Create,
    authorizers: &BTreeSet<Party>,
) -> Result<(), AuthorizationFailure> {
    if !node.signatories.is_subset(authorizers) {
        return Err(AuthorizationFailure::Create {
            template: node.template.clone(),
            required: node.signatories.clone(),
            given: authorizers.clone(),
        });
    }
    if node.signatories.is_empty() {
        return Err(AuthorizationFailure::NoSignatories {
            template: node.template.clone(),
        });
    }
    match &node.key {
        Some(key) if !key.maintainers.is_subset(&node.signatories) => {
            Err(AuthorizationFailure::Maintainers {
                template: node.template.clone(),
                maintainers: key.maintainers.clone(),
                signatories: node.signatories.clone(),
            })
        }
        _ => Ok(()),
    }
}

/// A query by key needs all maintainers of the key.
pub(super) fn query_by_key(
    key: &GlobalKey,
    authorizers: &BTreeSet<Party>,
) -> Result<(), AuthorizationFailure> {
    if !key.key.maintainers.is_subset(authorizers) {
        return Err(AuthorizationFailure::QueryByKey {
            template: key.template.clone(),
            maintainers: key.key.maintainers.clone(),
            given: authorizers.clone(),
        });
    }
    Ok(())
}

/// An exercise needs all controllers, of which there is at least one.
pub(super) fn exercise(
    template: &Identifier,
    acting: &BTreeSet<Party>,
    authorizers: &BTreeSet<Party>,
) -> Result<(), AuthorizationFailure> {
    if acting.is_empty() {
        return Err(AuthorizationFailure::NoControllers {
            template: template.clone(),
        });
    }
    if !acting.is_subset(authorizers) {
        return Err(AuthorizationFailure::Exercise {
            template: template.clone(),
            required: acting.clone(),
            given: authorizers.clone(),
        });
    }
    Ok(())
}

/// A fetch needs one of the stakeholders.
pub(super) fn fetch(
    node: &Fetch,
    authorizers: &BTreeSet<Party>,
) -> Result<(), AuthorizationFailure> {
    if node.stakeholders.is_disjoint(authorizers) {
        return Err(AuthorizationFailure::Fetch {
            template: node.template.clone(),
            stakeholders: node.stakeholders.clone(),
            given: authorizers.clone(),
        });
    }
    Ok(())
}
