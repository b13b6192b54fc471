//! Role `ledger-api`: the server.

use std::convert::Infallible;
use std::future::Future;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::OnceCell;
use tonic::transport::{Error, Server};

use super::command_inspection_service::History;
use super::config::Config;
use super::door::Door;
use super::party_management_service::PartyRecords;
use super::routes::routes;
use super::telemetry::TelemetryLayer;
use super::tracker::Tracker;
use super::user_management_service::Users;
use crate::grpc::{incoming, serve_until_told};
use crate::participant::submission::SyncPort;
use crate::participant::updates::ReadModel;
use crate::runtime::clock::Clock;
use crate::runtime::health::{Health, State};
use crate::runtime::shutdown::{self, Signal};
use crate::runtime::{Inbox, Role, RoleContext, RoleFailure};
use crate::storage::{Database, Schema};

/// The most that a connection may send before it is read: enough for any request at once.
const WINDOW_BYTES: u32 = 1 << 20;

/// The role `ledger-api`.
pub struct LedgerApi {
    /// The participant, as the health of the process knows it.
    pub component: String,
    /// Its bounds.
    pub config: Config,
    /// Where it listens. Bound once: when the role is built anew, no connection is refused.
    pub listener: TcpListener,
    /// What it reads.
    pub model: ReadModel,
    /// Where submissions go.
    pub sync: Arc<dyn SyncPort>,
    /// What time it is.
    pub clock: Clock,
    /// The participant's database.
    pub database: Database,
    /// The participant's schema there; must be up to date.
    pub schema: Schema,
    /// How everybody is.
    pub health: Health,
}

impl std::fmt::Debug for LedgerApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LedgerApi")
            .field("component", &self.component)
            .field("listener", &self.listener)
            .finish_non_exhaustive()
    }
}

impl Role for LedgerApi {
    type Message = Infallible;

    fn run(
        self: Arc<Self>,
        context: RoleContext,
        inbox: Inbox<Infallible>,
    ) -> Pin<Box<dyn Future<Output = Result<(), RoleFailure>>>> {
        Box::pin(async move {
            let (stop, signal) = shutdown::channel();
            let door = Arc::new(self.door(signal.clone()));
            let following = door
                .tracker
                .clone()
                .follow(door.model.clone(), signal.clone());
            let serving = Box::pin(self.serve(&door, signal)?);
            context.health.set(State::Ok);
            let both = async {
                let (served, ()) = tokio::join!(serving, following);
                served
            };
            serve_until_told(inbox, &stop, both).await
        })
    }
}

impl LedgerApi {
    fn door(&self, stop: Signal) -> Door {
        let (database, schema) = (&self.database, &self.schema);
        let history = History::default();
        Door {
            config: self.config.clone(),
            model: self.model.clone(),
            sync: Arc::clone(&self.sync),
            clock: self.clock.clone(),
            users: Users::new(database.clone(), schema.clone()),
            party_records: PartyRecords::new(database.clone(), schema.clone()),
            tracker: Tracker::new(self.config.max_commands_in_flight, history.clone()),
            history,
            stop,
            participant: OnceCell::new(),
        }
    }

    /// The server; ends when it is told to.
    fn serve(
        &self,
        door: &Arc<Door>,
        stop: Signal,
    ) -> Result<impl Future<Output = Result<(), Error>> + use<>, RoleFailure> {
        let incoming = incoming(&self.listener)?;
        let routes = routes(door, self.health.clone(), self.component.clone())?;
        Ok(Server::builder()
            .http2_keepalive_interval(Some(self.config.keepalive_interval))
            .http2_keepalive_timeout(Some(self.config.keepalive_timeout))
            .initial_stream_window_size(WINDOW_BYTES)
            .initial_connection_window_size(4 * WINDOW_BYTES)
            .layer(TelemetryLayer::default())
            .add_routes(routes)
            .serve_with_incoming_shutdown(incoming, async move { stop.fired().await }))
    }
}
