//! Who may join.

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
}
