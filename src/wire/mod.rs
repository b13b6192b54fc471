//! Our own messages on the wire and in the database, as generated from the `.proto` files beside.
//!
//! Generated types stay at the edges: each part of the node converts them to its own types when it
//! reads and from them when it writes. Changes are additive; field numbers are never reused.

#![allow(missing_docs, clippy::pedantic, reason = "generated code")]

/// The Admin API of a participant.
pub mod admin {
    tonic::include_proto!("jura.admin.v1");

    /// What reflection tells about it.
    pub const DESCRIPTORS: &[u8] = tonic::include_file_descriptor_set!("admin_api");
}

/// The public API of a domain's service.
pub mod domain {
    tonic::include_proto!("jura.domain.v1");

    /// What reflection tells about it.
    pub const DESCRIPTORS: &[u8] = tonic::include_file_descriptor_set!("domain_api");
}

/// The ledger event log of a participant.
pub mod ledger {
    tonic::include_proto!("jura.ledger.v1");
}

/// Messages between the members of a domain.
pub mod protocol {
    tonic::include_proto!("jura.protocol.v1");
}

/// The public API of a sequencer.
pub mod sequencer {
    tonic::include_proto!("jura.sequencer.v1");

    /// What reflection tells about it.
    pub const DESCRIPTORS: &[u8] = tonic::include_file_descriptor_set!("sequencer_api");
}

/// Topology transactions.
pub mod topology {
    tonic::include_proto!("jura.topology.v1");
}
