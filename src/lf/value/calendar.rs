//! Dates and times as texts, as the JVM writes them (`ISO_DATE` and `ISO_INSTANT`).

use std::fmt;

use crate::model::Timestamp;

/// 0001-01-01, in days since 1970.
pub const DATE_MIN: i32 = -719_162;
/// 9999-12-31, in days since 1970.
pub const DATE_MAX: i32 = 2_932_896;

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// A date, if it is within the years 1 to 9999.
pub fn date_from_days(days: i64) -> Option<i32> {
    let days = i32::try_from(days).ok()?;
    (DATE_MIN..=DATE_MAX).contains(&days).then_some(days)
}

/// `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy)]
pub struct DateText(pub i32);

impl fmt::Display for DateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(i64::from(self.0));
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// `YYYY-MM-DDThh:mm:ss`, a fraction of 0, 3 or 6 digits as needed, and `Z`.
#[derive(Debug, Clone, Copy)]
pub struct TimestampText(pub Timestamp);

impl fmt::Display for TimestampText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.micros();
        let seconds = micros.div_euclid(MICROS_PER_SECOND);
        let fraction = micros.rem_euclid(MICROS_PER_SECOND);
        let (year, month, day) = civil(seconds.div_euclid(SECONDS_PER_DAY));
        let second = seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        match fraction {
            0 => f.write_str("Z"),
            _ if fraction % 1000 == 0 => write!(f, ".{:03}Z", fraction / 1000),
            _ => write!(f, ".{fraction:06}Z"),
        }
    }
}

/// Year, month and day of a day since 1970, in the proleptic Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    // counted from 0000-03-01, in eras of 400 years, so that the leap day comes last
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let leap_days = day_of_era / 1460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = month_from_march + if month_from_march < 10 { 3 } else { -9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_last_date_and_leap_days_print() {
        for (days, text) in [
            (DATE_MIN, "0001-01-01"),
            (DATE_MAX, "9999-12-31"),
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (19_782, "2024-02-29"),
        ] {
            assert_eq!(DateText(days).to_string(), text);
        }
        assert_eq!(date_from_days(i64::from(DATE_MAX) + 1), None);
        assert_eq!(date_from_days(i64::MIN), None);
    }

    #[test]
    fn fractions_of_a_second_have_no_three_or_six_digits() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (100_000, "1970-01-01T00:00:00.100Z"),
            (1, "1970-01-01T00:00:00.000001Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (Timestamp::MIN.micros(), "0001-01-01T00:00:00Z"),
            (Timestamp::MAX.micros(), "9999-12-31T23:59:59.999999Z"),
        ] {
            let time = Timestamp::from_micros(micros).unwrap();
            assert_eq!(TimestampText(time).to_string(), text);
        }
    }
}
