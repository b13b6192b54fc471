//! Scenes as text. Pure.

use std::time::Duration;

use super::paint::{Paint, Style};
use super::scene::{Change, Event, Happening, Holding, Host, Places, Scene, Seen};

/// Columns at most.
const WIDTH: usize = 96;

/// Columns before what belongs to a step.
const INDENT: &str = "      ";

/// A scene as lines.
pub(super) fn draw(scene: &Scene, paint: Paint) -> String {
    let brush = Brush(paint);
    match scene {
        Scene::Title => brush.title(),
        Scene::Note(text) => format!("  ! {text}\n"),
        Scene::Chapter(name) => format!("\n  {}\n", paint.paint(Style::Heading, name)),
        Scene::Step { done, took } => brush.step(done, *took),
        Scene::Network {
            participants,
            domain,
        } => brush.network(participants, domain),
        Scene::Transaction {
            update_id,
            record_time,
            seen,
        } => {
            let mut out = format!("\n{INDENT}update {}\n", cut(update_id, WIDTH - 13));
            out += &format!("{INDENT}recorded at {record_time}, the same for everyone\n");
            let (archives, creates) = (brush.mark(true), paint.paint(Style::Good, "+"));
            out += &format!("{INDENT}{archives} archives a contract, {creates} creates one\n");
            for seen in seen {
                out += &brush.seen(seen);
            }
            out
        }
        Scene::Holdings(changes) => brush.holdings(changes),
        Scene::Refused { id, message } => brush.refused(id, message),
        Scene::Addresses(places) => brush.addresses(places),
        Scene::End { serves, took } => brush.end(*serves, *took),
    }
}

struct Brush(Paint);

impl Brush {
    fn style(&self, style: Style, text: &str) -> String {
        self.0.paint(style, text)
    }

    fn title(&self) -> String {
        let title = self.style(Style::Heading, "Jura: a trade between two participants");
        format!("\n  {title}\n\n")
    }

    /// A tick, what was done, and at the right edge how long it took.
    fn step(&self, done: &str, took: Duration) -> String {
        let tick = self.style(Style::Good, "✓");
        let took = time(took);
        let gap = (WIDTH - 4).saturating_sub(columns(done) + columns(&took));
        let took = self.style(Style::Faint, &took);
        format!("  {tick} {done}{}{took}\n", " ".repeat(gap.max(1)))
    }

    /// The first participant, the domain, the second participant, side by side.
    fn network(&self, participants: &[Host], domain: &str) -> String {
        let mut boxes: Vec<(&str, [String; 2])> = participants
            .iter()
            .map(|host| {
                let lines = [host.parties.join(", "), host.ledger_api.to_string()];
                (host.participant, lines)
            })
            .collect();
        let roles = ["sequencer, mediator", "topology, service"].map(str::to_owned);
        boxes.insert(1.min(boxes.len()), (domain, roles));
        let last = boxes.len() - 1;
        let drawn: Vec<[String; 4]> = boxes
            .iter()
            .enumerate()
            .map(|(index, (title, lines))| self.boxed(title, lines, index > 0, index < last))
            .collect();
        let mut out = String::from("\n");
        for line in 0..4 {
            let parts: Vec<&str> = drawn.iter().map(|it| it[line].as_str()).collect();
            let link = if line == 1 {
                "─────"
            } else {
                "     "
            };
            out += &format!("{INDENT}{}\n", parts.join(link));
        }
        out
    }

    /// A box with a title, joined with its neighbours.
    fn boxed(&self, title: &str, lines: &[String; 2], left: bool, right: bool) -> [String; 4] {
        let texts = lines.iter().map(String::as_str).chain([title]);
        let width = texts.map(columns).max().unwrap_or(0).max(19);
        let heading = self.style(Style::Name, title);
        let rule = "─".repeat(width - columns(title));
        let padded = |text: &str| format!("{text}{}", " ".repeat(width - columns(text)));
        let (from, to) = (if left { "┤" } else { "│" }, if right { "├" } else { "│" });
        [
            format!("╭ {heading} {rule}╮"),
            format!("{from} {} {to}", padded(&lines[0])),
            format!("│ {} │", padded(&lines[1])),
            format!("╰{}╯", "─".repeat(width + 2)),
        ]
    }

    /// What one party sees of a transaction.
    fn seen(&self, seen: &Seen) -> String {
        let who = self.style(Style::Name, seen.party);
        let place = format!(
            " at {}, offset {}, {} after the command",
            seen.participant,
            seen.offset,
            time(seen.after)
        );
        let place = self.style(Style::Faint, &place);
        let mut out = format!("\n{INDENT}{who} sees{place}\n");
        for event in &seen.events {
            out += &format!("{INDENT}  {}\n", self.event(event));
            out += &self.branches(&event.consequences, &format!("{INDENT}  "));
        }
        out
    }

    fn branches(&self, events: &[Event], prefix: &str) -> String {
        let mut out = String::new();
        for (index, event) in events.iter().enumerate() {
            let is_last = index + 1 == events.len();
            let (fork, below) = if is_last {
                ("└─ ", "   ")
            } else {
                ("├─ ", "│  ")
            };
            out += &format!("{prefix}{fork}{}\n", self.event(event));
            out += &self.branches(&event.consequences, &format!("{prefix}{below}"));
        }
        out
    }

    fn event(&self, event: &Event) -> String {
        match &event.what {
            Happening::Created { asset } => {
                let plus = self.style(Style::Good, "+");
                let about = asset.as_ref().map_or_else(String::new, |asset| {
                    format!("  {} {} of {}", asset.amount, asset.instrument, asset.owner)
                });
                format!("{plus} {}{about}", event.template)
            }
            Happening::Exercised {
                choice,
                by,
                consuming,
            } => {
                let mark = self.mark(*consuming);
                let by = by.join(" and ");
                format!("{mark} {}  {choice}, by {by}", event.template)
            }
        }
    }

    /// What an exercise does to its contract.
    fn mark(&self, consuming: bool) -> String {
        match consuming {
            true => self.style(Style::Bad, "×"),
            false => "·".to_owned(),
        }
    }

    /// A table of who sees which assets.
    fn holdings(&self, changes: &[Change]) -> String {
        let row = |party: &str, before: &str, after: &str| {
            let cells = format!("{party:<22}{before:<32}{after}");
            cells.trim_end().to_owned()
        };
        let heading = row("active assets", "before the trade", "after it");
        let mut out = format!("\n{INDENT}{}\n", self.style(Style::Faint, &heading));
        for change in changes {
            let who = format!("{}, {}", change.party, change.participant);
            let cell = |holdings: &[Holding], line: usize| {
                holdings.get(line).map_or_else(String::new, |it| {
                    format!("{} {} of {}", it.amount, it.instrument, it.owner)
                })
            };
            for line in 0..change.before.len().max(change.after.len()).max(1) {
                let who = if line == 0 { who.as_str() } else { "" };
                let row = row(who, &cell(&change.before, line), &cell(&change.after, line));
                out += &format!("{INDENT}{row}\n");
            }
        }
        out
    }

    /// The error id and what the ledger says; messages begin with the id and what belongs to it.
    fn refused(&self, id: &str, message: &str) -> String {
        let text = message
            .strip_prefix(id)
            .and_then(|rest| rest.split_once("): "))
            .map_or(message, |(_, text)| text);
        let text = cut(text, WIDTH - INDENT.len() - columns(id) - 2);
        format!("{INDENT}{}  {text}\n", self.style(Style::Bad, id))
    }

    fn addresses(&self, places: &Places) -> String {
        let mut out = format!(
            "\n  {}\n",
            self.style(Style::Heading, "Where everything is")
        );
        let mut place = |name: &str, address: &str| {
            out += &format!("{INDENT}{name:<26}{address}\n");
        };
        for (name, address) in &places.services {
            place(name, &address.to_string());
        }
        if let Some(address) = places.monitoring {
            place("health", &format!("http://{address}/health"));
            place("metrics", &format!("http://{address}/metrics"));
        }
        out += &format!("\n  {}\n", self.style(Style::Heading, "What to try next"));
        for (what, command) in suggestions(places) {
            let what = self.style(Style::Faint, &format!("# {what}"));
            out += &format!("{INDENT}{what}\n{INDENT}{command}\n");
        }
        out
    }

    fn end(&self, serves: bool, took: Duration) -> String {
        let took = format!("The whole story took {}.", time(took));
        let serves = match serves {
            true => " The network serves until Ctrl-C.",
            false => "",
        };
        format!("\n  {}\n\n", self.style(Style::Heading, &(took + serves)))
    }
}

/// What one can do with the network, and the commands for it.
fn suggestions(places: &Places) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let program = &places.program;
    let ledger = places
        .services
        .iter()
        .find(|(name, _)| name.ends_with("Ledger API"));
    if let Some((_, address)) = ledger {
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
    let start: String = line.chars().take(width - 1).collect();
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
