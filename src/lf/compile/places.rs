//! Where in the source code comes from: for those who are told why code failed.

use super::code::Pc;
use crate::model::ModuleName;

/// A place in Daml source; lines and columns count from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourcePlace {
    pub(crate) module: ModuleName,
    pub(crate) start: (u32, u32),
    pub(crate) end: (u32, u32),
}

/// The places of a package's code. Empty unless the engine is set to keep them.
#[derive(Debug, Default)]
pub(crate) struct Places {
    places: Vec<SourcePlace>,
    /// Code and the number of its place. Of two that overlap, the inner one comes first.
    ranges: Vec<(Pc, Pc, u32)>,
}

impl Places {
    /// How much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&self.places[..]) + size_of_val(&self.ranges[..])
    }

    /// Adds a place; its number.
    pub(super) fn add(&mut self, place: SourcePlace) -> u32 {
        self.places.push(place);
        u32::try_from(self.places.len() - 1).unwrap_or(u32::MAX)
    }

    /// Says that code comes from a place.
    pub(super) fn cover(&mut self, from: Pc, to: Pc, place: u32) {
        self.ranges.push((from, to, place));
    }

    /// The innermost place that an instruction comes from.
    pub(crate) fn at(&self, pc: Pc) -> Option<&SourcePlace> {
        let mut ranges = self.ranges.iter();
        let (_, _, place) = ranges.find(|(from, to, _)| (*from..*to).contains(&pc))?;
        self.places.get(*place as usize)
    }
}
