//! What events do to a participant: pure.
//!
//! The processor knows the requests without a verdict and their locks. It takes checked events in
//! the order of their times and says what follows: answers to send, entries to append, contracts to
//! create and archive.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ContractId, Timestamp};
use crate::participant::confirmation::locks::{ContractState, Locks, Outcome};
use crate::participant::confirmation::{Changes, CheckedRequest, Problem, reject_for};
use crate::participant::errors::ErrorId;
use crate::protocol::{Answer, MessageId, Reject, RequestId, Response, Verdict};

/// The requests without a verdict.
#[derive(Debug, Default)]
pub(super) struct Processor {
    undecided: BTreeMap<RequestId, Undecided>,
    locks: Locks,
    changes: Changes,
}

#[derive(Debug)]
struct Undecided {
    request: CheckedRequest,
    /// The submission of ours that it is.
    ours: Option<MessageId>,
    rejection: Option<Reject>,
}

/// A request that got its verdict, or whose time is over.
#[derive(Debug)]
pub(super) struct Decided {
    pub request: CheckedRequest,
    pub ours: Option<MessageId>,
    /// The sequencing time of the verdict, or the deadline.
    pub record_time: Timestamp,
    pub answer: Answer,
}

/// What follows from an event.
#[derive(Debug, Default)]
pub(super) struct Effects {
    /// To the mediator.
    pub responses: Vec<Response>,
    /// In the order in which they take effect.
    pub decided: Vec<Decided>,
}

/// How a request without a verdict is kept: whether it has its locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Holds,
    Rejected,
}

impl Processor {
    /// The requests without a verdict, with what was decided about them here.
    pub(super) fn undecided(&self) -> BTreeMap<RequestId, Decision> {
        self.undecided
            .iter()
            .map(|(id, undecided)| {
                let decision = match undecided.rejection {
                    None => Decision::Holds,
                    Some(_) => Decision::Rejected,
                };
                (*id, decision)
            })
            .collect()
    }

    /// The contracts that a request without a verdict would archive.
    pub(super) fn consumed(&self, request: RequestId) -> Option<&BTreeSet<ContractId>> {
        let content = self.undecided.get(&request)?.request.content.as_ref()?;
        Some(&content.usage.consumed)
    }

    /// When the next request is given up.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.undecided
            .values()
            .map(|undecided| undecided.request.deadline)
            .min()
    }

    /// Time has come to an event: requests whose deadline is before it are given up first, in the
    /// order of their deadlines, by every participant alike.
    pub(super) fn advance(&mut self, now: Timestamp) -> Effects {
        let mut late: Vec<(Timestamp, RequestId)> = self
            .undecided
            .iter()
            .map(|(id, undecided)| (undecided.request.deadline, *id))
            .filter(|(deadline, _)| *deadline < now)
            .collect();
        late.sort_unstable();
        let mut effects = Effects::default();
        for (deadline, id) in late {
            let reject = Reject {
                error_id: ErrorId::LocalVerdictTimeout.as_str().to_owned(),
                message: "Rejected transaction due to a participant determined timeout".to_owned(),
                ..Reject::default()
            };
            self.decide(id, deadline, Answer::Reject(reject), &mut effects);
        }
        effects
    }

    /// A request arrived.
    pub(super) fn request(
        &mut self,
        request: CheckedRequest,
        ours: Option<MessageId>,
        state: impl Fn(&ContractId) -> ContractState,
        accepted: Option<Timestamp>,
    ) -> Effects {
        let id = request.id;
        if let Some(Problem { reject, detail }) = &request.problem {
            if reject.malformed {
                metrics::counter!("jura_malformed_requests_total").increment(1);
                tracing::warn!(request = %id, reason = detail, "malformed request");
            } else {
                tracing::debug!(request = %id, reason = detail, "request refused");
            }
        }
        let rejection = match (&request.problem, &request.content) {
            (Some(problem), _) => Some(Reject::clone(&problem.reject)),
            (None, Some(content)) => {
                let change = request.change.as_ref();
                let repeated = change.and_then(|it| self.changes.take(id, it, accepted));
                repeated.or_else(|| {
                    let outcome = self.locks.acquire(id, &content.usage, state);
                    reject_for(&outcome)
                })
            }
            (None, None) => None,
        };
        if let (Some(_), Some(change)) = (&rejection, &request.change) {
            self.changes.release(id, change);
        }
        self.undecided.insert(
            id,
            Undecided {
                request,
                ours,
                rejection,
            },
        );
        let mut effects = Effects::default();
        if !self.locks.waits(id) {
            effects.responses.extend(self.response(id));
        }
        effects
    }

    /// A request of an earlier life, with what was decided about it then. It is answered again, for
    /// the answer may not have been sent.
    pub(super) fn restore(
        &mut self,
        request: CheckedRequest,
        ours: Option<MessageId>,
        decision: Decision,
    ) -> Effects {
        let id = request.id;
        let rejection = match decision {
            Decision::Holds => {
                if let Some(content) = &request.content {
                    self.locks.restore(id, &content.usage);
                }
                if let Some(change) = &request.change {
                    self.changes.restore(id, change);
                }
                None
            }
            Decision::Rejected => request
                .problem
                .as_ref()
                .map(|problem| Reject::clone(&problem.reject))
                .or_else(|| reject_for(&Outcome::Locked(Vec::new()))),
        };
        self.undecided.insert(
            id,
            Undecided {
                request,
                ours,
                rejection,
            },
        );
        let mut effects = Effects::default();
        if !self.locks.waits(id) {
            effects.responses.extend(self.response(id));
        }
        effects
    }

    /// A verdict arrived at a time.
    pub(super) fn verdict(&mut self, verdict: Verdict, time: Timestamp) -> Effects {
        let mut effects = Effects::default();
        let Some(undecided) = self.undecided.get(&verdict.request) else {
            // late: everybody has given the request up at its deadline
            tracing::debug!(request = %verdict.request, "verdict for a request that is over");
            return effects;
        };
        if undecided.request.root_hash != verdict.root_hash {
            metrics::counter!("jura_refused_messages_total").increment(1);
            tracing::warn!(request = %verdict.request, "verdict on other contents, ignored");
            return effects;
        }
        self.decide(verdict.request, time, verdict.answer, &mut effects);
        effects
    }

    fn decide(&mut self, id: RequestId, time: Timestamp, answer: Answer, effects: &mut Effects) {
        let Some(undecided) = self.undecided.remove(&id) else {
            return;
        };
        if let Some(change) = &undecided.request.change {
            self.changes.release(id, change);
        }
        for ready in self.locks.release(id) {
            effects.responses.extend(self.response(ready));
        }
        effects.decided.push(Decided {
            request: undecided.request,
            ours: undecided.ours,
            record_time: time,
            answer,
        });
    }

    /// Our answer, if anybody here must confirm.
    fn response(&self, id: RequestId) -> Option<Response> {
        let undecided = self.undecided.get(&id)?;
        let views = &undecided.request.confirming_here;
        if views.is_empty() {
            return None;
        }
        Some(Response {
            request: id,
            root_hash: undecided.request.root_hash,
            views: views.clone(),
            answer: undecided
                .rejection
                .clone()
                .map_or(Answer::Approve, Answer::Reject),
        })
    }
}

#[cfg(test)]
impl Processor {
    /// Whether no request is without a verdict, and none has a lock.
    pub(super) fn is_idle(&self) -> bool {
        self.undecided.is_empty() && self.locks.is_idle() && self.changes.is_idle()
    }

    /// Breaks the processor, to see that it is noticed.
    pub(super) fn forget_locks(&mut self) {
        self.locks = Locks::default();
    }
}
