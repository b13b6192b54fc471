//! Templates and interfaces: the functions that the machine calls for them.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::Error;
use super::code::FunctionId;
use super::constants::Key as Constant;
use super::ir::{Body, Ir, Operation, Var};
use super::keys;
use super::lower::{Key, Lowerer};
use super::ops::{Construct, Ledger, Nary};
use super::package::Compiler;
use super::program::{ChoiceRef, Instance, Interface, Template, TemplateRef};
use crate::lf::ast::{self, DefInterface, DefTemplate, Expr, InterfaceInstance, Module, Ref};
use crate::model::{Identifier, Name};

/// Reserves the functions of a template.
pub(super) fn declare_template(
    compiler: &mut Compiler<'_>,
    module: &Module,
    template: &DefTemplate,
) -> Result<(), Error> {
    let [info, signatories, observers, create, fetch] = [(); 5].map(|()| reserve(compiler, 1));
    let mut instances = FxHashMap::default();
    for instance in &template.implements {
        let interface = compiler.resolver.identifier(&instance.interface);
        let mut methods = FxHashMap::default();
        for (name, _) in &instance.methods {
            methods.insert(name.clone(), reserve(compiler, 1)?);
        }
        let view = reserve(compiler, 1)?;
        instances.insert(interface, Instance { view, methods });
    }
    let declared = Template {
        id: compiler.local_id(&module.name, &template.name),
        info: info?,
        signatories: signatories?,
        observers: observers?,
        key: keys::declare(compiler, template)?,
        create: create?,
        fetch: fetch?,
        choices: declare_choices(compiler, &template.choices)?,
        instances,
    };
    compiler.package.templates.push(declared);
    Ok(())
}

/// Reserves the functions of an interface.
pub(super) fn declare_interface(
    compiler: &mut Compiler<'_>,
    module: &Module,
    interface: &DefInterface,
) -> Result<(), Error> {
    let declared = Interface {
        fetch: reserve(compiler, 1)?,
        choices: declare_choices(compiler, &interface.choices)?,
    };
    let id = compiler.local_id(&module.name, &interface.name);
    compiler.package.interfaces.insert(id, declared);
    Ok(())
}

pub(super) fn declare_choices(
    compiler: &mut Compiler<'_>,
    choices: &[ast::Choice],
) -> Result<FxHashMap<Name, FunctionId>, Error> {
    choices
        .iter()
        .map(|choice| Ok((choice.name.clone(), reserve(compiler, 2)?)))
        .collect()
}

pub(super) fn reserve(compiler: &mut Compiler<'_>, arity: u16) -> Result<FunctionId, Error> {
    let index = compiler.reserve(arity)?;
    Ok(compiler.function_id(index))
}

/// The function of a template's choice.
pub(super) fn choice(
    compiler: &Compiler<'_>,
    template: &Ref,
    choice: &Name,
) -> Result<FunctionId, Error> {
    let reference = compiler.template_ref(template)?;
    let found = match &template.package {
        ast::PackageIs::This => compiler.package.templates.get(reference.index as usize),
        ast::PackageIs::Other(_) => compiler.program.template(reference),
    };
    let found = found.and_then(|template| template.choices.get(choice));
    found
        .copied()
        .ok_or_else(|| no_choice(compiler, template, choice))
}

/// The function of an interface's choice.
pub(super) fn interface_choice(
    compiler: &Compiler<'_>,
    interface: &Ref,
    choice: &Name,
) -> Result<FunctionId, Error> {
    let id = compiler.resolver.identifier(interface);
    let found = match &interface.package {
        ast::PackageIs::This => compiler.package.interfaces.get(&id),
        ast::PackageIs::Other(_) => compiler.program.interface(&id),
    };
    let found = found.and_then(|interface| interface.choices.get(choice));
    found
        .copied()
        .ok_or_else(|| no_choice(compiler, interface, choice))
}

fn no_choice(compiler: &Compiler<'_>, of: &Ref, choice: &Name) -> Error {
    Error::NoMember {
        what: "choice",
        id: compiler.resolver.identifier(of),
        name: choice.clone(),
    }
}

/// Writes the functions of a template.
pub(super) fn define_template<'a>(
    compiler: &mut Compiler<'a>,
    module: &'a Module,
    template: &'a DefTemplate,
) -> Result<(), Error> {
    let id = compiler.local_id(&module.name, &template.name);
    let number = compiler.package.template_number(&id);
    let number = number.ok_or(Error::Internal("undeclared template"))?;
    let declared = compiler.package.templates.get(number as usize);
    let declared = declared.ok_or(Error::Internal("undeclared template"))?;
    let (info, signatories, observers) = (declared.info, declared.signatories, declared.observers);
    let (create, fetch) = (declared.create, declared.fetch);
    let reference = TemplateRef {
        package: compiler.number,
        index: number,
    };
    let param = &template.param;
    contract_function(compiler, signatories, param, &template.signatories)?;
    contract_function(compiler, observers, param, &template.observers)?;
    let row = local_template_row(compiler, module, template)?;
    let body = contract_info(compiler, template, row, [signatories, observers])?;
    compiler.finish(info.index(), body)?;
    ledger_function(compiler, create, Ledger::Create, row)?;
    ledger_function(compiler, fetch, Ledger::Fetch, row)?;
    for choice in &template.choices {
        let function = own_choice(compiler, number, &choice.name)?;
        let node = ChoiceRef {
            name: choice.name.clone(),
            consuming: choice.consuming,
            interface: None,
            template: Some(reference),
            by_key: false,
        };
        let body = choice_body(compiler, param, choice, node, Ledger::LookUp, row)?;
        compiler.finish(function.index(), body)?;
    }
    keys::define(compiler, template, reference, row)?;
    define_instances(compiler, template, number)
}

fn local_template_row(
    compiler: &mut Compiler<'_>,
    module: &Module,
    template: &DefTemplate,
) -> Result<u32, Error> {
    compiler.template_row(&Ref {
        package: ast::PackageIs::This,
        module: module.name.clone(),
        name: template.name.clone(),
    })
}

fn own_choice(compiler: &Compiler<'_>, template: u32, choice: &Name) -> Result<FunctionId, Error> {
    let template = compiler.package.templates.get(template as usize);
    let function = template.and_then(|template| template.choices.get(choice));
    function
        .copied()
        .ok_or(Error::Internal("undeclared choice"))
}

fn define_instances<'a>(
    compiler: &mut Compiler<'a>,
    template: &'a DefTemplate,
    number: u32,
) -> Result<(), Error> {
    for written in &template.implements {
        check_instance(compiler, template, written)?;
        let interface = compiler.resolver.identifier(&written.interface);
        let declared = compiler.package.templates.get(number as usize);
        let instance = declared.and_then(|declared| declared.instances.get(&interface));
        let instance = instance.ok_or(Error::Internal("undeclared instance"))?;
        let view = instance.view;
        let methods = instance.methods.clone();
        contract_function(compiler, view, &template.param, &written.view)?;
        for (name, method) in &written.methods {
            if let Some(function) = methods.get(name) {
                contract_function(compiler, *function, &template.param, method)?;
            }
        }
    }
    Ok(())
}

/// An instance has all methods, and the template has all interfaces that the interface requires.
fn check_instance(
    compiler: &Compiler<'_>,
    template: &DefTemplate,
    written: &InterfaceInstance,
) -> Result<(), Error> {
    let (id, interface) = compiler.interface(&written.interface)?;
    let methods: BTreeSet<&Name> = written.methods.iter().map(|(name, _)| name).collect();
    let mut names = interface.methods.keys();
    if let Some(name) = names.find(|name| !methods.contains(name)) {
        return Err(Error::NoMember {
            what: "implementation of method",
            id,
            name: name.clone(),
        });
    }
    let implemented: BTreeSet<Identifier> = template
        .implements
        .iter()
        .map(|instance| compiler.resolver.identifier(&instance.interface))
        .collect();
    let mut required = interface.requires.iter();
    match required.find(|required| !implemented.contains(required)) {
        Some(missing) => Err(Error::Unknown {
            what: "instance of the required interface",
            id: missing.clone(),
        }),
        None => Ok(()),
    }
}

/// Writes a function from a contract to the value of an expression about it.
fn contract_function<'a>(
    compiler: &mut Compiler<'a>,
    function: FunctionId,
    param: &'a Name,
    expr: &'a Expr,
) -> Result<(), Error> {
    let mut lowerer = Lowerer::new(compiler);
    let contract = lowerer.bind_name(param);
    let ir = lowerer.value(expr)?;
    let body = lowerer.finish(vec![contract], ir, false);
    compiler.finish(function.index(), body)
}

/// Writes a function that does one thing on the ledger with its argument.
fn ledger_function(
    compiler: &mut Compiler<'_>,
    function: FunctionId,
    op: Ledger,
    row: u32,
) -> Result<(), Error> {
    let mut lowerer = Lowerer::new(compiler);
    let arg = lowerer.fresh();
    let ir = Ir::Operation(Operation::Ledger(op, row), vec![Ir::var(arg)]);
    let body = lowerer.finish(vec![arg], ir, true);
    compiler.finish(function.index(), body)
}

/// What the ledger must know of a contract; checks the precondition first.
fn contract_info<'a>(
    compiler: &mut Compiler<'a>,
    template: &'a DefTemplate,
    row: u32,
    parties: [FunctionId; 2],
) -> Result<Body, Error> {
    let mut lowerer = Lowerer::new(compiler);
    let contract = lowerer.bind_name(&template.param);
    let mut bindings: Vec<(Var, Ir)> = Vec::new();
    if let Some(precondition) = &template.precondition {
        let holds = lowerer.value(precondition)?;
        let check = Operation::Nary(Nary::CheckPrecondition { template: row });
        let checked = Ir::Operation(check, vec![holds, Ir::var(contract)]);
        bindings.push((lowerer.fresh(), checked));
    }
    let mut parts = Vec::new();
    for function in parties {
        let args = vec![Ir::var(contract)];
        let call = Ir::Call {
            function,
            args,
            run: false,
        };
        let var = lowerer.fresh();
        bindings.push((var, call));
        parts.push(Ir::var(var));
    }
    if let Some(key) = &template.key {
        let value = lowerer.value(&key.key)?;
        let key_var = lowerer.fresh();
        bindings.push((key_var, value));
        let maintainers = lowerer.apply_to_vars(&key.maintainers, &[key_var])?;
        let maintainers_var = lowerer.fresh();
        bindings.push((maintainers_var, maintainers));
        parts.extend([Ir::var(key_var), Ir::var(maintainers_var)]);
    }
    let body = Box::new(Ir::Operation(
        Operation::Construct(Construct::Record),
        parts,
    ));
    let ir = Ir::Let { bindings, body };
    Ok(lowerer.finish(vec![contract], ir, false))
}

/// Writes the functions of an interface.
pub(super) fn define_interface<'a>(
    compiler: &mut Compiler<'a>,
    module: &'a Module,
    interface: &'a DefInterface,
) -> Result<(), Error> {
    let id = compiler.local_id(&module.name, &interface.name);
    let row = compiler.interface_row(&Ref {
        package: ast::PackageIs::This,
        module: module.name.clone(),
        name: interface.name.clone(),
    })?;
    let declared = compiler.package.interfaces.get(&id);
    let declared = declared.ok_or(Error::Internal("undeclared interface"))?;
    ledger_function(compiler, declared.fetch, Ledger::FetchInterface, row)?;
    for choice in &interface.choices {
        let function = interface_function(compiler, &id, &choice.name)?;
        let node = ChoiceRef {
            name: choice.name.clone(),
            consuming: choice.consuming,
            interface: Some(id.clone()),
            template: None,
            by_key: false,
        };
        let look_up = Ledger::LookUpInterface;
        let body = choice_body(compiler, &interface.param, choice, node, look_up, row)?;
        compiler.finish(function.index(), body)?;
    }
    Ok(())
}

fn interface_function(
    compiler: &Compiler<'_>,
    id: &Identifier,
    choice: &Name,
) -> Result<FunctionId, Error> {
    let interface = compiler.package.interfaces.get(id);
    let function = interface.and_then(|interface| interface.choices.get(choice));
    function
        .copied()
        .ok_or(Error::Internal("undeclared choice"))
}

/// A choice: from contract id and argument to its update, run.
fn choice_body<'a>(
    compiler: &mut Compiler<'a>,
    param: &'a Name,
    choice: &'a ast::Choice,
    node: ChoiceRef,
    look_up: Ledger,
    row: u32,
) -> Result<Body, Error> {
    let node = choice_row(compiler, node)?;
    let mut lowerer = Lowerer::new(compiler);
    let id = lowerer.fresh();
    let arg = lowerer.fresh();
    let ir = exercise(&mut lowerer, param, choice, node, (id, arg), (look_up, row))?;
    Ok(lowerer.finish(vec![id, arg], ir, true))
}

/// A row for a choice in the package's table.
pub(super) fn choice_row(compiler: &mut Compiler<'_>, node: ChoiceRef) -> Result<u32, Error> {
    let row = u32::try_from(compiler.package.choice_refs.len());
    compiler.package.choice_refs.push(node);
    row.map_err(|_| Error::TooLarge("package"))
}

/// Exercises a choice of the contract with an id.
pub(super) fn exercise<'a>(
    lowerer: &mut Lowerer<'_, 'a>,
    param: &'a Name,
    choice: &'a ast::Choice,
    choice_row: u32,
    (id, arg): (Var, Var),
    (look_up, row): (Ledger, u32),
) -> Result<Ir, Error> {
    let contract = lowerer.bind_name(param);
    lowerer.bind(Key::Named(choice.arg.0.clone()), arg);
    let looked_up = Ir::Operation(Operation::Ledger(look_up, row), vec![Ir::var(id)]);
    let controllers = (lowerer.fresh(), protected(lowerer, &choice.controllers)?);
    let observed_by = match &choice.observers {
        Some(observers) => protected(lowerer, observers)?,
        None => lowerer.constant(Constant::Nil)?,
    };
    let observers = (lowerer.fresh(), observed_by);
    let args = [arg, id, controllers.0, observers.0, contract].map(Ir::var);
    lowerer.bind(Key::Named(choice.self_binder.clone()), id);
    let body = Box::new(lowerer.run(&choice.update)?);
    let exercise = Ir::Exercise {
        choice: choice_row,
        args: args.into_iter().collect(),
        body,
    };
    Ok(Ir::Let {
        bindings: vec![(contract, looked_up), controllers, observers],
        body: Box::new(exercise),
    })
}

fn protected<'a>(lowerer: &mut Lowerer<'_, 'a>, expr: &'a Expr) -> Result<Ir, Error> {
    Ok(Ir::Protected(Box::new(lowerer.value(expr)?)))
}
