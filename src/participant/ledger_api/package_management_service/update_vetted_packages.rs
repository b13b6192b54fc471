//! `UpdateVettedPackages`: packages are vetted when they are uploaded, and stay so.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use crate::participant::errors::Refusal;

pub(super) fn call() -> Result<proto::UpdateVettedPackagesResponse, Refusal> {
    Err(Refusal::unimplemented(
        "packages are vetted when they are uploaded; that cannot be changed afterwards",
    ))
}
