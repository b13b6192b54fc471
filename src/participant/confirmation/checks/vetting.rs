//! Has this participant agreed to run the packages at the ledger time?

use std::collections::BTreeSet;

use super::{Request, refused};
use crate::model::PackageId;
use crate::participant::confirmation::Problem;
use crate::participant::errors::ErrorId;

pub(super) fn check(request: &Request<'_>) -> Result<(), Problem> {
    let parts = request
        .tops
        .iter()
        .filter_map(|top| top.replayed.as_ref().ok());
    let nodes = parts.flat_map(|replayed| &replayed.transaction.nodes);
    let used: BTreeSet<&PackageId> = nodes
        .flat_map(|node| node.template().into_iter().chain(node.interface()))
        .map(crate::model::Identifier::package)
        .collect();
    used.into_iter()
        .find(|package| {
            let at = request.times.ledger_time;
            !request.topology.is_vetted(request.checking, package, at)
        })
        .map_or(Ok(()), |package| {
            Err(refused(
                ErrorId::PackageNotVettedByRecipients,
                format!(
                    "participant {} has not vetted package {package}",
                    request.checking
                ),
            ))
        })
}
