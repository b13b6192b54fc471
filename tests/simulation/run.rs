//! A run from its seed to its end: founding, faults, calm, and a last look.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::applications::{Idea, State};
use super::checks::Violation;
use super::commitments::Commitments;
use super::ledger::{self, Contract};
use super::moment::Broken;
use super::network::{Happening, Who};
use super::settings::Settings;
use super::world::{Running, World};
use crate::crypto::random::seeded;
use crate::model::Duration;

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Report {
    pub statistics: BTreeMap<String, usize>,
    /// The last that happened.
    pub trace: Vec<String>,
}

/// A run that ended badly.
#[derive(Debug)]
pub(crate) struct Failed {
    pub seed: u64,
    pub violation: Violation,
    pub trace: Vec<String>,
}

/// Runs a world to its end.
pub(crate) fn run(seed: u64, broken: Option<Broken>) -> Result<Report, Box<Failed>> {
    run_with(Settings {
        broken,
        ..Settings::of(seed)
    })
}

/// Runs a world of these settings to its end.
pub(crate) fn run_with(settings: Settings) -> Result<Report, Box<Failed>> {
    let seed = settings.seed;
    seeded::set(Some(seed ^ 0x5EED));
    let mut world = World::new(settings);
    let outcome = catch_unwind(AssertUnwindSafe(|| world.live()));
    seeded::set(None);
    let trace = world.trace.iter().cloned().collect();
    let violation = match outcome {
        Ok(Ok(())) => {
            return Ok(Report {
                statistics: world.statistics,
                trace,
            });
        }
        Ok(Err(violation)) => violation,
        Err(panic) => match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
            (Some(text), _) => text.clone(),
            (None, Some(text)) => (*text).to_owned(),
            (None, None) => "a panic".to_owned(),
        },
    };
    Err(Box::new(Failed {
        seed,
        violation,
        trace,
    }))
}

impl World {
    fn live(&mut self) -> Result<(), Violation> {
        self.found()?;
        self.storm()?;
        self.heal()?;
        self.probe()?;
        self.exchange()?;
        self.finish()
    }

    /// Everything goes wrong that may.
    fn storm(&mut self) -> Result<(), Violation> {
        self.is_calm = false;
        for _ in 0..2 {
            self.after(Duration::from_millis(1), Happening::Act);
        }
        for _ in 0..self.settings.crash / 10 {
            let at = self.random.between(100, 8_000);
            let who = self.anybody();
            self.after(at, Happening::Fails(who));
        }
        for _ in 0..self.settings.outages {
            let at = self.random.between(100, 9_000);
            let pause = self.random.between(100, 4_000);
            let who = self.anybody();
            self.after(at, Happening::LosesItsStore(who, pause));
        }
        self.plan_changes();
        let until = self.now.plus(Duration::from_secs(12));
        self.run(until, |_| false)?;
        Ok(())
    }

    fn anybody(&mut self) -> Who {
        match self.random.below(3 + self.hosts.len()) {
            0 => Who::Sequencer,
            1 => Who::Manager,
            2 => Who::Mediator,
            other => Who::Participant(other - 3),
        }
    }

    /// No faults any more: everything that was accepted must come to its end in time.
    fn heal(&mut self) -> Result<(), Violation> {
        self.is_calm = true;
        self.note(|| "all is calm".to_owned());
        self.settle("what was accepted has not ended")
    }

    fn settle(&mut self, problem: &str) -> Result<(), Violation> {
        // a member may be down for 25 s; then come both time-outs
        let until = self.now.plus(Duration::from_secs(60));
        let is_done = self.run(until, |world| world.is_idle() && world.has_caught_up())?;
        if is_done {
            return Ok(());
        }
        let open = self.applications.attempts.iter();
        let open = open.filter(|(_, it)| matches!(it.state, State::Open | State::Acknowledged));
        let open: Vec<String> = open
            .map(|(id, it)| format!("{id} {:?}", it.state))
            .collect();
        let busy = (0..self.hosts.len()).filter(|index| match &self.hosts[*index].state {
            Running::Up(participant) => !participant.is_idle(),
            Running::Down(_) | Running::Moving => true,
        });
        let busy: Vec<usize> = busy.collect();
        Err(format!(
            "{problem}: attempts {open:?}, orders {:?}, participants {busy:?}, domain idle {}, sending {:?}",
            self.operators,
            self.domain.is_idle(),
            self.sending.keys().collect::<Vec<_>>()
        ))
    }

    /// Whether everybody has read everything.
    fn has_caught_up(&self) -> bool {
        let everybody = (0..self.hosts.len()).map(Who::Participant);
        let mut everybody = everybody.chain([Who::Manager, Who::Mediator]);
        everybody.all(|who| {
            let after = self.reads_after(who);
            after.is_some_and(|after| self.domain.page(&self.member(who), after, 1).is_none())
        })
    }

    /// Nothing is locked: whoever owns something can do something with it.
    fn probe(&mut self) -> Result<(), Violation> {
        let mut ideas = Vec::new();
        for (index, host) in self.hosts.iter().enumerate() {
            for (id, contract) in host.disk().active() {
                if let Contract::Asset(asset) = Contract::read(contract)
                    && host.submits_for.contains(&asset.owner)
                    && !ideas.iter().any(|(_, known, _)| known == id)
                {
                    let command = ledger::allocate(id, &asset.owner);
                    let idea = Idea {
                        act_as: [asset.owner].into(),
                        commands: vec![command],
                        issued: 0,
                    };
                    ideas.push((index, id.clone(), idea));
                }
            }
        }
        let mut wishes = Vec::new();
        for (index, _, idea) in ideas.into_iter().take(4) {
            wishes.push(self.begin(idea, index));
        }
        self.settle("a last wish has not ended")?;
        for wish in wishes {
            let name = self.applications.wishes[wish].name.clone();
            if !self.checker.accepted.contains(&name) {
                return Err(format!(
                    "the last wish {name} was not accepted: something is locked"
                ));
            }
        }
        Ok(())
    }

    /// Time goes on until everybody has told everybody what is shared.
    fn exchange(&mut self) -> Result<(), Violation> {
        // every interval is shorter
        let until = self.now.plus(Duration::from_secs(9));
        self.run(until, |_| false)?;
        self.settle("the commitments have not been exchanged")?;
        let disks: Vec<_> = self.hosts.iter().map(super::world::Host::disk).collect();
        Commitments::finish(&disks)
    }

    /// All hosts agree, and nothing was made or lost.
    fn finish(&mut self) -> Result<(), Violation> {
        let disks: Vec<_> = self.hosts.iter().map(super::world::Host::disk).collect();
        let hosted: Vec<_> = self.hosts.iter().map(|it| &it.parties).collect();
        self.checker.finish(&disks, &hosted)?;
        let open = self.domain.without_verdict();
        if !open.is_empty() {
            return Err(format!("the mediator has lost the requests {open:?}"));
        }
        for party in &self.parties {
            let hosts = self
                .hosts
                .iter()
                .filter(|host| host.parties.contains(party));
            let mut active = hosts.map(|host| {
                let active = host.disk().active();
                let own = active.filter(|(_, it)| it.stakeholders.contains(party));
                own.map(|(id, _)| id.clone()).collect::<Vec<_>>()
            });
            let first = active.next().unwrap_or_default();
            if active.any(|it| it != first) {
                return Err(format!(
                    "the hosts of {party} have different active contracts"
                ));
            }
        }
        let wishes = self.applications.wishes.iter();
        let accepted = wishes.filter(|it| self.checker.accepted.contains(&it.name));
        let issued: i128 = accepted.map(|it| it.issued).sum();
        let host = self.hosts.iter().find(|it| it.parties.contains(&self.bank));
        let active = host.unwrap().disk().active();
        let there: i128 = active.map(|(_, it)| Contract::read(it).amount()).sum();
        if issued != there {
            return Err(format!("{issued} was issued, and {there} is there"));
        }
        Ok(())
    }
}
