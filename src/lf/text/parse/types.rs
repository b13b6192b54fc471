//! Kinds and types.

use std::sync::Arc;

use super::Parser;
use crate::lf::ast::{BuiltinType, Kind, Type};
use crate::lf::limits;
use crate::lf::literals::SCALE_MAX;
use crate::lf::stack::with_room;
use crate::lf::text::error::Error;
use crate::lf::text::token;
use crate::lf::text::token::Symbol;
use crate::model::Name;

impl Parser<'_> {
    fn check_type_level(&self, level: usize) -> Result<(), Error> {
        if level <= limits::TYPE_DEPTH_MAX as usize {
            return Ok(());
        }
        let max = limits::TYPE_DEPTH_MAX;
        Err(self.fail(&format!("types nest more than {max} levels here")))
    }

    /// `*`, `nat`, `kind -> kind`
    pub(super) fn kind(&mut self) -> Result<Kind, Error> {
        self.kind_at(1)
    }

    fn kind_at(&mut self, level: usize) -> Result<Kind, Error> {
        self.check_type_level(level)?;
        let kind = if self.take(Symbol::LeftParen) {
            let kind = with_room(|| self.kind_at(level + 1))?;
            self.expect(Symbol::RightParen)?;
            kind
        } else if self.take(Symbol::Star) {
            Kind::Star
        } else if self.take_word("nat") {
            Kind::Nat
        } else {
            return Err(self.expected("a kind"));
        };
        if !self.take(Symbol::Arrow) {
            return Ok(kind);
        }
        let result = with_room(|| self.kind_at(level + 1))?;
        Ok(Kind::Arrow(Arc::new(kind), Arc::new(result)))
    }

    /// Type parameters: `a` for those of kind `*`, `(a : kind)`.
    pub(super) fn type_params(&mut self) -> Result<Vec<(Name, Arc<Kind>)>, Error> {
        let mut params = Vec::new();
        loop {
            match self.peek() {
                token::Kind::Word | token::Kind::Escaped => {
                    params.push((self.name("a type variable")?, Arc::new(Kind::Star)));
                }
                token::Kind::Symbol(Symbol::LeftParen) => {
                    self.advance();
                    let name = self.name("a type variable")?;
                    self.expect(Symbol::Colon)?;
                    let kind = self.kind()?;
                    self.expect(Symbol::RightParen)?;
                    params.push((name, Arc::new(kind)));
                }
                _ => return Ok(params),
            }
        }
    }

    /// A type.
    pub(super) fn typ(&mut self) -> Result<Arc<Type>, Error> {
        self.type_at(1)
    }

    /// A type that stands for itself: what follows `@`.
    pub(super) fn type_atom(&mut self) -> Result<Arc<Type>, Error> {
        self.atom_at(1)
    }

    /// `@type` as often as it follows.
    pub(super) fn type_args(&mut self) -> Result<Vec<Arc<Type>>, Error> {
        let mut args = Vec::new();
        while self.take(Symbol::At) {
            args.push(self.type_atom()?);
        }
        Ok(args)
    }

    /// `@type` once.
    pub(super) fn type_arg(&mut self) -> Result<Arc<Type>, Error> {
        self.expect(Symbol::At)?;
        self.type_atom()
    }

    fn type_at(&mut self, level: usize) -> Result<Arc<Type>, Error> {
        with_room(|| {
            let left = self.application_at(level)?;
            if !self.take(Symbol::Arrow) {
                return Ok(left);
            }
            let right = self.type_at(level + 1)?;
            let arrow = Arc::new(Type::Builtin(BuiltinType::Arrow));
            Ok(Arc::new(Type::App(Arc::new(Type::App(arrow, left)), right)))
        })
    }

    fn application_at(&mut self, level: usize) -> Result<Arc<Type>, Error> {
        let mut typ = self.atom_at(level)?;
        let mut args = 0;
        while self.at_type_atom() {
            args += 1;
            let arg = self.atom_at(level + args)?;
            typ = Arc::new(Type::App(typ, arg));
        }
        Ok(typ)
    }

    fn at_type_atom(&self) -> bool {
        match self.peek() {
            token::Kind::Word
            | token::Kind::Escaped
            | token::Kind::Quoted
            | token::Kind::Integer => true,
            token::Kind::Symbol(symbol) => {
                matches!(symbol, Symbol::LeftParen | Symbol::LeftAngle)
            }
            _ => false,
        }
    }

    fn atom_at(&mut self, level: usize) -> Result<Arc<Type>, Error> {
        self.check_type_level(level)?;
        match self.peek() {
            token::Kind::Symbol(Symbol::LeftParen) => {
                self.advance();
                let typ = self.type_at(level + 1)?;
                self.expect(Symbol::RightParen)?;
                Ok(typ)
            }
            token::Kind::Symbol(Symbol::LeftAngle) => self.struct_type(level),
            token::Kind::Symbol(Symbol::Bar | Symbol::Bars) => self.synonym_type(level),
            token::Kind::Integer => self.scale(),
            token::Kind::Word | token::Kind::Escaped | token::Kind::Quoted => {
                self.named_type(level)
            }
            _ => Err(self.expected("a type")),
        }
    }

    fn named_type(&mut self, level: usize) -> Result<Arc<Type>, Error> {
        if self.at_reference() {
            return Ok(Arc::new(Type::Con(self.reference()?)));
        }
        match self.word() {
            Some("forall" | "∀") => self.forall(level),
            Some(word) => match builtin_type(word) {
                Some(builtin) => {
                    self.advance();
                    Ok(Arc::new(Type::Builtin(builtin)))
                }
                None => Ok(Arc::new(Type::Var(self.name("a type")?))),
            },
            None => Ok(Arc::new(Type::Var(self.name("a type")?))),
        }
    }

    fn forall(&mut self, level: usize) -> Result<Arc<Type>, Error> {
        self.advance();
        let params = self.type_params()?;
        if params.is_empty() {
            return Err(self.expected("a type variable"));
        }
        self.expect(Symbol::Dot)?;
        self.check_type_level(level + params.len())?;
        let body = self.type_at(level + params.len())?;
        Ok(params.into_iter().rev().fold(body, |body, (name, kind)| {
            Arc::new(Type::Forall(name, kind, body))
        }))
    }

    fn struct_type(&mut self, level: usize) -> Result<Arc<Type>, Error> {
        self.advance();
        let mut fields = Vec::new();
        loop {
            let name = self.name("a field")?;
            self.expect(Symbol::Colon)?;
            fields.push((name, self.type_at(level + 1)?));
            if !self.take(Symbol::Comma) {
                break;
            }
        }
        self.expect(Symbol::RightAngle)?;
        Ok(Arc::new(Type::Struct(fields)))
    }

    /// `|Module:Synonym type …|`, with one bar or two on both sides.
    fn synonym_type(&mut self, level: usize) -> Result<Arc<Type>, Error> {
        let end = if self.is(Symbol::Bars) {
            Symbol::Bars
        } else {
            Symbol::Bar
        };
        self.advance();
        let synonym = self.reference()?;
        let mut args = Vec::new();
        while self.at_type_atom() {
            args.push(with_room(|| self.atom_at(level + 1))?);
        }
        self.expect(end)?;
        Ok(Arc::new(Type::Synonym(synonym, args)))
    }

    fn scale(&mut self) -> Result<Arc<Type>, Error> {
        let text = self.text_of(self.peek_at(0));
        let scale = text.parse().ok().filter(|scale| *scale <= SCALE_MAX);
        let scale = scale.ok_or_else(|| self.expected("a scale from 0 to 37"))?;
        self.advance();
        Ok(Arc::new(Type::Nat(scale)))
    }
}

/// The builtin type with a name; two have another one in the parser with which Daml-LF is tested and
/// in the specification.
pub(in crate::lf::text) fn builtin_type(word: &str) -> Option<BuiltinType> {
    match word {
        "Option" => Some(BuiltinType::Optional),
        "TArrow" => Some(BuiltinType::Arrow),
        _ => BuiltinType::ALL
            .iter()
            .find(|builtin| builtin.name() == word)
            .copied(),
    }
}
