//! Reports for programs.

use serde_json::{Value, json};

use super::text::Summary;
use super::{Excerpt, FailureReport, ScriptReport, Within};

/// Everything about some scripts.
pub fn suite_to_json(reports: &[ScriptReport], summary: &Summary) -> Value {
    let scripts = reports.iter().map(script_to_json);
    json!({
        "scripts": scripts.collect::<Vec<_>>(),
        "passed": summary.passed,
        "failed": summary.failed,
        "milliseconds": millis(summary.took),
    })
}

/// Everything about a script. Steps on the ledger, if they are to be shown, are lists of lines.
pub fn script_to_json(report: &ScriptReport) -> Value {
    let traces: Vec<&str> = report.traces.iter().map(AsRef::as_ref).collect();
    let mut value = json!({
        "name": report.name,
        "success": report.failure.is_none(),
        "transactions": report.transactions,
        "traces": traces,
        "milliseconds": millis(report.took),
    });
    let Some(object) = value.as_object_mut() else {
        return value;
    };
    if let Some(failure) = &report.failure {
        object.insert("failure".to_owned(), failure_to_json(failure));
    }
    if !report.steps.is_empty() {
        let steps = report.steps.iter().map(|step| step.lines().collect());
        let steps: Vec<Vec<&str>> = steps.collect();
        object.insert("steps".to_owned(), json!(steps));
    }
    value
}

fn millis(took: std::time::Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

fn failure_to_json(failure: &FailureReport) -> Value {
    json!({
        "command": failure.command.as_deref(),
        "reason": failure.reason,
        "hint": failure.hint,
        "within": failure.within.iter().map(within_to_json).collect::<Vec<_>>(),
        "places": failure.places.iter().map(excerpt_to_json).collect::<Vec<_>>(),
        "after": failure.last_place.as_ref().map(excerpt_to_json),
    })
}

fn within_to_json(within: &Within) -> Value {
    match within {
        Within::Code {
            module,
            start,
            line,
            ..
        } => json!({"module": module, "line": start.0, "column": start.1, "source": line}),
        Within::Exercise {
            choice,
            template,
            contract,
        } => json!({"choice": choice, "template": template, "contract": contract}),
    }
}

fn excerpt_to_json(excerpt: &Excerpt) -> Value {
    let place = &excerpt.place;
    json!({
        "called": &*place.called,
        "module": &*place.module,
        "file": &*place.file,
        "line": place.line,
        "column": place.column,
        "source": excerpt.line,
    })
}
