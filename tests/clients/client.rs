//! The SDK's clients of one participant, and the generated stubs for what they lack.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use canton_admin::AdminClient;
use canton_ledger::proto::get_updates_response::Update;
use canton_ledger::{ActiveContractsRequest, CantonClient, Config, Error, Submit, UpdatesRequest};
use canton_proto::com::daml::ledger::api::v2 as api;
use futures_util::{StreamExt, TryStreamExt};
use tonic::transport::{Channel, Endpoint};

use super::process::{Sandbox, shared};

/// The user that tests submit as.
pub const USER: &str = "clients-test";

/// How long what must come may take.
pub const PATIENCE: Duration = Duration::from_secs(20);

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A name that no other test uses.
pub fn unique(name: &str) -> String {
    format!("{name}-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// The clients of one participant.
pub struct Client {
    pub ledger: CantonClient,
    pub admin: AdminClient,
    /// For the generated stubs.
    pub channel: Channel,
}

impl Client {
    /// Of a participant of the shared sandbox.
    pub fn of(participant: &str) -> Self {
        Self::at(shared(), participant)
    }

    /// Of a participant of a sandbox.
    pub fn at(sandbox: &Sandbox, participant: &str) -> Self {
        let config = Config::new(sandbox.ledger_api(participant));
        let channel = Endpoint::new(sandbox.ledger_api(participant)).unwrap();
        Self {
            ledger: CantonClient::connect_lazy(config.clone()).unwrap(),
            admin: AdminClient::connect_lazy(config).unwrap(),
            channel: channel.connect_lazy(),
        }
    }

    /// Uploads a DAR. The SDK has no call for this.
    pub async fn upload(&self, dar: Vec<u8>) -> Result<(), Error> {
        use api::admin::package_management_service_client::PackageManagementServiceClient;
        let request = api::admin::UploadDarFileRequest {
            dar_file: dar,
            ..Default::default()
        };
        PackageManagementServiceClient::new(self.channel.clone())
            .upload_dar_file(request)
            .await?;
        Ok(())
    }

    /// Allocates a party with a name of its own.
    pub async fn allocate(&self, name: &str) -> String {
        let details = self.admin.allocate_party(Some(&unique(name))).await;
        details.unwrap().party
    }

    /// Submits commands of the SDK as [`USER`].
    pub async fn submit(&self, submit: Submit) -> Result<api::Transaction, Error> {
        let submit = submit.with_user_id(USER);
        self.ledger.submit_and_wait_for_transaction(submit).await
    }

    /// Submits commands that the SDK would not send.
    pub async fn submit_raw(&self, commands: api::Commands) -> Result<(), Error> {
        let request = api::SubmitAndWaitRequest {
            commands: Some(commands),
        };
        api::command_service_client::CommandServiceClient::new(self.channel.clone())
            .submit_and_wait(request)
            .await?;
        Ok(())
    }

    /// The active contracts of a party at the ledger end.
    pub async fn active(&self, party: &str) -> Vec<api::CreatedEvent> {
        self.active_with(party, |request| request).await
    }

    /// Those of them that a request asks for.
    pub async fn active_with(
        &self,
        party: &str,
        ask: impl FnOnce(ActiveContractsRequest) -> ActiveContractsRequest,
    ) -> Vec<api::CreatedEvent> {
        let end = self.ledger.ledger_end().await.unwrap();
        let request = ask(ActiveContractsRequest::new(vec![party.to_owned()], end));
        let contracts = self.ledger.active_contracts_with(request).await.unwrap();
        let contracts: Vec<api::ActiveContract> = contracts.try_collect().await.unwrap();
        contracts
            .into_iter()
            .map(|contract| contract.created_event.unwrap())
            .collect()
    }

    /// The transactions that a party sees after an offset, up to the ledger end.
    pub async fn transactions(&self, party: &str, after: i64) -> Vec<api::Transaction> {
        let end = self.ledger.ledger_end().await.unwrap();
        let request = UpdatesRequest::new(vec![party.to_owned()], after).until(end);
        let updates = self.ledger.updates_with(request).await.unwrap();
        let updates: Vec<Update> = updates.try_collect().await.unwrap();
        updates.into_iter().map(transaction).collect()
    }

    /// Waits for the next transactions of a party after an offset.
    pub async fn next_transactions(
        &self,
        party: &str,
        after: i64,
        count: usize,
    ) -> Vec<api::Transaction> {
        let updates = self
            .ledger
            .updates_resumable(vec![party.to_owned()], after)
            .take(count)
            .try_collect();
        let updates: Vec<Update> = tokio::time::timeout(PATIENCE, updates)
            .await
            .expect("the updates come")
            .unwrap();
        updates.into_iter().map(transaction).collect()
    }
}

fn transaction(update: Update) -> api::Transaction {
    match update {
        Update::Transaction(transaction) => transaction,
        other => panic!("no transaction: {other:?}"),
    }
}

/// The contracts that a transaction creates.
pub fn created(transaction: &api::Transaction) -> Vec<&api::CreatedEvent> {
    let events = transaction.events.iter();
    events
        .filter_map(|event| match &event.event {
            Some(api::event::Event::Created(created)) => Some(created),
            _ => None,
        })
        .collect()
}

/// The contract that a transaction creates, which is to be one.
pub fn the_contract(transaction: &api::Transaction) -> String {
    match created(transaction)[..] {
        [created] => created.contract_id.clone(),
        ref other => panic!("not one contract: {other:?}"),
    }
}

/// Asks until the answer is yes.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "in vain waited until {what}");
}
