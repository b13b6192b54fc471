//! Operators: while everything goes wrong they rotate keys, move parties, vet packages and change how the
//! domain works, and say it again until it is so.

use std::collections::BTreeMap;

use super::checks::Violation;
use super::ledger;
use super::moment::{Crashed, Moment};
use super::network::{Happening, Who};
use super::world::{Running, World};
use crate::model::{Duration, Party};
use crate::participant::submission::KeyRotation;
use crate::participant::sync::simulated::Participant;
use crate::topology::{DomainParameters, Host, Hosting, Mapping, Permission, State, Validity};

/// A kind of change.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    Keys,
    Permission,
    Threshold,
    OneLess,
    OneMore,
    Vetting,
    VettedAgain(usize),
    Parameters,
}

const CHANGES: [Change; 7] = [
    Change::Keys,
    Change::Permission,
    Change::Threshold,
    Change::OneLess,
    Change::OneMore,
    Change::Vetting,
    Change::Parameters,
];

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    Keys(usize, KeyRotation),
    Hosting(Party, Hosting),
    Vetting(usize, bool),
    Parameters(DomainParameters),
}

impl Wanted {
    /// Whether it takes the place of something that was wanted before.
    fn replaces(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::Hosting(party, _), Self::Hosting(other, _)) => party == other,
            (Self::Vetting(index, _), Self::Vetting(other, _)) => index == other,
            (Self::Parameters(_), Self::Parameters(_)) => true,
            _ => false,
        }
    }
}

/// Everything that operators want.
#[derive(Debug, Default)]
pub(crate) struct Operators {
    /// Each with whether nobody has to look after it any more: others are looked after for ever, since
    /// what was said before them may be late.
    orders: Vec<(Wanted, bool)>,
    /// Who shall host whom; the first host of a party owns its name and stays.
    pub hostings: BTreeMap<Party, Hosting>,
}

impl World {
    /// Decides when operators will want something.
    pub(crate) fn plan_changes(&mut self) {
        for _ in 0..self.settings.changes {
            let at = self.random.between(0, 9_000);
            let change = *self.random.one_of(&CHANGES).unwrap();
            self.after(at, Happening::Order(change));
        }
    }

    /// An operator wants something.
    pub(crate) fn order(&mut self, change: Change) {
        let Some((wanted, what)) = self.wanted(change) else {
            return;
        };
        self.note(|| format!("an operator wants {wanted:?}"));
        self.count(what);
        for (earlier, is_over) in &mut self.operators.orders {
            *is_over |= wanted.replaces(earlier);
        }
        if let Wanted::Hosting(party, hosting) = &wanted {
            let hostings = &mut self.operators.hostings;
            hostings.insert(party.clone(), hosting.clone());
            self.follow_hosting(&party.clone(), &hosting.clone(), false);
        }
        self.operators.orders.push((wanted, false));
        let number = self.operators.orders.len() - 1;
        self.after(Duration::from_millis(1), Happening::Operate(number));
    }

    fn wanted(&mut self, change: Change) -> Option<(Wanted, &'static str)> {
        let index = self.random.below(self.hosts.len());
        match change {
            Change::Keys => {
                let kind = self.random.below(3);
                let rotation = KeyRotation {
                    signing: kind != 0,
                    encryption: kind != 1,
                };
                Some((Wanted::Keys(index, rotation), "ordered new keys"))
            }
            Change::Vetting => {
                let pause = self.random.between(200, 2_000);
                self.after(pause, Happening::Order(Change::VettedAgain(index)));
                let what = "ordered packages not to be vetted";
                Some((Wanted::Vetting(index, false), what))
            }
            Change::VettedAgain(index) => Some((
                Wanted::Vetting(index, true),
                "ordered packages to be vetted",
            )),
            Change::Parameters => {
                let parameters = DomainParameters {
                    confirmation_response_timeout: self.random.between(3_000, 6_000),
                    mediator_reaction_timeout: self.random.between(3_000, 5_000),
                    ..self.domain.parameters
                };
                Some((Wanted::Parameters(parameters), "ordered other parameters"))
            }
            Change::Permission | Change::Threshold | Change::OneLess | Change::OneMore => {
                self.other_hosting(change)
            }
        }
    }

    /// A change of who hosts a party and how. Who gets a host has nothing yet that the host would miss.
    fn other_hosting(&mut self, change: Change) -> Option<(Wanted, &'static str)> {
        if matches!(change, Change::OneMore) {
            let party = self.newcomer.clone();
            let mut hosting = self.operators.hostings[&party].clone();
            let index = self.random.below(self.hosts.len());
            let participant = self.hosts[index].disk().participant().clone();
            if hosting.hosts.len() > 1 || hosting.permission(&participant).is_some() {
                return None;
            }
            hosting.hosts.push(Host {
                participant,
                permission: Permission::Submission,
            });
            // in their order
            let hosting = Hosting::new(hosting.threshold, hosting.hosts);
            return Some((Wanted::Hosting(party, hosting), "ordered one host more"));
        }
        let party = self.random.one_of(&self.parties).unwrap().clone();
        let owner = self.owner_of(&party);
        let owner = self.hosts[owner].disk().participant().clone();
        let mut hosting = self.operators.hostings[&party].clone();
        let second = hosting.hosts.iter_mut();
        let second = second.filter(|it| it.participant != owner).last()?;
        let what = match change {
            Change::Permission => {
                second.permission = match second.permission {
                    Permission::Submission => Permission::Confirmation,
                    _ => Permission::Submission,
                };
                "ordered another permission"
            }
            Change::Threshold => {
                hosting.threshold = 3 - hosting.threshold;
                "ordered another threshold"
            }
            // the sums are looked at where all of the bank is seen
            _ if party == self.bank => return None,
            _ => {
                hosting.hosts.retain(|it| it.participant == owner);
                hosting.threshold = 1;
                "ordered one host less"
            }
        };
        Some((Wanted::Hosting(party, hosting), what))
    }

    /// The participant in whose namespace a party is.
    fn owner_of(&self, party: &Party) -> usize {
        let named = self.parties.iter().chain([&self.newcomer]);
        let mut owners = named.enumerate().filter(|(_, it)| *it == party);
        owners
            .next()
            .map_or(0, |(place, _)| place % self.hosts.len())
    }

    /// Applications go where their parties are hosted: away at once, and to others when they are there.
    fn follow_hosting(&mut self, party: &Party, hosting: &Hosting, is_in_force: bool) {
        for host in &mut self.hosts {
            let permission = hosting.permission(host.disk().participant());
            let did = host.submits_for.contains(party);
            host.submits_for.retain(|it| it != party);
            if permission == Some(Permission::Submission) && (did || is_in_force) {
                host.submits_for.push(party.clone());
            }
            if permission.is_none() {
                // sees the end of what was begun before, and nothing of what others finish earlier
                host.parties.remove(party);
            } else if is_in_force {
                host.parties.insert(party.clone());
            }
        }
        if is_in_force && !self.parties.contains(party) {
            self.parties.push(party.clone());
        }
    }

    /// Whether everything is as operators want it.
    pub(crate) fn is_as_wanted(&self) -> bool {
        let mut orders = self.operators.orders.iter();
        orders.all(|(wanted, is_over)| *is_over || self.is_so(wanted))
    }

    fn is_so(&self, wanted: &Wanted) -> bool {
        match wanted {
            Wanted::Keys(..) => false,
            Wanted::Hosting(party, hosting) => {
                let topology = self.topology_at(self.owner_of(party));
                topology.and_then(|it| it.hosting(party)) == Some(hosting)
            }
            Wanted::Vetting(index, is_vetted) => {
                let participant = self.hosts[*index].disk().participant();
                let vetted = |it: &State| it.is_vetted(participant, &ledger::package(), self.now);
                self.topology_at(*index).map(vetted) == Some(*is_vetted)
            }
            Wanted::Parameters(parameters) => {
                let manager = self.domain.manager.as_ref();
                manager.is_some_and(|it| it.parameters() == *parameters)
            }
        }
    }

    /// An operator looks after an order: says again what is not so yet.
    pub(crate) fn operate(&mut self, number: usize) -> Result<(), Violation> {
        let (wanted, is_over) = self.operators.orders[number].clone();
        if is_over {
            return Ok(());
        }
        let is_so = self.is_so(&wanted);
        match &wanted {
            Wanted::Keys(index, rotation) => {
                let rotation = *rotation;
                self.operators.orders[number].1 = self.tell(*index, |participant, moment| {
                    participant.begin_rotation(rotation, moment)
                })?;
            }
            Wanted::Hosting(party, hosting) if is_so => self.follow_hosting(party, hosting, true),
            _ if is_so => {}
            Wanted::Hosting(party, hosting) => self.host(party, hosting)?,
            Wanted::Vetting(index, is_vetted) => self.vet(*index, *is_vetted)?,
            Wanted::Parameters(parameters) => self.change_parameters(*parameters)?,
        }
        let pause = self.random.between(500, 2_500);
        self.after(pause, Happening::Operate(number));
        Ok(())
    }

    /// Who is who at a participant; none while it is down.
    fn topology_at(&self, index: usize) -> Option<&State> {
        match &self.hosts[index].state {
            Running::Up(participant) => Some(participant.topology()),
            Running::Down(_) | Running::Moving => None,
        }
    }

    fn host(&mut self, party: &Party, hosting: &Hosting) -> Result<(), Violation> {
        let owner = self.owner_of(party);
        let mapping = Mapping::PartyToParticipant {
            party: party.clone(),
            hosting: hosting.clone(),
        };
        let hosts = self.hosts.iter().enumerate();
        let signers = hosts.filter(|(index, host)| {
            *index == owner || hosting.permission(host.disk().participant()).is_some()
        });
        let signers: Vec<usize> = signers.map(|(index, _)| index).collect();
        for index in signers {
            self.state(index, mapping.clone())?;
        }
        Ok(())
    }

    fn vet(&mut self, index: usize, is_vetted: bool) -> Result<(), Violation> {
        let packages = is_vetted.then(|| (ledger::package(), Validity::ALWAYS));
        let mapping = Mapping::VettedPackages {
            participant: self.hosts[index].disk().participant().clone(),
            packages: packages.into_iter().collect(),
        };
        self.state(index, mapping)
    }

    fn change_parameters(&mut self, parameters: DomainParameters) -> Result<(), Violation> {
        self.with(Who::Manager, |world, moment| {
            let domain = &mut world.domain;
            match &mut domain.manager {
                Some(manager) => {
                    manager.change_parameters(&mut domain.manager_disk, parameters, moment)
                }
                None => Ok(()),
            }
        })
    }

    /// A participant does something that its operator wants, if it is up.
    fn tell(
        &mut self,
        index: usize,
        work: impl FnOnce(&mut Participant, &mut Moment<'_>) -> Result<(), Crashed>,
    ) -> Result<bool, Violation> {
        let mut is_done = false;
        self.with(Who::Participant(index), |world, moment| {
            if let Some(participant) = world.hosts[index].up() {
                work(participant, moment)?;
                is_done = true;
            }
            Ok(())
        })?;
        Ok(is_done)
    }

    /// A participant says something, if it is up.
    fn state(&mut self, index: usize, mapping: Mapping) -> Result<(), Violation> {
        self.tell(index, |participant, moment| {
            participant.state(mapping, moment);
            Ok(())
        })?;
        Ok(())
    }
}
