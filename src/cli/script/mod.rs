//! `jura script`: runs scripts of a DAR.
//!
//! Each script gets a ledger in memory of its own. What came of a script is printed as soon as it is
//! over: one line, more if it failed; a summary at the end. Ends with 0 if all passed, 1 if one failed, 2 if
//! nothing could be run.

mod ledger;
mod progress;
mod select;

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;

use self::ledger::Target;
use self::progress::Bar;
use super::args::ScriptArgs;
use super::output::print;
use super::whole_file;
use crate::config::ProtocolVersion;
use crate::lf::engine::MachineValue;
use crate::runtime::clock::Stopwatch;
use crate::script::json::{from_json, parse, to_json};
use crate::script::report::{Style, Summary, report, suite_to_json};
use crate::script::{Options, Script, ScriptDar};

/// Nothing could be run.
const USAGE: u8 = 2;

pub(super) fn run(args: &ScriptArgs) -> ExitCode {
    match run_scripts(args) {
        Ok(summary) if summary.failed == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("jura: {error:#}");
            ExitCode::from(USAGE)
        }
    }
}

fn run_scripts(args: &ScriptArgs) -> anyhow::Result<Summary> {
    let clock = Stopwatch::start();
    let path = &args.dar;
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let options = Options {
        rollback_effects: args
            .protocol_version
            .is_some_and(|it| it < ProtocolVersion::V35),
        steps_max: args.steps_max,
        memory_bytes_max: args.memory_mib_max.saturating_mul(1 << 20),
    };
    let dar = ScriptDar::load(&bytes, &options);
    let dar = dar.with_context(|| path.display().to_string())?;
    let scripts = select::select(args, &dar)?;
    let argument = args.input_file.as_deref();
    let argument = argument.map(|file| argument_of(file, &dar, scripts[0]));
    let argument = argument.transpose()?;
    if let Some(file) = &args.output_file {
        whole_file::check(file)?;
    }
    let style = style(args);
    let bar = Bar::new(scripts.len());
    let mut summary = Summary::default();
    let mut reports = Vec::new();
    let mut target = Target::of(args, &bytes)?;
    let mut written = Ok(());
    for script in scripts {
        bar.begin(&script.name());
        let stopwatch = Stopwatch::start();
        let run = target.run(&dar, script, argument.clone())?;
        let took = stopwatch.elapsed();
        let report = report(&dar, script, &run, took, args.transactions);
        summary.add(&report);
        if let (Some(file), Ok(result)) = (&args.output_file, &run.result) {
            // what came of the script is told in any case
            written = write_result(file, &dar, script, result);
        }
        if args.json {
            reports.push(report);
        } else {
            bar.above(|| print(&style.script(&report)))?;
        }
        bar.done(&summary);
    }
    bar.clear();
    summary.took = clock.elapsed();
    if args.json {
        print(&format!("{:#}\n", suite_to_json(&reports, &summary)))?;
    } else {
        print(&summary.text(style))?;
    }
    written.map(|()| summary)
}

/// Colours only where somebody sees them who has not asked for none (no-color.org).
fn style(args: &ScriptArgs) -> Style {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    Style {
        colours: std::io::stdout().is_terminal() && !unwanted && !dumb,
        transactions: args.transactions,
    }
}

fn argument_of(file: &Path, dar: &ScriptDar, script: &Script) -> anyhow::Result<MachineValue> {
    let typ = script.parameter.as_ref();
    let typ = typ.with_context(|| format!("{script} has no parameter for an input file"))?;
    let text = std::fs::read_to_string(file);
    let text = text.with_context(|| format!("cannot read {}", file.display()))?;
    let json = parse(&text).map_err(|error| anyhow::anyhow!("{}:{error}", file.display()))?;
    let value = from_json(&dar.engine().signatures(), typ, &json);
    let value = value.with_context(|| file.display().to_string())?;
    let evaluation = dar.engine().evaluation(Arc::default());
    let argument = evaluation.import(typ, &value);
    argument.with_context(|| file.display().to_string())
}

fn write_result(
    file: &Path,
    dar: &ScriptDar,
    script: &Script,
    result: &MachineValue,
) -> anyhow::Result<()> {
    let evaluation = dar.engine().evaluation(Arc::default());
    let value = evaluation.export(result);
    let value = value.with_context(|| format!("the result of {script} is no data"))?;
    let json = to_json(&dar.engine().signatures(), &script.result, &value);
    let json = json.with_context(|| format!("the result of {script}"))?;
    whole_file::write(file, format!("{json:#}\n").as_bytes())
}
