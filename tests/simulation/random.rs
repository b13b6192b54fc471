//! Chance, all of it from one seed.

use crate::crypto::random::seeded;
use crate::model::Duration;

/// A sequence of numbers that follows from its seed.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        seeded::next(&mut self.0)
    }

    /// A number below a bound, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap();
        usize::try_from(self.next() % bound).unwrap()
    }

    /// Whether something happens that happens so often in a thousand cases.
    pub(crate) fn happens(&mut self, per_mille: u32) -> bool {
        self.next() % 1000 < u64::from(per_mille)
    }

    /// One of several.
    pub(crate) fn one_of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        (!choices.is_empty()).then(|| &choices[self.below(choices.len())])
    }

    /// A time between two, in milliseconds.
    pub(crate) fn between(&mut self, least: i64, most: i64) -> Duration {
        let span = u64::try_from((most - least) * 1000 + 1).unwrap();
        let more = i64::try_from(self.next() % span).unwrap();
        Duration::from_micros(least * 1000 + more)
    }
}
