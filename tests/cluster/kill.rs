//! `kill -9` at random moments under load.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::ledger::Ledger;
use super::process::Jura;
use super::server;
use super::workload::{Application, Shift};

/// How often the process is killed.
const ROUNDS: u32 = 50;

/// Applications that work side by side.
const APPLICATIONS: usize = 4;

/// A process lives until so many commands were answered at most. The first may take a while: what
/// the process before had begun is finished first.
const ANSWERS_MAX: usize = 24;

/// The longest that a process lives, however little it answers.
const LIFE_MAX: Duration = Duration::from_secs(5);

/// How long submissions may take to complete after the last restart: longer than their time-outs.
const SETTLE_TIMEOUT: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_done_twice_when_the_process_is_killed_on_the_embedded_database() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let data = data.to_str().unwrap();
    kill_again_and_again(dir.path(), &["--data-dir", data]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_done_twice_when_the_process_is_killed_on_a_postgresql_server() {
    let Some(server) = server::start() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    kill_again_and_again(dir.path(), &["--database-url", &server.url()]).await;
}

async fn kill_again_and_again(dir: &Path, args: &[&str]) {
    let mut random = Random::seeded();
    let jura = Jura::sandbox(dir, args);
    let ledger = Ledger::connect(&jura.ledger_api("participant1"));
    ledger.upload_test_model().await;
    let mut applications = Vec::new();
    for index in 0..APPLICATIONS {
        applications.push(Application::start(&ledger, &format!("app{index}")).await);
    }
    let mut running = Some(jura);
    for _ in 0..ROUNDS {
        let jura = running.take().unwrap_or_else(|| Jura::sandbox(dir, args));
        let answers = random.below(ANSWERS_MAX);
        applications = live_and_die(jura, applications, answers).await;
    }
    let jura = Jura::sandbox(dir, args);
    let ledger = Ledger::connect(&jura.ledger_api("participant1"));
    settle(&ledger, &mut applications).await;
    for application in &applications {
        application.check(&ledger).await;
    }
    let done: usize = applications.iter().map(Application::done).sum();
    println!("{done} commands in {ROUNDS} lives");
    assert!(done > ROUNDS as usize, "hardly anything was done: {done}");
    jura.stop();
}

/// Lets applications work for a while, then kills the process under them.
async fn live_and_die(
    jura: Jura,
    applications: Vec<Application>,
    answers: usize,
) -> Vec<Application> {
    let ledger = Ledger::connect(&jura.ledger_api("participant1"));
    let shift = Arc::new(Shift::default());
    let mut working = JoinSet::new();
    for mut application in applications {
        let (ledger, shift) = (ledger.clone(), Arc::clone(&shift));
        working.spawn(async move {
            application.run(&ledger, &shift).await;
            application
        });
    }
    let born = Instant::now();
    while shift.answers.load(Ordering::Relaxed) < answers && born.elapsed() < LIFE_MAX {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    jura.kill();
    shift.over.store(true, Ordering::Relaxed);
    working.join_all().await
}

/// Lets applications finish what they had begun, and waits for all completions.
async fn settle(ledger: &Ledger, applications: &mut [Application]) {
    let deadline = Instant::now() + SETTLE_TIMEOUT;
    for application in &mut *applications {
        application.finish(ledger, deadline).await;
    }
    for application in &*applications {
        while application.missing(ledger).await > 0 {
            assert!(Instant::now() < deadline, "completions are missing");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Random numbers that can be had again: the seed is printed, and `JURA_SEED` sets it.
struct Random(u64);

impl Random {
    fn seeded() -> Self {
        let seed = std::env::var("JURA_SEED")
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or_else(|| u64::from_le_bytes(jura::crypto::random_bytes()));
        println!("JURA_SEED={seed}");
        Self(seed | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}
