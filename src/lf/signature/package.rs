//! The signature of one package.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::lookup::Signatures;
use super::ranks::Ranks;
use super::resolve::{Resolver, SignatureError};
use crate::lf::ast;
use crate::lf::types::Type;
use crate::model::{
    DottedName, Identifier, ModuleName, Name, PackageId, PackageName, PackageVersion,
};

/// A package without its code.
#[derive(Debug, Clone, PartialEq)]
pub struct PackageSignature {
    /// Its id.
    pub id: PackageId,
    /// Its name.
    pub name: PackageName,
    /// Its version under that name.
    pub version: PackageVersion,
    /// The version of the language it is written in.
    pub language: ast::LanguageVersion,
    /// The package that it says to upgrade, if it says so.
    pub upgrades: Option<PackageId>,
    /// The packages it refers to directly.
    pub dependencies: BTreeSet<PackageId>,
    /// Its modules.
    pub modules: BTreeSet<ModuleName>,
    /// Records, variants, enums and the types of interfaces.
    pub data_types: FxHashMap<Identifier, DataType>,
    /// Type synonyms: parameters and what they stand for.
    pub synonyms: FxHashMap<Identifier, (Vec<Name>, Type)>,
    /// Templates.
    pub templates: BTreeMap<Identifier, TemplateSignature>,
    /// Interfaces.
    pub interfaces: BTreeMap<Identifier, InterfaceSignature>,
    /// Exceptions. The payload of each is the record of the same name.
    pub exceptions: BTreeSet<Identifier>,
}

/// A data type.
#[derive(Debug, Clone, PartialEq)]
pub struct DataType {
    /// Its parameters.
    pub params: Vec<Name>,
    /// The kinds of its parameters.
    pub kinds: Vec<Arc<ast::Kind>>,
    /// Whether its values may be stored on the ledger.
    pub serializable: bool,
    /// Its constructors.
    pub cons: DataCons,
    /// The places of its members by their names.
    pub ranks: Ranks,
}

/// The constructors of a data type, in the order of their declaration.
#[derive(Debug, Clone, PartialEq)]
pub enum DataCons {
    /// Named fields.
    Record(Vec<(Name, Type)>),
    /// Alternatives with one argument each.
    Variant(Vec<(Name, Type)>),
    /// Alternatives without arguments.
    Enum(Vec<Name>),
    /// The type of an interface.
    Interface,
}

/// A template. Its argument is the record of the same name.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateSignature {
    /// Its choices, `Archive` included.
    pub choices: BTreeMap<Name, ChoiceSignature>,
    /// The type of its key.
    pub key: Option<Type>,
    /// The interfaces that it implements.
    pub implements: BTreeSet<Identifier>,
}

/// A choice of a template or interface.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceSignature {
    /// Whether it archives the contract.
    pub consuming: bool,
    /// The type of its argument.
    pub argument: Type,
    /// The type of its result.
    pub result: Type,
}

/// An interface.
#[derive(Debug, Clone, PartialEq)]
pub struct InterfaceSignature {
    /// Its choices.
    pub choices: BTreeMap<Name, ChoiceSignature>,
    /// The type of its view.
    pub view: Type,
    /// Its methods and their types.
    pub methods: BTreeMap<Name, Type>,
    /// The interfaces that an implementation must implement, too.
    pub requires: BTreeSet<Identifier>,
}

impl PackageSignature {
    /// The signature of a package whose dependencies are in `known`.
    pub fn of(
        id: &PackageId,
        package: &ast::Package,
        known: &Signatures,
    ) -> Result<Self, SignatureError> {
        let mut resolver = Resolver::new(id, package, known);
        let mut signature = Self {
            id: id.clone(),
            name: package.name.clone(),
            version: package.version.clone(),
            language: package.language,
            upgrades: package.upgrades.clone(),
            dependencies: package.dependencies.iter().cloned().collect(),
            modules: package.modules.iter().map(|m| m.name.clone()).collect(),
            data_types: FxHashMap::default(),
            synonyms: FxHashMap::default(),
            templates: BTreeMap::new(),
            interfaces: BTreeMap::new(),
            exceptions: BTreeSet::new(),
        };
        for module in &package.modules {
            signature.add_module(module, &mut resolver)?;
        }
        signature.synonyms = resolver.into_synonyms()?;
        Ok(signature)
    }

    fn add_module<'a>(
        &mut self,
        module: &'a ast::Module,
        resolver: &mut Resolver<'a>,
    ) -> Result<(), SignatureError> {
        let id = |package: &PackageId, name: &DottedName| {
            Identifier::new(package.clone(), module.name.clone(), name.clone())
        };
        for data in &module.data_types {
            let found = resolver.data_type(data)?;
            self.data_types.insert(id(&self.id, &data.name), found);
        }
        for template in &module.templates {
            let found = resolver.template(template)?;
            let template = id(&self.id, &template.name);
            // data types come first, so the argument's type is known by now
            match self.data_types.get(&template).map(|data| &data.cons) {
                Some(DataCons::Record(_)) => self.templates.insert(template, found),
                _ => return Err(SignatureError::UnknownType(template)),
            };
        }
        for interface in &module.interfaces {
            let found = resolver.interface(interface)?;
            self.interfaces.insert(id(&self.id, &interface.name), found);
        }
        let exceptions = module.exceptions.iter();
        let exceptions = exceptions.map(|exception| id(&self.id, &exception.name));
        self.exceptions.extend(exceptions.collect::<Vec<_>>());
        Ok(())
    }
}
