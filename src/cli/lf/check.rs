//! `jura lf check`: whether a ledger would take a DAR.

use anyhow::Context;

use super::super::args::LfCheckArgs;
use super::super::output::print;
use super::build::dar_of;
use super::files::{is_dar, read};
use crate::lf::archive::read_dar;
use crate::lf::engine::{Config, Engine};

pub(super) fn run(args: &LfCheckArgs) -> anyhow::Result<()> {
    let mut bytes = read(&args.file)?;
    if !is_dar(&bytes) {
        bytes = dar_of(&args.file, bytes, &args.dependencies)?;
    }
    let packages = check(&bytes).with_context(|| args.file.display().to_string())?;
    let file = args.file.display();
    print(&match packages {
        1 => format!("{file}: 1 package is well-formed\n"),
        _ => format!("{file}: {packages} packages are well-formed\n"),
    })
}

/// Checks a DAR's packages, and tells how many there are.
pub(super) fn check(dar: &[u8]) -> anyhow::Result<usize> {
    let packages = read_dar(dar)?.decode(|_| false)?;
    Engine::new(Config::default()).load_all(&packages)?;
    Ok(packages.len())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::lf::models::Model;

    fn checked(file: &str, content: &[u8], dependencies: &[&[u8]]) -> anyhow::Result<()> {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str, bytes: &[u8]| -> PathBuf {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let dependencies = dependencies.iter().enumerate();
        run(&LfCheckArgs {
            file: place(file, content),
            dependencies: dependencies
                .map(|(index, bytes)| place(&format!("{index}.dar"), bytes))
                .collect(),
        })
    }

    #[test]
    fn what_jura_ships_is_well_formed_as_a_dar_and_as_a_text() {
        for model in Model::ALL {
            checked("model.dar", &model.dar().unwrap(), &[]).unwrap();
            checked("model.daml-lf", model.source().as_bytes(), &[]).unwrap();
        }
    }

    #[test]
    fn a_broken_rule_is_told_with_its_place_and_name() {
        let text = "language 2.1; metadata ('p' : '1.0.0'); module M { val x : Bool = (); }";
        let error = checked("model.daml-lf", text.as_bytes(), &[]).unwrap_err();
        let error = format!("{error:#}");
        let expected = "value M:x: expected type Bool, found Unit [type-mismatch]";
        assert!(error.contains("model.daml-lf: package "), "{error}");
        assert!(error.ends_with(expected), "{error}");
    }

    #[test]
    fn a_text_is_checked_against_the_packages_that_it_imports() {
        let text = |found: &str| {
            format!(
                "language 2.3; metadata ('p' : '1.0.0'); import 'bench' = 'jura-bench' : '1.1.0';
                module M {{ val x : 'bench':Bench:Item -> {found} = \\(x : 'bench':Bench:Item) -> x; }}"
            )
        };
        let bench = Model::Bench.dar().unwrap();
        let right = text("'bench':Bench:Item");
        checked("model.daml-lf", right.as_bytes(), &[&bench]).unwrap();
        let wrong = checked("model.daml-lf", text("Unit").as_bytes(), &[&bench]).unwrap_err();
        assert!(format!("{wrong:#}").ends_with("[type-mismatch]"));
    }

    #[test]
    fn what_is_neither_a_dar_nor_a_text_is_refused() {
        assert!(checked("x", b"PK garbage", &[]).is_err());
        assert!(checked("x", b"\xff\xfe", &[]).is_err());
    }
}
