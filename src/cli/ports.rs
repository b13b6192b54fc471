//! The ports of a node that is not told others: those of Canton's sandbox, and ours beside them.

/// The JSON Ledger API.
pub(super) const JSON_API: u16 = 6864;

/// The gRPC Ledger API of the first participant.
pub(super) const LEDGER_API: u16 = 6865;

/// The gRPC admin API of the first participant.
pub(super) const ADMIN_API: u16 = 6866;

/// The sequencer's public API.
pub(super) const SEQUENCER_PUBLIC: u16 = 6867;

/// Health and metrics over HTTP.
pub(super) const HEALTH: u16 = 6870;

/// From the port of one participant to that of the next.
pub(super) const STEP: u16 = 10;
