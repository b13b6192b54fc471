//! What an interpretation may use.

use crate::lf::ast;
use crate::lf::machine::Limits;
use crate::model::{DottedName, ModuleName, Name, PackageName};

/// Settings of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Steps of one interpretation: calls, and work of about that length. The default takes about
    /// half a minute.
    pub steps_max: u64,
    /// Steps of what is evaluated to answer a request: a view of a contract, for example. The default
    /// takes about a second.
    pub call_steps_max: u64,
    /// Steps after which an interpretation pauses, so that a worker can do something else. The
    /// default takes about a millisecond.
    pub slice_steps: u32,
    /// Bytes that the values of one interpretation may take in memory, with its nodes. A worker that runs
    /// hostile code may take that, once more for a top-level value that is evaluated meanwhile, and
    /// the stacks; so many workers as a process has may do so at once.
    pub memory_bytes_max: u64,
    /// Bytes that the stacks of one interpretation may take: how deep recursion may go.
    pub stack_bytes_max: u64,
    /// Bytes that a value may take, encoded, when it leaves the machine: an argument, a result, a key, a
    /// view. Parts that values share in the machine are counted wherever they occur.
    pub value_bytes_max: u64,
    /// Bytes that a transaction may take, encoded, with the contracts that it uses: it must fit into a
    /// request. Far more than a sequencer takes by default, so that it is the sequencer who decides.
    pub transaction_bytes_max: u64,
    /// Bytes that packages may take, checked and compiled, about: what is held between commands, so that
    /// a node that sees ever new packages does not grow without end. A package that takes more with
    /// all that it needs cannot be loaded. The default is far more than a large application has
    /// (tens of megabytes), and leaves most of a small machine's memory to what runs.
    pub packages_bytes_max: u64,
    /// Whether an exception may undo creates and consuming exercises, unless a handle says otherwise:
    /// protocol version 34. From 35 on it may not.
    pub rollback_effects: bool,
    /// Whether to keep where in the source code comes from, so that failures can be told with it. Takes
    /// memory for each package.
    pub keep_places: bool,
    /// Definitions that are functions from any type to any other, which no code can be, and stand for
    /// leaving a value as it is. Code that is run this way must not be trusted with a ledger of others.
    pub untyped_casts: Vec<UntypedCast>,
}

/// A definition whose code is replaced by the identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UntypedCast {
    /// Names of packages that have it.
    pub packages: Vec<PackageName>,
    /// Its module.
    pub module: ModuleName,
    /// Its name.
    pub name: DottedName,
}

impl UntypedCast {
    /// The package with the code of the definition replaced, if it has the definition.
    pub(super) fn replace(&self, package: &ast::Package) -> Option<ast::Package> {
        let of_module = |module: &ast::Module| module.name == self.module;
        if !self.packages.contains(&package.name) || !package.modules.iter().any(of_module) {
            return None;
        }
        let mut replaced = package.clone();
        let modules = replaced.modules.iter_mut();
        let values = modules
            .filter(|module| of_module(module))
            .flat_map(|module| &mut module.values);
        for value in values.filter(|value| value.name == self.name) {
            value.expr = identity(value.typ.clone());
        }
        Some(replaced)
    }
}

fn identity(typ: std::sync::Arc<ast::Type>) -> ast::Expr {
    let name = Name::literal("x");
    ast::Expr::Abs {
        params: vec![(name.clone(), typ)],
        body: Box::new(ast::Expr::Var(name)),
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            steps_max: 1_000_000_000,
            call_steps_max: 30_000_000,
            slice_steps: 20_000,
            memory_bytes_max: 512 << 20,
            stack_bytes_max: 256 << 20,
            value_bytes_max: 32 << 20,
            transaction_bytes_max: 64 << 20,
            packages_bytes_max: 1 << 30,
            rollback_effects: false,
            keep_places: false,
            untyped_casts: Vec::new(),
        }
    }
}

impl Config {
    pub(super) fn limits(&self) -> Limits {
        Limits {
            slice: self.slice_steps.max(1),
            steps: self.steps_max,
            memory: self.memory_bytes_max,
            stack: self.stack_bytes_max,
            value: self.value_bytes_max,
            transaction: self.transaction_bytes_max,
        }
    }
}
