//! What happens: assets are issued, a bond is delivered against cash, the cash cannot be spent again.

use std::time::{Duration, Instant};

use anyhow::Context;
use canton_proto::com::daml::ledger::api::v2 as api;

use super::cast::{Home, Player};
use super::reading::{forest, holding, record_time};
use super::scene::{Change, Holding, Host, Scene, Seen};
use crate::ledger_client::{patiently, value};
use crate::lf::models::Model;
use crate::node::Addresses;

/// The names that the network of the demo has.
pub(super) const DOMAIN: &str = "domain1";
pub(super) const PARTICIPANTS: [&str; 3] = ["participant1", "participant2", "participant3"];

/// What only Alice and Bob are to know, and so only their participants.
pub(super) const TERMS: &str = "terms between Alice and Bob";
/// Who may have it.
pub(super) const ENTITLED: [&str; 2] = ["participant1", "participant2"];

const BOND: &str = "BOND";
const CASH: &str = "USD";
const BONDS: &str = "100.0";
const CASH_ISSUED: &str = "1000.0";
const PRICE: &str = "950.0";

/// Where scenes go.
pub(super) type Tell<'a> = &'a mut dyn FnMut(Scene);

/// Lets the story happen in a network that has just come up.
pub(super) async fn play(addresses: &Addresses, tell: Tell<'_>) -> anyhow::Result<()> {
    let cast = Cast::gather(addresses, tell).await?;
    tell(Scene::Chapter("The trade: a bond against cash"));
    let bond = cast.issue_bond(tell).await?;
    let money = cast.issue_cash(tell).await?;
    let before = cast.holdings().await?;
    let proposal = cast.propose(&bond, tell).await?;
    let payment = cast.split(&money, tell).await?;
    cast.settle(&proposal, &payment, tell).await?;
    tell(Scene::Holdings(cast.changes(before).await?));
    tell(Scene::Chapter("The same cash once more"));
    cast.spend_again(&payment, tell).await
}

/// Everyone.
struct Cast {
    bank: Player,
    alice: Player,
    bob: Player,
}

impl Cast {
    /// Uploads the model and allocates the parties.
    async fn gather(addresses: &Addresses, tell: Tell<'_>) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let mut homes = Vec::new();
        for name in PARTICIPANTS {
            homes.push(Home::find(name, ledger_api(addresses, name)?).await?);
        }
        let dar = Model::Demo.dar()?;
        for home in &homes {
            patiently(|| home.ledger.upload_dar(dar.clone()))
                .await
                .with_context(|| format!("{} refuses the model", home.participant))?;
        }
        let name = "jura-demo";
        tell(step(
            format!("the model {name} is uploaded to every participant"),
            begun,
        ));
        let begun = Instant::now();
        let cast = Self {
            bank: Player::join("Bank", &homes[2]).await?,
            alice: Player::join("Alice", &homes[0]).await?,
            bob: Player::join("Bob", &homes[1]).await?,
        };
        tell(step(
            "the parties are allocated, each at its participant".to_owned(),
            begun,
        ));
        tell(cast.network(addresses)?);
        Ok(cast)
    }

    fn all(&self) -> [&Player; 3] {
        [&self.bank, &self.alice, &self.bob]
    }

    fn network(&self, addresses: &Addresses) -> anyhow::Result<Scene> {
        let host = |participant: &'static str| -> anyhow::Result<Host> {
            let here = self.all().into_iter();
            let here = here.filter(|player| player.home.participant == participant);
            Ok(Host {
                participant,
                parties: here.map(|player| player.name).collect(),
                ledger_api: ledger_api(addresses, participant)?,
            })
        };
        Ok(Scene::Network {
            participants: PARTICIPANTS
                .map(host)
                .into_iter()
                .collect::<Result<_, _>>()?,
            domain: DOMAIN.to_owned(),
        })
    }

    async fn issue_bond(&self, tell: Tell<'_>) -> anyhow::Result<String> {
        let begun = Instant::now();
        let id = self.issue("bond", BOND, BONDS, &self.alice).await?;
        tell(step(
            "Bank issues 100 BOND to Alice, who accepts".to_owned(),
            begun,
        ));
        Ok(id)
    }

    async fn issue_cash(&self, tell: Tell<'_>) -> anyhow::Result<String> {
        let begun = Instant::now();
        let id = self.issue("cash", CASH, CASH_ISSUED, &self.bob).await?;
        let done = "Bank issues 1,000 USD to Bob, who accepts";
        tell(step(done.to_owned(), begun));
        Ok(id)
    }

    /// The bank offers an asset, and its owner accepts it; the asset.
    async fn issue(
        &self,
        what: &str,
        instrument: &str,
        amount: &str,
        owner: &Player,
    ) -> anyhow::Result<String> {
        let asset = value::record([
            ("issuer", self.bank.value()),
            ("owner", owner.value()),
            ("instrument", value::text(instrument)),
            ("amount", value::numeric(amount)),
        ]);
        let issuance = value::record([("asset", value::nested(asset))]);
        let create = value::create(template("Issuance"), issuance);
        let offered = self.bank.act(&format!("issue-{what}"), create).await?;
        let offered = owner.sees(&offered.update_id).await?;
        let issuance = created(&offered, "Issuance")?;
        let accept = exercise("Issuance", &issuance, "Accept", value::record([]));
        let accepted = owner.act(&format!("accept-{what}"), accept).await?;
        created(&accepted, "Asset")
    }

    /// Alice sets her bond aside for Bob and names her price; the proposal, as Bob sees it.
    async fn propose(&self, bond: &str, tell: Tell<'_>) -> anyhow::Result<String> {
        let begun = Instant::now();
        let allocate = value::record([
            ("receiver", self.bob.value()),
            ("reference", value::text("trade 1")),
        ]);
        let allocate = exercise("Asset", bond, "Allocate", allocate);
        let allocated = self.alice.act("allocate-bond", allocate).await?;
        let price = value::record([
            ("issuer", self.bank.value()),
            ("instrument", value::text(CASH)),
            ("amount", value::numeric(PRICE)),
        ]);
        let proposal = value::record([
            ("seller", self.alice.value()),
            ("buyer", self.bob.value()),
            (
                "delivery",
                value::contract(&created(&allocated, "Allocation")?),
            ),
            ("instrument", value::text(BOND)),
            ("amount", value::numeric(BONDS)),
            ("payment", value::nested(price)),
            ("reference", value::text(TERMS)),
        ]);
        let create = value::create(template("Settlement"), proposal);
        let proposed = self.alice.act("propose-trade", create).await?;
        let proposed = self.bob.sees(&proposed.update_id).await?;
        let done = "Alice sets her bond aside and offers it to Bob for 950 USD";
        tell(step(done.to_owned(), begun));
        created(&proposed, "Settlement")
    }

    /// Bob sets aside what the bond costs; the payment.
    async fn split(&self, cash: &str, tell: Tell<'_>) -> anyhow::Result<String> {
        let begun = Instant::now();
        let split = value::record([("amount", value::numeric(PRICE))]);
        let split = exercise("Asset", cash, "Split", split);
        let parts = self.bob.act("split-cash", split).await?;
        let payment = value::created(&parts)
            .find(|part| holding(part).is_some_and(|it| it.amount == "950"))
            .context("the parts of Bob's cash are not as he wanted them")?;
        tell(step("Bob splits 950 USD off his cash".to_owned(), begun));
        Ok(payment.contract_id.clone())
    }

    /// Bob settles; what each party sees of it.
    async fn settle(&self, proposal: &str, payment: &str, tell: Tell<'_>) -> anyhow::Result<()> {
        let begun = Instant::now();
        let settle = value::record([("payment", value::contract(payment))]);
        let settle = exercise("Settlement", proposal, "Settle", settle);
        let settled = self.bob.act("settle", settle).await?;
        let done = "Bob settles: delivery and payment in one atomic transaction";
        tell(step(done.to_owned(), begun));
        let time = record_time(&settled).context("the transaction has no record time")?;
        let mut seen = Vec::new();
        for player in [&self.bob, &self.alice, &self.bank] {
            let transaction = player.sees(&settled.update_id).await?;
            let after = begun.elapsed();
            let same = record_time(&transaction) == Some(time);
            let name = player.name;
            anyhow::ensure!(same, "{name} sees another record time than Bob");
            seen.push(Seen {
                party: name,
                participant: player.home.participant,
                offset: transaction.offset,
                after,
                events: forest(&transaction),
            });
        }
        tell(Scene::Transaction {
            update_id: settled.update_id,
            record_time: time,
            seen,
        });
        Ok(())
    }

    async fn holdings(&self) -> anyhow::Result<[Vec<Holding>; 3]> {
        Ok([
            self.bank.holdings().await?,
            self.alice.holdings().await?,
            self.bob.holdings().await?,
        ])
    }

    async fn changes(&self, before: [Vec<Holding>; 3]) -> anyhow::Result<Vec<Change>> {
        let after = self.holdings().await?;
        let pairs = before.into_iter().zip(after);
        Ok(pairs
            .zip(self.all())
            .map(|((before, after), player)| Change {
                party: player.name,
                participant: player.home.participant,
                before,
                after,
            })
            .collect())
    }

    /// Bob tries to use the cash that he has paid with already.
    async fn spend_again(&self, payment: &str, tell: Tell<'_>) -> anyhow::Result<()> {
        let begun = Instant::now();
        let allocate = value::record([
            ("receiver", self.alice.value()),
            ("reference", value::text("trade 2")),
        ]);
        let allocate = exercise("Asset", payment, "Allocate", allocate);
        let Err(failure) = self.bob.try_to("spend-again", allocate).await else {
            anyhow::bail!("the ledger let Bob spend the same cash twice");
        };
        anyhow::ensure!(
            failure.is_missing(),
            "Bob's double spend was refused for another reason than it should: {failure}"
        );
        tell(step(
            "Bob tries to spend the 950 USD again: refused".to_owned(),
            begun,
        ));
        tell(Scene::Refused {
            message: failure.message,
            id: failure.id,
        });
        Ok(())
    }
}

fn ledger_api(addresses: &Addresses, participant: &str) -> anyhow::Result<std::net::SocketAddr> {
    let found = addresses.participants.get(participant);
    found
        .and_then(|it| it.ledger_api)
        .with_context(|| format!("{participant} has no Ledger API"))
}

fn step(done: String, begun: Instant) -> Scene {
    let took: Duration = begun.elapsed();
    Scene::Step { done, took }
}

fn template(entity: &str) -> api::Identifier {
    value::template("jura-demo", "Demo", entity)
}

fn exercise(entity: &str, contract: &str, choice: &str, argument: api::Record) -> api::Command {
    value::exercise(template(entity), contract, choice, argument)
}

/// The contract of a template that a transaction created.
fn created(transaction: &api::Transaction, entity: &str) -> anyhow::Result<String> {
    value::created(transaction)
        .find(|contract| value::is_of(contract, entity))
        .map(|contract| contract.contract_id.clone())
        .with_context(|| format!("the transaction shows no new {entity}"))
}
