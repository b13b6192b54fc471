//! Threads that are neither arbiters nor compute workers: the node's main thread, waits for a child.

use std::thread::JoinHandle;

/// Starts a named thread.
///
/// # Panics
/// If the system refuses it: nothing useful can go on then.
pub fn spawn<T: Send + 'static>(
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .expect("the system refuses a thread")
}
