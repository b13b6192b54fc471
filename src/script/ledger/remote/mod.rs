//! A running ledger, over its Ledger API.
//!
//! Calls are made one after the other on a runtime of its own. What the ledger refuses becomes a reason
//! by its error id.
//!
//! What cannot be done there is refused and says so: vetting, and parties on several participants.

mod calls;
mod events;
mod reasons;
mod transaction;
mod values;

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2 as api;
use tokio::runtime::Runtime;

use super::{
    ActiveContract, Command, Committed, KnownParty, Ledger, NamedPackage, Reason, Refusal,
    Rejected, Right, Submission, TimeMode, User,
};
use crate::ledger_client::{Failure, LedgerClient, format};
use crate::lf::engine::{self, Engine};
use crate::lf::value::Value;
use crate::model::{ContractId, Identifier, Party, Timestamp, UserId};

/// A ledger that runs elsewhere.
pub struct RemoteLedger {
    client: LedgerClient,
    runtime: Runtime,
    /// Knows the names of packages and the types of keys.
    engine: Engine,
    mode: TimeMode,
    /// Goes into command ids, which must not have been used before.
    run: String,
    submissions: u64,
}

impl RemoteLedger {
    /// A ledger at the other end of a connection that was made on this runtime. `run` must be new
    /// for each script. `mode` says whether the ledger's time stands still.
    pub fn new(
        client: LedgerClient,
        runtime: Runtime,
        engine: Engine,
        mode: TimeMode,
        run: String,
    ) -> Self {
        Self {
            client,
            runtime,
            engine,
            mode,
            run,
            submissions: 0,
        }
    }

    fn call<T>(&self, call: impl Future<Output = Result<T, Failure>>) -> Result<T, Refusal> {
        self.runtime.block_on(call).map_err(|failure| Refusal {
            class: "StatusRuntimeException",
            message: failure.to_string(),
        })
    }

    /// A template or interface as commands and filters name it: by the package's name, unless
    /// exactly its package is wanted.
    fn named(&self, id: &Identifier, exact: bool) -> api::Identifier {
        let signature = self.engine.signature(id.package());
        let package_id = match signature.filter(|_| !exact) {
            Some(signature) => format!("#{}", signature.name),
            None => id.package().to_string(),
        };
        api::Identifier {
            package_id,
            module_name: id.module().to_string(),
            entity_name: id.name().to_string(),
        }
    }

    fn command(&self, command: &Command) -> api::Command {
        use api::command::Command as C;
        let template = Some(self.named(command.action.template(), command.exact_package));
        let command = match &command.action {
            engine::Command::Create { argument, .. } => C::Create(api::CreateCommand {
                template_id: template,
                create_arguments: values::record(argument),
            }),
            engine::Command::Exercise {
                contract_id,
                choice,
                argument,
                ..
            } => C::Exercise(api::ExerciseCommand {
                template_id: template,
                contract_id: contract_id.to_string(),
                choice: choice.to_string(),
                choice_argument: Some(values::write(argument)),
            }),
            engine::Command::ExerciseByKey {
                key,
                choice,
                argument,
                ..
            } => C::ExerciseByKey(api::ExerciseByKeyCommand {
                template_id: template,
                contract_key: Some(values::write(key)),
                choice: choice.to_string(),
                choice_argument: Some(values::write(argument)),
            }),
            engine::Command::CreateAndExercise {
                create_argument,
                choice,
                choice_argument,
                ..
            } => C::CreateAndExercise(api::CreateAndExerciseCommand {
                template_id: template,
                create_arguments: values::record(create_argument),
                choice: choice.to_string(),
                choice_argument: Some(values::write(choice_argument)),
            }),
        };
        api::Command {
            command: Some(command),
        }
    }

    fn commands(&mut self, submission: &Submission) -> api::Commands {
        self.submissions += 1;
        let disclosures = submission.disclosures.iter();
        let disclosed = disclosures.map(|disclosure| api::DisclosedContract {
            template_id: Some(self.named(&disclosure.template, true)),
            contract_id: disclosure.contract_id.to_string(),
            created_event_blob: disclosure.blob.clone(),
            ..Default::default()
        });
        let preference = submission.package_preference.iter();
        api::Commands {
            command_id: format!("{}-{}", self.run, self.submissions),
            act_as: texts(&submission.act_as),
            read_as: texts(&submission.read_as),
            commands: submission
                .commands
                .iter()
                .map(|command| self.command(command))
                .collect(),
            disclosed_contracts: disclosed.collect(),
            package_id_selection_preference: preference.map(ToString::to_string).collect(),
            ..Default::default()
        }
    }
}

fn texts(parties: &BTreeSet<Party>) -> Vec<String> {
    parties.iter().map(ToString::to_string).collect()
}

fn rejected(reason: Reason) -> Box<Rejected> {
    reason.into()
}

impl Ledger for RemoteLedger {
    fn submit(&mut self, submission: &Submission) -> Result<Committed, Box<Rejected>> {
        let commands = self.commands(submission);
        let parties = submission.act_as.union(&submission.read_as);
        let parties: Vec<&str> = parties.map(Party::as_str).collect();
        let mut events = format::everything(&parties);
        events.verbose = false;
        let call = self
            .client
            .submit_commands(commands, format::effects(events));
        let transaction = self.runtime.block_on(call);
        let transaction = transaction.map_err(|failure| rejected(reasons::reason(&failure)))?;
        let at = transaction.effective_at.unwrap_or_default();
        let named = events::named_packages(submission);
        let events = events::events(&transaction, &named);
        // it is for the report: a ledger that tells less is no reason to fail
        let drawn = transaction::transaction(&transaction).ok();
        Ok(Committed {
            events: events.map_err(|error| rejected(Reason::Other(error.0)))?,
            transaction: drawn.map(Arc::new),
            at: values::time(&at),
            traces: Vec::new(),
        })
    }

    fn contracts(
        &mut self,
        parties: &BTreeSet<Party>,
        template: &Identifier,
    ) -> Result<Vec<ActiveContract>, Refusal> {
        self.find_contracts(parties, template)
    }

    fn contract(
        &mut self,
        parties: &BTreeSet<Party>,
        template: &Identifier,
        id: &ContractId,
    ) -> Result<Option<ActiveContract>, Refusal> {
        let contracts = self.find_contracts(parties, template)?;
        Ok(contracts.into_iter().find(|it| it.contract_id == *id))
    }

    fn views(
        &mut self,
        parties: &BTreeSet<Party>,
        interface: &Identifier,
    ) -> Result<Vec<(ContractId, Option<Value>)>, Refusal> {
        self.find_views(parties, interface)
    }

    fn view(
        &mut self,
        parties: &BTreeSet<Party>,
        interface: &Identifier,
        id: &ContractId,
    ) -> Result<Option<Value>, Refusal> {
        let views = self.find_views(parties, interface)?;
        let found = views.into_iter().find(|(it, _)| it == id);
        Ok(found.and_then(|(_, view)| view))
    }

    fn contracts_by_key(
        &mut self,
        parties: &BTreeSet<Party>,
        template: &Identifier,
        key: &Value,
        limit: usize,
    ) -> Result<Vec<ActiveContract>, Refusal> {
        self.find_by_key(parties, template, key, limit)
    }

    fn allocate_party(&mut self, hint: &str, participants: &[Arc<str>]) -> Result<Party, Refusal> {
        only_one(participants.iter().map(|name| &**name))?;
        let party = self.call(self.client.allocate_party(hint))?;
        Party::parse(&party).map_err(|error| Refusal::new(error.to_string()))
    }

    fn parties(&mut self, _participant: Option<&str>) -> Result<Vec<KnownParty>, Refusal> {
        self.list_parties()
    }

    fn time(&mut self) -> Result<Timestamp, Refusal> {
        match &self.mode {
            TimeMode::Static => Ok(values::time(&self.call(self.client.time())?)),
            TimeMode::WallClock(clock) => Ok(clock()),
        }
    }

    fn set_time(&mut self, time: Timestamp) -> Result<(), Refusal> {
        match &self.mode {
            TimeMode::Static => {
                let current = self.call(self.client.time())?;
                self.call(self.client.set_time(current, values::write_time(time)))
            }
            TimeMode::WallClock(_) => Err(Refusal::new(
                "setTime is not possible with a wall clock: run with --static-time",
            )),
        }
    }

    fn sleep(&mut self, micros: i64) -> Result<(), Refusal> {
        let micros = u64::try_from(micros).unwrap_or(0);
        std::thread::sleep(std::time::Duration::from_micros(micros));
        Ok(())
    }

    fn create_user(
        &mut self,
        user: &User,
        rights: &[Right],
        _participant: Option<&str>,
    ) -> Result<Option<()>, Refusal> {
        self.add_user(user, rights)
    }

    fn user(&mut self, id: &UserId, _participant: Option<&str>) -> Result<Option<User>, Refusal> {
        self.find_user(id)
    }

    fn delete_user(
        &mut self,
        id: &UserId,
        _participant: Option<&str>,
    ) -> Result<Option<()>, Refusal> {
        self.if_there(self.client.delete_user(id.as_str()))
    }

    fn users(&mut self, _participant: Option<&str>) -> Result<Vec<User>, Refusal> {
        self.list_users()
    }

    fn grant(
        &mut self,
        id: &UserId,
        rights: &[Right],
        _participant: Option<&str>,
    ) -> Result<Option<Vec<Right>>, Refusal> {
        let rights = calls::write_rights(rights);
        let granted = self.if_there(self.client.grant_rights(id.as_str(), rights))?;
        calls::read_rights(granted)
    }

    fn revoke(
        &mut self,
        id: &UserId,
        rights: &[Right],
        _participant: Option<&str>,
    ) -> Result<Option<Vec<Right>>, Refusal> {
        let rights = calls::write_rights(rights);
        let revoked = self.if_there(self.client.revoke_rights(id.as_str(), rights))?;
        calls::read_rights(revoked)
    }

    fn rights(
        &mut self,
        id: &UserId,
        _participant: Option<&str>,
    ) -> Result<Option<Vec<Right>>, Refusal> {
        let rights = self.if_there(self.client.rights(id.as_str()))?;
        calls::read_rights(rights)
    }

    fn vet(
        &mut self,
        _packages: &[NamedPackage],
        _vetted: bool,
        _participant: Option<&str>,
    ) -> Result<(), Refusal> {
        Err(Refusal::new(
            "packages cannot be vetted on a running ledger, only on the one in memory",
        ))
    }

    fn packages(&mut self, vetted_only: bool) -> Result<Vec<NamedPackage>, Refusal> {
        if vetted_only {
            return Err(Refusal::new(
                "vetted packages cannot be listed on a running ledger, only on the one in memory",
            ));
        }
        self.list_packages()
    }
}

fn only_one<'n>(participants: impl Iterator<Item = &'n str>) -> Result<(), Refusal> {
    if participants.count() <= 1 {
        return Ok(());
    }
    Err(Refusal::new(
        "a party cannot be allocated on several participants: there is one connection",
    ))
}
