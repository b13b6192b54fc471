//! Who may join.

use crate::model::ParticipantId;
use crate::topology::Onboarding;

/// How a domain admits participants.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Who is admitted.
    pub admission: Admission,
}

/// Who is admitted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Admission {
    /// Everybody who proves an identity.
    #[default]
    Open,
    /// Only participants whose id or namespace is listed.
    Listed(Vec<String>),
    /// Only participants that the domain's owner has permitted by a topology transaction: these from
    /// the start on, others later.
    Restricted(Vec<ParticipantId>),
}

impl Admission {
    /// What the domain's topology says of it.
    pub const fn onboarding(&self) -> Onboarding {
        match self {
            // the list is the service's own
            Self::Open | Self::Listed(_) => Onboarding::Open,
            Self::Restricted(_) => Onboarding::Restricted,
        }
    }

    /// Who is permitted from the start on.
    pub fn permitted(&self) -> &[ParticipantId] {
        match self {
            Self::Open | Self::Listed(_) => &[],
            Self::Restricted(permitted) => permitted,
        }
    }
}
