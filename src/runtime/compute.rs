//! The pool for work that keeps a core busy: interpretation, decoding, hashing, signatures.
//!
//! Roles' threads answer messages; whatever takes more than half a millisecond runs here. Stacks
//! are deep, since decoders of bounded recursion run here. A job that panics fails alone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Stack of a worker in bytes. Decoders recurse up to 1,000 messages deep; unoptimised frames take
/// some kilobytes.
const STACK_BYTES: usize = 64 << 20;

/// A worker without a job for so long ends; another is started when one is needed.
const KEEP_ALIVE: Duration = Duration::from_mins(1);

/// Jobs that may wait or run at once, per worker. More are refused: whoever sends them would only
/// grow a queue.
const JOBS_PER_WORKER_MAX: usize = 512;

/// A pool of worker threads. Clones share it.
#[derive(Debug, Clone)]
pub struct ComputePool {
    workers: Arc<Workers>,
    permits: Arc<Semaphore>,
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
            permits: Arc::new(Semaphore::new(workers * JOBS_PER_WORKER_MAX)),
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
        let permit = Arc::clone(&self.permits)
            .try_acquire_owned()
            .map_err(|_| ComputeError::Full)?;
        self.spawn(permit, job).await
    }

    /// The same, but waits for its turn when the pool is full: for work that was accepted before.
    pub async fn run_when_free<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ComputeError> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| ComputeError::Full)?;
        self.spawn(permit, job).await
    }

    async fn spawn<T: Send + 'static>(
        &self,
        permit: OwnedSemaphorePermit,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ComputeError> {
        let (reply, result) = oneshot::channel();
        let span = tracing::Span::current();
        let Some(runtime) = &self.workers.0 else {
            return Err(ComputeError::Full);
        };
        runtime.spawn_blocking(move || {
            let _permit = permit;
            if reply.is_closed() {
                return;
            }
            let outcome = catch_unwind(AssertUnwindSafe(|| span.in_scope(job)));
            // the caller may have left meanwhile
            let _ = reply.send(outcome.map_err(|panic| panic_message(panic.as_ref())));
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
}
