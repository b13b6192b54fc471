//! Reports for people.

use std::fmt::Write;
use std::time::Duration;

use super::{Excerpt, FailureReport, ScriptReport, Within};

/// How reports are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// With colours, for a terminal.
    pub colours: bool,
    /// With every transaction.
    pub transactions: bool,
}

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

/// Traces that are shown of a script that failed; the last ones say most.
const TRACES_SHOWN: usize = 20;

impl Style {
    fn paint(self, colour: &str, text: &str) -> String {
        if self.colours {
            format!("{colour}{text}{PLAIN}")
        } else {
            text.to_owned()
        }
    }

    /// A script: one line; if it failed, what there is to tell; if wanted, its transactions.
    pub fn script(self, report: &ScriptReport) -> String {
        let mut out = String::new();
        match &report.failure {
            None => {
                let _ = writeln!(out, "{} {}", report.name, self.paint(GREEN, "SUCCESS"));
            }
            Some(failure) => {
                let verdict = self.paint(RED, "FAILURE");
                let name = self.paint(BOLD, &report.name);
                let reason: Vec<&str> = failure.reason.lines().map(str::trim).collect();
                let _ = writeln!(out, "{name} {verdict} ({})", reason.join(" "));
                self.failure(failure, &mut out);
                traces(report, &mut out);
            }
        }
        if self.transactions {
            for step in &report.steps {
                for line in step.lines() {
                    let _ = writeln!(out, "    {line}");
                }
            }
        }
        out
    }

    fn failure(self, failure: &FailureReport, out: &mut String) {
        if let Some(hint) = failure.hint {
            let _ = writeln!(out, "    hint: {hint}");
        }
        for within in &failure.within {
            self.within(within, out);
        }
        for (index, excerpt) in failure.places.iter().enumerate() {
            let how = if index == 0 { "in" } else { "called by" };
            self.excerpt(how, excerpt, out);
        }
        if let (true, Some(last)) = (failure.places.is_empty(), &failure.last_place) {
            self.excerpt("after", last, out);
        }
    }

    fn within(self, within: &Within, out: &mut String) {
        match within {
            Within::Exercise {
                choice,
                template,
                contract,
            } => {
                let _ = writeln!(out, "    exercising {choice} of {template} {contract}");
            }
            Within::Code {
                module,
                start,
                end,
                line,
            } => {
                let _ = writeln!(out, "    at {module}:{}:{}", start.0, start.1);
                if let Some(line) = line {
                    let wide = |(line, column)| (i64::from(line), i64::from(column));
                    self.source(line, wide(*start), wide(*end), out);
                }
            }
        }
    }

    fn excerpt(self, how: &str, excerpt: &Excerpt, out: &mut String) {
        let place = &excerpt.place;
        let _ = writeln!(out, "    {how} {place}");
        if let Some(line) = &excerpt.line {
            let start = (place.line, place.column);
            self.source(line, start, (place.last_line, place.last_column), out);
        }
    }

    /// A line of source with marks below what is meant.
    fn source(self, line: &str, start: (i64, i64), end: (i64, i64), out: &mut String) {
        let number = start.0.to_string();
        let gutter = self.paint(DIM, &format!("{number} |"));
        let _ = writeln!(out, "      {gutter} {line}");
        let column = usize::try_from(start.1).unwrap_or(1).max(1);
        let until = if start.0 == end.0 {
            usize::try_from(end.1).unwrap_or(column)
        } else {
            line.chars().count() + 1
        };
        let width = until.saturating_sub(column).clamp(1, 200);
        let before = " ".repeat(number.len() + 2 + column);
        let marks = self.paint(RED, &"^".repeat(width));
        let _ = writeln!(out, "      {before}{marks}");
    }
}

fn traces(report: &ScriptReport, out: &mut String) {
    let traces = &report.traces;
    if traces.is_empty() {
        return;
    }
    let hidden = traces.len().saturating_sub(TRACES_SHOWN);
    let _ = match hidden {
        0 => writeln!(out, "    trace:"),
        hidden => writeln!(out, "    trace, without the first {hidden}:"),
    };
    for trace in traces.iter().skip(hidden) {
        for line in trace.lines() {
            let _ = writeln!(out, "      {line}");
        }
    }
}

/// How many scripts passed, and how long it took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Scripts that passed.
    pub passed: usize,
    /// Scripts that failed.
    pub failed: usize,
    /// How long all of them took.
    pub took: Duration,
}

impl Summary {
    /// Counts a script.
    pub fn add(&mut self, report: &ScriptReport) {
        match report.failure {
            None => self.passed += 1,
            Some(_) => self.failed += 1,
        }
    }

    /// The last line.
    pub fn text(&self, style: Style) -> String {
        let all = self.passed + self.failed;
        let scripts = if all == 1 { "script" } else { "scripts" };
        let passed = format!("{} passed", self.passed);
        let passed = match self.failed {
            0 => style.paint(GREEN, &passed),
            _ => passed,
        };
        let failed = match self.failed {
            0 => String::new(),
            failed => format!(", {}", style.paint(RED, &format!("{failed} failed"))),
        };
        let took = self.took.as_secs_f64();
        format!("\n{all} {scripts}: {passed}{failed} ({took:.2} s)\n")
    }
}
