//! What one client does over and over.

use std::rc::Rc;

use canton_proto::com::daml::ledger::api::v2 as api;

use crate::ledger_client::{Failure, LedgerClient, Submission, format, value};

/// One client's part of a load.
pub(super) trait Workload: Sized {
    /// The parties of a run, as hints. The same for all clients of the run.
    fn parties(clients: usize) -> Vec<String>;

    /// At which of some participants a party of these is hosted.
    fn home(party: usize, participants: usize) -> usize;

    /// The client at a seat. `parties` are those that were asked for, in that order.
    fn new(seat: Seat, parties: &Rc<[String]>) -> Self;

    /// Makes the contracts that the client works with. May be called again after a failure.
    async fn set_up(&mut self) -> Result<(), Failure>;

    /// Waits until the next command can be given: another participant may have to see what came of the
    /// last one.
    async fn get_ready(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// One command: what is measured.
    async fn command(&mut self) -> Result<(), Failure>;

    /// Finds the client's contract after a command did not: another command, of which no answer came,
    /// may have changed it.
    async fn recover(&mut self) -> Result<(), Failure>;
}

/// A client's place in the run: its number, its connections, its command ids.
pub(super) struct Seat {
    /// One for each participant.
    ledgers: Vec<LedgerClient>,
    pub(super) number: usize,
    run: Rc<str>,
    sent: u64,
}

impl Seat {
    pub(super) fn new(ledgers: Vec<LedgerClient>, run: &Rc<str>, number: usize) -> Self {
        Self {
            ledgers,
            number,
            run: Rc::clone(run),
            sent: 0,
        }
    }

    /// How many participants there are.
    pub(super) fn participants(&self) -> usize {
        self.ledgers.len()
    }

    /// The participant of a party of a workload.
    pub(super) fn ledger<W: Workload>(&self, party: usize) -> &LedgerClient {
        &self.ledgers[W::home(party, self.ledgers.len())]
    }

    /// Submits at one party's participant, and waits until another party sees what comes of it: the
    /// contract, if `format` shows one.
    pub(super) async fn submit_and_see<W: Workload>(
        &self,
        submission: Submission,
        by: usize,
        seen_by: usize,
        format: api::EventFormat,
    ) -> Result<String, Failure> {
        let (source, target) = (self.ledger::<W>(by), self.ledger::<W>(seen_by));
        let format = format::delta(format);
        let transaction = if self.participants() == 1 {
            source.submit_for_transaction(submission, format).await?
        } else {
            let begin = target.ledger_end().await?;
            let submitted = source.submit(submission).await?;
            target
                .transaction(&submitted.update_id, begin, format)
                .await?
        };
        value::created(&transaction)
            .next()
            .map(|contract| contract.contract_id.clone())
            .ok_or_else(|| missing("contract"))
    }

    /// A submission with a command id that no other has.
    pub(super) fn submission(&mut self, act_as: &[&str], command: api::Command) -> Submission {
        self.sent += 1;
        Submission {
            command_id: format!("{}-{}-{}", self.run, self.number, self.sent),
            act_as: act_as.iter().map(|party| (*party).to_owned()).collect(),
            commands: vec![command],
        }
    }
}

/// A template of the bench model.
pub(super) fn template(entity: &str) -> api::Identifier {
    value::template("jura-bench", "Bench", entity)
}

/// A contract that should be there and is not; told like a ledger tells it, so that the client looks
/// for its contract.
pub(super) fn missing(what: &str) -> Failure {
    Failure {
        id: "BENCH_CONTRACT_NOT_VISIBLE".to_owned(),
        category: Some(11),
        code: tonic::Code::NotFound,
        message: format!("the ledger shows no {what} of this client"),
        metadata: std::collections::HashMap::default(),
        retry_after: None,
    }
}
