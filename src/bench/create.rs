//! One create per command.

use std::rc::Rc;

use canton_proto::com::daml::ledger::api::v2 as api;

use super::workload::{Seat, Workload, template};
use crate::ledger_client::{Failure, value};

/// What every contract carries: about as much as a small real one.
const PAYLOAD: &str = "64 characters of payload, so that a contract has a usual size...";

/// The command that makes one.
pub(super) fn item(owner: &str, number: i64) -> api::Command {
    let item = value::record([
        ("owner", value::party(owner)),
        ("number", value::int64(number)),
        ("payload", value::text(PAYLOAD)),
    ]);
    value::create(template("Item"), item)
}

pub(super) struct Create {
    seat: Seat,
    parties: Rc<[String]>,
    number: i64,
}

impl Workload for Create {
    fn parties(_clients: usize) -> Vec<String> {
        vec!["owner".to_owned()]
    }

    fn home(_party: usize, _participants: usize) -> usize {
        0
    }

    fn new(seat: Seat, parties: &Rc<[String]>) -> Self {
        Self {
            seat,
            parties: Rc::clone(parties),
            number: 0,
        }
    }

    /// One contract, so that a ledger that refuses them says so before anything is measured.
    async fn set_up(&mut self) -> Result<(), Failure> {
        self.command().await
    }

    async fn command(&mut self) -> Result<(), Failure> {
        self.number += 1;
        let owner = &self.parties[0];
        let submission = self.seat.submission(&[owner], item(owner, self.number));
        self.seat.ledger::<Self>(0).submit(submission).await?;
        Ok(())
    }

    async fn recover(&mut self) -> Result<(), Failure> {
        Ok(())
    }
}
