//! Decimals with 38 digits and a fixed scale.

use std::fmt;

/// Digits that a numeric may have, before and after the point together.
pub const PRECISION_MAX: u32 = 38;
/// Largest scale. One less than the precision, so that 1 can be told at every scale.
pub const SCALE_MAX: u8 = 37;

/// 10^0 to 10^38, all that fit.
pub(super) const POWERS_OF_TEN: [i128; 39] = powers_of_ten();
/// The largest number with 38 digits.
pub(super) const UNSCALED_MAX: i128 = POWERS_OF_TEN[38] - 1;

const fn powers_of_ten() -> [i128; 39] {
    let mut powers = [1_i128; 39];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
}

/// A decimal: `unscaled / 10^scale`, with at most 38 digits and a scale of 0 to 37.
///
/// Equal only at the same scale; ordered as numbers when the scales are equal, which is the only
/// case that well-typed programs compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Numeric {
    /// The digits without the point.
    unscaled: i128,
    /// Digits after the point.
    scale: u8,
}

impl Numeric {
    /// A numeric from its digits, if they are at most 38 and the scale at most 37.
    pub fn new(unscaled: i128, scale: u8) -> Option<Self> {
        let in_bounds = unscaled.unsigned_abs() <= UNSCALED_MAX.unsigned_abs();
        (scale <= SCALE_MAX && in_bounds).then_some(Self { unscaled, scale })
    }

    /// The digits without the point.
    pub const fn unscaled(self) -> i128 {
        self.unscaled
    }

    /// Digits after the point.
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// Reads a literal of a package: `-?([1-9]\d*|0)\.\d*`; the digits after the point are the scale.
    pub fn parse_literal(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.')?;
        let canonical = whole == "0" || !whole.starts_with('0');
        if !canonical {
            return None;
        }
        Self::from_digits(text.starts_with('-'), whole, fraction)
    }

    /// Reads a number as applications write it in commands: `[+-]?\d{1,38}(\.\d{0,37})?`, at the
    /// smallest scale that tells it. Its type decides the scale later.
    pub fn parse_untyped(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.len() > PRECISION_MAX as usize || fraction.len() > SCALE_MAX as usize {
            return None;
        }
        let fraction = significant_fraction(fraction)?;
        Self::from_digits(text.starts_with('-'), whole, fraction)
    }

    /// Reads a number as the builtin `TEXT_TO_NUMERIC` does: any number of superfluous zeros on
    /// both sides, but at least one digit on each side of a point.
    pub fn parse_text(text: &str, scale: u8) -> Option<Self> {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return None,
            Some((whole, fraction)) => (whole, significant_fraction(fraction)?),
            None => (digits, ""),
        };
        if whole.is_empty() || !whole.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let significant = whole.trim_start_matches('0');
        let whole = if significant.is_empty() {
            "0"
        } else {
            significant
        };
        if fraction.len() > usize::from(scale) || whole.len() > PRECISION_MAX as usize {
            return None;
        }
        Self::from_digits(text.starts_with('-'), whole, fraction)?.cast(scale)
    }

    fn from_digits(negative: bool, whole: &str, fraction: &str) -> Option<Self> {
        let scale = u8::try_from(fraction.len()).ok()?;
        if whole.is_empty() || whole.len() + fraction.len() > 2 * PRECISION_MAX as usize {
            return None;
        }
        let mut unscaled: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            if !byte.is_ascii_digit() {
                return None;
            }
            unscaled = unscaled
                .checked_mul(10)?
                .checked_add(i128::from(byte - b'0'))?;
        }
        Self::new(if negative { -unscaled } else { unscaled }, scale)
    }

    /// The shortest text: without zeros at the end, with at least one digit after the point.
    pub fn to_short_text(self) -> String {
        let text = self.to_string();
        let short = text.trim_end_matches('0');
        if short.ends_with('.') {
            format!("{short}0")
        } else {
            short.to_owned()
        }
    }
}

/// A fraction without the zeros at its end, if it has only digits.
fn significant_fraction(fraction: &str) -> Option<&str> {
    let digits = fraction.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| fraction.trim_end_matches('0'))
}

/// All digits of the scale; a point follows even when the scale is zero.
impl fmt::Display for Numeric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.unscaled < 0 { "-" } else { "" };
        let unit = POWERS_OF_TEN[usize::from(self.scale)].unsigned_abs();
        let digits = self.unscaled.unsigned_abs();
        let (whole, fraction) = (digits / unit, digits % unit);
        let width = usize::from(self.scale);
        if width == 0 {
            write!(f, "{sign}{whole}.")
        } else {
            write!(f, "{sign}{whole}.{fraction:0width$}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_tell_their_scale_and_print_as_they_are_written() {
        for text in [
            "0.0",
            "1.",
            "-12.3400",
            "0.0000000000000000000000000000000000001",
        ] {
            let numeric = Numeric::parse_literal(text).unwrap();
            assert_eq!(numeric.to_string(), text);
        }
        for bad in ["", ".", "1", ".5", "01.0", "+1.0", "1e2.0", "1.٣", "--1.0"] {
            assert_eq!(Numeric::parse_literal(bad), None, "{bad}");
        }
        assert_eq!(
            Numeric::parse_literal(&format!("1.{}", "0".repeat(38))),
            None
        );
    }

    #[test]
    fn commands_may_write_signs_and_superfluous_zeros_but_no_exponent() {
        for (text, expected) in [
            ("1.", "1."),
            ("+1.5", "1.5"),
            ("-0", "0."),
            ("007.2500", "7.25"),
            ("1.00000000000", "1."),
        ] {
            let numeric = Numeric::parse_untyped(text).unwrap();
            assert_eq!(numeric.to_string(), expected);
        }
        for bad in ["1e2", "  1.0", ".5", "", "abc", "0x10", "1,0", "NaN", "١"] {
            assert_eq!(Numeric::parse_untyped(bad), None, "{bad}");
        }
        assert_eq!(Numeric::parse_untyped(&"9".repeat(39)), None);
    }

    #[test]
    fn the_builtin_reads_any_number_of_superfluous_zeros() {
        let zeros = "0".repeat(5000);
        let text = format!("-{zeros}12.50{zeros}");
        assert_eq!(Numeric::parse_text(&text, 2).unwrap().to_string(), "-12.50");
        for bad in ["1.", ".1", "1.234", "", "-", "1.2.3", "1 "] {
            assert_eq!(Numeric::parse_text(bad, 2), None, "{bad}");
        }
        assert_eq!(Numeric::parse_text(&"9".repeat(37), 2), None);
    }

    #[test]
    fn short_texts_keep_one_digit_after_the_point() {
        for (text, expected) in [("1.", "1.0"), ("-10.00", "-10.0"), ("0.250", "0.25")] {
            assert_eq!(
                Numeric::parse_literal(text).unwrap().to_short_text(),
                expected
            );
        }
    }
}
