//! What a participant of the simulation says about itself and its parties.

use std::sync::Arc;

use super::super::administration::{ToSubmit, to_submit};
use super::super::intake::ViewKeys;
use super::super::rotation::Next;
use super::Participant;
use crate::model::{Duration, Timestamp};
use crate::participant::submission::KeyRotation;
use crate::protocol::{Message, TopologySubmission};
use crate::simulation::moment::{Broken, Crashed, Moment};
use crate::topology::Mapping;

/// How long a change may take.
const PATIENCE: Duration = Duration::from_secs(5);

impl Participant {
    /// Makes new keys.
    pub(crate) fn begin_rotation(
        &mut self,
        rotation: KeyRotation,
        moment: &mut Moment<'_>,
    ) -> Result<(), Crashed> {
        let mut next = self.disk.identity.rotated(rotation);
        if moment.is_broken(Broken::ForgetsFormerKeys) {
            next.former.encryption.clear();
        }
        moment.before_writing("participant before it keeps new keys")?;
        self.disk.identity = next;
        moment.after_writing("participant after it kept new keys")?;
        let keys = self.disk.identity.decryption_keys();
        self.intake.keys = Arc::new(ViewKeys::new(keys));
        self.rotate(moment);
        Ok(())
    }

    /// Takes the next step towards the newest keys.
    pub(super) fn rotate(&mut self, moment: &mut Moment<'_>) {
        let register = self.intake.follower.register();
        let identity = &self.disk.identity;
        self.outbox
            .sign_with(identity.signing_key_in(register.now()));
        let is_drained = self.outbox.is_drained();
        let deadline = moment.now.plus(PATIENCE);
        let next = self.rotation.next(identity, register, is_drained, deadline);
        if let Next::Submit(to_submit) = next {
            self.submit_topology(to_submit, deadline, moment);
        }
    }

    /// Whether the newest keys, and only these, are in force.
    pub(crate) fn is_rotated(&self) -> bool {
        let in_force = self.topology().keys_of(&self.disk.identity.member());
        in_force == Some(&self.disk.identity.keys())
    }

    /// Says something that replaces what will be in force about it.
    pub(crate) fn state(&mut self, mapping: Mapping, moment: &mut Moment<'_>) {
        let head = self.intake.follower.register().head();
        let to_submit = to_submit(mapping, &self.disk.identity, head);
        self.submit_topology(to_submit, moment.now.plus(PATIENCE), moment);
    }

    fn submit_topology(&mut self, it: ToSubmit, deadline: Timestamp, moment: &mut Moment<'_>) {
        let ToSubmit { id, transactions } = it;
        let message = Message::TopologySubmission(TopologySubmission { id, transactions });
        let manager = vec![self.place.topology_manager.clone()];
        let envelope = self.outbox.envelope(&message, manager);
        let request = self.outbox.request(id, vec![envelope], deadline);
        moment.send_all(self.outbox.sign_all(vec![request]));
    }
}
