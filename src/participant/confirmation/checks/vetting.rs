//! Has this participant agreed to run the packages at the ledger time?

use std::collections::BTreeSet;

use super::{Request, refused};
use crate::model::PackageId;
use crate::participant::errors::ErrorId;
use crate::protocol::Reject;

pub(super) fn check(request: &Request<'_>) -> Result<(), Reject> {
    let nodes = request.transaction.nodes.iter();
    let used: BTreeSet<&PackageId> = nodes
        .flat_map(|node| node.template().into_iter().chain(node.interface()))
        .map(crate::model::Identifier::package)
        .collect();
    used.into_iter()
        .find(|package| {
            let at = request.view.ledger_time;
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
