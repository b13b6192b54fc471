//! Completions.

use std::collections::BTreeSet;

use canton_proto::com::daml::ledger::api::v2 as proto;
use canton_proto::google::rpc::Status;
use proto::completion::DeduplicationPeriod;

use super::super::status::{Correlation, render};
use super::times::domain_time;
use super::updates::trace_context;
use crate::model::Party;
use crate::participant::indexer::{Body, Completion, Entry};
use crate::participant::submission::trace_id;

/// The completion of an entry that has one, as those who asked for `parties` are told it; all
/// parties if none is given.
pub(crate) fn completion(
    entry: &Entry,
    parties: Option<&BTreeSet<Party>>,
) -> Option<proto::Completion> {
    let completion = entry.completion()?;
    let (status, update_id) = match &entry.body {
        Body::Rejection(rejection) => {
            let correlation = Correlation {
                id: Some(completion.submission_id.as_str()),
                trace_id: trace_id(&entry.trace.parent),
            };
            (render(&rejection.refusal, correlation), String::new())
        }
        Body::Transaction(transaction) => (Status::default(), transaction.update_id.to_string()),
        Body::Hosting(_) => return None,
    };
    Some(proto::Completion {
        command_id: completion.command_id.to_string(),
        status: Some(status),
        update_id,
        user_id: completion.user_id.to_string(),
        act_as: act_as(completion, parties),
        submission_id: completion.submission_id.to_string(),
        trace_context: trace_context(&entry.trace),
        offset: entry.offset.get(),
        synchronizer_time: Some(domain_time(&entry.domain, entry.record_time)),
        paid_traffic_cost: 0,
        transaction_hash: None,
        deduplication_period: Some(DeduplicationPeriod::DeduplicationOffset(
            completion.deduplication_offset.get(),
        )),
    })
}

fn act_as(completion: &Completion, parties: Option<&BTreeSet<Party>>) -> Vec<String> {
    let is_asked = |party: &&Party| parties.is_none_or(|parties| parties.contains(*party));
    let act_as = completion.act_as.iter().filter(is_asked);
    act_as.map(ToString::to_string).collect()
}
