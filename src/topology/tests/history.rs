//! What is remembered of what was.

#![allow(clippy::unwrap_used)]

use super::world::*;
use crate::model::{Duration, Timestamp};
use crate::topology::*;

/// Nothing, then participant 1's keys after 100, and participant 2's after 200.
fn history() -> History {
    let mut history = History::default();
    let mut state = State::new();
    for (number, since) in [(1, 100), (2, 200)] {
        let signed = next(&state, keys_of(number), &[number]);
        state.apply(&signed).unwrap();
        history.change(at(since), state.clone());
    }
    history
}

/// How many members had keys under what a request was made under, if it was replaced.
fn replaced(history: &History, made: i64, sequenced: i64, tolerance: i64) -> Option<usize> {
    let tolerance = Duration::from_micros(tolerance);
    let state = history.replaced(at(made), at(sequenced), tolerance)?;
    let known = [1, 2].map(|it| state.keys_of(&participant(it).member()).is_some());
    Some(known.into_iter().filter(|it| *it).count())
}

#[test]
fn what_was_replaced_lately_is_told_from_what_is_in_force_or_was_long_ago() {
    let history = history();
    // replaced at 200, in force for what is later than 100
    for made in [101, 150, 200] {
        assert_eq!(replaced(&history, made, 201, 10), Some(1), "{made}");
        assert_eq!(replaced(&history, made, 210, 10), Some(1), "{made}");
        assert_eq!(replaced(&history, made, 211, 10), None, "{made}: long ago");
        assert_eq!(replaced(&history, made, 200, 10), None, "{made}: in force");
    }
    assert_eq!(replaced(&history, 100, 201, 10), None, "replaced long ago");
    assert_eq!(replaced(&history, 100, 201, 101), Some(0));
    assert_eq!(replaced(&history, 201, 250, 100), None, "in force");
    assert_eq!(replaced(&history, 300, 250, 100), None, "of the future");
    // looked at again later
    assert_eq!(replaced(&history, 50, 150, 100), Some(0));
    assert_eq!(replaced(&history, 170, 150, 100), None, "of the future");
}

#[test]
fn what_is_forgotten_is_no_longer_told() {
    let mut history = history();
    let state = history.last().clone();
    let ever = i64::MAX / 4;
    assert_eq!(replaced(&history, 1, 1_000_000, ever), Some(0));
    for change in 0..1_023 {
        history.change(at(300 + change), state.clone());
    }
    assert_eq!(replaced(&history, 100, 1_000_000, ever), None, "forgotten");
    assert_eq!(replaced(&history, 101, 1_000_000, ever), Some(1));
    assert!(
        history
            .at(Timestamp::EPOCH)
            .keys_of(&participant(2).member())
            .is_none()
    );
    assert!(
        history
            .at(at(5_000))
            .keys_of(&participant(2).member())
            .is_some()
    );
}
