//! Bytes of payloads and of DARs.

use super::changes::Changes;
use super::{fuzz, kept, load_and_evaluate, trying};
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
    let mut seeds = kept("archives");
    for bytes in &seeds {
        trying("archives", bytes, payload);
    }
    seeds.extend(Model::ALL.map(|model| model.archive().unwrap().payload));
    let packages = fuzz!(300, Changes, |changes: &Changes| {
        trying("archives", &changes.of_bytes(&seeds), payload)
    });
    // the changes are small enough that some packages stay packages
    assert!(packages > 0);
}

#[test]
fn changed_bytes_of_a_dar_are_refused_or_read() {
    let dars = Model::ALL.map(|model| model.dar().unwrap());
    for bytes in kept("dars") {
        trying("dars", &bytes, |bytes| drop(read_dar(bytes)));
    }
    let read = fuzz!(300, Changes, |changes: &Changes| {
        trying("dars", &changes.of_bytes(&dars), |bytes| {
            read_dar(bytes).is_ok()
        })
    });
    // a byte of a time in an entry's header means nothing
    assert!(read > 0);
}
