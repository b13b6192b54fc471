//! Modules and what they define; `templates` has templates and interfaces.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Parser;
use crate::lf::ast::{
    DataCons, DefDataType, DefException, DefTypeSynonym, DefValue, FeatureFlags, Location, Module,
    Type,
};
use crate::lf::distinct;
use crate::lf::text::error::Error;
use crate::lf::text::token::{Kind, Symbol};
use crate::model::{DottedName, Name};

/// All flags are set in LF 2, so a text does not mention them.
const FLAGS: FeatureFlags = FeatureFlags {
    forbid_party_literals: true,
    dont_divulge_contract_ids_in_create_arguments: true,
    dont_disclose_non_consuming_choices_to_observers: true,
};

/// The words with `@` after a definition's keyword.
#[derive(Debug, Default)]
pub(super) struct Tags {
    pub(super) serializable: bool,
    pub(super) non_consuming: bool,
    pub(super) location: Option<Location>,
}

impl Parser<'_> {
    /// `Name { definition; … }`
    pub(super) fn module(&mut self) -> Result<Module, Error> {
        let start = self.peek_at(0);
        let mut module = Module {
            name: self.dotted_name("the name of a module")?,
            flags: FLAGS,
            synonyms: Vec::new(),
            data_types: Vec::new(),
            values: Vec::new(),
            templates: Vec::new(),
            exceptions: Vec::new(),
            interfaces: Vec::new(),
        };
        self.expect(Symbol::LeftBrace)?;
        while !self.take(Symbol::RightBrace) {
            self.definition(&mut module)?;
            self.expect(Symbol::Semicolon)?;
        }
        add_interface_types(&mut module);
        let distinct = distinct::check_module(&module);
        self.checked_at(start, distinct)?;
        Ok(module)
    }

    fn definition(&mut self, module: &mut Module) -> Result<(), Error> {
        let keyword = self.word().unwrap_or_default();
        match keyword {
            "synonym" => module.synonyms.push(self.synonym()?),
            "record" | "variant" | "enum" | "interface_type" => {
                self.advance();
                module.data_types.push(self.data_type(keyword)?);
            }
            "val" => module.values.push(self.value()?),
            "template" => module.templates.push(self.template()?),
            "exception" => module.exceptions.push(self.exception()?),
            "interface" => module.interfaces.push(self.interface()?),
            _ => {
                return Err(self.expected(
                    "synonym, record, variant, enum, interface_type, val, template, exception, \
                     interface or \"}\"",
                ));
            }
        }
        Ok(())
    }

    /// `@serializable`, `@nonConsuming`, `@loc(…)`; only those of `allowed`.
    pub(super) fn tags(&mut self, allowed: &[&str]) -> Result<Tags, Error> {
        let mut tags = Tags::default();
        while self.take(Symbol::At) {
            let word = self.word().unwrap_or_default();
            if !allowed.contains(&word) {
                return Err(self.expected(&allowed.join(" or ")));
            }
            self.advance();
            match word {
                "serializable" => tags.serializable = true,
                "nonConsuming" => tags.non_consuming = true,
                _ => tags.location = Some(self.location()?),
            }
        }
        Ok(tags)
    }

    /// `synonym Name a … = type`
    fn synonym(&mut self) -> Result<DefTypeSynonym, Error> {
        self.advance();
        let tags = self.tags(&["loc"])?;
        let name = self.dotted_name("the name of a type synonym")?;
        let params = self.type_params()?;
        self.expect(Symbol::Equals)?;
        Ok(DefTypeSynonym {
            name,
            params,
            typ: self.typ()?,
            location: tags.location,
        })
    }

    /// After the keyword: `@serializable Name a … = constructors`
    fn data_type(&mut self, keyword: &str) -> Result<DefDataType, Error> {
        let tags = self.tags(&["serializable", "loc"])?;
        let name = self.dotted_name("the name of a type")?;
        let params = self.type_params()?;
        if keyword == "enum" && !params.is_empty() {
            return Err(self.fail("an enum has no type parameters"));
        }
        if keyword != "interface_type" {
            self.expect(Symbol::Equals)?;
        }
        let cons = match keyword {
            "record" => DataCons::Record(self.record_fields()?),
            "variant" => DataCons::Variant(self.variants()?),
            "enum" => DataCons::Enum(self.enumerators()?),
            _ => DataCons::Interface,
        };
        Ok(DefDataType {
            name,
            params,
            serializable: tags.serializable,
            cons,
            location: tags.location,
        })
    }

    fn record_fields(&mut self) -> Result<Vec<(Name, Arc<Type>)>, Error> {
        self.expect(Symbol::LeftBrace)?;
        let mut fields = Vec::new();
        while !self.take(Symbol::RightBrace) {
            if !fields.is_empty() && !self.take(Symbol::Comma) {
                return Err(self.expected("\",\" or \"}\""));
            }
            fields.push(self.name_with_type("a field")?);
        }
        Ok(fields)
    }

    fn name_with_type(&mut self, what: &str) -> Result<(Name, Arc<Type>), Error> {
        let name = self.name(what)?;
        self.expect(Symbol::Colon)?;
        Ok((name, self.typ()?))
    }

    fn at_name(&self) -> bool {
        matches!(self.peek(), Kind::Word | Kind::Escaped)
    }

    fn variants(&mut self) -> Result<Vec<(Name, Arc<Type>)>, Error> {
        let mut variants = Vec::new();
        while self.at_name() {
            variants.push(self.name_with_type("a constructor")?);
            if !self.take(Symbol::Bar) {
                break;
            }
        }
        Ok(variants)
    }

    fn enumerators(&mut self) -> Result<Vec<Name>, Error> {
        let mut enumerators = Vec::new();
        while self.at_name() {
            enumerators.push(self.name("a constructor")?);
            if !self.take(Symbol::Bar) {
                break;
            }
        }
        Ok(enumerators)
    }

    /// `val name : type = e`
    fn value(&mut self) -> Result<DefValue, Error> {
        self.advance();
        let tags = self.tags(&["loc"])?;
        let name = self.dotted_name("the name of a value")?;
        self.expect(Symbol::Colon)?;
        let typ = self.typ()?;
        self.expect(Symbol::Equals)?;
        Ok(DefValue {
            name,
            typ,
            expr: self.expression()?,
            location: tags.location,
        })
    }

    /// `exception Name = { message e }`
    fn exception(&mut self) -> Result<DefException, Error> {
        self.advance();
        let tags = self.tags(&["loc"])?;
        let name = self.dotted_name("the name of an exception")?;
        self.expect(Symbol::Equals)?;
        self.expect(Symbol::LeftBrace)?;
        self.expect_word("message")?;
        let message = self.expression()?;
        self.take(Symbol::Semicolon);
        self.expect(Symbol::RightBrace)?;
        Ok(DefException {
            name,
            message,
            location: tags.location,
        })
    }
}

/// An interface has a type; a text may leave it out.
fn add_interface_types(module: &mut Module) {
    let types = module.data_types.iter().map(|data| data.name.clone());
    let types: BTreeSet<DottedName> = types.collect();
    for interface in &module.interfaces {
        if !types.contains(&interface.name) {
            module.data_types.push(DefDataType {
                name: interface.name.clone(),
                params: Vec::new(),
                serializable: false,
                cons: DataCons::Interface,
                location: None,
            });
        }
    }
}
