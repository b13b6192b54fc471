//! Which rules of transactions a domain has.

use std::fmt;

/// A version of the rules, by Canton's count. All participants of a domain must have the same: what one
/// does, the others do again to confirm it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProtocolVersion {
    /// An exception undoes creates and consuming exercises. There are no contract keys. Who runs a
    /// package has vetted what it needs, too.
    V34,
    /// An exception that would undo them ends the transaction.
    V35,
}

impl ProtocolVersion {
    /// Every version.
    pub const ALL: [Self; 2] = [Self::V34, Self::V35];

    /// Its number.
    pub const fn number(self) -> u32 {
        match self {
            Self::V34 => 34,
            Self::V35 => 35,
        }
    }

    /// Whether who runs a package must have vetted all that it needs, too.
    pub fn needs_vetted_dependencies(self) -> bool {
        self < Self::V35
    }

    /// Whether an exception may undo creates and consuming exercises.
    pub fn rolls_back_effects(self) -> bool {
        self < Self::V35
    }

    /// Whether contracts may have keys.
    pub fn has_contract_keys(self) -> bool {
        self >= Self::V35
    }

    /// The version with a number.
    pub fn of(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.number() == number)
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}
