//! Work that moves on beside its owner's loop.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::task::JoinHandle;

/// A future that runs on the role's thread whether or not its owner polls it.
///
/// A loop that keeps plain futures stops them whenever it awaits something else. If one of them
/// holds a database connection, and the loop waits for one, both wait forever.
///
/// Ends with its owner. A panic inside comes out where the task is awaited.
#[derive(Debug)]
pub struct Task<T>(JoinHandle<T>);

impl<T: 'static> Task<T> {
    /// Starts a future on the current role's thread.
    pub fn start(future: impl Future<Output = T> + 'static) -> Self {
        Self(tokio::task::spawn_local(future))
    }
}

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match ready!(Pin::new(&mut self.0).poll(context)) {
            Ok(value) => Poll::Ready(value),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                // the thread ends, and the owner with it
                Err(_) => Poll::Pending,
            },
        }
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;
    use tokio::task::LocalSet;

    use super::*;

    #[tokio::test]
    async fn a_task_moves_on_while_nobody_polls_it() {
        let local = LocalSet::new();
        local
            .run_until(async {
                let (done, is_done) = oneshot::channel();
                let task = Task::start(async move {
                    done.send(()).unwrap();
                    7
                });
                is_done.await.unwrap();
                assert_eq!(task.await, 7);
            })
            .await;
    }

    #[tokio::test]
    async fn a_task_ends_when_its_owner_lets_go() {
        let local = LocalSet::new();
        local
            .run_until(async {
                let (held, is_dropped) = oneshot::channel::<()>();
                let task = Task::start(async move {
                    let _held = held;
                    std::future::pending::<()>().await;
                });
                tokio::task::yield_now().await;
                drop(task);
                is_dropped.await.unwrap_err();
            })
            .await;
    }
}
