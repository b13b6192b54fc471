//! What scripts see of the contracts.

use std::collections::{BTreeMap, BTreeSet};

use super::MemoryLedger;
use super::contracts::Contract;
use crate::lf::signature::Signatures;
use crate::lf::types::Type;
use crate::lf::value::Value;
use crate::model::{ContractId, Identifier, PackageId, PackageName, Party};
use crate::script::ledger::{ActiveContract, Refusal};

impl MemoryLedger {
    pub(super) fn find_contracts(
        &self,
        parties: &BTreeSet<Party>,
        template: &Identifier,
    ) -> Vec<ActiveContract> {
        let active = self.contracts.active(self.now());
        active
            .filter(|it| it.instance.template == *template && it.concerns(parties))
            .map(|contract| shown(contract, template))
            .collect()
    }

    pub(super) fn find_contract(
        &self,
        parties: &BTreeSet<Party>,
        template: &Identifier,
        id: &ContractId,
    ) -> Option<ActiveContract> {
        let contract = self.visible(parties, id)?;
        let is_wanted = self.is_version_of(contract, template);
        is_wanted.then(|| shown(contract, template))
    }

    fn visible(&self, parties: &BTreeSet<Party>, id: &ContractId) -> Option<&Contract> {
        let nobody = BTreeSet::new();
        let found = self.contracts.look_up(id, (&nobody, parties), self.now());
        found.ok().and_then(|_| self.contracts.get(id))
    }

    /// Whether a contract is of a template, or of another version of it.
    fn is_version_of(&self, contract: &Contract, template: &Identifier) -> bool {
        let of = &contract.instance.template;
        let package = self.packages.name(template.package());
        of.module() == template.module()
            && of.name() == template.name()
            && package == Some(&contract.instance.package_name)
    }

    pub(super) fn find_views(
        &self,
        parties: &BTreeSet<Party>,
        interface: &Identifier,
    ) -> Vec<(ContractId, Option<Value>)> {
        let versions = self.versions();
        let active = self.contracts.active(self.now());
        let concerned = active.filter(|contract| contract.concerns(parties));
        concerned
            .filter_map(|contract| {
                let template = versions.shown_as(contract, interface)?;
                let argument = &contract.instance.argument;
                let view = self.engine.view(&template, argument, interface);
                Some((contract.id.clone(), view.ok()))
            })
            .collect()
    }

    pub(super) fn find_view(
        &self,
        parties: &BTreeSet<Party>,
        interface: &Identifier,
        id: &ContractId,
    ) -> Option<Value> {
        let contract = self.visible(parties, id)?;
        let template = self.versions().shown_as(contract, interface)?;
        let argument = &contract.instance.argument;
        self.engine.view(&template, argument, interface).ok()
    }

    fn versions(&self) -> Versions {
        Versions {
            // without preferences there is nothing that could be wrong
            resolution: self.packages.resolution(&[]).unwrap_or_default(),
            signatures: self.engine.signatures(),
        }
    }

    pub(super) fn find_by_key(
        &self,
        parties: &BTreeSet<Party>,
        template: &Identifier,
        key: &Value,
        limit: usize,
    ) -> Result<Vec<ActiveContract>, Refusal> {
        let signatures = self.engine.signatures();
        let typ: Type = signatures
            .template_key(template)
            .map_err(|error| Refusal::new(error.to_string()))?
            .clone();
        let key = self.engine.translate(&typ, key);
        let key = key.map_err(|error| Refusal::new(error.to_string()))?;
        let active = self.contracts.active(self.now()).rev();
        let of_key = active.filter(|contract| {
            let known = contract.instance.key.as_ref();
            known.is_some_and(|known| known.value == key) && self.is_version_of(contract, template)
        });
        let found = of_key.take(limit).filter(|it| it.concerns(parties));
        Ok(found.map(|contract| shown(contract, template)).collect())
    }
}

/// Which versions of templates are asked for views.
struct Versions {
    resolution: BTreeMap<PackageName, PackageId>,
    signatures: Signatures,
}

impl Versions {
    /// The version of a contract's template that is asked for the view, if it has one.
    fn shown_as(&self, contract: &Contract, interface: &Identifier) -> Option<Identifier> {
        let package = self.resolution.get(&contract.instance.package_name)?;
        let template = &contract.instance.template;
        let module = template.module().clone();
        let template = Identifier::new(package.clone(), module, template.name().clone());
        self.signatures
            .implements(&template, interface)
            .then_some(template)
    }
}

fn shown(contract: &Contract, template: &Identifier) -> ActiveContract {
    ActiveContract {
        contract_id: contract.id.clone(),
        template: template.clone(),
        argument: contract.instance.argument.clone(),
        blob: contract.blob(),
    }
}
