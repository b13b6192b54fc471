//! What a run found, for people and for programs.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::options::Options;
use super::tally::Tally;

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The kind of load.
    pub model: &'static str,
    /// `host:port`
    pub ledger: String,
    /// The version that the ledger says its API has.
    pub ledger_api_version: String,
    /// Clients that worked side by side.
    pub clients: usize,
    /// HTTP/2 connections that they shared.
    pub connections: usize,
    /// How long it counted.
    pub seconds: f64,
    /// Commands that were committed.
    pub commands: u64,
    /// The same per second.
    pub commands_per_second: f64,
    /// How long the committed commands took.
    pub latency_milliseconds: Latency,
    /// The longest time in which no client had a command committed.
    pub longest_pause_milliseconds: f64,
    /// What was not committed.
    pub errors: Errors,
}

/// Latencies in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs, reason = "named as everybody names them")]
pub struct Latency {
    pub mean: f64,
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub max: f64,
}

/// Commands that were not committed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Errors {
    /// All of them.
    pub total: u64,
    /// Those that could be tried again.
    pub retryable: u64,
    /// The most frequent first.
    pub by_id: Vec<ErrorCount>,
}

/// Errors of one id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorCount {
    /// The error id, or the gRPC code where there is none.
    pub id: String,
    /// The category, if the ledger tells it.
    pub category: Option<u8>,
    /// Whether the same could be tried again.
    pub retryable: bool,
    /// How many.
    pub count: u64,
    /// The message of the first one.
    pub sample: String,
}

impl Report {
    pub(super) fn new(
        options: &Options,
        version: String,
        tally: &Tally,
        counted: Duration,
    ) -> Self {
        let commands = tally.latency.len();
        let seconds = counted.as_secs_f64();
        let mut by_id: Vec<ErrorCount> = tally.errors.values().cloned().collect();
        by_id.sort_by(|one, other| other.count.cmp(&one.count).then(one.id.cmp(&other.id)));
        let retryable = by_id.iter().filter(|error| error.retryable);
        Self {
            model: options.load.name(),
            ledger: options
                .participants
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
            ledger_api_version: version,
            clients: options.clients,
            connections: options.connections,
            seconds: rounded(seconds),
            commands,
            commands_per_second: rounded(per_second(commands, counted)),
            latency_milliseconds: Latency {
                mean: rounded(tally.latency.mean() / 1000.0),
                p50: quantile(tally, 0.5),
                p90: quantile(tally, 0.9),
                p99: quantile(tally, 0.99),
                max: quantile(tally, 1.0),
            },
            longest_pause_milliseconds: rounded(tally.longest_pause.as_secs_f64() * 1000.0),
            errors: Errors {
                total: tally.failures(),
                retryable: retryable.map(|error| error.count).sum(),
                by_id,
            },
        }
    }

    /// For programs.
    pub fn to_json(&self) -> String {
        // strings, numbers and lists only: this cannot fail
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// For people.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        let connections = match self.connections {
            1 => "1 connection".to_owned(),
            several => format!("{several} connections"),
        };
        let clients = match self.clients {
            1 => "1 client".to_owned(),
            several => format!("{several} clients"),
        };
        // writing into a string cannot fail
        let _ = writeln!(
            out,
            "{} at {} (Ledger API {}): {clients}, {connections}, {:.1} s\n",
            self.model, self.ledger, self.ledger_api_version, self.seconds
        );
        let _ = writeln!(
            out,
            "  commands        {:>12}      {:>10}/s",
            grouped(self.commands),
            format!("{:.1}", self.commands_per_second)
        );
        let latency = &self.latency_milliseconds;
        let _ = writeln!(
            out,
            "  latency    p50  {:>12}      p90 {:>12}\n             p99  {:>12}      max {:>12}",
            milliseconds(latency.p50),
            milliseconds(latency.p90),
            milliseconds(latency.p99),
            milliseconds(latency.max),
        );
        let _ = writeln!(
            out,
            "  longest pause   {:>12}      without any commit",
            milliseconds(self.longest_pause_milliseconds)
        );
        self.errors.render(&mut out);
        out
    }
}

impl Errors {
    fn render(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "  errors          {:>12}      {:>12} retryable",
            grouped(self.total),
            grouped(self.retryable)
        );
        for error in &self.by_id {
            let mark = if error.retryable { "retryable" } else { "" };
            let _ = writeln!(
                out,
                "\n    {:>12}  {}  {mark}\n                  {}",
                grouped(error.count),
                error.id,
                error.sample
            );
        }
        // no blanks at the ends of lines
        *out = out.replace("  \n", "\n");
    }
}

pub(super) fn per_second(commands: u64, time: Duration) -> f64 {
    if time.is_zero() {
        return 0.0;
    }
    as_f64(commands) / time.as_secs_f64()
}

fn quantile(tally: &Tally, quantile: f64) -> f64 {
    if tally.latency.is_empty() {
        return 0.0;
    }
    as_f64(tally.latency.value_at_quantile(quantile)) / 1000.0
}

#[allow(
    clippy::cast_precision_loss,
    reason = "counts of a run have far fewer than 52 bits"
)]
fn as_f64(number: u64) -> f64 {
    number as f64
}

/// To three digits after the point.
fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

/// A time as people write it.
fn milliseconds(number: f64) -> String {
    if number >= 10_000.0 {
        format!("{:.1} s", number / 1000.0)
    } else if number >= 100.0 {
        format!("{number:.0} ms")
    } else {
        format!("{number:.2} ms")
    }
}

/// Thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report {
            model: "transfer",
            ledger: "127.0.0.1:6865".to_owned(),
            ledger_api_version: "3.5.7".to_owned(),
            clients: 8,
            connections: 2,
            seconds: 10.0,
            commands: 12_345,
            commands_per_second: 1234.5,
            latency_milliseconds: Latency {
                mean: 6.5,
                p50: 6.1,
                p90: 9.25,
                p99: 123.4,
                max: 12_345.6,
            },
            longest_pause_milliseconds: 80.0,
            errors: Errors {
                total: 1_012,
                retryable: 1_000,
                by_id: vec![
                    ErrorCount {
                        id: "PARTICIPANT_BACKPRESSURE".to_owned(),
                        category: Some(2),
                        retryable: true,
                        count: 1_000,
                        sample: "PARTICIPANT_BACKPRESSURE(2,0): busy".to_owned(),
                    },
                    ErrorCount {
                        id: "CONTRACT_NOT_FOUND".to_owned(),
                        category: Some(11),
                        retryable: false,
                        count: 12,
                        sample: "CONTRACT_NOT_FOUND(11,0): gone".to_owned(),
                    },
                ],
            },
        }
    }

    #[test]
    fn a_report_reads_well() {
        crate::golden::check("bench/report.txt", &report().to_text());
    }

    #[test]
    fn a_report_is_json_for_programs() {
        crate::golden::check("bench/report.json", &report().to_json());
    }

    #[test]
    fn numbers_are_written_as_people_write_them() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(milliseconds(0.4), "0.40 ms");
        assert_eq!(milliseconds(350.4), "350 ms");
        assert_eq!(milliseconds(61_000.0), "61.0 s");
    }
}
