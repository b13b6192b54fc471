//! Functions that an interface value's template decides.

use crate::lf::compile::{FunctionId, Program, Slot, Virtual};
use crate::lf::machine::cursor::Cursor;
use crate::lf::machine::fault::Fault;
use crate::lf::machine::frame::Frame;
use crate::lf::machine::operations::contract;
use crate::lf::machine::state::Machine;
use crate::model::Identifier;

impl Machine {
    /// Calls a method, the view, signatories or observers of the interface value at `first`.
    pub(in crate::lf::machine) fn call_virtual<'p>(
        &mut self,
        program: &'p Program,
        at: Cursor<'p>,
        to: Slot,
        first: Slot,
        index: u32,
    ) -> Result<Cursor<'p>, Fault> {
        self.meter.step()?;
        let place = at.base + usize::from(first);
        let value = self.take(place);
        let (template, payload) = contract(&value)?;
        let wanted = at.package.virtual_refs.get(index as usize);
        let wanted = wanted.ok_or_else(|| Fault::ill_typed("an unknown method"))?;
        let function = find(program, template, wanted);
        let function = function.ok_or_else(|| Fault::ill_typed("a method without instance"))?;
        self.push_return(&at, to)?;
        if let Virtual::View(_) = wanted {
            self.push(Frame::View)?;
        }
        self.call_with(program, function, place, [payload.clone()])
    }
}

fn find(program: &Program, template: &Identifier, wanted: &Virtual) -> Option<FunctionId> {
    let found = program.template(program.find_template(template)?)?;
    match wanted {
        Virtual::Method(interface, method) => {
            let instance = found.instances.get(interface)?;
            instance.methods.get(method).copied()
        }
        Virtual::View(interface) => found.instances.get(interface).map(|instance| instance.view),
        Virtual::Signatories => Some(found.signatories),
        Virtual::Observers => Some(found.observers),
    }
}
