//! The receiving end of a role's mailbox.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use tokio::sync::Notify;

/// Messages that the actor has handed over and the role has not taken yet. When there are this
/// many, the actor stops receiving, the mailbox fills up, and senders are told to try again.
pub(super) const WAITING_MAX: usize = 1024;

/// Messages for a role, in the order in which they arrived. Lives on the role's thread.
#[derive(Debug)]
pub struct Inbox<M> {
    shared: Rc<Shared<M>>,
}

#[derive(Debug)]
pub(super) struct Shared<M> {
    queue: RefCell<Queue<M>>,
    arrived: Notify,
    taken: Notify,
}

#[derive(Debug)]
struct Queue<M> {
    messages: VecDeque<M>,
    stopping: bool,
}

impl<M> Shared<M> {
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self {
            queue: RefCell::new(Queue {
                messages: VecDeque::new(),
                stopping: false,
            }),
            arrived: Notify::new(),
            taken: Notify::new(),
        })
    }

    pub(super) fn push(&self, message: M) {
        self.queue.borrow_mut().messages.push_back(message);
        self.arrived.notify_one();
    }

    pub(super) fn is_full(&self) -> bool {
        self.queue.borrow().messages.len() >= WAITING_MAX
    }

    /// Resolves when the role has taken messages.
    pub(super) async fn until_not_full(self: Rc<Self>) {
        while self.is_full() {
            self.taken.notified().await;
        }
    }

    pub(super) fn stop(&self) {
        self.queue.borrow_mut().stopping = true;
        self.arrived.notify_one();
    }
}

impl<M> Inbox<M> {
    pub(super) fn new(shared: Rc<Shared<M>>) -> Self {
        Self { shared }
    }

    /// Waits for messages and takes up to `max` of them; `None` when the role is to stop and every
    /// message has been taken.
    pub async fn recv_batch(&mut self, max: usize) -> Option<Vec<M>> {
        loop {
            if let Some(batch) = self.take(max) {
                return Some(batch);
            }
            if self.shared.queue.borrow().stopping {
                return None;
            }
            self.shared.arrived.notified().await;
        }
    }

    /// Waits for one message; `None` when the role is to stop.
    pub async fn recv(&mut self) -> Option<M> {
        self.recv_batch(1).await.and_then(|mut batch| batch.pop())
    }

    /// Takes up to `max` messages that have arrived; `None` if there are none.
    pub fn take(&mut self, max: usize) -> Option<Vec<M>> {
        let mut queue = self.shared.queue.borrow_mut();
        if queue.messages.is_empty() {
            return None;
        }
        let count = queue.messages.len().min(max);
        let batch = queue.messages.drain(..count).collect();
        drop(queue);
        self.shared.taken.notify_one();
        Some(batch)
    }
}
