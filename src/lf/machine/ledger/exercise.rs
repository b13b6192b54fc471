//! Exercising choices: opening and closing the node.

use super::look_up::find_template;
use super::state::parties;
use crate::lf::compile::{Program, Slot, TemplateRef};
use crate::lf::machine::cursor::Cursor;
use crate::lf::machine::fault::Fault;
use crate::lf::machine::operations::contract;
use crate::lf::machine::state::Machine;
use crate::lf::machine::val::Val;
use crate::lf::transaction::ExerciseStart;

impl Machine {
    /// Opens the node: argument, contract id, controllers, observers and contract start at `first`.
    pub(in crate::lf::machine) fn begin_exercise(
        &mut self,
        program: &Program,
        at: &Cursor<'_>,
        first: Slot,
        choice: u32,
    ) -> Result<(), Fault> {
        let first = at.base + usize::from(first);
        let [argument, id, controllers, observers] =
            [0, 1, 2, 3].map(|offset| self.take(first + offset));
        let choice = at.package.choice_refs.get(choice as usize);
        let (Some(choice), Val::ContractId(id)) = (choice, id) else {
            return Err(Fault::ill_typed("an exercise"));
        };
        let argument = self.export(program, &argument)?;
        let lists = controllers.elements().count() + observers.elements().count();
        let template = match choice.template {
            Some(template) => template,
            None => self.template_of(program, first + 4)?,
        };
        let contract = self.contract_info(&id, template)?;
        self.charge_use(&contract, lists)?;
        let acting = parties(&controllers)?;
        let choice_observers = parties(&observers)?;
        // the controllers may have been evaluated by code that used the contract up
        self.ledger.check_active(&id, &contract.template)?;
        let start = ExerciseStart {
            contract,
            contract_id: id,
            interface: choice.interface.clone(),
            choice: choice.name.clone(),
            consuming: choice.consuming,
            acting,
            choice_observers,
            argument,
            by_key: choice.by_key,
        };
        self.ledger.transaction.begin_exercise(start)?;
        Ok(())
    }

    /// The template of the interface value at a place of the stack.
    fn template_of(&self, program: &Program, place: usize) -> Result<TemplateRef, Fault> {
        let value = self.stack.get(place);
        let value = value.ok_or_else(|| Fault::ill_typed("a contract"))?;
        find_template(program, contract(value)?.0)
    }

    /// Closes the node with the result in a slot.
    pub(in crate::lf::machine) fn end_exercise(
        &mut self,
        program: &Program,
        at: &Cursor<'_>,
        result: Slot,
    ) -> Result<(), Fault> {
        let result = self.stack.get(at.base + usize::from(result)).cloned();
        let result = result.ok_or_else(|| Fault::ill_typed("a result"))?;
        let result = self.export(program, &result)?;
        self.ledger.transaction.end_exercise(Some(result))?;
        Ok(())
    }
}
