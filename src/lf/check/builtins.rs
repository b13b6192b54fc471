//! The types of builtin functions, which are written in the text form.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::arena::{Result, Ty};
use super::checker::Checker;
use super::error::Fault;
use crate::lf::ast::{BuiltinFunction, Type};
use crate::lf::text::parse;

/// The types as they are written. A test sees to it that the text parses and has them all.
fn written() -> &'static FxHashMap<BuiltinFunction, Arc<Type>> {
    static WRITTEN: OnceLock<FxHashMap<BuiltinFunction, Arc<Type>>> = OnceLock::new();
    WRITTEN.get_or_init(|| {
        let package = parse(include_str!("builtins.daml-lf"), &|_, _| None);
        let modules = package.map(|package| package.modules).unwrap_or_default();
        let synonyms = modules.into_iter().flat_map(|module| module.synonyms);
        let types: FxHashMap<_, _> = synonyms.map(|it| (it.name.to_string(), it.typ)).collect();
        let functions = BuiltinFunction::ALL.iter();
        functions
            .filter_map(|it| Some((*it, types.get(it.name())?.clone())))
            .collect()
    })
}

impl Checker<'_> {
    /// The type of a builtin function.
    pub(super) fn builtin(&mut self, function: BuiltinFunction) -> Result<Ty> {
        if let Some(known) = self.builtins.get(&function) {
            return Ok(*known);
        }
        let language = self.package.language;
        if language < function.since() {
            return Err(Box::new(Fault::Feature {
                what: function.name().to_owned(),
                language,
            }));
        }
        let missing = || {
            Box::new(Fault::Internal {
                what: "a builtin without a type",
            })
        };
        let typ = self.star(written().get(&function).ok_or_else(missing)?)?;
        self.builtins.insert(function, typ);
        Ok(typ)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_function_has_a_type_and_nothing_else_has() {
        for function in BuiltinFunction::ALL {
            assert!(written().contains_key(function), "{}", function.name());
        }
        let synonyms = include_str!("builtins.daml-lf").matches("synonym ");
        assert_eq!(synonyms.count() - 1, BuiltinFunction::ALL.len());
    }
}
