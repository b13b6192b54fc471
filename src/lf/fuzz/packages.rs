//! Packages whose expressions are in wrong places: there and back through bytes and text, loaded, run.

use super::random::Random;
use super::splice::splice;
use super::{engine, is_stable, kept, load_and_evaluate, rounds, trying};
use crate::lf::archive::Archive;
use crate::lf::engine::tests::rules;
use crate::lf::text::{parse, print};

/// Whether the text is a package that runs.
fn attempt(text: &[u8]) -> bool {
    let text = std::str::from_utf8(text).unwrap();
    let package = parse(text, &|_, _| None).unwrap();
    // a level of nesting too many is refused
    let Ok(archive) = Archive::encode(&package) else {
        return false;
    };
    is_stable(&archive);
    load_and_evaluate(&archive.id, &package) && rules::run_all(&package, engine())
}

#[test]
fn packages_with_expressions_in_wrong_places_are_refused_or_run() {
    let mut random = Random::new();
    for text in kept("packages") {
        trying("packages", &text, attempt);
    }
    let mut running = 0;
    for package in rules::packages() {
        for _ in 0..rounds(6) {
            let text = print(&splice(&mut random, &package));
            running += usize::from(trying("packages", text.as_bytes(), attempt));
        }
    }
    // some expressions are of the right type in their new places, or are never evaluated
    assert!(running > 0);
}
