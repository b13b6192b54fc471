//! W3C trace context and deadlines, as they come with requests.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use tonic::metadata::MetadataMap;

use crate::participant::submission::{TraceContext, trace_id};

/// Characters of `tracestate` kept at most: what comes is stored with every entry.
const STATE_MAX: usize = 512;

/// The trace of a request.
#[derive(Debug, Clone)]
pub(crate) struct RequestTrace {
    /// The id by which it can be found.
    pub(crate) id: Arc<str>,
    /// What came with the request; made up if nothing did.
    pub(crate) context: TraceContext,
}

impl Default for RequestTrace {
    /// A new trace.
    fn default() -> Self {
        let id = uuid::Uuid::new_v4().simple();
        let (_, span) = uuid::Uuid::new_v4().as_u64_pair();
        Self {
            id: id.to_string().into(),
            context: TraceContext {
                parent: format!("00-{id}-{span:016x}-01"),
                state: String::new(),
            },
        }
    }
}

impl RequestTrace {
    /// The trace that a client names, or a new one.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let parent = text("traceparent").unwrap_or_default();
        let Some(id) = trace_id(parent) else {
            return Self::default();
        };
        let state = text("tracestate").filter(|state| state.len() <= STATE_MAX);
        Self {
            id: id.into(),
            context: TraceContext {
                parent: parent.to_owned(),
                state: state.unwrap_or_default().to_owned(),
            },
        }
    }
}

/// How long the client waits: `grpc-timeout`, at most eight digits and a unit.
pub(crate) fn timeout(metadata: &MetadataMap) -> Option<Duration> {
    let text = metadata.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(count * 3600),
        "M" => Duration::from_secs(count * 60),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_trace_has_an_id_of_the_same_form() {
        let trace = RequestTrace::of(&HeaderMap::new());
        assert_eq!(trace.id.len(), 32);
        assert_eq!(trace_id(&trace.context.parent), Some(&*trace.id));
    }

    #[test]
    fn deadlines_have_all_units() {
        let of = |text: &'static str| {
            let mut metadata = MetadataMap::new();
            metadata.insert("grpc-timeout", text.parse().unwrap());
            timeout(&metadata)
        };
        assert_eq!(of("2H"), Some(Duration::from_hours(2)));
        assert_eq!(of("3M"), Some(Duration::from_mins(3)));
        assert_eq!(of("4S"), Some(Duration::from_secs(4)));
        assert_eq!(of("5m"), Some(Duration::from_millis(5)));
        assert_eq!(of("6u"), Some(Duration::from_micros(6)));
        assert_eq!(of("7n"), Some(Duration::from_nanos(7)));
        for bad in ["", "S", "1", "1x", "123456789S", "-1S", "1.5S"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
