//! Contract keys: the functions that the machine calls for a template with a key.

use rustc_hash::FxHashMap;

use super::Error;
use super::code::FunctionId;
use super::ir::{Ir, Operation};
use super::lower::Lowerer;
use super::ops::{Construct, Ledger};
use super::package::Compiler;
use super::program::{ChoiceRef, Keyed, TemplateRef};
use super::templates::{choice_row, declare_choices, exercise, reserve};
use crate::lf::ast::{self, DefTemplate, Ref, TemplateKey};
use crate::model::Name;

/// Reserves the functions of a template's key.
pub(super) fn declare(
    compiler: &mut Compiler<'_>,
    template: &DefTemplate,
) -> Result<Option<Keyed>, Error> {
    if template.key.is_none() {
        return Ok(None);
    }
    Ok(Some(Keyed {
        maintainers: reserve(compiler, 1)?,
        fetch: reserve(compiler, 1)?,
        query: reserve(compiler, 2)?,
        choices: declare_choices(compiler, &template.choices)?,
    }))
}

/// The functions of a template's key.
pub(super) fn keyed<'c>(compiler: &'c Compiler<'_>, template: &Ref) -> Result<&'c Keyed, Error> {
    let reference = compiler.template_ref(template)?;
    let found = match &template.package {
        ast::PackageIs::This => compiler.package.templates.get(reference.index as usize),
        ast::PackageIs::Other(_) => compiler.program.template(reference),
    };
    let keyed = found.and_then(|template| template.key.as_ref());
    keyed.ok_or_else(|| Error::Unknown {
        what: "template with a key",
        id: compiler.resolver.identifier(template),
    })
}

/// The function of a template's choice, of the contract with a key.
pub(super) fn choice(
    compiler: &Compiler<'_>,
    template: &Ref,
    choice: &Name,
) -> Result<FunctionId, Error> {
    let found = keyed(compiler, template)?.choices.get(choice).copied();
    found.ok_or_else(|| Error::NoMember {
        what: "choice",
        id: compiler.resolver.identifier(template),
        name: choice.clone(),
    })
}

/// Writes the functions of a template's key.
pub(super) fn define<'a>(
    compiler: &mut Compiler<'a>,
    template: &'a DefTemplate,
    reference: TemplateRef,
    row: u32,
) -> Result<(), Error> {
    let Some(key) = &template.key else {
        return Ok(());
    };
    let declared = compiler.package.templates.get(reference.index as usize);
    let declared = declared.and_then(|declared| declared.key.as_ref());
    let declared = declared.ok_or(Error::Internal("undeclared key"))?;
    let (maintainers, fetch, query) = (declared.maintainers, declared.fetch, declared.query);
    let choices: FxHashMap<Name, FunctionId> = declared.choices.clone();
    let body = super::lower::applied(compiler, &key.maintainers)?;
    compiler.finish(maintainers.index(), body)?;
    define_fetch(compiler, key, fetch, row)?;
    define_query(compiler, key, query, row)?;
    for choice in &template.choices {
        let function = choices.get(&choice.name);
        let function = function.ok_or(Error::Internal("undeclared choice"))?;
        let node = ChoiceRef {
            name: choice.name.clone(),
            consuming: choice.consuming,
            interface: None,
            template: Some(reference),
            by_key: true,
        };
        let node = choice_row(compiler, node)?;
        let mut lowerer = Lowerer::new(compiler);
        let key_var = lowerer.fresh();
        let arg = lowerer.fresh();
        let found = find(&mut lowerer, key, row, key_var)?;
        let id = lowerer.fresh();
        let param = &template.param;
        let body = exercise(
            &mut lowerer,
            param,
            choice,
            node,
            (id, arg),
            (Ledger::LookUp, row),
        )?;
        let ir = Ir::Let {
            bindings: vec![(id, found)],
            body: Box::new(body),
        };
        let body = lowerer.finish(vec![key_var, arg], ir, true);
        compiler.finish(function.index(), body)?;
    }
    Ok(())
}

/// The id of the contract with a key.
fn find<'a>(
    lowerer: &mut Lowerer<'_, 'a>,
    key: &'a TemplateKey,
    row: u32,
    key_var: u32,
) -> Result<Ir, Error> {
    let args = with_maintainers(lowerer, key, key_var)?;
    Ok(Ir::Operation(
        Operation::Ledger(Ledger::FindByKey, row),
        args,
    ))
}

/// What the ledger is asked with: a key and its maintainers.
fn with_maintainers<'a>(
    lowerer: &mut Lowerer<'_, 'a>,
    key: &'a TemplateKey,
    key_var: u32,
) -> Result<Vec<Ir>, Error> {
    let maintainers = lowerer.apply_to_vars(&key.maintainers, &[key_var])?;
    Ok(vec![Ir::var(key_var), Ir::Protected(Box::new(maintainers))])
}

/// From a key to contract id and contract.
fn define_fetch<'a>(
    compiler: &mut Compiler<'a>,
    key: &'a TemplateKey,
    function: FunctionId,
    row: u32,
) -> Result<(), Error> {
    let mut lowerer = Lowerer::new(compiler);
    let key_var = lowerer.fresh();
    let found = find(&mut lowerer, key, row, key_var)?;
    let (id, contract) = (lowerer.fresh(), lowerer.fresh());
    let fetch = Operation::Ledger(Ledger::FetchByKey, row);
    let fetched = Ir::Operation(fetch, vec![Ir::var(id)]);
    let pair = Operation::Construct(Construct::Record);
    let ir = Ir::Let {
        bindings: vec![(id, found), (contract, fetched)],
        body: Box::new(Ir::Operation(pair, vec![Ir::var(id), Ir::var(contract)])),
    };
    let body = lowerer.finish(vec![key_var], ir, true);
    compiler.finish(function.index(), body)
}

/// From a limit and a key to contract ids and contracts.
fn define_query<'a>(
    compiler: &mut Compiler<'a>,
    key: &'a TemplateKey,
    function: FunctionId,
    row: u32,
) -> Result<(), Error> {
    let mut lowerer = Lowerer::new(compiler);
    let limit = lowerer.fresh();
    let key_var = lowerer.fresh();
    let mut args = with_maintainers(&mut lowerer, key, key_var)?;
    args.push(Ir::var(limit));
    let ir = Ir::Operation(Operation::Ledger(Ledger::QueryByKey, row), args);
    let body = lowerer.finish(vec![limit, key_var], ir, true);
    compiler.finish(function.index(), body)
}
