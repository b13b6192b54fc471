//! How the pool opens connections: on the storage runtime, so that they outlive the role that
//! happened to ask first.

use std::future::Future;
use std::pin::Pin;

use deadpool_postgres::Connect;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, NoTls};

/// Dials and drives connections on one runtime.
#[derive(Debug, Clone)]
pub(super) struct ConnectOn(pub(super) Handle);

type Connected = Result<(Client, JoinHandle<()>), tokio_postgres::Error>;

impl Connect for ConnectOn {
    fn connect(&self, config: &Config) -> Pin<Box<dyn Future<Output = Connected> + Send + '_>> {
        let config = config.clone();
        let runtime = self.0.clone();
        let dial = self.0.spawn(async move {
            let (client, connection) = config.connect(NoTls).await?;
            let driver = runtime.spawn(async move {
                // every operation under way learns of it by itself
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "database connection ended");
                }
            });
            Ok((client, driver))
        });
        Box::pin(async move {
            match dial.await {
                Ok(connected) => connected,
                Err(gone) => std::panic::resume_unwind(gone.into_panic()),
            }
        })
    }
}
