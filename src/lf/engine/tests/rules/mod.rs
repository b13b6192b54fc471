//! The rules of the language: one file for each in `tests/golden/lf`, a program whose values and
//! updates are the cases, with what each comes to written above it.
//!
//! Every value in the module `Cases` is a case. One of type `Update t` is run by alice and bob; one of
//! type `a -> Update t` gets what the last case with a name that begins with `given` came to. Only what
//! a `given` case does stays on the ledger. `UPDATE=1` writes what comes out; read it before you keep it.
//!
//! `coverage` fails when a form of the language or an error of the engine has no case.

mod program;

mod driver;
mod tree;

mod coverage;
mod errors;

use std::path::{Path, PathBuf};

use super::support::load_pairs;
use crate::lf::ast::Package;
use crate::lf::engine::{Config, Engine};
use driver::Run;
use program::Program;

/// The families of rules: folders of `tests/golden/lf`.
const FAMILIES: [&str; 5] = [
    "builtins",
    "expressions",
    "updates",
    "interfaces",
    "exceptions",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/lf")
}

/// The files of a family, as names below the root.
fn files(family: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(family)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".daml-lf"))
        .map(|name| format!("{family}/{name}"))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "no rules in {family}");
    names
}

fn check(family: &str) {
    for name in files(family) {
        let program = Program::read(&root().join(&name));
        let outcomes = Run::of(&program).outcomes(&program.cases);
        crate::golden::check(&format!("lf/{name}"), &program.with(&outcomes));
    }
}

fn programs() -> impl Iterator<Item = Program> {
    let names = FAMILIES.into_iter().flat_map(files);
    names.map(|name| Program::read(&root().join(name)))
}

/// The packages of all rules.
pub(in crate::lf) fn packages() -> Vec<Package> {
    programs().map(|program| program.package).collect()
}

/// Runs whatever cases a package has; whether it was loaded.
pub(in crate::lf) fn run_all(package: &Package, engine: Engine) -> bool {
    let cases = program::cases(package);
    match Run::on(engine, package, &cases) {
        Some(mut run) => {
            run.outcomes(&cases);
            true
        }
        None => false,
    }
}

#[test]
fn builtins_yield_what_the_files_say() {
    check("builtins");
}

#[test]
fn expressions_come_to_what_the_files_say() {
    check("expressions");
}

#[test]
fn updates_do_what_the_files_say() {
    check("updates");
}

#[test]
fn interfaces_behave_as_the_files_say() {
    check("interfaces");
}

#[test]
fn exceptions_end_as_the_files_say() {
    check("exceptions");
}

/// What a case does must not depend on what ran before it, beside it, or on when it paused.
#[test]
fn transactions_are_the_same_on_every_thread_and_in_slices_of_any_length() {
    for name in ["updates", "interfaces", "exceptions"]
        .into_iter()
        .flat_map(files)
    {
        let program = Program::read(&root().join(&name));
        let bytes = |slice_steps| {
            let engine = Engine::new(Config {
                rollback_effects: program.undoes_effects(),
                slice_steps,
                ..Config::default()
            });
            load_pairs(&engine);
            let mut run = Run::on(engine, &program.package, &program.cases).unwrap();
            run.outcomes(&program.cases);
            run.bytes
        };
        let expected = bytes(Config::default().slice_steps);
        assert!(!expected.is_empty(), "{name}");
        std::thread::scope(|scope| {
            let threads = [1, 7, 1000].map(|slice| {
                scope.spawn({
                    let bytes = &bytes;
                    move || bytes(slice)
                })
            });
            for thread in threads {
                assert_eq!(thread.join().unwrap(), expected, "{name}");
            }
        });
    }
}
