//! Packages with a part changed at random are refused, or run without the machine finding that an
//! operation got what it cannot work on.

mod inhabit;
mod mutate;
mod parts;

use self::inhabit::CALL;
use self::mutate::{Dice, Pool, mutate};
use super::generate::{Generator, parties};
use super::support::Ledger;
use crate::lf::archive::read_dar;
use crate::lf::ast::Package;
use crate::lf::engine::{Config, Engine, LoadError};
use crate::lf::error::Error;
use crate::lf::models::Model;
use crate::lf::test_dars;
use crate::model::{Identifier, PackageId};

fn config() -> Config {
    Config {
        steps_max: 100_000,
        call_steps_max: 20_000,
        slice_steps: 50_000,
        memory_bytes_max: 32 << 20,
        stack_bytes_max: 4 << 20,
        ..Config::default()
    }
}

/// What became of changed packages.
#[derive(Debug, Default)]
struct Tally {
    refused: usize,
    ran: usize,
    /// Values that had a result, and that ended in an error.
    results: usize,
    errors: usize,
}

impl Tally {
    fn note<T>(&mut self, what: &dyn std::fmt::Debug, result: Result<T, Error>) {
        match result {
            Err(error @ Error::IllTyped(_)) => panic!("{what:?}: {error:?}"),
            Err(_) => self.errors += 1,
            Ok(_) => self.results += 1,
        }
    }
}

/// Changes a package in many ways and tries what passes.
fn try_changes(original: &Package, known: &Engine, seeds: std::ops::Range<u64>) -> Tally {
    let mut original = original.clone();
    let pool = Pool::of(&mut original);
    let mut tally = Tally::default();
    for seed in seeds {
        let mut dice = Dice::new(seed);
        let mut changed = original.clone();
        for _ in 0..=dice.below(3) {
            mutate(&mut changed, &pool, &mut dice);
        }
        inhabit::add_calls(&mut changed);
        let engine = known.fork();
        let id: PackageId = format!("{:064x}", u128::from(seed) + (1 << 80))
            .parse()
            .unwrap();
        match engine.load(&id, &changed) {
            Ok(()) => {
                tally.ran += 1;
                run(&engine, &id, &changed, seed, &mut tally);
            }
            // what the change made of the dependencies is not computed again
            Err(LoadError::Check { .. } | LoadError::MissingDependencies { .. }) => {
                tally.refused += 1;
            }
            Err(error) => panic!("seed {seed}: what the check accepted cannot be loaded: {error}"),
        }
    }
    tally
}

fn run(engine: &Engine, id: &PackageId, package: &Package, seed: u64, tally: &mut Tally) {
    for module in &package.modules {
        let calls = module.values.iter();
        for value in calls.filter(|it| it.name.as_str().starts_with(CALL)) {
            let definition = format!("{id}:{}:{}", module.name, value.name);
            let definition: Identifier = definition.parse().unwrap();
            tally.note(&(seed, &definition), engine.evaluate(&definition));
        }
    }
    let signatures = engine.signatures();
    let own = signatures.package(id).unwrap();
    let flavour = usize::try_from(seed % 12).unwrap();
    for (template, signature) in &own.templates {
        let mut ledger = Ledger::default();
        let mut generator = Generator::new(engine, &signatures, &mut ledger, flavour);
        let created = generator.create(template, 0);
        tally.note(&(seed, template), created.clone());
        let Ok(contract) = created else { continue };
        let choices = signature.choices.iter().map(|it| (template, it));
        let interfaces = signature.implements.iter().flat_map(|interface| {
            let choices = &signatures.interface(interface).unwrap().choices;
            choices.iter().map(move |it| (interface, it))
        });
        for (of, (name, choice)) in choices.chain(interfaces) {
            let mut ledger = ledger.clone();
            let mut generator = Generator::new(engine, &signatures, &mut ledger, flavour);
            let command = generator.exercise(of, &contract, name, &choice.argument);
            let result = ledger.submit(engine, parties(), vec![command]);
            tally.note(&(seed, template, name), result);
        }
    }
}

#[test]
fn changed_models_are_refused_or_run() {
    for model in Model::ALL {
        let package = model.archive().unwrap().decode().unwrap();
        let tally = try_changes(&package, &Engine::new(config()), 0..300);
        eprintln!("{model:?}: {tally:?}");
        assert!(tally.refused > 0 && tally.ran > 0 && tally.results > 0);
    }
}

#[test]
fn changed_real_packages_are_refused_or_run() {
    for name in [
        "encoder-test-2.1",
        "encoder-test-2.2",
        "quickstart-counter-0.0.1",
        "richtypes-0.0.1",
        "all-kinds-of-1.0.0",
        "AdminWorkflows-3.3.0",
    ] {
        let Some(bytes) = test_dars::one(name) else {
            continue;
        };
        let packages = read_dar(&bytes).unwrap().decode(|_| false).unwrap();
        let (main, dependencies) = packages.split_first().unwrap();
        let engine = Engine::new(config());
        engine.load_all(dependencies).unwrap();
        let tally = try_changes(&main.1, &engine, 0..60);
        eprintln!("{name}: {tally:?}");
        assert!(tally.refused > 0 && tally.ran > 0);
    }
}
