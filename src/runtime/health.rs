//! Who is well, who is not, and why.
//!
//! Components push their state; nobody is asked. Names are dotted paths (`participant1.sync`,
//! `participant1.sync.database`), so the states form a tree. A parent is as well as the worst of
//! its critical children; a soft child that fails only degrades it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use tokio::sync::watch;

/// How a component is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// On its way up.
    Starting,
    /// Well.
    Ok,
    /// Serving, but not all of it or not as it should.
    Degraded(String),
    /// Not serving.
    Failed(String),
    /// Another replica is active.
    Passive,
    /// Ended on request.
    Stopped,
}

/// Whether a component's failure is its parent's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The parent cannot serve without it.
    Critical,
    /// The parent serves without it.
    Soft,
}

/// The states of every component of the process. Clones share them.
#[derive(Debug, Clone)]
pub struct Health {
    entries: Arc<Mutex<BTreeMap<String, Entry>>>,
    changes: Arc<watch::Sender<u64>>,
}

#[derive(Debug, Clone)]
struct Entry {
    state: State,
    weight: Weight,
}

/// One component's pen.
#[derive(Debug, Clone)]
pub struct Reporter {
    health: Health,
    path: String,
}

/// A component with its parts, as `/health` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tree {
    /// `ok`, `degraded`, `failed`, `starting`, `passive` or `stopped`.
    pub status: &'static str,
    /// What is wrong, if something is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The parts.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub components: BTreeMap<String, Tree>,
}

impl State {
    /// The state in one word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ok => "ok",
            Self::Degraded(_) => "degraded",
            Self::Failed(_) => "failed",
            Self::Passive => "passive",
            Self::Stopped => "stopped",
        }
    }

    fn reason(&self) -> Option<&str> {
        match self {
            Self::Degraded(reason) | Self::Failed(reason) => Some(reason),
            Self::Starting | Self::Ok | Self::Passive | Self::Stopped => None,
        }
    }

    /// 0 is well; the higher, the worse.
    const fn severity(&self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Passive => 1,
            Self::Degraded(_) => 2,
            Self::Starting => 3,
            Self::Stopped => 4,
            Self::Failed(_) => 5,
        }
    }

    /// Whether requests are worth sending.
    pub const fn is_ready(&self) -> bool {
        matches!(self, Self::Ok | Self::Degraded(_))
    }
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

impl Health {
    /// No components yet.
    pub fn new() -> Self {
        Self {
            entries: Arc::default(),
            changes: Arc::new(watch::channel(0).0),
        }
    }

    /// Registers a component as starting.
    pub fn register(&self, path: &str, weight: Weight) -> Reporter {
        self.write(path, |entry| *entry = Some((State::Starting, weight)));
        Reporter {
            health: self.clone(),
            path: path.to_owned(),
        }
    }

    /// The state of one component with its parts; `None` if nobody registered it or a part of it.
    pub fn state(&self, path: &str) -> Option<State> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let inside = format!("{path}.");
        let mut found = None;
        for (name, entry) in entries.iter() {
            if name == path {
                // its weight matters to its parent, not to itself
                found = Some(worse(found, entry.state.clone()));
            } else if name.starts_with(&inside) {
                found = Some(worse(found, entry.seen_by_parent()));
            }
        }
        found
    }

    /// The state of the whole process.
    pub fn overall(&self) -> State {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries
            .values()
            .fold(None, |worst, entry| {
                Some(worse(worst, entry.seen_by_parent()))
            })
            .unwrap_or(State::Starting)
    }

    /// Everything, as a tree along the dots of the names.
    pub fn tree(&self) -> Tree {
        let names: Vec<String> = {
            let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            entries.keys().cloned().collect()
        };
        let overall = self.overall();
        let mut root = leaf(&overall);
        for name in names {
            let mut node = &mut root;
            let mut path = String::new();
            for part in name.split('.') {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(part);
                let state = self.state(&path).unwrap_or(State::Starting);
                node = node
                    .components
                    .entry(part.to_owned())
                    .or_insert_with(|| leaf(&state));
            }
        }
        root
    }

    /// Signals each change.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn write(&self, path: &str, change: impl FnOnce(&mut Option<(State, Weight)>)) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let old = entries.get(path).cloned();
        let mut slot = old.clone().map(|entry| (entry.state, entry.weight));
        change(&mut slot);
        let Some((state, weight)) = slot else {
            return;
        };
        if old.is_some_and(|entry| entry.state == state && entry.weight == weight) {
            return;
        }
        publish(path, &state);
        entries.insert(path.to_owned(), Entry { state, weight });
        drop(entries);
        self.changes.send_modify(|version| *version += 1);
    }
}

impl Reporter {
    /// Tells how the component is now.
    pub fn set(&self, state: State) {
        self.health.write(&self.path, |slot| {
            if let Some((current, _)) = slot {
                *current = state;
            }
        });
    }

    /// The component is no more.
    pub fn withdraw(&self) {
        let mut entries = self
            .health
            .entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if entries.remove(&self.path).is_some() {
            publish(&self.path, &State::Stopped);
            drop(entries);
            self.health.changes.send_modify(|version| *version += 1);
        }
    }

    /// A part of this component.
    #[must_use]
    pub fn part(&self, name: &str, weight: Weight) -> Self {
        self.health
            .register(&format!("{}.{name}", self.path), weight)
    }
}

/// The metric that Canton's dashboards read: 1 for each component that serves.
fn publish(path: &str, state: &State) {
    metrics::gauge!("daml_health_status", "component" => path.to_owned())
        .set(if state.is_ready() { 1.0 } else { 0.0 });
}

impl Entry {
    /// A soft component's failure only degrades its parent.
    fn seen_by_parent(&self) -> State {
        match (&self.state, self.weight) {
            (State::Failed(reason), Weight::Soft) => State::Degraded(reason.clone()),
            (State::Starting | State::Stopped, Weight::Soft) => {
                State::Degraded(self.state.word().to_owned())
            }
            (state, _) => state.clone(),
        }
    }
}

fn worse(worst: Option<State>, state: State) -> State {
    match worst {
        Some(worst) if worst.severity() >= state.severity() => worst,
        _ => state,
    }
}

fn leaf(state: &State) -> Tree {
    Tree {
        status: state.word(),
        reason: state.reason().map(str::to_owned),
        components: BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_is_as_well_as_the_worst_of_its_critical_parts() {
        let health = Health::new();
        let sync = health.register("participant1.sync", Weight::Critical);
        let database = sync.part("database", Weight::Critical);
        let domain = sync.part("domain1", Weight::Soft);
        for reporter in [&sync, &database, &domain] {
            reporter.set(State::Ok);
        }
        assert_eq!(health.overall(), State::Ok);

        domain.set(State::Failed("gone".to_owned()));
        assert_eq!(
            health.state("participant1"),
            Some(State::Degraded("gone".to_owned()))
        );
        assert!(health.overall().is_ready());

        database.set(State::Failed("refused".to_owned()));
        assert_eq!(health.overall(), State::Failed("refused".to_owned()));
        let tree = health.tree();
        assert_eq!(tree.status, "failed");
        let sync = &tree.components["participant1"].components["sync"];
        assert_eq!(sync.components["database"].status, "failed");
        assert_eq!(sync.components["domain1"].status, "failed");
    }
}
