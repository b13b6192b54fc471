//! Applications that go on through crashes, and remember what they were told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::ledger::{self, Ledger, Outcome};

/// An application: creates numbered contracts, by waiting and by firing and forgetting, and replaces
/// one contract again and again.
pub struct Application {
    party: String,
    next: i64,
    /// Numbers of contracts whose creation was acknowledged.
    acknowledged: BTreeSet<i64>,
    /// Command ids of submissions that were taken without an answer about their outcome.
    taken: BTreeSet<String>,
    /// The number that the contract which is replaced has now, and its id.
    chain: (i64, String),
    /// What was sent last and not answered.
    unanswered: Option<Sent>,
}

/// A command whose outcome is not known.
#[derive(Clone)]
enum Sent {
    Create(i64),
    Replace(i64, String),
}

/// Work that applications share.
#[derive(Default)]
pub struct Shift {
    /// Set when they are to stop.
    pub over: AtomicBool,
    /// Commands that were answered.
    pub answers: AtomicUsize,
    /// Requests whose topology changed while they were on their way.
    pub overtaken: AtomicUsize,
}

/// Applications at work side by side, whatever fails.
pub struct Load {
    /// For whom they work.
    pub parties: Vec<String>,
    pub shift: Arc<Shift>,
    working: JoinSet<Application>,
}

impl Load {
    /// Three applications.
    pub async fn start(ledger: &Ledger) -> Self {
        ledger.upload_test_model().await;
        let shift = Arc::new(Shift::default());
        let mut working = JoinSet::new();
        let mut parties = Vec::new();
        for index in 0..3 {
            let mut application = Application::start(ledger, &format!("app{index}")).await;
            parties.push(application.party.clone());
            let (ledger, shift) = (ledger.clone(), Arc::clone(&shift));
            working.spawn(async move {
                while !shift.over.load(Ordering::Relaxed) {
                    // no answer while something is down: go on with the same command
                    application.run(&ledger, &shift).await;
                    tokio::task::yield_now().await;
                }
                application
            });
        }
        Self {
            parties,
            shift,
            working,
        }
    }

    /// Ends it when the last commands are accepted, waits for all completions, reads everything back and
    /// compares.
    pub async fn end(self, ledger: &Ledger) {
        self.shift.over.store(true, Ordering::Relaxed);
        for mut application in self.working.join_all().await {
            assert!(application.done() > 0);
            let deadline = Instant::now() + Duration::from_mins(1);
            application.finish(ledger, deadline).await;
            while application.missing(ledger).await > 0 {
                assert!(Instant::now() < deadline, "completions are missing");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            application.check(ledger).await;
        }
    }
}

/// What came of sending a command.
enum Answer {
    Done,
    TryAgain(String),
    None,
}

/// Between attempts at one command.
const RETRY_PAUSE: Duration = Duration::from_millis(5);

/// Numbers of contracts that are replaced start here.
const CHAIN: i64 = 1_000_000_000;

impl Application {
    /// Allocates its party and creates the contract that it will replace.
    pub async fn start(ledger: &Ledger, name: &str) -> Self {
        let party = ledger.allocate(name).await;
        let create = ledger::create(&party, CHAIN);
        let made = ledger
            .submit_and_wait(ledger::commands(&party, "chain", create))
            .await;
        assert!(matches!(made, Outcome::Accepted(..)), "{made:?}");
        let contract = ledger.active(&party).await.unwrap().remove(0).contract_id;
        Self {
            party,
            next: 1,
            acknowledged: BTreeSet::new(),
            taken: BTreeSet::new(),
            chain: (CHAIN, contract),
            unanswered: None,
        }
    }

    /// How many commands were acknowledged or taken.
    pub fn done(&self) -> usize {
        self.acknowledged.len() + self.taken.len()
    }

    /// Works until the shift is over or nobody answers. What is refused for a while is tried again.
    pub async fn run(&mut self, ledger: &Ledger, shift: &Shift) {
        while !shift.over.load(Ordering::Relaxed) {
            match self.step(ledger).await {
                Answer::Done => {
                    shift.answers.fetch_add(1, Ordering::Relaxed);
                }
                Answer::TryAgain(reason) => {
                    let overtaken = usize::from(reason == "NO_VIEW_WITH_VALID_RECIPIENTS");
                    shift.overtaken.fetch_add(overtaken, Ordering::Relaxed);
                    tokio::time::sleep(RETRY_PAUSE).await;
                }
                Answer::None => return,
            }
        }
    }

    /// Sends what was not answered, or else something new, until it is answered.
    pub async fn finish(&mut self, ledger: &Ledger, deadline: Instant) {
        while !matches!(self.step(ledger).await, Answer::Done) {
            assert!(Instant::now() < deadline, "a command is never answered");
            tokio::time::sleep(RETRY_PAUSE).await;
        }
    }

    async fn step(&mut self, ledger: &Ledger) -> Answer {
        let sent = match self.unanswered.take() {
            Some(sent) => sent,
            None => self.choose(),
        };
        let answer = match sent.clone() {
            Sent::Create(number) if number % 3 == 0 => self.fire(ledger, number).await,
            Sent::Create(number) => self.create(ledger, number).await,
            Sent::Replace(number, contract) => self.replace(ledger, number, contract).await,
        };
        if !matches!(answer, Answer::Done) {
            self.unanswered = Some(sent);
        }
        answer
    }

    fn choose(&mut self) -> Sent {
        let number = self.next;
        self.next += 1;
        if number % 4 == 0 {
            Sent::Replace(CHAIN + number, self.chain.1.clone())
        } else {
            Sent::Create(number)
        }
    }

    async fn create(&mut self, ledger: &Ledger, number: i64) -> Answer {
        let id = format!("create-{number}");
        let create = ledger::create(&self.party, number);
        match ledger
            .submit_and_wait(ledger::commands(&self.party, &id, create))
            .await
        {
            Outcome::Accepted(..) | Outcome::Duplicate => {
                self.acknowledged.insert(number);
                Answer::Done
            }
            Outcome::TryAgain(reason) => Answer::TryAgain(reason),
            Outcome::Unknown => Answer::None,
            Outcome::Refused(error) => panic!("{id}: {error}"),
        }
    }

    async fn fire(&mut self, ledger: &Ledger, number: i64) -> Answer {
        let id = format!("fire-{number}");
        let create = ledger::create(&self.party, number);
        match ledger
            .submit(ledger::commands(&self.party, &id, create))
            .await
        {
            Ok(()) => {
                self.taken.insert(id);
                Answer::Done
            }
            // taken before it went down: a completion comes
            Err(Outcome::TryAgain(error)) if error == "SUBMISSION_ALREADY_IN_FLIGHT" => {
                self.taken.insert(id);
                Answer::Done
            }
            Err(Outcome::TryAgain(reason)) => Answer::TryAgain(reason),
            Err(Outcome::Unknown) => Answer::None,
            Err(other) => panic!("{id}: {other:?}"),
        }
    }

    async fn replace(&mut self, ledger: &Ledger, number: i64, contract: String) -> Answer {
        let id = format!("replace-{number}");
        let replace = ledger::replace(&contract, number);
        match ledger
            .submit_and_wait(ledger::commands(&self.party, &id, replace))
            .await
        {
            // nobody else touches the contract: that it is gone is known to be our own doing
            Outcome::Accepted(..) | Outcome::Duplicate => {
                let Ok(active) = ledger.active(&self.party).await else {
                    return Answer::None;
                };
                let now = active.iter().find(|it| ledger::number(it) == number);
                let now = now.unwrap_or_else(|| panic!("{id} was accepted and left no contract"));
                self.chain = (number, now.contract_id.clone());
                Answer::Done
            }
            Outcome::TryAgain(reason) => Answer::TryAgain(reason),
            Outcome::Unknown => Answer::None,
            Outcome::Refused(error) => panic!("{id}: {error}"),
        }
    }

    /// Reads everything back and compares.
    pub async fn check(&self, ledger: &Ledger) {
        self.check_completions(ledger).await;
        self.check_contracts(ledger).await;
        let updates = ledger.updates(&self.party).await.unwrap();
        let offsets: Vec<i64> = updates.iter().map(|(offset, _)| *offset).collect();
        assert!(offsets.is_sorted_by(|a, b| a < b), "offsets go backwards");
        let ids: BTreeSet<&String> = updates.iter().map(|(_, id)| id).collect();
        assert_eq!(ids.len(), updates.len(), "an update comes twice");
        assert_eq!(ledger.updates(&self.party).await.unwrap(), updates);
    }

    /// Every submission that was taken has exactly one completion, every command at most one that
    /// accepts it.
    async fn check_completions(&self, ledger: &Ledger) {
        let parties = std::slice::from_ref(&self.party);
        let completions = ledger.completions(parties).await.unwrap();
        let mut all: BTreeMap<&str, usize> = BTreeMap::new();
        let mut accepted: BTreeMap<&str, usize> = BTreeMap::new();
        for completion in &completions {
            let is_duplicate = completion.status.as_ref().is_some_and(|it| it.code == 6);
            if !is_duplicate {
                *all.entry(&completion.command_id).or_default() += 1;
            }
            if completion.status.as_ref().is_none_or(|it| it.code == 0) {
                *accepted.entry(&completion.command_id).or_default() += 1;
            }
        }
        for (id, count) in &accepted {
            assert_eq!(*count, 1, "{id} was accepted {count} times");
        }
        for id in &self.taken {
            assert_eq!(all.get(id.as_str()), Some(&1), "completions of {id}");
        }
    }

    /// What was acknowledged is there, once; what is replaced is there, once.
    async fn check_contracts(&self, ledger: &Ledger) {
        let mut active: BTreeMap<i64, usize> = BTreeMap::new();
        for created in ledger.active(&self.party).await.unwrap() {
            *active.entry(ledger::number(&created)).or_default() += 1;
        }
        for (number, count) in &active {
            assert_eq!(*count, 1, "contract {number} exists {count} times");
        }
        for number in &self.acknowledged {
            assert!(active.contains_key(number), "contract {number} is lost");
        }
        let chain: Vec<&i64> = active.keys().filter(|number| **number >= CHAIN).collect();
        assert_eq!(chain.len(), 1, "one contract is replaced: {chain:?}");
        assert!(*chain[0] >= self.chain.0, "a replacement is lost");
    }

    /// How many submissions are taken and have no completion yet.
    pub async fn missing(&self, ledger: &Ledger) -> usize {
        let parties = std::slice::from_ref(&self.party);
        let completions = ledger.completions(parties).await.unwrap();
        let known: BTreeSet<&str> = completions
            .iter()
            .map(|completion| completion.command_id.as_str())
            .collect();
        let taken = self.taken.iter();
        taken.filter(|id| !known.contains(id.as_str())).count()
    }
}
