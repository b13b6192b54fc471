//! The node itself, its parties, users and packages.

use api::admin::right::{CanActAs, CanReadAs, Kind};
use api::admin::user_management_service_client::UserManagementServiceClient;
use canton_ledger::proto::get_updates_response::Update;
use canton_ledger::{Error, ServingStatus};
use canton_proto::com::daml::ledger::api::v2 as api;
use tonic::Code;

use super::client::{Client, unique};
use super::iou;
use super::refused::refused;
use super::stage::Stage;

#[tokio::test]
async fn the_node_says_who_and_how_it_is() {
    let client = Client::of("participant1");
    assert_eq!(
        client.ledger.health_check().await.unwrap(),
        ServingStatus::Serving
    );
    let version = client.ledger.version().await.unwrap();
    assert!(version.starts_with("3."), "{version}");
    let id = client.admin.participant_id().await.unwrap();
    assert!(id.starts_with("participant1::1220"), "{id}");
    let pruned = client.ledger.latest_pruned_offsets().await.unwrap();
    assert_eq!(pruned.participant_pruned_up_to_inclusive, 0);
}

#[tokio::test]
async fn a_party_is_on_the_domain_that_its_participant_is_connected_to() {
    let client = Client::of("participant1");
    let alice = client.allocate("alice").await;
    let connected = client.ledger.connected_synchronizers(&alice).await;
    let [domain] = &connected.unwrap()[..] else {
        panic!("not one domain");
    };
    assert!(!domain.synchronizer_id.is_empty());
}

#[tokio::test]
async fn parties_are_listed_in_pages_with_where_they_are() {
    let (one, two) = (Client::of("participant1"), Client::of("participant2"));
    let (here, there) = (one.allocate("here").await, two.allocate("there").await);
    super::client::eventually("both are listed", async || {
        let listed = one.admin.list_known_parties().await.unwrap();
        let is_local = |party: &str| {
            let found = listed.iter().find(|details| details.party == party);
            found.map(|details| details.is_local)
        };
        is_local(&here) == Some(true) && is_local(&there) == Some(false)
    })
    .await;
    let (page, next) = one.admin.list_known_parties_page(1, None).await.unwrap();
    assert_eq!(page.len(), 1);
    let (following, _) = one.admin.list_known_parties_page(1, next).await.unwrap();
    assert_ne!(following, page);
    let unknown = format!("nobody::1220{}", "ab".repeat(32));
    let found = one.admin.get_parties(vec![here.clone(), unknown]).await;
    let found: Vec<String> = found.unwrap().into_iter().map(|it| it.party).collect();
    assert_eq!(found, [here]);
}

#[tokio::test]
async fn a_user_is_granted_rights_and_loses_them() {
    let client = Client::of("participant1");
    let alice = client.allocate("alice").await;
    let mut users = UserManagementServiceClient::new(client.channel.clone());
    let id = unique("user");
    let act = right(Kind::CanActAs(CanActAs {
        party: alice.clone(),
    }));
    let read = right(Kind::CanReadAs(CanReadAs {
        party: alice.clone(),
    }));
    let create = api::admin::CreateUserRequest {
        user: Some(api::admin::User {
            id: id.clone(),
            primary_party: alice.clone(),
            ..Default::default()
        }),
        rights: vec![act.clone()],
    };
    users.create_user(create).await.unwrap();
    let user = client.admin.get_user(&id).await.unwrap();
    assert_eq!(
        (user.id.as_str(), &user.primary_party),
        (id.as_str(), &alice)
    );

    let grant = api::admin::GrantUserRightsRequest {
        user_id: id.clone(),
        rights: vec![act.clone(), read.clone()],
        ..Default::default()
    };
    let granted = users.grant_user_rights(grant).await.unwrap().into_inner();
    assert_eq!(granted.newly_granted_rights, std::slice::from_ref(&read));
    let revoke = api::admin::RevokeUserRightsRequest {
        user_id: id.clone(),
        rights: vec![act],
        ..Default::default()
    };
    users.revoke_user_rights(revoke).await.unwrap();
    assert_eq!(client.admin.list_user_rights(&id).await.unwrap(), [read]);

    let delete = api::admin::DeleteUserRequest {
        user_id: id.clone(),
        ..Default::default()
    };
    users.delete_user(delete).await.unwrap();
    let gone = client.admin.get_user(&id).await;
    refused(gone, "USER_NOT_FOUND", Code::NotFound, 11);
}

fn right(kind: Kind) -> api::admin::Right {
    api::admin::Right { kind: Some(kind) }
}

#[tokio::test]
async fn there_is_an_administrator_from_the_start() {
    let client = Client::of("participant1");
    let rights = client.admin.list_user_rights("participant_admin").await;
    let rights: Vec<Kind> = rights
        .unwrap()
        .into_iter()
        .filter_map(|it| it.kind)
        .collect();
    assert!(
        matches!(rights[..], [Kind::ParticipantAdmin(_)]),
        "{rights:?}"
    );
}

#[tokio::test]
async fn nobody_knows_who_asks_without_authentication() {
    let client = Client::of("participant1");
    let user = client.admin.current_user().await;
    refused(user, "INVALID_TOKEN", Code::InvalidArgument, 8);
    let rights = client.admin.current_user_rights().await;
    refused(rights, "INVALID_TOKEN", Code::InvalidArgument, 8);
}

#[tokio::test]
async fn packages_are_listed_and_downloaded_as_they_were_uploaded() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let admin = &stage.client.admin;
    let listed = admin.list_packages().await.unwrap();
    assert!(listed.iter().any(|id| id == iou::PACKAGE_ID));
    for id in &listed {
        // the SDK compares the hash of what comes with the id
        assert!(!admin.get_package(id).await.unwrap().is_empty());
    }
    let status = admin.get_package_status(iou::PACKAGE_ID).await.unwrap();
    assert_eq!(status, api::PackageStatus::Registered);
}

#[tokio::test]
async fn an_unknown_package_has_no_status_and_cannot_be_downloaded() {
    let client = Client::of("participant1");
    let unknown = "0".repeat(64);
    let status = client.admin.get_package_status(&unknown).await.unwrap();
    assert_eq!(status, api::PackageStatus::Unspecified);
    let download = client.admin.get_package(&unknown).await;
    refused(download, "PACKAGE_NOT_FOUND", Code::NotFound, 11);
}

#[tokio::test]
async fn what_is_not_there_yet_says_so() {
    use api::admin::identity_provider_config_service_client::IdentityProviderConfigServiceClient;
    let client = Client::of("participant1");
    let answer = IdentityProviderConfigServiceClient::new(client.channel.clone())
        .create_identity_provider_config(api::admin::CreateIdentityProviderConfigRequest::default())
        .await
        .map_err(Error::from);
    refused(answer, "UNIMPLEMENTED", Code::Unimplemented, 14);
}

#[tokio::test]
async fn a_new_party_shows_in_the_updates_that_ask_for_topology() {
    use canton_ledger::UpdatesRequest;
    use futures_util::{StreamExt, TryStreamExt};
    let client = Client::of("participant1");
    let begin = client.ledger.ledger_end().await.unwrap();
    let alice = client.allocate("alice").await;
    let request = UpdatesRequest::new(vec![alice], begin).with_topology_events();
    let updates = client.ledger.updates_resumable_with(request).take(1);
    let updates = tokio::time::timeout(super::client::PATIENCE, updates.try_collect());
    let updates: Vec<Update> = updates.await.unwrap().unwrap();
    assert!(matches!(updates[..], [Update::TopologyTransaction(_)]));
}
