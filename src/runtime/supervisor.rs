//! Keeps a role alive.
//!
//! One task per role on the node's main thread: build an arbiter, build the role on it, install its
//! address in the handle, wait for its end; then tear the arbiter down with all that ran there and
//! start over. The first restart is immediate, later ones back off, and half a second of health
//! resets the count. Everything that a role remembers it reads from its store again: a restarted
//! role comes up exactly as a restarted process does.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::{Addr, Arbiter};
use tokio::sync::oneshot;

use super::health::{Reporter, State};
use super::inbox::Inbox;
use super::mailbox::{ExitWitness, Handle, Shell};
use super::shutdown::{self, Signal, Trigger};

/// A role as it is switched on in a process: `participant1.sync`.
pub type RoleName = Arc<str>;

/// How a role ended.
#[derive(Debug)]
pub enum Exit {
    /// On request.
    Stopped,
    /// By its own decision; the reason says what it met.
    Failed(RoleFailure),
    /// By a panic of the actor or its loop.
    Panicked(String),
    /// Its thread answered nothing for too long.
    Stalled,
}

/// Why a role gave up. It is built anew.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct RoleFailure {
    reason: String,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    /// Something that the role needs is away; nobody has to come.
    operational: bool,
}

impl RoleFailure {
    /// A failure for a reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            source: None,
            operational: false,
        }
    }

    /// A failure that an error caused.
    pub fn because(
        reason: impl Into<String>,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self {
            reason: reason.into(),
            source: Some(Box::new(source)),
            operational: false,
        }
    }

    /// Says whether this is an outage of something that the role needs, which ends by itself,
    /// rather than a defect.
    #[must_use]
    pub fn operational(mut self, operational: bool) -> Self {
        self.operational = operational;
        self
    }

    /// The reason with all that caused it, on one line.
    pub fn chain(&self) -> String {
        let mut line = self.reason.clone();
        let mut cause: Option<&dyn std::error::Error> =
            self.source.as_ref().map(|source| &**source as _);
        while let Some(error) = cause {
            line.push_str(": ");
            line.push_str(&error.to_string());
            cause = error.source();
        }
        line
    }
}

/// What a role is given each time it is built.
#[derive(Debug, Clone)]
pub struct RoleContext {
    /// Its name.
    pub name: RoleName,
    /// How it is, told by itself; the supervisor says `starting` before and `failed` after.
    pub health: Reporter,
    /// How many times it was built before.
    pub restarts: u64,
}

/// A kind of role: builds a role's loop, as often as needed.
pub trait Role: Send + Sync + 'static {
    /// What its mailbox takes.
    type Message: Send + 'static;

    /// Builds the role and runs it until the inbox ends. Called on the role's own thread; must load
    /// its state from its store, report [`State::Ok`] when it serves, and return when the inbox is
    /// exhausted.
    fn run(
        self: Arc<Self>,
        context: RoleContext,
        inbox: Inbox<Self::Message>,
    ) -> Pin<Box<dyn Future<Output = Result<(), RoleFailure>>>>;
}

/// Pauses between restarts.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// Before the second restart in a row; the first is immediate.
    pub first: Duration,
    /// The longest.
    pub max: Duration,
    /// This long alive, and the count starts over.
    pub reset_after: Duration,
}

impl Backoff {
    /// The pause before restart number `in_a_row` (from 0).
    fn pause(&self, in_a_row: u32) -> Duration {
        match in_a_row {
            0 => Duration::ZERO,
            n => self.max.min(
                self.first
                    .saturating_mul(1_u32.checked_shl(n - 1).unwrap_or(u32::MAX)),
            ),
        }
    }
}

/// Bounds of the supervisor's patience.
#[derive(Debug, Clone, Copy)]
pub struct SupervisorConfig {
    /// Pauses between restarts.
    pub backoff: Backoff,
    /// A role's thread that answers nothing for so long is given up.
    pub stall_timeout: Duration,
    /// How long a role may take to stop.
    pub stop_timeout: Duration,
}

impl Default for SupervisorConfig {
    fn default() -> Self {
        Self {
            backoff: Backoff {
                first: Duration::from_millis(50),
                max: Duration::from_secs(5),
                reset_after: Duration::from_millis(500),
            },
            stall_timeout: Duration::from_secs(10),
            stop_timeout: Duration::from_secs(5),
        }
    }
}

/// A role under supervision.
#[derive(Debug)]
pub struct Supervisor {
    name: RoleName,
    stop: Trigger,
    ended: oneshot::Receiver<()>,
    stop_timeout: Duration,
}

impl Supervisor {
    /// Takes care of `role` from now on. Must be called on the node's main thread.
    pub fn start<R: Role>(
        config: SupervisorConfig,
        role: Arc<R>,
        handle: Handle<R::Message>,
        health: Reporter,
    ) -> Self {
        let name: RoleName = handle.role().into();
        let (stop, signal) = shutdown::channel();
        let (end, ended) = oneshot::channel();
        let watch = Watch {
            config,
            role,
            handle,
            health,
            name: Arc::clone(&name),
            signal,
        };
        actix::spawn(async move {
            watch.keep_alive().await;
            // the node may have stopped waiting
            let _ = end.send(());
        });
        Self {
            name,
            stop,
            ended,
            stop_timeout: config.stop_timeout,
        }
    }

    /// The role's name.
    pub fn name(&self) -> &RoleName {
        &self.name
    }

    /// Stops the role and waits until it has stopped, within the configured time.
    pub async fn stop(self) {
        self.stop.fire();
        // the supervising task needs a moment more than the role
        let patience = self.stop_timeout + Duration::from_secs(1);
        if tokio::time::timeout(patience, self.ended).await.is_err() {
            tracing::warn!(role = %self.name, "role did not stop in time");
        }
    }
}

struct Watch<R: Role> {
    config: SupervisorConfig,
    role: Arc<R>,
    handle: Handle<R::Message>,
    health: Reporter,
    name: RoleName,
    signal: Signal,
}

struct Incarnation {
    arbiter: Arbiter,
    exit: oneshot::Receiver<Exit>,
    born: Instant,
}

impl<R: Role> Watch<R> {
    async fn keep_alive(self) {
        let mut restarts = 0;
        let mut in_a_row = 0;
        loop {
            self.health.set(State::Starting);
            let Some(incarnation) = self.build(restarts).await else {
                return self.finish();
            };
            let born = incarnation.born;
            let exit = self.wait_for_end(incarnation).await;
            if self.signal.is_fired() {
                return self.finish();
            }
            self.report(&exit, restarts);
            if born.elapsed() >= self.config.backoff.reset_after {
                in_a_row = 0;
            }
            let pause = self.config.backoff.pause(in_a_row);
            if tokio::time::timeout(pause, self.signal.fired())
                .await
                .is_ok()
            {
                return self.finish();
            }
            restarts += 1;
            in_a_row += 1;
        }
    }

    fn finish(&self) {
        self.health.set(State::Stopped);
    }

    /// A new arbiter with the role's actor on it; `None` if the role is to stop.
    async fn build(&self, restarts: u64) -> Option<Incarnation> {
        let arbiter = Arbiter::new();
        let (exit_sender, exit) = oneshot::channel();
        let (address_sender, address) = oneshot::channel::<Addr<Shell<R::Message>>>();
        let role = Arc::clone(&self.role);
        let context = RoleContext {
            name: Arc::clone(&self.name),
            health: self.health.clone(),
            restarts,
        };
        arbiter.spawn_fn(move || {
            let role_loop = Box::new(move |inbox: Inbox<R::Message>| role.run(context, inbox));
            let address = Shell::start_with(role_loop, ExitWitness::new(exit_sender));
            // the supervisor waits for it
            let _ = address_sender.send(address);
        });
        let address = tokio::select! {
            address = address => address.ok(),
            () = self.signal.fired() => None,
        };
        self.handle.install(address);
        Some(Incarnation {
            arbiter,
            exit,
            born: Instant::now(),
        })
        .filter(|_| !self.signal.is_fired())
    }

    /// Waits until the role ends, stalls or is to stop, and removes every trace of it.
    async fn wait_for_end(&self, incarnation: Incarnation) -> Exit {
        let Incarnation {
            arbiter, mut exit, ..
        } = incarnation;
        let ended = tokio::select! {
            ended = &mut exit => ended.unwrap_or(Exit::Panicked("its thread is gone".to_owned())),
            () = self.until_stalled() => Exit::Stalled,
            () = self.signal.fired() => {
                self.handle.stop();
                tokio::time::timeout(self.config.stop_timeout, &mut exit)
                    .await
                    .map_or(Exit::Stalled, |ended| ended.unwrap_or(Exit::Stopped))
            }
        };
        self.handle.install(None);
        arbiter.stop();
        if !matches!(ended, Exit::Stalled) {
            // what ran there is gone once the thread is; a thread that is stuck is left behind
            let joined = tokio::task::spawn_blocking(move || arbiter.join().is_ok());
            let _ = tokio::time::timeout(self.config.stop_timeout, joined).await;
        }
        ended
    }

    /// Resolves when the role's thread has answered nothing for the stall time-out.
    async fn until_stalled(&self) {
        loop {
            tokio::time::sleep(self.config.stall_timeout / 4).await;
            let answer = tokio::time::timeout(self.config.stall_timeout, self.handle.ping()).await;
            if answer.is_err() {
                return;
            }
        }
    }

    fn report(&self, exit: &Exit, restarts: u64) {
        metrics::counter!("jura_role_restarts_total", "role" => self.name.to_string()).increment(1);
        let reason = match exit {
            Exit::Stopped => "ended without being asked to".to_owned(),
            Exit::Failed(failure) => failure.chain(),
            Exit::Panicked(message) => format!("panicked: {message}"),
            Exit::Stalled => "stalled".to_owned(),
        };
        if matches!(exit, Exit::Failed(failure) if failure.operational) {
            tracing::warn!(role = %self.name, restarts, reason, "role halted, it is built anew");
        } else {
            tracing::error!(role = %self.name, restarts, reason, "role ended, it is built anew");
        }
        self.health.set(State::Failed(reason));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::health::{Health, Weight};

    /// Answers with the number of times it was built.
    struct Echo;

    struct Question(oneshot::Sender<u64>);

    impl Role for Echo {
        type Message = Question;

        fn run(
            self: Arc<Self>,
            context: RoleContext,
            mut inbox: Inbox<Question>,
        ) -> Pin<Box<dyn Future<Output = Result<(), RoleFailure>>>> {
            Box::pin(async move {
                context.health.set(State::Ok);
                while let Some(Question(reply)) = inbox.recv().await {
                    let _ = reply.send(context.restarts);
                }
                Ok(())
            })
        }
    }

    async fn answer(handle: &Handle<Question>) -> u64 {
        loop {
            if let Ok(answer) = handle.ask(Question).await {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    }

    #[actix::test]
    async fn a_role_that_panics_is_built_anew_behind_the_same_handle() {
        let health = Health::new();
        let handle = Handle::new("echo");
        let reporter = health.register("echo", Weight::Critical);
        let supervisor = Supervisor::start(
            SupervisorConfig::default(),
            Arc::new(Echo),
            handle.clone(),
            reporter,
        );
        assert_eq!(answer(&handle).await, 0);
        for restarts in 1..=3 {
            handle.crash().unwrap();
            while answer(&handle).await != restarts {}
        }
        supervisor.stop().await;
        assert_eq!(health.state("echo"), Some(State::Stopped));
        assert!(matches!(
            handle.ask(Question).await,
            Err(super::super::PostError::Down(_))
        ));
    }
}
