//! W3C trace context and deadlines, as they come with requests.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use tonic::metadata::MetadataMap;

use crate::participant::submission::TraceContext;

/// Characters of `tracestate` kept at most: what comes is stored with every entry.
const STATE_MAX: usize = 512;

/// The trace of a request.
#[derive(Debug, Clone)]
pub(crate) struct RequestTrace {
    /// The id by which it can be found.
    pub(crate) id: Arc<str>,
    /// What came with the request; empty if nothing did.
    pub(crate) context: TraceContext,
}

impl Default for RequestTrace {
    /// A new trace.
    fn default() -> Self {
        Self {
            id: uuid::Uuid::new_v4().simple().to_string().into(),
            context: TraceContext::default(),
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

/// The trace's id in a `traceparent`: `00-<32 digits>-<16 digits>-<2 digits>`.
pub(crate) fn trace_id(parent: &str) -> Option<&str> {
    let is_hex = |text: &str, length: usize| {
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        text.len() == length && text.bytes().all(is_digit)
    };
    let mut parts = parent.split('-');
    let (version, id) = (parts.next()?, parts.next()?);
    let (span, flags) = (parts.next()?, parts.next()?);
    let is_nil = |text: &str| text.bytes().all(|b| b == b'0');
    let well_formed = is_hex(version, 2) && is_hex(id, 32) && is_hex(span, 16) && is_hex(flags, 2);
    // later versions may have more parts; the first has not, and ff is none
    let known = version != "ff" && (version != "00" || parts.next().is_none());
    (well_formed && known && parent.len() <= 256 && !is_nil(id) && !is_nil(span)).then_some(id)
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
    fn a_trace_is_taken_over_only_if_it_is_well_formed() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(trace_id(good), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        let later = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x";
        assert!(trace_id(later).is_some());
        for bad in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        ] {
            assert_eq!(trace_id(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_new_trace_has_an_id_of_the_same_form() {
        let trace = RequestTrace::of(&HeaderMap::new());
        assert_eq!(trace.id.len(), 32);
        assert_eq!(trace.context, TraceContext::default());
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
