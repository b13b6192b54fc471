//! The thread on which a node lives.

use std::sync::mpsc;

use super::addresses::Addresses;
use super::start::{Node, StartError};
use crate::config::{NodeConfig, RoleSelection};
use crate::participant::submission::KeyRotation;
use crate::runtime::clock::Clock;
use crate::runtime::health::Health;
use crate::runtime::{main_thread, shutdown, thread};
use crate::storage::DataDir;

/// A node in a thread of its own, for those who have something else to do in theirs.
pub struct NodeThread {
    addresses: Addresses,
    health: Health,
    clock: Clock,
    commands: tokio::sync::mpsc::UnboundedSender<Command>,
    stop: shutdown::Trigger,
    thread: Option<std::thread::JoinHandle<()>>,
}

enum Command {
    Crash(String, mpsc::Sender<bool>),
    RotateKeys(String, KeyRotation, mpsc::Sender<Result<(), String>>),
}

/// What a node tells once it runs.
type Started = Result<(Addresses, Health, Clock), StartError>;

impl NodeThread {
    /// Starts a node and waits until every critical part serves.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(
        config: NodeConfig,
        selection: RoleSelection,
        temporary: Option<DataDir>,
    ) -> Result<Self, StartError> {
        let (stop, signal) = shutdown::channel();
        let (commands, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        let (started, ready) = mpsc::channel::<Started>();
        let thread = thread::spawn("node", move || {
            main_thread::run(async move {
                let node = match Node::start(&config, &selection, temporary).await {
                    Ok(node) => node,
                    Err(error) => {
                        // the starter waits for it
                        let _ = started.send(Err(error));
                        return;
                    }
                };
                node.ready().await;
                let about = (
                    node.addresses().clone(),
                    node.health().clone(),
                    node.clock().clone(),
                );
                let _ = started.send(Ok(about));
                loop {
                    tokio::select! {
                        () = signal.fired() => break,
                        Some(command) = receiver.recv() => obey(&node, command).await,
                    }
                }
                node.stop().await;
            });
        });
        let (addresses, health, clock) = ready
            .recv()
            .map_err(|_| StartError::System("the node's thread ended".to_owned()))??;
        Ok(Self {
            addresses,
            health,
            clock,
            commands,
            stop,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// How it is.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// What time it is there.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Makes a role's actor panic; whether there was one. Fault injection for tests.
    #[doc(hidden)]
    pub fn crash(&self, role: &str) -> bool {
        let (reply, answer) = mpsc::channel();
        let sent = self.commands.send(Command::Crash(role.to_owned(), reply));
        sent.is_ok() && answer.recv().unwrap_or(false)
    }

    /// Replaces keys of a participant while it works.
    ///
    /// # Errors
    /// Why the new keys are not in force.
    #[doc(hidden)]
    pub fn rotate_keys(&self, participant: &str, rotation: KeyRotation) -> Result<(), String> {
        let (reply, answer) = mpsc::channel();
        let command = Command::RotateKeys(participant.to_owned(), rotation, reply);
        let _ = self.commands.send(command);
        let stopped = |_| Err("the node has stopped".to_owned());
        answer.recv().unwrap_or_else(stopped)
    }

    /// Stops it and waits for its end.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.fire();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the node's thread panicked");
        }
    }
}

async fn obey(node: &Node, command: Command) {
    match command {
        Command::Crash(role, reply) => drop(reply.send(node.crash(&role))),
        Command::RotateKeys(participant, rotation, reply) => {
            let outcome = match node.sync(&participant) {
                Some(sync) => sync.rotate_keys(rotation).await,
                None => return,
            };
            let _ = reply.send(outcome.map_err(|refusal| refusal.to_string()));
        }
    }
}

impl Drop for NodeThread {
    fn drop(&mut self) {
        self.end();
    }
}

/// Runs a node on this thread until the process is told to end: a first interrupt or termination
/// stops it cleanly, a second one at once. `serving` is called when every critical part serves; the
/// node goes on if it says so.
///
/// # Errors
/// See [`StartError`].
pub fn run_until_signal(
    config: &NodeConfig,
    selection: &RoleSelection,
    temporary: Option<DataDir>,
    serving: impl AsyncFnOnce(&Node) -> bool,
) -> Result<(), StartError> {
    main_thread::run(async move {
        let mut signals = Signals::listen().map_err(StartError::System)?;
        let starting = Node::start(config, selection, temporary);
        tokio::pin!(starting);
        let node = tokio::select! {
            node = &mut starting => node?,
            () = signals.next() => {
                tracing::info!("interrupted while starting; a second signal ends at once");
                tokio::select! {
                    node = starting => node?.stop().await,
                    () = signals.next() => tracing::warn!("ended without stopping cleanly"),
                }
                return Ok(());
            }
        };
        let go_on = tokio::select! {
            go_on = async {
                node.ready().await;
                serving(&node).await
            } => go_on,
            () = signals.next() => false,
        };
        if go_on {
            signals.next().await;
        }
        tracing::info!("stopping; a second signal ends at once");
        tokio::select! {
            () = node.stop() => {}
            () = signals.next() => tracing::warn!("ended without stopping cleanly"),
        }
        Ok(())
    })
}

struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> Result<Self, String> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen =
            |kind| signal(kind).map_err(|error| format!("cannot wait for signals: {error}"));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
