//! Has this participant agreed to run the packages at the ledger time?

use super::{Request, refused};
use crate::participant::confirmation::Problem;
use crate::participant::errors::ErrorId;

pub(super) fn check(request: &Request<'_>) -> Result<(), Problem> {
    let mut packages = request.packages.iter();
    packages
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
