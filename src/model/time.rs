//! Times with microsecond resolution, as Daml has them.

use std::fmt;
use std::str::FromStr;

/// Microseconds since 1970-01-01T00:00:00Z, between the years 1 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

/// A span of time in microseconds; may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Duration(i64);

/// The calendar's name for zero.
const EPOCH: jiff::civil::DateTime = jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// Why something is no [`Timestamp`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Outside the years 1 to 9999.
    #[error(
        "{0} microseconds since 1970 is outside of 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999Z"
    )]
    OutOfRange(i128),
    /// Not in the form of ISO 8601.
    #[error("\"{0}\" is not a time like 2026-01-31T12:00:00Z")]
    Malformed(String),
}

impl Timestamp {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// 9999-12-31T23:59:59.999999Z.
    pub const MAX: Self = Self(253_402_300_799_999_999);
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// From microseconds since 1970.
    pub fn from_micros(micros: i64) -> Result<Self, TimeError> {
        if (Self::MIN.0..=Self::MAX.0).contains(&micros) {
            Ok(Self(micros))
        } else {
            Err(TimeError::OutOfRange(i128::from(micros)))
        }
    }

    /// From microseconds since 1970; a time out of range becomes the nearest one in range.
    pub fn from_micros_clamped(micros: i64) -> Self {
        Self(micros.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// This time moved by `by`; clamped to the range.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self::from_micros_clamped(self.0.saturating_add(by.0))
    }

    /// This time moved back by `by`; clamped to the range.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self::from_micros_clamped(self.0.saturating_sub(by.0))
    }

    /// The time from `earlier` until this one.
    pub fn since(self, earlier: Self) -> Duration {
        Duration(self.0 - earlier.0)
    }

    /// The calendar's view of this time, in UTC.
    fn civil(self) -> jiff::civil::DateTime {
        let since_epoch = jiff::SignedDuration::from_micros(self.0);
        // every time in range is within the calendar's years -9999 to 9999
        EPOCH.saturating_add(since_epoch)
    }

    /// The next microsecond.
    #[must_use]
    pub fn successor(self) -> Self {
        self.plus(Duration(1))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.civil())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || TimeError::Malformed(super::text::excerpt(text));
        let civil = text.strip_suffix('Z').ok_or_else(malformed)?;
        let time: jiff::civil::DateTime = civil.parse().map_err(|_| malformed())?;
        let since_epoch = time
            .since((jiff::Unit::Microsecond, EPOCH))
            .map_err(|_| malformed())?;
        Self::from_micros(since_epoch.get_microseconds())
    }
}

impl Duration {
    /// No time.
    pub const ZERO: Self = Self(0);

    /// From microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole milliseconds.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// From whole seconds.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// Microseconds.
    pub const fn micros(self) -> i64 {
        self.0
    }
}

impl From<std::time::Duration> for Duration {
    fn from(duration: std::time::Duration) -> Self {
        Self(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
    }
}

impl From<Duration> for std::time::Duration {
    /// A negative span becomes zero.
    fn from(duration: Duration) -> Self {
        Self::from_micros(u64::try_from(duration.0).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_print_and_read_as_iso_8601() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1, "1970-01-01T00:00:00.000001Z"),
            (Timestamp::MIN.0, "0001-01-01T00:00:00Z"),
            (Timestamp::MAX.0, "9999-12-31T23:59:59.999999Z"),
        ] {
            let time = Timestamp::from_micros(micros).unwrap();
            assert_eq!(time.to_string(), text);
            assert_eq!(text.parse(), Ok(time));
        }
        assert!(Timestamp::from_micros(Timestamp::MAX.0 + 1).is_err());
        assert!("yesterday".parse::<Timestamp>().is_err());
    }
}
