//! The actor that hosts a role, and the handle by which others reach it.

use std::cell::RefCell;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix::{Actor, Addr, AsyncContext, Context, Handler, Message, WrapFuture};
use arc_swap::ArcSwapOption;
use futures_util::FutureExt;
use tokio::sync::oneshot;

use super::compute::panic_message;
use super::inbox::{Inbox, Shared};
use super::supervisor::{Exit, RoleFailure};

/// Messages on their way to the actor, besides those that it has handed to the role.
const MAILBOX_CAPACITY: usize = 256;

/// Reaches a role, whichever actor plays it at the moment. Cheap to clone; outlives restarts.
pub struct Handle<M: Send + 'static> {
    slot: Arc<ArcSwapOption<Addr<Shell<M>>>>,
    role: Arc<str>,
}

/// Why a role did not take a message. Both are worth another try.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// The mailbox is full.
    #[error("{0} is busy")]
    Busy(Arc<str>),
    /// The role is starting, restarting or stopped.
    #[error("{0} is not running")]
    Down(Arc<str>),
}

impl<M: Send + 'static> Clone for Handle<M> {
    fn clone(&self) -> Self {
        Self {
            slot: Arc::clone(&self.slot),
            role: Arc::clone(&self.role),
        }
    }
}

impl<M: Send + 'static> std::fmt::Debug for Handle<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Handle({})", self.role)
    }
}

impl<M: Send + 'static> Handle<M> {
    /// A handle to a role that no actor plays yet.
    pub fn new(role: &str) -> Self {
        Self {
            slot: Arc::new(ArcSwapOption::empty()),
            role: role.into(),
        }
    }

    /// The role's name.
    pub fn role(&self) -> &str {
        &self.role
    }

    /// Puts a message into the mailbox.
    pub fn post(&self, message: M) -> Result<(), PostError> {
        let addr = self.slot.load_full().ok_or_else(|| self.down())?;
        addr.try_send(Post(message)).map_err(|error| match error {
            actix::prelude::SendError::Full(_) => PostError::Busy(Arc::clone(&self.role)),
            actix::prelude::SendError::Closed(_) => self.down(),
        })
    }

    /// Posts the message that `make` builds around a reply channel, and waits for the reply.
    pub async fn ask<T>(&self, make: impl FnOnce(oneshot::Sender<T>) -> M) -> Result<T, PostError> {
        let (reply, answer) = oneshot::channel();
        self.post(make(reply))?;
        answer.await.map_err(|_| self.down())
    }

    /// Makes the role's actor panic: fault injection for tests.
    #[doc(hidden)]
    pub fn crash(&self) -> Result<(), PostError> {
        let addr = self.slot.load_full().ok_or_else(|| self.down())?;
        addr.try_send(Crash).map_err(|_| self.down())
    }

    /// Resolves once the actor has handled everything that was posted before.
    pub(super) async fn ping(&self) -> Result<(), PostError> {
        let addr = self.slot.load_full().ok_or_else(|| self.down())?;
        addr.send(Ping).await.map_err(|_| self.down())
    }

    pub(super) fn stop(&self) {
        if let Some(addr) = self.slot.load_full() {
            // an actor that is gone has stopped
            let _ = addr.try_send(Stop);
        }
    }

    pub(super) fn install(&self, addr: Option<Addr<Shell<M>>>) {
        self.slot.store(addr.map(Arc::new));
    }

    fn down(&self) -> PostError {
        PostError::Down(Arc::clone(&self.role))
    }
}

/// A role's loop, ready to run.
pub(super) type RoleLoop<M> =
    Box<dyn FnOnce(Inbox<M>) -> Pin<Box<dyn Future<Output = Result<(), RoleFailure>>>>>;

/// The actor: a mailbox in front of a role's loop.
pub(super) struct Shell<M: Send + 'static> {
    shared: Rc<Shared<M>>,
    /// Reports a panic of a handler: the actor is dropped then.
    _witness: ExitWitness,
}

/// Tells the supervisor once how a role ended. The actor and the loop hold a clone each; the first
/// to end speaks, and a clone that is dropped silently has panicked.
#[derive(Clone)]
pub(super) struct ExitWitness(Rc<RefCell<Option<oneshot::Sender<Exit>>>>);

impl ExitWitness {
    pub(super) fn new(sender: oneshot::Sender<Exit>) -> Self {
        Self(Rc::new(RefCell::new(Some(sender))))
    }

    pub(super) fn report(&self, exit: Exit) {
        if let Some(sender) = self.0.borrow_mut().take() {
            // nobody listens any more once the supervisor has given up on this actor
            let _ = sender.send(exit);
        }
    }
}

impl Drop for ExitWitness {
    fn drop(&mut self) {
        self.report(Exit::Panicked("the actor was dropped".to_owned()));
    }
}

impl<M: Send + 'static> Shell<M> {
    /// Starts the actor and the loop behind it on the current arbiter.
    pub(super) fn start_with(role_loop: RoleLoop<M>, witness: ExitWitness) -> Addr<Self> {
        let shared = Shared::new();
        let body = role_loop(Inbox::new(Rc::clone(&shared)));
        let loop_witness = witness.clone();
        // a task of its own: the actor's context polls nothing else while it waits for the inbox
        actix::spawn(async move {
            let exit = match AssertUnwindSafe(body).catch_unwind().await {
                Ok(Ok(())) => Exit::Stopped,
                Ok(Err(failure)) => Exit::Failed(failure),
                Err(panic) => Exit::Panicked(panic_message(panic.as_ref())),
            };
            loop_witness.report(exit);
        });
        Self {
            shared,
            _witness: witness,
        }
        .start()
    }
}

impl<M: Send + 'static> Actor for Shell<M> {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX_CAPACITY);
    }
}

struct Post<M>(M);
struct Crash;
struct Ping;
struct Stop;

impl<M: Send + 'static> Message for Post<M> {
    type Result = ();
}

impl Message for Crash {
    type Result = ();
}

impl Message for Ping {
    type Result = ();
}

impl Message for Stop {
    type Result = ();
}

impl<M: Send + 'static> Handler<Post<M>> for Shell<M> {
    type Result = ();

    fn handle(&mut self, Post(message): Post<M>, ctx: &mut Self::Context) {
        self.shared.push(message);
        if self.shared.is_full() {
            ctx.wait(Rc::clone(&self.shared).until_not_full().into_actor(self));
        }
    }
}

impl<M: Send + 'static> Handler<Crash> for Shell<M> {
    type Result = ();

    fn handle(&mut self, _: Crash, _: &mut Self::Context) {
        panic!("crash injected by a test");
    }
}

impl<M: Send + 'static> Handler<Ping> for Shell<M> {
    type Result = ();

    fn handle(&mut self, _: Ping, _: &mut Self::Context) {}
}

impl<M: Send + 'static> Handler<Stop> for Shell<M> {
    type Result = ();

    fn handle(&mut self, _: Stop, _: &mut Self::Context) {
        self.shared.stop();
    }
}
