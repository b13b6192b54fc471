//! Times and how far the ledger has come.

use canton_proto::com::daml::ledger::api::v2 as proto;

use crate::model::{DomainId, Timestamp};
use crate::participant::indexer::LedgerEnd;

/// A time.
pub(crate) fn timestamp(time: Timestamp) -> prost_types::Timestamp {
    let micros = time.micros();
    prost_types::Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: i32::try_from(micros.rem_euclid(1_000_000) * 1_000).unwrap_or_default(),
    }
}

/// A domain's time.
pub(super) fn domain_time(domain: &DomainId, time: Timestamp) -> proto::SynchronizerTime {
    proto::SynchronizerTime {
        synchronizer_id: domain.to_string(),
        record_time: Some(timestamp(time)),
    }
}

/// The newest time of each domain.
pub(crate) fn domain_times(end: &LedgerEnd) -> Vec<proto::SynchronizerTime> {
    let times = end.domain_times.iter();
    times
        .map(|(domain, time)| domain_time(domain, *time))
        .collect()
}

/// How far a stream has come.
pub(crate) fn checkpoint(end: &LedgerEnd) -> proto::OffsetCheckpoint {
    proto::OffsetCheckpoint {
        offset: end.offset.get(),
        synchronizer_times: domain_times(end),
    }
}
