//! Participants that share contracts, on a domain whose parties come and move.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::samples::{
    Domain, INTERVAL, PARTICIPANTS, at, contract, key, participant, party, period,
};
use super::*;
use crate::model::{ContractId, Duration, ParticipantId, Party, Timestamp};
use crate::protocol::{AcsCommitment, SharedDigest};
use crate::topology::{Effective, Permission, Register, State};

const PARTIES: usize = 4;

/// A participant: its table of contracts, and what it has computed.
struct Node {
    own: ParticipantId,
    table: BTreeMap<ContractId, Known>,
    backlog: Backlog,
    book: Book,
    processed: Timestamp,
    told: Vec<Computed>,
    compared: Vec<Compared>,
}

impl Node {
    fn new(number: usize, domain: &Domain) -> Self {
        Self {
            own: participant(number),
            table: BTreeMap::new(),
            backlog: Backlog::new(),
            book: Book::default(),
            processed: domain.now,
            told: Vec::new(),
            compared: Vec::new(),
        }
    }

    fn pass(&mut self, time: Timestamp, effective: &[Effective], register: &Register) {
        for passed in passed(self.processed, time, effective, register) {
            match passed {
                Passed::Boundaries(closing) => self.backlog.close(closing),
                Passed::OtherHosts => self.backlog.hosts_changed(),
            }
        }
        self.processed = time;
    }

    fn hosts(&self, stakeholders: &BTreeSet<Party>, topology: &State) -> bool {
        let is_here = |party| topology.may(&self.own, Permission::Observation, party);
        stakeholders.iter().any(is_here)
    }

    fn create(&mut self, id: ContractId, stakeholders: &BTreeSet<Party>) {
        self.backlog.change(Change {
            contract: id.clone(),
            stakeholders: stakeholders.clone(),
            kind: Kind::Added,
        });
        let known = Known {
            contract: id.clone(),
            stakeholders: stakeholders.clone(),
            activated_at: self.processed,
            archived_at: None,
        };
        self.table.insert(id, known);
    }

    fn archive(&mut self, id: &ContractId) {
        let Some(known) = self.table.get_mut(id) else {
            return;
        };
        known.archived_at = Some(self.processed);
        self.backlog.change(Change {
            contract: id.clone(),
            stakeholders: known.stakeholders.clone(),
            kind: Kind::Removed,
        });
    }

    /// One step, if there is one.
    fn work(&mut self, register: &Register) -> bool {
        let topology = register.at(self.processed).unwrap();
        let Some(step) = self.backlog.next(self.processed, topology) else {
            return false;
        };
        let (sums, computed) = self.run(step);
        self.backlog.done(sums);
        if let Some(computed) = computed {
            let (computed, compared) = self.book.compute(computed);
            self.told.push(computed);
            self.compared.extend(compared);
        }
        true
    }

    fn run(&self, step: Step) -> (Sums, Option<Computed>) {
        match step {
            Step::Fold {
                mut sums,
                changes,
                topology,
            } => {
                for change in &changes {
                    sums.apply(change, &self.own, &topology);
                }
                (sums, None)
            }
            Step::Close { mut sums, closing } => {
                sums.tidy();
                let computed = closing.compute(&sums);
                (sums, Some(computed))
            }
            Step::Scan(mut scan) => {
                for known in self.table.values() {
                    scan.take(known, &self.own);
                }
                let (closing, at_boundary, sums) = scan.finish();
                (sums, Some(closing.compute(&at_boundary)))
            }
        }
    }

    /// As a process that was killed comes back.
    fn restart(&mut self, register: &Register) {
        self.backlog = Backlog::new();
        if let Some(closing) = last_passed(self.processed, register) {
            self.backlog.close(closing);
        }
    }

    /// Says what was computed to another.
    fn tell(&mut self, other: &mut Self) {
        for computed in &self.told {
            let Some(shared) = computed.shared.get(&other.own) else {
                continue;
            };
            let received = Received {
                period: computed.period,
                shared: *shared,
            };
            if let Taken::Compared(compared) = other.book.receive(&self.own, received) {
                other.compared.push(compared);
            }
        }
    }
}

/// What happens next.
#[derive(Debug, Clone)]
enum Act {
    Create(BTreeSet<usize>),
    /// The contract with a number, by rank.
    Archive(usize),
    Host(usize, BTreeSet<usize>),
    /// Nothing, but for some time.
    Wait(i64),
    Work(usize),
    Restart(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let some = |count| prop::collection::btree_set(0..count, 1..3);
    let act = prop_oneof![
        4 => some(PARTIES).prop_map(Act::Create),
        2 => (0..20_usize).prop_map(Act::Archive),
        1 => (0..PARTIES, some(PARTICIPANTS)).prop_map(|(party, hosts)| Act::Host(party, hosts)),
        3 => (1..2 * INTERVAL).prop_map(Act::Wait),
        3 => (0..PARTICIPANTS).prop_map(Act::Work),
        1 => (0..PARTICIPANTS).prop_map(Act::Restart),
    ];
    prop::collection::vec(act, 1..60)
}

/// A domain with participants who know of everything that concerns them. A new host is given the contracts.
struct World {
    domain: Domain,
    nodes: Vec<Node>,
    all: Vec<(ContractId, BTreeSet<Party>)>,
    created: usize,
}

impl World {
    fn new() -> Self {
        let mut domain = Domain::found();
        for number in 0..PARTIES {
            domain.host(party(number), &[number % PARTICIPANTS].into());
        }
        let nodes = (0..PARTICIPANTS).map(|number| Node::new(number, &domain));
        let mut world = Self {
            nodes: nodes.collect(),
            domain,
            all: Vec::new(),
            created: 0,
        };
        world.event(300_000);
        world
    }

    /// Time goes on to an event.
    fn event(&mut self, after: i64) {
        let (time, effective) = self.domain.event(Duration::from_micros(after));
        for node in &mut self.nodes {
            node.pass(time, &effective, &self.domain.register);
        }
    }

    /// Who has a stakeholder and not the contract gets it.
    fn import(&mut self) {
        let topology = self.domain.topology();
        let known: Vec<Known> = self
            .nodes
            .iter()
            .flat_map(|node| node.table.values().cloned())
            .collect();
        for node in &mut self.nodes {
            for known in &known {
                let is_here = node.hosts(&known.stakeholders, topology);
                if is_here && !node.table.contains_key(&known.contract) {
                    node.table.insert(known.contract.clone(), known.clone());
                }
            }
        }
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Create(stakeholders) => {
                self.event(1000);
                let id = contract(self.created);
                self.created += 1;
                let stakeholders: BTreeSet<Party> = stakeholders.into_iter().map(party).collect();
                for node in &mut self.nodes {
                    if node.hosts(&stakeholders, self.domain.topology()) {
                        node.create(id.clone(), &stakeholders);
                    }
                }
                self.all.push((id, stakeholders));
            }
            Act::Archive(rank) if rank < self.all.len() => {
                self.event(1000);
                let (id, _) = self.all.remove(rank);
                for node in &mut self.nodes {
                    node.archive(&id);
                }
            }
            Act::Archive(_) => {}
            Act::Host(number, hosts) => {
                self.event(1000);
                let _ = self.try_host(number, &hosts);
                // nobody uses a party while it moves
                self.event(300_000);
                self.import();
            }
            Act::Wait(time) => self.event(time),
            Act::Work(number) => {
                self.nodes[number].work(&self.domain.register);
            }
            Act::Restart(number) => self.nodes[number].restart(&self.domain.register),
        }
    }

    fn try_host(&mut self, number: usize, hosts: &BTreeSet<usize>) -> Option<()> {
        let current = self.domain.register.head().hosting(&party(number))?;
        let wanted: BTreeSet<_> = hosts.iter().map(|it| participant(*it)).collect();
        let present = current.hosts.iter().map(|it| it.participant.clone());
        (present.collect::<BTreeSet<_>>() != wanted).then(|| self.domain.host(party(number), hosts))
    }

    fn settle(&mut self) {
        self.event(2 * INTERVAL);
        for node in &mut self.nodes {
            while node.work(&self.domain.register) {}
        }
    }

    /// What two share now, counted one by one.
    fn shared(&self, one: usize, other: usize) -> SharedDigest {
        let mut sum = LtHash::default();
        let mut contracts = 0;
        for (id, stakeholders) in &self.all {
            let here =
                |number: usize| self.nodes[number].hosts(stakeholders, self.domain.topology());
            if here(one) && here(other) {
                sum.add(&LtHash::of_contract(id, 0));
                contracts += 1;
            }
        }
        SharedDigest {
            hash: sum.digest(),
            contracts,
        }
    }
}

fn nothing() -> SharedDigest {
    SharedDigest {
        hash: LtHash::default().digest(),
        contracts: 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn participants_agree_whatever_happens_and_whenever_they_compute(acts in acts()) {
        let mut world = World::new();
        for act in acts {
            world.act(act);
        }
        world.settle();
        for one in 0..PARTICIPANTS {
            for other in (0..PARTICIPANTS).filter(|other| *other != one) {
                let expected = world.shared(one, other);
                let latest = world.nodes[one].book.latest().unwrap();
                let found = latest.shared.get(&participant(other)).copied();
                prop_assert_eq!(found.unwrap_or_else(nothing), expected);
                let [teller, hearer] = world.nodes.get_disjoint_mut([one, other]).unwrap();
                teller.tell(hearer);
            }
        }
        for node in &world.nodes {
            for compared in &node.compared {
                prop_assert!(compared.matches(), "{:?}", compared);
            }
        }
    }

    #[test]
    fn a_sum_does_not_depend_on_the_order(numbers in prop::collection::btree_set(0..1000_usize, 1..8), seed in any::<u64>()) {
        let mut shuffled: Vec<usize> = numbers.iter().copied().collect();
        shuffled.sort_by_key(|number| (*number as u64).wrapping_mul(seed | 1));
        let (mut one, mut other, mut extra) = (LtHash::default(), LtHash::default(), LtHash::default());
        for number in &numbers {
            one.add(&LtHash::of_contract(&contract(*number), 0));
        }
        extra.add(&LtHash::of_contract(&contract(5000), 0));
        other.add(&extra);
        for number in &shuffled {
            other.add(&LtHash::of_contract(&contract(*number), 0));
        }
        prop_assert_ne!(&one, &other);
        other.remove(&extra);
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(one.digest(), other.digest());
    }
}

#[test]
fn a_contract_that_was_reassigned_is_another_element() {
    let id = contract(1);
    assert_ne!(LtHash::of_contract(&id, 0), LtHash::of_contract(&id, 1));
    let hash = LtHash::of_contract(&id, 0).digest();
    assert_eq!(
        hash.to_string(),
        "c0b8ca36cb099b1290f3c25e2c8ab349e124b60934e109a70871677fe0765161",
        "what nodes of other versions compute must not change"
    );
}

/// Two participants that share one contract.
fn pair() -> World {
    let mut world = World::new();
    world.act(Act::Create([0, 1].into()));
    world.settle();
    world
}

#[test]
fn a_contract_that_one_side_has_lost_is_noticed_by_both_after_a_restart() {
    let mut world = pair();
    world.nodes[0].table.clear();
    world.nodes[0].restart(&world.domain.register);
    world.settle();
    let [one, other, _] = &mut world.nodes[..] else {
        panic!()
    };
    one.tell(other);
    other.tell(one);
    let last = |node: &Node| {
        let last = node.compared.last().unwrap();
        (last.matches(), last.own.contracts, last.received.contracts)
    };
    assert_eq!(last(one), (false, 0, 1));
    assert_eq!(last(other), (false, 1, 0));
}

#[test]
fn what_was_said_before_one_comes_to_a_boundary_is_compared_when_it_does() {
    let mut world = pair();
    let shared = world.shared(0, 1);
    let book = &mut world.nodes[0].book;
    let end = book.latest().unwrap().period.to.micros() / INTERVAL;
    let right = Received {
        period: period(end, end + 1),
        shared,
    };
    let wrong = Received {
        period: period(end + 1, end + 2),
        shared: nothing(),
    };
    let other = participant(1);
    assert_eq!(book.receive(&other, right), Taken::Ahead);
    assert_eq!(book.receive(&other, wrong), Taken::Ahead);
    assert_eq!(book.receive(&other, wrong), Taken::Repeated);
    let computed = Computed {
        period: period(end, end + 2),
        shared: [(other.clone(), shared)].into(),
    };
    let (_, compared) = book.compute(computed);
    let outcomes: Vec<bool> = compared.iter().map(Compared::matches).collect();
    assert_eq!(outcomes, [true, false]);
    // said once more, and much too late
    assert_eq!(book.receive(&other, wrong), Taken::Repeated);
    let old = Received {
        period: period(0, 0),
        shared: nothing(),
    };
    assert_eq!(book.receive(&other, old), Taken::Forgotten);
    assert_eq!(book.compared().count(), 1);
}

#[test]
fn a_book_is_bounded_and_comes_back_as_it_was_kept() {
    let other = participant(1);
    let mut book = Book::default();
    let said = |end| Received {
        period: period(end - 1, end),
        shared: nothing(),
    };
    for end in 1..100 {
        assert_eq!(book.receive(&other, said(end)), Taken::Ahead);
    }
    // the latest of them are kept
    let computed = |end| Computed {
        period: period(end - 1, end),
        shared: [(other.clone(), nothing())].into(),
    };
    assert!(book.compute(computed(1)).1.is_empty());
    assert_eq!(book.compute(computed(99)).1.len(), 1);
    for end in 100..200 {
        book.compute(computed(end));
    }
    assert_eq!(book.oldest(), Some(at(168 * INTERVAL)));
    let compared: Vec<Compared> = book.compared().cloned().collect();
    let mut restored = Book::restore([computed(200)], [(other.clone(), said(201))], compared);
    assert_eq!(restored.compute(computed(201)).1.len(), 1);
}

#[test]
fn those_who_have_nothing_in_common_any_more_are_told_so_once() {
    let other = participant(1);
    let mut book = Book::default();
    let some = SharedDigest {
        hash: LtHash::of_contract(&contract(1), 0).digest(),
        contracts: 1,
    };
    let mut told = |end, shared| {
        let computed = Computed {
            period: period(end - 1, end),
            shared,
        };
        book.compute(computed).0.shared
    };
    assert_eq!(told(1, BTreeMap::new()), BTreeMap::new());
    assert_eq!(told(2, [(other.clone(), some)].into()).len(), 1);
    assert_eq!(told(3, BTreeMap::new()), [(other, nothing())].into());
    assert_eq!(told(4, BTreeMap::new()), BTreeMap::new());
}

#[test]
fn a_commitment_that_is_not_what_it_must_be_is_named() {
    let world = World::new();
    let topology = world.domain.topology();
    let good = AcsCommitment {
        sender: participant(1),
        counter_participant: participant(0),
        period: period(0, 1),
        shared: nothing(),
    };
    let stranger = ParticipantId::new("q", &key(99).public().fingerprint()).unwrap();
    let verdict = |commitment: &AcsCommitment, signer: &ParticipantId| {
        let sequenced_at = at(INTERVAL + 1);
        let own = participant(0);
        check(commitment, &signer.member(), &own, sequenced_at, topology)
    };
    assert_eq!(verdict(&good, &participant(1)), Ok(()));
    assert!(matches!(
        verdict(&good, &participant(2)),
        Err(Fault::NotTheSigner(_))
    ));
    let with = |change: &dyn Fn(&mut AcsCommitment)| {
        let mut forged = good.clone();
        change(&mut forged);
        verdict(&forged, &forged.sender).unwrap_err()
    };
    let for_another = with(&|it| it.counter_participant = participant(2));
    assert!(matches!(for_another, Fault::NotForUs(_)));
    let of_ourselves = with(&|it| it.sender = participant(0));
    assert!(matches!(of_ourselves, Fault::NotForUs(_)));
    let unknown = with(&|it| it.sender = stranger.clone());
    assert!(matches!(unknown, Fault::UnknownSender(_)));
    let future = with(&|it| it.period = period(1, 2));
    assert!(matches!(future, Fault::OfTheFuture { .. }));
    let off = with(&|it| it.period.to = at(INTERVAL - 1));
    assert!(matches!(off, Fault::OffTheGrid(_)));
    let backwards = with(&|it| it.period = period(1, 0));
    assert!(matches!(backwards, Fault::OffTheGrid(_)));
}

#[test]
fn too_much_to_catch_up_is_summed_from_the_tables() {
    let mut world = pair();
    let stakeholders: BTreeSet<Party> = [party(0), party(1)].into();
    let change = |number, kind| Change {
        contract: contract(number),
        stakeholders: stakeholders.clone(),
        kind,
    };
    // a step is out all the time
    let node = &mut world.nodes[0];
    let closing = last_passed(node.processed, &world.domain.register).unwrap();
    node.backlog.close(closing);
    let out = node
        .backlog
        .next(node.processed, world.domain.register.now())
        .unwrap();
    for _ in 0..100_001 {
        node.backlog.change(change(7, Kind::Added));
        node.backlog.change(change(7, Kind::Removed));
    }
    let (sums, _) = node.run(out);
    node.backlog.done(sums);
    node.create(contract(8), &stakeholders);
    world.nodes[1].create(contract(8), &stakeholders);
    world.all.push((contract(8), stakeholders));
    world.settle();
    let expected = world.shared(0, 1);
    for (one, other) in [(0, 1), (1, 0)] {
        let latest = world.nodes[one].book.latest().unwrap();
        assert_eq!(latest.shared.get(&participant(other)), Some(&expected));
    }
}
