//! Sending until the fate of a request is known.

use std::sync::Arc;
use std::time::Duration;

use super::{SendError, SequencerPort};
use crate::protocol::SignedRequest;

/// Pause before the first repetition.
const PAUSE_FIRST: Duration = Duration::from_millis(20);
/// Longest pause between repetitions.
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// Sends a request again and again until it is sequenced or can't be any more. Since the sequencer
/// refuses what is too late, this ends.
///
/// # Errors
/// [`SendError::TooLate`], [`SendError::TooLarge`], [`SendError::UnknownMember`],
/// [`SendError::Refused`] or [`SendError::MessageIdReused`]: it was not and will not be sequenced.
pub async fn send_until_sequenced(
    sequencer: &Arc<dyn SequencerPort>,
    request: SignedRequest,
) -> Result<(), SendError> {
    let mut pause = PAUSE_FIRST;
    loop {
        match sequencer.send(request.clone()).await {
            Err(error @ (SendError::Unavailable(_) | SendError::Overloaded)) => {
                tracing::debug!(%error, message_id = %request.request().message_id, "sending again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
            done => return done,
        }
    }
}
