//! The loop of one client: a command, and when it is answered the next one.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use super::tally::Tally;
use super::workload::Workload;
use crate::ledger_client::Failure;

/// The first pause after a failure; doubles with each further one up to the longest. A ledger that is
/// busy or away is not helped by clients that ask without a pause.
const PAUSE_FIRST: Duration = Duration::from_millis(20);
const PAUSE_LONGEST: Duration = Duration::from_secs(1);

/// Works until `end`.
pub(super) async fn work<W: Workload>(mut workload: W, tally: &RefCell<Tally>, end: Instant) {
    let mut pause = PAUSE_FIRST;
    let mut lost = false;
    while Instant::now() < end {
        let readied = if lost {
            Ok(())
        } else {
            workload.get_ready().await
        };
        let begun = Instant::now();
        let outcome = match readied {
            Err(failure) => Err(failure),
            Ok(()) if lost => workload.recover().await,
            Ok(()) => workload.command().await,
        };
        let now = Instant::now();
        match outcome {
            Ok(()) if lost => lost = false,
            Ok(()) => {
                tally.borrow_mut().success(now, now - begun);
                pause = PAUSE_FIRST;
            }
            Err(failure) => {
                tally.borrow_mut().failure(now, &failure);
                lost = lost || failure.is_missing();
                pause = rest(pause, &failure, end).await;
            }
        }
    }
}

/// Pauses after a failure; how long to pause after the next one. The ledger's own wish counts once the
/// short pauses did not help.
async fn rest(pause: Duration, failure: &Failure, end: Instant) -> Duration {
    let left = end.saturating_duration_since(Instant::now());
    tokio::time::sleep(pause.min(left)).await;
    let longest = failure
        .retry_after
        .map_or(PAUSE_LONGEST, |wish| wish.min(PAUSE_LONGEST));
    (pause * 2).min(longest)
}
