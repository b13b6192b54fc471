//! Packages whose expressions are in wrong places: there and back through bytes and text, loaded, run.

use super::splice::{Splices, splice};
use super::{engine, fuzz, is_stable, kept, load_and_evaluate, trying};
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
    for text in kept("packages") {
        trying("packages", &text, attempt);
    }
    let packages = rules::packages();
    let running = fuzz!(6 * packages.len(), Splices, |splices: &Splices| {
        let text = print(&splice(splices, &packages));
        trying("packages", text.as_bytes(), attempt)
    });
    // some expressions are of the right type in their new places, or are never evaluated
    assert!(running > 0);
}
