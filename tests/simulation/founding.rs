//! Before the faults begin: a domain is founded, participants join, parties get their hosts.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::applications::Applications;
use super::checks::{Checker, Violation};
use super::commitments::Commitments;
use super::domain::Domain;
use super::ledger;
use super::network::{Happening, Queue, Who};
use super::operators::Operators;
use super::random::Random;
use super::settings::Settings;
use super::world::{Host, Running, World};
use crate::model::{Duration, MemberId, Party, PartyHint, Timestamp};
use crate::participant::sync::simulated::Disk;
use crate::topology::{Host as PartyHost, Hosting, Mapping, Permission, Transaction, Validity};

/// Names of parties. The first is the bank, the last the newcomer.
const PARTIES: [&str; 5] = ["bank", "alice", "bob", "carol", "dave"];

impl World {
    /// A world in which nothing has happened.
    pub(crate) fn new(settings: Settings) -> Self {
        let mut random = Random::new(settings.seed);
        let domain = Domain::new(&settings);
        let hosts: Vec<Host> = (0..settings.participants)
            .map(|index| {
                let skew = random.between(0, 2 * settings.skew_ms.max(1)).micros();
                Host {
                    state: Running::Down(Box::new(Disk::new(&format!("participant{index}")))),
                    skew: Duration::from_micros(skew - settings.skew_ms * 1000),
                    parties: BTreeSet::new(),
                    submits_for: Vec::new(),
                }
            })
            .collect();
        let party = |(index, name): (usize, &&str)| {
            let namespace = hosts[index % hosts.len()].disk().namespace();
            Party::new(&PartyHint::parse(name).unwrap(), &namespace)
        };
        let mut parties: Vec<Party> = PARTIES.iter().enumerate().map(party).collect();
        let bank = parties[0].clone();
        let newcomer = parties.pop().unwrap();
        Self {
            random,
            now: Timestamp::from_micros(1_700_000_000_000_000).unwrap(),
            queue: Queue::default(),
            domain,
            hosts,
            engine: ledger::engine(),
            applications: Applications::default(),
            operators: Operators::default(),
            checker: Checker::new(bank.clone()),
            commitments: Commitments::default(),
            bank,
            parties,
            newcomer,
            lives: BTreeMap::new(),
            sending: BTreeMap::new(),
            outages: BTreeMap::new(),
            is_calm: true,
            trace: VecDeque::new(),
            statistics: BTreeMap::new(),
            settings,
        }
    }

    /// Everybody joins, and knows everybody.
    pub(crate) fn found(&mut self) -> Result<(), Violation> {
        let now = self.now;
        self.domain.admit_own(now);
        for index in 0..self.hosts.len() {
            let (member, introduction) = self.hosts[index].disk().introduction(&self.domain.place);
            self.domain.admit(&member, introduction, now);
        }
        self.host_parties();
        let manager = Who::Manager;
        self.after(Duration::from_millis(1), Happening::Asks(manager, 0));
        self.after(Duration::from_millis(1), Happening::Checkpoint(manager, 0));
        self.with(manager, |world, moment| {
            world.domain.manager.as_mut().unwrap().send_next(moment);
            Ok(())
        })?;
        let until = self.now.plus(Duration::from_secs(60));
        let is_ready = self.run(until, Self::is_founded)?;
        if is_ready {
            Ok(())
        } else {
            Err("the domain was not founded".to_owned())
        }
    }

    fn is_founded(&self) -> bool {
        let knows_all = |host: &Host| match &host.state {
            Running::Up(participant) => {
                let topology = participant.topology();
                let hosted = self.parties.iter().all(|it| topology.hosting(it).is_some());
                let package = ledger::package();
                let is_vetted =
                    |host: &Host| topology.is_vetted(host.disk().participant(), &package, self.now);
                hosted && self.hosts.iter().all(is_vetted)
            }
            Running::Down(_) | Running::Moving => false,
        };
        self.hosts.iter().all(knows_all) && self.is_idle()
    }

    /// Members that are admitted come up.
    pub(crate) fn admit(&mut self) {
        let Some(manager) = &self.domain.manager else {
            return;
        };
        let everybody = (0..self.hosts.len()).map(Who::Participant);
        let everybody = everybody.chain([Who::Mediator]);
        let begin: Vec<Who> = everybody
            .filter(|who| !self.lives.contains_key(who))
            .filter(|who| manager.is_admitted(&self.member(*who)))
            .collect();
        for who in begin {
            self.lives.insert(who, 1);
            self.after(Duration::from_millis(1), Happening::Starts(who));
        }
    }

    fn host_parties(&mut self) {
        let mut statements = Vec::new();
        let newcomer = self.newcomer.clone();
        let parties = self.parties.iter().chain([&newcomer]).cloned();
        let parties: Vec<Party> = parties.collect();
        for (index, party) in parties.into_iter().enumerate() {
            let first = index % self.hosts.len();
            let mut hosts = vec![(first, Permission::Submission)];
            let second = self.random.below(self.hosts.len());
            if second != first && party != newcomer && self.random.happens(700) {
                let permission = if self.random.happens(800) {
                    Permission::Submission
                } else {
                    Permission::Confirmation
                };
                hosts.push((second, permission));
            }
            let threshold = if hosts.len() > 1 && self.random.happens(300) {
                2
            } else {
                1
            };
            let hosting = hosts.iter().map(|(index, permission)| PartyHost {
                participant: self.hosts[*index].disk().participant().clone(),
                permission: *permission,
            });
            let hosting = Hosting::new(threshold, hosting.collect());
            let hostings = &mut self.operators.hostings;
            hostings.insert(party.clone(), hosting.clone());
            let mapping = Mapping::PartyToParticipant {
                party: party.clone(),
                hosting,
            };
            let mut signed = self.hosts[first].disk().sign(Transaction::first(mapping));
            for (index, permission) in hosts {
                if index != first {
                    signed = self.hosts[index].disk().countersign(signed);
                }
                let host = &mut self.hosts[index];
                host.parties.insert(party.clone());
                if permission == Permission::Submission && party != newcomer {
                    host.submits_for.push(party.clone());
                }
            }
            statements.push(signed);
        }
        for host in &self.hosts {
            let mapping = Mapping::VettedPackages {
                participant: host.disk().participant().clone(),
                packages: [(ledger::package(), Validity::ALWAYS)]
                    .into_iter()
                    .collect(),
            };
            statements.push(host.disk().sign(Transaction::first(mapping)));
        }
        let now = self.now;
        let Domain {
            manager,
            manager_disk,
            ..
        } = &mut self.domain;
        manager
            .as_mut()
            .unwrap()
            .submit(manager_disk, &statements, now);
    }

    /// A member's id.
    pub(crate) fn member(&self, who: Who) -> MemberId {
        match who {
            Who::Sequencer | Who::Manager => self.domain.place.topology_manager.clone(),
            Who::Mediator => self.domain.mediator_id(),
            Who::Participant(index) => self.hosts[index].disk().participant().member(),
        }
    }

    /// After which of its events a member reads on; none if it is down.
    pub(crate) fn reads_after(&self, who: Who) -> Option<Timestamp> {
        match who {
            Who::Sequencer => None,
            Who::Manager => Some(self.domain.manager.as_ref()?.reads_after()),
            Who::Mediator => Some(self.domain.mediator.as_ref()?.reads_after()),
            Who::Participant(index) => match &self.hosts[index].state {
                Running::Up(participant) => Some(participant.reads_after()),
                Running::Down(_) | Running::Moving => None,
            },
        }
    }
}
