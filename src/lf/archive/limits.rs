//! Bounds on what is read, each with its reason.

use crate::lf::ast::LanguageVersion;

/// Messages inside messages. Canton's limits, so that what one accepts the other does, too.
pub(super) const fn message_depth_max(version: LanguageVersion) -> u32 {
    match version {
        LanguageVersion::V2_1 => 1000,
        // expressions are in a table there and nest by reference
        LanguageVersion::V2_2 | LanguageVersion::V2_3 => 100,
    }
}

/// Nodes of one type or kind when shared parts are counted as often as they are used. They are
/// compared and hashed as trees. The largest known type has 1,200.
pub(super) const TYPE_SIZE_MAX: u64 = 100_000;

/// Expressions in a package when shared ones are counted as often as they are used. The largest
/// package known has 54,000; one takes about 200 bytes of memory.
pub(super) const EXPRESSIONS_MAX: u64 = 2_000_000;

/// Bytes of one entry of a DAR, unpacked. The largest known has 1.3 MB.
pub(super) const ENTRY_BYTES_MAX: usize = 128 << 20;

/// Bytes of all entries of a DAR, unpacked.
pub(super) const DAR_BYTES_MAX: usize = 512 << 20;

/// Entries of a DAR: the largest known has 200.
pub(super) const DAR_ENTRIES_MAX: usize = 100_000;
