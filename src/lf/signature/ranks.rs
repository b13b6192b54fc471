//! The places of fields and constructors in their types.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::package::{DataCons, DataType};
use crate::model::Name;

/// Names up to which looking through all of them is as fast as an index.
const FEW: usize = 16;

/// The places of a data type's members by their names, of large types only, made when first needed.
#[derive(Debug, Default)]
pub struct Ranks(OnceLock<FxHashMap<Name, usize>>);

/// An index follows from what it is of.
impl PartialEq for Ranks {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Clone for Ranks {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Ranks {
    fn of<T>(&self, members: &[T], name_of: impl Fn(&T) -> &Name, name: &Name) -> Option<usize> {
        if members.len() <= FEW {
            return members.iter().position(|member| name_of(member) == name);
        }
        let index = self.0.get_or_init(|| {
            let mut index = FxHashMap::default();
            for (place, member) in members.iter().enumerate() {
                index.entry(name_of(member).clone()).or_insert(place);
            }
            index
        });
        index.get(name).copied()
    }
}

impl DataType {
    /// The place of a field or constructor.
    pub fn rank(&self, name: &Name) -> Option<usize> {
        match &self.cons {
            DataCons::Record(members) | DataCons::Variant(members) => {
                self.ranks.of(members, |(name, _)| name, name)
            }
            DataCons::Enum(members) => self.ranks.of(members, |name| name, name),
            DataCons::Interface => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_in_small_and_in_large_types() {
        for count in [0, 1, FEW, FEW + 1, 1000] {
            let names = (0..count).map(|n| Name::parse(&format!("c{n}")).unwrap());
            let names: Vec<Name> = names.collect();
            let data = DataType {
                params: Vec::new(),
                kinds: Vec::new(),
                serializable: true,
                cons: DataCons::Enum(names.clone()),
                ranks: Ranks::default(),
            };
            for (place, name) in names.iter().enumerate() {
                assert_eq!(data.rank(name), Some(place));
            }
            assert_eq!(data.rank(&Name::literal("other")), None);
        }
    }
}
