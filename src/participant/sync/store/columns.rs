//! What is written in one statement, as its arrays.

use super::super::processor::Decision;
use super::Writes;
use super::postgres::{HOLDS, REJECTED};

/// The writes turned on their side, as UNNEST takes them.
#[derive(Default)]
pub(super) struct Columns<'a> {
    pub entry_offsets: Vec<i64>,
    pub entries: Vec<&'a [u8]>,
    pub contract_ids: Vec<&'a [u8]>,
    pub instances: Vec<&'a [u8]>,
    pub activated_ids: Vec<&'a [u8]>,
    pub activated_at: Vec<i64>,
    pub activated_archived_at: Vec<Option<i64>>,
    pub activated_archived_by: Vec<Option<i64>>,
    pub keyed_ids: Vec<&'a [u8]>,
    pub key_hashes: Vec<&'a [u8]>,
    pub keyed_at: Vec<i64>,
    pub key_places: Vec<i32>,
    pub archived_ids: Vec<&'a [u8]>,
    pub archived_at: Vec<i64>,
    pub archived_by: Vec<i64>,
    pub change_ids: Vec<&'a [u8]>,
    pub change_offsets: Vec<i64>,
    pub change_times: Vec<i64>,
    pub change_submissions: Vec<&'a str>,
    pub change_updates: Vec<&'a str>,
    pub finished: Vec<&'a [u8]>,
    pub topology_times: Vec<i64>,
    pub topology_places: Vec<i32>,
    pub topology: Vec<&'a [u8]>,
    pub undecided_ids: Vec<i64>,
    pub undecided_decisions: Vec<i16>,
    pub decided_ids: Vec<i64>,
    pub sample_offsets: Vec<i64>,
    pub sample_times: Vec<i64>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(writes: &'a Writes) -> Self {
        let mut columns = Self::default();
        columns.log(writes);
        columns.contracts(writes);
        columns.rest(writes);
        columns
    }

    fn log(&mut self, writes: &'a Writes) {
        for (offset, entry) in &writes.entries {
            self.entry_offsets.push(offset.get());
            self.entries.push(entry);
        }
        for (offset, time) in &writes.times {
            self.sample_offsets.push(offset.get());
            self.sample_times.push(time.micros());
        }
        for (id, accepted) in &writes.accepted {
            self.change_ids.push(id.as_bytes());
            self.change_offsets.push(accepted.completion_offset.get());
            self.change_times.push(accepted.accepted_at.micros());
            self.change_submissions
                .push(accepted.submission_id.as_str());
            self.change_updates.push(accepted.update_id.as_str());
        }
    }

    fn contracts(&mut self, writes: &'a Writes) {
        for (id, instance) in &writes.contracts {
            self.contract_ids.push(id.as_bytes());
            self.instances.push(instance);
        }
        for activation in &writes.activated {
            self.activated_ids.push(activation.id.as_bytes());
            self.activated_at.push(activation.at.micros());
            let archived = activation.archived;
            self.activated_archived_at
                .push(archived.map(|(at, _)| at.micros()));
            self.activated_archived_by
                .push(archived.map(|(_, by)| by.get()));
            if let (Some((hash, place)), None) = (&activation.key, archived) {
                self.keyed_ids.push(activation.id.as_bytes());
                self.key_hashes.push(hash.as_bytes());
                self.keyed_at.push(activation.at.micros());
                self.key_places.push(*place);
            }
        }
        for (id, at, by) in &writes.archived {
            self.archived_ids.push(id.as_bytes());
            self.archived_at.push(at.micros());
            self.archived_by.push(by.get());
        }
    }

    fn rest(&mut self, writes: &'a Writes) {
        let finished = writes.finished.iter();
        self.finished
            .extend(finished.map(|id| id.as_bytes().as_slice()));
        for (place, it) in (0..).zip(&writes.topology) {
            self.topology_times.push(it.sequenced_at.micros());
            self.topology_places.push(place);
            self.topology.push(&it.transaction);
        }
        for (request, decision) in &writes.undecided_added {
            self.undecided_ids.push(request.0.micros());
            self.undecided_decisions.push(match decision {
                Decision::Holds => HOLDS,
                Decision::Rejected => REJECTED,
            });
        }
        let decided = writes.undecided_removed.iter();
        self.decided_ids
            .extend(decided.map(|request| request.0.micros()));
    }
}
