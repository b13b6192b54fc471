//! Trying again what may succeed later.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use super::failure::Failure;

/// How long a step is tried again. Packages and parties become known to a network some time after they
/// were accepted.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between one try and the next.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// Answers of a ledger that has not heard of a party or package everywhere yet.
const NOT_YET: [&str; 8] = [
    "NO_SYNCHRONIZER_FOR_SUBMISSION",
    "NO_SYNCHRONIZER_ON_WHICH_ALL_SUBMITTERS_CAN_SUBMIT",
    "NOT_CONNECTED_TO_ANY_SYNCHRONIZER",
    "PACKAGE_NOT_VETTED_BY_RECIPIENTS",
    "PACKAGE_SELECTION_FAILED",
    "PARTY_ALLOCATION_WITHOUT_CONNECTED_SYNCHRONIZER",
    "UNKNOWN_INFORMEES",
    "UNKNOWN_SUBMITTERS",
];

/// Patience with one step, from its beginning.
#[derive(Debug, Clone, Copy)]
pub struct Patience(Instant);

impl Patience {
    /// Begins now.
    pub fn begin() -> Self {
        Self(Instant::now())
    }

    /// Waits a moment if the same may succeed later.
    ///
    /// # Errors
    /// The failure itself, if it is for good or patience is over.
    pub async fn wait_or_fail(self, failure: Failure) -> Result<(), Failure> {
        let may_pass = failure.is_retryable() || NOT_YET.contains(&failure.id.as_str());
        if !may_pass || self.0.elapsed() > PATIENCE {
            return Err(failure);
        }
        tokio::time::sleep(RETRY_PAUSE).await;
        Ok(())
    }
}

/// Repeats a step that may be repeated until it succeeds or fails for good.
///
/// # Errors
/// The last failure.
pub async fn patiently<T, F: Future<Output = Result<T, Failure>>>(
    mut step: impl FnMut() -> F,
) -> Result<T, Failure> {
    let patience = Patience::begin();
    loop {
        match step().await {
            Ok(answer) => return Ok(answer),
            Err(failure) => patience.wait_or_fail(failure).await?,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tonic::Status;

    use super::*;

    async fn tries(status: Status) -> (usize, Result<(), Failure>) {
        let count = Cell::new(0);
        let outcome = patiently(|| {
            count.set(count.get() + 1);
            let failure = Failure::from(status.clone());
            let outcome = if count.get() == 2 {
                Ok(())
            } else {
                Err(failure)
            };
            std::future::ready(outcome)
        })
        .await;
        (count.get(), outcome)
    }

    #[tokio::test]
    async fn what_may_pass_is_tried_again_and_what_is_for_good_is_not() {
        let (count, outcome) = tries(Status::not_found("UNKNOWN_INFORMEES(11,0): Bob")).await;
        assert_eq!((count, outcome), (2, Ok(())));
        let (count, outcome) = tries(Status::invalid_argument("no")).await;
        assert_eq!(count, 1);
        assert_eq!(outcome.unwrap_err().id, "INVALID_ARGUMENT");
    }
}
