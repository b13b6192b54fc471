//! Creating contracts.

use std::sync::Arc;

use super::keys::check_maintainers;
use super::state::{Form, parties};
use crate::lf::compile::{Program, TemplateRef};
use crate::lf::error::Error;
use crate::lf::machine::calls::number;
use crate::lf::machine::cursor::Cursor;
use crate::lf::machine::fault::Fault;
use crate::lf::machine::frame::Frame;
use crate::lf::machine::state::Machine;
use crate::lf::machine::val::Val;
use crate::lf::transaction::ContractInfo;

impl Machine {
    /// Asks a contract's template about it, as the first step of creating it.
    pub(super) fn begin_create<'p>(
        &mut self,
        program: &'p Program,
        template: TemplateRef,
        argument: usize,
    ) -> Result<Cursor<'p>, Fault> {
        let found = program.template(template);
        let found = found.ok_or_else(|| Fault::ill_typed("an unknown template"))?;
        self.push(Frame::Create {
            template,
            argument: number(argument),
        })?;
        let contract = self.stack.get(argument).cloned().unwrap_or_default();
        self.call_with(program, found.info, argument + 1, [contract])
    }

    /// Creates a contract when its template has told about it.
    pub(in crate::lf::machine) fn create_contract(
        &mut self,
        program: &Program,
        template: TemplateRef,
        argument: usize,
        told: &Val,
    ) -> Result<Val, Fault> {
        let contract = self.take(argument);
        let info = self.read_told(program, template, &contract, told)?;
        check_maintainers(&info)?;
        self.charge_copy(&info)?;
        let id = self.ledger.transaction.create(&info)?;
        if self.ledger.inputs.contains_key(&id) {
            return Err(Error::DuplicateContractId(id).into());
        }
        let info = Arc::new(info);
        self.ledger.local.insert(id.clone(), info.clone());
        let form = Form {
            template,
            contract,
            info: Some(info),
        };
        self.ledger.forms.insert(id.clone(), vec![form]);
        Ok(Val::ContractId(id))
    }

    /// What a template says about a contract, from the record that its function yields.
    pub(super) fn read_told(
        &mut self,
        program: &Program,
        template: TemplateRef,
        contract: &Val,
        told: &Val,
    ) -> Result<ContractInfo, Fault> {
        self.charge_told(told)?;
        let argument = self.export(program, contract)?;
        let found = program.template(template);
        let package = program.packages.get(usize::from(template.package));
        let (Some(found), Some(package), Val::Record(told)) = (found, package, told) else {
            return Err(Fault::ill_typed("what a template tells"));
        };
        let [signatories, observers, key @ ..] = &told[..] else {
            return Err(Fault::ill_typed("what a template tells"));
        };
        let signatories = parties(signatories)?;
        let mut stakeholders = parties(observers)?;
        stakeholders.extend(signatories.iter().cloned());
        let key = match key {
            [key, maintainers] => Some(self.contract_key(program, template, key, maintainers)?.key),
            _ => None,
        };
        Ok(ContractInfo {
            template: found.id.clone(),
            package_name: package.name.clone(),
            argument,
            signatories,
            stakeholders,
            key,
        })
    }
}
