//! Who acts in the story: parties, each through the Ledger API of its participant.

use anyhow::Context;
use canton_proto::com::daml::ledger::api::v2 as api;

use super::reading::{holding, short};
use super::scene::Holding;
use crate::ledger_client::{
    Failure, LedgerAddress, LedgerClient, Submission, connect, format, patiently, value,
};

/// The user in whose name all commands are.
const USER: &str = "jura-demo";

/// A participant, by its Ledger API.
#[derive(Clone)]
pub(super) struct Home {
    pub(super) participant: &'static str,
    pub(super) ledger: LedgerClient,
}

impl Home {
    /// The participant behind an address.
    pub(super) async fn find(
        participant: &'static str,
        address: std::net::SocketAddr,
    ) -> anyhow::Result<Self> {
        let address = LedgerAddress {
            host: address.ip().to_string(),
            port: address.port(),
            token: None,
            user_id: USER.to_owned(),
        };
        let (mut clients, _) = connect(&address, 1).await?;
        let ledger = clients.pop().context("there is no connection")?;
        Ok(Self {
            participant,
            ledger,
        })
    }
}

/// A party at home.
pub(super) struct Player {
    pub(super) name: &'static str,
    pub(super) party: String,
    pub(super) home: Home,
}

impl Player {
    /// Allocates a party at a participant.
    pub(super) async fn join(name: &'static str, home: &Home) -> anyhow::Result<Self> {
        let party = patiently(|| home.ledger.allocate_party(name))
            .await
            .with_context(|| format!("{} does not allocate {name}", home.participant))?;
        anyhow::ensure!(short(&party) == name, "{name} was allocated as {party}");
        Ok(Self {
            name,
            party,
            home: home.clone(),
        })
    }

    /// Does something, once; what it changes for this party.
    pub(super) async fn act(
        &self,
        command_id: &str,
        command: api::Command,
    ) -> anyhow::Result<api::Transaction> {
        // the ledger executes a command id once, however often it is sent
        patiently(|| self.try_to(command_id, command.clone()))
            .await
            .with_context(|| format!("{} refuses {}'s command", self.home.participant, self.name))
    }

    /// Tries something that may be refused.
    pub(super) async fn try_to(
        &self,
        command_id: &str,
        command: api::Command,
    ) -> Result<api::Transaction, Failure> {
        let submission = Submission {
            command_id: command_id.to_owned(),
            act_as: vec![self.party.clone()],
            commands: vec![command],
        };
        let format = format::delta(format::everything(&[&self.party]));
        let ledger = &self.home.ledger;
        ledger.submit_for_transaction(submission, format).await
    }

    /// What this party sees of an update, as soon as its participant shows it.
    pub(super) async fn sees(&self, update_id: &str) -> anyhow::Result<api::Transaction> {
        let format = format::effects(format::everything(&[&self.party]));
        let ledger = &self.home.ledger;
        // the network is new, so its beginning is not far
        ledger
            .transaction(update_id, 0, format)
            .await
            .with_context(|| {
                format!(
                    "{} does not show {} the update",
                    self.home.participant, self.name
                )
            })
    }

    /// The assets that this party sees.
    pub(super) async fn holdings(&self) -> anyhow::Result<Vec<Holding>> {
        let format = format::everything(&[&self.party]);
        let contracts = self
            .home
            .ledger
            .active_contracts(format)
            .await
            .with_context(|| format!("{} does not show its contracts", self.home.participant))?;
        let mut holdings: Vec<Holding> = contracts.iter().filter_map(holding).collect();
        holdings.sort();
        Ok(holdings)
    }

    /// This party as a value.
    pub(super) fn value(&self) -> api::Value {
        value::party(&self.party)
    }
}
