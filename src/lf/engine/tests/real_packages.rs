//! Every template of real packages is created, every choice exercised: with generated arguments of
//! the right types, in several flavours. A model may refuse them; the engine may not.

use std::collections::BTreeMap;

use super::generate::{Generator, parties};
use super::support::{Ledger, load_dar};
use crate::lf::engine::{Config, Engine};
use crate::lf::error::Error;
use crate::lf::signature::{ChoiceSignature, Signatures};
use crate::lf::test_dars;
use crate::model::{ContractId, Identifier, Name};

/// Flavours of arguments that are tried.
const FLAVOURS: usize = 12;
/// Flavours in which everything is tried; later ones are for what did not work in these.
const FLAVOURS_FOR_ALL: usize = 4;

/// DARs that must not load.
fn is_bad(name: &str) -> bool {
    name == "illformed" || name.contains("prefreeze")
}

/// A reason that is in the model and not in the engine.
fn is_of_the_model(error: &Error) -> bool {
    matches!(
        error,
        Error::Failure(_)
            | Error::Authorization { .. }
            | Error::ContractNotFound(_)
            | Error::ContractNotActive { .. }
            | Error::WronglyTypedContract { .. }
            | Error::UserError(_)
            | Error::EffectfulRollback(_)
    )
}

#[derive(Default, Debug)]
struct Report {
    /// What was done, and in which flavour first.
    done: BTreeMap<String, usize>,
    /// What the model refused in all flavours, and why at last.
    refused: BTreeMap<String, String>,
}

impl Report {
    fn note(&mut self, what: &str, flavour: usize, result: Result<(), Error>) {
        match result {
            Ok(()) => {
                self.refused.remove(what);
                self.done.entry(what.to_owned()).or_insert(flavour);
            }
            Err(error) => {
                assert!(is_of_the_model(&error), "{what}: {error:?}");
                if !self.done.contains_key(what) {
                    self.refused.insert(what.to_owned(), error.to_string());
                }
            }
        }
    }
}

fn try_everything(engine: &Engine, report: &mut Report) {
    let signatures = engine.signatures();
    for flavour in 0..FLAVOURS {
        let mut ledger = Ledger::default();
        for package in signatures.packages() {
            for (template, signature) in &package.templates {
                let mut own: Vec<(Identifier, &Name, &ChoiceSignature)> = Vec::new();
                own.extend(
                    signature
                        .choices
                        .iter()
                        .map(|(n, c)| (template.clone(), n, c)),
                );
                for interface in &signature.implements {
                    let inherited = &signatures.interface(interface).unwrap().choices;
                    own.extend(inherited.iter().map(|(n, c)| (interface.clone(), n, c)));
                }
                try_template(
                    engine,
                    &signatures,
                    &mut ledger,
                    template,
                    &own,
                    flavour,
                    report,
                );
            }
        }
    }
}

fn try_template(
    engine: &Engine,
    signatures: &Signatures,
    ledger: &mut Ledger,
    template: &Identifier,
    choices: &[(Identifier, &Name, &ChoiceSignature)],
    flavour: usize,
    report: &mut Report,
) {
    let mut generator = Generator::new(engine, signatures, ledger, flavour);
    let created = generator.create(template, 0);
    let name = format!("{}:{}", template.module(), template.name());
    report.note(
        &name,
        flavour,
        created.as_ref().map(|_| ()).map_err(Clone::clone),
    );
    let Ok(contract) = created else { return };
    for (owner, choice, signature) in choices {
        let what = format!("{name} {}:{choice}", owner.name());
        if flavour >= FLAVOURS_FOR_ALL && report.done.contains_key(&what) {
            continue;
        }
        let result = try_choice(
            engine,
            signatures,
            ledger,
            &contract,
            (owner, choice, signature),
            flavour,
        );
        report.note(&what, flavour, result);
    }
}

fn try_choice(
    engine: &Engine,
    signatures: &Signatures,
    ledger: &mut Ledger,
    contract: &ContractId,
    (owner, choice, signature): (&Identifier, &Name, &ChoiceSignature),
    flavour: usize,
) -> Result<(), Error> {
    // each choice finds the ledger as it was
    let mut ledger = ledger.clone();
    let package = ledger.contracts[contract].template.package();
    let package = signatures.package(package).unwrap();
    let preferred = (package.name.clone(), package.id.clone());
    ledger.preferred.extend([preferred]);
    let mut generator = Generator::new(engine, signatures, &mut ledger, flavour);
    let command = generator.exercise(owner, contract, choice, &signature.argument);
    ledger.submit(engine, parties(), vec![command]).map(|_| ())
}

/// Tries everything in the packages of some DARs, and tells what their models refused.
fn check<'n>(dars: impl IntoIterator<Item = (&'n str, Vec<u8>)>) {
    let engine = Engine::new(Config::default());
    for (name, bytes) in dars {
        eprintln!("{name}");
        load_dar(&engine, &bytes);
    }
    let mut report = Report::default();
    try_everything(&engine, &mut report);
    eprintln!("{} done", report.done.len());
    for (what, why) in &report.refused {
        eprintln!("    {what}: {why}");
    }
}

#[test]
fn all_real_packages_load_and_work() {
    let dars = test_dars::all();
    let good = dars.iter().filter(|(name, _)| !is_bad(name));
    check(good.map(|(name, bytes)| (name.as_str(), bytes.clone())));
}
