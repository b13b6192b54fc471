//! One settlement per client: ten legs among four traders, all paid in every command.
//!
//! The traders are shared and spread over the participants; each client is an operator of its own, so
//! that it knows its settlement.

use std::rc::Rc;

use canton_proto::com::daml::ledger::api::v2 as api;

use super::workload::{Seat, Workload, missing, template};
use crate::ledger_client::{Failure, LedgerClient, format, value};

pub(super) struct Settlement {
    seat: Seat,
    traders: Vec<String>,
    operator: String,
    contract: String,
}

/// The parties before the operators.
const TRADERS: usize = 4;

/// Who pays whom: every pair, and some of them both ways.
const LEGS: [(usize, usize); 10] = [
    (0, 1),
    (1, 2),
    (2, 3),
    (3, 0),
    (0, 2),
    (1, 3),
    (1, 0),
    (2, 1),
    (3, 2),
    (0, 3),
];

impl Workload for Settlement {
    fn parties(clients: usize) -> Vec<String> {
        let traders = (0..TRADERS).map(|number| format!("trader-{number}"));
        let operators = (0..clients).map(|number| format!("operator-{number}"));
        traders.chain(operators).collect()
    }

    /// Traders and operators are each spread over all.
    fn home(party: usize, participants: usize) -> usize {
        party.checked_sub(TRADERS).unwrap_or(party) % participants
    }

    fn new(seat: Seat, parties: &Rc<[String]>) -> Self {
        Self {
            traders: parties[..TRADERS].to_vec(),
            operator: parties[TRADERS + seat.number].clone(),
            seat,
            contract: String::new(),
        }
    }

    async fn set_up(&mut self) -> Result<(), Failure> {
        let operator = TRADERS + self.seat.number;
        let fields = value::record([
            ("operator", value::party(&self.operator)),
            ("joined", value::list([])),
            ("waiting", parties(&self.traders)),
        ]);
        let invite = value::create(template("Invitation"), fields);
        let mut submission = self.seat.submission(&[&self.operator], invite);
        let mut at = operator;
        let format = |party: &str| format::of_template(&[party], template("Invitation"));
        for trader in 0..TRADERS {
            let party = self.traders[trader].clone();
            let invitation = self
                .seat
                .submit_and_see::<Self>(submission, at, trader, format(&party))
                .await?;
            let argument = value::record([
                ("trader", value::party(&party)),
                ("waiting", parties(&self.traders[trader + 1..])),
            ]);
            let accept = value::exercise(template("Invitation"), &invitation, "Accept", argument);
            submission = self.seat.submission(&[&party], accept);
            at = trader;
        }
        let invitation = self
            .seat
            .submit_and_see::<Self>(submission, at, operator, format(&self.operator))
            .await?;
        let legs = value::record([("legs", value::list(LEGS.map(|leg| self.leg(leg))))]);
        self.settle("Invitation", &invitation, "Begin", legs).await
    }

    async fn command(&mut self) -> Result<(), Failure> {
        let settlement = self.contract.clone();
        self.settle("Settlement", &settlement, "PayAll", value::record([]))
            .await
    }

    async fn recover(&mut self) -> Result<(), Failure> {
        let settlements = self.ledger().active_contracts(self.format()).await?;
        let settlement = settlements.into_iter().next();
        self.contract = settlement.ok_or_else(|| missing("settlement"))?.contract_id;
        Ok(())
    }
}

impl Settlement {
    /// The operator's participant.
    fn ledger(&self) -> &LedgerClient {
        self.seat.ledger::<Self>(TRADERS + self.seat.number)
    }

    fn leg(&self, (sender, receiver): (usize, usize)) -> api::Value {
        value::nested(value::record([
            ("operator", value::party(&self.operator)),
            ("sender", value::party(&self.traders[sender])),
            ("receiver", value::party(&self.traders[receiver])),
            ("amount", value::int64(100)),
        ]))
    }

    fn format(&self) -> api::EventFormat {
        format::of_template(&[&self.operator], template("Settlement"))
    }

    /// Exercises as the operator what leads to the settlement.
    async fn settle(
        &mut self,
        of: &str,
        contract: &str,
        choice: &str,
        argument: api::Record,
    ) -> Result<(), Failure> {
        let command = value::exercise(template(of), contract, choice, argument);
        let submission = self.seat.submission(&[&self.operator], command);
        let format = format::delta(self.format());
        let transaction = self
            .ledger()
            .submit_for_transaction(submission, format)
            .await?;
        self.contract = value::created(&transaction)
            .find(|contract| value::is_of(contract, "Settlement"))
            .map(|contract| contract.contract_id.clone())
            .ok_or_else(|| missing("settlement"))?;
        Ok(())
    }
}

fn parties(parties: &[String]) -> api::Value {
    value::list(parties.iter().map(|party| value::party(party)))
}
