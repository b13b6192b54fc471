//! The configuration as it is written. Every key has a comment; every default is here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::lf::engine;

/// Everything.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Raw {
    /// Where state is kept, unless a component says otherwise.
    pub database: RawDatabase,
    /// The domains that run here, by name.
    pub domains: BTreeMap<String, RawDomain>,
    /// The participants that run here, by name.
    pub participants: BTreeMap<String, RawParticipant>,
    /// Health and metrics over HTTP.
    pub monitoring: RawMonitoring,
    /// What is logged.
    pub logging: RawLogging,
    /// What time it is.
    pub clock: RawClock,
    /// Bounds of the process.
    pub process: RawProcess,
}

/// Where state is kept.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct RawDatabase {
    /// `embedded` (inside the process, for development), `local` (a private server started from the
    /// binaries on this machine) or `url`.
    pub kind: String,
    /// The data directory, for `embedded` and `local`.
    pub directory: String,
    /// `postgresql://user:password@host:port/database`, for `url`.
    pub url: String,
    /// Connections at most.
    pub pool_size: usize,
}

impl Default for RawDatabase {
    fn default() -> Self {
        Self {
            kind: "embedded".to_owned(),
            directory: "jura-data".to_owned(),
            url: String::new(),
            pool_size: 16,
        }
    }
}

/// A domain.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct RawDomain {
    /// Where its state is kept, if not where the process keeps everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<RawDatabase>,
    /// The rules of its transactions, by Canton's count: 34 lets exceptions undo creates and archives, 35
    /// does not. Its participants take it from here: it is the same on all participants of a domain.
    pub protocol_version: u32,
    /// How it works. Used when the domain is founded.
    pub parameters: RawDomainParameters,
    /// Who may join.
    pub admission: RawAdmission,
    /// The sequencer's gRPC API for members of the domain.
    pub public_api: RawEndpoint,
}

impl Default for RawDomain {
    fn default() -> Self {
        Self {
            database: None,
            protocol_version: 35,
            parameters: RawDomainParameters::default(),
            admission: RawAdmission::default(),
            public_api: RawEndpoint::default(),
        }
    }
}

/// How a domain works. Times are like `10s`, `250ms`, `2m`, `24h`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct RawDomainParameters {
    /// How long participants have to answer a request.
    pub confirmation_response_timeout: String,
    /// How long the mediator has after that.
    pub mediator_reaction_timeout: String,
    /// How far ledger time and sequencing time may be apart.
    pub ledger_time_tolerance: String,
    /// How far preparation time and sequencing time may be apart.
    pub preparation_time_tolerance: String,
    /// How long after its sequencing a topology change comes into force. Long enough for every member to
    /// know of it by then; 0 is fine for development, where members are in one process.
    pub topology_change_delay: String,
}

impl Default for RawDomainParameters {
    fn default() -> Self {
        Self {
            confirmation_response_timeout: "10s".to_owned(),
            mediator_reaction_timeout: "10s".to_owned(),
            ledger_time_tolerance: "60s".to_owned(),
            preparation_time_tolerance: "24h".to_owned(),
            topology_change_delay: "250ms".to_owned(),
        }
    }
}

/// Who may join a domain.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct RawAdmission {
    /// `open`, `listed` or `restricted`: who is permitted on the domain's topology.
    pub kind: String,
    /// Participant ids or namespaces, for `listed`; ids that are permitted from the start on, for
    /// `restricted`.
    pub participants: Vec<String>,
}

impl Default for RawAdmission {
    fn default() -> Self {
        Self {
            kind: "open".to_owned(),
            participants: Vec::new(),
        }
    }
}

/// A participant.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct RawParticipant {
    /// Where its state is kept, if not where the process keeps everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<RawDatabase>,
    /// The domains of this configuration that it connects to, the preferred ones first; all if empty.
    pub domains: Vec<String>,
    /// The domains of other processes that it connects to, by the names that it has for them.
    pub connections: BTreeMap<String, RawConnection>,
    /// The gRPC Ledger API.
    pub ledger_api: RawEndpoint,
    /// The gRPC admin API.
    pub admin_api: RawEndpoint,
}

/// A domain of another process.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct RawConnection {
    /// Where its public API is: `http://HOST:PORT`.
    pub address: String,
    /// The higher, the rather a command goes there that could go elsewhere, too. Domains of this
    /// configuration have 0 and more.
    pub priority: i32,
}

/// An address to listen at.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct RawEndpoint {
    /// The interface.
    pub address: String,
    /// The port; 0 picks a free one. Absent: this endpoint is not served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
}

impl Default for RawEndpoint {
    fn default() -> Self {
        Self {
            address: "127.0.0.1".to_owned(),
            port: None,
        }
    }
}

/// Health and metrics over HTTP: `/health`, `/health/ready`, `/health/live`, `/metrics`.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct RawMonitoring {
    /// Where.
    pub http: RawEndpoint,
}

/// What is logged.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct RawLogging {
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter like `info,jura::domain=debug`.
    pub filter: String,
    /// `text` or `json`.
    pub format: String,
}

impl Default for RawLogging {
    fn default() -> Self {
        Self {
            filter: "info".to_owned(),
            format: "text".to_owned(),
        }
    }
}

/// What time it is.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct RawClock {
    /// `wall` (the system's) or `static` (stands at 1970 until the time service sets it; for tests).
    pub kind: String,
}

impl Default for RawClock {
    fn default() -> Self {
        Self {
            kind: "wall".to_owned(),
        }
    }
}

/// Bounds of the process.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct RawProcess {
    /// Threads for interpretation and checks; 0 for one per core.
    pub compute_threads: usize,
    /// Bytes of memory that the values of one interpretation may take. Each thread may take so much, and
    /// twice as much where a package's top-level values are evaluated on the way.
    pub interpretation_memory_bytes_max: u64,
    /// Bytes that a transaction may take with the contracts that it uses. Must not be smaller than at
    /// other participants, or what they submit is refused.
    pub transaction_bytes_max: u64,
}

impl Default for RawProcess {
    fn default() -> Self {
        let engine = engine::Config::default();
        Self {
            compute_threads: 0,
            interpretation_memory_bytes_max: engine.memory_bytes_max,
            transaction_bytes_max: engine.transaction_bytes_max,
        }
    }
}
