//! Has this participant agreed to run the packages?

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
        .find(|package| !request.topology.is_vetted(request.checking, package))
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
