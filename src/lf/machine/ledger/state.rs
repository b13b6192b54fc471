//! What is known of the ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::keys::Querying;
use crate::lf::compile::{Program, TemplateRef};
use crate::lf::error::Error;
use crate::lf::machine::convert;
use crate::lf::machine::fault::Fault;
use crate::lf::machine::val::Val;
use crate::lf::transaction::{Builder, ContractInfo, ContractInstance, KeyInput};
use crate::model::{ContractId, Hash, PackageId, Party, Timestamp};

/// The ledger times for which the interpretation would be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeBounds {
    pub(crate) min: Timestamp,
    pub(crate) max: Timestamp,
}

/// What a program did with the ledger.
pub(crate) struct LedgerUse {
    pub(crate) transaction: Builder,
    /// Contracts of the ledger.
    pub(crate) inputs: BTreeMap<ContractId, Arc<ContractInstance>>,
    /// What the ledger told about keys.
    pub(crate) keys: BTreeMap<Hash, KeyInput>,
    /// The times for which it holds.
    pub(crate) bounds: TimeBounds,
}

/// A contract that the program has come across.
pub(super) struct Known {
    pub(super) template: TemplateRef,
    /// As the program sees it.
    pub(super) contract: Val,
    /// What its template says about it, once that has been computed.
    pub(super) info: Option<Arc<ContractInfo>>,
}

/// The ledger as the program has changed it.
pub(crate) struct LedgerState {
    pub(in crate::lf::machine) transaction: Builder,
    pub(super) ledger_time: Timestamp,
    pub(super) bounds: TimeBounds,
    /// Contracts of the ledger, as they were given.
    pub(super) inputs: BTreeMap<ContractId, Arc<ContractInstance>>,
    /// Contracts of the ledger or of this transaction.
    pub(super) known: FxHashMap<ContractId, Known>,
    /// Contracts that this transaction created, undone or not.
    pub(super) local: BTreeSet<ContractId>,
    /// A query by key whose results are being looked up.
    pub(super) querying: Option<Querying>,
    /// The contract whose template is being asked about it.
    pub(super) validating: Option<ContractId>,
}

impl LedgerState {
    pub(crate) fn new(transaction: Builder, ledger_time: Timestamp) -> Self {
        Self {
            transaction,
            ledger_time,
            bounds: TimeBounds {
                min: Timestamp::MIN,
                max: Timestamp::MAX,
            },
            inputs: BTreeMap::new(),
            known: FxHashMap::default(),
            local: BTreeSet::new(),
            querying: None,
            validating: None,
        }
    }

    /// Takes in a contract of the ledger, if it is the one that its id names.
    pub(crate) fn add_input(
        &mut self,
        id: &ContractId,
        instance: Arc<ContractInstance>,
    ) -> Result<(), Error> {
        if let Err(error) = instance.authenticate(id) {
            return Err(Error::ContractNotAuthentic {
                contract_id: id.clone(),
                template: instance.template.clone(),
                reason: error.to_string(),
            });
        }
        self.inputs.insert(id.clone(), instance);
        Ok(())
    }

    /// The transaction and what went into it.
    pub(crate) fn finish(mut self) -> LedgerUse {
        LedgerUse {
            keys: self.transaction.take_key_inputs(),
            transaction: self.transaction,
            inputs: self.inputs,
            bounds: self.bounds,
        }
    }

    /// A contract, with its argument taken in. Fails with a question if it or its package is not
    /// there.
    pub(super) fn known(
        &mut self,
        program: &Program,
        id: &ContractId,
    ) -> Result<&mut Known, Fault> {
        if !self.known.contains_key(id) {
            let taken_in = self.take_in(program, id)?;
            self.known.insert(id.clone(), taken_in);
        }
        let known = self.known.get_mut(id);
        known.ok_or_else(|| Error::ContractNotFound(id.clone()).into())
    }

    fn take_in(&self, program: &Program, id: &ContractId) -> Result<Known, Fault> {
        let Some(instance) = self.inputs.get(id) else {
            return Err(Fault::NeedContract(id.clone()));
        };
        let package = instance.template.package();
        if program.package(package).is_none() {
            return Err(Fault::NeedPackage(PackageId::clone(package)));
        }
        let template = program.find_template(&instance.template);
        let template = template.ok_or_else(|| {
            let missing = crate::lf::signature::Reference::Template(instance.template.clone());
            Error::Lookup(crate::lf::signature::LookupError::of(missing))
        })?;
        let typ = crate::lf::types::Type::Con(instance.template.clone());
        let contract = convert::import(program, &typ, &instance.argument);
        let contract = contract.map_err(|error| Error::ContractNotAuthentic {
            contract_id: id.clone(),
            template: instance.template.clone(),
            reason: error.to_string(),
        })?;
        Ok(Known {
            template,
            contract,
            info: None,
        })
    }

    /// Fails if a contract has been archived, or its creation undone.
    pub(super) fn check_active(&self, program: &Program, id: &ContractId) -> Result<(), Error> {
        if let Some(consumed_by) = self.transaction.consumed_by(id) {
            let known = self.known.get(id);
            let template = known.and_then(|known| program.template(known.template));
            let template = template.ok_or_else(|| Error::ContractNotFound(id.clone()))?;
            return Err(Error::ContractNotActive {
                contract_id: id.clone(),
                template: template.id.clone(),
                consumed_by,
            });
        }
        if self.local.contains(id) && !self.transaction.is_created(id) {
            return Err(Error::ContractNotFound(id.clone()));
        }
        Ok(())
    }
}

/// The parties in a list.
pub(super) fn parties(list: &Val) -> Result<BTreeSet<Party>, Fault> {
    let one = |val: &Val| match val {
        Val::Party(party) => Ok(party.clone()),
        _ => Err(Fault::ill_typed("a list of parties")),
    };
    match list {
        Val::Nil | Val::Cons(_) => list.elements().map(one).collect(),
        _ => Err(Fault::ill_typed("a list of parties")),
    }
}
