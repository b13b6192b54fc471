//! A domain as its members know it.

use crate::crypto::PublicKey;
use crate::model::{DomainId, MemberId};

/// Which domain, and with which key its sequencer signs.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub domain: DomainId,
    pub topology_manager: MemberId,
    pub sequencer_key: PublicKey,
}
