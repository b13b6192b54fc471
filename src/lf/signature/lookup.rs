//! Finding things in all packages that are known.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::package::{
    ChoiceSignature, DataCons, DataType, InterfaceSignature, PackageSignature, TemplateSignature,
};
use crate::lf::ast::BuiltinType;
use crate::lf::types::Type;
use crate::model::{Identifier, ModuleName, Name, PackageId};

/// The signatures of all loaded packages.
#[derive(Debug, Clone, Default)]
pub struct Signatures(FxHashMap<PackageId, Arc<PackageSignature>>);

/// Something that a command, a value or a package refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each names the thing it refers to")]
pub enum Reference {
    Package(PackageId),
    Module(PackageId, ModuleName),
    Definition(Identifier),
    DataType(Identifier),
    VariantConstructor(Identifier, Name),
    EnumConstructor(Identifier, Name),
    Template(Identifier),
    Interface(Identifier),
    TemplateOrInterface(Identifier),
    TemplateKey(Identifier),
    TemplateChoice(Identifier, Name),
    InterfaceChoice(Identifier, Name),
    InterfaceInstance {
        interface: Identifier,
        template: Identifier,
    },
}

/// Nodes that an argument of a type may have. A type whose arguments grow from level to level is no
/// type of a value beyond that.
const ARGUMENT_SIZE_MAX: usize = 2_000;

/// A reference to something that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupError {
    /// What is not there.
    pub missing: Reference,
    /// What was looked for.
    pub context: Reference,
}

impl LookupError {
    /// The thing itself is missing.
    pub fn of(reference: Reference) -> Self {
        Self {
            missing: reference.clone(),
            context: reference,
        }
    }

    /// The package that has to be loaded before anything can be said.
    pub fn missing_package(&self) -> Option<&PackageId> {
        match &self.missing {
            Reference::Package(id) => Some(id),
            _ => None,
        }
    }
}

impl std::error::Error for LookupError {}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Reference::Package(id) = &self.missing {
            write!(f, "Couldn't find package {id}")?;
        } else {
            write!(f, "unknown {}", self.missing)?;
        }
        if self.missing == self.context {
            Ok(())
        } else {
            write!(f, " while looking for {}", self.context)
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Package(id) => write!(f, "package {id}"),
            Self::Module(package, module) => write!(f, "module {package}:{module}"),
            Self::Definition(id) => write!(f, "definition {id}"),
            Self::DataType(id) => write!(f, "data type {id}"),
            Self::VariantConstructor(id, name) => {
                write!(f, "constructor {name} in variant {id}")
            }
            Self::EnumConstructor(id, name) => {
                write!(f, "constructor {name} in enumeration {id}")
            }
            Self::Template(id) => write!(f, "template {id}"),
            Self::Interface(id) => write!(f, "interface {id}"),
            Self::TemplateOrInterface(id) => write!(f, "template or interface {id}"),
            Self::TemplateKey(id) => write!(f, "template without contract key {id}."),
            Self::TemplateChoice(id, name) => write!(f, "choice {name} in template {id}"),
            Self::InterfaceChoice(id, name) => write!(f, "choice {name} in interface {id}"),
            Self::InterfaceInstance {
                interface,
                template,
            } => write!(f, "interface instance {interface} for {template}"),
        }
    }
}

/// What values of a serialisable type look like.
#[derive(Debug)]
#[allow(missing_docs, reason = "named as the types")]
pub enum Shape<'a> {
    Unit,
    Bool,
    Int64,
    Numeric(u8),
    Text,
    Timestamp,
    Date,
    Party,
    ContractId,
    Optional(&'a Type),
    List(&'a Type),
    TextMap(&'a Type),
    GenMap(&'a Type, &'a Type),
    Record(Instance<'a, [(Name, Type)]>),
    Variant(Instance<'a, [(Name, Type)]>),
    Enum(Instance<'a, [Name]>),
    /// No value of this type can be on the ledger.
    NotSerializable,
}

/// A data type with its arguments.
#[derive(Debug)]
pub struct Instance<'a, C: ?Sized> {
    /// The data type's name.
    pub id: &'a Identifier,
    /// Its constructors.
    pub cons: &'a C,
    data: &'a DataType,
    replacements: Vec<(&'a Name, &'a Type)>,
}

impl<'a, C: ?Sized> Instance<'a, C> {
    /// The place of a field or constructor.
    pub fn rank(&self, name: &Name) -> Option<usize> {
        self.data.rank(name)
    }

    /// The type of a field or constructor argument, with the type's arguments put in.
    pub fn instantiate(&self, typ: &'a Type) -> Cow<'a, Type> {
        if self.replacements.is_empty() {
            Cow::Borrowed(typ)
        } else {
            Cow::Owned(typ.substitute(&self.replacements))
        }
    }
}

impl Signatures {
    /// Adds a package.
    pub fn insert(&mut self, signature: Arc<PackageSignature>) {
        self.0.insert(signature.id.clone(), signature);
    }

    /// Adds all packages of `other`.
    pub fn merge(&mut self, other: &Self) {
        let others = other.0.iter();
        self.0
            .extend(others.map(|(id, it)| (id.clone(), Arc::clone(it))));
    }

    /// A package.
    pub fn package(&self, id: &PackageId) -> Option<&Arc<PackageSignature>> {
        self.0.get(id)
    }

    /// All packages.
    pub fn packages(&self) -> impl Iterator<Item = &Arc<PackageSignature>> {
        self.0.values()
    }

    /// Some packages and everything that they refer to, as far as it is known.
    pub fn closure(&self, ids: impl IntoIterator<Item = PackageId>) -> BTreeSet<PackageId> {
        let mut found = BTreeSet::new();
        let mut open: Vec<PackageId> = ids.into_iter().collect();
        while let Some(id) = open.pop() {
            if let Some(package) = self.package(&id) {
                open.extend(package.dependencies.difference(&found).cloned());
            }
            found.insert(id);
        }
        found
    }

    /// The package and module of something.
    fn home(
        &self,
        id: &Identifier,
        context: impl Fn() -> Reference,
    ) -> Result<&PackageSignature, LookupError> {
        let missing = |missing| LookupError {
            missing,
            context: context(),
        };
        let package = self
            .package(id.package())
            .ok_or_else(|| missing(Reference::Package(id.package().clone())))?;
        if package.modules.contains(id.module()) {
            Ok(package)
        } else {
            let module = Reference::Module(id.package().clone(), id.module().clone());
            Err(missing(module))
        }
    }

    /// A data type.
    pub fn data_type(&self, id: &Identifier) -> Result<&DataType, LookupError> {
        let reference = || Reference::DataType(id.clone());
        let found = self.home(id, reference)?.data_types.get(id);
        found.ok_or_else(|| LookupError::of(reference()))
    }

    /// A template.
    pub fn template(&self, id: &Identifier) -> Result<&TemplateSignature, LookupError> {
        let reference = || Reference::Template(id.clone());
        let found = self.home(id, reference)?.templates.get(id);
        found.ok_or_else(|| LookupError::of(reference()))
    }

    /// An interface.
    pub fn interface(&self, id: &Identifier) -> Result<&InterfaceSignature, LookupError> {
        let reference = || Reference::Interface(id.clone());
        let found = self.home(id, reference)?.interfaces.get(id);
        found.ok_or_else(|| LookupError::of(reference()))
    }

    /// The package that a template or interface is to be found in.
    pub fn package_of(&self, id: &Identifier) -> Result<&PackageSignature, LookupError> {
        self.package(id.package())
            .map(AsRef::as_ref)
            .ok_or_else(|| LookupError {
                missing: Reference::Package(id.package().clone()),
                context: Reference::TemplateOrInterface(id.clone()),
            })
    }

    /// Whether an id is that of an interface (`true`) or of a template (`false`).
    pub fn is_interface(&self, id: &Identifier) -> Result<bool, LookupError> {
        let reference = || Reference::TemplateOrInterface(id.clone());
        let package = self.home(id, reference)?;
        if package.templates.contains_key(id) {
            Ok(false)
        } else if package.interfaces.contains_key(id) {
            Ok(true)
        } else {
            Err(LookupError::of(reference()))
        }
    }

    /// A choice of a template.
    pub fn template_choice(
        &self,
        id: &Identifier,
        choice: &Name,
    ) -> Result<&ChoiceSignature, LookupError> {
        let found = self.template(id)?.choices.get(choice);
        found.ok_or_else(|| LookupError::of(Reference::TemplateChoice(id.clone(), choice.clone())))
    }

    /// A choice of an interface.
    pub fn interface_choice(
        &self,
        id: &Identifier,
        choice: &Name,
    ) -> Result<&ChoiceSignature, LookupError> {
        let found = self.interface(id)?.choices.get(choice);
        found.ok_or_else(|| LookupError::of(Reference::InterfaceChoice(id.clone(), choice.clone())))
    }

    /// The type of a template's key.
    pub fn template_key(&self, id: &Identifier) -> Result<&Type, LookupError> {
        let found = self.template(id)?.key.as_ref();
        found.ok_or_else(|| LookupError::of(Reference::TemplateKey(id.clone())))
    }

    /// Whether a template implements an interface.
    pub fn implements(&self, template: &Identifier, interface: &Identifier) -> bool {
        self.template(template)
            .is_ok_and(|signature| signature.implements.contains(interface))
    }

    /// What values of a type look like.
    pub fn shape<'a>(&'a self, typ: &'a Type) -> Result<Shape<'a>, LookupError> {
        use BuiltinType as B;
        let (head, args) = typ.spine();
        Ok(match (head, &args[..]) {
            (Type::Con(id), _) => return self.data_shape(id, &args),
            (Type::Builtin(B::Numeric), [Type::Nat(scale)]) => Shape::Numeric(*scale),
            (Type::Builtin(B::ContractId), [_]) => Shape::ContractId,
            (Type::Builtin(B::Optional), [of]) => Shape::Optional(of),
            (Type::Builtin(B::List), [of]) => Shape::List(of),
            (Type::Builtin(B::TextMap), [of]) => Shape::TextMap(of),
            (Type::Builtin(B::GenMap), [key, value]) => Shape::GenMap(key, value),
            (Type::Builtin(B::Unit), []) => Shape::Unit,
            (Type::Builtin(B::Bool), []) => Shape::Bool,
            (Type::Builtin(B::Int64), []) => Shape::Int64,
            (Type::Builtin(B::Text), []) => Shape::Text,
            (Type::Builtin(B::Timestamp), []) => Shape::Timestamp,
            (Type::Builtin(B::Date), []) => Shape::Date,
            (Type::Builtin(B::Party), []) => Shape::Party,
            _ => Shape::NotSerializable,
        })
    }

    fn data_shape<'a>(
        &'a self,
        id: &'a Identifier,
        args: &[&'a Type],
    ) -> Result<Shape<'a>, LookupError> {
        let data = self.data_type(id)?;
        let fits = |arg: &&Type| arg.is_within(ARGUMENT_SIZE_MAX);
        if !data.serializable || data.params.len() != args.len() || !args.iter().all(fits) {
            return Ok(Shape::NotSerializable);
        }
        let replacements = data.params.iter().zip(args.iter().copied()).collect();
        Ok(match &data.cons {
            DataCons::Record(cons) => Shape::Record(Instance {
                id,
                cons,
                data,
                replacements,
            }),
            DataCons::Variant(cons) => Shape::Variant(Instance {
                id,
                cons,
                data,
                replacements,
            }),
            DataCons::Enum(cons) => Shape::Enum(Instance {
                id,
                cons,
                data,
                replacements,
            }),
            DataCons::Interface => Shape::NotSerializable,
        })
    }
}
