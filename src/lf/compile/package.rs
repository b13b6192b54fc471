//! Compiling one package: declare first, then write the code of each function.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::code::{Function, FunctionId, NOWHERE};
use super::constants::{Constants, Key};
use super::emit::emit;
use super::ir::Body;
use super::liveness::mark_last_uses;
use super::lower::{self, Params};
use super::names::{Names, Symbol};
use super::ops::Virtual;
use super::places::SourcePlace;
use super::program::{CompiledPackage, Definition, Global, Program, TemplateRef};
use super::{Error, templates};
use crate::lf::ast;
use crate::lf::signature::{DataType, InterfaceSignature, PackageSignature, Resolver};
use crate::model::{DottedName, Identifier, ModuleName, Name, PackageId};

/// Fields or constructors of a type: the code counts them with 16 bits.
const MEMBERS_MAX: usize = 65_535;

/// Entries of all tables of a package, one for each constructor of each `case`: 32 MB. The largest known
/// package has some thousands.
const TABLE_ENTRIES_MAX: usize = 8_000_000;

/// A package that is being compiled.
pub(super) struct Compiler<'a> {
    /// The number that it will have in the program.
    pub(super) number: u16,
    pub(super) program: &'a Program,
    pub(super) signature: &'a PackageSignature,
    pub(super) resolver: Resolver<'a>,
    pub(super) names: Names,
    pub(super) constants: Constants,
    pub(super) package: CompiledPackage,
    /// Functions that wrap builtins, where these are used as values.
    pub(super) wrappers: FxHashMap<ast::BuiltinFunction, u32>,
    /// Rows of tables that were asked for before.
    known_templates: FxHashMap<TemplateRef, u32>,
    known_interfaces: FxHashMap<Identifier, u32>,
    known_virtuals: FxHashMap<Virtual, u32>,
    /// Entries of tables so far.
    table_entries: usize,
    /// The module whose code is being written, if places in the source are kept.
    place_of: Option<ModuleName>,
    options: Options,
}

/// How packages are compiled.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options {
    /// Whether to keep where in the source code comes from.
    pub(crate) keep_places: bool,
}

/// Compiles a package whose dependencies are in the program, to be held under a number. The names are
/// the program's and those that the package adds.
pub(crate) fn compile(
    (id, number): (&PackageId, u16),
    package: &ast::Package,
    signature: &PackageSignature,
    program: &Program,
    options: Options,
) -> Result<(CompiledPackage, Names), Error> {
    let mut compiler = Compiler {
        number,
        program,
        signature,
        resolver: Resolver::new(id, package, &program.signatures),
        names: Names::clone(&program.names),
        constants: Constants::default(),
        package: CompiledPackage::new(id.clone(), package.name.clone()),
        wrappers: FxHashMap::default(),
        known_templates: FxHashMap::default(),
        known_interfaces: FxHashMap::default(),
        known_virtuals: FxHashMap::default(),
        table_entries: 0,
        place_of: None,
        options,
    };
    compiler.declare(package)?;
    compiler.define(package)?;
    compiler.package.constants = compiler.constants.finish();
    Ok((compiler.package, compiler.names))
}

impl<'a> Compiler<'a> {
    fn declare(&mut self, package: &'a ast::Package) -> Result<(), Error> {
        for module in &package.modules {
            self.name_constructors(module)?;
            for value in &module.values {
                self.declare_value(&module.name, value)?;
            }
            for template in &module.templates {
                let id = self.local_id(&module.name, &template.name);
                self.package.number_template(id);
            }
        }
        // in the order of their numbers
        for module in &package.modules {
            for template in &module.templates {
                templates::declare_template(self, module, template)?;
            }
            for interface in &module.interfaces {
                templates::declare_interface(self, module, interface)?;
            }
            for exception in &module.exceptions {
                let function = self.reserve(1)?;
                let id = self.local_id(&module.name, &exception.name);
                let function = self.function_id(function);
                self.package.exceptions.insert(id, function);
            }
        }
        Ok(())
    }

    /// Values of the ledger may have any constructor, also those that no code mentions.
    fn name_constructors(&mut self, module: &ast::Module) -> Result<(), Error> {
        for data in &module.data_types {
            let (members, what) = match &data.cons {
                ast::DataCons::Record(fields) => (fields.len(), "record"),
                ast::DataCons::Variant(cons) => (cons.len(), "variant"),
                ast::DataCons::Enum(names) => (names.len(), "enum"),
                ast::DataCons::Interface => (0, "interface"),
            };
            if members > MEMBERS_MAX {
                return Err(Error::TooLarge(what));
            }
            match &data.cons {
                ast::DataCons::Variant(cons) => {
                    for (name, _) in cons {
                        self.names.symbol(name);
                    }
                }
                ast::DataCons::Enum(names) => {
                    for name in names {
                        self.names.symbol(name);
                    }
                }
                ast::DataCons::Record(_) | ast::DataCons::Interface => {}
            }
        }
        Ok(())
    }

    fn declare_value(&mut self, module: &ModuleName, value: &ast::DefValue) -> Result<(), Error> {
        let Params { names, body } = lower::peel(&value.expr);
        let arity = u16::try_from(names.len()).map_err(|_| Error::TooLarge("function"))?;
        let function = self.reserve(arity)?;
        let waits = lower::is_update(body);
        let definition = if arity == 0 && !waits {
            let global = u32::try_from(self.package.globals.len());
            self.package.globals.push(Global {
                function,
                value: OnceLock::new(),
            });
            Definition::Global(self.number, global.map_err(|_| Error::TooLarge("package"))?)
        } else {
            Definition::Function {
                id: self.function_id(function),
                arity,
                runs: false,
            }
        };
        let key = (module.clone(), value.name.clone());
        self.package.definitions.insert(key, definition);
        Ok(())
    }

    fn define(&mut self, package: &'a ast::Package) -> Result<(), Error> {
        self.find_runnable(package);
        for module in &package.modules {
            self.place_of = self.options.keep_places.then(|| module.name.clone());
            for value in &module.values {
                self.define_value(module, value)?;
            }
            for template in &module.templates {
                templates::define_template(self, module, template)?;
            }
            for interface in &module.interfaces {
                templates::define_interface(self, module, interface)?;
            }
            for exception in &module.exceptions {
                let id = self.local_id(&module.name, &exception.name);
                let function = self.package.exceptions.get(&id).copied();
                let function = function.ok_or(Error::Internal("undeclared exception"))?;
                let body = lower::applied(self, &exception.message)?;
                self.finish(function.index(), body)?;
            }
        }
        Ok(())
    }

    /// Finds the functions whose value is an update that can be built without doing anything:
    /// these are compiled to run it. Whether that is so depends on other functions' arities only.
    fn find_runnable(&mut self, package: &'a ast::Package) {
        for module in &package.modules {
            for value in &module.values {
                let Params { body, .. } = lower::peel(&value.expr);
                let delayable = lower::is_update(body) && lower::is_total(self, body);
                let key = (module.name.clone(), value.name.clone());
                if let Some(Definition::Function { runs, .. }) =
                    self.package.definitions.get_mut(&key)
                {
                    *runs = delayable;
                }
            }
        }
    }

    fn define_value(
        &mut self,
        module: &ast::Module,
        value: &'a ast::DefValue,
    ) -> Result<(), Error> {
        let key = (module.name.clone(), value.name.clone());
        let definition = self.package.definitions.get(&key).copied();
        let (function, run) = match definition {
            Some(Definition::Function { id, runs, .. }) => (id.index(), runs),
            Some(Definition::Global(_, global)) => {
                let global = self.package.globals.get(global as usize);
                (
                    global.ok_or(Error::Internal("undeclared value"))?.function,
                    false,
                )
            }
            None => return Err(Error::Internal("undeclared value")),
        };
        let body = lower::function(self, &value.expr, run)?;
        self.finish(function, body)
    }

    /// The id of something of this package.
    pub(super) fn local_id(&self, module: &ModuleName, name: &DottedName) -> Identifier {
        Identifier::new(self.signature.id.clone(), module.clone(), name.clone())
    }

    /// A function of this package.
    pub(super) fn function_id(&self, index: u32) -> FunctionId {
        FunctionId::new(self.number, index)
    }

    /// A new function, without code yet.
    pub(super) fn reserve(&mut self, arity: u16) -> Result<u32, Error> {
        let index = u32::try_from(self.package.functions.len());
        self.package.functions.push(Function {
            entry: NOWHERE,
            run_entry: NOWHERE,
            arity,
            slots: arity,
        });
        index.map_err(|_| Error::TooLarge("package"))
    }

    /// Writes the code of a function.
    pub(super) fn finish(&mut self, function: u32, mut body: Body) -> Result<(), Error> {
        mark_last_uses(&mut body.ir, body.variables);
        let package = &mut self.package;
        let places = &mut package.places;
        let (place, slots) = emit(&body, &mut package.code, &mut package.tables, places)?;
        let arity = u16::try_from(body.params.len()).map_err(|_| Error::TooLarge("function"))?;
        let Some(function) = self.package.functions.get_mut(function as usize) else {
            return Err(Error::Internal("undeclared function"));
        };
        function.arity = arity;
        function.slots = slots;
        if body.run {
            function.run_entry = place;
        } else {
            function.entry = place;
        }
        Ok(())
    }

    /// The number of the place in the source that an expression says it is from, if that is kept.
    pub(super) fn place(&mut self, expr: &ast::Expr) -> Option<u32> {
        let module = self.place_of.as_ref()?;
        let location = lower::location(expr)?;
        let module = match &location.module {
            Some((_, other)) => other.clone(),
            None => module.clone(),
        };
        Some(self.package.places.add(SourcePlace {
            module,
            start: location.start,
            end: location.end,
        }))
    }

    /// What a reference to a value stands for.
    pub(super) fn definition(&self, reference: &ast::Ref) -> Result<Definition, Error> {
        let package = match &reference.package {
            ast::PackageIs::This => Some(&self.package),
            ast::PackageIs::Other(id) => self.program.package(id).map(|(_, package)| package),
        };
        let key = (reference.module.clone(), reference.name.clone());
        let found = package.and_then(|package| package.definitions.get(&key));
        found.copied().ok_or_else(|| Error::Unknown {
            what: "value",
            id: self.resolver.identifier(reference),
        })
    }

    /// A data type of this package or a dependency.
    pub(super) fn data_type(&self, reference: &ast::Ref) -> Result<(Identifier, &DataType), Error> {
        let id = self.resolver.identifier(reference);
        let found = match &reference.package {
            ast::PackageIs::This => self.signature.data_types.get(&id),
            ast::PackageIs::Other(_) => Some(self.program.signatures.data_type(&id)?),
        };
        match found {
            Some(data_type) => Ok((id, data_type)),
            None => Err(Error::Unknown {
                what: "data type",
                id,
            }),
        }
    }

    /// An interface of this package or a dependency.
    pub(super) fn interface(
        &self,
        reference: &ast::Ref,
    ) -> Result<(Identifier, &InterfaceSignature), Error> {
        let id = self.resolver.identifier(reference);
        let found = match &reference.package {
            ast::PackageIs::This => self.signature.interfaces.get(&id),
            ast::PackageIs::Other(_) => Some(self.program.signatures.interface(&id)?),
        };
        match found {
            Some(interface) => Ok((id, interface)),
            None => Err(Error::Unknown {
                what: "interface",
                id,
            }),
        }
    }

    /// The number of a constant.
    pub(super) fn constant(&mut self, key: Key) -> Result<u32, Error> {
        self.constants.number(key)
    }

    /// The number of a name.
    pub(super) fn symbol(&mut self, name: &Name) -> Symbol {
        self.names.symbol(name)
    }

    /// The row of a template in the package's table.
    pub(super) fn template_row(&mut self, reference: &ast::Ref) -> Result<u32, Error> {
        let template = self.template_ref(reference)?;
        let rows = &mut self.package.template_refs;
        let next = u32::try_from(rows.len()).map_err(|_| Error::TooLarge("package"))?;
        let row = *self.known_templates.entry(template).or_insert(next);
        if row == next {
            rows.push(template);
        }
        Ok(row)
    }

    /// A template of this package or a dependency.
    pub(super) fn template_ref(&self, reference: &ast::Ref) -> Result<TemplateRef, Error> {
        let id = self.resolver.identifier(reference);
        let found = match &reference.package {
            ast::PackageIs::This => self.package.template_number(&id).map(|index| TemplateRef {
                package: self.number,
                index,
            }),
            ast::PackageIs::Other(_) => self.program.find_template(&id),
        };
        found.ok_or(Error::Unknown {
            what: "template",
            id,
        })
    }

    /// The row of an interface in the package's table.
    pub(super) fn interface_row(&mut self, reference: &ast::Ref) -> Result<u32, Error> {
        let id = self.resolver.identifier(reference);
        if let Some(row) = self.known_interfaces.get(&id) {
            return Ok(*row);
        }
        let rows = &mut self.package.interface_refs;
        let row = u32::try_from(rows.len()).map_err(|_| Error::TooLarge("package"))?;
        rows.push(id.clone());
        self.known_interfaces.insert(id, row);
        Ok(row)
    }

    /// Two rows for two interfaces, one after the other; the first one's number.
    pub(super) fn interface_rows(
        &mut self,
        first: &ast::Ref,
        second: &ast::Ref,
    ) -> Result<u32, Error> {
        let ids = [first, second].map(|reference| self.resolver.identifier(reference));
        let rows = &mut self.package.interface_refs;
        let row = u32::try_from(rows.len()).map_err(|_| Error::TooLarge("package"))?;
        rows.extend(ids);
        Ok(row)
    }

    /// The row of a virtual function in the package's table.
    pub(super) fn virtual_row(&mut self, function: Virtual) -> Result<u32, Error> {
        if let Some(row) = self.known_virtuals.get(&function) {
            return Ok(*row);
        }
        let rows = &mut self.package.virtual_refs;
        let row = u32::try_from(rows.len()).map_err(|_| Error::TooLarge("package"))?;
        rows.push(function.clone());
        self.known_virtuals.insert(function, row);
        Ok(row)
    }

    /// Takes note of a table that is about to be made: one entry for each constructor of a type.
    pub(super) fn charge_table(&mut self, entries: usize) -> Result<(), Error> {
        if entries > MEMBERS_MAX {
            return Err(Error::TooLarge("variant"));
        }
        self.table_entries = self.table_entries.saturating_add(entries);
        if self.table_entries > TABLE_ENTRIES_MAX {
            return Err(Error::TooLarge("tables of a package"));
        }
        Ok(())
    }
}
