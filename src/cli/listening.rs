//! Where a node listens, for the log.

use crate::node::Addresses;

/// Logs every address.
pub(super) fn tell(addresses: &Addresses) {
    for (name, participant) in &addresses.participants {
        tracing::info!(
            participant = name,
            ledger_api = participant.ledger_api.map(display),
            admin_api = participant.admin_api.map(display),
            "listening"
        );
    }
    for (name, address) in &addresses.domains {
        tracing::info!(domain = name, public_api = %address, "listening");
    }
    if let Some(address) = &addresses.monitoring {
        tracing::info!(monitoring = %address, "listening");
    }
}
