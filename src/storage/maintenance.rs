//! What a full PostgreSQL does by itself and the embedded one doesn't: checkpoints and vacuum.
//!
//! Without checkpoints the log grows without bound, and so does the time of the next start after a
//! crash. A reconciler: it looks, and does what is due.

use std::time::{Duration, Instant};

use super::{Database, Error};

/// How often to look.
const INTERVAL: Duration = Duration::from_millis(500);

/// A checkpoint is due after this much log. Replaying it takes some tenths of a second.
const CHECKPOINT_WAL_BYTES: i64 = 96 << 20;

/// A checkpoint is due after this time, if anything was written at all.
const CHECKPOINT_AFTER: Duration = Duration::from_mins(1);

/// A table is vacuumed when this many rows were inserted, updated or deleted since the last time.
const VACUUM_CHANGES: i64 = 50_000;

/// Vacuum blocks the single connection: look for candidates rarely.
const VACUUM_INTERVAL: Duration = Duration::from_secs(15);

/// Starts the reconciler on the storage runtime; it ends with the database.
pub(super) fn start(database: &Database) {
    let upgrade = database.downgrade();
    let Some(runtime) = database.runtime() else {
        return;
    };
    runtime.spawn(async move {
        let mut due = Due::default();
        loop {
            tokio::time::sleep(INTERVAL).await;
            let Some(database) = upgrade() else {
                return;
            };
            if let Err(error) = due.look(&database).await {
                tracing::debug!(%error, "maintenance of the embedded database is postponed");
            }
        }
    });
}

struct Due {
    checkpoint_at: Option<i64>,
    checkpoint_time: Instant,
    vacuum_time: Instant,
}

impl Default for Due {
    fn default() -> Self {
        Self {
            checkpoint_at: None,
            checkpoint_time: Instant::now(),
            vacuum_time: Instant::now(),
        }
    }
}

impl Due {
    async fn look(&mut self, database: &Database) -> Result<(), Error> {
        self.checkpoint(database).await?;
        if self.vacuum_time.elapsed() >= VACUUM_INTERVAL {
            self.vacuum_time = Instant::now();
            vacuum(database).await?;
        }
        Ok(())
    }

    async fn checkpoint(&mut self, database: &Database) -> Result<(), Error> {
        let client = database.client().await?;
        let row = client
            .query_one(
                "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::int8",
                &[],
            )
            .await?;
        let written: i64 = row.try_get(0)?;
        let since = written - *self.checkpoint_at.get_or_insert(written);
        let due = since >= CHECKPOINT_WAL_BYTES
            || (since > 0 && self.checkpoint_time.elapsed() >= CHECKPOINT_AFTER);
        if due {
            let started = Instant::now();
            client.batch_execute("CHECKPOINT").await?;
            self.checkpoint_at = Some(written);
            self.checkpoint_time = Instant::now();
            tracing::debug!(wal_bytes = since, elapsed = ?started.elapsed(), "checkpoint");
        }
        Ok(())
    }
}

/// Vacuums the tables that changed most since their last vacuum, one at a time.
async fn vacuum(database: &Database) -> Result<(), Error> {
    let client = database.client().await?;
    let rows = client
        .query(
            "SELECT format('%I.%I', schemaname, relname)
             FROM pg_stat_user_tables
             WHERE n_mod_since_analyze + n_dead_tup >= $1",
            &[&VACUUM_CHANGES],
        )
        .await?;
    drop(client);
    for row in rows {
        let table: String = row.try_get(0)?;
        let started = Instant::now();
        // taken anew each time: others get their turn in between
        let client = database.client().await?;
        client
            .batch_execute(&format!("VACUUM (ANALYZE) {table}"))
            .await?;
        tracing::debug!(table, elapsed = ?started.elapsed(), "vacuum");
    }
    Ok(())
}
