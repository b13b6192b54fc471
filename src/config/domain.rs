//! A domain's configuration.

use super::ConfigError;
use super::raw::{RawAdmission, RawDomain};
use super::validated::{
    Endpoint, check_name, component_database, duration, endpoint, invalid, one_of,
};
use crate::domain::service::Admission;
use crate::model::{Duration, ParticipantId, ProtocolVersion};
use crate::storage::DatabaseConfig;
use crate::topology::DomainParameters;

/// A domain.
#[derive(Debug, Clone)]
pub struct DomainConfig {
    /// Its name.
    pub name: String,
    /// Where its state is kept.
    pub database: DatabaseConfig,
    /// The rules of its transactions.
    pub protocol_version: ProtocolVersion,
    /// How it works.
    pub parameters: DomainParameters,
    /// Who may join.
    pub admission: Admission,
    /// The sequencer's API.
    pub public_api: Option<Endpoint>,
}

impl DomainConfig {
    pub(super) fn validate(
        name: &str,
        raw: &RawDomain,
        default: &DatabaseConfig,
    ) -> Result<Self, ConfigError> {
        let path = format!("domains.{name}");
        check_name(&path, name)?;
        let time = |key: &str, text: &str| duration(&format!("{path}.parameters.{key}"), text);
        let parameters = &raw.parameters;
        let protocol_version = protocol_version(&path, raw.protocol_version)?;
        let admission = admission(&path, &raw.admission)?;
        Ok(Self {
            name: name.to_owned(),
            database: component_database(&path, raw.database.as_ref(), default)?,
            protocol_version,
            parameters: DomainParameters {
                confirmation_response_timeout: time(
                    "confirmation-response-timeout",
                    &parameters.confirmation_response_timeout,
                )?,
                mediator_reaction_timeout: time(
                    "mediator-reaction-timeout",
                    &parameters.mediator_reaction_timeout,
                )?,
                ledger_time_tolerance: time(
                    "ledger-time-tolerance",
                    &parameters.ledger_time_tolerance,
                )?,
                preparation_time_tolerance: time(
                    "preparation-time-tolerance",
                    &parameters.preparation_time_tolerance,
                )?,
                reconciliation_interval: interval(&path, &parameters.reconciliation_interval)?,
                topology_change_delay: delay(&path, &parameters.topology_change_delay)?,
                protocol_version: Some(protocol_version.number()),
                onboarding: admission.onboarding(),
            },
            admission,
            public_api: endpoint(&raw.public_api),
        })
    }

    /// On a clock that stands, nothing that waits for a time comes.
    pub(super) fn check_static_time(&self) -> Result<(), ConfigError> {
        if self.parameters.topology_change_delay == Duration::default() {
            return Ok(());
        }
        Err(invalid(
            &format!("domains.{}.parameters.topology-change-delay", self.name),
            "with a static clock no delay ever ends; set it to 0s".to_owned(),
        ))
    }
}

fn protocol_version(path: &str, number: u32) -> Result<ProtocolVersion, ConfigError> {
    ProtocolVersion::of(number).ok_or_else(|| {
        let known = ProtocolVersion::ALL.map(|it| it.to_string());
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let reason = one_of(number, &known);
        invalid(&format!("{path}.protocol-version"), reason)
    })
}

fn admission(path: &str, raw: &RawAdmission) -> Result<Admission, ConfigError> {
    match raw.kind.as_str() {
        "open" => Ok(Admission::Open),
        "listed" => Ok(Admission::Listed(raw.participants.clone())),
        "restricted" => raw
            .participants
            .iter()
            .map(|it| ParticipantId::parse(it))
            .collect::<Result<_, _>>()
            .map(Admission::Restricted)
            .map_err(|error| invalid(&format!("{path}.admission.participants"), error.to_string())),
        other => Err(invalid(
            &format!("{path}.admission.kind"),
            one_of(other, &["open", "listed", "restricted"]),
        )),
    }
}

fn interval(path: &str, text: &str) -> Result<Duration, ConfigError> {
    let path = format!("{path}.parameters.reconciliation-interval");
    let interval = duration(&path, text)?;
    if interval < DomainParameters::RECONCILIATION_INTERVAL_MIN {
        return Err(invalid(&path, format!("{text} is less than 100 ms")));
    }
    Ok(interval)
}

/// Unlike other times it may be nothing, and nobody wants to wait for long.
fn delay(path: &str, text: &str) -> Result<Duration, ConfigError> {
    let path = format!("{path}.parameters.topology-change-delay");
    if matches!(text, "0s" | "0ms") {
        return Ok(Duration::default());
    }
    let delay = duration(&path, text)?;
    if delay > DomainParameters::TOPOLOGY_CHANGE_DELAY_MAX {
        return Err(invalid(&path, format!("{text} is more than a minute")));
    }
    Ok(delay)
}
