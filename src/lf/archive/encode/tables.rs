//! The tables of a package under construction: everything gets an index when it is first used.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::lf::archive::fault::Fault;
use crate::lf::archive::wire::Writer;
use crate::lf::ast::{LanguageVersion, PackageIs, Ref, Type};
use crate::lf::stable;
use crate::model::{DottedName, ModuleName, PackageId};

/// Things with indices in the order of first use.
#[derive(Debug)]
pub(super) struct Table<K> {
    indices: FxHashMap<K, u64>,
    entries: Vec<Vec<u8>>,
}

impl<K> Default for Table<K> {
    fn default() -> Self {
        Self {
            indices: FxHashMap::default(),
            entries: Vec::new(),
        }
    }
}

impl<K: std::hash::Hash + Eq> Table<K> {
    fn add(&mut self, key: K, entry: Vec<u8>) -> u64 {
        let index = self.entries.len() as u64;
        self.indices.insert(key, index);
        self.entries.push(entry);
        index
    }

    /// Writes the entries as a repeated field.
    pub(super) fn write(&self, package: &mut Writer, field: u32) {
        for entry in &self.entries {
            package.bytes(field, entry);
        }
    }
}

impl Table<Vec<u8>> {
    /// The index of an entry that is known by its bytes.
    pub(super) fn intern(&mut self, message: Vec<u8>) -> u64 {
        match self.indices.get(&message) {
            Some(index) => *index,
            None => self.add(message.clone(), message),
        }
    }
}

/// Encodes the parts of one package.
pub(super) struct Encoder<'p> {
    /// The version of the language.
    pub(super) version: LanguageVersion,
    pub(super) strings: Table<Box<str>>,
    pub(super) dotted_names: Table<DottedName>,
    pub(super) types: Table<Vec<u8>>,
    /// Types that were seen already, by address: the package keeps them alive and in place.
    pub(super) types_seen: FxHashMap<*const Type, u64>,
    pub(super) expressions: Table<Vec<u8>>,
    /// From 2.2 on, the packages that are imported and their indices.
    pub(super) imports: BTreeMap<&'p PackageId, u64>,
}

impl<'p> Encoder<'p> {
    pub(super) fn new(version: LanguageVersion, dependencies: &'p [PackageId]) -> Self {
        let imports = if version >= LanguageVersion::V2_2 {
            let changing = dependencies.iter().filter(|id| !stable::is_stable(id));
            changing.zip(0..).collect()
        } else {
            BTreeMap::new()
        };
        Self {
            version,
            strings: Table::default(),
            dotted_names: Table::default(),
            types: Table::default(),
            types_seen: FxHashMap::default(),
            expressions: Table::default(),
            imports,
        }
    }

    pub(super) fn string(&mut self, string: &str) -> u64 {
        match self.strings.indices.get(string) {
            Some(index) => *index,
            None => self.strings.add(string.into(), string.as_bytes().to_vec()),
        }
    }

    pub(super) fn dotted_name(&mut self, name: &DottedName) -> u64 {
        if let Some(index) = self.dotted_names.indices.get(name) {
            return *index;
        }
        let segments: Vec<u64> = name
            .segments()
            .map(|segment| self.string(segment))
            .collect();
        let mut entry = Writer::new();
        entry.packed(1, segments);
        self.dotted_names.add(name.clone(), entry.into_bytes())
    }

    /// A type in the table of types, by index.
    pub(super) fn type_index(&mut self, typ: &Arc<Type>) -> Result<u64, Fault> {
        let address = Arc::as_ptr(typ);
        if let Some(index) = self.types_seen.get(&address) {
            return Ok(*index);
        }
        let message = self.type_entry(typ)?.into_bytes();
        let index = self.types.intern(message);
        self.types_seen.insert(address, index);
        Ok(index)
    }

    pub(super) fn reference(&mut self, reference: &Ref) -> Result<Writer, Fault> {
        let mut message = Writer::new();
        message.message(1, &self.module_ref(&reference.package, &reference.module)?);
        message.number(2, self.dotted_name(&reference.name));
        Ok(message)
    }

    pub(super) fn module_ref(
        &mut self,
        package: &PackageIs,
        module: &ModuleName,
    ) -> Result<Writer, Fault> {
        let mut package_ref = Writer::new();
        match package {
            PackageIs::This => package_ref.bytes(1, &[]),
            PackageIs::Other(id) => match self.imports.get(id) {
                Some(index) => package_ref.case_number(4, *index),
                None if self.version >= LanguageVersion::V2_2 && !stable::is_stable(id) => {
                    return Err(Fault::NotImported(id.to_string()));
                }
                None => package_ref.case_number(3, self.string(id.as_str())),
            },
        }
        let mut message = Writer::new();
        message.message(1, &package_ref);
        message.number(2, self.dotted_name(module));
        Ok(message)
    }

    /// A fault about a construct that the version has no encoding for.
    pub(super) fn inexpressible<T>(&self, what: &'static str) -> Result<T, Fault> {
        Err(Fault::Inexpressible {
            what,
            version: self.version,
        })
    }
}
