//! Recent commands, in memory: what was submitted at this server and what became of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use canton_proto::com::daml::ledger::api::v2 as api;
use canton_proto::com::daml::ledger::api::v2::admin as proto;
use prost::Message as _;
use proto::CommandState;
use rustc_hash::FxHashMap;

use super::super::answers::{completion, identifier, timestamp};
use super::super::status::{Correlation, render};
use crate::model::{SubmissionId, Timestamp};
use crate::participant::errors::Refusal;
use crate::participant::indexer::{Action, Body, Entry, Event};
use crate::participant::submission::Submission;

/// Commands kept at most.
const COMMANDS_MAX: usize = 500;

/// Bytes of commands kept at most.
const BYTES_MAX: usize = 8 << 20;

/// Recent commands; the oldest are forgotten first. Clones share it.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct History(Arc<Mutex<Records>>);

#[derive(Debug, Default)]
struct Records {
    /// From the oldest to the newest.
    kept: VecDeque<Record>,
    /// The number of the oldest.
    first: u64,
    /// Numbers by submission.
    numbers: FxHashMap<SubmissionId, u64>,
    bytes: usize,
}

#[derive(Debug)]
struct Record {
    submission_id: SubmissionId,
    bytes: usize,
    status: proto::CommandStatus,
}

impl History {
    fn records(&self) -> MutexGuard<'_, Records> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a submission on its way.
    pub(in super::super) fn begin(
        &self,
        submission: &Submission,
        commands: Vec<api::Command>,
        now: Timestamp,
    ) {
        let pending = api::Completion {
            command_id: submission.command_id.to_string(),
            user_id: submission.user_id.to_string(),
            submission_id: submission.submission_id.to_string(),
            act_as: submission.act_as.iter().map(ToString::to_string).collect(),
            ..api::Completion::default()
        };
        let domain = submission.domain.as_ref().map(ToString::to_string);
        let bytes = commands.iter().map(api::Command::encoded_len).sum();
        self.records().push(Record {
            submission_id: submission.submission_id.clone(),
            bytes,
            status: proto::CommandStatus {
                started: Some(timestamp(now)),
                completion: Some(pending),
                state: CommandState::Pending.into(),
                commands,
                synchronizer_id: domain.unwrap_or_default(),
                ..proto::CommandStatus::default()
            },
        });
    }

    /// The submission was refused before it was sent.
    pub(in super::super) fn refuse(&self, id: &SubmissionId, refusal: &Refusal, now: Timestamp) {
        let mut records = self.records();
        let Some(status) = records.status(id) else {
            return;
        };
        let correlation = Correlation {
            id: Some(id.as_str()),
            trace_id: None,
        };
        if let Some(completion) = &mut status.completion {
            completion.status = Some(render(refusal, correlation));
        }
        status.completed = Some(timestamp(now));
        status.state = CommandState::Failed.into();
    }

    /// The submission has its completion.
    pub(in super::super) fn finish(&self, entry: &Entry) {
        let Some(of) = entry.completion() else {
            return;
        };
        let mut records = self.records();
        let Some(status) = records.status(&of.submission_id) else {
            return;
        };
        status.completed = Some(timestamp(entry.record_time));
        status.synchronizer_id = entry.domain.to_string();
        status.completion = completion(entry, None);
        status.state = match &entry.body {
            Body::Transaction(transaction) => {
                status.updates = Some(updates(&transaction.events));
                CommandState::Succeeded.into()
            }
            Body::Rejection(_) | Body::Hosting(_) => CommandState::Failed.into(),
        };
    }

    /// Commands whose id begins with `prefix`, the newest first.
    pub(super) fn find(
        &self,
        prefix: &str,
        state: Option<CommandState>,
        limit: usize,
    ) -> Vec<proto::CommandStatus> {
        let records = self.records();
        let statuses = records.kept.iter().rev().map(|record| &record.status);
        let found = statuses.filter(|status| {
            let id = status.completion.as_ref().map(|it| it.command_id.as_str());
            id.is_some_and(|id| id.starts_with(prefix))
                && state.is_none_or(|state| status.state() == state)
        });
        found.take(limit).cloned().collect()
    }
}

impl Records {
    fn push(&mut self, record: Record) {
        self.bytes += record.bytes;
        let number = self.first + u64::try_from(self.kept.len()).unwrap_or(u64::MAX);
        self.numbers.insert(record.submission_id.clone(), number);
        self.kept.push_back(record);
        while self.kept.len() > COMMANDS_MAX || self.bytes > BYTES_MAX {
            let Some(oldest) = self.kept.pop_front() else {
                return;
            };
            self.bytes -= oldest.bytes;
            if self.numbers.get(&oldest.submission_id) == Some(&self.first) {
                self.numbers.remove(&oldest.submission_id);
            }
            self.first += 1;
        }
    }

    /// The newest command with a submission id.
    fn status(&mut self, id: &SubmissionId) -> Option<&mut proto::CommandStatus> {
        let number = self.numbers.get(id)?;
        let index = usize::try_from(number - self.first).ok()?;
        self.kept.get_mut(index).map(|record| &mut record.status)
    }
}

/// What a transaction did, as far as this participant sees it.
fn updates(events: &[Event]) -> proto::CommandUpdates {
    let contract = |event: &Event| proto::Contract {
        template_id: Some(identifier(&event.template)),
        contract_id: event.contract_id.to_string(),
        contract_key: None,
    };
    let mut updates = proto::CommandUpdates::default();
    for event in events {
        match &event.action {
            Action::Created => updates.created.push(contract(event)),
            Action::Exercised(exercise) => {
                updates.exercised += 1;
                if exercise.consuming {
                    updates.archived.push(contract(event));
                }
            }
        }
    }
    updates
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::{CommandId, Party, UserId};
    use crate::participant::submission::{DeduplicationPeriod, TraceContext};

    fn submission(number: usize) -> Submission {
        Submission {
            user_id: UserId::parse("u").unwrap(),
            command_id: CommandId::parse(&format!("c{number}")).unwrap(),
            submission_id: SubmissionId::parse(&format!("s{number}")).unwrap(),
            workflow_id: None,
            act_as: BTreeSet::from([Party::parse("p::1220ab").unwrap()]),
            read_as: BTreeSet::new(),
            commands: Vec::new(),
            deduplication: DeduplicationPeriod::Maximum,
            min_ledger_time: None,
            domain: None,
            prefetch_keys: Vec::new(),
            disclosed: Vec::new(),
            package_preference: BTreeSet::new(),
            trace: TraceContext::default(),
        }
    }

    #[test]
    fn the_oldest_commands_are_forgotten() {
        let history = History::default();
        for number in 0..=COMMANDS_MAX {
            history.begin(&submission(number), Vec::new(), Timestamp::EPOCH);
        }
        let all = history.find("", None, usize::MAX);
        assert_eq!(all.len(), COMMANDS_MAX);
        assert!(history.find("c0", None, 1).is_empty());
        let newest = &all[0].completion.as_ref().unwrap().command_id;
        assert_eq!(*newest, format!("c{COMMANDS_MAX}"));
    }

    #[test]
    fn a_refused_command_has_failed_and_says_why() {
        let history = History::default();
        let one = submission(1);
        history.begin(&one, Vec::new(), Timestamp::EPOCH);
        let pending = history.find("c1", Some(CommandState::Pending), 10);
        assert_eq!(pending.len(), 1);
        let refusal = Refusal::invalid_argument("no");
        history.refuse(&one.submission_id, &refusal, Timestamp::EPOCH);
        assert!(
            history
                .find("c1", Some(CommandState::Pending), 10)
                .is_empty()
        );
        let failed = history.find("c1", Some(CommandState::Failed), 10);
        let completion = failed[0].completion.as_ref().unwrap();
        assert!(completion.status.as_ref().unwrap().message.contains("no"));
    }
}
