//! A report of a run.

use std::time::Duration;

use super::labels::Labels;
use super::reason;
use super::tree::{list, short, tree};
use super::{Excerpt, FailureReport, ScriptReport, Within};
use crate::lf::error::Level;
use crate::script::dar::{Script, ScriptDar};
use crate::script::journal::Step;
use crate::script::outcome::Failure;
use crate::script::place::Place;
use crate::script::runner::Run;

/// What came of a script; with its steps on the ledger, if these are to be shown.
pub fn report(
    dar: &ScriptDar,
    script: &Script,
    run: &Run,
    took: Duration,
    with_steps: bool,
) -> ScriptReport {
    let mut labels = Labels::default();
    let mut number = 0;
    let mut steps = Vec::new();
    for step in &run.journal.steps {
        if let Step::Committed { transaction, .. } = step {
            number += 1;
            if let Some(transaction) = transaction {
                labels.add(number, transaction);
            }
        }
        if with_steps {
            steps.push(shown(dar, step, number, &labels));
        }
    }
    let failure = run.result.as_ref().err();
    let traces = &run.journal.traces;
    let last_place = run.journal.last_place.as_ref();
    ScriptReport {
        name: script.name(),
        failure: failure.map(|failure| explained(dar, failure, last_place, &labels)),
        traces: traces
            .iter()
            .map(|trace| reason::shown(trace, &labels).into())
            .collect(),
        transactions: run.journal.transactions,
        steps,
        took,
    }
}

fn shown(dar: &ScriptDar, step: &Step, number: usize, labels: &Labels) -> String {
    let at = |place: &Option<Place>| match place {
        Some(place) => format!("  ({place})"),
        None => String::new(),
    };
    match step {
        Step::Committed {
            transaction,
            act_as,
            read_as,
            at: time,
            place,
        } => {
            let readers = if read_as.is_empty() {
                String::new()
            } else {
                format!(", reading as {}", list(read_as))
            };
            let parties = list(act_as);
            let head = format!("#{number} {time} {parties}{readers}{}\n", at(place));
            match transaction {
                Some(transaction) => head + &tree(dar.engine(), transaction, labels),
                None => head,
            }
        }
        Step::Refused {
            act_as,
            at: time,
            place,
            reason,
            ..
        } => {
            let parties = list(act_as);
            let reason = reason::shown(reason, labels).replace('\n', "\n   ");
            format!("refused {time} {parties}{}\n   {reason}\n", at(place))
        }
        Step::Time(time) => format!("time {time}\n"),
    }
}

fn explained(
    dar: &ScriptDar,
    failure: &Failure,
    last_place: Option<&Place>,
    labels: &Labels,
) -> FailureReport {
    let excerpt = |place: &Place| Excerpt {
        place: place.clone(),
        line: dar.source_line(place),
    };
    let told = failure.to_string();
    let (command, places) = match failure {
        Failure::Command(failure) => (
            Some(failure.command.clone()),
            failure.places.iter().map(excerpt).collect(),
        ),
        Failure::Code(..) | Failure::Protocol(_) => (None, Vec::new()),
    };
    let backtrace: &[Level] = match failure {
        Failure::Command(failure) => &failure.backtrace,
        Failure::Code(_, backtrace) => backtrace,
        Failure::Protocol(_) => &[],
    };
    FailureReport {
        command,
        reason: reason::shown(&told, labels),
        hint: reason::hint(&told),
        within: within(dar, backtrace, labels),
        places,
        last_place: last_place.map(excerpt),
    }
}

/// Places in code that are shown; the innermost say most.
const PLACES_MAX: usize = 5;

/// Beginnings of modules of the standard library, whose code nobody looks for mistakes in.
const STANDARD: [&str; 5] = ["DA.", "GHC.", "Daml.Script", "Prelude", "Control."];

fn within(dar: &ScriptDar, backtrace: &[Level], labels: &Labels) -> Vec<Within> {
    let mut places = 0;
    let mut shown = Vec::new();
    for level in backtrace {
        match level {
            Level::Code {
                package,
                module,
                start,
                end,
            } => {
                let is_standard = STANDARD.iter().any(|it| module.as_str().starts_with(it));
                if is_standard || places >= PLACES_MAX {
                    continue;
                }
                places += 1;
                let line =
                    (package == dar.main()).then(|| dar.line(module.as_str(), i64::from(start.0)));
                shown.push(Within::Code {
                    module: module.to_string(),
                    start: *start,
                    end: *end,
                    line: line.flatten(),
                });
            }
            Level::Exercise {
                template,
                choice,
                contract_id,
                ..
            } => shown.push(Within::Exercise {
                choice: choice.to_string(),
                template: short(template),
                contract: labels.label(contract_id),
            }),
        }
    }
    shown
}
