//! A database as roles use it: clients, transactions, schemas.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    Manager, ManagerConfig, Pool, QueueMode, RecyclingMethod, Runtime, Timeouts,
};
use tokio_postgres::Config;

use super::claim::Claims;
use super::config::{DatabaseConfig, DatabaseKind, PoolConfig};
use super::connect::ConnectOn;
use super::data_dir::DataDir;
use super::embedded::Embedded;
use super::local::LocalServer;
use super::{Error, maintenance};
use crate::runtime::thread;

/// A connection from the pool; returns there when dropped.
pub type Client = deadpool_postgres::Object;

/// A transaction; rolls back when dropped.
pub type Transaction<'a> = deadpool_postgres::Transaction<'a>;

/// Threads that drive connections. The work is the server's; ours is copying bytes, a tenth of a busy
/// node's work, and several threads would wake each other for it.
const STORAGE_THREADS: usize = 1;

/// A database. Clones share the pool.
#[derive(Clone)]
pub struct Database(Arc<Shared>);

struct Shared {
    pool: Pool,
    /// None where a lock file is enough.
    claims: Option<tokio::sync::Mutex<Claims>>,
    single_connection: bool,
    server: std::sync::Mutex<Option<Server>>,
    runtime: Option<tokio::runtime::Runtime>,
}

enum Server {
    Embedded(Box<Embedded>, DataDir),
    Local(LocalServer, DataDir),
    Remote,
}

/// A component's schema: where its tables are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema(String);

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("single_connection", &self.0.single_connection)
            .finish_non_exhaustive()
    }
}

impl Database {
    /// Starts or reaches the server and answers when a first statement was answered.
    ///
    /// # Errors
    /// [`Error::InUse`] if another process holds the data directory, [`Error::Config`] if the
    /// configuration cannot work, [`Error::Unavailable`] if the server does not answer.
    pub async fn open(config: &DatabaseConfig) -> Result<Self, Error> {
        let data_dir = match &config.kind {
            DatabaseKind::Embedded { dir } | DatabaseKind::Local { dir } => {
                Some(DataDir::open(dir)?)
            }
            DatabaseKind::Url(_) => None,
        };
        Self::open_in(config, data_dir).await
    }

    /// The same in a data directory that the caller has opened, for the two kinds that need one.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub async fn open_in(
        config: &DatabaseConfig,
        data_dir: Option<DataDir>,
    ) -> Result<Self, Error> {
        let kind = config.kind.clone();
        let (server, pg_config) = tokio::task::spawn_blocking(move || start(&kind, data_dir))
            .await
            .map_err(|error| Error::Config(format!("database start failed: {error}")))??;
        let single_connection = matches!(server, Server::Embedded(..));
        let runtime = start_runtime()?;
        let connect = ConnectOn(runtime.handle().clone());
        let pg_config = session_config(pg_config, config.pool, single_connection);
        let claims = (!single_connection).then(|| {
            let instance = pg_config.get_application_name().unwrap_or_default();
            Claims::new(pg_config.clone(), connect.clone(), instance.to_owned()).into()
        });
        let pool = match build_pool(pg_config, config.pool, single_connection, connect) {
            Ok(pool) => pool,
            Err(error) => {
                // a runtime must not be dropped on an async thread
                runtime.shutdown_background();
                return Err(error);
            }
        };
        let database = Self(Arc::new(Shared {
            pool,
            claims,
            single_connection,
            server: std::sync::Mutex::new(Some(server)),
            runtime: Some(runtime),
        }));
        database.check().await?;
        if single_connection {
            maintenance::start(&database);
        }
        Ok(database)
    }

    /// A connection from the pool.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if none is to be had within the configured time.
    pub async fn client(&self) -> Result<Client, Error> {
        Ok(self.0.pool.get().await?)
    }

    /// Runs `work` in a transaction and commits it.
    ///
    /// # Errors
    /// What `work` returns, or why the transaction could not be committed.
    pub async fn transaction<T>(
        &self,
        work: impl AsyncFnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut client = self.client().await?;
        let transaction = client.transaction().await?;
        let value = work(&transaction).await?;
        transaction.commit().await?;
        Ok(value)
    }

    /// Whether the server has a single connection: no locks between processes, no notifications.
    pub fn is_embedded(&self) -> bool {
        self.0.single_connection
    }

    /// What this process has claimed; none if nobody else can be there.
    pub(super) fn claims(&self) -> Option<&tokio::sync::Mutex<Claims>> {
        self.0.claims.as_ref()
    }

    /// Refuses everything from now on: the database belongs to somebody else.
    pub(super) fn give_up(&self) {
        self.0.pool.close();
    }

    /// The runtime on which connections live, for tasks of the storage component.
    pub(super) fn runtime(&self) -> Option<&tokio::runtime::Handle> {
        self.0.runtime.as_ref().map(tokio::runtime::Runtime::handle)
    }

    /// A handle that does not keep the database open.
    pub(super) fn downgrade(&self) -> impl Fn() -> Option<Self> + Send + use<> {
        let weak = Arc::downgrade(&self.0);
        move || weak.upgrade().map(Self)
    }

    async fn check(&self) -> Result<(), Error> {
        let client = self.client().await?;
        let row = client
            .query_one("SELECT current_setting('server_version_num')::int", &[])
            .await?;
        let version: i32 = row.try_get(0)?;
        if version < 140_000 {
            return Err(Error::Config(format!(
                "PostgreSQL 14 or newer is needed, the server is version {}",
                version / 10_000
            )));
        }
        Ok(())
    }

    /// Closes the pool and stops a server of ours. Waits for it, off the caller's thread.
    pub async fn close(&self) {
        self.0.pool.close();
        if let Some(claims) = &self.0.claims {
            claims.lock().await.release();
        }
        let server = self
            .0
            .server
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take();
        if let Some(server) = server {
            let stopped = tokio::task::spawn_blocking(move || stop(server));
            if tokio::time::timeout(Duration::from_secs(10), stopped)
                .await
                .is_err()
            {
                tracing::warn!("the database did not stop in time");
            }
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let server = self.server.get_mut().map(Option::take).unwrap_or_default();
        let runtime = self.runtime.take();
        // a runtime must not be dropped on an async thread, and servers stop by blocking
        thread::spawn("storage-end", move || {
            if let Some(runtime) = runtime {
                runtime.shutdown_timeout(Duration::from_secs(1));
            }
            if let Some(server) = server {
                stop(server);
            }
        });
    }
}

fn start_runtime() -> Result<tokio::runtime::Runtime, Error> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(STORAGE_THREADS)
        .thread_name("storage")
        .enable_all()
        .build()
        .map_err(|error| Error::Config(format!("cannot start storage threads: {error}")))
}

fn start(kind: &DatabaseKind, data_dir: Option<DataDir>) -> Result<(Server, Config), Error> {
    match (kind, data_dir) {
        (DatabaseKind::Embedded { .. }, Some(dir)) => {
            let embedded = Embedded::start(dir.path())?;
            let config = embedded.config().clone();
            Ok((Server::Embedded(Box::new(embedded), dir), config))
        }
        (DatabaseKind::Local { .. }, Some(dir)) => {
            let local = LocalServer::start(&dir.path().join("server"))
                .map_err(|error| Error::Config(error.to_string()))?;
            let config = parse_url(&local.url())?;
            Ok((Server::Local(local, dir), config))
        }
        (DatabaseKind::Url(url), _) => Ok((Server::Remote, parse_url(url)?)),
        (_, None) => Err(Error::Config("no data directory was opened".to_owned())),
    }
}

fn stop(server: Server) {
    match server {
        Server::Embedded(embedded, _dir) => embedded.stop(),
        Server::Local(local, _dir) => local.stop(),
        Server::Remote => {}
    }
}

/// Reads a URL; the error never repeats it, since it can hold a password.
fn parse_url(url: &str) -> Result<Config, Error> {
    url.parse().map_err(|error: tokio_postgres::Error| {
        Error::Config(format!(
            "the database URL is not of the form postgresql://user:password@host:port/database: {error}"
        ))
    })
}

/// How sessions are opened.
fn session_config(mut config: Config, bounds: PoolConfig, single_connection: bool) -> Config {
    config.connect_timeout(bounds.connect_timeout);
    if !single_connection {
        config
            .keepalives_idle(Duration::from_secs(5))
            .keepalives_interval(Duration::from_secs(2))
            .keepalives_retries(3)
            .tcp_user_timeout(Duration::from_secs(10));
        // the planner takes our multi-row statements for large ones and would compile each of them to
        // machine code, which takes twenty times as long as the statement; and it would plan them anew
        // for each of their arguments, although the plan is always the same
        let options = format!(
            "{} -c jit=off -c plan_cache_mode=force_generic_plan -c client_min_messages=warning \
             -c statement_timeout={} -c idle_in_transaction_session_timeout={}",
            config.get_options().unwrap_or_default(),
            bounds.statement_timeout.as_millis(),
            bounds.statement_timeout.as_millis(),
        );
        config.options(options.trim());
    }
    let name = config.get_application_name().unwrap_or("jura");
    // the server cuts names after 63 bytes
    let name: String = name.chars().filter(char::is_ascii).take(30).collect();
    let instance = uuid::Uuid::new_v4().simple();
    config.application_name(format!("{name}-{instance}"));
    config
}

fn build_pool(
    config: Config,
    bounds: PoolConfig,
    single_connection: bool,
    connect: ConnectOn,
) -> Result<Pool, Error> {
    let manager_config = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = Manager::from_connect(config, connect, manager_config);
    Pool::builder(manager)
        .max_size(if single_connection {
            1
        } else {
            bounds.size_max.max(1)
        })
        .timeouts(Timeouts {
            wait: Some(bounds.wait_timeout),
            // opening the embedded database after a crash replays its log
            create: (!single_connection).then_some(bounds.connect_timeout),
            recycle: Some(bounds.connect_timeout),
        })
        .runtime(Runtime::Tokio1)
        // the connection used last has its statements prepared and its caches warm
        .queue_mode(QueueMode::Lifo)
        .build()
        .map_err(|error| Error::Config(format!("cannot build the connection pool: {error}")))
}

impl Schema {
    /// The schema of a component. Any name works; it is quoted.
    pub fn new(component: &str) -> Self {
        Self(format!("\"{}\"", component.replace('"', "")))
    }

    /// The schema's name as SQL has it.
    pub fn sql(&self) -> &str {
        &self.0
    }

    /// `template` with the schema in place of every `{schema}`.
    pub fn fill(&self, template: &str) -> String {
        template.replace("{schema}", &self.0)
    }
}
