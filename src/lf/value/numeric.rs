//! Decimals with 38 digits and a fixed scale.

/// A decimal: `unscaled / 10^scale`, with at most 38 digits and a scale of 0 to 37.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Numeric {
    /// The digits without the point.
    unscaled: i128,
    /// Digits after the point.
    scale: u8,
}
