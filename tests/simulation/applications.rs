//! Applications: they look at the active contracts of a participant and do something with one of them,
//! and do it again, also elsewhere, when they don't know what has become of it.

use std::collections::{BTreeMap, BTreeSet};

use super::ledger::{self, Asset, Contract};
use super::random::Random;
use crate::lf::engine::Command;
use crate::lf::transaction::ContractInstance;
use crate::model::{CommandId, ContractId, Party, SubmissionId, UserId, WorkflowId};
use crate::participant::submission::{DeduplicationPeriod, Submission, TraceContext};

/// A change that an application wants, and its attempts at it.
#[derive(Debug)]
pub(crate) struct Wish {
    /// Also the workflow id of its transaction.
    pub name: String,
    pub act_as: BTreeSet<Party>,
    pub commands: Vec<Command>,
    /// What is there more of after it.
    pub issued: i128,
    pub attempts: usize,
    /// How far back duplicates are looked for, at each participant: always before the first attempt.
    pub periods: Vec<DeduplicationPeriod>,
}

/// An attempt at a wish.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub wish: usize,
    pub participant: usize,
    pub state: State,
}

/// What the application knows of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// No answer yet.
    Open,
    /// The participant has taken it: a completion must come.
    Acknowledged,
    /// The participant has not taken it.
    Refused,
    /// The connection broke before an answer came.
    Unknown,
    /// There is a completion.
    Completed,
}

/// Everything that applications want.
#[derive(Debug, Default)]
pub(crate) struct Applications {
    pub wishes: Vec<Wish>,
    pub attempts: BTreeMap<SubmissionId, Attempt>,
}

/// An idea of what to do.
pub(crate) struct Idea {
    pub act_as: BTreeSet<Party>,
    pub commands: Vec<Command>,
    pub issued: i128,
}

impl Idea {
    fn of(act_as: &[&Party], command: Command) -> Self {
        Self {
            act_as: act_as.iter().copied().cloned().collect(),
            commands: vec![command],
            issued: 0,
        }
    }
}

impl Applications {
    /// A wish to be fulfilled.
    pub(crate) fn wish(&mut self, idea: Idea, periods: Vec<DeduplicationPeriod>) -> usize {
        let name = format!("w{}", self.wishes.len());
        self.wishes.push(Wish {
            name,
            act_as: idea.act_as,
            commands: idea.commands,
            issued: idea.issued,
            attempts: 0,
            periods,
        });
        self.wishes.len() - 1
    }

    /// A new attempt at a wish.
    pub(crate) fn attempt(&mut self, wish: usize, participant: usize) -> SubmissionId {
        let it = &mut self.wishes[wish];
        it.attempts += 1;
        let id = SubmissionId::parse(&format!("{}-{}", it.name, it.attempts)).unwrap();
        let attempt = Attempt {
            wish,
            participant,
            state: State::Open,
        };
        self.attempts.insert(id.clone(), attempt);
        id
    }

    /// What is submitted for an attempt.
    pub(crate) fn submission(&self, id: &SubmissionId) -> Submission {
        let attempt = &self.attempts[id];
        let wish = &self.wishes[attempt.wish];
        Submission {
            user_id: UserId::parse("user").unwrap(),
            command_id: CommandId::parse(&wish.name).unwrap(),
            submission_id: id.clone(),
            workflow_id: Some(WorkflowId::parse(&wish.name).unwrap()),
            act_as: wish.act_as.clone(),
            read_as: BTreeSet::new(),
            commands: Vec::new(),
            prefetch_keys: Vec::new(),
            deduplication: wish.periods[attempt.participant],
            min_ledger_time: None,
            domain: None,
            disclosed: Vec::new(),
            package_preference: BTreeSet::new(),
            trace: TraceContext::default(),
        }
    }

    pub(crate) fn is_waiting(&self) -> bool {
        let mut attempts = self.attempts.values();
        attempts.any(|it| matches!(it.state, State::Open | State::Acknowledged))
    }
}

/// What an application of some parties sees at a participant.
pub(crate) struct Outlook<'a> {
    pub bank: &'a Party,
    pub everybody: &'a [Party],
    /// Parties for which the participant submits.
    pub own: &'a [Party],
    pub active: Vec<(&'a ContractId, Contract)>,
}

impl<'a> Outlook<'a> {
    pub(crate) fn new(
        bank: &'a Party,
        everybody: &'a [Party],
        own: &'a [Party],
        active: impl Iterator<Item = (&'a ContractId, &'a std::sync::Arc<ContractInstance>)>,
    ) -> Self {
        Self {
            bank,
            everybody,
            own,
            active: active.map(|(id, it)| (id, Contract::read(it))).collect(),
        }
    }

    /// Something to do; none if nothing comes to mind.
    pub(crate) fn idea(&self, random: &mut Random) -> Option<Idea> {
        if self.own.contains(self.bank) && (self.active.len() < 3 || random.happens(150)) {
            return Some(self.issue(random));
        }
        let (id, contract) = random.one_of(&self.active)?;
        match contract {
            Contract::Issuance(asset) => self
                .is_ours(&asset.owner)
                .then(|| Idea::of(&[&asset.owner], ledger::accept(id))),
            Contract::Asset(asset) => self.with_asset(id, asset, random),
            Contract::Allocation(asset, receiver) => {
                self.with_allocation(id, asset, receiver, random)
            }
            Contract::Settlement { buyer, price, .. } => {
                let payment = self.payment(price)?;
                self.is_ours(buyer)
                    .then(|| Idea::of(&[buyer], ledger::settle(id, payment)))
            }
        }
    }

    fn is_ours(&self, party: &Party) -> bool {
        self.own.contains(party)
    }

    fn issue(&self, random: &mut Random) -> Idea {
        let owner = random.one_of(self.everybody).unwrap();
        let amount = ledger::units(1 + i128::try_from(random.below(3)).unwrap());
        let asset = Asset {
            issuer: self.bank.clone(),
            owner: owner.clone(),
            instrument: "cash".to_owned(),
            amount,
        };
        Idea {
            issued: amount,
            ..Idea::of(&[self.bank], ledger::issue(&asset))
        }
    }

    fn with_asset(&self, id: &ContractId, asset: &Asset, random: &mut Random) -> Option<Idea> {
        let owner = &asset.owner;
        if !self.is_ours(owner) {
            return None;
        }
        let command = match random.below(4) {
            0 if asset.amount > ledger::units(1) => ledger::split(id, ledger::units(1)),
            1 => {
                let same = |(other, it): &&(&ContractId, Contract)| {
                    *other != id && matches!(it, Contract::Asset(it) if it.owner == *owner)
                };
                let (other, _) = self.active.iter().find(same)?;
                ledger::merge(id, other)
            }
            2 => {
                let to = random.one_of(self.own)?;
                return Some(Idea::of(&[owner, to], ledger::transfer(id, to)));
            }
            _ => ledger::allocate(id, random.one_of(self.everybody)?),
        };
        Some(Idea::of(&[owner], command))
    }

    fn with_allocation(
        &self,
        id: &ContractId,
        asset: &Asset,
        receiver: &Party,
        random: &mut Random,
    ) -> Option<Idea> {
        let owner = &asset.owner;
        if !self.is_ours(owner) {
            return None;
        }
        if self.is_ours(receiver) && random.happens(300) {
            return Some(Idea::of(&[owner, receiver], ledger::deliver(id)));
        }
        let command = if random.happens(300) {
            ledger::release(id)
        } else {
            let price = ledger::units(1 + i128::try_from(random.below(2)).unwrap());
            ledger::propose(id, asset, receiver, price)
        };
        Some(Idea::of(&[owner], command))
    }

    fn payment(&self, price: &Asset) -> Option<&'a ContractId> {
        let fits =
            |(_, it): &&(&ContractId, Contract)| matches!(it, Contract::Asset(it) if it == price);
        self.active.iter().find(fits).map(|(id, _)| *id)
    }
}
