//! Where tests find real DARs: compiled packages of others, which are not part of the project.

use std::path::PathBuf;

/// Names and contents of all real DARs, sorted by name; none when the folder isn't there, which the
/// test's output then says.
pub(crate) fn all() -> Vec<(String, Vec<u8>)> {
    let folder = folder();
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!(
            "SKIPPED: no DARs in {}; set JURA_TEST_DARS to a folder with some",
            folder.display()
        );
        return Vec::new();
    };
    let mut dars: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "dar"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    dars.sort();
    dars
}

/// One of the real DARs; `None` when the folder isn't there, which the test's output then says.
pub(crate) fn one(name: &str) -> Option<Vec<u8>> {
    let path = folder().join(format!("{name}.dar"));
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!(
            "SKIPPED: no {}; set JURA_TEST_DARS to the folder that has it",
            path.display()
        );
    }
    bytes
}

fn folder() -> PathBuf {
    match std::env::var_os("JURA_TEST_DARS") {
        Some(folder) => folder.into(),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/dars"),
    }
}
