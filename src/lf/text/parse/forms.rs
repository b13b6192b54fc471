//! Expressions that begin with a reserved word. The word itself is already taken.

use std::sync::Arc;

use super::Parser;
use crate::lf::ast::{
    Binding, BuiltinCon, CaseAlternative, Expr, Location, Pattern, Ref, Type, Update,
};
use crate::lf::text::error::Error;
use crate::lf::text::reserved::{Form, Reserved, reserved};
use crate::lf::text::token::{Kind, Symbol};
use crate::model::Name;

impl Parser<'_> {
    pub(super) fn form(&mut self, form: Form, level: usize) -> Result<Expr, Error> {
        match form {
            Form::True => Ok(Expr::Con(BuiltinCon::True)),
            Form::False => Ok(Expr::Con(BuiltinCon::False)),
            Form::Let => {
                let (bindings, body) = self.block(Symbol::Equals, level)?;
                let body = Box::new(body);
                Ok(Expr::Let { bindings, body })
            }
            Form::Case => self.case(level),
            Form::Loc => {
                let location = Box::new(self.location()?);
                Ok(Expr::Located(location, Box::new(self.atom(level + 1)?)))
            }
            Form::Nil
            | Form::Cons
            | Form::None
            | Form::Some
            | Form::ToAny
            | Form::FromAny
            | Form::TypeRep
            | Form::ToAnyException
            | Form::FromAnyException
            | Form::Throw => self.typed(form, level),
            Form::ToInterface
            | Form::FromInterface
            | Form::ToRequiredInterface
            | Form::FromRequiredInterface
            | Form::UnsafeFromInterface
            | Form::UnsafeFromRequiredInterface => self.conversion(form, level),
            Form::CallInterface
            | Form::ViewInterface
            | Form::InterfaceSignatory
            | Form::InterfaceObserver
            | Form::InterfaceTypeRep => self.on_interface(form, level),
            _ => {
                let update = self.update(form, level)?;
                Ok(Expr::Update(Box::new(update)))
            }
        }
    }

    fn boxed(&mut self, level: usize) -> Result<Box<Expr>, Error> {
        self.atom(level + 1).map(Box::new)
    }

    /// `@Module:Name`
    fn reference_arg(&mut self) -> Result<Ref, Error> {
        self.expect(Symbol::At)?;
        self.reference()
    }

    /// `x : type = e; … in e` or `x : type <- e; … in e`
    fn block(&mut self, sign: Symbol, level: usize) -> Result<(Vec<Binding>, Expr), Error> {
        let mut bindings = Vec::new();
        loop {
            let name = self.name("a variable")?;
            self.expect(Symbol::Colon)?;
            let typ = self.typ()?;
            self.expect(sign)?;
            let bound = self.expr(level + 1)?;
            bindings.push(Binding { name, typ, bound });
            if !self.take(Symbol::Semicolon) {
                break;
            }
        }
        if !self.take_word("in") {
            return Err(self.expected("\";\" or \"in\""));
        }
        Ok((bindings, self.expr(level + 1)?))
    }

    /// `case e of pattern -> e | …`
    fn case(&mut self, level: usize) -> Result<Expr, Error> {
        let scrutinee = Box::new(self.expr(level + 1)?);
        self.expect_word("of")?;
        let mut alternatives = Vec::new();
        let mut another = self.at_pattern();
        while another {
            let pattern = self.pattern()?;
            self.expect(Symbol::Arrow)?;
            let body = self.expr(level + 1)?;
            alternatives.push(CaseAlternative { pattern, body });
            another = self.take(Symbol::Bar);
        }
        Ok(Expr::Case {
            scrutinee,
            alternatives,
        })
    }

    /// A case may have no alternatives; then something ends here that it is a part of.
    fn at_pattern(&self) -> bool {
        match self.peek() {
            Kind::Word => {
                let stop = reserved(self.word().unwrap_or_default()) == Some(Reserved::Stop);
                !stop || self.at_reference()
            }
            Kind::Symbol(symbol) => symbol == Symbol::LeftParen,
            kind => kind != Kind::End,
        }
    }

    fn pattern(&mut self) -> Result<Pattern, Error> {
        if self.take(Symbol::LeftParen) {
            self.expect(Symbol::RightParen)?;
            return Ok(Pattern::Builtin(BuiltinCon::Unit));
        }
        if self.at_reference() {
            let tycon = self.reference()?;
            self.expect(Symbol::Colon)?;
            let constructor = self.name("a constructor")?;
            if self.is(Symbol::Arrow) {
                return Ok(Pattern::Enum { tycon, constructor });
            }
            let binder = self.name("a variable or \"->\"")?;
            return Ok(Pattern::Variant {
                tycon,
                constructor,
                binder,
            });
        }
        let pattern = match self.word() {
            Some("_") => Pattern::Default,
            Some("True") => Pattern::Builtin(BuiltinCon::True),
            Some("False") => Pattern::Builtin(BuiltinCon::False),
            Some("Nil") => Pattern::Nil,
            Some("None") => Pattern::None,
            Some("Cons") => {
                self.advance();
                let head = self.name("a variable")?;
                let tail = self.name("a variable")?;
                return Ok(Pattern::Cons { head, tail });
            }
            Some("Some") => {
                self.advance();
                let body = self.name("a variable")?;
                return Ok(Pattern::Some { body });
            }
            _ => return Err(self.expected("a pattern")),
        };
        self.advance();
        Ok(pattern)
    }

    /// `(line, column, line, column)`, with `Module,` or `'package':Module,` in front if it is
    /// another module.
    pub(super) fn location(&mut self) -> Result<Location, Error> {
        self.expect(Symbol::LeftParen)?;
        let module = if self.peek() == Kind::Integer {
            None
        } else {
            let module = self.module_ref()?;
            self.expect(Symbol::Comma)?;
            Some(module)
        };
        let mut numbers = [0; 4];
        for (index, number) in numbers.iter_mut().enumerate() {
            if index > 0 {
                self.expect(Symbol::Comma)?;
            }
            let text = self.text_of(self.peek_at(0));
            // what archives have room for
            let parsed = text.parse::<i32>().ok().and_then(|n| u32::try_from(n).ok());
            *number = parsed.ok_or_else(|| self.expected("a line or column"))?;
            self.advance();
        }
        self.expect(Symbol::RightParen)?;
        let [start_line, start_column, end_line, end_column] = numbers;
        Ok(Location {
            module,
            start: (start_line, start_column),
            end: (end_line, end_column),
        })
    }

    fn typed(&mut self, form: Form, level: usize) -> Result<Expr, Error> {
        let typ = self.type_arg()?;
        Ok(match form {
            Form::Nil => Expr::Nil(typ),
            Form::None => Expr::None(typ),
            Form::TypeRep => Expr::TypeRep(typ),
            Form::Cons => self.cons(typ, level)?,
            Form::Some => Expr::Some {
                element: typ,
                value: self.boxed(level)?,
            },
            Form::ToAny => Expr::ToAny {
                typ,
                expr: self.boxed(level)?,
            },
            Form::FromAny => Expr::FromAny {
                typ,
                expr: self.boxed(level)?,
            },
            Form::ToAnyException => Expr::ToAnyException {
                typ,
                expr: self.boxed(level)?,
            },
            Form::FromAnyException => Expr::FromAnyException {
                typ,
                expr: self.boxed(level)?,
            },
            _ => Expr::Throw {
                result: typ,
                exception_type: self.type_arg()?,
                exception: self.boxed(level)?,
            },
        })
    }

    /// `[e, …] tail`
    fn cons(&mut self, element: Arc<Type>, level: usize) -> Result<Expr, Error> {
        self.expect(Symbol::LeftBracket)?;
        let mut front = vec![self.expr(level + 1)?];
        while self.take(Symbol::Comma) {
            front.push(self.expr(level + 1)?);
        }
        self.expect(Symbol::RightBracket)?;
        Ok(Expr::Cons {
            element,
            front,
            tail: self.boxed(level)?,
        })
    }

    fn conversion(&mut self, form: Form, level: usize) -> Result<Expr, Error> {
        let interface = self.reference_arg()?;
        let template = self.reference_arg()?;
        if form == Form::UnsafeFromInterface {
            return Ok(Expr::UnsafeFromInterface {
                interface,
                template,
                contract_id: self.boxed(level)?,
                expr: self.boxed(level)?,
            });
        }
        let (required, requiring) = (interface, template);
        if form == Form::UnsafeFromRequiredInterface {
            return Ok(Expr::UnsafeFromRequiredInterface {
                required,
                requiring,
                contract_id: self.boxed(level)?,
                expr: self.boxed(level)?,
            });
        }
        let expr = self.boxed(level)?;
        Ok(match form {
            Form::ToInterface => Expr::ToInterface {
                interface: required,
                template: requiring,
                expr,
            },
            Form::FromInterface => Expr::FromInterface {
                interface: required,
                template: requiring,
                expr,
            },
            Form::ToRequiredInterface => Expr::ToRequiredInterface {
                required,
                requiring,
                expr,
            },
            _ => Expr::FromRequiredInterface {
                required,
                requiring,
                expr,
            },
        })
    }

    fn on_interface(&mut self, form: Form, level: usize) -> Result<Expr, Error> {
        let interface = self.reference_arg()?;
        if form == Form::CallInterface {
            return Ok(Expr::CallInterface {
                interface,
                method: self.name("a method")?,
                expr: self.boxed(level)?,
            });
        }
        let expr = self.boxed(level)?;
        Ok(match form {
            Form::ViewInterface => Expr::ViewInterface { interface, expr },
            Form::InterfaceSignatory => Expr::SignatoryInterface { interface, expr },
            Form::InterfaceObserver => Expr::ObserverInterface { interface, expr },
            _ => Expr::InterfaceTemplateTypeRep { interface, expr },
        })
    }

    fn update(&mut self, form: Form, level: usize) -> Result<Update, Error> {
        match form {
            Form::GetTime => Ok(Update::GetTime),
            Form::LedgerTimeLt => self.atom(level + 1).map(Update::LedgerTimeLt),
            Form::Bind => {
                let (bindings, body) = self.block(Symbol::LeftArrow, level)?;
                Ok(Update::Block { bindings, body })
            }
            Form::Pure => Ok(Update::Pure {
                typ: self.type_arg()?,
                expr: self.atom(level + 1)?,
            }),
            Form::EmbedExpr => Ok(Update::Embed {
                typ: self.type_arg()?,
                expr: self.atom(level + 1)?,
            }),
            Form::Try => self.try_catch(level),
            _ => self.on_template(form, level),
        }
    }

    /// `@type body catch x -> handler`
    fn try_catch(&mut self, level: usize) -> Result<Update, Error> {
        let result = self.type_arg()?;
        let body = self.atom(level + 1)?;
        self.expect_word("catch")?;
        let binder = self.name("a variable")?;
        self.expect(Symbol::Arrow)?;
        Ok(Update::TryCatch {
            result,
            body,
            binder,
            handler: self.expr(level + 1)?,
        })
    }

    fn on_template(&mut self, form: Form, level: usize) -> Result<Update, Error> {
        let reference = self.reference_arg()?;
        Ok(match form {
            Form::Create => Update::Create {
                template: reference,
                arg: self.atom(level + 1)?,
            },
            Form::CreateInterface => Update::CreateInterface {
                interface: reference,
                arg: self.atom(level + 1)?,
            },
            Form::Fetch => Update::Fetch {
                template: reference,
                contract_id: self.atom(level + 1)?,
            },
            Form::FetchInterface => Update::FetchInterface {
                interface: reference,
                contract_id: self.atom(level + 1)?,
            },
            Form::FetchByKey => Update::FetchByKey {
                template: reference,
            },
            Form::QueryNByKey => Update::QueryNByKey {
                template: reference,
            },
            _ => {
                let choice = self.name("a choice")?;
                let target = self.atom(level + 1)?;
                let arg = self.atom(level + 1)?;
                exercise(form, reference, choice, target, arg)
            }
        })
    }
}

fn exercise(form: Form, on: Ref, choice: Name, target: Expr, arg: Expr) -> Update {
    match form {
        Form::ExerciseInterface => Update::ExerciseInterface {
            interface: on,
            choice,
            contract_id: target,
            arg,
        },
        Form::ExerciseByKey => Update::ExerciseByKey {
            template: on,
            choice,
            key: target,
            arg,
        },
        _ => Update::Exercise {
            template: on,
            choice,
            contract_id: target,
            arg,
        },
    }
}
