//! Positions in a participant's ledger.

use std::fmt;

/// A position in one participant's stream of updates and completions. The first entry is at 1;
/// 0 is the position before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Offset(i64);

impl Offset {
    /// Before the first entry.
    pub const BEGIN: Self = Self(0);

    /// The position, if it is not negative.
    pub fn new(value: i64) -> Option<Self> {
        (value >= 0).then_some(Self(value))
    }

    /// The number that the Ledger API shows.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The position after this one.
    ///
    /// # Panics
    /// After 2^63 - 1 entries.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add(1).expect("offsets are exhausted"))
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
