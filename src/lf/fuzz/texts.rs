//! Texts of packages with characters and words changed.

use super::changes::Changes;
use super::{fuzz, is_stable, kept, load_and_evaluate, trying};
use crate::lf::archive::Archive;
use crate::lf::models::Model;
use crate::lf::text::{parse, print};

/// Whether the text is a package.
fn attempt(text: &[u8]) -> bool {
    let Ok(package) = parse(&String::from_utf8_lossy(text), &|_, _| None) else {
        return false;
    };
    let again = parse(&print(&package), &|_, _| None);
    assert!(
        again.is_ok_and(|again| again == package),
        "printed and read"
    );
    if let Ok(archive) = Archive::encode(&package) {
        is_stable(&archive);
        load_and_evaluate(&archive.id, &package);
    }
    true
}

#[test]
fn changed_texts_are_refused_or_read_back_as_they_were() {
    let mut seeds = kept("texts");
    for text in &seeds {
        trying("texts", text, attempt);
    }
    seeds.extend(Model::ALL.map(|model| model.source().as_bytes().to_vec()));
    let packages = fuzz!(300, (bool, Changes), |(words, changes): &(
        bool,
        Changes
    )| {
        let text = if *words {
            changes.of_words(&seeds)
        } else {
            changes.of_bytes(&seeds)
        };
        trying("texts", &text, attempt)
    });
    assert!(packages > 0);
}
