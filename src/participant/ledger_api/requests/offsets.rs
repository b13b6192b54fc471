//! Offsets.

use crate::model::Offset;
use crate::participant::errors::{ErrorId, Refusal};

/// An offset, which may be before the first entry.
pub(crate) fn non_negative(offset: i64, field: &str) -> Result<Offset, Refusal> {
    Offset::new(offset).ok_or_else(|| {
        Refusal::new(
            ErrorId::NegativeOffset,
            format!(
                "Offset {offset} in {field} is a negative integer: the offset in {field} field has \
                 to be a non-negative integer (>=0)"
            ),
        )
    })
}

/// The offset of an entry.
pub(crate) fn positive(offset: i64, field: &str, expected: &str) -> Result<Offset, Refusal> {
    let found = Offset::new(offset).filter(|offset| *offset > Offset::BEGIN);
    found.ok_or_else(|| {
        Refusal::new(
            ErrorId::NonPositiveOffset,
            format!("Offset {offset} in {field} is not a positive integer: {expected}"),
        )
    })
}

/// An offset that the ledger has reached.
pub(crate) fn not_after_end(offset: Offset, end: Offset, what: &str) -> Result<(), Refusal> {
    if offset <= end {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorId::OffsetAfterLedgerEnd,
        format!("{what} offset ({offset}) is after ledger end ({end})"),
    ))
}
