//! The tables of a package: strings, names, imports, kinds, types and expressions that the rest
//! refers to by index.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::types::Measured;
use crate::lf::archive::fault::Fault;
use crate::lf::archive::message::{Body, View};
use crate::lf::archive::schema;
use crate::lf::ast::{Kind, LanguageVersion, PackageIs, Ref, Type};
use crate::lf::stable;
use crate::model::{DottedName, ModuleName, Name, PackageId};

/// Decodes the parts of one package.
pub(super) struct Decoder<'a> {
    /// The version of the language.
    pub(super) version: LanguageVersion,
    strings: Vec<&'a str>,
    names: Vec<OnceCell<Name>>,
    texts: Vec<OnceCell<Arc<str>>>,
    packages: Vec<OnceCell<PackageIs>>,
    dotted_names: Vec<DottedName>,
    imports: Vec<OnceCell<PackageIs>>,
    import_ids: Vec<&'a str>,
    pub(super) kinds: Vec<Measured<Kind>>,
    pub(super) types: Vec<Measured<Type>>,
    /// Decoded where they are used, since a tree cannot share them.
    pub(super) expressions: Vec<Body<'a>>,
    /// Expressions decoded so far.
    pub(super) expressions_made: Cell<u64>,
    /// Qualified names by their bytes.
    pub(super) references: RefCell<FxHashMap<&'a [u8], Ref>>,
    mentioned: RefCell<BTreeSet<PackageId>>,
}

impl<'a> Decoder<'a> {
    /// Reads the tables of a package.
    pub(super) fn new(package: &View<'a>, version: LanguageVersion) -> Result<Self, Fault> {
        let strings = package
            .many(2)
            .map(|string| utf8(string.bytes))
            .collect::<Result<Vec<_>, _>>()?;
        let import_ids = import_ids(package, version)?;
        let mut decoder = Self {
            version,
            names: vec![OnceCell::new(); strings.len()],
            texts: vec![OnceCell::new(); strings.len()],
            packages: vec![OnceCell::new(); strings.len()],
            strings,
            dotted_names: Vec::new(),
            imports: vec![OnceCell::new(); import_ids.len()],
            import_ids,
            kinds: Vec::new(),
            types: Vec::new(),
            expressions: package.many(7).collect(),
            expressions_made: Cell::new(0),
            references: RefCell::default(),
            mentioned: RefCell::default(),
        };
        decoder.dotted_names = package
            .many(3)
            .map(|name| decoder.dotted_name_entry(name))
            .collect::<Result<_, _>>()?;
        for entry in package.many(6) {
            let kind = decoder.kind_entry(entry)?;
            decoder.kinds.push(kind);
        }
        for entry in package.many(5) {
            let typ = decoder.type_entry(entry)?;
            decoder.types.push(typ);
        }
        Ok(decoder)
    }

    /// The packages that were mentioned, sorted.
    pub(super) fn into_mentioned(self) -> Vec<PackageId> {
        self.mentioned.into_inner().into_iter().collect()
    }

    fn dotted_name_entry(&self, body: Body<'a>) -> Result<DottedName, Fault> {
        let view = schema::DOTTED_NAME.read(body, self.version)?;
        let segments = view
            .numbers(1)?
            .into_iter()
            .map(|index| self.name(index))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(DottedName::from_segments(
            segments.iter().map(Name::as_str),
        )?)
    }

    /// A string of the table.
    pub(super) fn string(&self, index: i32) -> Result<&'a str, Fault> {
        entry(&self.strings, index, "the table of strings").copied()
    }

    /// A string of the table that is a name.
    pub(super) fn name(&self, index: i32) -> Result<Name, Fault> {
        let cell = entry(&self.names, index, "the table of strings")?;
        remember(cell, || Ok(Name::parse(self.string(index)?)?))
    }

    /// A string of the table as the text of a literal.
    pub(super) fn text(&self, index: i32) -> Result<Arc<str>, Fault> {
        let cell = entry(&self.texts, index, "the table of strings")?;
        remember(cell, || Ok(self.string(index)?.into()))
    }

    /// A dotted name of the table.
    pub(super) fn dotted_name(&self, index: i32) -> Result<DottedName, Fault> {
        entry(&self.dotted_names, index, "the table of dotted names").cloned()
    }

    /// A module of this or another package.
    pub(super) fn module_ref(&self, body: Body<'a>) -> Result<(PackageIs, ModuleName), Fault> {
        let view = schema::MODULE_REF.read(body, self.version)?;
        let package = self.package_ref(view.body(1)?)?;
        Ok((package, self.dotted_name(view.int(2))?))
    }

    fn package_ref(&self, body: Body<'a>) -> Result<PackageIs, Fault> {
        let case = schema::PACKAGE_REF.read(body, self.version)?.case()?;
        match case.number {
            1 => Ok(PackageIs::This),
            3 => {
                let cell = entry(&self.packages, case.int(), "the table of strings")?;
                remember(cell, || self.package_by_id(self.string(case.int())?))
            }
            _ => {
                let cell = entry(&self.imports, case.int(), "the table of imports")?;
                remember(cell, || {
                    let id = entry(&self.import_ids, case.int(), "the table of imports")?;
                    Ok(self.mention(PackageId::parse(id)?))
                })
            }
        }
    }

    /// From 2.2 on only the packages that never change may be named by id.
    fn package_by_id(&self, id: &str) -> Result<PackageIs, Fault> {
        let id = PackageId::parse(id)?;
        if self.version >= LanguageVersion::V2_2 && !stable::is_stable(&id) {
            return Err(Fault::NotImported(id.to_string()));
        }
        Ok(self.mention(id))
    }

    fn mention(&self, id: PackageId) -> PackageIs {
        self.mentioned.borrow_mut().insert(id.clone());
        PackageIs::Other(id)
    }
}

/// The packages that a package says to import. Only from 2.2 on.
fn import_ids<'a>(package: &View<'a>, version: LanguageVersion) -> Result<Vec<&'a str>, Fault> {
    match package.optional_case() {
        Some(case) if case.number == 9 => schema::IMPORTS
            .read(case.body(), version)?
            .many(1)
            .map(|id| utf8(id.bytes))
            .collect(),
        // the other case says why there are none
        _ => Ok(Vec::new()),
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(|_| Fault::Utf8)
}

/// An entry of a table, checked.
pub(super) fn entry<'t, T>(table: &'t [T], index: i32, name: &'static str) -> Result<&'t T, Fault> {
    usize::try_from(index)
        .ok()
        .and_then(|index| table.get(index))
        .ok_or(Fault::Index {
            table: name,
            index: i64::from(index),
            size: table.len(),
        })
}

fn remember<T: Clone>(
    cell: &OnceCell<T>,
    make: impl FnOnce() -> Result<T, Fault>,
) -> Result<T, Fault> {
    if let Some(known) = cell.get() {
        return Ok(known.clone());
    }
    let value = make()?;
    Ok(cell.get_or_init(|| value).clone())
}
