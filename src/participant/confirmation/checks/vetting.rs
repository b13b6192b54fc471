//! Has this participant agreed to run the packages at the ledger time?

use super::{Request, refused};
use crate::participant::errors::ErrorId;
use crate::protocol::Reject;

pub(super) fn check(request: &Request<'_>) -> Result<(), Reject> {
    let mut packages = request.packages.iter();
    packages
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
