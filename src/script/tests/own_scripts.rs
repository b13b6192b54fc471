//! Scripts written as text, with a library of our own that has the questions in their newest form.

use super::*;
use crate::lf::archive::read_dar;
use crate::lf::text::build_dar;
use crate::lf::value::Value;
use crate::model::Timestamp;
use crate::script::json::{from_json, parse, to_json};
use crate::script::report::{Style, Summary, suite_to_json};

const LIBRARY: &str = include_str!("library.daml-lf");
const SCRIPTS: &str = include_str!("scripts.daml-lf");

/// A script that does not end is ended after so many steps.
const STEPS_MAX: u64 = 200_000;

fn build(scripts: &str, library: &str) -> Vec<u8> {
    let library = read_dar(&build_dar(library, &[]).unwrap()).unwrap();
    build_dar(scripts, &[library.main]).unwrap()
}

fn dar() -> ScriptDar {
    let options = Options {
        steps_max: STEPS_MAX,
        ..Options::default()
    };
    ScriptDar::load(&build(SCRIPTS, LIBRARY), &options).unwrap()
}

#[test]
fn reports_are_those_that_are_kept() {
    let reports = run_all(&dar());
    let mut summary = Summary::default();
    let style = Style {
        colours: false,
        transactions: true,
    };
    let mut text = String::new();
    for report in &reports {
        summary.add(report);
        text += &style.script(report);
    }
    text += &summary.text(style);
    crate::golden::check("script/report.txt", &text);
    let json = suite_to_json(&reports, &summary);
    crate::golden::check("script/report.json", &format!("{json:#}\n"));
}

#[test]
fn a_report_is_the_same_whatever_ran_before_and_on_any_thread() {
    let dar = dar();
    let all = run_all(&dar);
    let alone: Vec<ScriptReport> = dar
        .tests()
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .map(|script| {
            let run = run_one(&dar, script, TimeMode::Static);
            report(&dar, script, &run, Duration::ZERO, true)
        })
        .collect();
    let alone: Vec<ScriptReport> = alone.into_iter().rev().collect();
    assert_eq!(all, alone);
}

#[test]
fn only_what_failed_is_told_of_without_transactions_and_colours_are_for_terminals() {
    let reports = run_all(&dar());
    let passed = reports.iter().find(|it| it.failure.is_none()).unwrap();
    let plain = Style::default().script(passed);
    assert_eq!(plain, format!("{} SUCCESS\n", passed.name));
    let style = Style {
        colours: true,
        transactions: false,
    };
    assert_eq!(
        style.script(passed),
        format!("{} \x1b[32mSUCCESS\x1b[0m\n", passed.name)
    );
}

#[test]
fn an_unknown_question_is_an_error_that_names_it() {
    let dar = dar();
    let script = dar.script("Main:asksWhatNobodyKnows").unwrap();
    let run = run_one(&dar, script, TimeMode::Static);
    let failure = run.result.unwrap_err().to_string();
    assert!(failure.contains("TellTheFuture in version 7"), "{failure}");
}

#[test]
fn a_wall_clock_cannot_be_set() {
    let dar = dar();
    let script = dar.script("Main:setsTheTime").unwrap();
    let clock = TimeMode::WallClock(Arc::new(|| Timestamp::EPOCH));
    let run = run_one(&dar, script, clock);
    let failure = run.result.unwrap_err().to_string();
    assert!(failure.contains("--static-time"), "{failure}");
}

#[test]
fn a_script_gets_its_argument_and_gives_its_result() {
    let dar = dar();
    assert!(dar.tests().all(|script| script.name() != "Main:echoes"));
    let script = dar.script("Main:echoes").unwrap();
    let json = serde_json::json!({"owner": "Alice", "text": "hello"});
    let known = dar.engine().signatures();
    let given = parse(&json.to_string()).unwrap();
    let argument = from_json(&known, script.parameter.as_ref().unwrap(), &given).unwrap();
    let settings = Settings::default();
    let evaluation = dar.engine().evaluation(Arc::default());
    let argument = evaluation.import(script.parameter.as_ref().unwrap(), &argument);
    let mut ledger = MemoryLedger::new(dar.engine().clone(), TimeMode::Static, Arc::default());
    let run = run(
        &dar,
        script,
        Some(argument.unwrap()),
        &mut ledger,
        &settings,
    );
    let result: Value = evaluation.export(&run.result.unwrap()).unwrap();
    assert_eq!(to_json(&known, &script.result, &result).unwrap(), json);
}

#[test]
fn what_yields_a_script_but_is_none_says_why() {
    let dar = dar();
    let why = |name: &str| {
        assert!(dar.script(name).is_none());
        dar.why_no_script(name)
    };
    let two = "it has more than one parameter: a record can hold several";
    assert_eq!(why("Main:takesTwo"), Some(two));
    assert_eq!(why("Main:takesAnything"), Some("it has a type parameter"));
    assert_eq!(why("Main:one"), None);
    assert_eq!(dar.why_no_script("Main:echoes"), None);
}

#[test]
fn memory_is_bounded_where_a_script_asks_for_that() {
    let options = Options {
        memory_bytes_max: 1 << 20,
        ..Options::default()
    };
    let scripts = SCRIPTS.replace("= Main:loop 0;", "= Main:expect \"\" (Main:grow \"x\");");
    let dar = ScriptDar::load(&build(&scripts, LIBRARY), &options).unwrap();
    let script = dar.script("Main:neverEnds").unwrap();
    let failure = run_one(&dar, script, TimeMode::Static).result.unwrap_err();
    let failure = failure.to_string();
    assert!(
        failure.ends_with("needed more than 1048576 bytes of memory"),
        "{failure}"
    );
}

#[test]
fn a_script_that_is_cancelled_ends() {
    let dar = ScriptDar::load(&build(SCRIPTS, LIBRARY), &Options::default()).unwrap();
    let settings = Settings::default();
    settings
        .cancelled
        .store(true, std::sync::atomic::Ordering::Relaxed);
    let mut ledger = MemoryLedger::new(dar.engine().clone(), TimeMode::Static, Arc::default());
    let script = dar.script("Main:neverEnds").unwrap();
    let run = run(&dar, script, None, &mut ledger, &settings);
    assert!(run.result.is_err());
}

#[test]
fn a_library_of_old_is_refused_by_name() {
    let library = "language 2.1; metadata ('daml-script' : '0.0.1');
        module Daml.Script { record Script a = { unpack : a }; }";
    let scripts = "language 2.1; metadata ('old' : '1.0.0');
        import 's' = 'daml-script' : '0.0.1';
        module Main {
          val test : 's':Daml.Script:Script Unit = 's':Daml.Script:Script @Unit { unpack = () };
        }";
    let error = ScriptDar::load(&build(scripts, library), &Options::default());
    let error = error.err().unwrap().to_string();
    assert!(error.starts_with("Main:test uses a library"), "{error}");
}

#[test]
fn what_only_looks_like_the_library_is_none() {
    let library = LIBRARY.replace("'daml-script'", "'my-script'");
    let scripts = SCRIPTS.replace("'daml-script'", "'my-script'");
    let dar = ScriptDar::load(&build(&scripts, &library), &Options::default()).unwrap();
    assert_eq!(dar.scripts().len(), 0);
}
