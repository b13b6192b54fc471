//! Calls about parties, users, packages and time.

use canton_proto::com::daml::ledger::api::v2 as api;

use super::client::{ADMIN_TIMEOUT, COMMAND_TIMEOUT, LedgerClient, READ_TIMEOUT};
use super::failure::Failure;

use api::admin;
use api::admin::package_management_service_client::PackageManagementServiceClient;
use api::admin::party_management_service_client::PartyManagementServiceClient;
use api::admin::user_management_service_client::UserManagementServiceClient;
use api::command_service_client::CommandServiceClient;
use api::testing::time_service_client::TimeServiceClient;

impl LedgerClient {
    /// Submits commands with everything that can be said about them, waits for the commit, and gets
    /// what the format asks for. The user is that of this connection.
    pub async fn submit_commands(
        &self,
        commands: api::Commands,
        format: api::TransactionFormat,
    ) -> Result<api::Transaction, Failure> {
        let message = api::SubmitAndWaitForTransactionRequest {
            commands: Some(api::Commands {
                user_id: self.user_id().to_owned(),
                ..commands
            }),
            transaction_format: Some(format),
        };
        let mut client = CommandServiceClient::new(self.channel())
            .max_decoding_message_size(super::client::ANSWER_BYTES_MAX);
        let answer = client
            .submit_and_wait_for_transaction(self.request(message, COMMAND_TIMEOUT))
            .await?;
        Ok(answer.into_inner().transaction.unwrap_or_default())
    }

    /// All parties that the participant knows.
    pub async fn parties(&self) -> Result<Vec<admin::PartyDetails>, Failure> {
        let mut client = PartyManagementServiceClient::new(self.channel());
        let mut parties = Vec::new();
        let mut page_token = String::new();
        loop {
            let message = admin::ListKnownPartiesRequest {
                page_token,
                ..Default::default()
            };
            let request = self.request(message, READ_TIMEOUT);
            let page = client.list_known_parties(request).await?.into_inner();
            parties.extend(page.party_details);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(parties);
            }
        }
    }

    /// All packages that the participant has.
    pub async fn packages(&self) -> Result<Vec<admin::PackageDetails>, Failure> {
        let request = self.request(admin::ListKnownPackagesRequest {}, READ_TIMEOUT);
        let mut client = PackageManagementServiceClient::new(self.channel());
        let answer = client.list_known_packages(request).await?.into_inner();
        Ok(answer.package_details)
    }

    /// The ledger's time, where it stands still.
    pub async fn time(&self) -> Result<prost_types::Timestamp, Failure> {
        let request = self.request(api::testing::GetTimeRequest {}, READ_TIMEOUT);
        let mut client = TimeServiceClient::new(self.channel());
        let answer = client.get_time(request).await?.into_inner();
        Ok(answer.current_time.unwrap_or_default())
    }

    /// Sets the ledger's time, where it stands still.
    pub async fn set_time(
        &self,
        current: prost_types::Timestamp,
        new: prost_types::Timestamp,
    ) -> Result<(), Failure> {
        let message = api::testing::SetTimeRequest {
            current_time: Some(current),
            new_time: Some(new),
        };
        let mut client = TimeServiceClient::new(self.channel());
        client.set_time(self.request(message, READ_TIMEOUT)).await?;
        Ok(())
    }

    /// Creates a user.
    pub async fn create_user(
        &self,
        user: admin::User,
        rights: Vec<admin::Right>,
    ) -> Result<(), Failure> {
        let message = admin::CreateUserRequest {
            user: Some(user),
            rights,
        };
        let mut client = self.user_service();
        client.create_user(self.admin_request(message)).await?;
        Ok(())
    }

    /// A user.
    pub async fn user(&self, id: &str) -> Result<admin::User, Failure> {
        let message = admin::GetUserRequest {
            user_id: id.to_owned(),
            ..Default::default()
        };
        let mut client = self.user_service();
        let answer = client.get_user(self.admin_request(message));
        Ok(answer.await?.into_inner().user.unwrap_or_default())
    }

    /// Deletes a user.
    pub async fn delete_user(&self, id: &str) -> Result<(), Failure> {
        let message = admin::DeleteUserRequest {
            user_id: id.to_owned(),
            ..Default::default()
        };
        let mut client = self.user_service();
        client.delete_user(self.admin_request(message)).await?;
        Ok(())
    }

    /// All users.
    pub async fn users(&self) -> Result<Vec<admin::User>, Failure> {
        let mut client = self.user_service();
        let mut users = Vec::new();
        let mut page_token = String::new();
        loop {
            let message = admin::ListUsersRequest {
                page_token,
                ..Default::default()
            };
            let answer = client.list_users(self.admin_request(message)).await?;
            let page = answer.into_inner();
            users.extend(page.users);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(users);
            }
        }
    }

    /// Gives a user rights; those that are new.
    pub async fn grant_rights(
        &self,
        id: &str,
        rights: Vec<admin::Right>,
    ) -> Result<Vec<admin::Right>, Failure> {
        let message = admin::GrantUserRightsRequest {
            user_id: id.to_owned(),
            rights,
            ..Default::default()
        };
        let mut client = self.user_service();
        let answer = client.grant_user_rights(self.admin_request(message));
        Ok(answer.await?.into_inner().newly_granted_rights)
    }

    /// Takes rights from a user; those that it had.
    pub async fn revoke_rights(
        &self,
        id: &str,
        rights: Vec<admin::Right>,
    ) -> Result<Vec<admin::Right>, Failure> {
        let message = admin::RevokeUserRightsRequest {
            user_id: id.to_owned(),
            rights,
            ..Default::default()
        };
        let mut client = self.user_service();
        let answer = client.revoke_user_rights(self.admin_request(message));
        Ok(answer.await?.into_inner().newly_revoked_rights)
    }

    /// The rights of a user.
    pub async fn rights(&self, id: &str) -> Result<Vec<admin::Right>, Failure> {
        let message = admin::ListUserRightsRequest {
            user_id: id.to_owned(),
            ..Default::default()
        };
        let mut client = self.user_service();
        let answer = client.list_user_rights(self.admin_request(message));
        Ok(answer.await?.into_inner().rights)
    }

    fn user_service(&self) -> UserManagementServiceClient<tonic::transport::Channel> {
        UserManagementServiceClient::new(self.channel())
    }

    fn admin_request<T>(&self, message: T) -> tonic::Request<T> {
        self.request(message, ADMIN_TIMEOUT)
    }
}
