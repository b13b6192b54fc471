//! Steps through the tokens.

use super::Parser;
use crate::lf::ast::{PackageIs, Ref};
use crate::lf::limits;
use crate::lf::text::error::Error;
use crate::lf::text::token::{Kind, Symbol, Token};
use crate::model::{DottedName, ModuleName, Name};

impl<'s> Parser<'s> {
    pub(super) fn peek_at(&self, ahead: usize) -> Token {
        let last = self.tokens.len() - 1;
        self.tokens[(self.at + ahead).min(last)]
    }

    pub(super) fn peek(&self) -> Kind {
        self.peek_at(0).kind
    }

    pub(super) fn text_of(&self, token: Token) -> &'s str {
        let range = token.start as usize..token.end as usize;
        self.source.get(range).unwrap_or_default()
    }

    /// The next token's text without its delimiters.
    pub(super) fn inner_text(&self) -> &'s str {
        let text = self.text_of(self.peek_at(0));
        text.get(1..text.len().saturating_sub(1))
            .unwrap_or_default()
    }

    pub(super) fn advance(&mut self) {
        self.at += 1;
    }

    pub(super) fn is(&self, symbol: Symbol) -> bool {
        self.peek() == Kind::Symbol(symbol)
    }

    /// Takes a symbol if it is the next token.
    pub(super) fn take(&mut self, symbol: Symbol) -> bool {
        let found = self.is(symbol);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect(&mut self, symbol: Symbol) -> Result<(), Error> {
        if self.take(symbol) {
            return Ok(());
        }
        Err(self.expected(&format!("{:?}", symbol.spelled())))
    }

    /// The next token if it is an unescaped word.
    pub(super) fn word(&self) -> Option<&'s str> {
        match self.peek() {
            Kind::Word => Some(self.text_of(self.peek_at(0))),
            _ => None,
        }
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    /// Takes a keyword if it is the next token.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<(), Error> {
        if self.take_word(word) {
            return Ok(());
        }
        Err(self.expected(&format!("{word:?}")))
    }

    /// Any word is a name where a name is expected, keywords included.
    pub(super) fn name(&mut self, what: &str) -> Result<Name, Error> {
        let text = match self.peek() {
            Kind::Word => self.text_of(self.peek_at(0)),
            Kind::Escaped => self.inner_text(),
            _ => return Err(self.expected(what)),
        };
        let name = if let Some(name) = self.names.get(text) {
            name.clone()
        } else {
            let name = self.checked(Name::parse(text))?;
            self.names.insert(text, name.clone());
            name
        };
        self.advance();
        Ok(name)
    }

    /// Names joined by dots.
    pub(super) fn dotted_name(&mut self, what: &str) -> Result<DottedName, Error> {
        let first = self.peek_at(0);
        let mut segments = vec![self.name(what)?];
        let mut last = first;
        while self.is(Symbol::Dot) {
            self.advance();
            last = self.peek_at(0);
            segments.push(self.name("a name")?);
        }
        let span = Token {
            end: last.end,
            ..first
        };
        let text = self.text_of(span);
        if let Some(known) = self.dotted_names.get(text) {
            return Ok(known.clone());
        }
        let joined = DottedName::from_segments(segments.iter().map(Name::as_str));
        let name = self.checked_at(first, joined)?;
        self.dotted_names.insert(text, name.clone());
        Ok(name)
    }

    /// A module of this or another package: `Module` or `'package':Module`.
    pub(super) fn module_ref(&mut self) -> Result<(PackageIs, ModuleName), Error> {
        let package = if self.peek() == Kind::Quoted {
            let text = self.inner_text();
            let package = self.package_named(text)?;
            self.advance();
            self.expect(Symbol::Colon)?;
            package
        } else {
            PackageIs::This
        };
        Ok((package, self.dotted_name("a module")?))
    }

    /// A qualified name: `Module:Name` or `'package':Module:Name`.
    pub(super) fn reference(&mut self) -> Result<Ref, Error> {
        let (package, module) = self.module_ref()?;
        self.expect(Symbol::Colon)?;
        Ok(Ref {
            package,
            module,
            name: self.dotted_name("a name")?,
        })
    }

    /// Whether a qualified name follows.
    pub(super) fn at_reference(&self) -> bool {
        let is_name = |ahead| matches!(self.peek_at(ahead).kind, Kind::Word | Kind::Escaped);
        if self.peek() == Kind::Quoted {
            return true;
        }
        let mut ahead = 0;
        while is_name(ahead) {
            match self.peek_at(ahead + 1).kind {
                Kind::Symbol(Symbol::Colon) => return true,
                Kind::Symbol(Symbol::Dot) => ahead += 2,
                _ => return false,
            }
        }
        false
    }

    /// Refuses what nests too deeply.
    pub(super) fn check_level(&self, level: usize) -> Result<(), Error> {
        if level <= limits::EXPRESSION_DEPTH_MAX as usize {
            return Ok(());
        }
        let max = limits::EXPRESSION_DEPTH_MAX;
        Err(self.fail(&format!("expressions nest more than {max} levels here")))
    }

    /// Turns a fault of the next token into an error.
    pub(super) fn checked<T, E: ToString>(&self, result: Result<T, E>) -> Result<T, Error> {
        self.checked_at(self.peek_at(0), result)
    }

    pub(super) fn checked_at<T, E: ToString>(
        &self,
        token: Token,
        result: Result<T, E>,
    ) -> Result<T, Error> {
        result.map_err(|error| Error::at(self.source, token.start as usize, error.to_string()))
    }

    /// An error at the next token.
    pub(super) fn fail(&self, message: &str) -> Error {
        Error::at(self.source, self.peek_at(0).start as usize, message)
    }

    /// An error that says what should be there and what is.
    pub(super) fn expected(&self, what: &str) -> Error {
        let found = if self.peek() == Kind::End {
            "the end of the text".to_owned()
        } else {
            let text = self.text_of(self.peek_at(0));
            format!("{:?}", text.chars().take(40).collect::<String>())
        };
        self.fail(&format!("expected {what}, found {found}"))
    }
}
