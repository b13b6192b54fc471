//! Compiled packages of others, which are not part of the project.

use std::path::{Path, PathBuf};

/// The folder that has them, beside the project.
const FOLDER: &str = "shared/dars";

/// A DAR by name; `None` where it is not, which is said, and is a failure where everything must run.
pub fn find(name: &str) -> Option<Vec<u8>> {
    let folder = folder();
    let path = folder.as_ref()?.join(format!("{name}.dar"));
    let bytes = std::fs::read(path).ok();
    if bytes.is_none() {
        skip(&format!("no {name}.dar in {}", folder?.display()));
    }
    bytes
}

/// What `JURA_TEST_DARS` says, else `shared/dars` in a folder above this project's.
fn folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("JURA_TEST_DARS") {
        return Some(folder.into());
    }
    let found = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|above| above.join(FOLDER))
        .find(|folder| folder.is_dir());
    if found.is_none() {
        skip(&format!("no folder {FOLDER} above this project"));
    }
    found
}

fn skip(why: &str) {
    let advice = "set JURA_TEST_DARS to a folder that has the DARs";
    eprintln!("SKIPPED: {why}; {advice}");
}
