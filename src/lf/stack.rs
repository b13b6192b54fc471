//! Room on the thread's stack for walking deep trees by recursion.
//!
//! Trees have bounded depth, but a bound that real packages fit in is too much for a small stack
//! with the frames of an unoptimised build. So recursive walks ask for room at each step.

/// What one step of a walk may use at most, with a wide margin.
const ROOM: usize = 128 << 10;
/// What is added when there is less.
const SEGMENT: usize = 4 << 20;

/// Runs one step of a recursive walk, on a new piece of stack when the old one is nearly full.
pub fn with_room<T>(step: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(ROOM, SEGMENT, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recursion_deeper_than_the_stack_of_a_thread_ends_well() {
        fn depth(levels: u32) -> u32 {
            let ballast = [levels; 200];
            with_room(|| match ballast[7] {
                0 => 0,
                more => 1 + depth(more - 1),
            })
        }
        assert_eq!(depth(20_000), 20_000);
    }
}
