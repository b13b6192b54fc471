//! Which scripts are run.

use anyhow::{bail, ensure};

use super::super::args::ScriptArgs;
use crate::script::{Script, ScriptDar};

/// Names that are listed when one is not found.
const LISTED_MAX: usize = 20;

/// The scripts that the command line asks for; never none.
pub(super) fn select<'d>(args: &ScriptArgs, dar: &'d ScriptDar) -> anyhow::Result<Vec<&'d Script>> {
    match &args.script_name {
        Some(name) => Ok(vec![one(args, dar, name)?]),
        None => all(args, dar),
    }
}

fn one<'d>(args: &ScriptArgs, dar: &'d ScriptDar, name: &str) -> anyhow::Result<&'d Script> {
    let Some(script) = dar.script(name) else {
        if let Some(why) = dar.why_no_script(name) {
            bail!("{name} is no script that can be run: {why}");
        }
        let known: Vec<String> = dar.scripts().iter().map(Script::name).collect();
        let listed = known.iter().take(LISTED_MAX);
        let listed: Vec<String> = listed.map(|name| format!("\n  {name}")).collect();
        let nearest = known
            .iter()
            .max_by(|a, b| similarity(a, name).total_cmp(&similarity(b, name)))
            .filter(|nearest| similarity(nearest, name) > 0.8);
        match nearest {
            Some(nearest) => bail!("there is no script {name}; is it {nearest}?"),
            None => bail!("there is no script {name}; there are{}", listed.concat()),
        }
    };
    ensure!(
        script.parameter.is_some() || args.input_file.is_none(),
        "{name} has no parameter for an input file"
    );
    ensure!(
        script.parameter.is_none() || args.input_file.is_some(),
        "{name} has a parameter: give its argument with --input-file"
    );
    Ok(script)
}

fn similarity(one: &str, other: &str) -> f64 {
    strsim::jaro_winkler(one, other)
}

fn all<'d>(args: &ScriptArgs, dar: &'d ScriptDar) -> anyhow::Result<Vec<&'d Script>> {
    ensure!(
        args.input_file.is_none() && args.output_file.is_none(),
        "--input-file and --output-file are for one script: name it with --script-name"
    );
    let wanted = |script: &&Script| {
        let name = script.name();
        args.filter.as_ref().is_none_or(|part| name.contains(part))
    };
    let scripts: Vec<&Script> = dar.tests().filter(wanted).collect();
    if scripts.is_empty() {
        match &args.filter {
            Some(part) => bail!("no script in the main package has {part} in its name"),
            None => bail!("the main package has no scripts without parameters"),
        }
    }
    Ok(scripts)
}
