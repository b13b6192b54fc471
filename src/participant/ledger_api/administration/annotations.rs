//! Annotations: what applications note about users and parties. The rules are those of Kubernetes.

use std::collections::{BTreeMap, HashMap};

use crate::participant::errors::Refusal;

/// Notes by key.
pub(crate) type Annotations = BTreeMap<String, String>;

/// Bytes of all keys and values at most.
const BYTES_MAX: usize = 256 * 1024;

/// Characters of the part of a key before the slash at most.
const PREFIX_MAX: usize = 253;

/// Characters of the part of a key after the slash at most.
const NAME_MAX: usize = 63;

/// Checks annotations that came in a field. An empty value removes a key where keys can be removed.
pub(crate) fn check_annotations(
    annotations: HashMap<String, String>,
    may_remove: bool,
    field: &str,
) -> Result<Annotations, Refusal> {
    let annotations: Annotations = annotations.into_iter().collect();
    let kept = annotations.iter().filter(|(_, value)| !value.is_empty());
    if size(kept) > BYTES_MAX {
        return Err(Refusal::invalid_argument(format!(
            "annotations from field '{field}' are larger than the limit of {}kb",
            BYTES_MAX / 1024
        )));
    }
    annotations.keys().try_for_each(|key| check_key(key))?;
    let empty = annotations.iter().find(|(_, value)| value.is_empty());
    match empty {
        Some((key, _)) if !may_remove => Err(Refusal::invalid_argument(format!(
            "The value of an annotation is empty for key: '{}'",
            shorten(key)
        ))),
        _ => Ok(annotations),
    }
}

/// Changes annotations: an empty value removes its key. None if there would be too much.
pub(crate) fn merge_annotations(
    mut current: Annotations,
    changes: &Annotations,
) -> Option<Annotations> {
    for (key, value) in changes {
        if value.is_empty() {
            current.remove(key);
        } else {
            current.insert(key.clone(), value.clone());
        }
    }
    (size(&current) <= BYTES_MAX).then_some(current)
}

fn size<'a>(annotations: impl IntoIterator<Item = (&'a String, &'a String)>) -> usize {
    let entries = annotations.into_iter();
    entries.map(|(key, value)| key.len() + value.len()).sum()
}

fn check_key(key: &str) -> Result<(), Refusal> {
    let refuse = |reason: String| Err(Refusal::invalid_argument(reason));
    // as Canton splits: what is empty at the end does not count
    let parts: Vec<&str> = key.trim_end_matches('/').split('/').collect();
    let (prefix, name) = match parts[..] {
        [name] => (None, name),
        [prefix, name] => (Some(prefix), name),
        _ => {
            return refuse(format!(
                "Key '{}' contains more than one forward slash ('/') character",
                shorten(key)
            ));
        }
    };
    for (what, part, max, is_legal) in [
        (
            "Key prefix segment",
            prefix,
            PREFIX_MAX,
            is_subdomain as fn(&str) -> bool,
        ),
        ("Key name segment", Some(name), NAME_MAX, is_name),
    ] {
        let Some(part) = part else { continue };
        if part.chars().count() > max {
            return refuse(format!(
                "{what} '{}' exceeds maximum length of {max} characters",
                shorten(part)
            ));
        }
        if !is_legal(part) {
            return refuse(format!("{what} '{}' has invalid syntax", shorten(part)));
        }
    }
    Ok(())
}

/// Letters and digits, with `also` between them.
fn is_word(text: &str, also: &str) -> bool {
    let is_edge = |c: char| c.is_ascii_alphanumeric();
    text.starts_with(is_edge)
        && text.ends_with(is_edge)
        && text.chars().all(|c| is_edge(c) || also.contains(c))
}

fn is_name(text: &str) -> bool {
    is_word(text, ".-_")
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(|part| is_word(part, "-"))
}

fn shorten(text: &str) -> String {
    if text.chars().count() > 53 {
        let start: String = text.chars().take(50).collect();
        format!("{start}...")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: &str, value: &str) -> HashMap<String, String> {
        HashMap::from([(key.to_owned(), value.to_owned())])
    }

    #[test]
    fn keys_are_those_of_kubernetes() {
        for good in ["k", "a.b-c_d9", "example.com/x", "a-b.c/x.y", "x/"] {
            assert!(
                check_annotations(of(good, "v"), false, "f").is_ok(),
                "{good}"
            );
        }
        let long_name = "a".repeat(64);
        let long_prefix = format!("{}/x", "a".repeat(254));
        for bad in [
            "",
            "bad key!",
            "-a",
            "a.",
            "a/b/c",
            "/x",
            "a_b/x",
            ".com/x",
            "ü",
            &long_name,
            &long_prefix,
        ] {
            assert!(
                check_annotations(of(bad, "v"), false, "f").is_err(),
                "{bad}"
            );
        }
    }

    #[test]
    fn an_empty_value_removes_a_key_but_only_where_there_can_be_one() {
        assert!(check_annotations(of("k", ""), false, "f").is_err());
        let changes = check_annotations(of("k", ""), true, "f").unwrap();
        let current = Annotations::from([
            ("k".to_owned(), "v".to_owned()),
            ("l".to_owned(), "w".to_owned()),
        ]);
        let merged = merge_annotations(current, &changes).unwrap();
        assert_eq!(merged.keys().collect::<Vec<_>>(), ["l"]);
    }

    #[test]
    fn there_is_a_limit_to_what_can_be_noted() {
        let large = "v".repeat(BYTES_MAX - 1);
        assert!(check_annotations(of("k", &large), false, "f").is_ok());
        let larger = "v".repeat(BYTES_MAX);
        assert!(check_annotations(of("k", &larger), false, "f").is_err());
        let current = Annotations::from([("k".to_owned(), large)]);
        let changes = Annotations::from([("l".to_owned(), "w".to_owned())]);
        assert_eq!(merge_annotations(current, &changes), None);
    }
}
