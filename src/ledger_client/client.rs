//! The calls.

use std::time::Duration;

use canton_proto::com::daml::ledger::api::v2 as api;
use tonic::metadata::AsciiMetadataValue;
use tonic::transport::Channel;
use tonic::{Request, Status};

use super::failure::Failure;

use api::admin::package_management_service_client::PackageManagementServiceClient;
use api::admin::party_management_service_client::PartyManagementServiceClient;
use api::admin::user_management_service_client::UserManagementServiceClient;
use api::command_service_client::CommandServiceClient;
use api::state_service_client::StateServiceClient;
use api::update_service_client::UpdateServiceClient;
use api::version_service_client::VersionServiceClient;

/// How long a read may take, or the beginning of a stream.
pub(super) const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a command may take. Ledgers answer or give up long before.
pub(super) const COMMAND_TIMEOUT: Duration = Duration::from_mins(1);

/// How long packages and parties may take: on some ledgers they wait for the whole network.
pub(super) const ADMIN_TIMEOUT: Duration = Duration::from_mins(2);

/// Bytes of an answer at most: updates and contracts may be larger than gRPC's usual 4 MiB.
pub(super) const ANSWER_BYTES_MAX: usize = 64 << 20;

/// One connection to a Ledger API; clones share it.
#[derive(Debug, Clone)]
pub struct LedgerClient {
    channel: Channel,
    authorization: Option<AsciiMetadataValue>,
    user_id: String,
}

/// Commands that take effect together.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Unique per user and parties: the ledger executes it once.
    pub command_id: String,
    /// In whose name.
    pub act_as: Vec<String>,
    /// What.
    pub commands: Vec<api::Command>,
}

impl LedgerClient {
    pub(super) fn new(
        channel: Channel,
        authorization: Option<AsciiMetadataValue>,
        user_id: String,
    ) -> Self {
        Self {
            channel,
            authorization,
            user_id,
        }
    }

    /// The version of the API, which also says that there is one.
    pub async fn version(&self) -> Result<String, Failure> {
        let request = self.request(api::GetLedgerApiVersionRequest {}, READ_TIMEOUT);
        let mut client = VersionServiceClient::new(self.channel.clone());
        Ok(client
            .get_ledger_api_version(request)
            .await?
            .into_inner()
            .version)
    }

    /// The user of the token, as the ledger knows it.
    pub async fn authenticated_user(&self) -> Result<String, Failure> {
        let request = self.request(api::admin::GetUserRequest::default(), READ_TIMEOUT);
        let mut client = UserManagementServiceClient::new(self.channel.clone());
        let user = client.get_user(request).await?.into_inner().user;
        Ok(user.map(|user| user.id).unwrap_or_default())
    }

    /// The same connection, for another user.
    #[must_use]
    pub fn for_user(mut self, user_id: &str) -> Self {
        user_id.clone_into(&mut self.user_id);
        self
    }

    /// Uploads a DAR. One that is there already is no failure.
    pub async fn upload_dar(&self, dar: Vec<u8>) -> Result<(), Failure> {
        let message = api::admin::UploadDarFileRequest {
            dar_file: dar,
            ..Default::default()
        };
        let mut client = PackageManagementServiceClient::new(self.channel.clone());
        client
            .upload_dar_file(self.request(message, ADMIN_TIMEOUT))
            .await?;
        Ok(())
    }

    /// Allocates a party; the user of this connection may act as it.
    pub async fn allocate_party(&self, hint: &str) -> Result<String, Failure> {
        let grant = self.authorization.is_some();
        let message = api::admin::AllocatePartyRequest {
            party_id_hint: hint.to_owned(),
            user_id: if grant {
                self.user_id.clone()
            } else {
                String::new()
            },
            ..Default::default()
        };
        let mut client = PartyManagementServiceClient::new(self.channel.clone());
        let answer = client
            .allocate_party(self.request(message, ADMIN_TIMEOUT))
            .await?
            .into_inner();
        Ok(answer.party_details.map(|it| it.party).unwrap_or_default())
    }

    /// Submits and waits for the commit.
    pub async fn submit(
        &self,
        submission: Submission,
    ) -> Result<api::SubmitAndWaitResponse, Failure> {
        let message = api::SubmitAndWaitRequest {
            commands: Some(self.commands(submission)),
        };
        let mut client = CommandServiceClient::new(self.channel.clone());
        let answer = client
            .submit_and_wait(self.request(message, COMMAND_TIMEOUT))
            .await?;
        Ok(answer.into_inner())
    }

    /// Submits, waits for the commit, and gets what the format asks for.
    pub async fn submit_for_transaction(
        &self,
        submission: Submission,
        format: api::TransactionFormat,
    ) -> Result<api::Transaction, Failure> {
        let message = api::SubmitAndWaitForTransactionRequest {
            commands: Some(self.commands(submission)),
            transaction_format: Some(format),
        };
        let mut client = CommandServiceClient::new(self.channel.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX);
        let answer = client
            .submit_and_wait_for_transaction(self.request(message, COMMAND_TIMEOUT))
            .await?;
        Ok(answer.into_inner().transaction.unwrap_or_default())
    }

    /// The last offset.
    pub async fn ledger_end(&self) -> Result<i64, Failure> {
        let request = self.request(api::GetLedgerEndRequest {}, READ_TIMEOUT);
        let mut client = StateServiceClient::new(self.channel.clone());
        Ok(client.get_ledger_end(request).await?.into_inner().offset)
    }

    /// The contracts that are active now, as far as the format asks for them.
    pub async fn active_contracts(
        &self,
        format: api::EventFormat,
    ) -> Result<Vec<api::CreatedEvent>, Failure> {
        use api::get_active_contracts_response::ContractEntry;
        let message = api::GetActiveContractsRequest {
            active_at_offset: self.ledger_end().await?,
            event_format: Some(format),
            ..Default::default()
        };
        let mut client = StateServiceClient::new(self.channel.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX);
        let mut stream = client
            .get_active_contracts(self.request(message, ADMIN_TIMEOUT))
            .await?
            .into_inner();
        let mut contracts = Vec::new();
        while let Some(answer) = stream.message().await? {
            if let Some(ContractEntry::ActiveContract(contract)) = answer.contract_entry {
                contracts.extend(contract.created_event);
            }
        }
        Ok(contracts)
    }

    /// The transaction with an update id, as soon as the ledger shows it: it may have to come from
    /// another participant first.
    pub async fn transaction(
        &self,
        update_id: &str,
        begin_exclusive: i64,
        format: api::TransactionFormat,
    ) -> Result<api::Transaction, Failure> {
        let message = api::GetUpdatesRequest {
            begin_exclusive,
            update_format: Some(api::UpdateFormat {
                include_transactions: Some(format),
                ..Default::default()
            }),
            ..Default::default()
        };
        tokio::time::timeout(READ_TIMEOUT, self.find_transaction(message, update_id))
            .await
            .unwrap_or_else(|_| {
                let seconds = READ_TIMEOUT.as_secs();
                let text = format!("update {update_id} was not seen within {seconds} s");
                Err(Status::deadline_exceeded(text).into())
            })
    }

    async fn find_transaction(
        &self,
        message: api::GetUpdatesRequest,
        update_id: &str,
    ) -> Result<api::Transaction, Failure> {
        use api::get_updates_response::Update;
        let mut client = UpdateServiceClient::new(self.channel.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX);
        let mut stream = client
            .get_updates(self.request(message, ADMIN_TIMEOUT))
            .await?
            .into_inner();
        while let Some(answer) = stream.message().await? {
            match answer.update {
                Some(Update::Transaction(transaction)) if transaction.update_id == update_id => {
                    return Ok(transaction);
                }
                _ => {}
            }
        }
        Err(Status::unavailable("the stream of updates ended").into())
    }

    fn commands(&self, submission: Submission) -> api::Commands {
        api::Commands {
            user_id: self.user_id.clone(),
            command_id: submission.command_id,
            act_as: submission.act_as,
            commands: submission.commands,
            ..Default::default()
        }
    }

    pub(super) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    pub(super) fn user_id(&self) -> &str {
        &self.user_id
    }

    pub(super) fn request<T>(&self, message: T, timeout: Duration) -> Request<T> {
        let mut request = Request::new(message);
        request.set_timeout(timeout);
        if let Some(authorization) = &self.authorization {
            request
                .metadata_mut()
                .insert("authorization", authorization.clone());
        }
        request
    }
}
