//! Kinds of errors by what a client can do about them.

/// Canton's error categories; the number is part of every error message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Category {
    /// Try again soon.
    TransientServerFailure = 1,
    /// Try again with a pause: others want the same.
    ContentionOnSharedResources = 2,
    /// What became of it is unknown.
    DeadlineExceededRequestStateUnknown = 3,
    /// A defect of ours.
    SystemInternalAssumptionViolated = 4,
    /// Somebody cheats.
    SecurityAlert = 5,
    /// No or bad credentials.
    InvalidAuthenticationCredentials = 6,
    /// Not allowed.
    InsufficientPermission = 7,
    /// Wrong whatever the ledger's state.
    InvalidIndependentOfSystemState = 8,
    /// Wrong in the ledger's present state.
    InvalidGivenCurrentSystemStateOther = 9,
    /// Something exists already.
    InvalidGivenCurrentSystemStateResourceExists = 10,
    /// Something does not exist.
    InvalidGivenCurrentSystemStateResourceMissing = 11,
    /// Beyond the end of the ledger.
    InvalidGivenCurrentSystemStateSeekAfterEnd = 12,
    /// Not built.
    InternalUnsupportedOperation = 14,
}

impl Category {
    /// Canton's number.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The category with a number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|category| category.number() == number)
    }

    /// All categories by number.
    pub const ALL: [Self; 13] = [
        Self::TransientServerFailure,
        Self::ContentionOnSharedResources,
        Self::DeadlineExceededRequestStateUnknown,
        Self::SystemInternalAssumptionViolated,
        Self::SecurityAlert,
        Self::InvalidAuthenticationCredentials,
        Self::InsufficientPermission,
        Self::InvalidIndependentOfSystemState,
        Self::InvalidGivenCurrentSystemStateOther,
        Self::InvalidGivenCurrentSystemStateResourceExists,
        Self::InvalidGivenCurrentSystemStateResourceMissing,
        Self::InvalidGivenCurrentSystemStateSeekAfterEnd,
        Self::InternalUnsupportedOperation,
    ];

    /// How long a client should wait before it tries again; `None` where trying again is no use.
    pub const fn retry_after(self) -> Option<std::time::Duration> {
        match self {
            Self::TransientServerFailure
            | Self::ContentionOnSharedResources
            | Self::DeadlineExceededRequestStateUnknown
            | Self::InvalidGivenCurrentSystemStateSeekAfterEnd => {
                Some(std::time::Duration::from_secs(1))
            }
            Self::SystemInternalAssumptionViolated
            | Self::SecurityAlert
            | Self::InvalidAuthenticationCredentials
            | Self::InsufficientPermission
            | Self::InvalidIndependentOfSystemState
            | Self::InvalidGivenCurrentSystemStateOther
            | Self::InvalidGivenCurrentSystemStateResourceExists
            | Self::InvalidGivenCurrentSystemStateResourceMissing
            | Self::InternalUnsupportedOperation => None,
        }
    }
}
