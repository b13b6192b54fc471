//! `GetLedgerApiVersion`: the version, and what is supported.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::door::Door;
use crate::participant::errors::Refusal;

/// The version of Canton whose API this is. Clients decide on it what they may ask for.
const VERSION: &str = "3.5.7";

/// Packages in a page of `ListVettedPackages` at most.
pub(crate) const VETTED_PACKAGES_PAGE_SIZE: i32 = 100;

#[allow(clippy::unnecessary_wraps, reason = "the shape of all calls")]
pub(super) fn call(door: &Door) -> Result<proto::GetLedgerApiVersionResponse, Refusal> {
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let config = &door.config;
    let delay = door.model.checkpoint_delay();
    Ok(proto::GetLedgerApiVersionResponse {
        version: VERSION.to_owned(),
        features: Some(proto::FeaturesDescriptor {
            experimental: Some(proto::ExperimentalFeatures {
                static_time: Some(proto::ExperimentalStaticTime {
                    supported: door.clock.is_static(),
                }),
                command_inspection_service: Some(proto::ExperimentalCommandInspectionService {
                    supported: true,
                }),
            }),
            user_management: Some(proto::UserManagementFeature {
                supported: true,
                max_rights_per_user: count(config.max_rights_per_user),
                max_users_page_size: count(config.max_users_page_size),
            }),
            party_management: Some(proto::PartyManagementFeature {
                max_parties_page_size: count(config.max_parties_page_size),
            }),
            offset_checkpoint: Some(proto::OffsetCheckpointFeature {
                max_offset_checkpoint_emission_delay: prost_types::Duration::try_from(delay).ok(),
            }),
            package_feature: Some(proto::PackageFeature {
                max_vetted_packages_page_size: VETTED_PACKAGES_PAGE_SIZE,
            }),
        }),
    })
}
