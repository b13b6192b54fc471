//! Each change once, whichever host of its submitters it is submitted at: pure.
//!
//! Every host of a submitter sees all requests about a change, in the same order, so all come to the same
//! answer: a second one is rejected while the first is undecided, and after it was accepted.

use std::collections::HashMap;

use super::request::Change;
use crate::model::Timestamp;
use crate::participant::errors::ErrorId;
use crate::participant::submission::ChangeId;
use crate::protocol::{Reject, RequestId};

/// The changes of undecided requests that were not rejected here.
#[derive(Debug, Default)]
pub struct Changes {
    undecided: HashMap<ChangeId, RequestId>,
}

impl Changes {
    /// Takes a request about a change, or says why it must be rejected; `accepted` is when the change
    /// was accepted last.
    pub fn take(
        &mut self,
        request: RequestId,
        change: &Change,
        accepted: Option<Timestamp>,
    ) -> Option<Reject> {
        if accepted.is_some_and(|at| at > change.deduplication_start) {
            return Some(reject(
                ErrorId::DuplicateCommand,
                "A command with the given command id has already been successfully processed",
            ));
        }
        if self.undecided.contains_key(&change.id) {
            return Some(reject(
                ErrorId::SubmissionAlreadyInFlight,
                "The submission is already in-flight",
            ));
        }
        self.undecided.insert(change.id, request);
        None
    }

    /// A request about a change of an earlier life was not rejected.
    pub fn restore(&mut self, request: RequestId, change: &Change) {
        self.undecided.insert(change.id, request);
    }

    /// Whether no change is under way.
    #[cfg(test)]
    pub(crate) fn is_idle(&self) -> bool {
        self.undecided.is_empty()
    }

    /// A request about a change is decided, or rejected here.
    pub fn release(&mut self, request: RequestId, change: &Change) {
        if self.undecided.get(&change.id) == Some(&request) {
            self.undecided.remove(&change.id);
        }
    }
}

fn reject(id: ErrorId, message: &str) -> Reject {
    Reject {
        error_id: id.as_str().to_owned(),
        message: message.to_owned(),
        ..Reject::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Hash, Purpose, SubmissionId};

    fn time(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000).unwrap()
    }

    fn request(number: i64) -> RequestId {
        RequestId(time(number))
    }

    fn change(name: &str, since: i64) -> Change {
        Change {
            id: ChangeId::from_hash(Hash::of(Purpose::ChangeId, name.as_bytes())),
            deduplication_start: time(since),
            submission_id: SubmissionId::parse("s").unwrap(),
        }
    }

    fn rejected(
        changes: &mut Changes,
        number: i64,
        change: &Change,
        at: Option<i64>,
    ) -> Option<String> {
        let reject = changes.take(request(number), change, at.map(time));
        reject.map(|reject| reject.error_id)
    }

    #[test]
    fn a_change_is_under_way_once_and_may_be_tried_again_when_it_failed() {
        let mut changes = Changes::default();
        let (one, other) = (change("one", 0), change("other", 0));
        assert_eq!(rejected(&mut changes, 1, &one, None), None);
        let second = rejected(&mut changes, 2, &one, None);
        assert_eq!(second.as_deref(), Some("SUBMISSION_ALREADY_IN_FLIGHT"));
        assert_eq!(rejected(&mut changes, 3, &other, None), None);
        // the second one ends, and the first is still there
        changes.release(request(2), &one);
        assert!(rejected(&mut changes, 4, &one, None).is_some());
        changes.release(request(1), &one);
        assert_eq!(rejected(&mut changes, 5, &one, None), None);
    }

    #[test]
    fn a_change_that_was_accepted_within_its_period_is_a_duplicate() {
        let mut changes = Changes::default();
        let since = |seconds| change("one", seconds);
        let duplicate = rejected(&mut changes, 20, &since(9), Some(10));
        assert_eq!(duplicate.as_deref(), Some("DUPLICATE_COMMAND"));
        assert_eq!(rejected(&mut changes, 21, &since(10), Some(10)), None);
    }
}
