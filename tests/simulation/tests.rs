//! Many seeds, and faults that must be noticed.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::moment::Broken;
use super::run::{Failed, Report, run};

/// Seeds in a usual run of all tests.
const SEEDS: u64 = 1000;

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
        match run(seed, None) {
            Ok(report) => println!("{}\n{:#?}", report.trace.join("\n"), report.statistics),
            Err(failed) => panic!("{}", complain(&failed)),
        }
        return;
    }
    let seeds = number("JURA_SIMULATION_SEEDS").unwrap_or(SEEDS);
    match run_all(seeds, None) {
        Ok(statistics) => println!("{statistics:#?}"),
        Err(failed) => panic!("{}", complain(&failed)),
    }
}
