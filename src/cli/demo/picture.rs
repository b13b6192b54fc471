//! Scenes as text. Pure.

use std::time::Duration;

use super::paint::{Paint, Style};
use super::scene::{Change, Event, Happening, Holding, Host, Places, Scene, Seen, Service};
use crate::model::Timestamp;

/// Columns at most.
const WIDTH: usize = 96;

/// Columns inside of the box of a participant.
const BOX: usize = 21;

/// Columns before what belongs to a step.
const INDENT: &str = "      ";

/// A scene as lines.
pub(super) fn draw(scene: &Scene, paint: Paint) -> String {
    let mut page = Page {
        paint,
        text: String::new(),
    };
    match scene {
        Scene::Title => page.title(),
        Scene::Note(text) => page.line(&format!("  ! {text}")),
        Scene::Chapter(name) => page.heading(name),
        Scene::Step { done, took } => page.step(done, *took),
        Scene::Network {
            participants,
            domain,
        } => page.network(participants, domain),
        Scene::Transaction {
            update_id,
            record_time,
            seen,
        } => page.transaction(update_id, *record_time, seen),
        Scene::Holdings(changes) => page.holdings(changes),
        Scene::Stored { text, components } => page.stored(text, components),
        Scene::Refused { id, message } => page.refused(id, message),
        Scene::Addresses(places) => page.addresses(places),
        Scene::End { serves, took } => page.end(*serves, *took),
    }
    page.text
}

/// Lines that are being drawn.
struct Page {
    paint: Paint,
    text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn style(&self, style: Style, text: &str) -> String {
        self.paint.paint(style, text)
    }

    fn title(&mut self) {
        self.heading("Jura: a trade between three participants");
        self.line("");
    }

    fn heading(&mut self, text: &str) {
        let text = self.style(Style::Heading, text);
        self.line(&format!("\n  {text}"));
    }

    /// A tick, what was done, and at the right edge how long it took.
    fn step(&mut self, done: &str, took: Duration) {
        let tick = self.style(Style::Good, "✓");
        let took = time(took);
        let gap = (WIDTH - 4).saturating_sub(columns(done) + columns(&took));
        let gap = " ".repeat(gap.max(1));
        let took = self.style(Style::Faint, &took);
        self.line(&format!("  {tick} {done}{gap}{took}"));
    }

    /// The domain, and below it the participants.
    fn network(&mut self, participants: &[Host], domain: &str) {
        let boxes: Vec<[String; 4]> = participants
            .iter()
            .map(|host| {
                let lines = [host.parties.join(", "), host.ledger_api.to_string()];
                self.boxed(host.participant, &lines)
            })
            .collect();
        let roles = "sequencer, mediator, topology, service";
        let title = self.style(Style::Name, domain);
        // as wide as all below it
        let width = (BOX + 4) * participants.len() + 2 * participants.len().saturating_sub(1) - 4;
        let rule = "─".repeat(width - columns(domain));
        self.line(&format!("\n{INDENT}╭ {title} {rule}╮"));
        self.line(&format!("{INDENT}│ {roles:<width$} │"));
        let feet = |foot: &str, between: &str| {
            let (left, right) = (
                between.repeat(BOX / 2 + 2),
                between.repeat(BOX - BOX / 2 + 1),
            );
            vec![format!("{left}{foot}{right}"); participants.len()].join(&between.repeat(2))
        };
        let bottom: Vec<char> = feet("┬", "─").chars().collect();
        let inner: String = bottom[1..bottom.len() - 1].iter().collect();
        self.line(&format!("{INDENT}╰{inner}╯"));
        self.line(format!("{INDENT}{}", feet("│", " ")).trim_end());
        for line in 0..4 {
            let parts: Vec<&str> = boxes.iter().map(|it| it[line].as_str()).collect();
            self.line(&format!("{INDENT}{}", parts.join("  ")));
        }
    }

    /// A box with a title.
    fn boxed(&self, title: &str, lines: &[String; 2]) -> [String; 4] {
        let heading = self.style(Style::Name, title);
        let rule = "─".repeat(BOX - columns(title));
        let padded = |text: &str| format!("{text}{}", " ".repeat(BOX - columns(text).min(BOX)));
        [
            format!("╭ {heading} {rule}╮"),
            format!("│ {} │", padded(&lines[0])),
            format!("│ {} │", padded(&lines[1])),
            format!("╰{}╯", "─".repeat(BOX + 2)),
        ]
    }

    /// Who has a text, and who has not.
    fn stored(&mut self, text: &str, components: &[(String, bool)]) {
        self.line(&format!(
            "{INDENT}The settlement says \"{text}\". Of all databases, searched row by row,"
        ));
        for (component, has_it) in components {
            let mark = if *has_it {
                self.style(Style::Good, "has it, since it hosts one of them")
            } else {
                self.style(Style::Faint, "does not have it")
            };
            self.line(&format!("{INDENT}{component:<22}{mark}"));
        }
    }

    fn transaction(&mut self, update_id: &str, record_time: Timestamp, seen: &[Seen]) {
        let update_id = cut(update_id, WIDTH - 13);
        self.line(&format!("\n{INDENT}update {update_id}"));
        self.line(&format!(
            "{INDENT}recorded at {record_time}, the same for everyone"
        ));
        let (archives, creates) = (self.mark(true), self.style(Style::Good, "+"));
        self.line(&format!(
            "{INDENT}{archives} archives a contract, {creates} creates one"
        ));
        for seen in seen {
            self.seen(seen);
        }
    }

    /// What one party sees of a transaction.
    fn seen(&mut self, seen: &Seen) {
        let who = self.style(Style::Name, seen.party);
        let place = format!(
            " at {}, offset {}, {} after the command",
            seen.participant,
            seen.offset,
            time(seen.after)
        );
        let place = self.style(Style::Faint, &place);
        self.line(&format!("\n{INDENT}{who} sees{place}"));
        let prefix = format!("{INDENT}  ");
        for event in &seen.events {
            self.line(&format!("{prefix}{}", self.event(event)));
            self.branches(&event.consequences, &prefix);
        }
    }

    fn branches(&mut self, events: &[Event], prefix: &str) {
        for (index, event) in events.iter().enumerate() {
            let is_last = index + 1 == events.len();
            let fork = if is_last { "└─ " } else { "├─ " };
            let below = if is_last { "   " } else { "│  " };
            self.line(&format!("{prefix}{fork}{}", self.event(event)));
            self.branches(&event.consequences, &format!("{prefix}{below}"));
        }
    }

    fn event(&self, event: &Event) -> String {
        let template = &event.template;
        match &event.what {
            Happening::Created { asset } => {
                let plus = self.style(Style::Good, "+");
                let about = asset
                    .as_ref()
                    .map_or_else(String::new, |it| format!("  {}", asset_text(it)));
                format!("{plus} {template}{about}")
            }
            Happening::Exercised {
                choice,
                by,
                consuming,
            } => {
                let mark = self.mark(*consuming);
                let by = by.join(" and ");
                format!("{mark} {template}  {choice}, by {by}")
            }
        }
    }

    /// What an exercise does to its contract.
    fn mark(&self, consuming: bool) -> String {
        if consuming {
            self.style(Style::Bad, "×")
        } else {
            "·".to_owned()
        }
    }

    /// A table of who sees which assets.
    fn holdings(&mut self, changes: &[Change]) {
        let heading = row("active assets", "before the trade", "after it");
        let heading = self.style(Style::Faint, &heading);
        self.line(&format!("\n{INDENT}{heading}"));
        for change in changes {
            let who = format!("{}, {}", change.party, change.participant);
            let cell = |assets: &[Holding], line: usize| {
                assets.get(line).map_or_else(String::new, asset_text)
            };
            for line in 0..change.before.len().max(change.after.len()).max(1) {
                let who = if line == 0 { who.as_str() } else { "" };
                let row = row(who, &cell(&change.before, line), &cell(&change.after, line));
                self.line(&format!("{INDENT}{row}"));
            }
        }
    }

    /// The error id and what the ledger says; messages begin with the id and what belongs to it.
    fn refused(&mut self, id: &str, message: &str) {
        let text = message
            .strip_prefix(id)
            .and_then(|rest| rest.split_once("): "))
            .map_or(message, |(_, text)| text);
        let text = cut(text, (WIDTH - INDENT.len()).saturating_sub(columns(id) + 2));
        let id = self.style(Style::Bad, id);
        self.line(&format!("{INDENT}{id}  {text}"));
    }

    fn addresses(&mut self, places: &Places) {
        self.heading("Where everything is");
        let place = |name: &str, address: &str| format!("{INDENT}{name:<26}{address}");
        for service in &places.services {
            let line = place(&service.name, &format!("{:<23}", service.address));
            let remark = self.style(Style::Faint, service.remark);
            let line = format!("{line}{remark}");
            self.line(line.trim_end());
        }
        if let Some(address) = places.monitoring {
            self.line(&place("health", &format!("http://{address}/health")));
            self.line(&place("metrics", &format!("http://{address}/metrics")));
        }
        self.heading("What to try next");
        for (what, command) in suggestions(places) {
            let what = self.style(Style::Faint, &format!("# {what}"));
            self.line(&format!("{INDENT}{what}\n{INDENT}{command}"));
        }
    }

    fn end(&mut self, serves: bool, took: Duration) {
        let took = time(took);
        if serves {
            self.heading(&format!(
                "The whole story took {took}. The network serves until Ctrl-C."
            ));
        } else {
            self.heading(&format!("The whole story took {took}."));
        }
        self.line("");
    }
}

fn row(party: &str, before: &str, after: &str) -> String {
    let cells = format!("{party:<22}{before:<32}{after}");
    cells.trim_end().to_owned()
}

fn asset_text(asset: &Holding) -> String {
    format!("{} {} of {}", asset.amount, asset.instrument, asset.owner)
}

/// What one can do with the network, and the commands for it.
fn suggestions(places: &Places) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let program = &places.program;
    let ledger = places
        .services
        .iter()
        .find(|service| service.name.ends_with("Ledger API"));
    if let Some(Service { address, .. }) = ledger {
        let port = address.port();
        found.push((
            "the services, by reflection",
            format!("grpcurl -plaintext {address} list"),
        ));
        found.push((
            "the parties",
            format!(
                "grpcurl -plaintext {address} \\\n        \
                 com.daml.ledger.api.v2.admin.PartyManagementService/ListKnownParties"
            ),
        ));
        found.push((
            "how many trades a second",
            format!("{program} bench ledger --ledger-port {port} --model dvp"),
        ));
        found.push((
            "a client in Python: pip install dazl==8.9.0 grpcio",
            format!(
                "python3 -c 'import grpc; from dazl._gen.com.daml.ledger.api.v2 import \\\n        \
                 state_service_pb2 as pb, state_service_pb2_grpc as api; \\\n        \
                 print(api.StateServiceStub(grpc.insecure_channel(\"{address}\")) \\\n        \
                 .GetLedgerEnd(pb.GetLedgerEndRequest()))'"
            ),
        ));
    }
    if let Some(address) = places.monitoring {
        found.push(("how every part is", format!("{program} health {address}")));
    }
    found
}

/// Columns that a text takes: all our characters are one wide.
fn columns(text: &str) -> usize {
    text.chars().count()
}

/// As much of a text as fits.
fn cut(text: &str, width: usize) -> String {
    let line = text.lines().next().unwrap_or_default();
    if columns(line) <= width {
        return line.to_owned();
    }
    let start: String = line.chars().take(width.saturating_sub(1)).collect();
    format!("{start}…")
}

/// A time with as many digits as say something.
fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds >= 1.0 {
        format!("{seconds:.2} s")
    } else if seconds >= 0.1 {
        format!("{:.0} ms", seconds * 1000.0)
    } else {
        format!("{:.1} ms", seconds * 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn drawn(paint: Paint) -> String {
        let scenes = samples::story();
        scenes.iter().map(|scene| draw(scene, paint)).collect()
    }

    #[test]
    fn the_story_is_drawn_as_it_should_be() {
        crate::golden::check("demo/story.txt", &drawn(Paint::with(false)));
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        let plain = drawn(Paint::with(false));
        assert!(!plain.contains('\u{1b}'));
        let mut coloured = drawn(Paint::with(true));
        for code in ["0", "1", "2", "31", "32", "36"] {
            coloured = coloured.replace(&format!("\u{1b}[{code}m"), "");
        }
        assert_eq!(coloured, plain);
    }

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        for line in drawn(Paint::with(false)).lines() {
            assert!(columns(line) <= 100, "{line}");
            assert_eq!(line.trim_end(), line);
        }
    }

    #[test]
    fn times_have_as_many_digits_as_say_something() {
        assert_eq!(time(Duration::from_micros(1_234)), "1.2 ms");
        assert_eq!(time(Duration::from_micros(345_678)), "346 ms");
        assert_eq!(time(Duration::from_millis(2_340)), "2.34 s");
    }
}
