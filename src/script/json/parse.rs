//! JSON as it is written: numbers with all their digits, objects without duplicate fields.

use std::collections::BTreeSet;
use std::fmt;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// As it is written.
    Number(String),
    /// Without its escapes.
    Text(String),
    /// In brackets.
    List(Vec<Json>),
    /// In the order in which they are written; names are distinct.
    Object(Vec<(String, Json)>),
}

/// Why a text is no JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct SyntaxError {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// Levels of lists and objects: values have 100 at most, and each may be two in JSON.
const NESTING_MAX: usize = 400;

/// Reads a document.
pub fn parse(text: &str) -> Result<Json, SyntaxError> {
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
    };
    let json = parser.value()?;
    match parser.peek() {
        None => Ok(json),
        Some(_) => Err(parser.fail("something follows the document")),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn fail(&self, message: impl Into<String>) -> SyntaxError {
        let before = self.text.get(..self.at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        SyntaxError {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
            message: message.into(),
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next character that is no blank.
    fn peek(&mut self) -> Option<char> {
        let rest = self.rest();
        let blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        let trimmed = rest.trim_start_matches(blank);
        self.at += rest.len() - trimmed.len();
        trimmed.chars().next()
    }

    fn take(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        if found {
            self.at += expected.len_utf8();
        }
        found
    }

    fn expect(&mut self, expected: char) -> Result<(), SyntaxError> {
        if self.take(expected) {
            return Ok(());
        }
        Err(self.fail(format!("expected {expected:?}")))
    }

    fn value(&mut self) -> Result<Json, SyntaxError> {
        match self.peek() {
            Some('{') => self.nested(Self::object),
            Some('[') => self.nested(Self::list),
            Some('"') => self.string().map(Json::Text),
            Some('-' | '0'..='9') => self.number(),
            _ => {
                let words = [
                    ("null", Json::Null),
                    ("true", Json::Bool(true)),
                    ("false", Json::Bool(false)),
                ];
                let rest = self.rest();
                let found = words.into_iter().find(|(word, _)| rest.starts_with(word));
                let Some((word, json)) = found else {
                    return Err(self.fail("expected a value"));
                };
                self.at += word.len();
                Ok(json)
            }
        }
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Json, SyntaxError>,
    ) -> Result<Json, SyntaxError> {
        if self.depth >= NESTING_MAX {
            return Err(self.fail(format!("nested deeper than {NESTING_MAX} levels")));
        }
        self.depth += 1;
        self.at += 1;
        let json = read(self)?;
        self.depth -= 1;
        Ok(json)
    }

    fn list(&mut self) -> Result<Json, SyntaxError> {
        let mut items = Vec::new();
        if self.take(']') {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value()?);
            if !self.take(',') {
                self.expect(']')?;
                return Ok(Json::List(items));
            }
        }
    }

    fn object(&mut self) -> Result<Json, SyntaxError> {
        let mut fields: Vec<(String, Json)> = Vec::new();
        let mut names = BTreeSet::new();
        if self.take('}') {
            return Ok(Json::Object(fields));
        }
        loop {
            if self.peek() != Some('"') {
                return Err(self.fail("expected the name of a field in double quotes"));
            }
            let start = self.at;
            let name = self.string()?;
            if !names.insert(name.clone()) {
                self.at = start;
                return Err(self.fail(format!("the field {name:?} is there twice")));
            }
            self.expect(':')?;
            fields.push((name, self.value()?));
            if !self.take(',') {
                self.expect('}')?;
                return Ok(Json::Object(fields));
            }
        }
    }

    fn string(&mut self) -> Result<String, SyntaxError> {
        let rest = self.rest();
        let mut escaped = false;
        let end = rest.bytes().skip(1).position(|byte| {
            let is_end = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            is_end
        });
        let end = end.ok_or_else(|| self.fail("a string without end"))? + 2;
        let literal = rest.get(..end).unwrap_or_default();
        let string = serde_json::from_str(literal);
        let string = string.map_err(|_| self.fail("a string with a wrong escape"))?;
        self.at += end;
        Ok(string)
    }

    fn number(&mut self) -> Result<Json, SyntaxError> {
        let rest = self.rest();
        let is_part = |c: char| matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E');
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let text = rest.get(..end).unwrap_or_default();
        if !is_number(text) {
            return Err(self.fail(format!("{text} is no number")));
        }
        self.at += end;
        Ok(Json::Number(text.to_owned()))
    }
}

/// `-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?`
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = |text: &str| digits(text.strip_prefix(['+', '-']).unwrap_or(text));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(unsigned)
}

/// On one line, for messages.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Number(number) => f.write_str(number),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma}{item}")?;
                }
                f.write_str("]")
            }
            Self::Object(fields) => {
                f.write_str("{")?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma}{name:?}:{value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_all_their_digits() {
        for text in [
            "0",
            "-0",
            "1.50",
            "12345678901234567890.0000000001",
            "-1e+3",
            "2E-5",
        ] {
            assert_eq!(parse(text), Ok(Json::Number(text.to_owned())));
        }
        for text in ["01", "+1", ".5", "1.", "1e", "--1", "1e1.5", "0x1"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn documents_are_read_as_they_are_written() {
        let text = r#" { "a" : [ 1 , true,null , {} , [] ] , "b\"\\" : "é\u00e9\ud83d\ude02\n" } "#;
        assert_eq!(
            parse(text).unwrap().to_string(),
            r#"{"a":[1,true,null,{},[]],"b\"\\":"éé😂\n"}"#
        );
    }

    #[test]
    fn mistakes_are_told_with_their_places() {
        for (text, told) in [
            ("", "1:1: expected a value"),
            (
                "{\"a\": 1,\n \"é\": 2, \"a\": 3}",
                "2:10: the field \"a\" is there twice",
            ),
            ("[1 2]", "1:4: expected ']'"),
            (
                "{a: 1}",
                "1:2: expected the name of a field in double quotes",
            ),
            ("\"abc", "1:1: a string without end"),
            ("\"\\x\"", "1:1: a string with a wrong escape"),
            ("\"\\ud83d\"", "1:1: a string with a wrong escape"),
            ("\"a\nb\"", "1:1: a string with a wrong escape"),
            ("1 2", "1:3: something follows the document"),
            ("nul", "1:1: expected a value"),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), told, "{text}");
        }
        let deep = "[".repeat(1_000_000);
        let error = parse(&deep).unwrap_err();
        assert_eq!(error.to_string(), "1:401: nested deeper than 400 levels");
    }
}
