//! Commands and packages that are refused, in Canton's words.

use super::model::{self, Model, alice, bob, contract, record};
use super::support::{in_module, party, submission};
use crate::lf::engine::{Command, Config, Engine, LoadError, Step};
use crate::lf::error::{Error, UpgradeFailure};
use crate::lf::text::build_archive;
use crate::lf::value::Value;
use crate::model::{ContractId, Identifier, Name, PackageId};

/// What a command comes to: error id, category and message, with the package as `P`.
fn refusal(model: &mut Model, act_as: &[&str], command: Command) -> (String, u8, String) {
    let Err(error) = model.submit(act_as, vec![command]) else {
        panic!("not refused")
    };
    let report = error.report();
    let message = error.to_string();
    let message = message.replace(model.package.as_str(), "P");
    let short = &model.package.as_str()[..8];
    let message = message.replace(&format!("@{short}"), "@p");
    (report.id.to_owned(), report.category, message)
}

fn any_contract() -> ContractId {
    ContractId::new([7; 32], &[0xca, 0x12])
}

fn exercise(template: Identifier, contract_id: ContractId, choice: &'static str) -> Command {
    Command::Exercise {
        template,
        contract_id,
        choice: Name::literal(choice),
        argument: Value::Unit,
    }
}

#[test]
fn names_that_are_not_there_are_told() {
    let mut model = Model::new();
    let other: PackageId = "ab".repeat(32).parse().unwrap();
    let in_other = in_module(&other, "Asset");
    let nowhere: Identifier = format!("{}:Nope:Asset", model.package).parse().unwrap();
    let create = |template: Identifier| Command::Create {
        template,
        argument: record(vec![]),
    };
    let cases = [
        (create(model.id("Nope")), "unknown template P:M:Nope"),
        (create(model.id("To")), "unknown template P:M:To"),
        (create(model.id("I")), "unknown template P:M:I"),
        (
            create(nowhere),
            "unknown module P:Nope while looking for template P:Nope:Asset",
        ),
        (
            exercise(model.id("Nope"), any_contract(), "Give"),
            "unknown template or interface P:M:Nope",
        ),
        (
            exercise(model.id("Asset"), any_contract(), "Nope"),
            "unknown choice Nope in template P:M:Asset",
        ),
        // the choices of an interface are not those of its templates
        (
            exercise(model.id("Asset"), any_contract(), "Take"),
            "unknown choice Take in template P:M:Asset",
        ),
        (
            exercise(model.id("I"), any_contract(), "Give"),
            "unknown choice Give in interface P:M:I",
        ),
    ];
    for (command, message) in cases {
        let expected = (
            "COMMAND_PREPROCESSING_FAILED".to_owned(),
            8,
            message.to_owned(),
        );
        assert_eq!(refusal(&mut model, &["bob"], command), expected);
    }
    let missing = refusal(&mut model, &["bob"], create(in_other.clone()));
    let message =
        format!("Couldn't find package {other} while looking for template or interface {in_other}");
    assert_eq!(missing, ("PACKAGE_NOT_FOUND".to_owned(), 11, message));
}

#[test]
fn a_template_without_key_has_none() {
    let mut model = Model::new();
    let command = Command::ExerciseByKey {
        template: model.id("Plain"),
        key: Value::Int64(1),
        choice: Name::literal("Archive"),
        argument: Value::Unit,
    };
    let expected = (
        "COMMAND_PREPROCESSING_FAILED".to_owned(),
        8,
        "unknown template without contract key P:M:Plain.".to_owned(),
    );
    assert_eq!(refusal(&mut model, &["bob"], command), expected);
}

#[test]
fn errors_of_the_ledger_are_reported_as_canton_does() {
    let mut model = Model::new();
    let asset = model.asset(5);
    let report = |id: &str, category, message: &str| (id.to_owned(), category, message.to_owned());
    let command = Command::Create {
        template: model.id("Asset"),
        argument: record(vec![alice(), bob(), Value::Int64(5)]),
    };
    assert_eq!(
        refusal(&mut model, &["bob"], command),
        report(
            "DAML_AUTHORIZATION_ERROR",
            8,
            "Interpretation error: Error: node NodeId(0) (P:M:Asset) requires authorizers alice, but only bob were given"
        )
    );
    let command = exercise(model.id("Plain"), asset.clone(), "Archive");
    assert_eq!(
        refusal(&mut model, &["bob"], command),
        report(
            "WRONGLY_TYPED_CONTRACT",
            9,
            &format!(
                "Interpretation error: Error: Update failed due to wrongly typed contract id {asset}\nExpected contract of type M:Plain@p but got M:Asset@p"
            )
        )
    );
    let plain = model.create("Plain", vec![bob()]);
    let command = exercise(model.id("I"), plain.clone(), "Count");
    assert_eq!(
        refusal(&mut model, &["bob"], command),
        report(
            "CONTRACT_DOES_NOT_IMPLEMENT_INTERFACE",
            8,
            &format!(
                "Interpretation error: Error: Update failed due to contract {plain} not implementing an interface\nExpected contract to implement interface M:I@p but contract has type M:Plain@p"
            )
        )
    );
    let command = exercise(model.id("Asset"), any_contract(), "Archive");
    assert_eq!(
        refusal(&mut model, &["bob"], command),
        report(
            "CONTRACT_NOT_FOUND",
            11,
            &format!("Contract could not be found with id {}", any_contract())
        )
    );
    let user = model.create("User", vec![bob()]);
    let command = model.exercise_command("User", &user, "ArchiveTwice", contract(&asset));
    assert_eq!(
        refusal(&mut model, &["bob"], command),
        report(
            "CONTRACT_NOT_ACTIVE",
            11,
            &format!(
                "Interpretation error: Error: Update failed due to fetch of an inactive contract {asset} (M:Asset@p).\nThe contract had been consumed in sub-transaction #NodeId(1):"
            )
        )
    );
    let command = model.create_command("Asset", vec![alice(), bob(), Value::Int64(-5)]);
    assert_eq!(
        refusal(&mut model, &["alice"], command),
        report(
            "DAML_FAILURE",
            9,
            "Interpretation error: Error: User failure: UNHANDLED_EXCEPTION/M:E (error category 9): negative"
        )
    );
}

#[test]
fn a_contract_of_which_its_template_says_something_else_is_refused() {
    let mut model = Model::new();
    let asset = model.asset(5);
    let mut forged = (*model.ledger.contracts[&asset]).clone();
    forged.signatories = [party("alice"), party("bob")].into();
    // its id names it, as if somebody else's ledger had made it so
    let id = forged.id_like(&asset).unwrap();
    let contracts = &mut model.ledger.contracts;
    contracts.insert(id.clone(), std::sync::Arc::new(forged));
    let command = exercise(model.id("Asset"), id.clone(), "Archive");
    let failed = model.submit(&["bob"], vec![command]);
    let Err(Error::Upgrade(failure)) = failed else {
        panic!("{failed:?}");
    };
    let UpgradeFailure::Validation {
        original,
        recomputed,
        ..
    } = *failure
    else {
        panic!("{failure:?}");
    };
    assert_eq!(original.signatories.len(), 2);
    assert_eq!(recomputed.signatories, [party("alice")].into());
}

#[test]
fn a_package_that_comes_later_lets_an_interpretation_go_on() {
    let archive = build_archive(model::SOURCE, &[]).unwrap();
    let start = |engine: &Engine| {
        let command = Command::Create {
            template: in_module(&archive.id, "Plain"),
            argument: record(vec![bob()]),
        };
        let mut interpretation =
            engine.submit(submission(engine, vec![command], [party("bob")], 1));
        match interpretation.run() {
            Step::NeedPackage(id) => assert_eq!(id, archive.id),
            other => panic!("{other:?}"),
        }
        interpretation
    };
    let engine = Engine::new(Config::default());
    let mut refused = start(&engine);
    refused.answer_package(false);
    assert!(matches!(
        refused.run(),
        Step::Failed(Error::MissingPackage { .. })
    ));
    // an answer that is not true is found out
    let mut misled = start(&engine);
    misled.answer_package(true);
    assert!(matches!(
        misled.run(),
        Step::Failed(Error::MissingPackage { .. })
    ));

    let mut waiting = start(&engine);
    engine
        .load(&archive.id, &archive.decode().unwrap())
        .unwrap();
    waiting.answer_package(true);
    assert!(matches!(waiting.run(), Step::Done(_)));
    // loading it again changes nothing
    engine
        .load(&archive.id, &archive.decode().unwrap())
        .unwrap();
    assert!(engine.contains(&archive.id));
}

fn load(source: &str) -> Result<(), LoadError> {
    let archive = build_archive(source, &[]).unwrap_or_else(|error| panic!("{error}"));
    let engine = Engine::new(Config::default());
    engine.load(&archive.id, &archive.decode().unwrap())
}

#[test]
fn packages_that_make_no_sense_are_not_loaded() {
    let module = |body: &str| {
        load(&format!(
            "language 2.1; metadata ('bad' : '1.0.0'); module M {{ {body} }}"
        ))
    };
    let dependency = "ab".repeat(32);
    match module(&format!("record R = {{ x : '{dependency}':M:T }};")) {
        Err(LoadError::MissingDependencies { missing, .. }) => {
            assert_eq!(missing, [dependency.parse().unwrap()].into());
        }
        other => panic!("{other:?}"),
    }
    for cycle in [
        "synonym S = |M:S|; record R = { x : |M:S| };",
        "synonym S = |M:T|; synonym T = |M:S|; record R = { x : |M:S| };",
    ] {
        let loaded = module(cycle);
        assert!(matches!(loaded, Err(LoadError::Check { .. })), "{loaded:?}");
    }
    let doubling = (1..20).map(|n| {
        format!(
            "synonym S{n} (a : *) = M:P (|M:S{} a|) (|M:S{} a|);",
            n - 1,
            n - 1
        )
    });
    let doubling: String = doubling.collect();
    let too_large = module(&format!(
        "record P (a : *) (b : *) = {{ }}; synonym S0 (a : *) = M:P a a; {doubling} record R = {{ x : |M:S19 Int64| }};"
    ));
    assert!(
        matches!(too_large, Err(LoadError::Signature { .. })),
        "{too_large:?}"
    );
    for body in [
        "record R = { x : M:Nope };",
        "record R = { x : |M:Nope| };",
        "val f : Int64 = M:nope;",
        "val f : Int64 = x;",
        "val f : Int64 = M:R {y} (M:R {x = 1}); record R = { x : Int64 };",
        "val f : M:V = M:V:Nope (); variant V = A : Unit;",
        "template (this : T) = { precondition True; signatories Nil @Party; observers Nil @Party; };",
        "record T = { }; template (this : T) = { precondition True; signatories Nil @Party; observers Nil @Party; implements M:I { view = (); }; };",
        "interface (this : I) = { viewtype Unit; method m : Int64; };
         record T = { }; template (this : T) = { precondition True; signatories Nil @Party; observers Nil @Party; implements M:I { view = (); }; };",
        "interface (this : I) = { viewtype Unit; }; interface (this : J) = { viewtype Unit; requires M:I; };
         record T = { }; template (this : T) = { precondition True; signatories Nil @Party; observers Nil @Party; implements M:J { view = (); }; };",
    ] {
        let loaded = module(body);
        assert!(loaded.is_err(), "{body}");
    }
}

#[test]
fn a_refused_package_leaves_no_trace() {
    let base = |body: &str| {
        let source = format!("language 2.1; metadata ('base' : '1.0.0'); module B {{ {body} }}");
        build_archive(&source, &[]).unwrap().decode().unwrap()
    };
    let id = "ba".repeat(32).parse().unwrap();
    let user = format!(
        "language 2.1; metadata ('user' : '1.0.0'); module M {{ val y : Int64 = '{id}':B:x; }}"
    );
    let engine = Engine::new(Config::default());
    let load_user = || {
        let archive = build_archive(&user, &[]).unwrap();
        engine.load(&archive.id, &archive.decode().unwrap())
    };
    let refused = engine.load(&id, &base("val x : Int64 = \"\";"));
    assert!(matches!(refused, Err(LoadError::Check { .. })));
    assert!(!engine.contains(&id));
    let without = load_user();
    assert!(matches!(
        without,
        Err(LoadError::MissingDependencies { .. })
    ));
    // what was refused does not stand in the way, and is not what others are checked against
    engine.load(&id, &base("val x : Text = \"\";")).unwrap();
    let with = load_user().unwrap_err().to_string();
    assert!(
        with.ends_with("value M:y: expected type Int64, found Text [type-mismatch]"),
        "{with}"
    );
}

#[test]
fn code_that_lies_about_its_types_would_be_an_error_and_no_panic() {
    let lies = [
        ("Int64", "ADD_INT64 1 \"x\""),
        ("Int64", "case M:E:A of M:E:B -> 1"),
        ("Int64", "1 2"),
        ("Int64", "(\\(x : Int64) -> x) 1 2"),
        ("Text", "APPEND_TEXT 1 2"),
        ("Int64", "FOLDL @Int64 @Int64 1 2 3"),
        ("Int64", "case 1 of True -> 1 | False -> 2"),
        ("Int64", "case True of Cons a b -> a | Nil -> 2"),
        ("Int64", "M:R {x} 5"),
        ("Int64", "<a = 1>.b"),
        ("Int64", "TEXTMAP_SIZE @Int64 (GENMAP_EMPTY @Int64 @Int64)"),
        ("Bool", "EQUAL @Int64 1 \"1\""),
        ("Bool", "LESS @Text 1 2"),
        ("Party", "5"),
    ];
    for (typ, expr) in lies {
        let definitions = "record @serializable R = { x : Int64 }; enum E = A | B;";
        let outcome = super::support::evaluate_unchecked(definitions, typ, expr);
        let harmless = matches!(
            outcome,
            Err(Error::IllTyped(_) | Error::UserError(_)) | Ok(_)
        );
        assert!(harmless, "{expr}: {outcome:?}");
    }
}
