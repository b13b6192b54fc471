//! Names as numbers: constructors and fields of all packages.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::model::Name;

/// The number of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct Symbol(u32);

/// The number of a list of field names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct LayoutId(u32);

/// All names that compiled code mentions. Numbers are never reused.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    symbols: Vec<Name>,
    numbers: FxHashMap<Name, Symbol>,
    layouts: Vec<Arc<[Symbol]>>,
    layout_numbers: FxHashMap<Arc<[Symbol]>, LayoutId>,
}

/// The names that builtin functions use are there from the beginning.
impl Default for Names {
    fn default() -> Self {
        let mut names = Self {
            symbols: Vec::new(),
            numbers: FxHashMap::default(),
            layouts: Vec::new(),
            layout_numbers: FxHashMap::default(),
        };
        let entry = ["key", "value"].map(|name| names.symbol(&Name::literal(name)));
        names.layout(&entry);
        names
    }
}

impl Names {
    /// The number of a name; a new one if it has none.
    pub(crate) fn symbol(&mut self, name: &Name) -> Symbol {
        if let Some(known) = self.numbers.get(name) {
            return *known;
        }
        let symbol = Symbol(u32::try_from(self.symbols.len()).unwrap_or(u32::MAX));
        self.symbols.push(name.clone());
        self.numbers.insert(name.clone(), symbol);
        symbol
    }

    /// The number of a name, if it has one.
    pub(crate) fn find(&self, name: &Name) -> Option<Symbol> {
        self.numbers.get(name).copied()
    }

    /// The name with a number.
    pub(crate) fn name(&self, symbol: Symbol) -> Option<&Name> {
        self.symbols.get(symbol.0 as usize)
    }

    /// The number of a list of fields.
    pub(crate) fn layout(&mut self, fields: &[Symbol]) -> LayoutId {
        if let Some(known) = self.layout_numbers.get(fields) {
            return *known;
        }
        let id = LayoutId(u32::try_from(self.layouts.len()).unwrap_or(u32::MAX));
        let fields: Arc<[Symbol]> = fields.into();
        self.layouts.push(fields.clone());
        self.layout_numbers.insert(fields, id);
        id
    }

    /// The number of a list of fields, if it has one.
    pub(crate) fn find_layout(&self, fields: &[Symbol]) -> Option<LayoutId> {
        self.layout_numbers.get(fields).copied()
    }

    /// The place of a field in a struct.
    #[inline]
    pub(crate) fn position(&self, layout: LayoutId, field: Symbol) -> Option<usize> {
        let fields = self.layouts.get(layout.0 as usize)?;
        fields.iter().position(|f| *f == field)
    }
}
