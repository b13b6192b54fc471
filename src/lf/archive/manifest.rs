//! `META-INF/MANIFEST.MF`: which entries of a DAR are packages, and which is the main one.

use std::fmt::Write as _;

use super::error::Error;

/// The entry with the manifest.
pub(super) const ENTRY: &str = "META-INF/MANIFEST.MF";
/// The only format.
const FORMAT: &str = "daml-lf";
/// Bytes of a line, after which it goes on in the next one.
const LINE_MAX: usize = 70;

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Manifest {
    /// `name-version`, if it says so.
    pub(super) name: Option<String>,
    /// The version of the SDK that made the DAR, if it says so.
    pub(super) sdk_version: Option<String>,
    /// The entry of the main package.
    pub(super) main: String,
    /// The entries of the other packages.
    pub(super) dependencies: Vec<String>,
}

impl Manifest {
    /// Reads the first section: lines `Key: value`, of which one that starts with a blank continues
    /// the line before.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let text =
            std::str::from_utf8(bytes).map_err(|_| Error::Manifest("is not UTF-8".to_owned()))?;
        let mut attributes: Vec<(String, String)> = Vec::new();
        for line in text.lines().take_while(|line| !line.is_empty()) {
            if let Some(more) = line.strip_prefix(' ') {
                let (_, value) = attributes
                    .last_mut()
                    .ok_or_else(|| Error::Manifest("starts with a continued line".to_owned()))?;
                value.push_str(more);
            } else {
                let (key, value) = line.split_once(':').ok_or_else(|| {
                    Error::Manifest(format!("has a line without a colon: {line:?}"))
                })?;
                attributes.push((key.to_owned(), value.trim_start().to_owned()));
            }
        }
        Self::of(&attributes)
    }

    fn of(attributes: &[(String, String)]) -> Result<Self, Error> {
        let optional = |key: &str| {
            let found = attributes
                .iter()
                .rfind(|(name, _)| name.eq_ignore_ascii_case(key));
            found.map(|(_, value)| value.trim().to_owned())
        };
        let required =
            |key: &str| optional(key).ok_or_else(|| Error::Manifest(format!("lacks {key}")));
        let format = required("Format")?;
        if format != FORMAT {
            return Err(Error::Manifest(format!(
                "says format {format:?}, not {FORMAT:?}"
            )));
        }
        let main = required("Main-Dalf")?;
        let dalfs = required("Dalfs")?;
        let dependencies = dalfs
            .split(',')
            .map(str::trim)
            .filter(|entry| *entry != main && !entry.is_empty())
            .map(str::to_owned)
            .collect();
        Ok(Self {
            name: optional("Name"),
            sdk_version: optional("Sdk-Version"),
            main,
            dependencies,
        })
    }

    /// Writes it as Daml's compiler does.
    pub(super) fn to_text(&self) -> String {
        let mut dalfs = self.main.clone();
        for dependency in &self.dependencies {
            let _ = write!(dalfs, ", {dependency}");
        }
        let mut text = String::new();
        let mut attribute = |key: &str, value: &str| wrap(&mut text, &format!("{key}: {value}"));
        attribute("Manifest-Version", "1.0");
        attribute("Created-By", "jura");
        if let Some(name) = &self.name {
            attribute("Name", name);
        }
        if let Some(version) = &self.sdk_version {
            attribute("Sdk-Version", version);
        }
        attribute("Main-Dalf", &self.main);
        attribute("Dalfs", &dalfs);
        attribute("Format", FORMAT);
        attribute("Encryption", "non-encrypted");
        text
    }
}

/// Writes a line, continued in further ones that start with a blank. Entries are named in ASCII.
fn wrap(text: &mut String, line: &str) {
    let mut room = LINE_MAX;
    for character in line.chars() {
        if room < character.len_utf8() {
            text.push_str("\n ");
            room = LINE_MAX - 1;
        }
        text.push(character);
        room -= character.len_utf8();
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_reads_back_what_was_written_in_short_lines() {
        let manifest = Manifest {
            name: Some("demo-1.0.0".to_owned()),
            sdk_version: Some("3.3.0".to_owned()),
            main: format!("demo-1.0.0-{}.dalf", "a".repeat(200)),
            dependencies: vec!["b.dalf".to_owned(), format!("{}.dalf", "c".repeat(100))],
        };
        let text = manifest.to_text();
        assert!(text.lines().all(|line| line.len() <= 72), "{text}");
        assert_eq!(Manifest::parse(text.as_bytes()), Ok(manifest));
    }

    #[test]
    fn both_kinds_of_line_ends_and_any_case_of_keys_are_read() {
        let text = "Manifest-Version: 1.0\r\nformat: daml-lf\r\nDALFS: a.dalf, b\r\n .dalf\r\nMain-Dalf: a.dalf\r\n\r\nFormat: other\r\n";
        let manifest = Manifest::parse(text.as_bytes()).unwrap();
        assert_eq!(manifest.main, "a.dalf");
        assert_eq!(manifest.dependencies, ["b.dalf"]);
    }

    #[test]
    fn what_a_manifest_lacks_is_named() {
        for (text, says) in [
            ("Format: daml-lf\nDalfs: a\n", "lacks Main-Dalf"),
            ("Format: daml-lf\nMain-Dalf: a\n", "lacks Dalfs"),
            ("Main-Dalf: a\nDalfs: a\n", "lacks Format"),
            ("Format: x\nMain-Dalf: a\nDalfs: a\n", "says format \"x\""),
            (" Format: x\n", "starts with a continued line"),
            ("Format\n", "has a line without a colon"),
        ] {
            let error = Manifest::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
