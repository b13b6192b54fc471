//! The beginning of the ledger goes away; what lives stays, whenever the process is killed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use canton_proto::com::daml::ledger::api::v2 as api;
use tokio::task::JoinSet;
use tonic::{Code, Status};

use super::ledger::{self, Ledger, Outcome};
use super::process::Jura;
use super::server;

/// Participant 1 looks for duplicates in next to no time, and has told the other what they share, so all
/// but the latest second can go.
const SOON_OLD: [&str; 4] = [
    "-C",
    "participants.participant1.deduplication-max=1ms",
    "-C",
    "domains.domain1.parameters.reconciliation-interval=100ms",
];

/// Contracts that are created before anything is pruned.
const CONTRACTS: i64 = 60;

/// Transactions of others, for each time.
const CROWD: i64 = 200;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often the process is killed while it prunes.
const ROUNDS: u64 = 8;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pruned_is_refused_and_what_lives_is_served_on_the_embedded_database() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    prune_and_read(dir.path(), &["--data-dir", data.to_str().unwrap()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pruned_is_refused_and_what_lives_is_served_on_a_postgresql_server() {
    let Some(server) = server::start() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    prune_and_read(dir.path(), &["--database-url", &server.url()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pruning_goes_on_when_the_process_was_killed_on_the_embedded_database() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    prune_and_die(dir.path(), &["--data-dir", data.to_str().unwrap()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pruning_goes_on_when_the_process_was_killed_on_a_postgresql_server() {
    let Some(server) = server::start() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    prune_and_die(dir.path(), &["--database-url", &server.url()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_older_than_it_is_to_be_kept_goes_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let retention = ["-C", "participants.participant1.retention=2s"];
    let jura = Jura::sandbox(dir.path(), &[&SOON_OLD[..], &retention].concat());
    let ledger = Ledger::connect(&jura.ledger_api("participant1"));
    ledger.upload_test_model().await;
    let mut history = History::begin(&ledger).await;
    let first = ledger.end().await.unwrap();
    let deadline = Instant::now() + PATIENCE;
    while ledger.pruned().await < first {
        assert!(Instant::now() < deadline, "nothing expires");
        history.go_on(&ledger).await;
        history.check_active(&ledger).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    history.check_active(&ledger).await;
    jura.stop();
}

/// A party and what it has.
struct History {
    party: String,
    next: i64,
    /// Contracts that live, by their numbers.
    active: BTreeMap<i64, String>,
    /// One that has ended, with the update in which it did and its offset.
    ended: (String, String, i64),
}

impl History {
    /// Creates contracts, and replaces every third.
    async fn begin(ledger: &Ledger) -> Self {
        let party = ledger.allocate("alice").await;
        let mut history = Self {
            party,
            next: 0,
            active: BTreeMap::new(),
            ended: Default::default(),
        };
        for _ in 0..CONTRACTS {
            history.go_on(ledger).await;
        }
        history
    }

    async fn go_on(&mut self, ledger: &Ledger) {
        self.next += 1;
        let number = self.next;
        let oldest = self
            .active
            .first_key_value()
            .map(|(n, id)| (*n, id.clone()));
        match oldest.filter(|_| number % 3 == 0) {
            None => {
                let create = ledger::create(&self.party, number);
                self.submit(ledger, create).await;
            }
            Some((old, contract)) => {
                let replace = ledger::replace(&contract, number);
                let (update, offset) = self.submit(ledger, replace).await;
                self.active.remove(&old);
                self.ended = (contract, update, offset);
            }
        }
        let active = ledger.active(&self.party).await.unwrap();
        let made = active.iter().find(|it| ledger::number(it) == number);
        self.active
            .insert(number, made.unwrap().contract_id.clone());
    }

    async fn submit(&self, ledger: &Ledger, command: api::command::Command) -> (String, i64) {
        let id = format!("command-{}", self.next);
        let commands = ledger::commands(&self.party, &id, command);
        match ledger.submit_and_wait(commands).await {
            Outcome::Accepted(update, offset) => (update, offset),
            other => panic!("{id}: {other:?}"),
        }
    }

    /// All that lives is told, and nothing else.
    async fn check_active(&self, ledger: &Ledger) {
        let active = ledger.active(&self.party).await.unwrap();
        let active = active
            .iter()
            .map(|it| (ledger::number(it), it.contract_id.clone()));
        assert_eq!(active.collect::<BTreeMap<_, _>>(), self.active);
    }

    /// Works until everything up to an offset is old enough, and prunes it.
    async fn prune(&mut self, ledger: &Ledger, up_to: i64) {
        let deadline = Instant::now() + PATIENCE;
        while let Err(status) = ledger.prune(up_to).await {
            assert!(is_early(&status) && Instant::now() < deadline, "{status}");
            self.go_on(ledger).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn prune_and_read(dir: &Path, args: &[&str]) {
    let args = [args, &SOON_OLD, &["--participants", "2"]].concat();
    let jura = Jura::sandbox(dir, &args);
    let ledger = Ledger::connect(&jura.ledger_api("participant1"));
    ledger.upload_test_model().await;
    let mut history = History::begin(&ledger).await;
    let other = Ledger::connect(&jura.ledger_api("participant2"));
    other.allocate("bob").await;
    other.allocate("charlie").await;
    let refused = other.prune(1).await.unwrap_err();
    says(&refused, Code::FailedPrecondition, "UNSAFE_TO_PRUNE");

    let pruned = ledger.end().await.unwrap();
    let gone = history.ended.clone();
    let lives: Vec<String> = history.active.values().cloned().collect();
    history.prune(&ledger, pruned).await;
    assert_eq!(ledger.pruned().await, pruned);
    // once more, and less, is fine
    ledger.prune(pruned).await.unwrap();
    ledger.prune(1).await.unwrap();
    assert_eq!(ledger.pruned().await, pruned);
    check_refusals(&ledger, &history, pruned).await;
    check_single(&ledger, &history, &gone, &lives).await;
    check_deduplication(&ledger, &mut history, pruned).await;

    jura.kill();
    let jura = Jura::sandbox(dir, &args);
    let ledger = Ledger::connect(&jura.ledger_api("participant1"));
    assert_eq!(ledger.pruned().await, pruned);
    check_refusals(&ledger, &history, pruned).await;
    check_single(&ledger, &history, &gone, &lives).await;

    // what lived through it ends, and then goes as well
    let before = history.ended.clone();
    while history.ended == before {
        history.go_on(&ledger).await;
    }
    let (contract, _, offset) = history.ended.clone();
    assert!(lives.contains(&contract));
    assert_eq!(
        ledger.life(&history.party, &contract).await,
        Ok((true, true))
    );
    history.prune(&ledger, offset - 1).await;
    assert_eq!(
        ledger.life(&history.party, &contract).await,
        Ok((true, true))
    );
    history.prune(&ledger, offset).await;
    assert_eq!(
        ledger.life(&history.party, &contract).await,
        Err(Code::NotFound)
    );
    history.check_active(&ledger).await;
    jura.stop();
}

async fn check_refusals(ledger: &Ledger, history: &History, pruned: i64) {
    let party = &history.party;
    let end = ledger.end().await.unwrap();
    for begin in [0, 1, pruned - 1] {
        let refused = ledger.updates_between(party, begin, end).await.unwrap_err();
        says(&refused, Code::FailedPrecondition, PRUNED);
        let text = format!(
            "Transactions request from {} to {end} precedes pruned offset {pruned}",
            begin + 1
        );
        assert!(refused.message().contains(&text), "{refused}");
        let metadata = String::from_utf8_lossy(refused.details()).into_owned();
        assert!(metadata.contains("earliest_offset"), "{refused:?}");
        let refused = ledger.first_completion(party, begin).await.unwrap_err();
        says(&refused, Code::FailedPrecondition, PRUNED);
        assert!(refused.message().contains("overlaps with pruned offset"));
        let refused = ledger.updates_page(party, Some(begin)).await.unwrap_err();
        says(&refused, Code::FailedPrecondition, PRUNED);
    }
    let told = ledger.updates_between(party, pruned, end).await.unwrap();
    assert!(told.iter().all(|offset| *offset > pruned));
    assert!(!told.is_empty());
    // nothing is missing where there is nothing
    for begin in [0, 1, pruned - 1] {
        if begin > 0 {
            let empty = ledger.updates_between(party, begin, begin).await;
            assert_eq!(empty.unwrap(), [0; 0]);
        }
    }
    ledger.first_completion(party, pruned).await.unwrap();
    let page = ledger.updates_page(party, None).await.unwrap();
    assert_eq!(page.lowest_page_offset_exclusive, pruned);
    assert_eq!(page.updates.len(), told.len());

    let refused = ledger.active_at(party, pruned - 1).await.unwrap_err();
    says(&refused, Code::FailedPrecondition, PRUNED);
    assert!(refused.message().contains("Active contracts request"));
    ledger.active_at(party, pruned).await.unwrap();
    history.check_active(ledger).await;
}

const PRUNED: &str = "PARTICIPANT_PRUNED_DATA_ACCESSED";

async fn check_single(
    ledger: &Ledger,
    history: &History,
    gone: &(String, String, i64),
    lives: &[String],
) {
    let party = &history.party;
    let (contract, update, offset) = gone;
    let by_id = ledger.update_by_id(party, update).await.unwrap_err();
    says(&by_id, Code::NotFound, "UPDATE_NOT_FOUND");
    let by_offset = ledger.update_by_offset(party, *offset).await.unwrap_err();
    says(&by_offset, Code::NotFound, "UPDATE_NOT_FOUND");
    assert_eq!(ledger.life(party, contract).await, Err(Code::NotFound));
    let payload = ledger.contract(party, contract).await;
    assert_eq!(payload.unwrap_err().code(), Code::NotFound);
    for contract in lives {
        let still = history.active.values().any(|it| it == contract);
        assert_eq!(ledger.life(party, contract).await, Ok((true, !still)));
        ledger.contract(party, contract).await.unwrap();
    }
}

async fn check_deduplication(ledger: &Ledger, history: &mut History, pruned: i64) {
    use api::commands::DeduplicationPeriod;
    let again = async |id: &str, offset: i64| {
        let create = ledger::create(&history.party, CONTRACTS * 1000 + offset);
        let mut commands = ledger::commands(&history.party, id, create);
        commands.deduplication_period = Some(DeduplicationPeriod::DeduplicationOffset(offset));
        ledger.submit_and_wait(commands).await
    };
    for offset in [0, pruned - 1] {
        let Outcome::Refused(why) = again("early", offset).await else {
            panic!("nobody remembers what was accepted then");
        };
        assert!(why.contains("INVALID_DEDUPLICATION_PERIOD"), "{why}");
    }
    let accepted = again("late", pruned).await;
    assert!(matches!(accepted, Outcome::Accepted(..)), "{accepted:?}");
    assert_eq!(again("late", pruned).await, Outcome::Duplicate);
    let number = CONTRACTS * 1000 + pruned;
    let active = ledger.active(&history.party).await.unwrap();
    let made = active.iter().find(|it| ledger::number(it) == number);
    history
        .active
        .insert(number, made.unwrap().contract_id.clone());
}

async fn prune_and_die(dir: &Path, args: &[&str]) {
    let args = [args, &SOON_OLD].concat();
    let mut jura = Jura::sandbox(dir, &args);
    let mut ledger = Ledger::connect(&jura.ledger_api("participant1"));
    ledger.upload_test_model().await;
    let mut history = History::begin(&ledger).await;
    for round in 0..ROUNDS {
        crowd(&ledger, round).await;
        let before = ledger.pruned().await;
        let up_to = ledger.end().await.unwrap();
        let target = ledger.clone();
        let pruning = tokio::spawn(async move {
            // too early at first; then it is cut off
            while target.prune(up_to).await.is_err_and(|it| is_early(&it)) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        let deadline = Instant::now() + PATIENCE;
        while ledger.pruned().await < up_to {
            assert!(Instant::now() < deadline, "it is never pruned");
            history.go_on(&ledger).await;
        }
        tokio::time::sleep(Duration::from_millis(round * 7)).await;
        jura.kill();
        pruning.await.unwrap();
        jura = Jura::sandbox(dir, &args);
        ledger = Ledger::connect(&jura.ledger_api("participant1"));
        assert!(before < up_to);
        assert_eq!(
            ledger.pruned().await,
            up_to,
            "what was said is not taken back"
        );
        check_refusals(&ledger, &history, up_to).await;
        history.go_on(&ledger).await;
    }
    let up_to = ledger.pruned().await;
    history.prune(&ledger, up_to).await;
    check_refusals(&ledger, &history, up_to).await;
    jura.stop();
}

/// Entries that take a while to delete.
async fn crowd(ledger: &Ledger, round: u64) {
    let party = ledger.allocate(&format!("crowd{round}")).await;
    let mut working = JoinSet::new();
    for number in 0..CROWD {
        let (ledger, party) = (ledger.clone(), party.clone());
        working.spawn(async move {
            let create = ledger::create(&party, number);
            let commands = ledger::commands(&party, &format!("crowd-{number}"), create);
            ledger.submit_and_wait(commands).await
        });
    }
    for outcome in working.join_all().await {
        assert!(matches!(outcome, Outcome::Accepted(..)), "{outcome:?}");
    }
}

/// It is too young still, or the last that there is, or another is not through.
fn is_early(status: &Status) -> bool {
    let early = [
        "UNSAFE_TO_PRUNE",
        "OFFSET_OUT_OF_RANGE",
        "PARTICIPANT_PRUNING_IN_PROGRESS",
    ];
    early.iter().any(|id| status.message().starts_with(id))
}

#[track_caller]
fn says(status: &Status, code: Code, id: &str) {
    assert_eq!(status.code(), code, "{status}");
    assert!(status.message().starts_with(id), "{status}");
}
