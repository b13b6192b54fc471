//! Expressions that don't begin with a reserved word: names, literals, applications, abstractions,
//! records, variants, structs.

use super::Parser;
use crate::lf::ast::{BuiltinCon, Expr, Literal, TypeConApp};
use crate::lf::literals;
use crate::lf::stack::with_room;
use crate::lf::text::error::Error;
use crate::lf::text::quote;
use crate::lf::text::reserved::{Reserved, reserved};
use crate::lf::text::token::{Kind, Symbol};
use crate::model::{Name, Timestamp};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

impl Parser<'_> {
    /// The expression of a definition.
    pub(super) fn expression(&mut self) -> Result<Expr, Error> {
        self.expr(1)
    }

    /// An expression: as much as belongs to it. The level says in how many others it is.
    pub(super) fn expr(&mut self, level: usize) -> Result<Expr, Error> {
        self.check_level(level)?;
        with_room(|| self.application(level))
    }

    /// An expression that needs no parentheses as an argument.
    pub(super) fn atom(&mut self, level: usize) -> Result<Expr, Error> {
        self.check_level(level)?;
        with_room(|| self.projected(level))
    }

    /// A function with its arguments, values and types, in groups as they follow each other.
    fn application(&mut self, level: usize) -> Result<Expr, Error> {
        let mut expr = self.projected(level)?;
        let mut groups = level;
        loop {
            groups += 1;
            if self.is(Symbol::At) {
                let types = self.type_args()?;
                expr = Expr::TypeApp {
                    expr: Box::new(expr),
                    types,
                };
            } else if self.at_atom() {
                let mut args = Vec::new();
                while self.at_atom() {
                    args.push(self.atom(level + 1)?);
                }
                expr = Expr::App {
                    function: Box::new(expr),
                    args,
                };
            } else {
                return Ok(expr);
            }
            self.check_level(groups)?;
        }
    }

    fn at_atom(&self) -> bool {
        match self.peek() {
            Kind::Word => {
                let word = self.word().unwrap_or_default();
                reserved(word) != Some(Reserved::Stop)
            }
            Kind::Escaped
            | Kind::Quoted
            | Kind::Text
            | Kind::Integer
            | Kind::Decimal
            | Kind::Date
            | Kind::Timestamp => true,
            Kind::Symbol(symbol) => matches!(
                symbol,
                Symbol::LeftParen | Symbol::LeftAngle | Symbol::Lambda | Symbol::TypeLambda
            ),
            Kind::End => false,
        }
    }

    /// `atom.field`, as often as it follows.
    fn projected(&mut self, level: usize) -> Result<Expr, Error> {
        let mut expr = self.plain_atom(level)?;
        let mut depth = level;
        while self.take(Symbol::Dot) {
            depth += 1;
            self.check_level(depth)?;
            expr = Expr::StructProj {
                field: self.name("a field")?,
                strukt: Box::new(expr),
            };
        }
        Ok(expr)
    }

    fn plain_atom(&mut self, level: usize) -> Result<Expr, Error> {
        match self.peek() {
            Kind::Word | Kind::Quoted | Kind::Escaped if self.at_reference() => {
                self.referring(level)
            }
            Kind::Word => self.word_atom(level),
            Kind::Escaped => Ok(Expr::Var(self.name("a variable")?)),
            Kind::Text | Kind::Integer | Kind::Decimal | Kind::Date | Kind::Timestamp => {
                self.literal().map(Expr::Lit)
            }
            Kind::Symbol(Symbol::LeftParen) => self.parenthesis(level),
            Kind::Symbol(Symbol::LeftAngle) => self.structure(level),
            Kind::Symbol(Symbol::Lambda) => self.abstraction(level),
            Kind::Symbol(Symbol::TypeLambda) => self.type_abstraction(level),
            _ => Err(self.expected("an expression")),
        }
    }

    fn word_atom(&mut self, level: usize) -> Result<Expr, Error> {
        match reserved(self.word().unwrap_or_default()) {
            None => Ok(Expr::Var(self.name("a variable")?)),
            Some(Reserved::Stop) => Err(self.expected("an expression")),
            Some(Reserved::Builtin(function)) => {
                self.advance();
                Ok(Expr::Builtin(function))
            }
            Some(Reserved::Category(category)) => {
                self.advance();
                Ok(Expr::Lit(Literal::FailureCategory(category)))
            }
            Some(Reserved::Form(form)) => {
                self.advance();
                self.form(form, level)
            }
        }
    }

    /// `()` or an expression in parentheses.
    fn parenthesis(&mut self, level: usize) -> Result<Expr, Error> {
        self.advance();
        if self.take(Symbol::RightParen) {
            return Ok(Expr::Con(BuiltinCon::Unit));
        }
        self.parens += 1;
        self.check_level(self.parens as usize)?;
        let expr = self.expr(level)?;
        self.expect(Symbol::RightParen)?;
        self.parens -= 1;
        Ok(expr)
    }

    /// What begins with a qualified name: a value, a variant, an enum, or a form with a record.
    fn referring(&mut self, level: usize) -> Result<Expr, Error> {
        let con = self.reference()?;
        if self.take(Symbol::Colon) {
            let constructor = self.name("a constructor")?;
            let args = self.type_args()?;
            if args.is_empty() && !self.at_atom() {
                return Ok(Expr::EnumCon {
                    tycon: con,
                    constructor,
                });
            }
            return Ok(Expr::VariantCon {
                tycon: TypeConApp { con, args },
                constructor,
                arg: Box::new(self.atom(level + 1)?),
            });
        }
        let after_name = self.at;
        let args = if self.is(Symbol::At) {
            self.type_args()?
        } else {
            Vec::new()
        };
        if self.take(Symbol::LeftBrace) {
            return self.record(TypeConApp { con, args }, level);
        }
        // the types were arguments of the value, or of what the value is an argument of
        self.at = after_name;
        Ok(Expr::Val(con))
    }

    /// After the brace: `f = e, …}`, `f} record` or `record with f = e}`.
    fn record(&mut self, tycon: TypeConApp, level: usize) -> Result<Expr, Error> {
        if self.at_field_init() || self.is(Symbol::RightBrace) {
            return Ok(Expr::RecordCon {
                tycon,
                fields: self.fields(Symbol::RightBrace, level)?,
            });
        }
        if self.peek_at(1).kind == Kind::Symbol(Symbol::RightBrace) {
            let field = self.name("a field")?;
            self.expect(Symbol::RightBrace)?;
            return Ok(Expr::RecordProj {
                tycon,
                field,
                record: Box::new(self.atom(level + 1)?),
            });
        }
        let record = Box::new(self.expr(level + 1)?);
        let (field, update) = self.with_field(level)?;
        self.expect(Symbol::RightBrace)?;
        Ok(Expr::RecordUpdate {
            tycon,
            field,
            record,
            update,
        })
    }

    fn at_field_init(&self) -> bool {
        matches!(self.peek(), Kind::Word | Kind::Escaped)
            && self.peek_at(1).kind == Kind::Symbol(Symbol::Equals)
    }

    fn fields(&mut self, end: Symbol, level: usize) -> Result<Vec<(Name, Expr)>, Error> {
        let mut fields = Vec::new();
        if self.take(end) {
            return Ok(fields);
        }
        loop {
            let name = self.name("a field")?;
            self.expect(Symbol::Equals)?;
            fields.push((name, self.expr(level + 1)?));
            if self.take(end) {
                return Ok(fields);
            }
            if !self.take(Symbol::Comma) {
                return Err(self.expected(&format!("\",\" or {:?}", end.spelled())));
            }
        }
    }

    fn with_field(&mut self, level: usize) -> Result<(Name, Box<Expr>), Error> {
        self.expect_word("with")?;
        let field = self.name("a field")?;
        self.expect(Symbol::Equals)?;
        Ok((field, Box::new(self.expr(level + 1)?)))
    }

    /// `<f = e, …>` or `<struct with f = e>`
    fn structure(&mut self, level: usize) -> Result<Expr, Error> {
        self.advance();
        if self.at_field_init() || self.is(Symbol::RightAngle) {
            return Ok(Expr::StructCon {
                fields: self.fields(Symbol::RightAngle, level)?,
            });
        }
        let strukt = Box::new(self.expr(level + 1)?);
        let (field, update) = self.with_field(level)?;
        self.expect(Symbol::RightAngle)?;
        Ok(Expr::StructUpdate {
            field,
            strukt,
            update,
        })
    }

    /// `\(x : type) … -> body`
    fn abstraction(&mut self, level: usize) -> Result<Expr, Error> {
        self.advance();
        let mut params = Vec::new();
        while self.take(Symbol::LeftParen) {
            let name = self.name("a parameter")?;
            self.expect(Symbol::Colon)?;
            params.push((name, self.typ()?));
            self.expect(Symbol::RightParen)?;
        }
        if params.is_empty() {
            return Err(self.expected("a parameter with its type in parentheses"));
        }
        self.expect(Symbol::Arrow)?;
        let body = Box::new(self.expr(level + 1)?);
        Ok(Expr::Abs { params, body })
    }

    /// `/\a (b : kind) … . body`
    fn type_abstraction(&mut self, level: usize) -> Result<Expr, Error> {
        self.advance();
        let params = self.type_params()?;
        if params.is_empty() {
            return Err(self.expected("a type variable"));
        }
        self.expect(Symbol::Dot)?;
        let body = Box::new(self.expr(level + 1)?);
        Ok(Expr::TypeAbs { params, body })
    }

    fn literal(&mut self) -> Result<Literal, Error> {
        let text = self.text_of(self.peek_at(0));
        let literal = match self.peek() {
            Kind::Integer => Literal::Int64(
                self.checked(
                    text.parse()
                        .map_err(|_| format!("{text} is no 64-bit integer")),
                )?,
            ),
            Kind::Decimal if literals::is_numeric(text) => Literal::Numeric(text.into()),
            Kind::Decimal => {
                return Err(self.fail(
                    "a numeric has at most 38 digits, 37 of them after the point, and no \
                     superfluous zeros in front",
                ));
            }
            Kind::Text => {
                let text = quote::unquoted(self.inner_text());
                Literal::Text(self.checked(text)?.into())
            }
            Kind::Date => {
                let time = self.time(&format!("{text}T00:00:00Z"))?;
                let days = i32::try_from(time.micros().div_euclid(DAY));
                Literal::Date(self.checked(days)?)
            }
            _ => Literal::Timestamp(self.time(text)?.micros()),
        };
        self.advance();
        Ok(literal)
    }

    fn time(&self, text: &str) -> Result<Timestamp, Error> {
        self.checked(text.parse::<Timestamp>())
    }
}
