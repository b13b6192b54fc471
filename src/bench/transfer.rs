//! One token per client that goes back and forth between two parties.
//!
//! All clients share the parties; a client knows its token by the amount, which is its number.

use std::rc::Rc;

use canton_proto::com::daml::ledger::api::v2 as api;

use api::value::Sum;

use super::workload::{Seat, Workload, missing, template};
use crate::ledger_client::{Failure, format, value};

pub(super) struct Transfer {
    seat: Seat,
    parties: Rc<[String]>,
    token: Token,
}

/// The client's token as it was last seen.
#[derive(Debug, Default)]
struct Token {
    contract_id: String,
    /// Whether the right party has it.
    at_right: bool,
}

const ISSUER: usize = 0;
const LEFT: usize = 1;
const RIGHT: usize = 2;

impl Workload for Transfer {
    fn parties(_clients: usize) -> Vec<String> {
        ["issuer", "left", "right"].map(str::to_owned).to_vec()
    }

    fn new(seat: Seat, parties: &Rc<[String]>) -> Self {
        Self {
            seat,
            parties: Rc::clone(parties),
            token: Token::default(),
        }
    }

    async fn set_up(&mut self) -> Result<(), Failure> {
        let token = value::record([
            ("issuer", value::party(&self.parties[ISSUER])),
            ("owner", value::party(&self.parties[LEFT])),
            ("amount", value::int64(self.amount())),
        ]);
        let create = value::create(template("Token"), token);
        let submission = self.seat.submission(&[&self.parties[ISSUER]], create);
        let contract_id = self.submit(submission).await?;
        self.token = Token {
            contract_id,
            at_right: false,
        };
        Ok(())
    }

    async fn command(&mut self) -> Result<(), Failure> {
        let at_right = self.token.at_right;
        let (owner, other) = if at_right {
            (RIGHT, LEFT)
        } else {
            (LEFT, RIGHT)
        };
        let transfer = value::exercise(
            template("Token"),
            &self.token.contract_id,
            "Transfer",
            value::record([("newOwner", value::party(&self.parties[other]))]),
        );
        let submission = self.seat.submission(&[&self.parties[owner]], transfer);
        let contract_id = self.submit(submission).await?;
        self.token = Token {
            contract_id,
            at_right: !at_right,
        };
        Ok(())
    }

    async fn recover(&mut self) -> Result<(), Failure> {
        let contracts = self.seat.ledger.active_contracts(self.format()).await?;
        let amount = Sum::Int64(self.amount());
        let right = Sum::Party(self.parties[RIGHT].clone());
        self.token = contracts
            .into_iter()
            .find_map(|contract| {
                let token = contract.create_arguments.as_ref()?;
                let is_ours = value::field(token, 2, "amount") == Some(&amount);
                is_ours.then(|| Token {
                    at_right: value::field(token, 1, "owner") == Some(&right),
                    contract_id: contract.contract_id,
                })
            })
            .ok_or_else(|| missing("token"))?;
        Ok(())
    }
}

impl Transfer {
    fn amount(&self) -> i64 {
        i64::try_from(self.seat.number).unwrap_or(i64::MAX)
    }

    /// The issuer sees the token wherever it goes.
    fn format(&self) -> api::EventFormat {
        format::of_template(&[&self.parties[ISSUER]], template("Token"))
    }

    /// Submits, and gives the token that comes of it.
    async fn submit(
        &self,
        submission: crate::ledger_client::Submission,
    ) -> Result<String, Failure> {
        let format = format::delta(self.format());
        let transaction = self
            .seat
            .ledger
            .submit_for_transaction(submission, format)
            .await?;
        value::created(&transaction)
            .next()
            .map(|token| token.contract_id.clone())
            .ok_or_else(|| missing("token"))
    }
}
