//! Arithmetic on numerics. Rounds half to even; `None` means that the result does not fit or that
//! it would lose digits where none may be lost.
//!
//! The fast paths stay in 128 bits; only what overflows them goes through big integers.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use super::numeric::{Numeric, POWERS_OF_TEN, PRECISION_MAX, SCALE_MAX};

impl Numeric {
    /// The sum of two numerics of one scale.
    pub fn plus(self, other: Self) -> Option<Self> {
        debug_assert_eq!(self.scale(), other.scale());
        let sum = self.unscaled().checked_add(other.unscaled())?;
        Self::new(sum, self.scale())
    }

    /// The difference of two numerics of one scale.
    pub fn minus(self, other: Self) -> Option<Self> {
        debug_assert_eq!(self.scale(), other.scale());
        let difference = self.unscaled().checked_sub(other.unscaled())?;
        Self::new(difference, self.scale())
    }

    /// The product at a given scale.
    pub fn multiply(self, other: Self, scale: u8) -> Option<Self> {
        let exact_scale = u32::from(self.scale()) + u32::from(other.scale());
        let unscaled = if let Some(exact) = self.unscaled().checked_mul(other.unscaled()) {
            rescale(exact, exact_scale, u32::from(scale))?
        } else {
            let exact = BigInt::from(self.unscaled()) * other.unscaled();
            big_rescale(exact, exact_scale, u32::from(scale))?
        };
        Self::new(unscaled, scale)
    }

    /// The quotient at a given scale; `None` also when `other` is zero.
    pub fn divide(self, other: Self, scale: u8) -> Option<Self> {
        if other.unscaled() == 0 {
            return None;
        }
        let up = u32::from(scale) + u32::from(other.scale());
        let down = u32::from(self.scale());
        // one of the two sides is multiplied by the difference of the scales
        let fast = if up >= down {
            scale_up(self.unscaled(), up - down).map(|n| (n, other.unscaled()))
        } else {
            scale_up(other.unscaled(), down - up).map(|d| (self.unscaled(), d))
        };
        let unscaled = match fast {
            Some((numerator, denominator)) => divide_half_even(numerator, denominator),
            None if up >= down => {
                let numerator = BigInt::from(self.unscaled()) * big_power(up - down);
                big_divide_half_even(&numerator, &BigInt::from(other.unscaled())).to_i128()?
            }
            None => {
                let denominator = BigInt::from(other.unscaled()) * big_power(down - up);
                big_divide_half_even(&BigInt::from(self.unscaled()), &denominator).to_i128()?
            }
        };
        Self::new(unscaled, scale)
    }

    /// The closest multiple of `10^-digits`, at the same scale. `digits` may be negative; it lies
    /// above `scale - 38` and is at most the scale.
    pub fn round(self, digits: i64) -> Option<Self> {
        let scale = i64::from(self.scale());
        if digits > scale || digits <= scale - i64::from(PRECISION_MAX) {
            return None;
        }
        let dropped = u32::try_from(scale - digits).ok()?;
        let unit = *POWERS_OF_TEN.get(dropped as usize)?;
        let rounded = divide_half_even(self.unscaled(), unit).checked_mul(unit)?;
        Self::new(rounded, self.scale())
    }

    /// The same number at another scale; `None` if digits would be lost or added beyond 38.
    pub fn cast(self, scale: u8) -> Option<Self> {
        if scale >= self.scale() {
            let unscaled = scale_up(self.unscaled(), u32::from(scale - self.scale()))?;
            return Self::new(unscaled, scale);
        }
        let unit = POWERS_OF_TEN[usize::from(self.scale() - scale)];
        if self.unscaled() % unit != 0 {
            return None;
        }
        Self::new(self.unscaled() / unit, scale)
    }

    /// Whether no digit would be lost at a scale.
    pub fn fits_scale(self, scale: u8) -> bool {
        let dropped = usize::from(self.scale().saturating_sub(scale));
        self.unscaled() % POWERS_OF_TEN[dropped] == 0
    }

    /// The same digits at another scale: the point moves.
    pub fn shift(self, scale: u8) -> Option<Self> {
        Self::new(self.unscaled(), scale)
    }

    /// An integer as a numeric.
    pub fn from_int64(value: i64, scale: u8) -> Option<Self> {
        if scale > SCALE_MAX {
            return None;
        }
        Self::new(scale_up(i128::from(value), u32::from(scale))?, scale)
    }

    /// The integral part, rounded towards zero.
    pub fn to_int64(self) -> Option<i64> {
        i64::try_from(self.unscaled() / POWERS_OF_TEN[usize::from(self.scale())]).ok()
    }
}

/// `value * 10^exponent`, if it fits 128 bits.
fn scale_up(value: i128, exponent: u32) -> Option<i128> {
    if value == 0 {
        return Some(0);
    }
    value.checked_mul(*POWERS_OF_TEN.get(exponent as usize)?)
}

/// Moves digits from one scale to another.
fn rescale(value: i128, from: u32, to: u32) -> Option<i128> {
    if to >= from {
        return scale_up(value, to - from);
    }
    match POWERS_OF_TEN.get((from - to) as usize) {
        Some(unit) => Some(divide_half_even(value, *unit)),
        // at most 39 digits divided by more than 38: rounding decides
        None => big_rescale(BigInt::from(value), from, to),
    }
}

fn divide_half_even(numerator: i128, denominator: i128) -> i128 {
    let quotient = numerator / denominator;
    let remainder = numerator % denominator;
    if remainder == 0 {
        return quotient;
    }
    let twice = remainder.unsigned_abs().saturating_mul(2);
    let size = denominator.unsigned_abs();
    let away = twice > size || (twice == size && quotient % 2 != 0);
    let sign = if (numerator < 0) == (denominator < 0) {
        1
    } else {
        -1
    };
    quotient + if away { sign } else { 0 }
}

fn big_power(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

fn big_rescale(value: BigInt, from: u32, to: u32) -> Option<i128> {
    if to >= from {
        return (value * big_power(to - from)).to_i128();
    }
    big_divide_half_even(&value, &big_power(from - to)).to_i128()
}

fn big_divide_half_even(numerator: &BigInt, denominator: &BigInt) -> BigInt {
    let quotient = numerator / denominator;
    let twice: BigInt = (numerator % denominator).abs() * 2;
    let size = denominator.abs();
    let odd = quotient.bit(0);
    let away = twice > size || (twice == size && odd);
    if !away {
        quotient
    } else if numerator.is_negative() == denominator.is_negative() {
        quotient + 1
    } else {
        quotient - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn n(text: &str) -> Numeric {
        Numeric::parse_literal(text).unwrap()
    }

    #[test]
    fn ties_round_to_even() {
        for (a, b, expected) in [
            ("0.5", "0.5", "0.2"),
            ("0.5", "0.7", "0.4"),
            ("-0.5", "0.5", "-0.2"),
            ("-0.5", "0.7", "-0.4"),
        ] {
            assert_eq!(n(a).multiply(n(b), 1).unwrap().to_string(), expected);
        }
        assert_eq!(n("1.").divide(n("8."), 2).unwrap().to_string(), "0.12");
        assert_eq!(n("3.").divide(n("8."), 2).unwrap().to_string(), "0.38");
        assert_eq!(n("-3.").divide(n("8."), 2).unwrap().to_string(), "-0.38");
        assert_eq!(n("25.00").round(-1).unwrap().to_string(), "20.00");
        assert_eq!(n("35.00").round(-1).unwrap().to_string(), "40.00");
        assert_eq!(n("0.125").round(2).unwrap().to_string(), "0.120");
    }

    #[test]
    fn overflow_zero_division_and_lost_digits_have_no_result() {
        let max = Numeric::new(10_i128.pow(38) - 1, 0).unwrap();
        let one = n("1.");
        assert_eq!(max.plus(one), None);
        assert_eq!(n("-1.").minus(max), None);
        assert_eq!(max.multiply(max, 0), None);
        assert_eq!(one.divide(n("0."), 0), None);
        assert_eq!(max.divide(n("0.1"), 0), None);
        assert_eq!(n("0.55").cast(1), None);
        assert_eq!(max.cast(1), None);
        assert_eq!(n("0.5").round(2), None);
        assert_eq!(n("0.5").round(-37), None);
        assert!(n("0.5").round(-36).is_some());
        assert_eq!(max.to_int64(), None);
        assert_eq!(Numeric::from_int64(i64::MAX, 20), None);
        assert!(Numeric::from_int64(i64::MIN, 19).is_some());
    }

    fn numeric() -> impl Strategy<Value = Numeric> {
        (any::<i128>(), 0_u32..=38, 0_u8..=SCALE_MAX).prop_map(|(seed, digits, scale)| {
            Numeric::new(seed % POWERS_OF_TEN[digits as usize], scale).unwrap()
        })
    }

    /// What exact rational arithmetic says: `numerator / denominator` at `scale`.
    fn reference(numerator: &BigInt, denominator: &BigInt, scale: u8) -> Option<Numeric> {
        let (n, d) = if denominator.is_negative() {
            (-numerator, -denominator)
        } else {
            (numerator.clone(), denominator.clone())
        };
        let scaled: BigInt = n * big_power(u32::from(scale)) * 2 + &d;
        // floor((2x + d) / 2d) is x/d rounded half up; a tie is corrected to even
        let twice: BigInt = &d * 2;
        let floor = floor_divide(&scaled, &twice);
        let tie = (&scaled % &twice) == BigInt::ZERO;
        let rounded = if tie && floor.bit(0) {
            floor - 1
        } else {
            floor
        };
        Numeric::new(rounded.to_i128()?, scale)
    }

    fn floor_divide(a: &BigInt, b: &BigInt) -> BigInt {
        let quotient = a / b;
        let exact = (a % b) == BigInt::ZERO;
        if a.is_negative() && !exact {
            quotient - 1
        } else {
            quotient
        }
    }

    fn power(scale: u8) -> BigInt {
        big_power(u32::from(scale))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn products_are_those_of_rational_numbers(a in numeric(), b in numeric(), s in 0..=SCALE_MAX) {
            let exact = BigInt::from(a.unscaled()) * b.unscaled();
            let unit = power(a.scale()) * power(b.scale());
            prop_assert_eq!(a.multiply(b, s), reference(&exact, &unit, s));
        }

        #[test]
        fn quotients_are_those_of_rational_numbers(a in numeric(), b in numeric(), s in 0..=SCALE_MAX) {
            prop_assume!(b.unscaled() != 0);
            let numerator = BigInt::from(a.unscaled()) * power(b.scale());
            let denominator = BigInt::from(b.unscaled()) * power(a.scale());
            prop_assert_eq!(a.divide(b, s), reference(&numerator, &denominator, s));
        }

        #[test]
        fn rounding_is_that_of_rational_numbers(a in numeric(), digits in -40_i64..40) {
            let scale = i64::from(a.scale());
            let expected = if digits > scale || digits <= scale - 38 {
                None
            } else {
                let unit = big_power(u32::try_from(scale - digits).unwrap());
                let rounded = reference(&BigInt::from(a.unscaled()), &unit, 0);
                rounded.and_then(|r| (BigInt::from(r.unscaled()) * unit).to_i128())
                    .and_then(|u| Numeric::new(u, a.scale()))
            };
            prop_assert_eq!(a.round(digits), expected);
        }

        #[test]
        fn sums_and_differences_are_those_of_rational_numbers(a in numeric(), seed in any::<i128>()) {
            let b = Numeric::new(seed % POWERS_OF_TEN[38], a.scale()).unwrap();
            let one = BigInt::from(1);
            let (x, y) = (BigInt::from(a.unscaled()), BigInt::from(b.unscaled()));
            let at_scale = |n: &BigInt| {
                reference(n, &one, 0).and_then(|n| Numeric::new(n.unscaled(), a.scale()))
            };
            prop_assert_eq!(a.plus(b), at_scale(&(&x + &y)));
            prop_assert_eq!(a.minus(b), at_scale(&(&x - &y)));
        }

        #[test]
        fn casts_are_exact_or_fail_as_rational_numbers_say(a in numeric(), s in 0..=SCALE_MAX) {
            let scaled = BigInt::from(a.unscaled()) * power(s);
            let exact = (&scaled % power(a.scale())) == BigInt::ZERO;
            let expected = exact.then(|| scaled / power(a.scale()));
            let expected = expected.and_then(|n| Numeric::new(n.to_i128()?, s));
            prop_assert_eq!(a.cast(s), expected);
            prop_assert_eq!(a.fits_scale(s), exact);
            let shifted = a.shift(s).unwrap();
            prop_assert_eq!((shifted.unscaled(), shifted.scale()), (a.unscaled(), s));
        }

        #[test]
        fn integers_become_numerics_and_numerics_lose_their_fraction(a in numeric(), n in any::<i64>(), s in 0..=SCALE_MAX) {
            let whole = BigInt::from(a.unscaled()) / power(a.scale());
            prop_assert_eq!(a.to_int64(), whole.to_i64());
            let expected = (BigInt::from(n) * power(s)).to_i128();
            prop_assert_eq!(Numeric::from_int64(n, s), expected.and_then(|u| Numeric::new(u, s)));
        }

        #[test]
        fn a_cast_keeps_the_number_or_fails(a in numeric(), s in 0..=SCALE_MAX) {
            if let Some(b) = a.cast(s) {
                prop_assert_eq!(b.cast(a.scale()), Some(a));
                prop_assert_eq!(b.scale(), s);
            }
        }

        #[test]
        fn texts_round_trip(a in numeric()) {
            prop_assert_eq!(Numeric::parse_literal(&a.to_string()), Some(a));
            prop_assert_eq!(Numeric::parse_text(&a.to_short_text(), a.scale()), Some(a));
            let untyped = Numeric::parse_untyped(&a.to_string());
            prop_assert_eq!(untyped.and_then(|u| u.cast(a.scale())), Some(a));
        }
    }
}
