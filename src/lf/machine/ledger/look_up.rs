//! Looking contracts up: by a template, or through an interface.

use std::sync::Arc;

use super::state::{Source, metadata_of};
use crate::lf::compile::{Ledger, Program, Slot, TemplateRef};
use crate::lf::error::{Error, UpgradeFailure};
use crate::lf::machine::cursor::Cursor;
use crate::lf::machine::fault::Fault;
use crate::lf::machine::frame::Frame;
use crate::lf::machine::operations::{contract, interface_ref};
use crate::lf::machine::state::Machine;
use crate::lf::machine::val::Val;
use crate::lf::transaction::ContractInfo;
use crate::lf::types::Type;
use crate::model::{ContractId, Identifier};

/// A contract that may be used, or the call that must come first.
pub(super) enum LookedUp<'p> {
    Ready(Val),
    /// Its template is asked about it; then the instruction is repeated.
    Asking(Cursor<'p>),
}

impl Machine {
    /// An instruction of the ledger.
    pub(in crate::lf::machine) fn ledger_action<'p>(
        &mut self,
        program: &'p Program,
        at: Cursor<'p>,
        to: Slot,
        first: Slot,
        (op, index): (Ledger, u32),
    ) -> Result<Cursor<'p>, Fault> {
        let place = at.base + usize::from(first);
        match op {
            Ledger::Create => {
                self.meter.step()?;
                let template = template_ref(&at, index)?;
                self.push_return(&at, to)?;
                self.begin_create(program, template, place)
            }
            Ledger::CreateInterface => {
                self.meter.step()?;
                let value = self.take(place);
                let (template, payload) = contract(&value)?;
                let template = find_template(program, template)?;
                self.put(place, payload.clone());
                self.push_return(&at, to)?;
                self.begin_create(program, template, place)
            }
            Ledger::LookUp | Ledger::Fetch => {
                let id = self.contract_id(place)?;
                let wanted = template_ref(&at, index)?;
                let source = self.active(&id)?;
                check_template(program, &id, &source, wanted)?;
                match self.look_up(program, at, (&id, &source), wanted, place)? {
                    LookedUp::Asking(at) => Ok(at),
                    LookedUp::Ready(val) => {
                        if op == Ledger::Fetch {
                            self.add_fetch(&id, wanted, None, false)?;
                        }
                        self.write(&at, to, val);
                        Ok(at)
                    }
                }
            }
            Ledger::LookUpInterface | Ledger::FetchInterface => {
                let id = self.contract_id(place)?;
                let fetch = op == Ledger::FetchInterface;
                self.look_up_interface(program, at, to, (&id, index), place, fetch)
            }
            Ledger::GetTime | Ledger::IsTimeBefore => {
                let result = self.time(op, place)?;
                self.write(&at, to, result);
                Ok(at)
            }
            Ledger::FindByKey | Ledger::FetchByKey | Ledger::QueryByKey => {
                self.key_action(program, at, to, place, (op, index))
            }
        }
    }

    pub(super) fn contract_id(&self, place: usize) -> Result<ContractId, Fault> {
        match self.stack.get(place) {
            Some(Val::ContractId(id)) => Ok(id.clone()),
            _ => Err(Fault::ill_typed("a contract id")),
        }
    }

    fn look_up_interface<'p>(
        &mut self,
        program: &'p Program,
        at: Cursor<'p>,
        to: Slot,
        (id, index): (&ContractId, u32),
        place: usize,
        fetch: bool,
    ) -> Result<Cursor<'p>, Fault> {
        let interface = interface_ref(&at, index)?;
        let source = self.active(id)?;
        let preferred = self.ledger.preferred(&source)?;
        let id_in_preferred = source.template().in_package(preferred);
        let wanted = implementation(program, id, &id_in_preferred, interface)?;
        match self.look_up(program, at, (id, &source), wanted, place)? {
            LookedUp::Asking(at) => Ok(at),
            LookedUp::Ready(val) => {
                if fetch {
                    self.add_fetch(id, wanted, Some(interface.clone()), false)?;
                }
                let typ = Arc::new(Type::Con(id_in_preferred));
                self.write(&at, to, Val::any(typ, val));
                Ok(at)
            }
        }
    }

    /// A contract as it was created, if it is active.
    pub(super) fn active(&self, id: &ContractId) -> Result<Source, Fault> {
        let source = self.ledger.source(id)?;
        self.ledger.check_active(id, source.template())?;
        Ok(source)
    }

    /// An active contract as a version of its template sees it, about which this version has been
    /// asked.
    pub(super) fn look_up<'p>(
        &mut self,
        program: &'p Program,
        at: Cursor<'p>,
        contract: (&ContractId, &Source),
        wanted: TemplateRef,
        place: usize,
    ) -> Result<LookedUp<'p>, Fault> {
        self.meter.step()?;
        if !self.ledger.has_form(contract.0, wanted) {
            self.charge_import(contract.1.argument())?;
        }
        let form = self.ledger.form(program, contract, wanted)?;
        if form.info.is_some() {
            return Ok(LookedUp::Ready(form.contract.clone()));
        }
        let val = form.contract.clone();
        let found = program.template(wanted);
        let found = found.ok_or_else(|| Fault::ill_typed("an unknown template"))?;
        let waiting = at.back().position();
        self.push(Frame::Resume {
            package: waiting.package,
            pc: waiting.pc,
            base: waiting.base,
        })?;
        self.push(Frame::Validate)?;
        self.ledger.validating = Some((contract.0.clone(), wanted));
        let asking = self.call_with(program, found.info, place + 1, [val])?;
        Ok(LookedUp::Asking(asking))
    }

    /// Compares what a template says about a contract with what the contract says.
    pub(in crate::lf::machine) fn contract_validated(
        &mut self,
        program: &Program,
        told: &Val,
    ) -> Result<(), Fault> {
        let validating = self.ledger.validating.take();
        let (id, template) =
            validating.ok_or_else(|| Fault::ill_typed("no contract is asked about"))?;
        let source = self.ledger.source(&id)?;
        let form = self.ledger.form(program, (&id, &source), template)?;
        let contract = form.contract.clone();
        let info = self.read_told(program, template, &contract, told)?;
        if !source.agrees(&info) {
            return Err(Error::Upgrade(Box::new(UpgradeFailure::Validation {
                contract_id: id,
                from: source.template().clone(),
                to: info.template.clone(),
                original: Box::new(source.metadata()),
                recomputed: Box::new(metadata_of(&info)),
            }))
            .into());
        }
        let form = self.ledger.form(program, (&id, &source), template)?;
        form.info = Some(Arc::new(info));
        Ok(())
    }

    pub(super) fn add_fetch(
        &mut self,
        id: &ContractId,
        template: TemplateRef,
        interface: Option<Identifier>,
        by_key: bool,
    ) -> Result<(), Fault> {
        let info = self.contract_info(id, template)?;
        self.charge_use(&info, 0)?;
        let transaction = &mut self.ledger.transaction;
        transaction.fetch(id.clone(), &info, interface, by_key)?;
        Ok(())
    }

    /// What a version of a contract's template said about it.
    pub(super) fn contract_info(
        &self,
        id: &ContractId,
        template: TemplateRef,
    ) -> Result<Arc<ContractInfo>, Fault> {
        let mut forms = self.ledger.forms.get(id).into_iter().flatten();
        let form = forms.find(|form| form.template == template);
        let info = form.and_then(|form| form.info.clone());
        info.ok_or_else(|| Fault::ill_typed("a contract that was not looked up"))
    }

    fn time(&mut self, op: Ledger, place: usize) -> Result<Val, Fault> {
        let now = self.ledger.ledger_time;
        let bounds = &mut self.ledger.bounds;
        if op == Ledger::GetTime {
            (bounds.min, bounds.max) = (now, now);
            return Ok(Val::Timestamp(now.micros()));
        }
        let Some(Val::Timestamp(micros)) = self.stack.get(place) else {
            return Err(Fault::ill_typed("a time"));
        };
        let time = crate::model::Timestamp::from_micros_clamped(*micros);
        if now < time {
            bounds.max = bounds
                .max
                .min(time.minus(crate::model::Duration::from_micros(1)));
            Ok(Val::Bool(true))
        } else {
            bounds.min = bounds.min.max(time);
            Ok(Val::Bool(false))
        }
    }
}

pub(super) fn template_ref(at: &Cursor<'_>, index: u32) -> Result<TemplateRef, Fault> {
    let found = at.package.template_refs.get(index as usize).copied();
    found.ok_or_else(|| Fault::ill_typed("an unknown template"))
}

pub(super) fn find_template(program: &Program, id: &Identifier) -> Result<TemplateRef, Fault> {
    let found = program.find_template(id);
    found.ok_or_else(|| Fault::ill_typed("an unknown template"))
}

/// Fails unless a contract was created with some version of a template. Whether it is the same
/// package is compared with the rest of what the template says.
pub(super) fn check_template(
    program: &Program,
    id: &ContractId,
    source: &Source,
    wanted: TemplateRef,
) -> Result<(), Fault> {
    let wanted = program.template(wanted);
    let expected = &wanted
        .ok_or_else(|| Fault::ill_typed("an unknown template"))?
        .id;
    let actual = source.template();
    if actual.has_name_of(expected) {
        return Ok(());
    }
    Err(Error::WronglyTypedContract {
        contract_id: id.clone(),
        expected: expected.clone(),
        actual: actual.clone(),
    }
    .into())
}

/// A template, if it implements an interface. Fails with a question if its package is not there.
fn implementation(
    program: &Program,
    contract_id: &ContractId,
    template: &Identifier,
    interface: &Identifier,
) -> Result<TemplateRef, Fault> {
    if program.package(template.package()).is_none() {
        return Err(Fault::NeedPackage(template.package().clone()));
    }
    let reference = program.find_template(template);
    let implements = |reference: &TemplateRef| {
        let found = program.template(*reference);
        found.is_some_and(|found| found.instances.contains_key(interface))
    };
    reference.filter(implements).ok_or_else(|| {
        Error::DoesNotImplementInterface {
            contract_id: contract_id.clone(),
            template: template.clone(),
            interface: interface.clone(),
        }
        .into()
    })
}
