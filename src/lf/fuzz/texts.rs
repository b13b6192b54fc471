//! Texts of packages with characters and words changed.

use super::random::Random;
use super::{is_stable, kept, load_and_evaluate, rounds, trying};
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

/// Two words change places, or one is put in the place of another.
fn move_words(random: &mut Random, text: &str) -> String {
    let mut words: Vec<&str> = text.split_inclusive(char::is_whitespace).collect();
    for _ in 0..=random.below(3) {
        let (one, other) = (random.below(words.len()), random.below(words.len()));
        match random.below(3) {
            0 => words.swap(one, other),
            1 => words[one] = words[other],
            _ => drop(words.remove(one)),
        }
    }
    words.concat()
}

#[test]
fn changed_texts_are_refused_or_read_back_as_they_were() {
    let mut random = Random::new();
    let mut seeds = kept("texts");
    for text in &seeds {
        trying("texts", text, attempt);
    }
    seeds.extend(Model::ALL.map(|model| model.source().as_bytes().to_vec()));
    let mut packages = 0;
    for round in 0..rounds(300) {
        let seed = random.pick(&seeds).clone();
        let text = if round % 2 == 0 {
            random.change(&seed, &seed)
        } else {
            move_words(&mut random, &String::from_utf8_lossy(&seed)).into_bytes()
        };
        packages += usize::from(trying("texts", &text, attempt));
    }
    assert!(packages > 0);
}
