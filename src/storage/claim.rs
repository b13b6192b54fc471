//! Who may write into a schema of a PostgreSQL server: one process at a time.
//!
//! A process that is killed leaves sessions behind whose last statements may still run. If its
//! successor read before they are through, it would go on from a state that is not the last one. So
//! a process claims each of its schemas before it uses it: it takes the schema's lock with a session
//! of its own, and then ends every session of the process that had the lock before.
//!
//! The embedded server needs none of this: its data directory is locked by a file, and its sessions
//! die with the process.

use std::collections::BTreeSet;
use std::time::Duration;

use deadpool_postgres::Connect;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_postgres::{Client, Config};

use super::connect::ConnectOn;
use super::{Database, Error, Schema};

/// A process that was killed loses its lock as soon as the server notices.
const PATIENCE: Duration = Duration::from_secs(10);

/// Between attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// Schemas that this process has, and the session that holds their locks.
#[derive(Debug)]
pub(super) struct Claims {
    config: Config,
    connect: ConnectOn,
    /// The name under which the server knows the sessions of this process.
    instance: String,
    schemas: BTreeSet<String>,
    session: Option<Client>,
}

impl Claims {
    /// No claims yet.
    pub(super) fn new(config: Config, connect: ConnectOn, instance: String) -> Self {
        Self {
            config,
            connect,
            instance,
            schemas: BTreeSet::new(),
            session: None,
        }
    }

    /// Takes the lock of a schema. The driver of the session that holds it is given back when it is
    /// a new one.
    async fn lock(&mut self, schema: &Schema) -> Result<Option<JoinHandle<()>>, Error> {
        let mut driver = None;
        if self.session.as_ref().is_none_or(Client::is_closed) {
            driver = Some(self.connect().await?);
        }
        if let Some(session) = &self.session
            && !self.schemas.contains(schema.sql())
        {
            lock(session, schema.sql()).await?;
            self.schemas.insert(schema.sql().to_owned());
        }
        Ok(driver)
    }

    /// Opens a session that holds all locks.
    async fn connect(&mut self) -> Result<JoinHandle<()>, Error> {
        let (session, driver) = self.connect.connect(&self.config).await?;
        for schema in &self.schemas {
            lock(&session, schema).await?;
        }
        self.session = Some(session);
        Ok(driver)
    }

    /// Lets go of everything.
    pub(super) fn release(&mut self) {
        self.schemas.clear();
        self.session = None;
    }
}

/// Waits for a schema's lock.
async fn lock(session: &Client, schema: &str) -> Result<(), Error> {
    let deadline = Instant::now() + PATIENCE;
    let sql = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))";
    loop {
        let row = session.query_one(sql, &[&schema]).await?;
        if row.try_get(0)? {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(Error::Claimed {
                schema: schema.to_owned(),
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

impl Database {
    /// Takes the lock of a schema, and keeps it as long as the database is open.
    ///
    /// # Errors
    /// [`Error::Claimed`] if another process has it and does not let go of it.
    pub(super) async fn claim(&self, schema: &Schema) -> Result<(), Error> {
        let Some(claims) = self.claims() else {
            return Ok(());
        };
        let driver = claims.lock().await.lock(schema).await?;
        if let Some(driver) = driver {
            self.guard(driver);
        }
        Ok(())
    }

    /// Ends what the process before left running in a claimed schema.
    pub(super) async fn evict(&self, schema: &Schema) -> Result<(), Error> {
        let Some(claims) = self.claims() else {
            return Ok(());
        };
        let instance = claims.lock().await.instance.clone();
        let client = self.client().await?;
        let owner = schema.fill("SELECT instance FROM {schema}.owner WHERE instance <> $1");
        if let Some(row) = client.query_opt(&owner, &[&instance]).await? {
            let before: &str = row.try_get(0)?;
            let sessions = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                            WHERE application_name = $1";
            while !client.query(sessions, &[&before]).await?.is_empty() {
                tokio::time::sleep(PAUSE).await;
            }
        }
        let own = schema.fill(
            "INSERT INTO {schema}.owner (instance) VALUES ($1)
             ON CONFLICT (only_row) DO UPDATE SET instance = excluded.instance",
        );
        client.execute(&own, &[&instance]).await?;
        Ok(())
    }

    /// Takes the locks again when the session that holds them is lost; gives the database up if
    /// another process was faster.
    fn guard(&self, mut driver: JoinHandle<()>) {
        let upgrade = self.downgrade();
        let Some(runtime) = self.runtime() else {
            return;
        };
        runtime.spawn(async move {
            loop {
                // however it ended, the session is gone
                let _ = (&mut driver).await;
                driver = loop {
                    let Some(database) = upgrade() else { return };
                    let Some(claims) = database.claims() else {
                        return;
                    };
                    let mut claims = claims.lock().await;
                    if claims.schemas.is_empty() {
                        return;
                    }
                    match claims.connect().await {
                        Ok(driver) => break driver,
                        Err(error @ Error::Claimed { .. }) => {
                            tracing::error!(%error, "the database is given up");
                            return database.give_up();
                        }
                        Err(error) => {
                            tracing::debug!(%error, "the locks of schemas cannot be taken yet");
                        }
                    }
                    drop(claims);
                    drop(database);
                    tokio::time::sleep(PAUSE * 5).await;
                };
            }
        });
    }
}
