//! How a domain works.

use crate::model::{Duration, ProtocolVersion};

/// How a domain works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DomainParameters {
    /// The rules of its transactions, by Canton's count. Founded with the domain and never changed;
    /// `None` for a domain that was founded before this was written down.
    pub protocol_version: Option<u32>,
    /// How long after its sequencing a topology transaction comes into force. Founded with the domain
    /// and never changed, so that what is sequenced later comes into force later.
    pub topology_change_delay: Duration,
    /// Who may join.
    pub onboarding: Onboarding,
    /// How long participants have to answer a request.
    pub confirmation_response_timeout: Duration,
    /// How long the mediator has after that.
    pub mediator_reaction_timeout: Duration,
    /// How far ledger time and sequencing time may be apart.
    pub ledger_time_tolerance: Duration,
    /// How far preparation time and sequencing time may be apart.
    pub preparation_time_tolerance: Duration,
    /// How often participants compare the contracts that they share: at the sequencing times that are
    /// multiples of it.
    pub reconciliation_interval: Duration,
}

/// Which participants may join a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Onboarding {
    /// Everybody who proves an identity.
    #[default]
    Open,
    /// Who has a permission by the domain's owner.
    Restricted,
}

impl Default for DomainParameters {
    fn default() -> Self {
        Self {
            protocol_version: Some(35),
            topology_change_delay: Duration::from_millis(250),
            onboarding: Onboarding::Open,
            confirmation_response_timeout: Duration::from_secs(10),
            mediator_reaction_timeout: Duration::from_secs(10),
            ledger_time_tolerance: Duration::from_secs(60),
            preparation_time_tolerance: Duration::from_secs(24 * 60 * 60),
            reconciliation_interval: Self::RECONCILIATION_INTERVAL,
        }
    }
}

impl DomainParameters {
    /// The rules of its transactions; the newest if the domain does not say, or names rules that this
    /// program does not know.
    pub fn rules(&self) -> ProtocolVersion {
        let named = self.protocol_version.and_then(ProtocolVersion::of);
        named.unwrap_or(ProtocolVersion::V35)
    }

    /// Nobody waits longer for a party.
    pub const TOPOLOGY_CHANGE_DELAY_MAX: Duration = Duration::from_secs(60);

    /// How often participants compare their contracts unless something else was said.
    pub const RECONCILIATION_INTERVAL: Duration = Duration::from_secs(60);

    /// Nobody compares more often: that would be work for every event.
    pub const RECONCILIATION_INTERVAL_MIN: Duration = Duration::from_millis(100);

    /// How long ago the topology may have changed under which a request was made: then its submitter
    /// is told to try again, and is not taken for a forger. A request that is longer on its way than
    /// the tolerance of its ledger time is rejected anyhow; and a participant that is further behind
    /// the domain than the time for a decision is of no use to anybody.
    pub const fn topology_change_tolerance(&self) -> Duration {
        Duration::from_micros(
            self.ledger_time_tolerance
                .micros()
                .saturating_add(self.decision_timeout().micros()),
        )
    }

    /// How long after its request a verdict can come.
    pub const fn decision_timeout(&self) -> Duration {
        Duration::from_micros(
            self.confirmation_response_timeout
                .micros()
                .saturating_add(self.mediator_reaction_timeout.micros()),
        )
    }
}
