//! gRPC reflection, by which tools without the API's files find their way.

use prost::Message as _;
use prost_types::FileDescriptorProto;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use super::client::Client;

/// What a participant serves.
const SERVICES: [&str; 17] = [
    "com.daml.ledger.api.v2.CommandCompletionService",
    "com.daml.ledger.api.v2.CommandService",
    "com.daml.ledger.api.v2.CommandSubmissionService",
    "com.daml.ledger.api.v2.ContractService",
    "com.daml.ledger.api.v2.EventQueryService",
    "com.daml.ledger.api.v2.PackageService",
    "com.daml.ledger.api.v2.StateService",
    "com.daml.ledger.api.v2.UpdateService",
    "com.daml.ledger.api.v2.VersionService",
    "com.daml.ledger.api.v2.admin.IdentityProviderConfigService",
    "com.daml.ledger.api.v2.admin.PackageManagementService",
    "com.daml.ledger.api.v2.admin.ParticipantPruningService",
    "com.daml.ledger.api.v2.admin.PartyManagementService",
    "com.daml.ledger.api.v2.admin.UserManagementService",
    "com.daml.ledger.api.v2.interactive.InteractiveSubmissionService",
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
];

async fn ask(client: &Client, request: MessageRequest) -> MessageResponse {
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(request),
    };
    let mut answers = ServerReflectionClient::new(client.channel.clone())
        .server_reflection_info(futures_util::stream::iter([request]))
        .await
        .unwrap()
        .into_inner();
    let answer = answers.message().await.unwrap().unwrap();
    answer.message_response.unwrap()
}

#[tokio::test]
async fn reflection_lists_all_services() {
    let client = Client::of("participant1");
    let answer = ask(&client, MessageRequest::ListServices(String::new())).await;
    let MessageResponse::ListServicesResponse(listed) = answer else {
        panic!("{answer:?}");
    };
    let names: Vec<String> = listed.service.into_iter().map(|it| it.name).collect();
    for service in SERVICES {
        assert!(
            names.iter().any(|name| name == service),
            "{service} is not in {names:?}"
        );
    }
}

#[tokio::test]
async fn reflection_describes_each_service() {
    let client = Client::of("participant1");
    for service in SERVICES {
        let request = MessageRequest::FileContainingSymbol(service.to_owned());
        let answer = ask(&client, request).await;
        let MessageResponse::FileDescriptorResponse(described) = answer else {
            panic!("{service}: {answer:?}");
        };
        let (package, name) = service.rsplit_once('.').unwrap();
        let files = described.file_descriptor_proto.iter();
        let mut files = files.map(|bytes| FileDescriptorProto::decode(&bytes[..]).unwrap());
        let is_there = files.any(|file| {
            file.package() == package && file.service.iter().any(|it| it.name() == name)
        });
        assert!(is_there, "{service} is not described");
    }
}
