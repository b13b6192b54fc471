//! How much of the ledger's beginning is gone, in memory.

use std::sync::Arc;

use tokio::sync::watch;

use crate::model::Offset;

/// How much of the ledger's beginning is gone. Clones share it.
///
/// Who reads looks at [`Beginning::pruned`] after he has read: as that is raised before anything is
/// deleted, what he read is whole unless it began before.
#[derive(Debug, Clone)]
pub struct Beginning(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    pruned: watch::Sender<Offset>,
    cleared: watch::Sender<Offset>,
    deleted: watch::Sender<Offset>,
}

impl Default for Beginning {
    fn default() -> Self {
        Self::new()
    }
}

impl Beginning {
    /// Nothing is gone.
    pub fn new() -> Self {
        let begin = || watch::channel(Offset::BEGIN).0;
        Self(Arc::new(Shared {
            pruned: begin(),
            cleared: begin(),
            deleted: begin(),
        }))
    }

    /// Nothing up to here may be shown.
    pub fn pruned(&self) -> Offset {
        *self.0.pruned.borrow()
    }

    /// Whether there are things that are not shown any more, but not deleted yet.
    pub fn is_going(&self) -> bool {
        *self.0.deleted.borrow() < self.pruned()
    }

    /// Nothing up to here is to be shown. Before anything is deleted, and after that is durable.
    pub fn prune(&self, up_to: Offset) {
        raise(&self.0.pruned, up_to);
    }

    /// The read cache has nothing up to here.
    pub fn clear(&self, up_to: Offset) {
        raise(&self.0.cleared, up_to);
    }

    /// Nor has the log.
    pub fn delete(&self, up_to: Offset) {
        raise(&self.0.deleted, up_to);
    }

    /// Signals what [`Beginning::prune`] raises.
    pub fn watch_pruned(&self) -> watch::Receiver<Offset> {
        self.0.pruned.subscribe()
    }

    /// Signals what [`Beginning::clear`] raises.
    pub fn watch_cleared(&self) -> watch::Receiver<Offset> {
        self.0.cleared.subscribe()
    }

    /// Waits until everything up to here is deleted.
    pub async fn wait_until_deleted(&self, up_to: Offset) {
        let mut deleted = self.0.deleted.subscribe();
        // the sender lives in here
        let _ = deleted.wait_for(|deleted| *deleted >= up_to).await;
    }
}

/// None of them goes back, whoever starts anew.
fn raise(sender: &watch::Sender<Offset>, to: Offset) {
    sender.send_if_modified(|offset| {
        let higher = *offset < to;
        *offset = (*offset).max(to);
        higher
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_does_not_come_back() {
        let at = |offset| Offset::new(offset).unwrap();
        let beginning = Beginning::new();
        assert!(!beginning.is_going());
        beginning.prune(at(5));
        beginning.prune(at(3));
        assert_eq!(beginning.pruned(), at(5));
        assert!(beginning.is_going());
        beginning.delete(at(4));
        assert!(beginning.is_going());
        beginning.delete(at(5));
        assert!(!beginning.is_going());
    }
}
