//! What time it is.
//!
//! Every role asks a [`Clock`] that it was given. In production it is the system's; with
//! `--static-time` it stands still until somebody sets it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::model::Timestamp;

/// A source of ledger time. Clones share it.
#[derive(Debug, Clone)]
pub struct Clock(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Wall,
    Static(Arc<AtomicI64>),
}

/// Why a static clock was not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SetTimeError {
    /// The clock follows the system's.
    #[error("the ledger does not run in static time")]
    NotStatic,
    /// The caller's idea of the current time is wrong.
    #[error("current time mismatch: the ledger's time is {0}")]
    Mismatch(Timestamp),
    /// Time does not go backwards.
    #[error(
        "new time {new} is before current time {current}; setting the time backwards is not allowed"
    )]
    Backwards {
        /// The ledger's time.
        current: Timestamp,
        /// The time asked for.
        new: Timestamp,
    },
    /// Deadlines and the times of what follows would be no times any more.
    #[error("new time {new} is later than {latest}, the latest to which the time can be set")]
    TooLate {
        /// The time asked for.
        new: Timestamp,
        /// The latest that is accepted.
        latest: Timestamp,
    },
}

/// What is kept free before the last time that there is.
const RESERVE: Duration = Duration::from_hours(24);

impl Clock {
    /// The system's clock.
    pub const fn wall() -> Self {
        Self(Kind::Wall)
    }

    /// A clock that stands at `start`.
    pub fn fixed(start: Timestamp) -> Self {
        Self(Kind::Static(Arc::new(AtomicI64::new(start.micros()))))
    }

    /// Whether time moves only when it is set.
    pub const fn is_static(&self) -> bool {
        matches!(self.0, Kind::Static(_))
    }

    /// The time now.
    #[allow(clippy::disallowed_methods, reason = "this is the one place that asks")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::Static(micros) => Timestamp::from_micros_clamped(micros.load(Ordering::SeqCst)),
            Kind::Wall => {
                let since_epoch = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                let micros = i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX);
                Timestamp::from_micros_clamped(micros)
            }
        }
    }

    /// Moves a static clock to a time that was reached in an earlier life; does nothing to another.
    pub fn catch_up(&self, reached: Timestamp) {
        if let Kind::Static(micros) = &self.0 {
            micros.fetch_max(reached.micros(), Ordering::SeqCst);
        }
    }

    /// Moves a static clock from `current`, which must be its time, to `new`.
    pub fn set(&self, current: Timestamp, new: Timestamp) -> Result<(), SetTimeError> {
        let Kind::Static(micros) = &self.0 else {
            return Err(SetTimeError::NotStatic);
        };
        if new < current {
            return Err(SetTimeError::Backwards { current, new });
        }
        let latest = Timestamp::MAX.minus(RESERVE.into());
        if new > latest {
            return Err(SetTimeError::TooLate { new, latest });
        }
        micros
            .compare_exchange(
                current.micros(),
                new.micros(),
                Ordering::SeqCst,
                Ordering::SeqCst,
            )
            .map(|_| ())
            .map_err(|actual| SetTimeError::Mismatch(Timestamp::from_micros_clamped(actual)))
    }
}

/// The time that passes between two moments, whatever the system's clock does.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts to measure.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    pub fn elapsed(&self) -> std::time::Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_static_clock_moves_only_forward_and_only_from_the_time_that_it_shows() {
        let at = |micros| Timestamp::from_micros(micros).unwrap();
        let clock = Clock::fixed(at(10));
        assert_eq!(clock.set(at(10), at(20)), Ok(()));
        assert_eq!(clock.now(), at(20));
        assert_eq!(
            clock.set(at(10), at(30)),
            Err(SetTimeError::Mismatch(at(20)))
        );
        assert!(matches!(
            clock.set(at(20), at(10)),
            Err(SetTimeError::Backwards { .. })
        ));
        assert!(matches!(
            clock.set(at(20), Timestamp::MAX),
            Err(SetTimeError::TooLate { .. })
        ));
        clock.catch_up(at(15));
        assert_eq!(clock.now(), at(20));
        clock.catch_up(at(25));
        assert_eq!(clock.now(), at(25));
        assert_eq!(
            Clock::wall().set(at(1), at(2)),
            Err(SetTimeError::NotStatic)
        );
    }
}
