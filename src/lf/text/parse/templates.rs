//! Templates, interfaces, choices.

use std::sync::Arc;

use super::Parser;
use crate::lf::ast::{
    BuiltinType, Choice, DefInterface, DefTemplate, Expr, InterfaceInstance, InterfaceMethod, Ref,
    TemplateKey, Type,
};
use crate::lf::text::error::Error;
use crate::lf::text::token::Symbol;
use crate::model::{DottedName, Name};

/// The parts of a template, as far as they are read.
#[derive(Default)]
struct Parts {
    precondition: Option<Expr>,
    signatories: Option<Expr>,
    observers: Option<Expr>,
    key: Option<TemplateKey>,
    choices: Vec<Choice>,
    implements: Vec<InterfaceInstance>,
}

impl Parser<'_> {
    /// `template (this : Name) = { part; … }`
    pub(super) fn template(&mut self) -> Result<DefTemplate, Error> {
        self.advance();
        let tags = self.tags(&["loc"])?;
        let (param, name) = self.this_and_name()?;
        let mut parts = Parts::default();
        while !self.is(Symbol::RightBrace) {
            self.template_part(&mut parts)?;
            self.expect(Symbol::Semicolon)?;
        }
        let (Some(signatories), Some(observers)) = (parts.signatories, parts.observers) else {
            return Err(self.expected("signatories and observers of the template"));
        };
        self.expect(Symbol::RightBrace)?;
        Ok(DefTemplate {
            name,
            param,
            precondition: parts.precondition,
            signatories,
            observers,
            choices: parts.choices,
            key: parts.key,
            implements: parts.implements,
            location: tags.location,
        })
    }

    /// `(this : Name) = {`
    fn this_and_name(&mut self) -> Result<(Name, DottedName), Error> {
        self.expect(Symbol::LeftParen)?;
        let param = self.name("a variable")?;
        self.expect(Symbol::Colon)?;
        let name = self.dotted_name("the name of a type of this module")?;
        self.expect(Symbol::RightParen)?;
        self.expect(Symbol::Equals)?;
        self.expect(Symbol::LeftBrace)?;
        Ok((param, name))
    }

    fn template_part(&mut self, parts: &mut Parts) -> Result<(), Error> {
        let word = self.word().unwrap_or_default();
        let is_repeated = match word {
            "precondition" => parts.precondition.is_some(),
            "signatories" => parts.signatories.is_some(),
            "observers" => parts.observers.is_some(),
            "key" => parts.key.is_some(),
            "choice" | "implements" => false,
            _ => {
                return Err(self.expected(
                    "precondition, signatories, observers, choice, implements, key or \"}\"",
                ));
            }
        };
        if is_repeated {
            return Err(self.fail(&format!("{word} is given twice")));
        }
        self.advance();
        match word {
            "precondition" => parts.precondition = Some(self.expression()?),
            "signatories" => parts.signatories = Some(self.expression()?),
            "observers" => parts.observers = Some(self.expression()?),
            "key" => parts.key = Some(self.key()?),
            "choice" => parts.choices.push(self.choice()?),
            _ => parts.implements.push(self.implements()?),
        }
        Ok(())
    }

    /// `@type key maintainers`
    fn key(&mut self) -> Result<TemplateKey, Error> {
        Ok(TemplateKey {
            typ: self.type_arg()?,
            key: self.atom(1)?,
            maintainers: self.atom(1)?,
        })
    }

    /// `Module:Interface { view = e; method name = e; … }`
    fn implements(&mut self) -> Result<InterfaceInstance, Error> {
        let tags = self.tags(&["loc"])?;
        let interface = self.reference()?;
        self.expect(Symbol::LeftBrace)?;
        self.expect_word("view")?;
        self.expect(Symbol::Equals)?;
        let view = self.expression()?;
        self.expect(Symbol::Semicolon)?;
        let mut methods = Vec::new();
        while !self.take(Symbol::RightBrace) {
            self.expect_word("method")?;
            let name = self.name("a method")?;
            self.expect(Symbol::Equals)?;
            methods.push((name, self.expression()?));
            self.expect(Symbol::Semicolon)?;
        }
        Ok(InterfaceInstance {
            interface,
            methods,
            view,
            location: tags.location,
        })
    }

    /// `Name (self) (arg : type) : type, controllers e, observers e to e`
    fn choice(&mut self) -> Result<Choice, Error> {
        let tags = self.tags(&["nonConsuming", "loc"])?;
        let name = self.name("the name of a choice")?;
        self.expect(Symbol::LeftParen)?;
        let self_binder = self.name("a variable for the contract id")?;
        self.expect(Symbol::RightParen)?;
        self.expect(Symbol::LeftParen)?;
        let arg = self.name("a variable for the argument")?;
        self.expect(Symbol::Colon)?;
        let arg = (arg, self.typ()?);
        self.expect(Symbol::RightParen)?;
        self.expect(Symbol::Colon)?;
        let result = self.typ()?;
        self.expect(Symbol::Comma)?;
        self.expect_word("controllers")?;
        let controllers = self.expression()?;
        let observers = if self.take(Symbol::Comma) {
            self.expect_word("observers")?;
            self.expression()?
        } else {
            // an archive can't leave them out
            Expr::Nil(Arc::new(Type::Builtin(BuiltinType::Party)))
        };
        if !self.take_word("to") {
            return Err(self.expected("\"to\", or \",\" and observers"));
        }
        Ok(Choice {
            name,
            consuming: !tags.non_consuming,
            controllers,
            observers: Some(observers),
            self_binder,
            arg,
            result,
            update: self.expression()?,
            location: tags.location,
        })
    }

    /// `interface (this : Name) = { viewtype type; requires …; method …; choice …; }`
    pub(super) fn interface(&mut self) -> Result<DefInterface, Error> {
        self.advance();
        let tags = self.tags(&["loc"])?;
        let (param, name) = self.this_and_name()?;
        self.expect_word("viewtype")?;
        let view = self.typ()?;
        self.expect(Symbol::Semicolon)?;
        let mut requires = Vec::<Ref>::new();
        let (mut methods, mut choices) = (Vec::new(), Vec::new());
        while !self.take(Symbol::RightBrace) {
            if self.take_word("requires") {
                requires.push(self.reference()?);
            } else if self.take_word("method") {
                methods.push(self.method()?);
            } else if self.take_word("choice") {
                choices.push(self.choice()?);
            } else {
                return Err(self.expected("requires, method, choice or \"}\""));
            }
            self.expect(Symbol::Semicolon)?;
        }
        Ok(DefInterface {
            name,
            param,
            methods,
            choices,
            view,
            requires,
            location: tags.location,
        })
    }

    /// `name : type`
    fn method(&mut self) -> Result<InterfaceMethod, Error> {
        let tags = self.tags(&["loc"])?;
        let name = self.name("a method")?;
        self.expect(Symbol::Colon)?;
        Ok(InterfaceMethod {
            name,
            typ: self.typ()?,
            location: tags.location,
        })
    }
}
