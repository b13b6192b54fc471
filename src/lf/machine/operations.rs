//! Instructions that programs do not spend most of their time on, and operations by name.

use std::sync::Arc;

use super::cursor::Cursor;
use super::fault::Fault;
use super::frame::Frame;
use super::import::{Contract, import_as};
use super::parts::Parts;
use super::state::Machine;
use super::val::Val;
use crate::lf::builtins;
use crate::lf::compile::{Binary, Instruction, Nary, Program, Slot, Source, Unary};
use crate::lf::error::Error;
use crate::lf::types::Type;
use crate::model::Identifier;

impl Machine {
    /// One of the rarer instructions.
    pub(super) fn rare<'p>(
        &mut self,
        program: &'p Program,
        mut at: Cursor<'p>,
        instruction: &Instruction,
    ) -> Result<Cursor<'p>, Fault> {
        match *instruction {
            Instruction::Apply {
                to,
                first,
                count,
                function,
                run,
            } => return self.apply_to(program, at, to, (first, count), function, run),
            Instruction::TailApply {
                first,
                count,
                function,
                run,
            } => return self.tail_apply(program, at, first, count, function, run),
            Instruction::Switch { on, table, count } => {
                let rank = self.rank(&at, on)?;
                let entry = at.package.tables.get(table as usize + rank);
                let entry = entry.filter(|_| rank < usize::from(count));
                at.jump(*entry.ok_or_else(|| Fault::ill_typed("case"))?);
            }
            Instruction::Payload { to, from } => self.payload(&at, to, from)?,
            Instruction::ProjectStruct { to, field, from } => {
                self.project_struct(program, &at, to, field, from)?;
            }
            Instruction::Construct {
                to,
                what,
                first,
                count,
            } => self.construct(&at, to, what, first, count)?,
            Instruction::Global {
                to,
                first,
                package,
                index,
            } => return self.load_global(program, at, to, first, (package, index)),
            Instruction::Unary { to, op, a } => self.unary(program, &at, to, op, a)?,
            Instruction::Binary { to, op, a, b } => self.binary(program, &at, to, op, a, b)?,
            Instruction::Nary { to, op, first } => self.nary(program, &at, to, op, first)?,
            Instruction::Fold { to, first, how } => {
                return self.fold(program, at, to, first, how);
            }
            Instruction::MatchError => {
                return Err(Error::UserError("match error".to_owned()).into());
            }
            _ => return self.control(program, at, instruction),
        }
        Ok(at)
    }

    /// Exceptions, interfaces and the ledger.
    fn control<'p>(
        &mut self,
        program: &'p Program,
        at: Cursor<'p>,
        instruction: &Instruction,
    ) -> Result<Cursor<'p>, Fault> {
        match *instruction {
            Instruction::CallVirtual { to, first, index } => {
                return self.call_virtual(program, at, to, first, index);
            }
            Instruction::ExceptionMessage { to, first, from } => {
                return self.exception_message(program, at, to, first, from);
            }
            Instruction::Throw { exception } => {
                return Err(Fault::Exception(self.read(&at, exception)));
            }
            Instruction::BeginTry { exception, handler } => {
                self.ledger.transaction.begin_try()?;
                self.push(Frame::Try {
                    package: at.number,
                    exception,
                    handler,
                    base: at.base_number(),
                })?;
            }
            Instruction::EndTry => {
                self.close(|frame| matches!(frame, Frame::Try { .. }))?;
                self.ledger.transaction.end_try()?;
            }
            Instruction::BeginProtected => self.push(Frame::Protected)?,
            Instruction::EndProtected => self.close(|frame| matches!(frame, Frame::Protected))?,
            Instruction::BeginExercise { first, choice } => {
                self.begin_exercise(program, &at, first, choice)?;
                self.push(Frame::Exercise)?;
            }
            Instruction::EndExercise { result } => {
                self.close(|frame| matches!(frame, Frame::Exercise))?;
                self.end_exercise(program, &at, result)?;
            }
            Instruction::Ledger {
                to,
                first,
                op,
                index,
            } => return self.ledger_action(program, at, to, first, (op, index)),
            _ => return Err(Fault::ill_typed("an unknown instruction")),
        }
        Ok(at)
    }

    /// Takes the continuation of a scope off.
    fn close(&mut self, fits: impl FnOnce(&Frame) -> bool) -> Result<(), Fault> {
        match self.frames.pop() {
            Some(frame) if fits(&frame) => Ok(()),
            _ => Err(Fault::ill_typed("a scope that is not open")),
        }
    }

    fn unary(
        &mut self,
        program: &Program,
        at: &Cursor<'_>,
        to: Slot,
        op: Unary,
        a: Source,
    ) -> Result<(), Fault> {
        let operand = self.read(at, a);
        self.meter.allocate_parts(1);
        let result = match op {
            Unary::Builtin(builtin) => {
                let mut context = self.context(program);
                builtins::unary(builtin, operand, &mut context)?
            }
            Unary::Some => Val::Some(Parts::one(operand)),
            Unary::Variant { rank, constructor } => Val::Variant {
                rank,
                constructor,
                parts: Parts::one(operand),
            },
            Unary::ToAny { typ } => Val::any(type_constant(at, typ)?, operand),
            Unary::FromAny { typ } => from_any(&type_constant(at, typ)?, &operand)?,
            Unary::FromInterface { template } => {
                self.convert_from_interface(program, at, template, &operand)?
            }
            Unary::FromRequiredInterface { interface } => {
                let (template, _) = contract(&operand)?;
                let interface = interface_ref(at, interface)?;
                let implements = program.instance(template, interface).is_some();
                Val::optional(implements.then_some(operand))
            }
            Unary::TemplateTypeRep => match operand.as_any() {
                Some((typ, _)) => Val::TypeRep(typ.clone()),
                None => return Err(Fault::ill_typed("an interface value")),
            },
        };
        self.write(at, to, result);
        Ok(())
    }

    fn binary(
        &mut self,
        program: &Program,
        at: &Cursor<'_>,
        to: Slot,
        op: Binary,
        a: Source,
        b: Source,
    ) -> Result<(), Fault> {
        let (a, b) = (self.read(at, a), self.read(at, b));
        let result = match op {
            Binary::Builtin(builtin) => {
                let mut context = self.context(program);
                builtins::binary(builtin, &a, b, &mut context)?
            }
            Binary::Cons => {
                self.meter.allocate_parts(2);
                Val::Cons(Parts::two(a, b))
            }
            Binary::UpdateRecord { field } => self.update_record(a, field, b)?,
        };
        self.write(at, to, result);
        Ok(())
    }

    fn nary(
        &mut self,
        program: &Program,
        at: &Cursor<'_>,
        to: Slot,
        op: Nary,
        first: Slot,
    ) -> Result<(), Fault> {
        let first = at.base + usize::from(first);
        let result = match op {
            Nary::Builtin(builtin) => {
                let row = first..first + builtins::arity(builtin);
                let row = self.stack.get_mut(row).map(|row| row.iter_mut());
                let mut operands: Vec<Val> =
                    row.into_iter().flatten().map(std::mem::take).collect();
                builtins::nary(builtin, &mut operands, &mut self.context(program))?
            }
            Nary::UpdateStruct { field } => {
                let (strukt, value) = (self.take(first), self.take(first + 1));
                self.update_struct(program, strukt, field, value)?
            }
            Nary::UnsafeFromInterface { template } => {
                let (id, value) = (self.take(first), self.take(first + 1));
                unsafe_from_interface(program, at, template, &id, &value)?
            }
            Nary::UnsafeFromRequiredInterface { required } => {
                let (id, value) = (self.take(first), self.take(first + 1));
                unsafe_from_required(program, at, required, &id, value)?
            }
            Nary::CheckPrecondition { template } => {
                let holds = self.take(first);
                check_precondition(program, at, template, &holds)?
            }
        };
        self.write(at, to, result);
        Ok(())
    }
}

fn type_constant(at: &Cursor<'_>, index: u32) -> Result<Arc<Type>, Fault> {
    match at.constants.get(index as usize) {
        Some(Val::TypeRep(typ)) => Ok(typ.clone()),
        _ => Err(Fault::ill_typed("a type")),
    }
}

impl Machine {
    /// An interface value as a contract of a template, if it is one of some version of that template.
    fn convert_from_interface(
        &mut self,
        program: &Program,
        at: &Cursor<'_>,
        template: u32,
        value: &Val,
    ) -> Result<Val, Fault> {
        let wanted = template_id(program, at, template)?;
        let (actual, payload) = contract(value)?;
        if actual == wanted {
            return Ok(Val::Some(Parts::one(payload.clone())));
        }
        let name_of = |id: &Identifier| program.package_name(id.package());
        if !actual.has_name_of(wanted) || name_of(actual) != name_of(wanted) {
            return Ok(Val::None);
        }
        let contract = Contract {
            id: None,
            template: actual,
            argument: &self.convert(program, payload)?,
        };
        let contract = import_as(program, contract, wanted)?;
        Ok(Val::Some(Parts::one(contract)))
    }
}

fn from_any(wanted: &Arc<Type>, any: &Val) -> Result<Val, Fault> {
    let (typ, value) = any.as_any().ok_or_else(|| Fault::ill_typed("from_any"))?;
    let same = Arc::ptr_eq(typ, wanted) || typ == wanted;
    Ok(Val::optional(same.then(|| value.clone())))
}

/// The template and the contract of an interface value.
pub(super) fn contract(value: &Val) -> Result<(&Identifier, &Val), Fault> {
    match value.as_any().map(|(typ, value)| (&**typ, value)) {
        Some((Type::Con(template), contract)) => Ok((template, contract)),
        _ => Err(Fault::ill_typed("an interface value")),
    }
}

/// An interface in a package's table.
pub(super) fn interface_ref<'p>(at: &Cursor<'p>, index: u32) -> Result<&'p Identifier, Fault> {
    let found = at.package.interface_refs.get(index as usize);
    found.ok_or_else(|| Fault::ill_typed("an unknown interface"))
}

/// The id of a template in a package's table.
fn template_id<'p>(
    program: &'p Program,
    at: &Cursor<'_>,
    index: u32,
) -> Result<&'p Identifier, Fault> {
    let reference = at.package.template_refs.get(index as usize);
    let found = reference.and_then(|reference| program.template(*reference));
    let unknown = || Fault::ill_typed("an unknown template");
    found.map(|template| &template.id).ok_or_else(unknown)
}

fn unsafe_from_interface(
    program: &Program,
    at: &Cursor<'_>,
    template: u32,
    id: &Val,
    value: &Val,
) -> Result<Val, Fault> {
    let wanted = template_id(program, at, template)?;
    let (actual, payload) = contract(value)?;
    let Val::ContractId(contract_id) = id else {
        return Err(Fault::ill_typed("a contract id"));
    };
    if actual == wanted {
        return Ok(payload.clone());
    }
    Err(Error::WronglyTypedContract {
        contract_id: contract_id.clone(),
        expected: wanted.clone(),
        actual: actual.clone(),
    }
    .into())
}

fn unsafe_from_required(
    program: &Program,
    at: &Cursor<'_>,
    required: u32,
    id: &Val,
    value: Val,
) -> Result<Val, Fault> {
    let requiring = interface_ref(at, required + 1)?;
    let (template, _) = contract(&value)?;
    if program.instance(template, requiring).is_some() {
        return Ok(value);
    }
    let Val::ContractId(contract_id) = id else {
        return Err(Fault::ill_typed("a contract id"));
    };
    Err(Error::DoesNotImplementRequiringInterface {
        contract_id: contract_id.clone(),
        template: template.clone(),
        required: interface_ref(at, required)?.clone(),
        requiring: requiring.clone(),
    }
    .into())
}

fn check_precondition(
    program: &Program,
    at: &Cursor<'_>,
    template: u32,
    holds: &Val,
) -> Result<Val, Fault> {
    match holds {
        Val::Bool(true) => Ok(Val::Unit),
        Val::Bool(false) => Err(Error::TemplatePrecondition {
            template: template_id(program, at, template)?.clone(),
        }
        .into()),
        _ => Err(Fault::ill_typed("a precondition")),
    }
}
