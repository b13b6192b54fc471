//! What definitions say of their types: of the package that is checked, and of those it uses.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::arena::{Arena, Kd, Node, Result, Ty};
use super::substitute::{Transfer, absolute};
use crate::lf::ast::{LanguageVersion, Ref};
use crate::model::{Name, PackageId};

/// What all packages that were checked say of their types. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct World(FxHashMap<PackageId, Arc<Exports>>);

impl World {
    /// What a package says.
    pub fn package(&self, id: &PackageId) -> Option<&Arc<Exports>> {
        self.0.get(id)
    }

    /// Adds a package that was checked against this world.
    pub fn insert(&mut self, id: PackageId, exports: impl Into<Arc<Exports>>) {
        self.0.insert(id, exports.into());
    }
}

/// What one package says of its types.
#[derive(Debug)]
pub struct Exports {
    pub(super) language: LanguageVersion,
    /// The types that the definitions mention, each after its parts.
    pub(super) nodes: Vec<Node>,
    /// By references into the package itself.
    pub(super) definitions: Definitions,
}

impl Exports {
    /// About how much memory it takes.
    pub fn bytes(&self) -> usize {
        /// A map's entry with what it points to, names and members.
        const DEFINITION: usize = 256;
        let it = &self.definitions;
        let definitions = it.heads.len()
            + it.cons.len()
            + it.synonyms.len()
            + it.values.len()
            + it.templates.len()
            + it.interfaces.len()
            + it.exceptions.len();
        size_of::<Self>() + size_of_val(&self.nodes[..]) + DEFINITION * definitions
    }
}

/// Definitions by reference. Types under parameters have these as outermost binders.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    pub(super) heads: FxHashMap<Ref, Arc<Head>>,
    pub(super) cons: FxHashMap<Ref, Arc<Cons>>,
    pub(super) synonyms: FxHashMap<Ref, Arc<Synonym>>,
    pub(super) values: FxHashMap<Ref, Arc<Ty>>,
    pub(super) templates: FxHashMap<Ref, Arc<Template>>,
    pub(super) interfaces: FxHashMap<Ref, Arc<Interface>>,
    pub(super) exceptions: FxHashSet<Ref>,
}

/// A data type without its constructors.
#[derive(Debug, Clone)]
pub(super) struct Head {
    /// The constructor as a type.
    pub(super) con: Ty,
    pub(super) kind: Kd,
    pub(super) params: Vec<Kd>,
    pub(super) serializable: bool,
}

/// The constructors of a data type.
#[derive(Debug, Clone)]
pub(super) enum Cons {
    Record(Members<Ty>),
    Variant(Members<Ty>),
    Enum(Members<()>),
    Interface,
}

impl Cons {
    /// What it is, in words.
    pub(super) const fn what(&self) -> &'static str {
        match self {
            Self::Record(_) => "a record",
            Self::Variant(_) => "a variant",
            Self::Enum(_) => "an enum",
            Self::Interface => "an interface",
        }
    }
}

/// Fields or constructors, in order and by name.
#[derive(Debug, Clone)]
pub(super) struct Members<T> {
    pub(super) list: Vec<(Name, T)>,
    places: FxHashMap<Name, usize>,
}

impl<T: Copy> Members<T> {
    pub(super) fn new(list: Vec<(Name, T)>) -> Self {
        let places = list.iter().enumerate();
        let places = places.map(|(place, (name, _))| (name.clone(), place));
        Self {
            places: places.collect(),
            list,
        }
    }

    pub(super) fn place(&self, name: &Name) -> Option<usize> {
        self.places.get(name).copied()
    }

    pub(super) fn get(&self, name: &Name) -> Option<T> {
        let place = self.place(name)?;
        self.list.get(place).map(|(_, member)| *member)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Synonym {
    pub(super) params: Vec<Kd>,
    pub(super) body: Ty,
}

/// The argument and result of each choice.
pub(super) type Choices = FxHashMap<Name, (Ty, Ty)>;

#[derive(Debug, Clone)]
pub(super) struct Template {
    pub(super) choices: Choices,
    pub(super) key: Option<Ty>,
    pub(super) implements: FxHashSet<Ref>,
}

#[derive(Debug, Clone)]
pub(super) struct Interface {
    pub(super) choices: Choices,
    pub(super) methods: FxHashMap<Name, Ty>,
    pub(super) view: Ty,
    pub(super) requires: FxHashSet<Ref>,
}

/// Something that mentions types and can be taken from one arena to another.
pub(super) trait Portable: Sized {
    fn carry(&self, carrier: &mut Carrier<'_>) -> Result<Self>;
}

/// Takes what belongs to one package from one arena to another.
pub(super) struct Carrier<'a> {
    pub(super) transfer: &'a mut Transfer,
    pub(super) from: &'a [Node],
    pub(super) package: &'a PackageId,
    pub(super) to: &'a mut Arena,
}

impl Carrier<'_> {
    fn typ(&mut self, typ: Ty) -> Result<Ty> {
        self.transfer.take(self.from, self.package, self.to, typ)
    }

    fn types(&mut self, types: &[Ty]) -> Result<Vec<Ty>> {
        types.iter().map(|typ| self.typ(*typ)).collect()
    }

    fn members(&mut self, members: &Members<Ty>) -> Result<Members<Ty>> {
        let list = members.list.iter();
        let list = list.map(|(name, typ)| Ok((name.clone(), self.typ(*typ)?)));
        Ok(Members::new(list.collect::<Result<_>>()?))
    }

    fn choices(&mut self, choices: &Choices) -> Result<Choices> {
        let choices = choices.iter();
        choices
            .map(|(name, (arg, result))| Ok((name.clone(), (self.typ(*arg)?, self.typ(*result)?))))
            .collect()
    }

    fn references(&self, references: &FxHashSet<Ref>) -> FxHashSet<Ref> {
        let references = references.iter();
        references.map(|it| absolute(it, self.package)).collect()
    }

    fn all<T: Portable>(
        &mut self,
        things: &FxHashMap<Ref, Arc<T>>,
    ) -> Result<FxHashMap<Ref, Arc<T>>> {
        let own = |reference: &&Ref| reference.package == crate::lf::ast::PackageIs::This;
        let things = things.iter().filter(|(reference, _)| own(reference));
        things
            .map(|(reference, thing)| Ok((reference.clone(), Arc::new(thing.carry(self)?))))
            .collect()
    }

    /// The package's own definitions.
    pub(super) fn definitions(&mut self, known: &Definitions) -> Result<Definitions> {
        let exceptions = known.exceptions.iter();
        Ok(Definitions {
            heads: self.all(&known.heads)?,
            cons: self.all(&known.cons)?,
            synonyms: self.all(&known.synonyms)?,
            values: self.all(&known.values)?,
            templates: self.all(&known.templates)?,
            interfaces: self.all(&known.interfaces)?,
            exceptions: exceptions
                .filter(|it| it.package == crate::lf::ast::PackageIs::This)
                .cloned()
                .collect(),
        })
    }
}

impl Portable for Ty {
    fn carry(&self, carrier: &mut Carrier<'_>) -> Result<Self> {
        carrier.typ(*self)
    }
}

impl Portable for Head {
    fn carry(&self, carrier: &mut Carrier<'_>) -> Result<Self> {
        Ok(Self {
            con: carrier.typ(self.con)?,
            kind: carrier.typ(self.kind)?,
            params: carrier.types(&self.params)?,
            serializable: self.serializable,
        })
    }
}

impl Portable for Cons {
    fn carry(&self, carrier: &mut Carrier<'_>) -> Result<Self> {
        Ok(match self {
            Self::Record(fields) => Self::Record(carrier.members(fields)?),
            Self::Variant(constructors) => Self::Variant(carrier.members(constructors)?),
            Self::Enum(constructors) => Self::Enum(constructors.clone()),
            Self::Interface => Self::Interface,
        })
    }
}

impl Portable for Synonym {
    fn carry(&self, carrier: &mut Carrier<'_>) -> Result<Self> {
        Ok(Self {
            params: carrier.types(&self.params)?,
            body: carrier.typ(self.body)?,
        })
    }
}

impl Portable for Template {
    fn carry(&self, carrier: &mut Carrier<'_>) -> Result<Self> {
        Ok(Self {
            choices: carrier.choices(&self.choices)?,
            key: self.key.map(|key| carrier.typ(key)).transpose()?,
            implements: carrier.references(&self.implements),
        })
    }
}

impl Portable for Interface {
    fn carry(&self, carrier: &mut Carrier<'_>) -> Result<Self> {
        let methods = self.methods.iter();
        let methods = methods.map(|(name, typ)| Ok((name.clone(), carrier.typ(*typ)?)));
        Ok(Self {
            methods: methods.collect::<Result<_>>()?,
            choices: carrier.choices(&self.choices)?,
            view: carrier.typ(self.view)?,
            requires: carrier.references(&self.requires),
        })
    }
}
