//! Errors that programs raise, and traces.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::lf::error::{Error, FailureStatus};
use crate::lf::machine::{Fault, Val, map};

/// Traces that one interpretation keeps; more are dropped.
const TRACES_MAX: usize = 1_000;

/// `ERROR`
pub(super) fn error(message: &Val) -> Fault {
    match message {
        Val::Text(message) => Error::UserError(message.to_string()).into(),
        _ => Fault::ill_typed("ERROR"),
    }
}

/// `TRACE`
pub(super) fn trace(message: &Val, result: Val, traces: &mut Vec<Arc<str>>) -> Result<Val, Fault> {
    let Val::Text(message) = message else {
        return Err(Fault::ill_typed("TRACE"));
    };
    if traces.len() < TRACES_MAX {
        traces.push(message.clone());
    }
    Ok(result)
}

/// `FAIL_WITH_STATUS`
pub(super) fn fail_with_status(id: &Val, category: &Val, message: &Val, metadata: &Val) -> Fault {
    let (Val::Text(id), Val::Int64(category), Val::Text(message), Val::TextMap(tree)) =
        (id, category, message, metadata)
    else {
        return Fault::ill_typed("FAIL_WITH_STATUS");
    };
    let mut metadata = BTreeMap::new();
    for entry in map::entries(tree) {
        let (Val::Text(key), Val::Text(value)) = entry else {
            return Fault::ill_typed("FAIL_WITH_STATUS");
        };
        metadata.insert(key.to_string(), value.to_string());
    }
    Error::Failure(FailureStatus {
        error_id: id.to_string(),
        category: *category,
        message: message.to_string(),
        metadata,
    })
    .into()
}
