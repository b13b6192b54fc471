//! All compiled packages: what the machine runs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::code::{Function, FunctionId, Instruction};
use super::names::Names;
use super::ops::Virtual;
use super::places::Places;
use crate::lf::machine::Val;
use crate::lf::signature::Signatures;
use crate::model::{DottedName, Identifier, ModuleName, Name, PackageId, PackageName};

/// A snapshot of what is loaded. Packages keep their numbers for ever, loaded or not.
#[derive(Clone, Default)]
pub(crate) struct Program {
    /// By number; in the place of one that is not loaded stands one without code.
    pub(crate) packages: Vec<Arc<CompiledPackage>>,
    pub(crate) by_id: FxHashMap<PackageId, u16>,
    pub(crate) names: Arc<Names>,
    pub(crate) signatures: Signatures,
}

/// Bytes that the values of a package's globals may take, however small it is.
const GLOBALS_BYTES_MIN: u64 = 1 << 20;

/// A compiled package.
pub(crate) struct CompiledPackage {
    pub(crate) id: PackageId,
    pub(crate) name: PackageName,
    pub(crate) code: Vec<Instruction>,
    pub(crate) constants: Vec<Val>,
    pub(crate) functions: Vec<Function>,
    /// Where the code comes from.
    pub(crate) places: Places,
    /// Targets of switches.
    pub(crate) tables: Vec<u32>,
    /// Top-level values that are no functions.
    pub(crate) globals: Vec<Global>,
    /// Bytes of the values of globals that are kept.
    globals_bytes: AtomicU64,
    /// What its code does on the ledger with templates, here and elsewhere.
    pub(crate) template_refs: Vec<TemplateRef>,
    /// Interfaces, here and elsewhere.
    pub(crate) interface_refs: Vec<Identifier>,
    pub(crate) choice_refs: Vec<ChoiceRef>,
    pub(crate) virtual_refs: Vec<Virtual>,
    /// What other packages may refer to.
    pub(crate) definitions: FxHashMap<(ModuleName, DottedName), Definition>,
    pub(crate) templates: Vec<Template>,
    pub(crate) interfaces: FxHashMap<Identifier, Interface>,
    /// The functions that tell the message of an exception.
    pub(crate) exceptions: FxHashMap<Identifier, FunctionId>,
    template_numbers: FxHashMap<Identifier, u32>,
}

/// What a top-level name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Definition {
    /// A function; with 0 arguments an update that waits to be run.
    Function {
        id: FunctionId,
        arity: u16,
        /// Whether its code runs the update that it yields; else its code computes the value.
        runs: bool,
    },
    /// A value that is evaluated when first needed: package and number.
    Global(u16, u32),
}

/// A top-level value.
pub(crate) struct Global {
    /// Computes it.
    pub(crate) function: u32,
    /// What it came to.
    pub(crate) value: OnceLock<Val>,
}

/// A template, by package and number in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TemplateRef {
    pub(crate) package: u16,
    pub(crate) index: u32,
}

/// A template's functions.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) id: Identifier,
    /// From a contract to a record of its signatories, observers, and, if it has a key, the key
    /// and its maintainers. Checks the precondition first.
    pub(crate) info: FunctionId,
    pub(crate) signatories: FunctionId,
    pub(crate) observers: FunctionId,
    pub(crate) key: Option<Keyed>,
    /// From an argument to the update that creates a contract.
    pub(crate) create: FunctionId,
    /// From a contract id to the update that fetches the contract.
    pub(crate) fetch: FunctionId,
    /// From contract id and argument to the choice's update.
    pub(crate) choices: FxHashMap<Name, FunctionId>,
    pub(crate) instances: FxHashMap<Identifier, Instance>,
}

/// The functions of a template with a key.
#[derive(Debug)]
pub(crate) struct Keyed {
    /// From a key to its maintainers.
    pub(crate) maintainers: FunctionId,
    /// From a key to the update that fetches the contract and yields its id, too.
    pub(crate) fetch: FunctionId,
    /// From a limit and a key to the update that looks for contracts.
    pub(crate) query: FunctionId,
    /// From key and argument to the choice's update.
    pub(crate) choices: FxHashMap<Name, FunctionId>,
}

/// How a template implements an interface. All functions take the contract.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) view: FunctionId,
    pub(crate) methods: FxHashMap<Name, FunctionId>,
}

/// An interface's functions.
#[derive(Debug)]
pub(crate) struct Interface {
    /// From a contract id to the update that fetches the contract.
    pub(crate) fetch: FunctionId,
    /// From contract id and argument to the choice's update.
    pub(crate) choices: FxHashMap<Name, FunctionId>,
}

/// A choice as its function names it when it opens the node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChoiceRef {
    pub(crate) name: Name,
    pub(crate) consuming: bool,
    /// The interface whose choice it is; a template's choice has none.
    pub(crate) interface: Option<Identifier>,
    /// The template, unless the contract decides.
    pub(crate) template: Option<TemplateRef>,
    /// Whether the contract was found by its key.
    pub(crate) by_key: bool,
}

impl Program {
    /// A package.
    pub(crate) fn package(&self, id: &PackageId) -> Option<(u16, &CompiledPackage)> {
        let index = *self.by_id.get(id)?;
        Some((index, self.packages.get(usize::from(index))?))
    }

    /// A template.
    pub(crate) fn template(&self, reference: TemplateRef) -> Option<&Template> {
        let package = self.packages.get(usize::from(reference.package))?;
        package.templates.get(reference.index as usize)
    }

    /// A template by its id.
    pub(crate) fn find_template(&self, id: &Identifier) -> Option<TemplateRef> {
        let (package, compiled) = self.package(id.package())?;
        let index = *compiled.template_numbers.get(id)?;
        Some(TemplateRef { package, index })
    }

    /// An interface.
    pub(crate) fn interface(&self, id: &Identifier) -> Option<&Interface> {
        self.package(id.package())?.1.interfaces.get(id)
    }

    /// How a template implements an interface.
    pub(crate) fn instance(
        &self,
        template: &Identifier,
        interface: &Identifier,
    ) -> Option<&Instance> {
        let template = self.template(self.find_template(template)?)?;
        template.instances.get(interface)
    }

    /// The function that tells the message of an exception.
    pub(crate) fn exception_message(&self, id: &Identifier) -> Option<FunctionId> {
        self.package(id.package())?.1.exceptions.get(id).copied()
    }

    /// A function.
    #[inline]
    pub(crate) fn function(&self, id: FunctionId) -> Option<&Function> {
        let package = self.packages.get(usize::from(id.package()))?;
        package.functions.get(id.index() as usize)
    }

    /// The name of a package.
    pub(crate) fn package_name(&self, id: &PackageId) -> Option<&PackageName> {
        self.package(id).map(|(_, package)| &package.name)
    }

    /// A package, to be shared with another program.
    pub(crate) fn numbered(&self, id: &PackageId) -> Option<(u16, &Arc<CompiledPackage>)> {
        let number = *self.by_id.get(id)?;
        Some((number, self.packages.get(usize::from(number))?))
    }

    /// Adds a package without its signature.
    pub(crate) fn insert(&mut self, number: u16, package: Arc<CompiledPackage>) {
        let place = usize::from(number);
        if self.packages.len() <= place {
            // without code, it doesn't matter which package it says it is
            let absent = Arc::new(CompiledPackage::new(
                package.id.clone(),
                package.name.clone(),
            ));
            self.packages.resize(place + 1, absent);
        }
        self.by_id.insert(package.id.clone(), number);
        self.packages[place] = package;
    }
}

impl CompiledPackage {
    /// Bytes that the values of its globals may still take, so that what is kept between commands stays in
    /// proportion to the package.
    pub(crate) fn room_for_globals(&self) -> u64 {
        let room = (4 * self.bytes() as u64).max(GLOBALS_BYTES_MIN);
        room.saturating_sub(self.globals_bytes.load(Ordering::Relaxed))
    }

    /// Keeps the value of a global, of so many bytes, for all who run its code. Another thread may have
    /// been faster; its value is the same.
    pub(crate) fn keep_global(&self, index: u32, value: Val, bytes: u64) {
        let global = self.globals.get(index as usize);
        if global.is_some_and(|global| global.value.set(value).is_ok()) {
            self.globals_bytes.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// About how much memory it takes. Values of constants and of globals are not followed.
    pub(crate) fn bytes(&self) -> usize {
        /// A map's entry with its names, which are shared with the signature, and its own tables.
        const ENTRY: usize = 64;
        let templates = self.templates.iter();
        let in_templates: usize = templates
            .map(|it| size_of::<Template>() + ENTRY * (it.choices.len() + it.instances.len()))
            .sum();
        let entries = self.definitions.len()
            + self.interfaces.len()
            + self.exceptions.len()
            + self.template_numbers.len();
        size_of::<Self>()
            + size_of_val(&self.code[..])
            + size_of_val(&self.constants[..])
            + size_of_val(&self.functions[..])
            + self.places.bytes()
            + size_of_val(&self.tables[..])
            + size_of_val(&self.globals[..])
            + size_of_val(&self.template_refs[..])
            + size_of_val(&self.interface_refs[..])
            + size_of_val(&self.choice_refs[..])
            + size_of_val(&self.virtual_refs[..])
            + in_templates
            + ENTRY * entries
    }

    /// An empty package.
    pub(super) fn new(id: PackageId, name: PackageName) -> Self {
        Self {
            id,
            name,
            code: Vec::new(),
            constants: Vec::new(),
            functions: Vec::new(),
            places: Places::default(),
            tables: Vec::new(),
            globals: Vec::new(),
            globals_bytes: AtomicU64::new(0),
            template_refs: Vec::new(),
            interface_refs: Vec::new(),
            choice_refs: Vec::new(),
            virtual_refs: Vec::new(),
            definitions: FxHashMap::default(),
            templates: Vec::new(),
            interfaces: FxHashMap::default(),
            exceptions: FxHashMap::default(),
            template_numbers: FxHashMap::default(),
        }
    }

    /// Declares a template and gives its number.
    pub(super) fn number_template(&mut self, id: Identifier) -> u32 {
        let next = u32::try_from(self.template_numbers.len()).unwrap_or(u32::MAX);
        *self.template_numbers.entry(id).or_insert(next)
    }

    /// The number of a template of this package.
    pub(super) fn template_number(&self, id: &Identifier) -> Option<u32> {
        self.template_numbers.get(id).copied()
    }
}
