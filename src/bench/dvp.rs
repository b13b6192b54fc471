//! One deal per client: bond against cash, which change sides in every command.
//!
//! The left side is shared; each client has a right side of its own, so that it knows its deal.

use std::rc::Rc;

use canton_proto::com::daml::ledger::api::v2 as api;

use super::workload::{Seat, Workload, missing, template};
use crate::ledger_client::{Failure, LedgerClient, Submission, format, value};

pub(super) struct Dvp {
    seat: Seat,
    issuer: String,
    left: String,
    right: String,
    deal: String,
}

/// The parties before the right sides.
const RIGHTS: usize = 2;

impl Workload for Dvp {
    fn parties(clients: usize) -> Vec<String> {
        let rights = (0..clients).map(|number| format!("right-{number}"));
        ["issuer", "left"]
            .map(str::to_owned)
            .into_iter()
            .chain(rights)
            .collect()
    }

    /// Issuer and left side are together; the right sides are spread over the others.
    fn home(party: usize, participants: usize) -> usize {
        match (party.checked_sub(RIGHTS), participants) {
            (None, _) | (_, 1) => 0,
            (Some(right), several) => 1 + right % (several - 1),
        }
    }

    fn new(seat: Seat, parties: &Rc<[String]>) -> Self {
        Self {
            issuer: parties[0].clone(),
            left: parties[1].clone(),
            right: parties[RIGHTS + seat.number].clone(),
            seat,
            deal: String::new(),
        }
    }

    async fn set_up(&mut self) -> Result<(), Failure> {
        let proposal = value::record([
            ("issuer", value::party(&self.issuer)),
            ("left", value::party(&self.left)),
            ("right", value::party(&self.right)),
        ]);
        let create = value::create(template("Proposal"), proposal);
        let submission = self.seat.submission(&[&self.issuer, &self.left], create);
        let format = self.format("Proposal");
        let right = RIGHTS + self.seat.number;
        let proposal = self
            .seat
            .submit_and_see::<Self>(submission, 0, right, format)
            .await?;
        let join = value::exercise(template("Proposal"), &proposal, "Join", value::record([]));
        let submission = self.seat.submission(&[&self.right], join);
        self.deal = self.submit(submission, "Deal").await?;
        Ok(())
    }

    async fn command(&mut self) -> Result<(), Failure> {
        let by = value::record([("by", value::party(&self.right))]);
        let settle = value::exercise(template("Deal"), &self.deal, "Settle", by);
        let submission = self.seat.submission(&[&self.right], settle);
        self.deal = self.submit(submission, "Deal").await?;
        Ok(())
    }

    async fn recover(&mut self) -> Result<(), Failure> {
        let deals = self.ledger().active_contracts(self.format("Deal")).await?;
        let deal = deals.into_iter().next().ok_or_else(|| missing("deal"))?;
        self.deal = deal.contract_id;
        Ok(())
    }
}

impl Dvp {
    /// The right side's participant.
    fn ledger(&self) -> &LedgerClient {
        self.seat.ledger::<Self>(RIGHTS + self.seat.number)
    }

    fn format(&self, entity: &str) -> api::EventFormat {
        format::of_template(&[&self.right], template(entity))
    }

    /// Submits, and gives the contract of a template that comes of it.
    async fn submit(&self, submission: Submission, entity: &str) -> Result<String, Failure> {
        let format = format::delta(self.format(entity));
        let transaction = self
            .ledger()
            .submit_for_transaction(submission, format)
            .await?;
        value::created(&transaction)
            .find(|contract| value::is_of(contract, entity))
            .map(|contract| contract.contract_id.clone())
            .ok_or_else(|| missing("deal"))
    }
}
