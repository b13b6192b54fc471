//! The token standard, as applications use it: what they ask of the packages of others, through interfaces.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use canton_proto::com::daml::ledger::api::v2 as api;

use super::super::ledger::{self, Ledger, Outcome};
use super::values::{
    contract, list, nested, none, numeric, party, record, text, text_map, time, value,
};

type Sum = api::value::Sum;

/// How long what must come may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Long ago and in a long time, in microseconds since 1970.
const BEFORE: i64 = 0;
const SOON: i64 = 4_000_000_000_000_000;
const LATER: i64 = SOON + 1_000_000;

/// How much changes hands.
const AMOUNT: &str = "10.0000000000";

/// What a kind of token is: who keeps its books, and its name.
#[derive(Clone, Copy)]
pub struct Instrument<'a> {
    pub admin: &'a str,
    pub id: &'a str,
}

/// One direction of a trade.
#[derive(Clone, Copy)]
pub struct Leg<'a> {
    pub id: &'a str,
    pub sender: &'a str,
    pub receiver: &'a str,
    pub instrument: Instrument<'a>,
    pub note: &'a str,
}

/// A party with its participant.
#[derive(Clone)]
pub struct Actor {
    pub name: String,
    pub ledger: Ledger,
}

impl Actor {
    /// Registers a kind of token, with an amount of it, and hands that to an owner.
    pub async fn issue(&self, id: &str, owner: &Self, note: &str) {
        let instrument = Instrument {
            admin: &self.name,
            id,
        };
        let holding = vec![
            party(&self.name),
            self::instrument(instrument),
            numeric(AMOUNT),
            none(),
            metadata(""),
        ];
        let rules = vec![party(&self.name)];
        self.create(token("TokenRules"), rules).await;
        self.create(token("Token"), vec![nested(holding)]).await;
        let transfer = vec![
            party(&self.name),
            party(&owner.name),
            numeric(AMOUNT),
            self::instrument(instrument),
            time(BEFORE),
            time(LATER),
            list(vec![contract(&self.only("Token").await)]),
            metadata(note),
        ];
        let argument = vec![party(&self.name), nested(transfer), extra("")];
        let rules = self.only("TokenRules").await;
        let factory = standard("transfer-instruction", "TransferFactory");
        self.exercise(factory, &rules, "TransferFactory_Transfer", argument)
            .await;
        let offer = owner.only("TokenTransferOffer").await;
        let instruction = standard("transfer-instruction", "TransferInstruction");
        let accept = vec![extra("")];
        owner
            .exercise(instruction, &offer, "TransferInstruction_Accept", accept)
            .await;
    }

    /// Proposes a trade and has approved it.
    pub async fn propose(&self, venue: &Self, legs: &[Leg<'_>]) {
        let legs = legs.iter().map(|leg| (leg.id, self::leg(*leg))).collect();
        let argument = vec![
            party(&venue.name),
            none(),
            text_map(legs),
            list(vec![party(&self.name)]),
        ];
        self.create(trading("OTCTradeProposal"), argument).await;
    }

    /// Answers the only proposal: its choice.
    pub async fn answer(&self, choice: &str) {
        let proposal = self.only("OTCTradeProposal").await;
        let argument = vec![party(&self.name)];
        self.exercise(trading("OTCTradeProposal"), &proposal, choice, argument)
            .await;
    }

    /// Makes a trade of a proposal that all have approved.
    pub async fn initiate(&self, proposal: &str) {
        self.until_seen(proposal).await;
        let argument = vec![time(SOON), time(LATER)];
        let choice = "OTCTradeProposal_InitiateSettlement";
        self.exercise(trading("OTCTradeProposal"), proposal, choice, argument)
            .await;
    }

    /// Sets the only token aside for the only trade that asks for it, under rules that the admin has
    /// disclosed; which contract that is.
    pub async fn allocate(&self, leg: Leg<'_>, admin: &Self, note: &str) -> String {
        let request = standard("allocation-request", "AllocationRequest");
        let view = self.view(request).await;
        let specification = vec![
            view.fields[0].value.clone().unwrap().sum.unwrap(),
            text(leg.id),
            self::leg(leg),
        ];
        let argument = vec![
            party(&admin.name),
            nested(specification),
            time(BEFORE),
            list(vec![contract(&self.only("Token").await)]),
            extra(note),
        ];
        let rules = admin.disclose("TokenRules").await;
        let factory = standard("allocation-instruction", "AllocationFactory");
        let choice = "AllocationFactory_Allocate";
        let mut commands = self.exercising(factory, &rules.contract_id, choice, argument);
        commands.disclosed_contracts = vec![rules];
        self.submit(commands).await;
        self.only("TokenAllocation").await
    }

    /// Settles the only trade, all legs at once: leg, what was set aside for it, and a note.
    pub async fn settle(&self, legs: &[(&str, &str, &str)], workflow: &str, command: &str) {
        let mut allocations = Vec::new();
        for (leg, allocation, note) in legs {
            self.until_seen(allocation).await;
            allocations.push((*leg, nested(vec![contract(allocation), extra(note)])));
        }
        let trade = self.only("OTCTrade").await;
        let argument = vec![text_map(allocations)];
        let mut commands =
            self.exercising(trading("OTCTrade"), &trade, "OTCTrade_Settle", argument);
        workflow.clone_into(&mut commands.workflow_id);
        command.clone_into(&mut commands.command_id);
        self.submit(commands).await;
    }

    /// The only contract of a template that it sees.
    pub async fn only(&self, template: &str) -> String {
        let found = self.ledger.eventually_active(&self.name, template, 1).await;
        found[0].contract_id.clone()
    }

    async fn until_seen(&self, contract_id: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let active = self.ledger.active(&self.name).await.unwrap();
            if active.iter().any(|it| it.contract_id == contract_id) {
                return;
            }
            assert!(Instant::now() < deadline, "{contract_id} does not come");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The only contract of a template, for others to use.
    async fn disclose(&self, template: &str) -> api::DisclosedContract {
        let active = self.ledger.active_with(self.everything(None)).await;
        let mut found = active.unwrap().into_iter().filter(|(created, _)| {
            let id = created.template_id.as_ref().unwrap();
            id.entity_name == template
        });
        let (created, domain) = found.next().unwrap();
        assert!(!created.created_event_blob.is_empty());
        api::DisclosedContract {
            template_id: created.template_id,
            contract_id: created.contract_id,
            created_event_blob: created.created_event_blob,
            synchronizer_id: domain,
        }
    }

    /// What the only contract with an interface says by it, once there is one.
    async fn view(&self, interface: api::Identifier) -> api::Record {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let format = self.everything(Some(interface.clone()));
            let active = self.ledger.active_with(format).await.unwrap();
            if let [(created, _)] = &active[..] {
                return created.interface_views[0].view_value.clone().unwrap();
            }
            assert!(Instant::now() < deadline, "{active:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// All contracts with what is needed to disclose them, or those with an interface.
    fn everything(&self, interface: Option<api::Identifier>) -> api::EventFormat {
        use api::cumulative_filter::IdentifierFilter;
        let filter = match interface {
            None => IdentifierFilter::WildcardFilter(api::WildcardFilter {
                include_created_event_blob: true,
            }),
            Some(interface_id) => IdentifierFilter::InterfaceFilter(api::InterfaceFilter {
                interface_id: Some(interface_id),
                include_interface_view: true,
                include_created_event_blob: false,
            }),
        };
        let mut format = ledger::event_format(&self.name);
        let filters = format.filters_by_party.get_mut(&self.name).unwrap();
        filters.cumulative[0].identifier_filter = Some(filter);
        format
    }

    async fn create(&self, template: api::Identifier, fields: Vec<Sum>) {
        let create = api::CreateCommand {
            template_id: Some(template),
            create_arguments: Some(record(fields)),
        };
        self.submit(self.commands(api::command::Command::Create(create)))
            .await;
    }

    async fn exercise(&self, of: api::Identifier, id: &str, choice: &str, fields: Vec<Sum>) {
        self.submit(self.exercising(of, id, choice, fields)).await;
    }

    fn exercising(
        &self,
        of: api::Identifier,
        contract_id: &str,
        choice: &str,
        fields: Vec<Sum>,
    ) -> api::Commands {
        let exercise = api::ExerciseCommand {
            template_id: Some(of),
            contract_id: contract_id.to_owned(),
            choice: choice.to_owned(),
            choice_argument: Some(value(nested(fields))),
        };
        self.commands(api::command::Command::Exercise(exercise))
    }

    fn commands(&self, command: api::command::Command) -> api::Commands {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let id = format!("deal-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        ledger::commands(&self.name, &id, command)
    }

    async fn submit(&self, commands: api::Commands) {
        let outcome = self.ledger.submit_and_wait(commands).await;
        assert!(matches!(outcome, Outcome::Accepted(..)), "{outcome:?}");
    }
}

/// A template of the tokens.
fn token(name: &str) -> api::Identifier {
    identifier(
        "splice-test-token-v1",
        "Splice.Testing.Tokens.TestTokenV1",
        name,
    )
}

/// A template of the trading venue.
fn trading(name: &str) -> api::Identifier {
    let module = "Splice.Testing.Apps.TradingApp";
    identifier("splice-token-test-trading-app", module, name)
}

/// An interface of the standard, of the package that is named for a part of it.
fn standard(part: &str, name: &str) -> api::Identifier {
    let words = part.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    let module = format!("Splice.Api.Token.{}V1", words.collect::<String>());
    identifier(&format!("splice-api-token-{part}-v1"), &module, name)
}

fn identifier(package: &str, module: &str, name: &str) -> api::Identifier {
    api::Identifier {
        package_id: format!("#{package}"),
        module_name: module.to_owned(),
        entity_name: name.to_owned(),
    }
}

fn instrument(instrument: Instrument<'_>) -> Sum {
    nested(vec![party(instrument.admin), text(instrument.id)])
}

fn leg(leg: Leg<'_>) -> Sum {
    nested(vec![
        party(leg.sender),
        party(leg.receiver),
        numeric(AMOUNT),
        instrument(leg.instrument),
        metadata(leg.note),
    ])
}

fn metadata(note: &str) -> Sum {
    nested(vec![text_map(vec![("note", text(note))])])
}

/// What every choice of the standard takes beside its own arguments.
fn extra(note: &str) -> Sum {
    nested(vec![nested(vec![text_map(Vec::new())]), metadata(note)])
}
