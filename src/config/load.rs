//! From files, environment and flags to one configuration.

use std::path::{Path, PathBuf};

use config::{Config, ConfigError as Failed, File, FileFormat, Value};

use super::nearest::nearest;
use super::raw::Raw;
use super::validated::NodeConfig;

/// The prefix of environment variables: `JURA__PARTICIPANTS__P1__LEDGER_API__PORT=7000`.
const ENVIRONMENT_PREFIX: &str = "JURA__";

/// Where a configuration comes from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// TOML that the command brings along, below everything else.
    pub base: Option<String>,
    /// Files, the later ones over the earlier ones.
    pub files: Vec<PathBuf>,
    /// Environment variables as (name, value).
    pub environment: Vec<(String, String)>,
    /// `key=value` from the command line.
    pub overrides: Vec<String>,
}

/// Why there is no configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A file is not there, or not readable.
    #[error("cannot read configuration file {}: {reason}", .file.display())]
    Unreadable {
        /// Which one.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file is no TOML, or a value has the wrong type.
    #[error("{0}")]
    Malformed(String),
    /// A key that nobody knows.
    #[error(
        "unknown configuration key {key}{}{}",
        .origin.as_ref().map(|origin| format!(" in {origin}")).unwrap_or_default(),
        .nearest.as_ref().map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default()
    )]
    UnknownKey {
        /// The key with its path.
        key: String,
        /// The file or variable that has it.
        origin: Option<String>,
        /// The nearest right key.
        nearest: Option<String>,
    },
    /// A value that cannot work.
    #[error("configuration key {key}: {reason}")]
    Invalid {
        /// The key with its path.
        key: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// `-C` without `=`, or with something else than names before it.
    #[error("-C {0:?} is not of the form key=value, with a key like logging.filter")]
    NotAnOverride(String),
}

impl Sources {
    /// Takes the environment of the process.
    #[must_use]
    pub fn with_environment(mut self) -> Self {
        self.environment = std::env::vars()
            .filter(|(name, _)| name.starts_with(ENVIRONMENT_PREFIX))
            .collect();
        self
    }
}

/// Loads and checks a configuration.
///
/// # Errors
/// What is wrong with it, and where.
pub fn load(sources: &Sources) -> Result<NodeConfig, ConfigError> {
    NodeConfig::validate(load_raw(sources)?)
}

fn load_raw(sources: &Sources) -> Result<Raw, ConfigError> {
    let mut builder = Config::builder();
    if let Some(base) = &sources.base {
        builder = builder.add_source(File::from_str(base, FileFormat::Toml));
    }
    for file in &sources.files {
        check_readable(file)?;
        builder = builder.add_source(File::from(file.as_path()).format(FileFormat::Toml));
    }
    for (key, value) in overrides(sources)? {
        builder = builder
            .set_override(&key, value)
            .map_err(|error| malformed(&error))?;
    }
    let merged = builder.build().map_err(|error| malformed(&error))?;
    merged
        .try_deserialize()
        .map_err(|error| explain(&error, sources))
}

/// The config crate says "not found" without saying why.
fn check_readable(file: &Path) -> Result<(), ConfigError> {
    std::fs::read_to_string(file)
        .map(|_| ())
        .map_err(|error| ConfigError::Unreadable {
            file: file.to_owned(),
            reason: error.to_string(),
        })
}

fn overrides(sources: &Sources) -> Result<Vec<(String, Value)>, ConfigError> {
    let mut found = Vec::new();
    for (name, value) in &sources.environment {
        let Some(path) = name.strip_prefix(ENVIRONMENT_PREFIX) else {
            continue;
        };
        let key = path
            .split("__")
            .map(|part| part.to_lowercase().replace('_', "-"))
            .collect::<Vec<_>>()
            .join(".");
        found.push((key, literal(name, value)));
    }
    for text in &sources.overrides {
        let (key, value) = text
            .split_once('=')
            .filter(|(key, _)| key.split('.').all(is_name))
            .ok_or_else(|| ConfigError::NotAnOverride(text.clone()))?;
        found.push((key.trim().to_owned(), literal(&format!("-C {key}"), value)));
    }
    Ok(found)
}

fn is_name(part: &str) -> bool {
    let is_in_names = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    !part.trim().is_empty() && part.trim().bytes().all(is_in_names)
}

/// A value as TOML would read it; what is no TOML is a text.
fn literal(origin: &str, text: &str) -> Value {
    #[derive(serde::Deserialize)]
    struct Wrapped {
        value: toml::Value,
    }
    let origin = origin.to_owned();
    let parsed: Result<Wrapped, _> = toml::from_str(&format!("value = {}", text.trim()));
    let kind = match parsed.map(|wrapped| wrapped.value) {
        Ok(toml::Value::Integer(number)) => config::ValueKind::I64(number),
        Ok(toml::Value::Boolean(flag)) => config::ValueKind::Boolean(flag),
        Ok(toml::Value::String(text)) => config::ValueKind::String(text),
        Ok(toml::Value::Array(items)) => config::ValueKind::Array(
            items
                .into_iter()
                .map(|item| match item {
                    toml::Value::String(text) => text,
                    other => other.to_string(),
                })
                .map(|item| Value::new(Some(&origin), config::ValueKind::String(item)))
                .collect(),
        ),
        _ => config::ValueKind::String(text.to_owned()),
    };
    Value::new(Some(&origin), kind)
}

fn malformed(error: &Failed) -> ConfigError {
    ConfigError::Malformed(error.to_string())
}

/// Serde says which fields there are when it meets one that it does not know; we say which of them
/// was meant.
fn explain(error: &Failed, sources: &Sources) -> ConfigError {
    let (message, origin, path) = unwrap(error);
    let Some(rest) = message.strip_prefix("unknown field `") else {
        return ConfigError::Malformed(error.to_string());
    };
    let Some((field, expected)) = rest.split_once('`') else {
        return ConfigError::Malformed(error.to_string());
    };
    let candidates = expected.split('`').skip(1).step_by(2);
    let in_path = |name: &str| match &path {
        Some(path) if !path.is_empty() => format!("{path}.{name}"),
        _ => name.to_owned(),
    };
    let key = in_path(field);
    ConfigError::UnknownKey {
        origin: origin.or_else(|| origin_of(&key, sources)),
        key,
        nearest: nearest(field, candidates).map(in_path),
    }
}

/// The uppermost layer that has a key.
fn origin_of(key: &str, sources: &Sources) -> Option<String> {
    let above = overrides(sources).ok()?;
    let is_it = |other: &str| other == key || other.starts_with(&format!("{key}."));
    if let Some((_, value)) = above.iter().rev().find(|(other, _)| is_it(other)) {
        return value.origin().map(ToOwned::to_owned);
    }
    let mut files = sources.files.iter().rev();
    let file = files.find(|file| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let table = toml::from_str(&text).map(toml::Value::Table);
        table.is_ok_and(|table| has(&table, key))
    })?;
    Some(file.display().to_string())
}

fn has(table: &toml::Value, key: &str) -> bool {
    key.split('.')
        .try_fold(table, |value, part| value.get(part))
        .is_some()
}

fn unwrap(error: &Failed) -> (String, Option<String>, Option<String>) {
    match error {
        Failed::At { error, origin, key } => {
            let (message, inner_origin, inner_key) = unwrap(error);
            (
                message,
                inner_origin.or_else(|| origin.clone()),
                inner_key.or_else(|| key.clone()),
            )
        }
        Failed::Message(message) => (message.clone(), None, None),
        other => (other.to_string(), None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_text(text: &str) -> Result<NodeConfig, ConfigError> {
        load(&Sources {
            base: Some(text.to_owned()),
            ..Sources::default()
        })
    }

    const SMALL: &str = "
        [domains.d]
        [participants.p]
        ledger-api.port = 7000
    ";

    #[test]
    fn a_typo_names_the_nearest_right_key_with_its_path() {
        let error = from_text("[participants.p.ledger-api]\nprot = 1").unwrap_err();
        let text = error.to_string();
        assert!(text.contains("prot"), "{text}");
        assert!(text.contains("port?"), "{text}");
        let error = from_text("[databse]\nkind = 'url'")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("databse") && error.contains("database?"),
            "{error}"
        );
    }

    #[test]
    fn a_typo_names_the_layer_that_has_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("typo.toml");
        std::fs::write(&file, "[participants.p.ledger-api]\nprot = 1").unwrap();
        let error = load(&Sources {
            files: vec![file.clone()],
            ..Sources::default()
        });
        let text = error.unwrap_err().to_string();
        assert!(text.contains(&file.display().to_string()), "{text}");
        let variable = "JURA__LOGING__FORMAT";
        let error = load(&Sources {
            environment: vec![(variable.to_owned(), "json".to_owned())],
            ..Sources::default()
        });
        let text = error.unwrap_err().to_string();
        assert!(text.contains(variable), "{text}");
    }

    #[test]
    fn an_override_needs_a_key() {
        for text in ["=x", "a..b=x", "x", ".=x"] {
            let error = load(&Sources {
                overrides: vec![text.to_owned()],
                ..Sources::default()
            });
            let is_it = matches!(error, Err(ConfigError::NotAnOverride(_)));
            assert!(is_it, "{text}");
        }
    }

    #[test]
    fn later_layers_win() {
        let mut sources = Sources {
            base: Some(SMALL.to_owned()),
            ..Sources::default()
        };
        let port = |sources: &Sources| {
            let config = load(sources).unwrap();
            config.participants[0].ledger_api.as_ref().unwrap().port
        };
        assert_eq!(port(&sources), 7000);
        sources.environment = vec![(
            "JURA__PARTICIPANTS__P__LEDGER_API__PORT".to_owned(),
            "7001".to_owned(),
        )];
        assert_eq!(port(&sources), 7001);
        sources.overrides = vec!["participants.p.ledger-api.port=7002".to_owned()];
        assert_eq!(port(&sources), 7002);
    }

    #[test]
    fn a_value_of_the_wrong_type_and_a_missing_file_say_where() {
        let error = from_text("[participants.p.ledger-api]\nport = 'x'").unwrap_err();
        assert!(error.to_string().contains("port"), "{error}");
        let error = load(&Sources {
            files: vec![PathBuf::from("/nowhere/at/all.toml")],
            ..Sources::default()
        })
        .unwrap_err();
        assert!(
            error.to_string().contains("/nowhere/at/all.toml"),
            "{error}"
        );
    }
}
