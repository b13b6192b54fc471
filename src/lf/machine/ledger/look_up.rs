//! Looking contracts up: by a template, or through an interface.

use std::sync::Arc;

use super::create::contract_info;
use crate::lf::compile::{Ledger, Program, Slot, TemplateRef};
use crate::lf::error::Error;
use crate::lf::machine::cursor::Cursor;
use crate::lf::machine::fault::Fault;
use crate::lf::machine::frame::Frame;
use crate::lf::machine::operations::{contract, interface_ref, is_other_version, upgrade};
use crate::lf::machine::state::Machine;
use crate::lf::machine::val::Val;
use crate::lf::transaction::{ContractInfo, Key};
use crate::lf::types::Type;
use crate::model::{ContractId, Identifier};

/// A contract that may be used, or the call that must come first.
pub(super) enum LookedUp<'p> {
    Ready(TemplateRef, Val),
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
                match self.look_up(program, at, &id, Some(wanted), place)? {
                    LookedUp::Asking(at) => Ok(at),
                    LookedUp::Ready(_, val) => {
                        if op == Ledger::Fetch {
                            self.add_fetch(&id, None, false)?;
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
        self.check_implements(program, id, interface)?;
        match self.look_up(program, at, id, None, place)? {
            LookedUp::Asking(at) => Ok(at),
            LookedUp::Ready(template, val) => {
                if fetch {
                    self.add_fetch(id, Some(interface.clone()), false)?;
                }
                let template = program.template(template);
                let template = template.ok_or_else(|| Fault::ill_typed("an unknown template"))?;
                let typ = Arc::new(Type::Con(template.id.clone()));
                self.write(&at, to, Val::any(typ, val));
                Ok(at)
            }
        }
    }

    fn check_implements(
        &mut self,
        program: &Program,
        id: &ContractId,
        interface: &Identifier,
    ) -> Result<(), Fault> {
        let template = self.ledger.known(program, id)?.template;
        self.ledger.check_active(program, id)?;
        let template = program.template(template);
        let template = template.ok_or_else(|| Fault::ill_typed("an unknown template"))?;
        if template.instances.contains_key(interface) {
            return Ok(());
        }
        Err(Error::DoesNotImplementInterface {
            contract_id: id.clone(),
            template: template.id.clone(),
            interface: interface.clone(),
        }
        .into())
    }

    /// Finds a contract, active and of the wanted template, about which its template has been
    /// asked.
    pub(super) fn look_up<'p>(
        &mut self,
        program: &'p Program,
        at: Cursor<'p>,
        id: &ContractId,
        wanted: Option<TemplateRef>,
        place: usize,
    ) -> Result<LookedUp<'p>, Fault> {
        self.meter.step()?;
        let known = self.ledger.known(program, id)?;
        let (template, val, is_valid) =
            (known.template, known.contract.clone(), known.info.is_some());
        self.ledger.check_active(program, id)?;
        if let Some(wanted) = wanted.filter(|wanted| *wanted != template) {
            return Err(wrong_template(program, id, wanted, template));
        }
        if is_valid {
            return Ok(LookedUp::Ready(template, val));
        }
        let found = program.template(template);
        let found = found.ok_or_else(|| Fault::ill_typed("an unknown template"))?;
        let waiting = at.back().position();
        self.push(Frame::Resume {
            package: waiting.package,
            pc: waiting.pc,
            base: waiting.base,
        })?;
        self.push(Frame::Validate)?;
        self.ledger.validating = Some(id.clone());
        let asking = self.call_with(program, found.info, place + 1, [val])?;
        Ok(LookedUp::Asking(asking))
    }

    /// Compares what a template says about a contract with what the contract says.
    pub(in crate::lf::machine) fn contract_validated(
        &mut self,
        program: &Program,
        told: &Val,
    ) -> Result<(), Fault> {
        let id = self.ledger.validating.take();
        let id = id.ok_or_else(|| Fault::ill_typed("no contract is asked about"))?;
        let known = self.ledger.known(program, &id)?;
        let info = contract_info(program, known.template, &known.contract, told)?;
        if let Some(instance) = self.ledger.inputs.get(&id) {
            let differs = |what: &str| Error::ContractMetadata {
                contract_id: id.clone(),
                template: info.template.clone(),
                reason: format!("{what} mismatch"),
            };
            if info.signatories != instance.signatories {
                return Err(differs("signatories").into());
            }
            if info.stakeholders != instance.stakeholders {
                return Err(differs("observers").into());
            }
            let maintainers = |key: &Option<Key>| key.as_ref().map(|key| key.maintainers.clone());
            if maintainers(&info.key) != maintainers(&instance.key) {
                return Err(differs("key maintainers").into());
            }
            if info.key != instance.key {
                return Err(differs("key value").into());
            }
            if info.package_name != instance.package_name {
                return Err(differs("package name").into());
            }
        }
        self.ledger.known(program, &id)?.info = Some(Arc::new(info));
        Ok(())
    }

    pub(super) fn add_fetch(
        &mut self,
        id: &ContractId,
        interface: Option<Identifier>,
        by_key: bool,
    ) -> Result<(), Fault> {
        let info = self.contract_info(id)?;
        let transaction = &mut self.ledger.transaction;
        transaction.fetch(id.clone(), &info, interface, by_key)?;
        Ok(())
    }

    /// What a contract's template said about it.
    pub(super) fn contract_info(&self, id: &ContractId) -> Result<Arc<ContractInfo>, Fault> {
        let known = self.ledger.known.get(id);
        let info = known.and_then(|known| known.info.clone());
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

fn find_template(program: &Program, id: &Identifier) -> Result<TemplateRef, Fault> {
    let found = program.find_template(id);
    found.ok_or_else(|| Fault::ill_typed("an unknown template"))
}

fn wrong_template(
    program: &Program,
    id: &ContractId,
    wanted: TemplateRef,
    actual: TemplateRef,
) -> Fault {
    let ids = program.template(wanted).zip(program.template(actual));
    let Some((expected, actual)) = ids else {
        return Fault::ill_typed("an unknown template");
    };
    if is_other_version(program, &actual.id, &expected.id) {
        return upgrade(&actual.id, &expected.id).into();
    }
    Error::WronglyTypedContract {
        contract_id: id.clone(),
        expected: expected.id.clone(),
        actual: actual.id.clone(),
    }
    .into()
}
