//! From commands that name a contract by its key to calls of compiled code.

use super::preprocess::{Call, compiled, not_compiled, typed};
use crate::lf::compile::{Keyed, Program};
use crate::lf::error::Error;
use crate::lf::machine::Val;
use crate::lf::signature::{LookupError, Reference};
use crate::lf::value::{TranslationError, Value, contract_ids};
use crate::model::{Identifier, Name};

/// An exercise of the first contract with a key.
pub(super) fn exercise(
    program: &Program,
    template: &Identifier,
    key: &Value,
    choice: &Name,
    argument: &Value,
) -> Result<Call, Error> {
    let signature = program.signatures.template_choice(template, choice);
    let signature = signature.map_err(Error::Lookup)?;
    let (keyed, key) = keyed(program, template, key)?;
    let argument = typed(program, &signature.argument, argument)?;
    let function = keyed.choices.get(choice).copied();
    let reference = || Reference::TemplateChoice(template.clone(), choice.clone());
    let function = function.ok_or_else(|| Error::Lookup(LookupError::of(reference())))?;
    Ok(Call::new(function, vec![key, argument]))
}

/// A fetch of the first contract with a key.
pub(super) fn fetch(program: &Program, template: &Identifier, key: &Value) -> Result<Call, Error> {
    let (keyed, key) = keyed(program, template, key)?;
    Ok(Call::new(keyed.fetch, vec![key]))
}

/// A query for contracts with a key.
pub(super) fn query(
    program: &Program,
    template: &Identifier,
    key: &Value,
    limit: usize,
) -> Result<Call, Error> {
    let (keyed, key) = keyed(program, template, key)?;
    let limit = Val::Int64(i64::try_from(limit).unwrap_or(i64::MAX));
    Ok(Call::new(keyed.query, vec![limit, key]))
}

/// Checks that templates have keys of these types.
pub(super) fn check(program: &Program, keys: &[(Identifier, Value)]) -> Result<(), Error> {
    for (template, key) in keys {
        let package = program.signatures.package_of(template);
        package.map_err(Error::Lookup)?;
        keyed(program, template, key)?;
    }
    Ok(())
}

/// The functions of a template's key, and a key as the machine has it.
fn keyed<'p>(
    program: &'p Program,
    template: &Identifier,
    key: &Value,
) -> Result<(&'p Keyed, Val), Error> {
    let typ = program.signatures.template_key(template);
    let typ = typ.map_err(Error::Lookup)?;
    let val = typed(program, typ, key)?;
    if let Some(id) = contract_ids(key).next() {
        return Err(Error::Value(TranslationError::ContractIdInKey(id.clone())));
    }
    let found = compiled(program, template)?.key.as_ref();
    Ok((found.ok_or_else(|| not_compiled(template))?, val))
}
