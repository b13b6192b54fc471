//! What participants say that they share: always the same, and always what they have.

use std::collections::BTreeMap;

use super::checks::Violation;
use crate::model::{MemberId, ParticipantId, Timestamp};
use crate::participant::commitments::{Compared, Computed};
use crate::participant::sync::simulated::Disk;
use crate::protocol::SharedDigest;

/// What was computed: by whom, about whom, and when.
#[derive(Debug, Default)]
pub(crate) struct Commitments(BTreeMap<(MemberId, MemberId, Timestamp), SharedDigest>);

impl Commitments {
    /// A participant has computed what it shares with others; `again` is the same from all its contracts.
    pub(crate) fn compute(
        &mut self,
        own: &MemberId,
        computed: Computed,
        again: BTreeMap<ParticipantId, SharedDigest>,
    ) -> Result<(), Violation> {
        let Computed { period, shared } = computed;
        for (other, digest) in &shared {
            let anew = again.get(other);
            let is_same = match anew {
                Some(anew) => anew == digest,
                None => digest.contracts == 0,
            };
            if !is_same {
                return Err(format!(
                    "the commitments of {own} about {other} in {period} are {}, and its contracts \
                     give {:?}",
                    digest.short(),
                    anew.map(SharedDigest::short)
                ));
            }
        }
        if let Some(other) = again.keys().find(|it| !shared.contains_key(*it)) {
            return Err(format!(
                "the commitments of {own} in {period} leave out {other}"
            ));
        }
        for (other, digest) in shared {
            let other = other.member();
            let theirs = self.0.get(&(other.clone(), own.clone(), period.to));
            if theirs.is_some_and(|theirs| *theirs != digest) {
                return Err(format!(
                    "the commitments of {own} and {other} at {} differ",
                    period.to
                ));
            }
            self.0.insert((own.clone(), other, period.to), digest);
        }
        Ok(())
    }

    /// A participant has compared what another has said with what it has.
    pub(crate) fn compare(compared: &Compared) -> Result<(), Violation> {
        if compared.matches() {
            return Ok(());
        }
        Err(format!(
            "a mismatch of commitments with {} in {}: {} here, {} there",
            compared.counter_participant,
            compared.period,
            compared.own.short(),
            compared.received.short()
        ))
    }

    /// At the end: who shares something has compared the latest of it.
    pub(crate) fn finish(disks: &[&Disk]) -> Result<(), Violation> {
        for disk in disks {
            let own = disk.participant();
            let Some(latest) = disk.latest_commitments() else {
                return Err(format!("{own} has computed no commitments"));
            };
            let shared = latest.shared.iter().filter(|(_, it)| it.contracts > 0);
            for (other, _) in shared {
                let mut compared = disk.compared();
                if !compared.any(|it| it.counter_participant == *other) {
                    return Err(format!("{own} has compared nothing with {other}"));
                }
            }
        }
        Ok(())
    }
}
