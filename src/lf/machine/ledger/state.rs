//! What is known of the ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::keys::Querying;
use crate::lf::compile::{Program, TemplateRef};
use crate::lf::error::{Error, Metadata, UpgradeFailure};
use crate::lf::machine::fault::Fault;
use crate::lf::machine::import::{Contract, import_as};
use crate::lf::machine::val::Val;
use crate::lf::transaction::{Builder, ContractInfo, ContractInstance, KeyInput, Seeding};
use crate::lf::value::Value;
use crate::model::{ContractId, Hash, Identifier, PackageId, PackageName, Party, Timestamp};

/// The ledger times for which the interpretation would be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeBounds {
    pub(crate) min: Timestamp,
    pub(crate) max: Timestamp,
}

/// A contract as a version of its template sees it.
pub(super) struct Form {
    pub(super) template: TemplateRef,
    pub(super) contract: Val,
    /// What this version says about it, once that has been computed and compared.
    pub(super) info: Option<Arc<ContractInfo>>,
}

/// A contract as it was created.
#[derive(Clone)]
pub(super) enum Source {
    /// In this transaction.
    Local(Arc<ContractInfo>),
    /// Before it.
    Ledger(Arc<ContractInstance>),
}

impl Source {
    pub(super) fn template(&self) -> &Identifier {
        match self {
            Self::Local(info) => &info.template,
            Self::Ledger(instance) => &instance.template,
        }
    }

    pub(super) fn package_name(&self) -> &PackageName {
        match self {
            Self::Local(info) => &info.package_name,
            Self::Ledger(instance) => &instance.package_name,
        }
    }

    pub(super) fn argument(&self) -> &Value {
        match self {
            Self::Local(info) => &info.argument,
            Self::Ledger(instance) => &instance.argument,
        }
    }

    /// What every version of its template must say about it.
    pub(super) fn metadata(&self) -> Metadata {
        match self {
            Self::Local(info) => metadata_of(info),
            Self::Ledger(instance) => Metadata {
                package_name: instance.package_name.clone(),
                signatories: instance.signatories.clone(),
                observers: instance.observers().cloned().collect(),
                key: instance.key.clone(),
            },
        }
    }

    /// Whether a version of its template says the same about it.
    pub(super) fn agrees(&self, info: &ContractInfo) -> bool {
        match self {
            Self::Local(source) => {
                source.signatories == info.signatories
                    && source.stakeholders == info.stakeholders
                    && source.key == info.key
                    && source.package_name == info.package_name
            }
            Self::Ledger(instance) => {
                instance.signatories == info.signatories
                    && instance.stakeholders == info.stakeholders
                    && instance.key == info.key
                    && instance.package_name == info.package_name
            }
        }
    }
}

/// What a version of a template says about a contract.
pub(super) fn metadata_of(info: &ContractInfo) -> Metadata {
    let observers = info.stakeholders.difference(&info.signatories);
    Metadata {
        package_name: info.package_name.clone(),
        signatories: info.signatories.clone(),
        observers: observers.cloned().collect(),
        key: info.key.clone(),
    }
}

/// What is left when a program has ended.
pub(crate) struct Ended {
    pub(crate) transaction: Builder,
    /// The contracts of the ledger that it used.
    pub(crate) inputs: BTreeMap<ContractId, Arc<ContractInstance>>,
    /// What the ledger told about keys.
    pub(crate) keys: BTreeMap<Hash, KeyInput>,
    /// The times for which it holds.
    pub(crate) bounds: TimeBounds,
    /// The versions of packages that it used because they are preferred.
    pub(crate) preferred: BTreeMap<PackageName, PackageId>,
}

/// The ledger as the program has changed it.
pub(crate) struct LedgerState {
    pub(in crate::lf::machine) transaction: Builder,
    pub(super) ledger_time: Timestamp,
    pub(super) bounds: TimeBounds,
    /// Contracts of the ledger, as they were given.
    pub(super) inputs: BTreeMap<ContractId, Arc<ContractInstance>>,
    /// Contracts of the ledger or of this transaction, as versions of their templates see them.
    pub(super) forms: FxHashMap<ContractId, Vec<Form>>,
    /// Contracts that this transaction created, undone or not.
    pub(super) local: FxHashMap<ContractId, Arc<ContractInfo>>,
    /// A query by key whose results are being looked up.
    pub(super) querying: Option<Querying>,
    /// The contract whose template is being asked about it.
    pub(super) validating: Option<(ContractId, TemplateRef)>,
    /// The version to use of each package.
    preference: Arc<BTreeMap<PackageName, PackageId>>,
    /// The versions that were used because they are preferred.
    preferred: BTreeMap<PackageName, PackageId>,
}

impl LedgerState {
    pub(crate) fn new(
        transaction: Builder,
        ledger_time: Timestamp,
        preference: Arc<BTreeMap<PackageName, PackageId>>,
    ) -> Self {
        Self {
            transaction,
            ledger_time,
            bounds: TimeBounds {
                min: Timestamp::MIN,
                max: Timestamp::MAX,
            },
            inputs: BTreeMap::new(),
            forms: FxHashMap::default(),
            local: FxHashMap::default(),
            querying: None,
            validating: None,
            preference,
            preferred: BTreeMap::new(),
        }
    }

    /// For code that does nothing on the ledger.
    pub(crate) fn unused() -> Self {
        let builder = Builder::new(
            Seeding::Roots(Vec::new()),
            BTreeSet::new(),
            Timestamp::EPOCH,
            Timestamp::EPOCH,
            false,
        );
        Self::new(builder, Timestamp::EPOCH, Arc::default())
    }

    /// Takes in a contract of the ledger, if it is the one that its id names.
    pub(super) fn add_input(
        &mut self,
        id: &ContractId,
        instance: Arc<ContractInstance>,
    ) -> Result<(), Error> {
        if instance.authenticate(id).is_err() {
            return Err(Error::Upgrade(Box::new(UpgradeFailure::Authentication {
                contract_id: id.clone(),
                template: instance.template.clone(),
                argument: instance.argument.clone(),
            })));
        }
        self.transaction.take(instance.encoded_bytes())?;
        self.inputs.insert(id.clone(), instance);
        Ok(())
    }

    /// The transaction and what went into it.
    pub(crate) fn finish(mut self) -> Ended {
        Ended {
            keys: self.transaction.take_key_inputs(),
            transaction: self.transaction,
            inputs: self.inputs,
            bounds: self.bounds,
            preferred: self.preferred,
        }
    }

    /// A contract as it was created. Fails with a question if it is not there.
    pub(super) fn source(&self, id: &ContractId) -> Result<Source, Fault> {
        if let Some(info) = self.local.get(id) {
            return Ok(Source::Local(info.clone()));
        }
        let instance = self.inputs.get(id);
        let instance = instance.ok_or_else(|| Fault::NeedContract(id.clone()))?;
        Ok(Source::Ledger(instance.clone()))
    }

    /// The version of its package by which a contract is looked at through an interface.
    pub(super) fn preferred(&mut self, source: &Source) -> Result<PackageId, Error> {
        let name = source.package_name();
        let found = self.preference.get(name).cloned();
        let found = found.ok_or_else(|| Error::UnresolvedPackageName(name.clone()))?;
        self.preferred.insert(name.clone(), found.clone());
        Ok(found)
    }

    /// The values that it holds, but for those in what is charged until the end.
    pub(in crate::lf::machine) fn values(&self) -> impl Iterator<Item = &Val> {
        let forms = self.forms.values().flatten();
        forms.map(|form| &form.contract)
    }

    /// Whether a version of its template has seen a contract.
    pub(super) fn has_form(&self, id: &ContractId, template: TemplateRef) -> bool {
        let forms = self.forms.get(id);
        forms.is_some_and(|forms| forms.iter().any(|form| form.template == template))
    }

    /// A contract as a version of its template sees it.
    pub(super) fn form(
        &mut self,
        program: &Program,
        (id, source): (&ContractId, &Source),
        template: TemplateRef,
    ) -> Result<&mut Form, Fault> {
        let forms = self.forms.entry(id.clone()).or_default();
        let known = forms.iter().position(|form| form.template == template);
        if known.is_none() {
            let contract = import(program, id, source, template)?;
            forms.push(Form {
                template,
                contract,
                info: None,
            });
        }
        let index = known.unwrap_or(forms.len() - 1);
        let form = forms.get_mut(index);
        form.ok_or_else(|| Fault::ill_typed("a contract that was not looked up"))
    }

    /// Fails if a contract has been archived, or its creation undone.
    pub(super) fn check_active(&self, id: &ContractId, template: &Identifier) -> Result<(), Error> {
        if let Some(consumed_by) = self.transaction.consumed_by(id) {
            return Err(Error::ContractNotActive {
                contract_id: id.clone(),
                template: template.clone(),
                consumed_by,
            });
        }
        if self.local.contains_key(id) && !self.transaction.is_created(id) {
            return Err(Error::ContractNotFound(id.clone()));
        }
        Ok(())
    }
}

fn import(
    program: &Program,
    id: &ContractId,
    source: &Source,
    template: TemplateRef,
) -> Result<Val, Fault> {
    let found = program.template(template);
    let found = found.ok_or_else(|| Fault::ill_typed("an unknown template"))?;
    let contract = Contract {
        id: Some(id),
        template: source.template(),
        argument: source.argument(),
    };
    import_as(program, contract, &found.id).map_err(Fault::from)
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
