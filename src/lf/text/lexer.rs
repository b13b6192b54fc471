//! A text to its tokens.

use super::error::Error;
use super::token::{Kind, SYMBOLS, Token};

/// Bytes of a text: positions are 32-bit numbers.
const SOURCE_MAX: usize = 64 << 20;

/// The tokens of a text, ended by [`Kind::End`].
pub(super) fn tokens(source: &str) -> Result<Vec<Token>, Error> {
    if source.len() > SOURCE_MAX {
        let message = format!("the text has more than {SOURCE_MAX} bytes");
        return Err(Error::at(source, 0, message));
    }
    let mut lexer = Lexer { source, at: 0 };
    let mut tokens = Vec::with_capacity(source.len() / 4);
    loop {
        let token = lexer.token()?;
        tokens.push(token);
        if token.kind == Kind::End {
            return Ok(tokens);
        }
    }
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    fn fail<T>(&self, message: &str) -> Result<T, Error> {
        Err(Error::at(self.source, self.at, message))
    }

    fn token(&mut self) -> Result<Token, Error> {
        self.skip_blanks()?;
        let start = self.at;
        let kind = match self.peek() {
            None => Kind::End,
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$') => {
                self.skip_while(is_word);
                Kind::Word
            }
            Some(b'0'..=b'9') => self.number(),
            Some(b'-')
                if self
                    .rest()
                    .as_bytes()
                    .get(1)
                    .is_some_and(u8::is_ascii_digit) =>
            {
                self.at += 1;
                self.number()
            }
            Some(b'"') => self.delimited(b'"', Kind::Text)?,
            Some(b'\'') => self.delimited(b'\'', Kind::Quoted)?,
            Some(b'`') => self.delimited(b'`', Kind::Escaped)?,
            Some(_) => self.symbol()?,
        };
        Ok(Token {
            kind,
            start: position(start),
            end: position(self.at),
        })
    }

    fn skip_while(&mut self, is: impl Fn(u8) -> bool) {
        let bytes = self.rest().as_bytes();
        let length = bytes.iter().position(|byte| !is(*byte));
        self.at += length.unwrap_or(bytes.len());
    }

    /// Blanks and comments: `// to the end of the line` and `/* up to here */`.
    fn skip_blanks(&mut self) -> Result<(), Error> {
        loop {
            self.skip_while(|byte| byte.is_ascii_whitespace());
            if self.rest().starts_with("//") {
                self.skip_while(|byte| byte != b'\n');
            } else if self.rest().starts_with("/*") {
                match self.rest().find("*/") {
                    Some(length) => self.at += length + 2,
                    None => return self.fail("this comment does not end"),
                }
            } else {
                return Ok(());
            }
        }
    }

    /// A string up to the same delimiter; a backslash takes the next character with it.
    fn delimited(&mut self, delimiter: u8, kind: Kind) -> Result<Kind, Error> {
        let bytes = self.rest().as_bytes();
        let mut index = 1;
        loop {
            match bytes.get(index) {
                Some(b'\\') => index += 2,
                Some(byte) if *byte == delimiter => break,
                Some(b'\n') | None => return self.fail("this string does not end on its line"),
                Some(_) => index += 1,
            }
        }
        self.at += index + 1;
        Ok(kind)
    }

    /// Digits, with or without a point, or a date or time, whose length is fixed up to the second.
    fn number(&mut self) -> Kind {
        const DATE: &str = "0000-00-00";
        const TIME: &str = "T00:00:00";
        let bytes = self.rest().as_bytes();
        if matches(bytes, DATE) {
            self.at += DATE.len();
            if !matches(self.rest().as_bytes(), TIME) {
                return Kind::Date;
            }
            self.at += TIME.len();
            if self.peek() == Some(b'.') {
                self.at += 1;
                self.skip_while(|byte| byte.is_ascii_digit());
            }
            if self.peek() == Some(b'Z') {
                self.at += 1;
            }
            return Kind::Timestamp;
        }
        self.skip_while(|byte| byte.is_ascii_digit());
        if self.peek() != Some(b'.') {
            return Kind::Integer;
        }
        self.at += 1;
        self.skip_while(|byte| byte.is_ascii_digit());
        Kind::Decimal
    }

    fn symbol(&mut self) -> Result<Kind, Error> {
        // the sign for "forall" is a word, not punctuation
        if self.rest().starts_with('∀') {
            self.at += '∀'.len_utf8();
            return Ok(Kind::Word);
        }
        let rest = self.rest();
        let found = SYMBOLS
            .iter()
            .find(|(spelled, _)| rest.starts_with(spelled));
        match found {
            Some((spelled, symbol)) => {
                self.at += spelled.len();
                Ok(Kind::Symbol(*symbol))
            }
            None => self.fail("this character has no meaning here"),
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}

/// Whether bytes begin like a pattern in which 0 stands for any digit.
fn matches(bytes: &[u8], pattern: &str) -> bool {
    bytes.len() >= pattern.len()
        && pattern
            .bytes()
            .zip(bytes)
            .all(|(wanted, byte)| match wanted {
                b'0' => byte.is_ascii_digit(),
                _ => wanted == *byte,
            })
}

/// Sources are shorter than 4 GB.
fn position(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lf::text::token::Symbol;

    fn kinds(source: &str) -> Vec<Kind> {
        let tokens = tokens(source).unwrap();
        tokens.iter().map(|token| token.kind).collect()
    }

    #[test]
    fn numbers_dates_and_times_are_told_apart() {
        assert_eq!(
            kinds("12 -3 1.50 -0. 2026-01-31 2026-01-31T12:00:00.5Z"),
            [
                Kind::Integer,
                Kind::Integer,
                Kind::Decimal,
                Kind::Decimal,
                Kind::Date,
                Kind::Timestamp,
                Kind::End
            ]
        );
    }

    #[test]
    fn the_signs_of_the_specification_mean_what_their_ascii_forms_mean() {
        assert_eq!(kinds("λ Λ → ← ⋆ ⟨ ⟩ ↦"), kinds("\\ /\\ -> <- * < > ="));
        assert_eq!(kinds("∀"), kinds("forall"));
    }

    #[test]
    fn comments_and_blanks_are_skipped() {
        assert_eq!(kinds("/* a\n * b */ x // y\n"), [Kind::Word, Kind::End]);
        assert_eq!(kinds("a->b")[1], Kind::Symbol(Symbol::Arrow));
    }

    #[test]
    fn strings_and_comments_must_end() {
        for source in ["\"abc", "'a\n'", "`x", "/* ", "\"\\\"", "#", "-"] {
            assert!(tokens(source).is_err(), "{source}");
        }
    }
}
