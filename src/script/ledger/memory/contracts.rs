//! Contracts: those that are active, and what became of the others.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::submit::Disclosed;
use crate::lf::codec::{Error, Reader, Writer};
use crate::lf::engine::Interpreted;
use crate::lf::transaction::{ContractInstance, KeyQuestion, Node};
use crate::model::{ContractId, Party, Timestamp};
use crate::script::ledger::Reason;

/// All contracts that were ever created.
#[derive(Default)]
pub(super) struct Contracts {
    all: Vec<Contract>,
    places: HashMap<ContractId, usize>,
}

/// A contract.
pub(super) struct Contract {
    pub(super) id: ContractId,
    pub(super) instance: Arc<ContractInstance>,
    pub(super) is_active: bool,
}

impl Contract {
    /// Whether one of the parties has a stake in it.
    pub(super) fn concerns(&self, parties: &BTreeSet<Party>) -> bool {
        !self.instance.stakeholders.is_disjoint(parties)
    }

    /// What to show others who are to use it.
    pub(super) fn blob(&self) -> Vec<u8> {
        blob(&self.id, &self.instance)
    }
}

/// What to show others who are to use a contract.
pub(super) fn blob(id: &ContractId, instance: &ContractInstance) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.bytes(id.as_bytes());
    writer.bytes(&instance.to_bytes());
    writer.finish()
}

/// The contract that was shown.
pub(super) fn read_blob(bytes: &[u8]) -> Result<(ContractId, ContractInstance), Error> {
    let mut reader = Reader::new(bytes);
    let id =
        ContractId::from_bytes(reader.bytes()?).map_err(|_| Error::Malformed("contract id"))?;
    let instance = ContractInstance::from_bytes(reader.bytes()?)?;
    reader.finish()?;
    Ok((id, instance))
}

impl Contracts {
    /// A contract, active or not.
    pub(super) fn get(&self, id: &ContractId) -> Option<&Contract> {
        self.places.get(id).and_then(|place| self.all.get(*place))
    }

    /// Active contracts that are there at a time, the oldest first.
    pub(super) fn active(&self, now: Timestamp) -> impl DoubleEndedIterator<Item = &Contract> {
        let contracts = self.all.iter();
        contracts.filter(move |it| it.is_active && it.instance.created_at <= now)
    }

    /// A contract for a submission, if it may be used; no reason if there is none with the id.
    pub(super) fn look_up(
        &self,
        id: &ContractId,
        (act_as, read_as): (&BTreeSet<Party>, &BTreeSet<Party>),
        now: Timestamp,
    ) -> Result<Arc<ContractInstance>, Option<Reason>> {
        let contract = self.get(id).ok_or(None)?;
        let contract_id = id.clone();
        let template = contract.instance.template.clone();
        if contract.instance.created_at > now {
            return Err(Some(Reason::NotEffective {
                contract_id,
                template,
                effective_at: contract.instance.created_at,
            }));
        }
        if !contract.is_active {
            return Err(Some(Reason::NotActive {
                contract_id,
                template,
            }));
        }
        if !contract.concerns(act_as) && !contract.concerns(read_as) {
            return Err(Some(Reason::NotVisible {
                contract_id,
                template,
                act_as: act_as.clone(),
                read_as: read_as.clone(),
                stakeholders: contract.instance.stakeholders.clone(),
            }));
        }
        Ok(contract.instance.clone())
    }

    /// Contracts with a key for a submission: those that may be used, the newest first.
    pub(super) fn with_key(
        &self,
        question: &KeyQuestion,
        (act_as, read_as): (&BTreeSet<Party>, &BTreeSet<Party>),
        disclosed: &Disclosed,
        now: Timestamp,
    ) -> Vec<(ContractId, Arc<ContractInstance>)> {
        let hash = question.key.key.hash;
        let may_use = |it: &&Contract| {
            it.concerns(act_as) || it.concerns(read_as) || disclosed.contains_key(&it.id)
        };
        self.active(now)
            .rev()
            .filter(|it| it.instance.key.as_ref().is_some_and(|key| key.hash == hash))
            .filter(|it| !question.told.contains(&it.id))
            .filter(may_use)
            .map(|it| (it.id.clone(), it.instance.clone()))
            .take(question.wanted)
            .collect()
    }

    /// Adds what a transaction creates and archives what it consumes; what was undone did not
    /// happen.
    pub(super) fn commit(&mut self, interpreted: &Interpreted, at: Timestamp) {
        let transaction = &interpreted.transaction;
        let mut open: Vec<_> = transaction.roots.iter().rev().copied().collect();
        while let Some(id) = open.pop() {
            let Some(node) = transaction.node(id) else {
                continue;
            };
            match node {
                Node::Create(create) => {
                    let seed = interpreted.node_seeds.get(&id);
                    let salt = seed.map_or(crate::model::Hash::from_bytes([0; 32]), |seed| {
                        ContractInstance::salt_of(seed)
                    });
                    let instance = ContractInstance::of_create(create, at, salt);
                    self.add(create.contract_id.clone(), Arc::new(instance));
                }
                Node::Exercise(exercise) => {
                    if exercise.consuming {
                        self.archive(&exercise.contract_id);
                    }
                    open.extend(exercise.children.iter().rev());
                }
                Node::Fetch(_) | Node::QueryByKey(_) | Node::Rollback(_) => {}
            }
        }
    }

    fn add(&mut self, id: ContractId, instance: Arc<ContractInstance>) {
        self.places.insert(id.clone(), self.all.len());
        self.all.push(Contract {
            id,
            instance,
            is_active: true,
        });
    }

    fn archive(&mut self, id: &ContractId) {
        let place = self.places.get(id);
        if let Some(contract) = place.and_then(|place| self.all.get_mut(*place)) {
            contract.is_active = false;
        }
    }
}
