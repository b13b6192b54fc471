//! What else of the Ledger API the tests of pruning read.

use std::time::Duration;

use canton_proto::com::daml::ledger::api::v2 as api;
use canton_proto::com::daml::ledger::api::v2::admin;
use tonic::{Code, Status};

use super::ledger::{Ledger, USER, event_format};

/// How long a stream may take to say something.
const PATIENCE: Duration = Duration::from_secs(30);

fn update_format(party: &str) -> api::UpdateFormat {
    api::UpdateFormat {
        include_transactions: Some(api::TransactionFormat {
            event_format: Some(event_format(party)),
            transaction_shape: api::TransactionShape::LedgerEffects.into(),
        }),
        ..Default::default()
    }
}

impl Ledger {
    /// Prunes up to an offset.
    pub async fn prune(&self, prune_up_to: i64) -> Result<(), Status> {
        use admin::participant_pruning_service_client::ParticipantPruningServiceClient;
        let request = admin::PruneRequest {
            prune_up_to,
            ..Default::default()
        };
        let answer = ParticipantPruningServiceClient::new(self.channel())
            .prune(request)
            .await;
        answer.map(|_| ())
    }

    /// Up to where it is pruned.
    pub async fn pruned(&self) -> i64 {
        let answer = api::state_service_client::StateServiceClient::new(self.channel())
            .get_latest_pruned_offsets(api::GetLatestPrunedOffsetsRequest {})
            .await;
        let answer = answer.unwrap().into_inner();
        let (all, divulged) = (
            answer.participant_pruned_up_to_inclusive,
            answer.all_divulged_contracts_pruned_up_to_inclusive,
        );
        assert_eq!(all, divulged);
        all
    }

    /// The offsets of a party's updates between two offsets.
    pub async fn updates_between(
        &self,
        party: &str,
        begin: i64,
        end: i64,
    ) -> Result<Vec<i64>, Status> {
        let request = api::GetUpdatesRequest {
            begin_exclusive: begin,
            end_inclusive: Some(end),
            update_format: Some(update_format(party)),
            ..Default::default()
        };
        let mut stream = api::update_service_client::UpdateServiceClient::new(self.channel())
            .get_updates(request)
            .await?
            .into_inner();
        let mut found = Vec::new();
        while let Some(item) = stream.message().await? {
            use api::get_updates_response::Update;
            if let Some(Update::Transaction(transaction)) = item.update {
                found.push(transaction.offset);
            }
        }
        Ok(found)
    }

    /// The first page of a party's updates.
    pub async fn updates_page(
        &self,
        party: &str,
        begin: Option<i64>,
    ) -> Result<api::GetUpdatesPageResponse, Status> {
        let request = api::GetUpdatesPageRequest {
            begin_offset_exclusive: begin,
            update_format: Some(update_format(party)),
            max_page_size: Some(2000),
            ..Default::default()
        };
        let answer = api::update_service_client::UpdateServiceClient::new(self.channel())
            .get_updates_page(request)
            .await?;
        Ok(answer.into_inner())
    }

    /// Whether a completion comes after an offset.
    #[allow(deprecated, reason = "what clients use today")]
    pub async fn first_completion(&self, party: &str, begin: i64) -> Result<(), Status> {
        use api::command_completion_service_client::CommandCompletionServiceClient;
        let request = api::CompletionStreamRequest {
            user_id: USER.to_owned(),
            parties: vec![party.to_owned()],
            begin_exclusive: begin,
        };
        let mut stream = CommandCompletionServiceClient::new(self.channel())
            .completion_stream(request)
            .await?
            .into_inner();
        let first = tokio::time::timeout(PATIENCE, stream.message()).await;
        first.expect("the stream says something").map(|_| ())
    }

    /// How many contracts of a party were active at an offset.
    pub async fn active_at(&self, party: &str, at: i64) -> Result<usize, Status> {
        let request = api::GetActiveContractsRequest {
            active_at_offset: at,
            event_format: Some(event_format(party)),
            ..Default::default()
        };
        let mut stream = api::state_service_client::StateServiceClient::new(self.channel())
            .get_active_contracts(request)
            .await?
            .into_inner();
        let mut count = 0;
        while stream.message().await?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    /// An update by its id.
    pub async fn update_by_id(&self, party: &str, id: &str) -> Result<(), Status> {
        let request = api::GetUpdateByIdRequest {
            update_id: id.to_owned(),
            update_format: Some(update_format(party)),
        };
        let answer = api::update_service_client::UpdateServiceClient::new(self.channel())
            .get_update_by_id(request)
            .await;
        answer.map(|_| ())
    }

    /// An update by its offset.
    pub async fn update_by_offset(&self, party: &str, offset: i64) -> Result<(), Status> {
        let request = api::GetUpdateByOffsetRequest {
            offset,
            update_format: Some(update_format(party)),
        };
        let answer = api::update_service_client::UpdateServiceClient::new(self.channel())
            .get_update_by_offset(request)
            .await;
        answer.map(|_| ())
    }

    /// Whether a contract's creation and its end are told.
    pub async fn life(&self, party: &str, contract: &str) -> Result<(bool, bool), Code> {
        use api::event_query_service_client::EventQueryServiceClient;
        let request = api::GetEventsByContractIdRequest {
            contract_id: contract.to_owned(),
            event_format: Some(event_format(party)),
        };
        let answer = EventQueryServiceClient::new(self.channel())
            .get_events_by_contract_id(request)
            .await;
        let answer = answer.map_err(|status| status.code())?.into_inner();
        Ok((answer.created.is_some(), answer.archived.is_some()))
    }

    /// A contract as it is stored.
    pub async fn contract(&self, party: &str, contract: &str) -> Result<(), Status> {
        use api::contract_service_client::ContractServiceClient;
        let request = api::GetContractRequest {
            contract_id: contract.to_owned(),
            querying_parties: vec![party.to_owned()],
        };
        let answer = ContractServiceClient::new(self.channel())
            .get_contract(request)
            .await;
        answer.map(|_| ())
    }
}
