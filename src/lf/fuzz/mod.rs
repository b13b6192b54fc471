//! Changed input, over and over: nothing may panic, run away or use up memory, whatever it is.
//!
//! Targets: bytes of archives and DARs (decoded, loaded, run), packages whose expressions were put into
//! other places (encoded, decoded, printed, loaded, run), texts, values. Each starts from what is kept in
//! `tests/corpus` and from the rules of the language. What is done to it is the choice of `bolero`'s
//! generators: in a short run with a seed that is always the same (`JURA_FUZZ_ROUNDS=1000` makes a long
//! one of it, `JURA_FUZZ_SEED` another), under `cargo bolero test` by what libFuzzer has covered. Input
//! that fails is written to `tests/corpus`, and stays there.

mod changes;
mod splice;

mod archives;
mod packages;
mod texts;
mod values;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use bolero::TypeGenerator;
use bolero::generator::bolero_generator::driver::Options;
use bolero::generator::bolero_generator::driver::bytes::Driver;
use sha2::{Digest, Sha256};

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

/// A number that the environment may say.
fn setting(name: &str, default: usize) -> usize {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Attempts what is generated: so often, and the same, in every run (see [`short_run`]), or, ending the
/// test, for as long as the fuzzing engine likes that runs it. Yields how many attempts came to something.
macro_rules! fuzz {
    ($short:expr, $generated:ty, $attempt:expr) => {{
        let attempt = $attempt;
        if cfg!(fuzzing) || std::env::var_os("CARGO_BOLERO_SELECT").is_some() {
            let attempt = std::panic::AssertUnwindSafe(attempt);
            let target = bolero::check!().with_type::<$generated>();
            target.for_each(move |generated: &$generated| {
                (*attempt)(generated);
            });
            return;
        }
        super::short_run($short, &attempt)
    }};
}
use fuzz;

/// Attempts what is generated, as often as told times `JURA_FUZZ_ROUNDS`.
fn short_run<T: TypeGenerator>(short: usize, attempt: &impl Fn(&T) -> bool) -> usize {
    let seed = setting("JURA_FUZZ_SEED", 1);
    let rounds = (0..).take(short * setting("JURA_FUZZ_ROUNDS", 1));
    let meaningful = rounds.filter(|round: &u64| {
        let choices: Vec<u8> = (0u8..8)
            .flat_map(|block| Sha256::digest(format!("{seed} {round} {block}")))
            .collect();
        let mut driver = Driver::new(choices, &Options::default());
        attempt(&T::generate(&mut driver).unwrap())
    });
    meaningful.count()
}

/// Tries an input, and keeps it if that panics.
fn trying<T>(target: &str, input: &[u8], attempt: impl FnOnce(&[u8]) -> T) -> T {
    let attempt = AssertUnwindSafe(|| attempt(input));
    catch_unwind(attempt).unwrap_or_else(|panic| {
        let hash = Sha256::digest(input);
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
        memory_bytes_max: 8 << 20,
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
