//! Submissions: interpreted, checked, committed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::MemoryLedger;
use super::contracts::read_blob;
use super::events;
use crate::lf::engine::{self, Interpretation, Interpreted, Step};
use crate::lf::error::Error;
use crate::lf::signature::{LookupError, Reference};
use crate::lf::transaction::{ContractInstance, blinding_info};
use crate::model::{ContractId, Hash, Identifier, PackageId, PackageName, Party, Timestamp};
use crate::script::ledger::{Command, Committed, Reason, Rejected, Submission};

/// Contracts shown by hand.
pub(super) type Disclosed = BTreeMap<ContractId, Arc<ContractInstance>>;

impl MemoryLedger {
    pub(super) fn interpret_and_commit(
        &mut self,
        submission: &Submission,
    ) -> Result<Committed, Box<Rejected>> {
        let submitters = submission.act_as.union(&submission.read_as);
        self.check_parties(submitters.cloned().collect())?;
        let disclosed = read_disclosures(submission)?;
        let now = self.now();
        let resolution = self.packages.resolution(&submission.package_preference)?;
        let commands = submission.commands.iter();
        let commands = commands.map(|command| self.resolve(command, &resolution));
        let commands = commands.collect::<Result<_, _>>()?;
        let interpretation = self.begin(submission, commands, resolution, now);
        let interpreted = self.interpret(interpretation, submission, &disclosed, now)?;
        let rejected = |reason| {
            Box::new(Rejected {
                reason,
                traces: interpreted.traces.clone(),
                backtrace: Vec::new(),
            })
        };
        self.check(submission, &interpreted).map_err(rejected)?;
        let events = events::events(submission, &interpreted, now);
        self.contracts.commit(&interpreted, now);
        Ok(Committed {
            events,
            transaction: Some(Arc::new(interpreted.transaction)),
            at: now,
            traces: interpreted.traces,
        })
    }

    fn begin(
        &mut self,
        submission: &Submission,
        commands: Vec<engine::Command>,
        resolution: BTreeMap<PackageName, PackageId>,
        now: Timestamp,
    ) -> Interpretation {
        self.submissions += 1;
        let mut hasher = Sha256::new();
        hasher.update(b"jura script");
        hasher.update(self.submissions.to_be_bytes());
        self.engine.submit(engine::Submission {
            commands,
            prefetch_keys: Vec::new(),
            act_as: submission.act_as.clone(),
            read_as: submission.read_as.clone(),
            package_preference: Arc::new(resolution),
            ledger_time: now,
            preparation_time: now,
            transaction_seed: Hash::from_bytes(hasher.finalize().into()),
            cancelled: self.cancelled.clone(),
        })
    }

    fn interpret(
        &self,
        mut interpretation: Interpretation,
        submission: &Submission,
        disclosed: &Disclosed,
        now: Timestamp,
    ) -> Result<Interpreted, Box<Rejected>> {
        let parties = (&submission.act_as, &submission.read_as);
        let mut refused = None;
        loop {
            match interpretation.run() {
                Step::Done(interpreted) => return Ok(*interpreted),
                Step::Paused => {}
                Step::NeedPackage(_) => interpretation.answer_package(false),
                Step::NeedKey(question) => {
                    let found = self.contracts.with_key(&question, parties, disclosed, now);
                    interpretation.answer_key(found);
                }
                Step::NeedContract(id) => {
                    let contract = match disclosed.get(&id) {
                        Some(contract) => Ok(contract.clone()),
                        None => self.contracts.look_up(&id, parties, now),
                    };
                    let contract = contract.map_err(|reason| refused = reason);
                    interpretation.answer_contract(contract.ok());
                }
                Step::Failed(error) => {
                    return Err(Box::new(Rejected {
                        // the ledger knows better why there is no such contract
                        reason: refused.unwrap_or(Reason::Interpretation(error)),
                        traces: interpretation.traces().to_vec(),
                        backtrace: interpretation.backtrace().to_vec(),
                    }));
                }
            }
        }
    }

    /// What must hold of a transaction besides what the engine checks.
    fn check(&self, submission: &Submission, interpreted: &Interpreted) -> Result<(), Reason> {
        let blinding = blinding_info(&interpreted.transaction);
        let informees = blinding.disclosure.into_iter().flatten().collect();
        self.check_parties(informees)?;
        for disclosure in &submission.disclosures {
            let id = &disclosure.contract_id;
            if self.contracts.get(id).is_none_or(|it| !it.is_active) {
                return Err(Reason::NotActive {
                    contract_id: id.clone(),
                    template: disclosure.template.clone(),
                });
            }
        }
        let mut used = interpreted.packages.keys();
        match used.find(|package| !self.packages.is_vetted(package)) {
            Some(package) => Err(Reason::UnvettedPackage(package.clone())),
            None => Ok(()),
        }
    }

    fn check_parties(&self, parties: BTreeSet<Party>) -> Result<(), Reason> {
        let unknown = parties.into_iter().filter(|it| !self.parties.contains(it));
        let unknown: BTreeSet<Party> = unknown.collect();
        if unknown.is_empty() {
            Ok(())
        } else {
            Err(Reason::UnknownParties(unknown))
        }
    }

    /// A command with the template in the package that it means.
    fn resolve(
        &self,
        command: &Command,
        resolution: &BTreeMap<PackageName, PackageId>,
    ) -> Result<engine::Command, Reason> {
        let named = command.action.template();
        let package = named.package();
        let lookup = || {
            Reason::Interpretation(Error::Lookup(LookupError {
                missing: Reference::Package(package.clone()),
                context: Reference::TemplateOrInterface(named.clone()),
            }))
        };
        let name = self.packages.name(package).ok_or_else(lookup)?;
        let meant = if command.exact_package {
            Some(package).filter(|package| self.packages.is_vetted(package))
        } else {
            resolution.get(name)
        };
        let meant = meant.ok_or_else(|| Reason::UnresolvedPackage(name.clone()))?;
        let module = named.module().clone();
        let template = Identifier::new(meant.clone(), module, named.name().clone());
        Ok(command.action.clone().of_template(template))
    }
}

fn read_disclosures(submission: &Submission) -> Result<Disclosed, Reason> {
    let mut disclosed = Disclosed::new();
    for disclosure in &submission.disclosures {
        let read = read_blob(&disclosure.blob);
        let (id, contract) = read.map_err(|error| Reason::Disclosure(error.to_string()))?;
        disclosed.insert(id, Arc::new(contract));
    }
    Ok(disclosed)
}
