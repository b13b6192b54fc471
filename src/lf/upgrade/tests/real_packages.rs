//! Released packages and their versions.

use std::collections::BTreeSet;

use crate::lf::archive::read_dar;
use crate::lf::engine::{Config, Engine};
use crate::lf::signature::Signatures;
use crate::lf::test_dars;
use crate::lf::upgrade::{LineageError, Rule, check_lineages, check_pair};
use crate::model::PackageId;

/// The packages of DARs, together.
fn load(names: &[&str]) -> Option<(BTreeSet<PackageId>, Signatures)> {
    let engine = Engine::new(Config::default());
    let mut ids = BTreeSet::new();
    for name in names {
        let packages = read_dar(&test_dars::one(name)?)
            .unwrap()
            .decode(|_| false)
            .unwrap();
        engine.load_all(&packages).unwrap();
        ids.extend(packages.into_iter().map(|(id, _)| id));
    }
    Some((ids, engine.signatures()))
}

#[test]
fn released_versions_may_follow_each_other() {
    for names in [
        ["sdk-query-live-model-1.0.0", "sdk-query-live-model-2.0.0"],
        [
            "splice-wallet-payments-0.1.8",
            "splice-wallet-payments-0.1.14",
        ],
    ] {
        let Some((_, known)) = load(&names) else {
            return;
        };
        let version = |file: &str| {
            let (name, version) = file.rsplit_once('-').unwrap();
            let mut packages = known.packages();
            let found =
                packages.find(|it| it.name.as_str() == name && it.version.as_str() == version);
            found.unwrap().clone()
        };
        let [past, present] = names.map(version);
        assert_eq!(check_pair(&past, &present, &known), Ok(()), "{names:?}");
    }
}

#[test]
fn every_released_package_goes_with_those_that_it_brings() {
    for (name, bytes) in test_dars::all() {
        let Ok(packages) = read_dar(&bytes).and_then(|dar| dar.decode(|_| false)) else {
            continue;
        };
        let engine = Engine::new(Config::default());
        if name == "illformed" {
            assert!(engine.load_all(&packages).is_err());
            continue;
        }
        engine.load_all(&packages).unwrap();
        let ids = packages.into_iter().map(|(id, _)| id).collect();
        assert_eq!(
            check_lineages(&ids, &ids, &engine.signatures()),
            Ok(()),
            "{name}"
        );
    }
}

#[test]
fn a_package_that_took_the_name_of_another_is_refused() {
    let Some((ids, known)) = load(&["splice-test-token-v1-1.0.0", "splice-amulet-0.1.8"]) else {
        return;
    };
    match check_lineages(&ids, &ids, &known) {
        Err(LineageError::Incompatible {
            past,
            present,
            reason,
        }) => {
            assert_eq!(past.name.as_str(), "splice-api-token-metadata-v1");
            assert_eq!(
                (past.version.as_str(), present.version.as_str()),
                ("0.0.1", "1.0.0")
            );
            assert_eq!(reason.violation.rule(), Rule::DataTypesStay, "{reason}");
        }
        other => panic!("{other:?}"),
    }
}
