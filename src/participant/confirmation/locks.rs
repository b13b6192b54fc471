//! Which undecided requests use which contracts: pure.
//!
//! Requests take their locks in the order of their sequencing times. A request that archives a
//! contract has it alone: later ones that touch it are refused. Requests that only read share it;
//! one that archives what earlier ones read must wait with its answer until they are decided, since
//! transactions take effect in the order of their verdicts and a reader must not come after the
//! archival.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::ContractId;
use crate::protocol::RequestId;

/// What a request does to contracts that existed before it and that have a stakeholder here; for
/// others, those who host their stakeholders watch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usage {
    /// Contracts that it archives.
    pub consumed: BTreeSet<ContractId>,
    /// Contracts that it uses and leaves as they are.
    pub read: BTreeSet<ContractId>,
    /// Contracts that it creates.
    pub created: BTreeSet<ContractId>,
}

/// A contract as this participant knows it, apart from undecided requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContractState {
    /// Known and not archived.
    Active,
    /// Archived.
    Archived,
    /// Not known here, or only seen in passing.
    Unknown,
}

/// What came of a request's wish for its contracts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It has them.
    Granted,
    /// It has them, but must not be answered before these requests are decided.
    WaitsFor(BTreeSet<RequestId>),
    /// An earlier request has these; it gets nothing.
    Locked(Vec<ContractId>),
    /// These are archived or were never created, or exist already though it creates them; it gets
    /// nothing.
    Inactive(Vec<ContractId>),
}

/// The locks of all undecided requests.
#[derive(Debug, Default)]
pub struct Locks {
    contracts: HashMap<ContractId, Lock>,
    held: BTreeMap<RequestId, Usage>,
    /// Who waits for whom.
    waiting: BTreeMap<RequestId, BTreeSet<RequestId>>,
}

#[derive(Debug, Default)]
struct Lock {
    archiving: Option<RequestId>,
    readers: BTreeSet<RequestId>,
}

impl Locks {
    /// No requests.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a request its contracts, or says why not. Requests come in the order of their times.
    pub fn acquire(
        &mut self,
        request: RequestId,
        usage: &Usage,
        state: impl Fn(&ContractId) -> ContractState,
    ) -> Outcome {
        let used = || usage.consumed.iter().chain(&usage.read);
        let inactive: Vec<ContractId> = used()
            .filter(|id| state(id) != ContractState::Active)
            .chain(
                usage
                    .created
                    .iter()
                    .filter(|id| state(id) != ContractState::Unknown),
            )
            .cloned()
            .collect();
        if !inactive.is_empty() {
            return Outcome::Inactive(inactive);
        }
        let locked: Vec<ContractId> = used()
            .filter(|id| self.is_being_archived(id))
            .chain(
                usage
                    .created
                    .iter()
                    .filter(|id| self.contracts.contains_key(id)),
            )
            .cloned()
            .collect();
        if !locked.is_empty() {
            return Outcome::Locked(locked);
        }
        self.grant(request, usage)
    }

    /// Gives a request its contracts as it had them in an earlier life.
    pub fn restore(&mut self, request: RequestId, usage: &Usage) {
        self.grant(request, usage);
    }

    fn grant(&mut self, request: RequestId, usage: &Usage) -> Outcome {
        let mut waits_for = BTreeSet::new();
        for id in usage.consumed.iter().chain(&usage.created) {
            let lock = self.contracts.entry(id.clone()).or_default();
            lock.archiving = Some(request);
            waits_for.extend(lock.readers.iter().copied());
        }
        for id in &usage.read {
            let lock = self.contracts.entry(id.clone()).or_default();
            lock.readers.insert(request);
        }
        self.held.insert(request, usage.clone());
        if waits_for.is_empty() {
            return Outcome::Granted;
        }
        self.waiting.insert(request, waits_for.clone());
        Outcome::WaitsFor(waits_for)
    }

    /// Takes a decided request's locks away; the requests that need not wait any more. A request
    /// without locks has none to lose.
    pub fn release(&mut self, request: RequestId) -> Vec<RequestId> {
        let Some(usage) = self.held.remove(&request) else {
            return Vec::new();
        };
        for id in usage
            .consumed
            .iter()
            .chain(&usage.created)
            .chain(&usage.read)
        {
            self.unlock(id, request);
        }
        self.waiting.remove(&request);
        let mut ready = Vec::new();
        self.waiting.retain(|waiting, waits_for| {
            waits_for.remove(&request);
            if waits_for.is_empty() {
                ready.push(*waiting);
            }
            !waits_for.is_empty()
        });
        ready
    }

    fn unlock(&mut self, id: &ContractId, request: RequestId) {
        let Some(lock) = self.contracts.get_mut(id) else {
            return;
        };
        if lock.archiving == Some(request) {
            lock.archiving = None;
        }
        lock.readers.remove(&request);
        if lock.archiving.is_none() && lock.readers.is_empty() {
            self.contracts.remove(id);
        }
    }

    fn is_being_archived(&self, id: &ContractId) -> bool {
        self.contracts
            .get(id)
            .is_some_and(|lock| lock.archiving.is_some())
    }

    /// Whether a request must wait with its answer.
    pub fn waits(&self, request: RequestId) -> bool {
        self.waiting.contains_key(&request)
    }

    /// Whether nobody has a lock.
    #[cfg(test)]
    pub(crate) fn is_idle(&self) -> bool {
        self.contracts.is_empty() && self.held.is_empty() && self.waiting.is_empty()
    }

    /// Whether a request has its contracts.
    pub fn holds(&self, request: RequestId) -> bool {
        self.held.contains_key(&request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn request(number: i64) -> RequestId {
        RequestId(Timestamp::from_micros(number).unwrap())
    }

    fn contract(number: u8) -> ContractId {
        ContractId::new([number; 32], &[1])
    }

    fn archives(numbers: &[u8]) -> Usage {
        Usage {
            consumed: numbers.iter().copied().map(contract).collect(),
            ..Usage::default()
        }
    }

    fn reads(numbers: &[u8]) -> Usage {
        Usage {
            read: numbers.iter().copied().map(contract).collect(),
            ..Usage::default()
        }
    }

    fn active(_: &ContractId) -> ContractState {
        ContractState::Active
    }

    #[test]
    fn the_first_request_to_archive_a_contract_has_it_alone() {
        let mut locks = Locks::new();
        assert_eq!(
            locks.acquire(request(1), &archives(&[1, 2]), active),
            Outcome::Granted
        );
        assert_eq!(
            locks.acquire(request(2), &archives(&[2, 3]), active),
            Outcome::Locked(vec![contract(2)])
        );
        assert_eq!(
            locks.acquire(request(3), &reads(&[1]), active),
            Outcome::Locked(vec![contract(1)])
        );
        assert_eq!(
            locks.acquire(request(4), &archives(&[3]), active),
            Outcome::Granted,
            "a refused request leaves no locks"
        );
        locks.release(request(1));
        assert_eq!(
            locks.acquire(request(5), &archives(&[2]), active),
            Outcome::Granted
        );
    }

    #[test]
    fn who_archives_waits_for_earlier_readers_and_later_readers_are_refused() {
        let mut locks = Locks::new();
        locks.acquire(request(1), &reads(&[1]), active);
        locks.acquire(request(2), &reads(&[1]), active);
        assert_eq!(
            locks.acquire(request(3), &archives(&[1]), active),
            Outcome::WaitsFor([request(1), request(2)].into())
        );
        assert_eq!(
            locks.acquire(request(4), &reads(&[1]), active),
            Outcome::Locked(vec![contract(1)])
        );
        assert!(locks.release(request(2)).is_empty());
        assert!(locks.waits(request(3)));
        assert_eq!(locks.release(request(1)), vec![request(3)]);
        assert!(!locks.waits(request(3)));
    }

    #[test]
    fn archived_contracts_and_contracts_created_again_are_refused() {
        let mut locks = Locks::new();
        let archived = |_: &ContractId| ContractState::Archived;
        assert_eq!(
            locks.acquire(request(1), &archives(&[1]), archived),
            Outcome::Inactive(vec![contract(1)])
        );
        let creates = Usage {
            created: [contract(2)].into(),
            ..Usage::default()
        };
        assert_eq!(
            locks.acquire(request(2), &creates, active),
            Outcome::Inactive(vec![contract(2)])
        );
        let unknown = |_: &ContractId| ContractState::Unknown;
        assert_eq!(
            locks.acquire(request(3), &creates, unknown),
            Outcome::Granted
        );
        assert_eq!(
            locks.acquire(request(4), &creates, unknown),
            Outcome::Locked(vec![contract(2)])
        );
    }

    mod model {
        use proptest::prelude::*;

        use super::*;

        #[derive(Debug, Clone)]
        enum Step {
            Request { archived: Vec<u8>, read: Vec<u8> },
            Decide { which: usize, approve: bool },
        }

        fn step() -> impl Strategy<Value = Step> {
            let contracts = || proptest::collection::vec(0_u8..6, 0..3);
            prop_oneof![
                (contracts(), contracts())
                    .prop_map(|(archived, read)| Step::Request { archived, read }),
                (any::<usize>(), any::<bool>())
                    .prop_map(|(which, approve)| Step::Decide { which, approve }),
            ]
        }

        proptest! {
            /// Whatever the order of verdicts (a request that waits is not approved before it need
            /// not wait): no contract is archived twice, nor read after it was archived.
            #[test]
            fn verdicts_in_any_order_give_a_consistent_ledger(
                steps in proptest::collection::vec(step(), 1..60)
            ) {
                let mut locks = Locks::new();
                let mut archived = BTreeSet::new();
                let mut open: Vec<(RequestId, Usage)> = Vec::new();
                for (time, step) in (1..).zip(steps) {
                    match step {
                        Step::Request { archived: consumed, read } => {
                            let consumed: BTreeSet<_> = consumed.into_iter().map(contract).collect();
                            let read: BTreeSet<_> = read
                                .into_iter()
                                .map(contract)
                                .filter(|id| !consumed.contains(id))
                                .collect();
                            let usage = Usage { consumed, read, created: BTreeSet::new() };
                            let state = |id: &ContractId| if archived.contains(id) {
                                ContractState::Archived
                            } else {
                                ContractState::Active
                            };
                            let outcome = locks.acquire(request(time), &usage, state);
                            if matches!(outcome, Outcome::Granted | Outcome::WaitsFor(_)) {
                                open.push((request(time), usage));
                            }
                        }
                        Step::Decide { which, approve } => {
                            if open.is_empty() {
                                continue;
                            }
                            let index = which % open.len();
                            let approve = approve && !locks.waits(open[index].0);
                            let (id, usage) = open.remove(index);
                            if approve {
                                for used in usage.consumed.iter().chain(&usage.read) {
                                    prop_assert!(!archived.contains(used));
                                }
                                archived.extend(usage.consumed);
                            }
                            locks.release(id);
                        }
                    }
                }
                for (id, _) in open {
                    locks.release(id);
                }
                prop_assert!(locks.contracts.is_empty());
                prop_assert!(locks.waiting.is_empty());
            }
        }
    }
}
