//! Versioned schemas: numbered SQL files, forward only.

use super::{Database, Error, Schema, Transaction};

/// One step of a schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number; steps run in order.
    pub version: i32,
    /// What it is for.
    pub name: &'static str,
    /// SQL with `{schema}` in place of the schema.
    pub sql: &'static str,
}

/// All steps of one component's schema.
#[derive(Debug, Clone, Copy)]
pub struct MigrationSet {
    /// The component, for logs.
    pub component: &'static str,
    /// The steps, by number.
    pub steps: &'static [Migration],
}

/// The advisory lock under which schemas change; the number has no meaning.
const MIGRATION_LOCK: i64 = 0x4a75_7261_0001;

impl MigrationSet {
    /// Claims `schema` for this process, and brings it to the newest version. All steps that are missing run in one
    /// transaction.
    ///
    /// # Errors
    /// [`Error::Claimed`] if another process works with it, [`Error::Migration`] if a step fails, or if the database has steps that this set lacks or
    /// has differently.
    pub async fn run(&self, database: &Database, schema: &Schema) -> Result<(), Error> {
        database.claim(schema).await?;
        let locked = !database.is_embedded();
        database
            .transaction(async |transaction| {
                if locked {
                    transaction
                        .execute("SELECT pg_advisory_xact_lock($1)", &[&MIGRATION_LOCK])
                        .await?;
                }
                self.run_in(transaction, schema).await
            })
            .await?;
        database.evict(schema).await
    }

    async fn run_in(&self, transaction: &Transaction<'_>, schema: &Schema) -> Result<(), Error> {
        transaction
            .batch_execute(&schema.fill(
                "CREATE SCHEMA IF NOT EXISTS {schema};
                 CREATE TABLE IF NOT EXISTS {schema}.migrations (
                     version    int         PRIMARY KEY,
                     name       text        NOT NULL,
                     checksum   text        NOT NULL,
                     applied_at timestamptz NOT NULL DEFAULT now()
                 );
                 CREATE TABLE IF NOT EXISTS {schema}.owner (
                     only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
                     instance text    NOT NULL
                 )",
            ))
            .await?;
        let applied = transaction
            .query(
                &schema.fill("SELECT version, checksum FROM {schema}.migrations ORDER BY version"),
                &[],
            )
            .await?;
        let mut missing = self.steps.iter();
        for row in applied {
            let (version, checksum): (i32, String) = (row.try_get(0)?, row.try_get(1)?);
            let known = missing.next();
            if !known.is_some_and(|step| step.version == version && step.checksum() == checksum) {
                return Err(self.mismatch(schema, version));
            }
        }
        for step in missing {
            self.apply(transaction, schema, step).await?;
        }
        Ok(())
    }

    async fn apply(
        &self,
        transaction: &Transaction<'_>,
        schema: &Schema,
        step: &Migration,
    ) -> Result<(), Error> {
        tracing::debug!(
            component = self.component,
            schema = schema.sql(),
            step = step.name,
            "migrating"
        );
        let failed = |error: tokio_postgres::Error| Error::Migration {
            schema: schema.sql().to_owned(),
            reason: format!(
                "step {} ({}): {}",
                step.version,
                step.name,
                Error::from(error)
            ),
        };
        transaction
            .batch_execute(&schema.fill(step.sql))
            .await
            .map_err(failed)?;
        transaction
            .execute(
                &schema.fill(
                    "INSERT INTO {schema}.migrations (version, name, checksum) VALUES ($1, $2, $3)",
                ),
                &[&step.version, &step.name, &step.checksum()],
            )
            .await
            .map_err(failed)?;
        Ok(())
    }

    fn mismatch(&self, schema: &Schema, version: i32) -> Error {
        Error::Migration {
            schema: schema.sql().to_owned(),
            reason: format!(
                "the database has step {version} of component {} differently from this binary; \
                 use the binary that made it, or a newer one",
                self.component
            ),
        }
    }
}

impl Migration {
    fn checksum(&self) -> String {
        use sha2::Digest;
        hex::encode(sha2::Sha256::digest(self.sql.as_bytes()))
    }
}
