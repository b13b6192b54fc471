//! Nothing without a case: each form of the language, as the archive's schema lists them, is in the
//! program of a rule, and each error of the engine is what some case or some other test ends with.

use std::collections::BTreeSet;

use super::driver::Run;
use super::{errors, programs};
use crate::lf::archive::Archive;
use crate::lf::archive::seen::{self, Form};

/// Forms that no rule needs to show, with the reason.
const OTHER_FORMS: &[(Form, &str)] = &[
    (("Archive", "hash_function"), AROUND),
    (("Archive", "payload"), AROUND),
    (("Archive", "hash"), AROUND),
    (("ArchivePayload", "patch"), AROUND),
    (
        ("ArchivePayload", "daml_lf_1"),
        "LF 1 is refused: archive/tests.rs",
    ),
    (("Package", "interned_kinds"), NOT_WRITTEN),
    (("Kind", "interned_kind"), NOT_WRITTEN),
    (("Package", "no_imported_packages_reason"), NOT_WRITTEN),
    (("PackageImports", "imported_packages"), REAL),
    (("SelfOrImportedPackageId", "package_import_id"), REAL),
    (("PackageMetadata", "upgraded_package_id"), UPGRADES),
    (
        ("UpgradedPackageId", "upgraded_package_id_interned_str"),
        UPGRADES,
    ),
];

const AROUND: &str = "around the package, without meaning for it: archive/tests.rs";
const NOT_WRITTEN: &str = "read, but never written: archive/tests.rs, in real packages";
const REAL: &str = "a rule needs no other package: real_packages.rs";
const UPGRADES: &str = "what a package upgrades is no form of the language: tests of upgrades";

/// Errors that no program can end with on its own, with the file of the test that shows them.
const OTHER_ERRORS: &[(&str, &str)] = &[
    ("Lookup", include_str!("../interfaces.rs")),
    ("MissingPackage", include_str!("../refusals.rs")),
    ("Value", include_str!("../interfaces.rs")),
    ("RootNode", include_str!("../replays.rs")),
    ("Upgrade", include_str!("../upgrades.rs")),
    ("InconsistentContractKey", include_str!("../key_answers.rs")),
    ("UnresolvedPackageName", include_str!("../upgrades.rs")),
    ("DuplicateContractId", include_str!("../replays.rs")),
    ("Cancelled", include_str!("../limits.rs")),
];

/// Errors of contract keys, with how a file of their tests shows them.
const KEY_ERRORS: &[(&str, &str, &str)] = {
    const FOUND: &str = include_str!("../../../../../tests/golden/lf/keys/found.txt");
    const ODD: &str = include_str!("../../../../../tests/golden/lf/keys/odd.txt");
    &[
        ("ContractKeyNotFound", "CONTRACT_KEY_NOT_FOUND", FOUND),
        ("QueryLimit", "Expected a positive integer", FOUND),
        (
            "CreateWithoutMaintainers",
            "CREATE_EMPTY_CONTRACT_KEY_MAINTAINERS",
            ODD,
        ),
        (
            "KeyWithoutMaintainers",
            "FETCH_EMPTY_CONTRACT_KEY_MAINTAINERS",
            ODD,
        ),
        ("ContractIdInKey", "CONTRACT_ID_IN_CONTRACT_KEY", ODD),
        (
            "InconsistentContractKey",
            "Error::InconsistentContractKey",
            include_str!("../key_answers.rs"),
        ),
    ]
};

#[test]
fn every_form_of_the_language_is_in_a_rule() {
    seen::take();
    for program in programs() {
        Archive::encode(&program.package).unwrap().decode().unwrap();
    }
    let seen = seen::take();
    let missing: Vec<Form> = seen::all().difference(&seen).copied().collect();
    let excused: Vec<Form> = OTHER_FORMS.iter().map(|(form, _)| *form).collect();
    let uncovered: Vec<&Form> = missing
        .iter()
        .filter(|form| !excused.contains(form))
        .collect();
    assert!(uncovered.is_empty(), "no rule has {uncovered:#?}");
    let needless: Vec<&Form> = excused
        .iter()
        .filter(|form| !missing.contains(form))
        .collect();
    assert!(needless.is_empty(), "a rule has {needless:#?}");
}

#[test]
fn every_error_of_the_engine_is_met() {
    let mut met = BTreeSet::new();
    for program in programs() {
        let mut run = Run::of(&program);
        run.outcomes(&program.cases);
        met.append(&mut run.errors);
    }
    for (name, source) in OTHER_ERRORS {
        assert!(!met.contains(name), "a rule ends with {name}");
        assert!(
            source.contains(&format!("Error::{name}")),
            "no test ends with {name}"
        );
        met.insert(name);
    }
    for (name, shown, file) in KEY_ERRORS {
        assert!(file.contains(shown), "no test ends with {name}");
        met.insert(name);
    }
    let unmet: Vec<&&str> = errors::ALL
        .iter()
        .filter(|name| !met.contains(*name))
        .collect();
    assert!(unmet.is_empty(), "nothing ends with {unmet:?}");
}
