//! Errors that programs raise, and traces.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::lf::error::{Error, FailureStatus};
use crate::lf::machine::{Fault, Meter, Val, map};

/// Traces that one interpretation keeps; more are dropped.
const TRACES_MAX: usize = 1_000;
/// Bytes of the traces that one interpretation keeps: who shows them copies them.
const TRACES_BYTES_MAX: usize = 1 << 20;

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
        let kept: usize = traces.iter().map(|trace| trace.len()).sum();
        let room = message.floor_char_boundary(TRACES_BYTES_MAX.saturating_sub(kept));
        if room == message.len() {
            traces.push(message.clone());
        } else if room > 0 {
            traces.push(message[..room].into());
        }
    }
    Ok(result)
}

/// `FAIL_WITH_STATUS`
pub(super) fn fail_with_status(
    (id, category): (&Val, &Val),
    (message, metadata): (&Val, &Val),
    meter: &mut Meter,
) -> Fault {
    let (Val::Text(id), Val::Int64(category), Val::Text(message), Val::TextMap(tree)) =
        (id, category, message, metadata)
    else {
        return Fault::ill_typed("FAIL_WITH_STATUS");
    };
    // shared texts are copied wherever they occur
    let mut bytes = id.len().saturating_add(message.len());
    for (key, value) in map::entries(tree) {
        if let (Val::Text(key), Val::Text(value)) = (key, value) {
            bytes = bytes.saturating_add(key.len()).saturating_add(value.len());
        }
    }
    if let Err(fault) = meter.allocate(bytes) {
        return fault;
    }
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
