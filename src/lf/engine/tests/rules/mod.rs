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
        let outcomes = Run::of(&program).outcomes(&program);
        crate::golden::check(&format!("lf/{name}"), &program.with(&outcomes));
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
