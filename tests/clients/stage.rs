//! Where most tests begin: the model is there, and three parties nobody else uses.

use canton_ledger::{Error, Submit};
use canton_proto::com::daml::ledger::api::v2 as api;
use tokio::sync::OnceCell;

use super::client::{Client, USER, the_contract, unique};
use super::process::shared;
use super::{dars, iou};

static UPLOADED: OnceCell<()> = OnceCell::const_new();

/// A bank and two others at participant 1.
pub struct Stage {
    pub client: Client,
    pub bank: String,
    pub alice: String,
    pub bob: String,
}

impl Stage {
    /// `None` where the model isn't at hand.
    pub async fn set() -> Option<Self> {
        let dar = dars::find(iou::DAR)?;
        let client = Client::of("participant1");
        let upload = async || client.upload(dar).await.unwrap();
        UPLOADED.get_or_init(upload).await;
        Some(Self {
            bank: client.allocate("bank").await,
            alice: client.allocate("alice").await,
            bob: client.allocate("bob").await,
            client,
        })
    }

    /// The bank owes alice.
    pub async fn issue(&self) -> String {
        let submit =
            Submit::new(&self.bank).add_command(iou::issue(&self.bank, &self.alice, "1.0"));
        the_contract(&self.client.submit(submit).await.unwrap())
    }

    /// Alice hands an Iou over to bob.
    pub async fn transfer(&self, contract_id: &str) -> Result<api::Transaction, Error> {
        self.client.submit(self.transfer_of(contract_id)).await
    }

    /// The submission by which alice hands an Iou over to bob.
    pub fn transfer_of(&self, contract_id: &str) -> Submit {
        Submit::new(&self.alice).add_command(iou::transfer(contract_id, &self.bob))
    }

    /// Commands of alice as they are sent, with a command id of their own.
    pub fn commands(&self, command: api::Command) -> api::Commands {
        api::Commands {
            user_id: USER.to_owned(),
            command_id: unique("command"),
            act_as: vec![self.alice.clone()],
            commands: vec![command],
            ..Default::default()
        }
    }

    /// Checks that nothing of what was refused remains, and that the process takes good commands.
    pub async fn is_unharmed(&self) {
        assert_eq!(self.client.active(&self.alice).await, []);
        let good = Submit::new(&self.alice).add_command(iou::create_dummy(&self.alice));
        self.client.submit(good).await.unwrap();
        assert_eq!(self.client.active(&self.alice).await.len(), 1);
    }
}

impl Drop for Stage {
    /// Whatever clients do, the operator is not to be called.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(shared().complaints(), [""; 0]);
        }
    }
}
