//! Phase 1 of 7: from a command to a confirmation request.
//!
//! Interpret, deduplicate, build the request, register it as in flight, send.

mod port;

pub use port::{
    Command, ConnectedDomain, DeduplicationPeriod, DisclosedContract, MinLedgerTime, Submission,
    SyncPort, TraceContext,
};
