//! Bytes of payloads and of DARs.

use super::random::Random;
use super::{kept, load_and_evaluate, rounds, trying};
use crate::lf::archive::{Archive, read_dar};
use crate::lf::models::Model;
use crate::lf::text::{parse, print};

/// Whether the bytes are a package; it reads back from its text, and runs or is refused.
fn payload(bytes: &[u8]) -> bool {
    let Ok(archive) = Archive::of_payload(bytes.to_vec()) else {
        return false;
    };
    let Ok(package) = archive.decode() else {
        return false;
    };
    let again = parse(&print(&package), &|_, _| None);
    assert!(
        again.is_ok_and(|again| again == package),
        "printed and read"
    );
    load_and_evaluate(&archive.id, &package);
    true
}

#[test]
fn changed_bytes_of_a_package_are_refused_or_run() {
    let mut random = Random::new();
    let mut seeds = kept("archives");
    for bytes in &seeds {
        trying("archives", bytes, payload);
    }
    seeds.extend(Model::ALL.map(|model| model.archive().unwrap().payload));
    let mut packages = 0;
    for _ in 0..rounds(300) {
        let other = random.pick(&seeds).clone();
        let seed = random.pick(&seeds).clone();
        let bytes = random.change(&seed, &other);
        packages += usize::from(trying("archives", &bytes, payload));
    }
    // the changes are small enough that some packages stay packages
    assert!(packages > 0);
}

#[test]
fn changed_bytes_of_a_dar_are_refused_or_read() {
    let mut random = Random::new();
    let dars = Model::ALL.map(|model| model.dar().unwrap());
    for bytes in kept("dars") {
        trying("dars", &bytes, |bytes| drop(read_dar(bytes)));
    }
    for _ in 0..rounds(300) {
        let dar = random.pick(&dars).clone();
        let bytes = random.change(&dar, &[]);
        trying("dars", &bytes, |bytes| drop(read_dar(bytes)));
    }
}
