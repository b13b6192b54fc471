//! Ranges of literals.

/// Digits of a numeric.
const PRECISION_MAX: usize = 38;
/// Digits of a numeric after the point.
pub const SCALE_MAX: u8 = 37;
/// 0001-01-01 in days since 1970.
const DATE_MIN: i32 = -719_162;
/// 9999-12-31 in days since 1970.
const DATE_MAX: i32 = 2_932_896;

/// Whether days since 1970 are a date of the years 1 to 9999.
pub fn is_date(days: i32) -> bool {
    (DATE_MIN..=DATE_MAX).contains(&days)
}

/// Whether a text is a numeric: no superfluous zeros in front, a point, at most 38 digits of which
/// at most 37 after the point.
pub fn is_numeric(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let Some((whole, fraction)) = unsigned.split_once('.') else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole_digits = match whole {
        "0" => 0,
        _ if whole.starts_with('0') || whole.is_empty() => return false,
        _ => whole.len(),
    };
    digits(whole)
        && digits(fraction)
        && fraction.len() <= usize::from(SCALE_MAX)
        && whole_digits + fraction.len() <= PRECISION_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerics_have_at_most_38_digits_and_37_after_the_point() {
        let longest = format!("0.{}", "9".repeat(37));
        let widest = format!("{}.", "9".repeat(38));
        for good in ["0.", "0.0", "-1.50", "10.0", &longest, &widest] {
            assert!(is_numeric(good), "{good}");
        }
        let too_long = format!("0.{}", "9".repeat(38));
        let too_wide = format!("{}.0", "9".repeat(38));
        for bad in [
            "", ".", "1", "01.0", ".5", "1.a", "+1.0", "--1.0", &too_long, &too_wide,
        ] {
            assert!(!is_numeric(bad), "{bad}");
        }
    }

    #[test]
    fn dates_are_those_of_the_years_1_to_9999() {
        assert!(is_date(0) && is_date(DATE_MIN) && is_date(DATE_MAX));
        assert!(!is_date(DATE_MIN - 1) && !is_date(DATE_MAX + 1));
    }
}
