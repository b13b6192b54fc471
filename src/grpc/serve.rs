//! Parts of servers.

use std::convert::Infallible;
use std::future::Future;
use std::net::TcpListener;
use std::time::Duration;

use tonic::Status;
use tonic::service::{Routes, RoutesBuilder};
use tonic::transport::server::TcpIncoming;

use crate::runtime::shutdown::Trigger;
use crate::runtime::{Inbox, RoleFailure};

/// Requests that are being served when the server stops have so long to end.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

/// Connections to a port. The port stays bound when the server ends.
///
/// # Errors
/// If the system refuses.
pub(crate) fn incoming(listener: &TcpListener) -> Result<TcpIncoming, RoleFailure> {
    let cannot_listen = |error| RoleFailure::because("cannot listen", error);
    let listener = listener.try_clone().map_err(cannot_listen)?;
    listener.set_nonblocking(true).map_err(cannot_listen)?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(cannot_listen)?;
    Ok(TcpIncoming::from(listener).with_nodelay(Some(true)))
}

/// Serves until the role is told to stop, which is when its inbox ends; then `stop` tells the server, and
/// whoever does not end in time is cut off.
///
/// # Errors
/// If the server ends by itself.
pub(crate) async fn serve_until_told(
    mut inbox: Inbox<Infallible>,
    stop: &Trigger,
    serving: impl Future<Output = Result<(), tonic::transport::Error>>,
) -> Result<(), RoleFailure> {
    tokio::pin!(serving);
    tokio::select! {
        // nothing is ever sent
        _ = inbox.recv() => {
            stop.fire();
            let _ = tokio::time::timeout(LAST_REQUESTS, serving).await;
            Ok(())
        }
        served = &mut serving => {
            served.map_err(|error| RoleFailure::because("the server failed", error))
        }
    }
}

/// Adds reflection, in the version of today and in the one that older tools speak, over what
/// `descriptors` (encoded sets of files) describe.
///
/// # Errors
/// If they cannot be read.
pub(crate) fn reflection(
    builder: &mut RoutesBuilder,
    descriptors: &[&'static [u8]],
) -> Result<(), RoleFailure> {
    let configured = || {
        let mut configured = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET);
        for set in descriptors {
            configured = configured.register_encoded_file_descriptor_set(set);
        }
        configured
    };
    let unreadable = |error| RoleFailure::because("cannot describe the API", error);
    builder.add_service(configured().build_v1().map_err(unreadable)?);
    builder.add_service(configured().build_v1alpha().map_err(unreadable)?);
    Ok(())
}

/// Routes that answer every other call with UNIMPLEMENTED and a text.
pub(crate) fn unimplemented_otherwise(routes: Routes, text: &'static str) -> Routes {
    let answer =
        move || async move { Status::unimplemented(text).into_http::<tonic::body::Body>() };
    routes.into_axum_router().fallback(answer).into()
}
