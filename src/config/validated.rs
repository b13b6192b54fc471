//! The configuration as code sees it.

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;

use super::domain::DomainConfig;
use super::load::ConfigError;
use super::raw::{Raw, RawConnection, RawDatabase, RawEndpoint, RawParticipant};
use crate::model::{Duration, NAME_RULE, is_name};
use crate::storage::{DatabaseConfig, DatabaseKind, PoolConfig};
use crate::telemetry::{LogConfig, LogFormat};

/// Everything that a process is told.
#[derive(Debug, Clone)]
pub struct NodeConfig {
    /// The domains, by name.
    pub domains: Vec<DomainConfig>,
    /// The participants, by name.
    pub participants: Vec<ParticipantConfig>,
    /// Where health and metrics are served.
    pub monitoring: Option<Endpoint>,
    /// What is logged.
    pub logging: LogConfig,
    /// What time it is.
    pub clock: ClockConfig,
    /// Threads for interpretation and checks; one per core if absent.
    pub compute_threads: Option<usize>,
    /// Bytes of memory that the values of one interpretation may take.
    pub interpretation_memory_bytes_max: u64,
    /// Bytes that a transaction may take with the contracts that it uses.
    pub transaction_bytes_max: u64,
    pub(super) raw: Raw,
}

/// A participant.
#[derive(Debug, Clone)]
pub struct ParticipantConfig {
    /// Its name.
    pub name: String,
    /// Where its state is kept.
    pub database: DatabaseConfig,
    /// The names of the domains of this configuration that it connects to, the preferred ones first.
    pub domains: Vec<String>,
    /// The domains of other processes that it connects to.
    pub connections: Vec<ConnectionConfig>,
    /// How long accepted changes are remembered.
    pub deduplication_max: Duration,
    /// How long what happened is kept; for ever if there is none.
    pub retention: Option<Duration>,
    /// The Ledger API.
    pub ledger_api: Option<Endpoint>,
    /// The admin API.
    pub admin_api: Option<Endpoint>,
}

/// A domain of another process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionConfig {
    /// The name by which the participant knows it.
    pub alias: String,
    /// Where its public API is: `http://HOST:PORT`.
    pub address: String,
    /// The higher, the rather a command goes there.
    pub priority: i32,
}

/// An address to listen at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The interface, as it was written: a name or an address.
    pub address: String,
    /// The port; 0 picks a free one.
    pub port: u16,
}

/// What time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockConfig {
    /// What the system says.
    Wall,
    /// What it is set to.
    Static,
}

/// The kinds of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "named as in the design")]
pub enum RoleKind {
    Sequencer,
    Topology,
    Service,
    Mediator,
    Sync,
    Indexer,
    LedgerApi,
}

impl RoleKind {
    /// The roles of a domain, in the order in which they start.
    pub const DOMAIN: [Self; 4] = [
        Self::Sequencer,
        Self::Topology,
        Self::Service,
        Self::Mediator,
    ];

    /// The roles of a participant, in the order in which they start.
    pub const PARTICIPANT: [Self; 3] = [Self::Sync, Self::Indexer, Self::LedgerApi];

    /// The role's name after the component's.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sequencer => "sequencer",
            Self::Topology => "topology",
            Self::Service => "service",
            Self::Mediator => "mediator",
            Self::Sync => "sync",
            Self::Indexer => "indexer",
            Self::LedgerApi => "ledger-api",
        }
    }

    /// The roles that it reaches through their ports: of its own component, and of its domain.
    const fn needs(self) -> (&'static [Self], &'static [Self]) {
        match self {
            Self::Sequencer | Self::Indexer => (&[], &[]),
            Self::Topology => (&[Self::Sequencer], &[]),
            Self::Service => (&[Self::Topology], &[]),
            Self::Mediator => (&[Self::Sequencer, Self::Service], &[]),
            Self::Sync => (&[], &[Self::Sequencer, Self::Service]),
            Self::LedgerApi => (&[Self::Sync, Self::Indexer], &[]),
        }
    }
}

/// The roles that run in this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleSelection(BTreeSet<String>);

impl RoleSelection {
    /// Whether a role runs here.
    pub fn contains(&self, component: &str, kind: RoleKind) -> bool {
        self.0.contains(&format!("{component}.{}", kind.name()))
    }
}

impl NodeConfig {
    pub(super) fn validate(raw: Raw) -> Result<Self, ConfigError> {
        let database = database("database", &raw.database)?;
        let domains = raw
            .domains
            .iter()
            .map(|(name, domain)| DomainConfig::validate(name, domain, &database))
            .collect::<Result<Vec<_>, _>>()?;
        let participants = raw
            .participants
            .iter()
            .map(|(name, it)| ParticipantConfig::validate(name, it, &domains, &database))
            .collect::<Result<Vec<_>, _>>()?;
        if domains.is_empty() && participants.is_empty() {
            return Err(ConfigError::Malformed(
                "the configuration has neither participants nor domains; \
                 see config/dev.toml for an example"
                    .to_owned(),
            ));
        }
        let clock = match raw.clock.kind.as_str() {
            "wall" => ClockConfig::Wall,
            "static" => ClockConfig::Static,
            other => return Err(invalid("clock.kind", one_of(other, &["wall", "static"]))),
        };
        for domain in domains.iter().filter(|_| clock == ClockConfig::Static) {
            domain.check_static_time()?;
        }
        let format = match raw.logging.format.as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            other => return Err(invalid("logging.format", one_of(other, &["text", "json"]))),
        };
        Ok(Self {
            domains,
            participants,
            monitoring: endpoint(&raw.monitoring.http),
            logging: LogConfig {
                filter: raw.logging.filter.clone(),
                format,
            },
            clock,
            compute_threads: Some(raw.process.compute_threads).filter(|threads| *threads > 0),
            interpretation_memory_bytes_max: raw.process.interpretation_memory_bytes_max,
            transaction_bytes_max: raw.process.transaction_bytes_max,
            raw,
        })
    }

    /// The roles that `only` names (a role, or a component for all its roles); all if it names none.
    ///
    /// # Errors
    /// If a name is none of this configuration's, or if a role needs one that is left out: roles in
    /// different processes are not supported yet.
    pub fn select(&self, only: &[String]) -> Result<RoleSelection, ConfigError> {
        let mut all: Vec<(String, RoleKind, &[String])> = Vec::new();
        for domain in &self.domains {
            all.extend(RoleKind::DOMAIN.map(|kind| (domain.name.clone(), kind, &[][..])));
        }
        for it in &self.participants {
            let domains = it.domains.as_slice();
            all.extend(RoleKind::PARTICIPANT.map(|kind| (it.name.clone(), kind, domains)));
        }
        let names: Vec<String> = all
            .iter()
            .map(|(component, kind, _)| format!("{component}.{}", kind.name()))
            .collect();
        for wanted in only {
            let known = names
                .iter()
                .any(|name| name == wanted || name.starts_with(&format!("{wanted}.")));
            if !known {
                let nearest = super::nearest::nearest(wanted, names.iter().map(String::as_str));
                return Err(invalid(
                    "--only",
                    format!(
                        "there is no role {wanted}{}",
                        nearest.map_or_else(String::new, |it| format!("; did you mean {it}?"))
                    ),
                ));
            }
        }
        let is_wanted = |name: &String| {
            only.is_empty()
                || only
                    .iter()
                    .any(|wanted| name == wanted || name.starts_with(&format!("{wanted}.")))
        };
        let selected: BTreeSet<String> = names.iter().filter(|it| is_wanted(it)).cloned().collect();
        for (component, kind, domains) in &all {
            let name = format!("{component}.{}", kind.name());
            if selected.contains(&name) {
                check_needs(&name, component, *kind, domains, &selected)?;
            }
        }
        Ok(RoleSelection(selected))
    }
}

fn check_needs(
    name: &str,
    component: &str,
    kind: RoleKind,
    domains: &[String],
    selected: &BTreeSet<String>,
) -> Result<(), ConfigError> {
    let (own, of_domain) = kind.needs();
    let own = own.iter().map(|it| format!("{component}.{}", it.name()));
    let of_domain = domains.iter().flat_map(|domain| {
        let needed = of_domain.iter();
        needed.map(move |it| format!("{domain}.{}", it.name()))
    });
    own.chain(of_domain)
        .find(|needed| !selected.contains(needed))
        .map_or(Ok(()), |needed| {
            Err(invalid(
                "--only",
                format!(
                    "{name} needs {needed}, which would run in another process; that is not \
                     supported yet: name {needed}, too, or leave --only away"
                ),
            ))
        })
}

impl ParticipantConfig {
    fn validate(
        name: &str,
        raw: &RawParticipant,
        domains: &[DomainConfig],
        default: &DatabaseConfig,
    ) -> Result<Self, ConfigError> {
        let path = format!("participants.{name}");
        check_name(&path, name)?;
        let known = |name: &String| domains.iter().any(|domain| domain.name == *name);
        if let Some(unknown) = raw.domains.iter().find(|name| !known(name)) {
            return Err(invalid(
                &format!("{path}.domains"),
                format!(
                    "there is no domain {unknown} in this configuration; a domain of another process \
                     is given under {path}.connections"
                ),
            ));
        }
        let domains = if raw.domains.is_empty() {
            domains.iter().map(|domain| domain.name.clone()).collect()
        } else {
            raw.domains.clone()
        };
        let deduplication_max =
            duration(&format!("{path}.deduplication-max"), &raw.deduplication_max)?;
        let connections = raw.connections.iter();
        let connections = connections.map(|(alias, it)| connection(&path, alias, it, &domains));
        Ok(Self {
            name: name.to_owned(),
            database: component_database(&path, raw.database.as_ref(), default)?,
            connections: connections.collect::<Result<_, _>>()?,
            domains,
            deduplication_max,
            retention: retention(&path, &raw.retention, deduplication_max)?,
            ledger_api: endpoint(&raw.ledger_api),
            admin_api: endpoint(&raw.admin_api),
        })
    }
}

/// How long what happened is kept: as long as duplicates are looked for, or longer.
fn retention(
    path: &str,
    text: &str,
    deduplication_max: Duration,
) -> Result<Option<Duration>, ConfigError> {
    if text.is_empty() {
        return Ok(None);
    }
    let path = format!("{path}.retention");
    let retention = duration(&path, text)?;
    if retention < deduplication_max {
        return Err(invalid(
            &path,
            format!("{text} is less than deduplication-max, for which accepted changes are kept"),
        ));
    }
    Ok(Some(retention))
}

fn connection(
    path: &str,
    alias: &str,
    raw: &RawConnection,
    domains: &[String],
) -> Result<ConnectionConfig, ConfigError> {
    let path = format!("{path}.connections.{alias}");
    check_name(&path, alias)?;
    if domains.iter().any(|it| it == alias) {
        return Err(invalid(
            &path,
            "a domain of this configuration has this name".to_owned(),
        ));
    }
    if !raw.address.starts_with("http://") {
        return Err(invalid(
            &format!("{path}.address"),
            format!("{:?} is not an address like http://HOST:PORT", raw.address),
        ));
    }
    Ok(ConnectionConfig {
        alias: alias.to_owned(),
        address: raw.address.clone(),
        priority: raw.priority,
    })
}

pub(super) fn component_database(
    path: &str,
    raw: Option<&RawDatabase>,
    default: &DatabaseConfig,
) -> Result<DatabaseConfig, ConfigError> {
    raw.map_or_else(
        || Ok(default.clone()),
        |raw| database(&format!("{path}.database"), raw),
    )
}

fn database(path: &str, raw: &RawDatabase) -> Result<DatabaseConfig, ConfigError> {
    let directory = || {
        if raw.directory.is_empty() {
            return Err(invalid(
                &format!("{path}.directory"),
                "it must not be empty".to_owned(),
            ));
        }
        Ok(raw.directory.clone().into())
    };
    let kind = match raw.kind.as_str() {
        "embedded" => DatabaseKind::Embedded { dir: directory()? },
        "local" => DatabaseKind::Local { dir: directory()? },
        "url" if raw.url.is_empty() => {
            return Err(invalid(
                &format!("{path}.url"),
                "it must say postgresql://user:password@host:port/database".to_owned(),
            ));
        }
        "url" => DatabaseKind::Url(raw.url.clone()),
        other => {
            return Err(invalid(
                &format!("{path}.kind"),
                one_of(other, &["embedded", "local", "url"]),
            ));
        }
    };
    if raw.pool_size == 0 {
        return Err(invalid(
            &format!("{path}.pool-size"),
            "at least one connection is needed".to_owned(),
        ));
    }
    Ok(DatabaseConfig {
        kind,
        pool: PoolConfig {
            size_max: raw.pool_size,
            ..PoolConfig::default()
        },
    })
}

pub(super) fn endpoint(raw: &RawEndpoint) -> Option<Endpoint> {
    raw.port.map(|port| Endpoint {
        address: raw.address.clone(),
        port,
    })
}

/// Names become parts of ids and of database schemas.
pub(super) fn check_name(path: &str, name: &str) -> Result<(), ConfigError> {
    if is_name(name) {
        Ok(())
    } else {
        Err(invalid(path, format!("names have {NAME_RULE}")))
    }
}

/// Reads `10s`, `250ms`, `2m`, `24h`.
pub(super) fn duration(path: &str, text: &str) -> Result<Duration, ConfigError> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "ms" => Some(1_000),
        "s" => Some(1_000_000),
        "m" => Some(60_000_000),
        "h" => Some(3_600_000_000),
        _ => None,
    };
    let number: Option<i64> = digits.parse().ok().filter(|number| *number > 0);
    factor
        .zip(number)
        .and_then(|(factor, number)| number.checked_mul(factor))
        .map(Duration::from_micros)
        .ok_or_else(|| {
            invalid(
                path,
                format!("{text:?} is not a time like 250ms, 10s, 2m or 24h"),
            )
        })
}

pub(super) fn one_of(found: impl fmt::Debug, expected: &[&str]) -> String {
    format!("{found:?} is not one of {}", expected.join(", "))
}

pub(super) fn invalid(key: &str, reason: String) -> ConfigError {
    ConfigError::Invalid {
        key: key.to_owned(),
        reason,
    }
}

impl Endpoint {
    /// Binds the address.
    ///
    /// # Errors
    /// Why not, with the address: what is in use, or is no address of this machine.
    pub fn bind(&self) -> Result<std::net::TcpListener, String> {
        std::net::TcpListener::bind((self.address.as_str(), self.port)).map_err(|error| {
            let hint = match error.kind() {
                std::io::ErrorKind::AddrInUse => {
                    "; another process uses the port: stop it, or choose another port (0 picks a \
                     free one)"
                }
                _ => "",
            };
            format!(
                "cannot listen at {}:{}: {error}{hint}",
                self.address, self.port
            )
        })
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(address: SocketAddr) -> Self {
        Self {
            address: address.ip().to_string(),
            port: address.port(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::load::{Sources, load};
    use super::*;

    fn config(text: &str) -> NodeConfig {
        load(&Sources {
            base: Some(text.to_owned()),
            ..Sources::default()
        })
        .unwrap()
    }

    #[test]
    fn a_role_that_needs_one_elsewhere_is_refused() {
        let config = config("[domains.d]\n[participants.p]");
        assert!(config.select(&[]).is_ok());
        assert!(config.select(&["d".to_owned()]).is_ok());
        assert!(config.select(&["d.sequencer".to_owned()]).is_ok());
        let error = config.select(&["p.ledger-api".to_owned()]).unwrap_err();
        assert!(error.to_string().contains("not supported yet"), "{error}");
        let error = config.select(&["p".to_owned()]).unwrap_err();
        assert!(error.to_string().contains("d.sequencer"), "{error}");
        let error = config.select(&["p.snyc".to_owned()]).unwrap_err();
        assert!(error.to_string().contains("p.sync?"), "{error}");
    }

    #[test]
    fn times_have_units() {
        assert_eq!(duration("x", "250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("x", "24h"), Ok(Duration::from_secs(86_400)));
        for bad in ["10", "s", "-1s", "1d", "99999999999999h"] {
            assert!(duration("x", bad).is_err(), "{bad}");
        }
    }
}
