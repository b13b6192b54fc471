//! Real DARs, cut and damaged ones, through the archive code.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::lf::test_dars;

/// Compiled before LF 2.1 was frozen.
const PRE_FREEZE: &str = "encoder-test-2.1-prefreeze20240201";

/// Every package of every real DAR, once.
pub(super) fn real_archives() -> BTreeMap<PackageId, Archive> {
    test_dars::all()
        .into_iter()
        .filter(|(name, _)| name != PRE_FREEZE)
        .flat_map(|(name, bytes)| {
            let dar = read_dar(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
            dar.archives().cloned().collect::<Vec<_>>()
        })
        .map(|archive| (archive.id.clone(), archive))
        .collect()
}

/// An error with all its causes.
fn told(error: &Error) -> String {
    use std::error::Error as _;
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[test]
fn every_real_dar_decodes_and_contains_what_it_needs() {
    let mut needs = BTreeMap::new();
    for (name, bytes) in test_dars::all() {
        if name == PRE_FREEZE {
            continue;
        }
        let dar = read_dar(&bytes).unwrap_or_else(|error| panic!("{name}: {}", told(&error)));
        let inside: BTreeSet<_> = dar.archives().map(|archive| archive.id.clone()).collect();
        for archive in dar.archives() {
            let needed: &Vec<PackageId> = needs.entry(archive.id.clone()).or_insert_with(|| {
                let package = archive.decode();
                package
                    .unwrap_or_else(|error| panic!("{name}: {}", told(&error)))
                    .dependencies
            });
            assert!(needed.iter().all(|id| inside.contains(id)), "{name}");
        }
    }
}

#[test]
fn the_encoding_before_the_freeze_is_refused_by_name() {
    let Some(bytes) = test_dars::one(PRE_FREEZE) else {
        return;
    };
    let dar = read_dar(&bytes).unwrap();
    let error = dar.decode(|_| false).unwrap_err();
    assert!(told(&error).contains("before LF 2.1 was frozen"), "{error}");
}

#[test]
fn a_package_that_is_neither_in_the_dar_nor_known_is_named() {
    let Some(bytes) = test_dars::one("richtypes-0.0.1") else {
        return;
    };
    let mut dar = read_dar(&bytes).unwrap();
    let removed = dar.dependencies.remove(0);
    let error = dar.decode(|_| false).unwrap_err();
    assert!(
        matches!(&error, Error::MissingDependency { dependency, .. } if *dependency == removed.id),
        "{error}"
    );
    assert!(dar.decode(|id| *id == removed.id).is_ok());
}

#[test]
fn a_dar_without_the_directory_at_its_end_is_read() {
    let Some(bytes) = test_dars::one("richtypes-0.0.1") else {
        return;
    };
    let whole = read_dar(&bytes).unwrap();
    assert_eq!(read_dar(&bytes[..261_000]), Ok(whole));
}

#[test]
fn what_is_no_dar_is_told_apart_from_a_damaged_one() {
    let empty_zip = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
    for bytes in [b"garbage, not a zip".as_slice(), b"", &empty_zip] {
        assert_eq!(read_dar(bytes), Err(Error::NotADar));
    }
    let Some(bytes) = test_dars::one("richtypes-0.0.1") else {
        return;
    };
    let cut = read_dar(&bytes[..5000]).unwrap_err();
    assert!(matches!(cut, Error::Zip { .. }), "{cut}");
}

#[test]
fn a_changed_byte_of_a_payload_is_a_hash_mismatch() {
    let Some(bytes) = test_dars::one("encoder-test-2.1") else {
        return;
    };
    let archive = read_dar(&bytes).unwrap().main;
    let mut bytes = archive.to_bytes();
    assert_eq!(Archive::open(&bytes), Ok(archive));
    bytes[1000] ^= 1;
    let error = Archive::open(&bytes).unwrap_err();
    assert!(matches!(error, Error::HashMismatch { .. }), "{error}");
}

#[test]
fn every_real_package_encodes_to_one_that_decodes_equally_and_that_canton_lf_reads() {
    for (id, archive) in real_archives() {
        let package = archive.decode().unwrap();
        let again = Archive::encode(&package).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(again.language, archive.language, "{id}");
        let equal = again.decode().unwrap() == package;
        assert!(equal, "{id} ({}) changed", package.name);
        compare_with_canton_lf(&again, &package);
    }
}

/// Canton-lf reads the definitions but not the expressions of a package.
fn compare_with_canton_lf(archive: &Archive, package: &Package) {
    let (theirs, id) = canton_lf::decode_package(&archive.to_bytes()).unwrap();
    assert_eq!(archive.id.as_str(), id);
    assert_eq!(
        canton_lf::package_name(&theirs),
        Some(package.name.as_str())
    );
    assert_eq!(theirs.modules.len(), package.modules.len(), "{id}");
    for (ours, module) in package.modules.iter().zip(&theirs.modules) {
        assert_eq!(ours.values.len(), module.values.len(), "{id}");
        assert_eq!(ours.templates.len(), module.templates.len(), "{id}");
        assert_eq!(ours.interfaces.len(), module.interfaces.len(), "{id}");
        let names = module.data_types.iter().map(|data_type| {
            canton_lf::interned_dotted_name(&theirs, data_type.name_interned_dname).unwrap()
        });
        assert!(
            names.eq(ours.data_types.iter().map(|d| d.name.to_string())),
            "{id}"
        );
    }
}

#[test]
fn a_dar_that_was_written_is_read_by_us_and_by_canton_lf() {
    let Some(bytes) = test_dars::one("canton-explorer-debug-playground-0.1.0") else {
        return;
    };
    let dar = read_dar(&bytes).unwrap();
    let written = write_dar(&dar.main, &dar.dependencies).unwrap();
    assert_eq!(written, write_dar(&dar.main, &dar.dependencies).unwrap());
    let again = read_dar(&written).unwrap();
    assert_eq!(again.name, dar.name);
    assert_eq!(again.main, dar.main);
    assert_eq!(again.dependencies, dar.dependencies);
    let theirs = canton_lf::Dar::from_bytes(&written).unwrap();
    assert_eq!(theirs.name(), dar.name.as_deref());
    let (_, main) = canton_lf::decode_main_package(&theirs).unwrap();
    assert_eq!(main, dar.main.id.as_str());
    assert_eq!(theirs.package_count(), 1 + dar.dependencies.len());
}

/// Not a test: how long loading takes. Run with `--release -- --ignored --nocapture timing`.
#[test]
#[ignore = "a measurement"]
fn timing_of_decoding_splice_amulet_with_its_dependencies() {
    let Some(bytes) = test_dars::one("splice-amulet-0.1.8") else {
        return;
    };
    for _ in 0..5 {
        let start = std::time::Instant::now();
        let dar = read_dar(&bytes).unwrap();
        let opened = start.elapsed();
        let packages = dar.decode(|_| false).unwrap();
        println!(
            "opened after {opened:?}, {} packages decoded after {:?}",
            packages.len(),
            start.elapsed()
        );
    }
}
