//! Exceptions, failures and failed commands: thrown, and caught by running a script inside of another.

use std::collections::BTreeMap;

use super::{Answered, Reply, Unanswered};
use crate::lf::engine::{Content, MachineValue};
use crate::lf::error::{Error, FailureStatus};
use crate::lf::types::Type;
use crate::script::code::{Code, Malformed};
use crate::script::runner::Wanted;

/// Category of exceptions that nothing catches.
const UNHANDLED_CATEGORY: i64 = 9;

/// The module of the library's exceptions that are none in the language.
const USERS: &str = "Questions.UserManagement";

pub(super) fn catch(code: &Code, payload: &MachineValue) -> Result<Reply, Unanswered> {
    let fields = code.fields(("Questions.Exceptions", "Catch"), payload)?;
    Ok(Reply::Delayed {
        script: fields.get("act")?.clone(),
        wanted: Wanted::Exception,
    })
}

pub(super) fn try_failure_status(code: &Code, payload: &MachineValue) -> Result<Reply, Unanswered> {
    let fields = code.fields(("Questions.Exceptions", "TryFailureStatus"), payload)?;
    Ok(Reply::Delayed {
        script: fields.get("act")?.clone(),
        wanted: Wanted::Status,
    })
}

pub(super) fn try_commands(code: &Code, payload: &MachineValue) -> Result<Reply, Unanswered> {
    let fields = code.fields(("Questions.Testing", "TryCommands"), payload)?;
    Ok(Reply::Script {
        script: fields.get("act")?.clone(),
        wanted: Wanted::Command,
    })
}

pub(super) fn throw(code: &Code, payload: &MachineValue) -> Answered {
    let [exception] = code.fields_of(payload)?;
    Err(Unanswered::Thrown(exception))
}

pub(super) fn fail_with_status(code: &Code, payload: &MachineValue) -> Answered {
    let [status] = code.fields_of(payload)?;
    let [error_id, category, message, metadata] = code.fields_of(&status)?;
    let Content::TextMap(entries) = code.open(&metadata)? else {
        return Err(Malformed("a status without metadata".to_owned()).into());
    };
    let entries = entries.iter().map(|(key, value)| {
        let value = code.text(value)?;
        Ok((key.to_string(), value.to_string()))
    });
    let metadata = entries.collect::<Result<BTreeMap<_, _>, Malformed>>()?;
    Err(Unanswered::Failed(Error::Failure(FailureStatus {
        error_id: code.text(&error_id)?.to_string(),
        category: code.int(&category)?,
        message: code.text(&message)?.to_string(),
        metadata,
    })))
}

/// The failure that an exception of the library means which is defined as a record, so that the
/// language knows no message for it.
pub(in crate::script) fn library_failure(code: &Code, exception: &MachineValue) -> Option<Error> {
    let Ok(Content::Any { typ, value }) = code.open(exception) else {
        return None;
    };
    let Type::Con(id) = &*typ else { return None };
    if *id.package() != code.library.package || *id != code.library.id(USERS, id.name().as_str()) {
        return None;
    }
    let [inner] = code.fields_of(&value).ok()?;
    let user = || {
        let [user] = code.fields_of(&inner).ok()?;
        code.text(&user).ok()
    };
    let message = match id.name().as_str() {
        "InvalidUserId" => code.text(&inner).ok()?.to_string(),
        "UserAlreadyExists" => format!("User already exists: {}", user()?),
        "UserNotFound" => format!("User not found: {}", user()?),
        _ => return None,
    };
    Some(Error::Failure(FailureStatus {
        error_id: format!("UNHANDLED_EXCEPTION/{}:{}", id.module(), id.name()),
        category: UNHANDLED_CATEGORY,
        message,
        metadata: BTreeMap::new(),
    }))
}
