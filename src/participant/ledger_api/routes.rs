//! All services behind one port.

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::admin::command_inspection_service_server::CommandInspectionServiceServer;
use proto::admin::identity_provider_config_service_server::IdentityProviderConfigServiceServer;
use proto::admin::package_management_service_server::PackageManagementServiceServer;
use proto::admin::participant_pruning_service_server::ParticipantPruningServiceServer;
use proto::admin::party_management_alpha_service_server::PartyManagementAlphaServiceServer;
use proto::admin::party_management_service_server::PartyManagementServiceServer;
use proto::admin::user_management_service_server::UserManagementServiceServer;
use proto::command_completion_service_server::CommandCompletionServiceServer;
use proto::command_service_server::CommandServiceServer;
use proto::command_submission_service_server::CommandSubmissionServiceServer;
use proto::contract_service_server::ContractServiceServer;
use proto::event_query_service_server::EventQueryServiceServer;
use proto::interactive::interactive_submission_service_server::InteractiveSubmissionServiceServer;
use proto::package_service_server::PackageServiceServer;
use proto::state_service_server::StateServiceServer;
use proto::testing::time_service_server::TimeServiceServer;
use proto::update_service_server::UpdateServiceServer;
use proto::version_service_server::VersionServiceServer;
use tonic::codec::CompressionEncoding;
use tonic::server::NamedService;
use tonic::service::{Routes, RoutesBuilder};
use tonic_health::pb::health_server::HealthServer;

use super::command_completion_service::Completions;
use super::command_inspection_service::Inspection;
use super::command_service::Commands;
use super::command_submission_service::Submissions;
use super::contract_service::Contracts;
use super::door::Door;
use super::event_query_service::EventQueries;
use super::interactive_submission_service::Interactive;
use super::package_management_service::PackageManagement;
use super::package_service::Packages;
use super::participant_pruning_service::Pruning;
use super::party_management_service::PartyManagement;
use super::state_service::State;
use super::time_service::Time;
use super::unimplemented::{IdentityProviders, PartyAlpha};
use super::update_service::Updates;
use super::user_management_service::UserManagement;
use super::version_service::Version;
use crate::grpc::{GrpcHealth, reflection};
use crate::runtime::RoleFailure;
use crate::runtime::health::Health;

/// Messages of the Ledger API and of everything that they are made of, for reflection.
const LEDGER_API: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/ledger_api.bin"));

/// Adds services with the same limits, and notes their names.
macro_rules! services {
    ($builder:expr, $names:expr, $max:expr, $($server:ident($service:expr)),* $(,)?) => {
        $(
            let server = $server::new($service)
                .max_decoding_message_size($max)
                .accept_compressed(CompressionEncoding::Gzip);
            $names.push(service_name(&server));
            $builder.add_service(server);
        )*
    };
}

fn service_name<S: NamedService>(_: &S) -> &'static str {
    S::NAME
}

/// The services of a participant.
///
/// # Errors
/// If the descriptors for reflection cannot be read.
pub(super) fn routes(
    door: &Arc<Door>,
    health: Health,
    component: String,
) -> Result<Routes, RoleFailure> {
    let mut builder = RoutesBuilder::default();
    let mut names = Vec::new();
    let max = door.config.max_inbound_message_size;
    let of = || Arc::clone(door);
    services!(
        builder,
        names,
        max,
        VersionServiceServer(Version(of())),
        CommandServiceServer(Commands(of())),
        CommandSubmissionServiceServer(Submissions(of())),
        CommandCompletionServiceServer(Completions(of())),
        UpdateServiceServer(Updates(of())),
        StateServiceServer(State(of())),
        EventQueryServiceServer(EventQueries(of())),
        ContractServiceServer(Contracts(of())),
        PackageServiceServer(Packages(of())),
        PackageManagementServiceServer(PackageManagement(of())),
        PartyManagementServiceServer(PartyManagement(of())),
        UserManagementServiceServer(UserManagement(of())),
        IdentityProviderConfigServiceServer(IdentityProviders),
        ParticipantPruningServiceServer(Pruning(of())),
        CommandInspectionServiceServer(Inspection(of())),
        PartyManagementAlphaServiceServer(PartyAlpha),
        InteractiveSubmissionServiceServer(Interactive(of())),
    );
    if door.clock.is_static() {
        services!(builder, names, max, TimeServiceServer(Time(of())));
    }
    let health = GrpcHealth::new(health, component, names, door.stop.clone());
    builder.add_service(HealthServer::new(health));
    reflection(&mut builder, &[LEDGER_API])?;
    Ok(builder.routes())
}
