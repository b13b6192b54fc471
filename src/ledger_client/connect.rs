//! Whether there is a Ledger API at an address.

use std::error::Error as _;
use std::time::Duration;

use tonic::Code;
use tonic::metadata::AsciiMetadataValue;
use tonic::transport::{Channel, Endpoint};

use super::client::LedgerClient;
use super::failure::Failure;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Where a Ledger API is, and as whom to speak to it.
#[derive(Clone, Default)]
pub struct LedgerAddress {
    /// A name or an address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// A token, if the ledger wants one.
    pub token: Option<String>,
    /// The user. Without it, the one of the token.
    pub user_id: String,
}

impl std::fmt::Debug for LedgerAddress {
    /// Without the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LedgerAddress({self})")
    }
}

impl std::fmt::Display for LedgerAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Why a ledger cannot be worked with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The address is none.
    #[error("{0} is no address of a Ledger API: give a host name or IP address and a port")]
    Address(String),
    /// The token cannot be sent.
    #[error("the token has characters that no token has")]
    Token,
    /// Nobody answers.
    #[error("cannot connect to {address}: {reason}")]
    Unreachable {
        /// Where.
        address: String,
        /// Why not.
        reason: String,
    },
    /// Somebody answers, but not as a Ledger API.
    #[error("there is no Ledger API v2 at {address}: {reason}")]
    NoLedgerApi {
        /// Where.
        address: String,
        /// What came instead.
        reason: String,
    },
}

/// Connects and asks for the version of the API; each connection is one HTTP/2 connection.
///
/// # Errors
/// See [`ConnectError`].
pub async fn connect(
    address: &LedgerAddress,
    connections: usize,
) -> Result<(Vec<LedgerClient>, String), ConnectError> {
    let authorization = address.token.as_deref().map(bearer).transpose()?;
    let endpoint = endpoint(address)?;
    let mut clients = Vec::new();
    for _ in 0..connections.max(1) {
        let channel = dial(&endpoint, address).await?;
        let user_id = address.user_id.clone();
        clients.push(LedgerClient::new(channel, authorization.clone(), user_id));
    }
    let version = clients[0]
        .version()
        .await
        .map_err(|failure| ConnectError::NoLedgerApi {
            address: address.to_string(),
            reason: explain(&failure),
        })?;
    Ok((clients, version))
}

fn bearer(token: &str) -> Result<AsciiMetadataValue, ConnectError> {
    let mut value = AsciiMetadataValue::try_from(format!("Bearer {}", token.trim()))
        .map_err(|_| ConnectError::Token)?;
    value.set_sensitive(true);
    Ok(value)
}

fn endpoint(address: &LedgerAddress) -> Result<Endpoint, ConnectError> {
    let malformed = || ConnectError::Address(address.to_string());
    if address.host.is_empty() || address.host.contains('/') {
        return Err(malformed());
    }
    Endpoint::from_shared(format!("http://{address}"))
        .map(|endpoint| endpoint.connect_timeout(CONNECT_TIMEOUT))
        .map_err(|_| malformed())
}

async fn dial(endpoint: &Endpoint, address: &LedgerAddress) -> Result<Channel, ConnectError> {
    endpoint.connect().await.map_err(|error| {
        // the root says most: "connection refused", "name or service not known"
        let mut root = error.source();
        while let Some(source) = root.and_then(std::error::Error::source) {
            root = Some(source);
        }
        ConnectError::Unreachable {
            address: address.to_string(),
            reason: root.map_or_else(|| error.to_string(), ToString::to_string),
        }
    })
}

fn explain(failure: &Failure) -> String {
    match failure.code {
        Code::Unimplemented => "it answers, but does not know the version service".to_owned(),
        Code::Unknown | Code::Internal | Code::Unavailable | Code::Cancelled => {
            format!("it does not speak gRPC ({})", failure.message)
        }
        _ => failure.to_string(),
    }
}
