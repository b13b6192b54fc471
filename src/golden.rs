//! Texts that are kept as files in `tests/golden`, for tests.

use std::path::Path;

/// Compares a text with the file that keeps it; with `UPDATE=1` in the environment, writes the file.
///
/// # Panics
/// If they differ.
pub(crate) fn check(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(file);
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; UPDATE=1 writes it", path.display()));
    assert!(
        kept == text,
        "{} is not what comes out now (UPDATE=1 writes it):\n{text}",
        path.display()
    );
}
