//! New keys for this participant, while it works.
//!
//! New keys are kept before they are published. From there it is a reconciler: it compares the keys
//! that are published with those that are kept and submits the next step, after a restart as well.

use std::sync::Arc;

use super::actor::Shell;
use super::administration::to_submit;
use super::intake::ViewKeys;
use super::messages::Reply;
use crate::model::Timestamp;
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::submission::KeyRotation;
use crate::protocol::MessageId;
use crate::storage;
use crate::topology::{Mapping, MemberKeys, next_keys};

/// The change of keys that is at work.
#[derive(Debug, Default)]
pub(super) struct Rotation {
    /// What was submitted last, and when that is given up.
    sent: Option<(MessageId, MemberKeys, Timestamp)>,
    waiting: Vec<(Timestamp, Reply<()>)>,
}

/// People who wait for new keys at once.
const WAITING_MAX: usize = 16;

impl Rotation {
    /// The topology manager did not publish.
    pub(super) fn refused(&mut self, id: MessageId) {
        if self.sent.as_ref().is_some_and(|(sent, ..)| *sent == id) {
            self.sent = None;
        }
    }

    /// Gives up what has waited too long; the change goes on.
    pub(super) fn time_out(&mut self, now: Timestamp) {
        if self.sent.as_ref().is_some_and(|(.., until)| *until < now) {
            self.sent = None;
        }
        let is_late = |(until, _): &mut (Timestamp, Reply<()>)| *until < now;
        for (_, reply) in self.waiting.extract_if(.., is_late) {
            let _ = reply.send(Err(Refusal::new(
                ErrorId::RequestTimeOut,
                "the new keys are not in force yet; they will be",
            )));
        }
    }

    fn tell(&mut self) {
        for (_, reply) in self.waiting.drain(..) {
            let _ = reply.send(Ok(()));
        }
    }
}

impl Shell {
    /// Makes new keys and keeps them; answers when they, and only they, are in force.
    pub(super) async fn begin_rotation(
        &mut self,
        rotation: KeyRotation,
        reply: Reply<()>,
    ) -> Result<(), storage::Error> {
        if self.rotation.waiting.len() >= WAITING_MAX {
            let _ = reply.send(Err(Refusal::new(
                ErrorId::ParticipantBackpressure,
                "The participant is overloaded. Please back off before submitting again.",
            )));
            return Ok(());
        }
        let next = self.identity.rotated(rotation);
        self.store.keep_identity(&self.identity, &next).await?;
        self.identity = next;
        // before others can know them
        let keys = self.identity.decryption_keys();
        self.intake.keys = Arc::new(ViewKeys::new(keys));
        tracing::info!(
            signing = rotation.signing,
            encryption = rotation.encryption,
            "new keys"
        );
        let deadline = self.topology_deadline();
        self.rotation.waiting.push((deadline, reply));
        self.rotate();
        Ok(())
    }

    /// Signs with the newest key that others know, and takes the next step towards the newest keys.
    pub(super) fn rotate(&mut self) {
        let follower = &self.intake.follower;
        let key = self.identity.signing_key_in(follower.topology());
        if self.outbox.sign_with(key) {
            self.subscription.sign_with(key);
        }
        let member = self.identity.member();
        let head = follower.register().head();
        let (Some(published), Some(in_force)) =
            (head.keys_of(&member), follower.topology().keys_of(&member))
        else {
            return;
        };
        let wanted = self.identity.keys();
        if *in_force == wanted {
            self.rotation.sent = None;
            self.rotation.tell();
            return;
        }
        let is_drained = self.outbox.is_drained();
        let Some(keys) = next_keys(&wanted, published, in_force, is_drained) else {
            return;
        };
        if self
            .rotation
            .sent
            .as_ref()
            .is_some_and(|(_, sent, _)| *sent == keys)
        {
            return;
        }
        let mapping = Mapping::OwnerToKey {
            member,
            keys: keys.clone(),
        };
        let to_submit = to_submit(mapping, &self.identity, head);
        self.rotation.sent = Some((to_submit.id, keys, self.topology_deadline()));
        self.submit_topology(Some(to_submit));
    }
}
