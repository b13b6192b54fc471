//! A wish to end, heard by all who wait for it.

use tokio::sync::watch;

/// Asks for the end.
#[derive(Debug, Clone)]
pub struct Trigger(std::sync::Arc<watch::Sender<bool>>);

/// Waits for the wish to end.
#[derive(Debug, Clone)]
pub struct Signal(watch::Receiver<bool>);

/// A trigger and its signal.
pub fn channel() -> (Trigger, Signal) {
    let (sender, receiver) = watch::channel(false);
    (Trigger(std::sync::Arc::new(sender)), Signal(receiver))
}

impl Trigger {
    /// Asks; asking twice is the same as once.
    pub fn fire(&self) {
        self.0.send_replace(true);
    }
}

impl Signal {
    /// Whether the end was asked for.
    pub fn is_fired(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when the end is asked for, or when nobody can ask any more.
    pub async fn fired(&self) {
        let mut receiver = self.0.clone();
        // an error says that the trigger is gone: whoever held it has ended
        let _ = receiver.wait_for(|fired| *fired).await;
    }
}
