//! The pool for work that keeps a core busy: interpretation, decoding, hashing, signatures.
//!
//! Roles' threads answer messages; whatever takes more than half a millisecond runs here. Stacks
//! are deep, since decoders of bounded recursion run here. A job that panics fails alone.
//!
//! There are two lanes. What everybody waits for, the checks of sequenced events, takes the first: a
//! worker that is free looks there before it looks at the other. So a job must not keep a worker for
//! long. Work of which nobody knows the end (Daml code) asks its [`Stint`] when to stop, and goes on
//! in another job, behind those that wait already.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Stack of a worker in bytes. Decoders recurse up to 1,000 messages deep; unoptimised frames take
/// some kilobytes.
const STACK_BYTES: usize = 64 << 20;

/// A worker without a job for so long ends; another is started when one is needed.
const KEEP_ALIVE: Duration = Duration::from_mins(1);

/// Jobs of a lane that may wait or run at once, per worker. More are refused: whoever sends them would only
/// grow a queue.
const JOBS_PER_WORKER_MAX: usize = 512;

/// How long a job with an open end keeps a worker: long against the way back to it, short against
/// what a client notices.
const STINT: Duration = Duration::from_millis(5);

/// A pool of worker threads. Clones share it.
#[derive(Debug, Clone)]
pub struct ComputePool {
    workers: Arc<Workers>,
    events: Lane,
    others: Lane,
}

/// The time that a job has.
#[derive(Debug, Clone, Copy)]
pub struct Stint(Instant);

impl Stint {
    #[allow(
        clippy::disallowed_methods,
        reason = "how long a job runs is no ledger time"
    )]
    fn begin() -> Self {
        Self(Instant::now())
    }

    /// Whether the worker should be given back.
    pub fn is_over(&self) -> bool {
        self.0.elapsed() >= STINT
    }
}

/// Jobs of one kind that wait for a worker.
#[derive(Debug, Clone)]
struct Lane {
    permits: Arc<Semaphore>,
    waiting: Arc<Queue>,
}

type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Queue(Mutex<VecDeque<Job>>);

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

impl Queue {
    fn push(&self, job: Job) {
        self.jobs().push_back(job);
    }

    fn pop(&self) -> Option<Job> {
        self.jobs().pop_front()
    }

    fn jobs(&self) -> std::sync::MutexGuard<'_, VecDeque<Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lane {
    fn new(workers: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(workers * JOBS_PER_WORKER_MAX)),
            waiting: Arc::default(),
        }
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, ComputeError> {
        let permits = Arc::clone(&self.permits);
        permits
            .acquire_owned()
            .await
            .map_err(|_| ComputeError::Full)
    }
}

/// Threads that park while there is nothing to do: workers that spin for the next job would take
/// the cores from the roles. They are those of a runtime on which nothing else runs.
#[derive(Debug)]
struct Workers(Option<tokio::runtime::Runtime>);

impl Drop for Workers {
    fn drop(&mut self) {
        // the last owner may be on an async thread, which must not wait
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Why a job gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComputeError {
    /// Too many jobs wait already. Try again.
    #[error("the compute pool is full")]
    Full,
    /// The job panicked.
    #[error("a job of the compute pool panicked: {0}")]
    Panicked(String),
}

impl ComputePool {
    /// A pool of `workers` threads, at least one.
    ///
    /// # Errors
    /// If the system refuses the threads.
    pub fn new(workers: usize) -> std::io::Result<Self> {
        let workers = workers.max(1);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .max_blocking_threads(workers)
            .thread_stack_size(STACK_BYTES)
            .thread_name("compute")
            .thread_keep_alive(KEEP_ALIVE)
            .build()?;
        Ok(Self {
            workers: Arc::new(Workers(Some(runtime))),
            events: Lane::new(workers),
            others: Lane::new(workers),
        })
    }

    /// A pool with a worker for each core.
    ///
    /// # Errors
    /// If the system refuses the threads.
    pub fn with_all_cores() -> std::io::Result<Self> {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// Runs `job` on a worker and waits for its result without blocking the caller's thread. When
    /// the caller stops waiting before the job starts, the job is dropped.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ComputeError> {
        let permit = Arc::clone(&self.others.permits)
            .try_acquire_owned()
            .map_err(|_| ComputeError::Full)?;
        self.spawn(&self.others, permit, job).await
    }

    /// The same, but waits for its turn when the pool is full: for work that was accepted before.
    pub async fn run_when_free<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ComputeError> {
        let permit = self.others.permit().await?;
        self.spawn(&self.others, permit, job).await
    }

    /// The same, but goes before all that is not run in this way: for sequenced events, which cannot
    /// be refused, and behind which all that follows waits.
    pub async fn run_first<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ComputeError> {
        let permit = self.events.permit().await?;
        self.spawn(&self.events, permit, job).await
    }

    /// Runs a job that continues with what it gives until it breaks off with a result; the worker does
    /// something else in between. Refused like [`Self::run`] before it has begun.
    pub async fn run_in_stints<S: Send + 'static, T: Send + 'static>(
        &self,
        begin: S,
        job: impl Fn(S, Stint) -> ControlFlow<T, S> + Clone + Send + 'static,
    ) -> Result<T, ComputeError> {
        let once = job.clone();
        let mut state = match self.run(move || once(begin, Stint::begin())).await? {
            ControlFlow::Break(value) => return Ok(value),
            ControlFlow::Continue(state) => state,
        };
        loop {
            let once = job.clone();
            let stint = move || once(state, Stint::begin());
            state = match self.run_when_free(stint).await? {
                ControlFlow::Break(value) => return Ok(value),
                ControlFlow::Continue(state) => state,
            };
        }
    }

    async fn spawn<T: Send + 'static>(
        &self,
        lane: &Lane,
        permit: OwnedSemaphorePermit,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ComputeError> {
        let (reply, result) = oneshot::channel();
        let span = tracing::Span::current();
        let Some(runtime) = &self.workers.0 else {
            return Err(ComputeError::Full);
        };
        lane.waiting.push(Box::new(move || {
            let _permit = permit;
            if reply.is_closed() {
                return;
            }
            let outcome = catch_unwind(AssertUnwindSafe(|| span.in_scope(job)));
            // the caller may have left meanwhile
            let _ = reply.send(outcome.map_err(|panic| panic_message(panic.as_ref())));
        }));
        // one worker's turn for each job; which job, is decided when it comes
        let lanes = [&self.events.waiting, &self.others.waiting].map(Arc::clone);
        runtime.spawn_blocking(move || {
            if let Some(job) = lanes.iter().find_map(|lane| lane.pop()) {
                job();
            }
        });
        match result.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(message)) => Err(ComputeError::Panicked(message)),
            Err(_) => Err(ComputeError::Panicked("the job vanished".to_owned())),
        }
    }
}

/// The text that a panic carries.
pub(super) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_job_that_panics_fails_alone() {
        let pool = ComputePool::new(1).unwrap();
        let outcome: Result<(), _> = pool.run(|| panic!("on purpose")).await;
        assert_eq!(
            outcome,
            Err(ComputeError::Panicked("on purpose".to_owned()))
        );
        assert_eq!(pool.run(|| 6 * 7).await, Ok(42));
    }

    #[tokio::test]
    async fn events_go_before_what_was_there_first() {
        let pool = ComputePool::new(1).unwrap();
        let (begun, has_begun) = oneshot::channel();
        let (go_on, may_go_on) = std::sync::mpsc::channel::<()>();
        let order = Arc::new(Mutex::new(Vec::new()));
        let note = |what: &'static str| {
            let order = Arc::clone(&order);
            move || order.lock().unwrap().push(what)
        };
        let busy = pool.run(move || {
            begun.send(()).unwrap();
            may_go_on.recv().unwrap();
        });
        let others = async {
            has_begun.await.unwrap();
            // polled in this order, so they wait in this order
            tokio::join!(
                biased;
                pool.run(note("a command")),
                pool.run_when_free(note("a package")),
                pool.run_first(note("an event")),
                async { go_on.send(()).unwrap() },
            )
        };
        tokio::join!(busy, others).0.unwrap();
        let order = order.lock().unwrap();
        assert_eq!(*order, ["an event", "a command", "a package"]);
    }

    #[tokio::test]
    async fn an_endless_job_leaves_room_for_others_and_ends_when_nobody_waits() {
        let pool = ComputePool::new(1).unwrap();
        let state = Arc::new(());
        let held = Arc::downgrade(&state);
        let go_on = |state, _: Stint| ControlFlow::<(), _>::Continue(state);
        let endless = pool.run_in_stints(state, go_on);
        let mut endless = Box::pin(endless);
        tokio::select! {
            biased;
            never = &mut endless => panic!("{never:?}"),
            answer = async {
                assert_eq!(pool.run(|| 1).await, Ok(1));
                pool.run_first(|| 2).await
            } => assert_eq!(answer, Ok(2)),
        }
        drop(endless);
        // whatever it left behind is done by the time that a later job is
        pool.run(|| ()).await.unwrap();
        assert!(held.upgrade().is_none());
    }
}
