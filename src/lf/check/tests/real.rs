//! Real packages pass.

use std::time::{Duration, Instant};

use crate::lf::archive::read_dar;
use crate::lf::ast::Package;
use crate::lf::check::{CheckError, World, check};
use crate::lf::models::Model;
use crate::lf::test_dars;
use crate::model::PackageId;

/// Checks the packages of a DAR, those first that others need. Packages that are known are left out.
fn check_all(packages: &[(PackageId, Package)], world: &mut World) -> Result<Duration, CheckError> {
    let mut took = Duration::ZERO;
    let mut waiting: Vec<_> = packages.iter().collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut blocked = Vec::new();
        for entry in waiting {
            let (id, package) = entry;
            let known = |id: &PackageId| world.package(id).is_some();
            if known(id) {
                continue;
            }
            if !package.dependencies.iter().all(known) {
                blocked.push(entry);
                continue;
            }
            let start = Instant::now();
            let exports = check(package, id, world)?;
            took += start.elapsed();
            world.insert(id.clone(), exports);
        }
        assert!(blocked.len() < before, "dependencies are missing");
        waiting = blocked;
    }
    Ok(took)
}

#[test]
fn every_real_dar_is_well_typed() {
    for (name, bytes) in test_dars::all() {
        if name == "illformed" || name.contains("prefreeze") {
            continue;
        }
        let packages = read_dar(&bytes).unwrap().decode(|_| false).unwrap();
        let mut world = World::default();
        let took = check_all(&packages, &mut world);
        let took = took.unwrap_or_else(|error| panic!("{name}: {error}"));
        eprintln!("{name}: {} packages in {took:?}", packages.len());
    }
}

#[test]
fn the_ill_formed_dar_is_refused() {
    let Some(bytes) = test_dars::one("illformed") else {
        return;
    };
    let packages = read_dar(&bytes).unwrap().decode(|_| false).unwrap();
    let error = check_all(&packages, &mut World::default()).unwrap_err();
    eprintln!("{error}");
    assert!(error.place.is_some(), "{error}");
}

#[test]
fn every_model_is_well_typed() {
    for model in Model::ALL {
        let archive = model.archive().unwrap();
        let package = archive.decode().unwrap();
        check(&package, &archive.id, &World::default())
            .unwrap_or_else(|error| panic!("{model:?}: {error}"));
    }
}

/// Not a test: how long checking takes, and what is kept. Run with
/// `--release -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn timing_of_checking_splice_amulet_with_its_dependencies() {
    let Some(bytes) = test_dars::one("splice-amulet-0.1.8") else {
        return;
    };
    let packages = read_dar(&bytes).unwrap().decode(|_| false).unwrap();
    for _ in 0..10 {
        let mut world = World::default();
        let took = check_all(&packages, &mut world).unwrap();
        let kept = packages.iter().filter_map(|(id, _)| world.package(id));
        let types: usize = kept.map(|it| it.nodes.len()).sum();
        println!("{took:?}, {types} types kept");
    }
}
