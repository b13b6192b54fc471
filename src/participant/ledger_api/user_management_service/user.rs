//! Users and rights in our own words.

use std::collections::BTreeSet;

use canton_proto::com::daml::ledger::api::v2::admin as proto;
use proto::right::Kind;

use super::super::administration::{Annotations, Metadata, UpdateError};
use super::super::requests::party;
use crate::model::{Party, UserId};
use crate::participant::errors::Refusal;

/// A user of the participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    pub(super) id: UserId,
    pub(super) primary_party: Option<Party>,
    pub(super) is_deactivated: bool,
    pub(super) primary_party_authentication: bool,
    /// Empty for the participant's own.
    pub(super) identity_provider: String,
    pub(super) metadata: Metadata,
}

/// What is to be changed of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UserChange {
    pub(super) id: UserId,
    pub(super) identity_provider: String,
    /// The version that the change is based on, if the client says so.
    pub(super) version: Option<i64>,
    pub(super) primary_party: PrimaryPartyChange,
    pub(super) is_deactivated: Option<bool>,
    pub(super) primary_party_authentication: Option<bool>,
    pub(super) annotations: Option<Annotations>,
}

/// What is to become of a user's primary party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PrimaryPartyChange {
    Keep,
    Remove,
    Set(Party),
}

/// What a user may do. In the order in which rights are listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Right {
    ActAs(Party),
    ActAsAnyParty,
    ExecuteAs(Party),
    ExecuteAsAnyParty,
    ReadAs(Party),
    ReadAsAnyParty,
    IdentityProviderAdmin,
    ParticipantAdmin,
}

impl User {
    pub(super) fn to_proto(&self) -> proto::User {
        proto::User {
            id: self.id.to_string(),
            primary_party: self
                .primary_party
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            is_deactivated: self.is_deactivated,
            metadata: Some(self.metadata.to_proto()),
            identity_provider_id: self.identity_provider.clone(),
            primary_party_authentication: self.primary_party_authentication,
        }
    }
}

impl UserChange {
    /// The user after the change.
    pub(super) fn apply(&self, user: User) -> Result<User, UpdateError> {
        let metadata = user
            .metadata
            .changed(self.version, self.annotations.as_ref())?;
        Ok(User {
            primary_party: match &self.primary_party {
                PrimaryPartyChange::Keep => user.primary_party,
                PrimaryPartyChange::Remove => None,
                PrimaryPartyChange::Set(party) => Some(party.clone()),
            },
            is_deactivated: self.is_deactivated.unwrap_or(user.is_deactivated),
            primary_party_authentication: self
                .primary_party_authentication
                .unwrap_or(user.primary_party_authentication),
            metadata,
            ..user
        })
    }
}

impl Right {
    /// The number of its kind, as the API and the database have it.
    pub(super) const fn kind(&self) -> i16 {
        match self {
            Self::ParticipantAdmin => 1,
            Self::ActAs(_) => 2,
            Self::ReadAs(_) => 3,
            Self::IdentityProviderAdmin => 4,
            Self::ReadAsAnyParty => 5,
            Self::ExecuteAs(_) => 6,
            Self::ExecuteAsAnyParty => 7,
            Self::ActAsAnyParty => 8,
        }
    }

    /// The party that it is about.
    pub(super) const fn party(&self) -> Option<&Party> {
        match self {
            Self::ActAs(party) | Self::ReadAs(party) | Self::ExecuteAs(party) => Some(party),
            Self::ParticipantAdmin
            | Self::IdentityProviderAdmin
            | Self::ReadAsAnyParty
            | Self::ExecuteAsAnyParty
            | Self::ActAsAnyParty => None,
        }
    }

    /// The right of a kind about a party.
    pub(super) fn of(kind: i16, party: Option<Party>) -> Option<Self> {
        Some(match (kind, party) {
            (1, None) => Self::ParticipantAdmin,
            (2, Some(party)) => Self::ActAs(party),
            (3, Some(party)) => Self::ReadAs(party),
            (4, None) => Self::IdentityProviderAdmin,
            (5, None) => Self::ReadAsAnyParty,
            (6, Some(party)) => Self::ExecuteAs(party),
            (7, None) => Self::ExecuteAsAnyParty,
            (8, None) => Self::ActAsAnyParty,
            _ => return None,
        })
    }

    fn from_proto(right: proto::Right) -> Result<Self, Refusal> {
        let kind = right.kind.ok_or_else(|| {
            Refusal::invalid_argument(
                "unknown kind of right - check that the Ledger API version of the server is \
                 recent enough",
            )
        })?;
        Ok(match kind {
            Kind::ParticipantAdmin(_) => Self::ParticipantAdmin,
            Kind::CanActAs(it) => Self::ActAs(party(&it.party)?),
            Kind::CanReadAs(it) => Self::ReadAs(party(&it.party)?),
            Kind::CanExecuteAs(it) => Self::ExecuteAs(party(&it.party)?),
            Kind::IdentityProviderAdmin(_) => Self::IdentityProviderAdmin,
            Kind::CanReadAsAnyParty(_) => Self::ReadAsAnyParty,
            Kind::CanExecuteAsAnyParty(_) => Self::ExecuteAsAnyParty,
            Kind::CanActAsAnyParty(_) => Self::ActAsAnyParty,
        })
    }

    fn to_proto(&self) -> proto::Right {
        use proto::right;
        let text = |party: &Party| party.to_string();
        let kind = match self {
            Self::ParticipantAdmin => Kind::ParticipantAdmin(right::ParticipantAdmin {}),
            Self::ActAs(party) => Kind::CanActAs(right::CanActAs { party: text(party) }),
            Self::ReadAs(party) => Kind::CanReadAs(right::CanReadAs { party: text(party) }),
            Self::ExecuteAs(party) => {
                Kind::CanExecuteAs(right::CanExecuteAs { party: text(party) })
            }
            Self::IdentityProviderAdmin => {
                Kind::IdentityProviderAdmin(right::IdentityProviderAdmin {})
            }
            Self::ReadAsAnyParty => Kind::CanReadAsAnyParty(right::CanReadAsAnyParty {}),
            Self::ExecuteAsAnyParty => Kind::CanExecuteAsAnyParty(right::CanExecuteAsAnyParty {}),
            Self::ActAsAnyParty => Kind::CanActAsAnyParty(right::CanActAsAnyParty {}),
        };
        proto::Right { kind: Some(kind) }
    }
}

/// Rights that came with a request; each once.
pub(super) fn rights(rights: Vec<proto::Right>) -> Result<BTreeSet<Right>, Refusal> {
    rights.into_iter().map(Right::from_proto).collect()
}

/// Rights as messages.
pub(super) fn to_proto<'a>(rights: impl IntoIterator<Item = &'a Right>) -> Vec<proto::Right> {
    rights.into_iter().map(Right::to_proto).collect()
}
