//! Random numbers that are the same in each run, and changes of bytes.

/// A generator of random numbers (xorshift).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new() -> Self {
        let seed = std::env::var("JURA_FUZZ_SEED").ok();
        let seed = seed.and_then(|text| text.parse::<u64>().ok());
        Self(seed.unwrap_or(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below a bound that is not zero.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap();
        usize::try_from(self.next() % bound).unwrap()
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// The bytes with some of them changed, cut, repeated or taken from another input.
    pub(super) fn change(&mut self, bytes: &[u8], other: &[u8]) -> Vec<u8> {
        let mut changed = bytes.to_vec();
        for _ in 0..=self.below(4) {
            if changed.is_empty() {
                break;
            }
            let at = self.below(changed.len());
            let until = (at + 1 + self.below(16)).min(changed.len());
            match self.below(6) {
                0 => changed[at] ^= 1 << self.below(8),
                1 => changed[at] = u8::try_from(self.next() % 256).unwrap(),
                2 => drop(changed.drain(at..until)),
                3 => {
                    let piece = changed[at..until].to_vec();
                    changed.splice(at..at, piece);
                }
                4 => changed.truncate(at),
                _ if other.is_empty() => {}
                _ => {
                    let from = self.below(other.len());
                    let to = (from + 1 + self.below(64)).min(other.len());
                    changed.splice(at..until, other[from..to].iter().copied());
                }
            }
        }
        changed
    }
}
