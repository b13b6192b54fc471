//! One token per client that goes back and forth between two parties.
//!
//! All clients share the parties; a client knows its token by the amount, which is its number.

use std::rc::Rc;

use canton_proto::com::daml::ledger::api::v2 as api;

use api::value::Sum;

use super::workload::{Seat, Workload, missing, template};
use crate::ledger_client::{Failure, Submission, format, value};

pub(super) struct Transfer {
    seat: Seat,
    parties: Rc<[String]>,
    token: Token,
    /// What the owner's participant must see first, and from where on it reads.
    unseen: Option<(String, i64)>,
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

    /// The token goes from participant to participant, if there are several.
    fn home(party: usize, participants: usize) -> usize {
        usize::from(party == RIGHT && participants > 1)
    }

    fn new(seat: Seat, parties: &Rc<[String]>) -> Self {
        Self {
            seat,
            parties: Rc::clone(parties),
            token: Token::default(),
            unseen: None,
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
        let contract_id = self.submit(submission, (ISSUER, LEFT)).await?;
        self.token = Token {
            contract_id,
            at_right: false,
        };
        Ok(())
    }

    async fn get_ready(&mut self) -> Result<(), Failure> {
        let Some((update_id, begin)) = self.unseen.take() else {
            return Ok(());
        };
        let owner = if self.token.at_right { RIGHT } else { LEFT };
        let format = format::of_template(&[&self.parties[owner]], template("Token"));
        let there = self.seat.ledger::<Self>(owner);
        there
            .transaction(&update_id, begin, format::effects(format))
            .await
            .map(|_| ())
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
        let contract_id = self.submit(submission, (owner, other)).await?;
        self.token = Token {
            contract_id,
            at_right: !at_right,
        };
        Ok(())
    }

    async fn recover(&mut self) -> Result<(), Failure> {
        let contracts = self
            .seat
            .ledger::<Self>(ISSUER)
            .active_contracts(self.format())
            .await?;
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

    /// Submits for a party, and gives the token that comes of it and goes to another.
    async fn submit(
        &mut self,
        submission: Submission,
        (submitter, to): (usize, usize),
    ) -> Result<String, Failure> {
        let is_elsewhere = Self::home(submitter, self.seat.participants())
            != Self::home(to, self.seat.participants());
        let begin = if is_elsewhere {
            Some(self.seat.ledger::<Self>(to).ledger_end().await?)
        } else {
            None
        };
        // who submits sees what comes of it, also where the issuer is not hosted
        let format = format::of_template(&[&self.parties[submitter]], template("Token"));
        let transaction = self
            .seat
            .ledger::<Self>(submitter)
            .submit_for_transaction(submission, format::effects(format))
            .await?;
        self.unseen = begin.map(|begin| (transaction.update_id.clone(), begin));
        value::created(&transaction)
            .next()
            .map(|token| token.contract_id.clone())
            .ok_or_else(|| missing("token"))
    }
}
