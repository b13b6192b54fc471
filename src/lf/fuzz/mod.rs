//! Changed input, over and over: nothing may panic, run away or use up memory, whatever it is.
//!
//! Targets: bytes of archives and DARs (decoded, loaded, run), packages whose expressions were put into
//! other places (encoded, decoded, printed, loaded, run), texts, values. Each starts from what is kept in
//! `tests/corpus` and from the rules of the language, with a seed that is always the same.
//! `JURA_FUZZ_ROUNDS=1000` makes a long run of it, `JURA_FUZZ_SEED` another one; input that fails is
//! written to `tests/corpus`, and stays there.

mod random;

mod splice;

mod archives;
mod packages;
mod texts;
mod values;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use crate::lf::archive::Archive;
use crate::lf::ast::Package;
use crate::lf::engine::{Config, Engine};
use crate::model::{Identifier, PackageId};

/// Where inputs are kept.
fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(target)
}

/// The inputs that are kept for a target.
fn kept(target: &str) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(corpus(target)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

/// How often to do something that is done so often in a short run.
fn rounds(short: usize) -> usize {
    let factor = std::env::var("JURA_FUZZ_ROUNDS").ok();
    let factor = factor.and_then(|text| text.parse().ok());
    short * factor.unwrap_or(1)
}

/// Tries an input, and keeps it if that panics.
fn trying<T>(target: &str, input: &[u8], attempt: impl FnOnce(&[u8]) -> T) -> T {
    let attempt = AssertUnwindSafe(|| attempt(input));
    catch_unwind(attempt).unwrap_or_else(|panic| {
        let hash = <sha2::Sha256 as sha2::Digest>::digest(input);
        let path = corpus(target).join(format!("failed-{}", &hex::encode(hash)[..16]));
        std::fs::write(&path, input).unwrap();
        eprintln!("the input is in {}", path.display());
        resume_unwind(panic)
    })
}

/// An engine in which nothing takes long.
fn engine() -> Engine {
    Engine::new(Config {
        steps_max: 20_000,
        call_steps_max: 20_000,
        allocated_bytes_max: 8 << 20,
        stack_bytes_max: 1 << 20,
        ..Config::default()
    })
}

/// What an archive holds is encoded to one that holds the same. (It need not be this one: from LF 2.2 on
/// applications of applications become one.)
fn is_stable(archive: &Archive) {
    if let Ok(package) = archive.decode() {
        let again = Archive::encode(&package).and_then(|again| again.decode());
        assert!(
            again.is_ok_and(|again| again == package),
            "encoded and decoded"
        );
    }
}

/// Loads a package; if that works, evaluates all that it defines.
fn load_and_evaluate(id: &PackageId, package: &Package) -> bool {
    let engine = engine();
    if engine.load(id, package).is_err() {
        return false;
    }
    for module in &package.modules {
        for value in &module.values {
            let name = Identifier::new(id.clone(), module.name.clone(), value.name.clone());
            let _ = engine.evaluate(&name);
        }
    }
    true
}
