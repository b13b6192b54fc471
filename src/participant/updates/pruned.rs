//! What is said when the beginning of something is gone.
//!
//! Asked after the reading: `Beginning` is raised before anything is deleted, so what was read is
//! whole if it does not reach below.

use super::read_model::ReadModel;
use super::store::Range;
use crate::model::Offset;
use crate::participant::errors::{ErrorId, Refusal};

impl ReadModel {
    /// Nothing up to here is shown.
    pub fn pruned(&self) -> Offset {
        self.head().beginning().pruned()
    }

    /// Whether an entry is not shown any more.
    pub fn is_pruned(&self, offset: Offset) -> bool {
        offset <= self.pruned()
    }

    /// Refuses updates of a range of which some are gone.
    pub(super) fn check_updates(&self, range: Range) -> Result<(), Refusal> {
        self.check_range(range, |range, pruned| {
            format!(
                "Transactions request from {} to {} precedes pruned offset {pruned}",
                range.after.next(),
                range.to
            )
        })
    }

    /// Refuses completions of a range of which some are gone.
    pub(super) fn check_completions(&self, range: Range) -> Result<(), Refusal> {
        self.check_range(range, |range, pruned| {
            format!(
                "Command completions request from {} to {} overlaps with pruned offset {pruned}",
                range.after.next(),
                range.to
            )
        })
    }

    /// Refuses the contracts that were active at an offset, if that is gone.
    pub(super) fn check_active(&self, at: Offset) -> Result<(), Refusal> {
        let pruned = self.pruned();
        if at >= pruned {
            return Ok(());
        }
        Err(refusal(
            format!("Active contracts request at offset {at} precedes pruned offset {pruned}"),
            pruned,
        ))
    }

    /// A payload is not there: gone with its entry, or we have lost it.
    pub(super) fn missing_contract(&self, of: Offset, what: impl std::fmt::Display) -> Refusal {
        let after = Offset::new(of.get() - 1).unwrap_or_default();
        match self.check_updates(Range { after, to: of }) {
            Err(refusal) => refusal,
            Ok(()) => Refusal::internal(format!("contract {what} is not stored")),
        }
    }

    fn check_range(
        &self,
        range: Range,
        message: impl FnOnce(Range, Offset) -> String,
    ) -> Result<(), Refusal> {
        let pruned = self.pruned();
        // there is nothing in an empty range, wherever it is
        if range.after >= pruned || range.after >= range.to {
            return Ok(());
        }
        Err(refusal(message(range, pruned), pruned))
    }
}

/// A page that cannot be read because its beginning goes faster than it is read.
pub(super) fn too_fast(pruned: Offset) -> Refusal {
    let message = "The beginning is pruned faster than a page of it is read; begin at an offset";
    refusal(message.to_owned(), pruned)
}

fn refusal(message: String, pruned: Offset) -> Refusal {
    Refusal::new(ErrorId::ParticipantPrunedDataAccessed, message)
        .with("earliest_offset", pruned.to_string())
}
