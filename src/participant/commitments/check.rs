//! What a commitment must be to be looked at.

use crate::model::{MemberId, ParticipantId, Timestamp};
use crate::protocol::{AcsCommitment, Period};
use crate::topology::State;

/// Why a commitment is ignored, with an alarm.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Somebody speaks for another.
    #[error("it is in the name of {0}")]
    NotTheSigner(ParticipantId),
    /// It is for somebody else.
    #[error("it is for {0}")]
    NotForUs(ParticipantId),
    /// Who says it has not joined the domain.
    #[error("{0} has not joined the domain")]
    UnknownSender(ParticipantId),
    /// It is about something that has not happened when it was said.
    #[error("it was sequenced at {sequenced_at} and is about {period}")]
    OfTheFuture {
        /// About when.
        period: Period,
        /// When it was said.
        sequenced_at: Timestamp,
    },
    /// Its ends are no boundaries.
    #[error("{0} does not begin and end at multiples of the reconciliation interval")]
    OffTheGrid(Period),
}

/// Whether a commitment, signed and sequenced, may be compared by `own`. `topology` is who is who at the end
/// of its period.
///
/// # Errors
/// See [`Fault`].
pub fn check(
    commitment: &AcsCommitment,
    signer: &MemberId,
    own: &ParticipantId,
    sequenced_at: Timestamp,
    topology: &State,
) -> Result<(), Fault> {
    let AcsCommitment { sender, period, .. } = commitment;
    if *signer != sender.member() {
        return Err(Fault::NotTheSigner(sender.clone()));
    }
    if commitment.counter_participant != *own || sender == own {
        return Err(Fault::NotForUs(commitment.counter_participant.clone()));
    }
    if period.to >= sequenced_at {
        return Err(Fault::OfTheFuture {
            period: *period,
            sequenced_at,
        });
    }
    if !topology.has_joined(sender) {
        return Err(Fault::UnknownSender(sender.clone()));
    }
    if !period.is_on_grid(topology.parameters().reconciliation_interval) {
        return Err(Fault::OffTheGrid(*period));
    }
    Ok(())
}
