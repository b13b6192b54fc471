//! Many seeds, and faults that must be noticed.

#![allow(clippy::print_stdout, reason = "shown with --nocapture")]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::moment::Broken;
use super::run::{Failed, Report, run, run_with};
use super::settings::Settings;

/// Seeds in a usual run of all tests.
const SEEDS: u64 = 1000;

/// Seeds within which a fault that is put in on purpose must be noticed.
const SEEDS_BROKEN: u64 = 150;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn complain(failed: &Failed) -> String {
    format!(
        "{}\n\nseed {seed}: {}\nrepeat it with\n    JURA_SIMULATION_SEED={seed} cargo test --lib \
         simulation::tests::no_seed\n",
        failed.trace.join("\n"),
        failed.violation,
        seed = failed.seed,
    )
}

/// Runs seeds on all cores, until one fails.
fn run_all(seeds: u64, broken: Option<Broken>) -> Result<BTreeMap<String, usize>, Box<Failed>> {
    let next = AtomicU64::new(0);
    let failed: Mutex<Option<Box<Failed>>> = Mutex::new(None);
    let statistics: Mutex<BTreeMap<String, usize>> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds || failed.lock().unwrap().is_some() {
                        return;
                    }
                    match run(seed, broken) {
                        Ok(Report { statistics: it, .. }) => {
                            let mut all = statistics.lock().unwrap();
                            for (what, count) in it {
                                *all.entry(what).or_default() += count;
                            }
                        }
                        Err(it) => *failed.lock().unwrap() = Some(it),
                    }
                }
            });
        }
    });
    match failed.into_inner().unwrap() {
        Some(failed) => Err(failed),
        None => Ok(statistics.into_inner().unwrap()),
    }
}

#[test]
fn no_seed_breaks_an_invariant() {
    if let Some(seed) = number("JURA_SIMULATION_SEED") {
        match run_with(Settings::repeated(seed)) {
            Ok(report) => println!("{}\n{:#?}", report.trace.join("\n"), report.statistics),
            Err(failed) => panic!("{}", complain(&failed)),
        }
        return;
    }
    let seeds = number("JURA_SIMULATION_SEEDS").unwrap_or(SEEDS);
    let statistics = run_all(seeds, None).unwrap_or_else(|failed| panic!("{}", complain(&failed)));
    println!("{statistics:#?}");
    if seeds >= SEEDS {
        let missing = EXPECTED.iter().filter(|it| !statistics.contains_key(**it));
        let missing: Vec<_> = missing.collect();
        assert!(missing.is_empty(), "never happened: {missing:?}");
    }
}

/// What must happen in so many runs, or they test less than they seem to.
const EXPECTED: &[&str] = &[
    "accepted",
    "DUPLICATE_COMMAND",
    "SUBMISSION_ALREADY_IN_FLIGHT",
    "LOCAL_VERDICT_LOCKED_CONTRACTS",
    "LOCAL_VERDICT_INACTIVE_CONTRACTS",
    "LOCAL_VERDICT_TIMEOUT",
    "MEDIATOR_SAYS_TX_TIMED_OUT",
    "NOT_SEQUENCED_TIMEOUT",
    "refused SUBMISSION_ALREADY_IN_FLIGHT",
    "refused CONTRACT_NOT_FOUND",
    "a store cannot be read",
    "a store does not answer",
    "a store refuses",
    "at any time",
    "commitments compared",
    "commitments computed",
    "mediator after its position is kept",
    "mediator before its position is kept",
    "mediator between events",
    "ordered another permission",
    "ordered another threshold",
    "ordered new keys",
    "ordered one host less",
    "ordered one host more",
    "ordered other parameters",
    "ordered packages to be vetted",
    "participant after it kept commitments",
    "participant after it kept new keys",
    "participant after it registered a submission",
    "participant after it wrote a turn",
    "participant before it keeps commitments",
    "participant before it keeps new keys",
    "participant before it registers a submission",
    "participant before it writes a turn",
    "sequencer after it wrote",
    "sequencer before it writes",
    "sequencer: the store does not answer",
    "sequencer: the store refuses",
];

#[test]
fn a_seed_always_leads_to_the_same_run() {
    for seed in 0..5 {
        let trace = || run(seed, None).map(|report| report.trace).unwrap();
        assert_eq!(trace(), trace(), "seed {seed}");
    }
}

#[test]
fn the_invariants_notice_what_is_broken() {
    let all = [
        Broken::ForgetsLocks,
        Broken::SendsBeforeItWrites,
        Broken::IgnoresChanges,
        Broken::AnswersBeforeItRegisters,
        Broken::ForgetsUndecided,
        Broken::SequencesTwice,
        Broken::MediatorSkips,
        Broken::ForgetsToSend,
        Broken::MissesSharedContracts,
        Broken::LosesARow,
        Broken::ForgetsFormerKeys,
        Broken::IgnoresRefusals,
        Broken::TrustsItsMemory,
    ];
    let mut unnoticed = Vec::new();
    for broken in all {
        match run_all(SEEDS_BROKEN, Some(broken)) {
            Ok(_) => unnoticed.push(broken),
            Err(failed) => println!("{broken:?}: seed {}: {}", failed.seed, failed.violation),
        }
    }
    assert!(unnoticed.is_empty(), "{unnoticed:?}");
}
