//! The thread from which roles are supervised.

use std::future::Future;

/// Runs a future to its end on this thread, with a system of arbiters around it. Supervisors can be
/// started inside.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    actix::System::new().block_on(future)
}
