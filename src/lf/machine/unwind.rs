//! Exceptions: to the innermost handler, or to the end.

use super::cursor::Cursor;
use super::fault::{Fault, arithmetic_error};
use super::frame::Frame;
use super::state::Machine;
use super::val::Val;
use crate::lf::compile::{Program, Slot, Source};
use crate::lf::error::{Error, FailureStatus};
use crate::lf::types::Type;
use crate::model::Identifier;

/// Category of exceptions that nobody caught: the request is wrong as things are.
const UNHANDLED_CATEGORY: i64 = 9;

/// What unwinding ends at.
enum End {
    /// A handler: package, slot of the exception, place, base.
    Handler(u16, Slot, u32, u32),
    /// The end of the program, where it is undone.
    Guard,
    /// Nothing catches it.
    Unhandled,
    /// It was thrown while the message of another one was computed.
    InMessageOf(Identifier),
}

impl Machine {
    /// Unwinds to the handler of an exception. What happened on the ledger since the handler's
    /// `try` is undone.
    pub(super) fn raise<'p>(
        &mut self,
        program: &'p Program,
        exception: Val,
    ) -> Result<Cursor<'p>, Fault> {
        match self.unwind()? {
            End::Handler(package, slot, handler, base) => {
                self.ledger.transaction.rollback_try()?;
                self.drop_trace();
                let at = Cursor::at(program, package, handler, base as usize)?;
                self.write(&at, slot, exception);
                Ok(at)
            }
            End::Guard => {
                self.ledger.transaction.rollback_try()?;
                Err(Fault::Done(Val::Unit))
            }
            End::Unhandled if self.yields_exceptions => Err(Fault::Exception(exception)),
            End::Unhandled => self.unhandled(program, &exception),
            End::InMessageOf(first) => {
                let (second, _) = exception_type(&exception)?;
                let message = format!(
                    "<Failed to calculate message as {} was thrown during conversion>",
                    qualified(&second)
                );
                Err(failure(&first, message))
            }
        }
    }

    fn unwind(&mut self) -> Result<End, Fault> {
        while let Some(frame) = self.frames.pop() {
            self.trace_frame(&frame);
            match frame {
                Frame::Try {
                    package,
                    exception,
                    handler,
                    base,
                } => return Ok(End::Handler(package, exception, handler, base)),
                Frame::Exercise => self.ledger.transaction.end_exercise(None)?,
                Frame::Global { .. } => self.restore_budget(),
                Frame::Guard => return Ok(End::Guard),
                Frame::Protected | Frame::Validate => return Ok(End::Unhandled),
                Frame::Message(first) => return Ok(End::InMessageOf(first)),
                Frame::Return { .. }
                | Frame::Resume { .. }
                | Frame::Apply { .. }
                | Frame::Run { .. }
                | Frame::Fold { .. }
                | Frame::Create { .. }
                | Frame::View => {}
            }
        }
        Ok(End::Unhandled)
    }

    /// Turns an exception into a failure: asks its definition for the message.
    pub(super) fn unhandled<'p>(
        &mut self,
        program: &'p Program,
        exception: &Val,
    ) -> Result<Cursor<'p>, Fault> {
        let (id, payload) = exception_type(exception)?;
        self.trace_rest();
        self.frames.clear();
        if Some(&id) == arithmetic_error().as_ref() {
            return Err(failure(&id, arithmetic_message(&payload)));
        }
        let message = program.exception_message(&id);
        let message = message.ok_or_else(|| Fault::ill_typed("an exception without message"))?;
        self.push(Frame::Message(id))?;
        self.call_with(program, message, 0, [payload])
    }

    /// `ANY_EXCEPTION_MESSAGE`
    pub(super) fn exception_message<'p>(
        &mut self,
        program: &'p Program,
        at: Cursor<'p>,
        to: Slot,
        first: Slot,
        from: Source,
    ) -> Result<Cursor<'p>, Fault> {
        self.meter.step()?;
        let exception = self.read(&at, from);
        let (id, payload) = exception_type(&exception)?;
        if Some(&id) == arithmetic_error().as_ref() {
            self.write(&at, to, Val::text(arithmetic_message(&payload)));
            return Ok(at);
        }
        let message = program.exception_message(&id);
        let message = message.ok_or_else(|| Fault::ill_typed("an exception without message"))?;
        self.push_return(&at, to)?;
        self.call_with(program, message, at.base + usize::from(first), [payload])
    }
}

/// The failure that an exception with a message comes to.
pub(super) fn uncaught(exception: &Identifier, message: &Val) -> Fault {
    match message {
        Val::Text(message) => failure(exception, message.to_string()),
        _ => Fault::ill_typed("the message of an exception"),
    }
}

fn failure(exception: &Identifier, message: String) -> Fault {
    Error::Failure(FailureStatus {
        error_id: format!("UNHANDLED_EXCEPTION/{}", qualified(exception)),
        category: UNHANDLED_CATEGORY,
        message,
        metadata: std::collections::BTreeMap::new(),
    })
    .into()
}

fn qualified(id: &Identifier) -> String {
    format!("{}:{}", id.module(), id.name())
}

fn exception_type(exception: &Val) -> Result<(Identifier, Val), Fault> {
    match exception.as_any().map(|(typ, value)| (&**typ, value)) {
        Some((Type::Con(id), payload)) => Ok((id.clone(), payload.clone())),
        _ => Err(Fault::ill_typed("an exception")),
    }
}

fn arithmetic_message(payload: &Val) -> String {
    match payload {
        Val::Record(fields) => match fields.first() {
            Some(Val::Text(message)) => message.to_string(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}
