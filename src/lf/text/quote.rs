//! Texts in double quotes.

use std::fmt::Write as _;

/// A text with quotes around it, in which what can't stand there is escaped.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if character.is_control() => {
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// The text that stands for itself inside quotes.
pub(super) fn unquoted(inner: &str) -> Result<String, String> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match rest.next() {
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some(same @ ('"' | '\\' | '\'')) => text.push(same),
            Some('u') => text.push(code_point(&mut rest)?),
            other => {
                let other = other.map(String::from).unwrap_or_default();
                return Err(format!("\"\\{other}\" stands for no character"));
            }
        }
    }
    Ok(text)
}

/// `{1f600}` or `0041`: a character by its number.
fn code_point(rest: &mut std::str::Chars<'_>) -> Result<char, String> {
    let after = rest.as_str();
    let (digits, length) = match after.strip_prefix('{') {
        Some(braced) => match braced.split_once('}') {
            Some((digits, _)) => (digits, digits.len() + 2),
            None => return Err("\"\\u{\" has no end".to_owned()),
        },
        None => (after.get(..4).unwrap_or("?"), 4),
    };
    *rest = after.get(length..).unwrap_or_default().chars();
    u32::from_str_radix(digits, 16)
        .ok()
        .and_then(char::from_u32)
        .ok_or_else(|| format!("\"\\u{{{digits}}}\" stands for no character"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_text_reads_back_as_it_was_quoted(text in any::<String>()) {
            let quoted = quoted(&text);
            prop_assert!(!quoted.contains('\n'));
            prop_assert_eq!(unquoted(&quoted[1..quoted.len() - 1]), Ok(text));
        }
    }

    #[test]
    fn characters_can_be_given_by_number() {
        assert_eq!(unquoted("\\u0041\\u{1f600}"), Ok("A😀".to_owned()));
        for bad in ["\\", "\\x", "\\u12", "\\u{d800}", "\\u{"] {
            assert!(unquoted(bad).is_err(), "{bad}");
        }
    }
}
