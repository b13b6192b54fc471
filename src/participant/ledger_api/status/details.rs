//! The details of a rendered refusal.

use std::collections::HashMap;

use prost::Message;
use prost_types::Any;
use tonic_types::pb;

use super::render::{Correlation, is_secret};
use crate::participant::errors::Refusal;

/// Bytes of additional metadata and of resources at most.
const CONTEXT_BYTES_MAX: usize = 2048;

/// Characters of a key of additional metadata at most.
const KEY_CHARS_MAX: usize = 63;

/// Where something was left out.
const ELLIPSIS: &str = "...";

/// Tells whether what was refused is certainly refused; Canton says "false" unless it knows better.
const DEFINITE_ANSWER: &str = "definite_answer";

/// What the client's program reads.
pub(super) fn details(refusal: &Refusal, correlation: Correlation<'_>) -> Vec<Any> {
    let request = request_info(correlation);
    if is_secret(refusal.category()) {
        return request.into_iter().collect();
    }
    let mut details = vec![any("ErrorInfo", &error_info(refusal, correlation))];
    details.extend(request);
    details.extend(retry_info(refusal));
    details.extend(resource_infos(refusal));
    details
}

fn error_info(refusal: &Refusal, correlation: Correlation<'_>) -> pb::ErrorInfo {
    let mut metadata = HashMap::new();
    let mut room = CONTEXT_BYTES_MAX;
    let mut entries: Vec<(String, &str)> = entries(refusal).collect();
    entries.sort_by_key(|(key, value)| key.len() + value.len());
    let mut left = entries.len();
    for (key, value) in entries {
        // small ones leave what they don't need to the larger ones
        let share = (room / left).saturating_sub(key.len());
        left -= 1;
        if let Some(value) = shortened(value, share) {
            room -= key.len() + value.len();
            metadata.insert(key, value);
        }
    }
    let category = refusal.category().number().to_string();
    metadata.insert("category".to_owned(), category);
    if refusal.id.tells_definite_answer() {
        metadata
            .entry(DEFINITE_ANSWER.to_owned())
            .or_insert_with(|| "false".to_owned());
    }
    if let Some(trace_id) = correlation.trace_id {
        metadata.insert("tid".to_owned(), trace_id.to_owned());
    }
    pb::ErrorInfo {
        reason: refusal.id.as_str().to_owned(),
        domain: String::new(),
        metadata,
    }
}

/// What is said besides, under keys that gRPC allows.
fn entries(refusal: &Refusal) -> impl Iterator<Item = (String, &str)> {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '(' | ')');
    let entries = refusal.metadata.iter().map(move |(key, value)| {
        let key: String = key.chars().filter(allowed).take(KEY_CHARS_MAX).collect();
        (key, value.as_str())
    });
    entries.filter(|(key, value)| !key.is_empty() && !value.is_empty())
}

/// A text that takes so many bytes at most; none if nothing of it could be understood.
fn shortened(text: &str, bytes_max: usize) -> Option<String> {
    if text.len() <= bytes_max {
        return Some(text.to_owned());
    }
    let room = bytes_max.checked_sub(ELLIPSIS.len())?;
    let end = text.floor_char_boundary(room);
    (end > 0).then(|| format!("{}{ELLIPSIS}", &text[..end]))
}

fn request_info(correlation: Correlation<'_>) -> Option<Any> {
    let id = correlation.id.or(correlation.trace_id)?;
    Some(any(
        "RequestInfo",
        &pb::RequestInfo {
            request_id: id.to_owned(),
            serving_data: String::new(),
        },
    ))
}

fn retry_info(refusal: &Refusal) -> Option<Any> {
    let after = refusal.retry_after()?;
    Some(any(
        "RetryInfo",
        &pb::RetryInfo {
            retry_delay: prost_types::Duration::try_from(after).ok(),
        },
    ))
}

fn resource_infos(refusal: &Refusal) -> impl Iterator<Item = Any> {
    let mut room = CONTEXT_BYTES_MAX;
    // one that is too large makes room for those after it
    let fitting = refusal.resources.iter().filter(move |resource| {
        let left = room.checked_sub(resource.kind.len() + resource.name.len());
        room = left.unwrap_or(room);
        left.is_some()
    });
    fitting.map(|resource| {
        any(
            "ResourceInfo",
            &pb::ResourceInfo {
                resource_type: resource.kind.clone(),
                resource_name: resource.name.clone(),
                owner: String::new(),
                description: String::new(),
            },
        )
    })
}

fn any(name: &str, message: &impl Message) -> Any {
    Any {
        type_url: format!("type.googleapis.com/google.rpc.{name}"),
        value: message.encode_to_vec(),
    }
}
