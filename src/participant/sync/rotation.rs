//! New keys for this participant, while it works.
//!
//! New keys are kept before they are published. From there it is a reconciler: it compares the keys
//! that are published with those that are kept and submits the next step, after a restart as well.

use std::sync::Arc;

use super::actor::Shell;
use super::administration::{ToSubmit, to_submit};
use super::connection::Connection;
use super::identity::Identity;
use super::intake::ViewKeys;
use super::messages::Reply;
use crate::model::Timestamp;
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::submission::KeyRotation;
use crate::protocol::MessageId;
use crate::storage;
use crate::topology::{Mapping, MemberKeys, Register, next_keys};

/// The change of keys that is at work on a domain: what was submitted last, and when that is given up.
#[derive(Debug, Default)]
pub(super) struct Rotation(Option<(MessageId, MemberKeys, Timestamp)>);

/// People who wait for new keys to be in force on all domains.
#[derive(Debug, Default)]
pub(super) struct WaitingForKeys(Vec<(Timestamp, Reply<()>)>);

/// People who wait for new keys at once.
const WAITING_MAX: usize = 16;

/// What is to be done towards the newest keys.
#[derive(Debug)]
pub(super) enum Next {
    /// Nothing: they, and only they, are in force.
    InForce,
    Wait,
    Submit(ToSubmit),
}

impl Rotation {
    /// The next step. `is_drained` says that nothing is on its way that another key has signed.
    pub(super) fn next(
        &mut self,
        identity: &Identity,
        register: &Register,
        is_drained: bool,
        deadline: Timestamp,
    ) -> Next {
        let member = identity.member();
        let head = register.head();
        let known = (head.keys_of(&member), register.now().keys_of(&member));
        let (Some(published), Some(in_force)) = known else {
            return Next::Wait;
        };
        let wanted = identity.keys();
        if *in_force == wanted {
            self.0 = None;
            return Next::InForce;
        }
        let Some(keys) = next_keys(&wanted, published, in_force, is_drained) else {
            return Next::Wait;
        };
        let is_sent = |(_, sent, _): &(MessageId, MemberKeys, Timestamp)| *sent == keys;
        if self.0.as_ref().is_some_and(is_sent) {
            return Next::Wait;
        }
        let mapping = Mapping::OwnerToKey {
            member,
            keys: keys.clone(),
        };
        let to_submit = to_submit(mapping, identity, head);
        self.0 = Some((to_submit.id, keys, deadline));
        Next::Submit(to_submit)
    }

    /// The topology manager did not publish.
    pub(super) fn refused(&mut self, id: MessageId) {
        if self.0.as_ref().is_some_and(|(sent, ..)| *sent == id) {
            self.0 = None;
        }
    }

    /// Gives up what has waited too long; the change goes on.
    pub(super) fn time_out(&mut self, now: Timestamp) {
        if self.0.as_ref().is_some_and(|(.., until)| *until < now) {
            self.0 = None;
        }
    }
}

impl WaitingForKeys {
    /// Gives up what has waited too long; the change goes on.
    pub(super) fn time_out(&mut self, now: Timestamp) {
        let is_late = |(until, _): &mut (Timestamp, Reply<()>)| *until < now;
        for (_, reply) in self.0.extract_if(.., is_late) {
            let _ = reply.send(Err(Refusal::new(
                ErrorId::RequestTimeOut,
                "the new keys are not in force yet; they will be",
            )));
        }
    }
}

impl Shell {
    /// Makes new keys and keeps them; answers when they, and only they, are in force on all domains
    /// that are connected. On the others they will be.
    pub(super) async fn begin_rotation(
        &mut self,
        rotation: KeyRotation,
        reply: Reply<()>,
    ) -> Result<(), storage::Error> {
        if self.waiting_for_keys.0.len() >= WAITING_MAX {
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
        for connection in self.connections.values_mut() {
            let keys = self.identity.decryption_keys();
            connection.intake.keys = Arc::new(ViewKeys::new(keys));
        }
        tracing::info!(
            signing = rotation.signing,
            encryption = rotation.encryption,
            "new keys"
        );
        let deadline = self.topology_deadline();
        self.waiting_for_keys.0.push((deadline, reply));
        self.rotate();
        Ok(())
    }

    /// Takes the next step towards the newest keys everywhere.
    pub(super) fn rotate(&mut self) {
        let deadline = self.topology_deadline();
        let mut everywhere = true;
        for connection in self.connections.values_mut() {
            everywhere &= connection.rotate(&self.identity, deadline);
        }
        if everywhere {
            for (_, reply) in self.waiting_for_keys.0.drain(..) {
                let _ = reply.send(Ok(()));
            }
        }
    }
}

impl Connection {
    /// Signs with the newest key that others know, and takes the next step towards the newest keys.
    /// Returns whether these, and only these, are in force.
    fn rotate(&mut self, identity: &Identity, deadline: Timestamp) -> bool {
        let register = self.intake.follower.register();
        let key = identity.signing_key_in(register.now());
        if self.outbox.sign_with(key) {
            self.subscription.sign_with(key);
        }
        let is_drained = self.outbox.is_drained();
        match self.rotation.next(identity, register, is_drained, deadline) {
            Next::InForce => true,
            Next::Wait => false,
            Next::Submit(to_submit) => {
                self.submit_topology(Some(to_submit), deadline);
                false
            }
        }
    }
}
