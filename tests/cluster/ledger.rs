//! A small client of the Ledger API.

use std::time::{Duration, Instant};

use canton_proto::com::daml::ledger::api::v2 as api;
use canton_proto::com::daml::ledger::api::v2::admin;
use jura::lf::models::Model;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

/// How long what must come may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The user that tests submit as.
pub const USER: &str = "test-user";

/// A connection to a participant.
#[derive(Clone)]
pub struct Ledger {
    channel: Channel,
}

/// What became of a command, as far as the answer tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted: update id and offset.
    Accepted(String, i64),
    /// Refused for good: the public error id.
    Refused(String),
    /// Accepted before, says the ledger.
    Duplicate,
    /// Not accepted now; worth another try.
    TryAgain(String),
    /// No answer.
    Unknown,
}

impl Ledger {
    pub fn connect(address: &str) -> Self {
        let channel = Endpoint::new(address.to_owned())
            .unwrap()
            .timeout(Duration::from_mins(1))
            .connect_lazy();
        Self { channel }
    }

    /// For what else is asked.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// Uploads the models that tests use.
    pub async fn upload_test_model(&self) {
        self.upload(Model::Test.dar().unwrap()).await;
    }

    pub async fn upload(&self, dar_file: Vec<u8>) {
        let request = admin::UploadDarFileRequest {
            dar_file,
            ..Default::default()
        };
        admin::package_management_service_client::PackageManagementServiceClient::new(
            self.channel.clone(),
        )
        .upload_dar_file(request)
        .await
        .unwrap();
    }

    pub async fn allocate(&self, hint: &str) -> String {
        let request = admin::AllocatePartyRequest {
            party_id_hint: hint.to_owned(),
            ..Default::default()
        };
        admin::party_management_service_client::PartyManagementServiceClient::new(
            self.channel.clone(),
        )
        .allocate_party(request)
        .await
        .unwrap()
        .into_inner()
        .party_details
        .unwrap()
        .party
    }

    /// Uploads the models that tests use, and vets them on a domain.
    pub async fn upload_on(&self, domain: &str) {
        let request = admin::UploadDarFileRequest {
            dar_file: Model::Test.dar().unwrap(),
            synchronizer_id: domain.to_owned(),
            ..Default::default()
        };
        admin::package_management_service_client::PackageManagementServiceClient::new(
            self.channel.clone(),
        )
        .upload_dar_file(request)
        .await
        .unwrap();
    }

    /// A party on a domain; on the only one if that is empty.
    pub async fn try_allocate(&self, hint: &str, domain: &str) -> Result<String, Status> {
        let request = admin::AllocatePartyRequest {
            party_id_hint: hint.to_owned(),
            synchronizer_id: domain.to_owned(),
            ..Default::default()
        };
        let allocated = admin::party_management_service_client::PartyManagementServiceClient::new(
            self.channel.clone(),
        )
        .allocate_party(request)
        .await?;
        Ok(allocated.into_inner().party_details.unwrap().party)
    }

    /// The participant's id.
    pub async fn participant_id(&self) -> String {
        let request = admin::GetParticipantIdRequest {};
        let id = admin::party_management_service_client::PartyManagementServiceClient::new(
            self.channel.clone(),
        )
        .get_participant_id(request)
        .await;
        id.unwrap().into_inner().participant_id
    }

    /// The domain of an active contract.
    pub async fn domain_of(&self, party: &str, contract_id: &str) -> String {
        let active = self.active_with_domains(party).await.unwrap();
        let mut found = active
            .into_iter()
            .filter(|(it, _)| it.contract_id == contract_id);
        found.next().expect("an active contract").1
    }

    pub async fn submit_and_wait(&self, commands: api::Commands) -> Outcome {
        let request = api::SubmitAndWaitRequest {
            commands: Some(commands),
        };
        let answer = api::command_service_client::CommandServiceClient::new(self.channel.clone())
            .submit_and_wait(request)
            .await;
        match answer {
            Ok(answer) => {
                let answer = answer.into_inner();
                Outcome::Accepted(answer.update_id, answer.completion_offset)
            }
            Err(status) => outcome(&status),
        }
    }

    /// Fires and forgets; whether it was taken.
    pub async fn submit(&self, commands: api::Commands) -> Result<(), Outcome> {
        let request = api::SubmitRequest {
            commands: Some(commands),
        };
        api::command_submission_service_client::CommandSubmissionServiceClient::new(
            self.channel.clone(),
        )
        .submit(request)
        .await
        .map(|_| ())
        .map_err(|status| outcome(&status))
    }

    /// The ledger end.
    pub async fn end(&self) -> Result<i64, Status> {
        let answer = api::state_service_client::StateServiceClient::new(self.channel.clone())
            .get_ledger_end(api::GetLedgerEndRequest {})
            .await?;
        Ok(answer.into_inner().offset)
    }

    /// The active contracts of a party.
    pub async fn active(&self, party: &str) -> Result<Vec<api::CreatedEvent>, Status> {
        let active = self.active_with_domains(party).await?;
        Ok(active.into_iter().map(|(created, _)| created).collect())
    }

    async fn active_with_domains(
        &self,
        party: &str,
    ) -> Result<Vec<(api::CreatedEvent, String)>, Status> {
        self.active_with(event_format(party)).await
    }

    /// The active contracts of a format, each with its domain.
    pub async fn active_with(
        &self,
        event_format: api::EventFormat,
    ) -> Result<Vec<(api::CreatedEvent, String)>, Status> {
        let request = api::GetActiveContractsRequest {
            active_at_offset: self.end().await?,
            event_format: Some(event_format),
            ..Default::default()
        };
        let mut stream = api::state_service_client::StateServiceClient::new(self.channel.clone())
            .get_active_contracts(request)
            .await?
            .into_inner();
        let mut found = Vec::new();
        while let Some(item) = stream.message().await? {
            use api::get_active_contracts_response::ContractEntry;
            if let Some(ContractEntry::ActiveContract(active)) = item.contract_entry {
                found.push((active.created_event.unwrap(), active.synchronizer_id));
            }
        }
        Ok(found)
    }

    /// The active contracts of a template that a party sees, once there are so many.
    pub async fn eventually_active(
        &self,
        party: &str,
        template: &str,
        count: usize,
    ) -> Vec<api::CreatedEvent> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut active = self.active(party).await.unwrap();
            active.retain(|it| it.template_id.as_ref().unwrap().entity_name == template);
            if active.len() == count {
                return active;
            }
            assert!(Instant::now() < deadline, "{active:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the participant is connected with a domain.
    pub async fn wait_for_domain(&self) {
        let deadline = Instant::now() + PATIENCE;
        let mut service = api::state_service_client::StateServiceClient::new(self.channel.clone());
        loop {
            let request = api::GetConnectedSynchronizersRequest::default();
            let connected = service.get_connected_synchronizers(request).await.unwrap();
            if !connected.into_inner().connected_synchronizers.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "no domain is connected");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the participant knows parties of others.
    pub async fn wait_for_parties(&self, parties: &[&str]) {
        let deadline = Instant::now() + PATIENCE;
        let request = admin::GetPartiesRequest {
            parties: parties.iter().map(ToString::to_string).collect(),
            ..Default::default()
        };
        let mut service = admin::party_management_service_client::PartyManagementServiceClient::new(
            self.channel.clone(),
        );
        loop {
            let known = service.get_parties(request.clone()).await.unwrap();
            if known.into_inner().party_details.len() == parties.len() {
                return;
            }
            assert!(Instant::now() < deadline, "parties are not known");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The updates of a party up to the end, as (offset, update id).
    pub async fn updates(&self, party: &str) -> Result<Vec<(i64, String)>, Status> {
        let request = api::GetUpdatesRequest {
            begin_exclusive: 0,
            end_inclusive: Some(self.end().await?),
            update_format: Some(api::UpdateFormat {
                include_transactions: Some(api::TransactionFormat {
                    event_format: Some(event_format(party)),
                    transaction_shape: api::TransactionShape::LedgerEffects.into(),
                }),
                ..Default::default()
            }),
            ..Default::default()
        };
        let mut stream = api::update_service_client::UpdateServiceClient::new(self.channel.clone())
            .get_updates(request)
            .await?
            .into_inner();
        let mut found = Vec::new();
        while let Some(item) = stream.message().await? {
            use api::get_updates_response::Update;
            if let Some(Update::Transaction(transaction)) = item.update {
                found.push((transaction.offset, transaction.update_id));
            }
        }
        Ok(found)
    }

    /// The completions of parties up to the end.
    #[allow(deprecated, reason = "what clients use today")]
    pub async fn completions(&self, parties: &[String]) -> Result<Vec<api::Completion>, Status> {
        let end = self.end().await?;
        let request = api::CompletionStreamRequest {
            user_id: USER.to_owned(),
            parties: parties.to_vec(),
            begin_exclusive: 0,
        };
        let mut stream =
            api::command_completion_service_client::CommandCompletionServiceClient::new(
                self.channel.clone(),
            )
            .completion_stream(request)
            .await?
            .into_inner();
        let mut found = Vec::new();
        loop {
            use api::completion_stream_response::CompletionResponse;
            let item = stream.message().await?;
            let item = item.ok_or_else(|| Status::unavailable("the stream ended"))?;
            match item.completion_response {
                Some(CompletionResponse::Completion(completion)) => {
                    let is_last = completion.offset >= end;
                    found.push(completion);
                    if is_last {
                        return Ok(found);
                    }
                }
                // comes when nothing else does
                Some(CompletionResponse::OffsetCheckpoint(checkpoint))
                    if checkpoint.offset >= end =>
                {
                    return Ok(found);
                }
                _ => {}
            }
        }
    }
}

fn outcome(status: &Status) -> Outcome {
    let message = status.message();
    let id = message.split('(').next().unwrap_or_default().to_owned();
    match status.code() {
        Code::AlreadyExists => Outcome::Duplicate,
        Code::Aborted | Code::Unavailable if id.chars().all(|c| c.is_uppercase() || c == '_') => {
            Outcome::TryAgain(id)
        }
        Code::Unavailable | Code::Unknown | Code::Cancelled | Code::DeadlineExceeded => {
            Outcome::Unknown
        }
        _ => Outcome::Refused(format!("{}: {message}", status.code())),
    }
}

/// Everything of a party.
pub fn event_format(party: &str) -> api::EventFormat {
    let everything = api::CumulativeFilter {
        identifier_filter: Some(api::cumulative_filter::IdentifierFilter::WildcardFilter(
            api::WildcardFilter::default(),
        )),
    };
    api::EventFormat {
        filters_by_party: [(
            party.to_owned(),
            api::Filters {
                cumulative: vec![everything],
            },
        )]
        .into(),
        verbose: true,
        ..Default::default()
    }
}

/// Commands of a party.
pub fn commands(party: &str, command_id: &str, command: api::command::Command) -> api::Commands {
    api::Commands {
        user_id: USER.to_owned(),
        command_id: command_id.to_owned(),
        submission_id: format!("s-{command_id}"),
        act_as: vec![party.to_owned()],
        commands: vec![api::Command {
            command: Some(command),
        }],
        ..Default::default()
    }
}

fn simple() -> api::Identifier {
    api::Identifier {
        package_id: "#jura-test".to_owned(),
        module_name: "Test.Ledger".to_owned(),
        entity_name: "Simple".to_owned(),
    }
}

/// A record without labels.
pub fn record(fields: Vec<api::value::Sum>) -> api::Record {
    let fields = fields.into_iter();
    api::Record {
        record_id: None,
        fields: fields
            .map(|sum| api::RecordField {
                label: String::new(),
                value: Some(api::Value { sum: Some(sum) }),
            })
            .collect(),
    }
}

/// Creates a numbered contract.
pub fn create(owner: &str, number: i64) -> api::command::Command {
    api::command::Command::Create(api::CreateCommand {
        template_id: Some(simple()),
        create_arguments: Some(record(vec![
            api::value::Sum::Party(owner.to_owned()),
            api::value::Sum::Int64(number),
        ])),
    })
}

/// Replaces a contract by one with another number.
pub fn replace(contract_id: &str, number: i64) -> api::command::Command {
    let argument = record(vec![api::value::Sum::Int64(number)]);
    api::command::Command::Exercise(api::ExerciseCommand {
        template_id: Some(simple()),
        contract_id: contract_id.to_owned(),
        choice: "Replace".to_owned(),
        choice_argument: Some(api::Value {
            sum: Some(api::value::Sum::Record(argument)),
        }),
    })
}

/// The number of a contract.
pub fn number(created: &api::CreatedEvent) -> i64 {
    let arguments = created.create_arguments.as_ref().unwrap();
    let value = arguments.fields[1].value.as_ref().unwrap();
    match value.sum {
        Some(api::value::Sum::Int64(number)) => number,
        ref other => panic!("no number: {other:?}"),
    }
}
