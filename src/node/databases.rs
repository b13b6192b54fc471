//! The databases of a process: components with the same settings share one.

use std::collections::BTreeMap;

use super::start::StartError;
use crate::config::NodeConfig;
use crate::storage::{self, DataDir, Database, DatabaseConfig, DatabaseKind};

/// Open databases with the settings they were opened by.
#[derive(Debug, Default)]
pub(super) struct Databases(Vec<(DatabaseKind, Database)>);

impl Databases {
    /// Opens every database that a configuration names, side by side.
    pub(super) async fn open(
        config: &NodeConfig,
        mut temporary: Option<DataDir>,
    ) -> Result<Self, StartError> {
        let domains = config.domains.iter().map(|domain| &domain.database);
        let participants = config.participants.iter().map(|it| &it.database);
        let mut databases = Self::default();
        for wanted in domains.chain(participants) {
            if databases.find(wanted).is_some() {
                continue;
            }
            let database = match temporary.take_if(|dir| is_in(wanted, dir)) {
                Some(dir) => Database::open_in(wanted, Some(dir)).await,
                None => Database::open(wanted).await,
            };
            let database = database.map_err(|source| StartError::Database {
                database: wanted.kind.to_string(),
                hint: hint(&wanted.kind, &source),
                source,
            })?;
            databases.0.push((wanted.kind.clone(), database));
        }
        Ok(databases)
    }

    /// The database with these settings.
    pub(super) fn find(&self, wanted: &DatabaseConfig) -> Option<&Database> {
        self.0
            .iter()
            .find(|(kind, _)| *kind == wanted.kind)
            .map(|(_, database)| database)
    }

    /// In how many rows of each component's tables a text stands.
    pub(super) async fn search(&self, text: &str) -> Result<BTreeMap<String, u64>, storage::Error> {
        let mut found = BTreeMap::new();
        for (_, database) in &self.0 {
            found.extend(storage::search(database, text).await?);
        }
        Ok(found)
    }

    /// Closes all.
    pub(super) async fn close(&self) {
        for (_, database) in &self.0 {
            database.close().await;
        }
    }

    /// Whether one of them is embedded.
    pub(super) fn has_embedded(&self) -> bool {
        self.0.iter().any(|(_, database)| database.is_embedded())
    }
}

fn is_in(wanted: &DatabaseConfig, opened: &DataDir) -> bool {
    match &wanted.kind {
        DatabaseKind::Embedded { dir } | DatabaseKind::Local { dir } => dir == opened.path(),
        DatabaseKind::Url(_) => false,
    }
}

/// What to do about a database that cannot be used, where the error itself does not say.
const fn hint(kind: &DatabaseKind, error: &storage::Error) -> &'static str {
    match kind {
        DatabaseKind::Url(_) if error.is_retryable() => "; check its URL, and that its server runs",
        _ => "",
    }
}
