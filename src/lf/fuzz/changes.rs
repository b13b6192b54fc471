//! Changes of inputs: what a fuzzing engine chooses.
//!
//! Positions are taken modulo the length, so every choice means something.

use bolero::TypeGenerator;

/// Which inputs to begin with, and what to do to the first.
#[derive(Debug, Clone, TypeGenerator)]
pub(super) struct Changes {
    seed: u16,
    /// Where pieces are taken from.
    donor: u16,
    #[generator(bolero::produce::<Vec<Change>>().with().len(1..6usize))]
    steps: Vec<Change>,
}

#[derive(Debug, Clone, TypeGenerator)]
struct Change {
    kind: Kind,
    at: u32,
    #[generator(1..17u8)]
    length: u8,
    from: u32,
}

#[derive(Debug, Clone, Copy, TypeGenerator)]
enum Kind {
    Flip,
    Put,
    Cut,
    Repeat,
    Truncate,
    Take,
}

/// What stands at a position, modulo the length.
pub(super) fn pick<T>(from: &[T], position: usize) -> &T {
    &from[position % from.len()]
}

impl Changes {
    /// A seed with its bytes changed.
    pub(super) fn of_bytes(&self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let flip = |byte: &mut u8, bit: usize| *byte ^= 1 << (bit % 8);
        let put = |byte: &mut u8, other: usize| *byte = other.to_le_bytes()[0];
        let (seed, donor) = self.pick(seeds);
        self.apply(seed, donor, flip, put)
    }

    /// A seed with its words changed.
    pub(super) fn of_words(&self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let (seed, donor) = self.pick(seeds);
        let (seed, donor) = (
            String::from_utf8_lossy(seed),
            String::from_utf8_lossy(donor),
        );
        let seed: Vec<&str> = seed.split_inclusive(char::is_whitespace).collect();
        let donor: Vec<&str> = donor.split_inclusive(char::is_whitespace).collect();
        let leave = |_: &mut _, _| {};
        let put = |word: &mut _, other| *word = *pick(donor.as_slice(), other);
        self.apply(&seed, &donor, leave, put).concat().into_bytes()
    }

    fn pick<'a>(&self, seeds: &'a [Vec<u8>]) -> (&'a Vec<u8>, &'a Vec<u8>) {
        (
            pick(seeds, self.seed.into()),
            pick(seeds, self.donor.into()),
        )
    }

    fn apply<T: Clone>(
        &self,
        seed: &[T],
        donor: &[T],
        mut flip: impl FnMut(&mut T, usize),
        mut put: impl FnMut(&mut T, usize),
    ) -> Vec<T> {
        let mut changed = seed.to_vec();
        for change in &self.steps {
            if changed.is_empty() {
                break;
            }
            let at = change.at as usize % changed.len();
            let until = (at + usize::from(change.length)).min(changed.len());
            let from = change.from as usize;
            match change.kind {
                Kind::Flip => flip(&mut changed[at], from),
                Kind::Put => put(&mut changed[at], from),
                Kind::Cut => drop(changed.drain(at..until)),
                Kind::Repeat => {
                    let piece = changed[at..until].to_vec();
                    changed.splice(at..at, piece);
                }
                Kind::Truncate => changed.truncate(at),
                Kind::Take if donor.is_empty() => {}
                Kind::Take => {
                    let from = from % donor.len();
                    let to = (from + 4 * usize::from(change.length)).min(donor.len());
                    changed.splice(at..until, donor[from..to].iter().cloned());
                }
            }
        }
        changed
    }
}
