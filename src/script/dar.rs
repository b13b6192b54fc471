//! A DAR with scripts: loaded, and the scripts in it found.

use std::collections::BTreeMap;
use std::fmt;

use super::library::{Kind, Library};
use super::place::Place;
use super::sources::Sources;
use crate::lf::archive;
use crate::lf::ast::{self, BuiltinType, Package, PackageIs};
use crate::lf::engine::{Config, Engine};
use crate::lf::signature::{Resolver, SignatureError, Signatures};
use crate::lf::types::Type;
use crate::model::{Identifier, PackageId, PackageName};

/// A DAR whose packages are loaded.
pub struct ScriptDar {
    engine: Engine,
    main: PackageId,
    scripts: Vec<Script>,
    /// Values that yield a script but are none, by `Module:name`, and why.
    others: BTreeMap<String, &'static str>,
    sources: Sources,
}

/// How scripts are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Whether an exception may undo creates and consuming exercises, as up to protocol version 34.
    pub rollback_effects: bool,
    /// Steps between two questions, and of a submission, at most.
    pub steps_max: u64,
    /// Bytes of memory that code may hold between two questions, and a submission.
    pub memory_bytes_max: u64,
}

/// Who runs scripts waits for them, and nobody else does: far more than a node's commands have.
impl Default for Options {
    fn default() -> Self {
        Self {
            rollback_effects: false,
            steps_max: 20_000_000_000,
            memory_bytes_max: 2 << 30,
        }
    }
}

/// Bytes of a value that a script asks or is answered with.
const VALUE_BYTES_MAX: u64 = 512 << 20;
/// Bytes that recursion may take.
const STACK_BYTES_MAX: u64 = 1 << 30;

/// A script.
#[derive(Debug, Clone)]
pub struct Script {
    /// Its definition.
    pub id: Identifier,
    /// The type of its parameter, if it has one.
    pub parameter: Option<Type>,
    /// The type of its result.
    pub result: Type,
    pub(super) library: Library,
    /// Whether its library is one that cannot be run any more.
    pub(super) is_old: bool,
}

impl Script {
    /// `Module:name`
    pub fn name(&self) -> String {
        format!("{}:{}", self.id.module(), self.id.name())
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// Why a DAR cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It is no DAR, or a package in it is none.
    #[error(transparent)]
    Archive(#[from] archive::Error),
    /// A type in it makes no sense.
    #[error(transparent)]
    Type(#[from] SignatureError),
    /// A package in it makes no sense.
    #[error(transparent)]
    Package(#[from] crate::lf::engine::LoadError),
    /// Its scripts are for runners of old.
    #[error(
        "{0} uses a library of Daml Script from before Daml 3.3 or 2.x that cannot be run: compile it with a newer SDK"
    )]
    OldLibrary(String),
}

impl ScriptDar {
    /// Loads the packages of a DAR.
    pub fn load(bytes: &[u8], options: &Options) -> Result<Self, LoadError> {
        let dar = archive::read_dar(bytes)?;
        let packages = dar.decode(|_| false)?;
        let engine = Engine::new(Config {
            rollback_effects: options.rollback_effects,
            steps_max: options.steps_max,
            memory_bytes_max: options.memory_bytes_max,
            value_bytes_max: VALUE_BYTES_MAX,
            stack_bytes_max: STACK_BYTES_MAX,
            keep_places: true,
            untyped_casts: vec![Library::cast()],
            ..Config::default()
        });
        // all of them are wanted until the end
        let engine = engine.pinned();
        engine.load_all(&packages)?;
        let names: BTreeMap<&PackageId, &PackageName> = packages
            .iter()
            .map(|(id, package)| (id, &package.name))
            .collect();
        let (mut scripts, mut others) = (Vec::new(), BTreeMap::new());
        if let Some((id, package)) = packages.iter().find(|(id, _)| *id == dar.main.id) {
            scripts = find(id, package, &names, &engine.signatures())?;
            others = find_others(package, &names);
        }
        scripts.sort_by_key(Script::name);
        if let Some(old) = scripts.iter().find(|script| script.is_old) {
            return Err(LoadError::OldLibrary(old.name()));
        }
        Ok(Self {
            engine,
            main: dar.main.id.clone(),
            scripts,
            others,
            sources: Sources::of(bytes),
        })
    }

    /// The engine that has its packages.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The main package.
    pub fn main(&self) -> &PackageId {
        &self.main
    }

    /// All scripts of the main package, sorted by name.
    pub fn scripts(&self) -> &[Script] {
        &self.scripts
    }

    /// Scripts that are run as tests: those without a parameter.
    pub fn tests(&self) -> impl Iterator<Item = &Script> {
        let scripts = self.scripts.iter();
        scripts.filter(|script| script.parameter.is_none())
    }

    /// The line of source at a place, if the DAR has the source.
    pub fn source_line(&self, place: &Place) -> Option<String> {
        self.line(&place.module, place.line)
    }

    /// A line of a module of the main package; lines count from 1.
    pub fn line(&self, module: &str, line: i64) -> Option<String> {
        self.sources.line(module, line)
    }

    /// Why something that yields a script is none that can be run.
    pub fn why_no_script(&self, name: &str) -> Option<&'static str> {
        self.others.get(name).copied()
    }

    /// A script by `Module:name`.
    pub fn script(&self, name: &str) -> Option<&Script> {
        self.scripts.iter().find(|script| script.name() == name)
    }
}

/// Finds the values that are scripts, or functions to scripts. What the compiler lifted out of
/// them has a name that begins with a dollar sign and is none.
fn find(
    id: &PackageId,
    package: &Package,
    names: &BTreeMap<&PackageId, &PackageName>,
    known: &Signatures,
) -> Result<Vec<Script>, SignatureError> {
    let mut found = Vec::new();
    let mut resolver = Resolver::new(id, package, known);
    for module in &package.modules {
        for value in &module.values {
            if value.name.as_str().starts_with('$') {
                continue;
            }
            let (parameter, typ) = match arrow(&value.typ) {
                Some((parameter, result)) => (Some(parameter), result),
                None => (None, &*value.typ),
            };
            let Some((kind, library, result)) = script_type(typ, names) else {
                continue;
            };
            let parameter = parameter.map(|typ| resolver.typ(typ)).transpose()?;
            let result = resolver.typ(result)?;
            found.push(Script {
                id: Identifier::new(id.clone(), module.name.clone(), value.name.clone()),
                parameter,
                result,
                library,
                is_old: kind == Kind::OldScript,
            });
        }
    }
    Ok(found)
}

/// Finds the values that yield a script but have more parameters than can be given.
fn find_others(
    package: &Package,
    names: &BTreeMap<&PackageId, &PackageName>,
) -> BTreeMap<String, &'static str> {
    let mut others = BTreeMap::new();
    for module in &package.modules {
        for value in &module.values {
            let why = why_no_script(&value.typ, names);
            if let (Some(why), false) = (why, value.name.as_str().starts_with('$')) {
                others.insert(format!("{}:{}", module.name, value.name), why);
            }
        }
    }
    others
}

fn why_no_script(
    typ: &ast::Type,
    names: &BTreeMap<&PackageId, &PackageName>,
) -> Option<&'static str> {
    let (mut typ, mut parameters, mut is_polymorphic) = (typ, 0, false);
    loop {
        if let ast::Type::Forall(_, _, body) = typ {
            (typ, is_polymorphic) = (body, true);
        } else if let Some((_, result)) = arrow(typ) {
            (typ, parameters) = (result, parameters + 1);
        } else {
            break;
        }
    }
    let (kind, ..) = script_type(typ, names)?;
    match (kind, parameters) {
        (Kind::OldScript, _) => None,
        _ if is_polymorphic => Some("it has a type parameter"),
        (_, 0 | 1) => None,
        _ => Some("it has more than one parameter: a record can hold several"),
    }
}

/// The parts of `a -> b`.
fn arrow(typ: &ast::Type) -> Option<(&ast::Type, &ast::Type)> {
    let ast::Type::App(function, result) = typ else {
        return None;
    };
    match &**function {
        ast::Type::App(arrow, parameter) if **arrow == ast::Type::Builtin(BuiltinType::Arrow) => {
            Some((parameter, result))
        }
        _ => None,
    }
}

/// What `Script a` says.
fn script_type<'t>(
    typ: &'t ast::Type,
    names: &BTreeMap<&PackageId, &PackageName>,
) -> Option<(Kind, Library, &'t ast::Type)> {
    let ast::Type::App(script, result) = typ else {
        return None;
    };
    let ast::Type::Con(reference) = &**script else {
        return None;
    };
    let PackageIs::Other(package) = &reference.package else {
        return None;
    };
    let name = names.get(package)?;
    let kind = Library::kind_of(name, reference.module.as_str(), reference.name.as_str())?;
    let library = Library {
        package: package.clone(),
    };
    Some((kind, library, result))
}
