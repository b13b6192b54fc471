//! The domain's keys.

use crate::crypto::SigningKey;
use crate::model::{DomainId, MemberId, MemberKind, TextError};

/// Who the topology manager is.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub domain: DomainId,
    pub member: MemberId,
    pub namespace_key: SigningKey,
    pub signing_key: SigningKey,
}

impl Identity {
    /// A new domain with a name.
    pub(super) fn generate(name: &str) -> Result<Self, TextError> {
        let namespace_key = SigningKey::generate();
        let domain = DomainId::new(name, &namespace_key.public().fingerprint())?;
        Self::new(domain, namespace_key, SigningKey::generate())
    }

    /// A domain that there was before.
    pub(super) fn new(
        domain: DomainId,
        namespace_key: SigningKey,
        signing_key: SigningKey,
    ) -> Result<Self, TextError> {
        let namespace = namespace_key.public().fingerprint();
        Ok(Self {
            member: MemberId::new(MemberKind::TopologyManager, domain.name(), &namespace)?,
            domain,
            namespace_key,
            signing_key,
        })
    }
}
