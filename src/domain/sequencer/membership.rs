//! What the shell does for members: who takes part, with which keys, and what they have kept.

use std::rc::Rc;

use super::actor::{Sender, Shell, answer};
use super::intake::{Member, MemberKey};
use super::messages::RegistrarMessage;
use super::verification::refused;
use crate::crypto::PublicKey;
use crate::model::{DomainId, Duration, MemberId, MemberKind, Timestamp};
use crate::protocol::{ChainPoint, SignedAcknowledgement};
use crate::sequencer_client::SendError;
use crate::storage;
use crate::topology::{Mapping, MemberKeys, SignedTransaction, Transaction};

/// A key that was replaced stays valid for so long: what was signed before is still on its way.
pub(super) const KEY_GRACE: Duration = Duration::from_secs(60);

impl Shell {
    pub(super) async fn administer(
        &mut self,
        message: RegistrarMessage,
    ) -> Result<(), storage::Error> {
        match message {
            RegistrarMessage::Introduce {
                domain,
                member,
                reply,
            } => answer(reply, self.introduce(domain, member).await?),
            RegistrarMessage::Certify { certificate, reply } => {
                let kept = self.store.keep_certificate(&certificate).await;
                self.identity.certificate = Some(certificate);
                answer(reply, kept.map_err(|error| unavailable(&error)));
            }
            RegistrarMessage::Register {
                member,
                keys,
                reply,
            } => {
                let registered = self.register(member, &keys).await;
                answer(reply, registered.map_err(|error| unavailable(&error)));
            }
        }
        Ok(())
    }

    async fn introduce(
        &mut self,
        domain: DomainId,
        member: MemberId,
    ) -> Result<Result<SignedTransaction, SendError>, storage::Error> {
        let office = (domain, member);
        match &self.identity.office {
            Some(known) if *known == office => {}
            Some((known, _)) => {
                let reason = format!("this sequencer works for {known}");
                return Ok(Err(SendError::Refused(reason)));
            }
            None => {
                self.store.keep_office(&office.0, &office.1).await?;
                self.identity.office = Some(office.clone());
                self.load_chains(self.recent.last_drawn()).await?;
            }
        }
        let key = &self.identity.key;
        let mapping = Mapping::OwnerToKey {
            member: office.1,
            keys: MemberKeys::signing(key.public()),
        };
        Ok(Ok(Transaction::first(mapping).sign(&[key])))
    }

    async fn register(&mut self, id: MemberId, keys: &[PublicKey]) -> Result<(), storage::Error> {
        if self.members.get(&id).is_some_and(|it| it.has(keys)) {
            return Ok(());
        }
        let until = self.role.clock.now().plus(KEY_GRACE);
        let number = self.store.register(&id, keys, until).await?;
        tracing::info!(member = %id, keys = keys.len(), "member registered");
        if let Some(member) = self.members.get_mut(&id) {
            member.replace_keys(keys, until);
            return Ok(());
        }
        if let Some((domain, _)) = &self.identity.office {
            self.chains.insert(number, ChainPoint::start(domain, &id));
        }
        let mut member = Member {
            number,
            keys: Vec::new(),
            acknowledged: Timestamp::EPOCH,
        };
        member.replace_keys(keys, until);
        self.members.insert(id, member);
        Ok(())
    }

    /// With which keys a member may sign now.
    pub(super) fn keys(&self, member: &MemberId) -> Option<(DomainId, Vec<PublicKey>)> {
        let (domain, _) = self.identity.office.as_ref()?;
        let keys = self.members.keys(member, self.role.clock.now())?;
        Some((domain.clone(), keys))
    }

    /// Notes what a member has kept. What it says later about less changes nothing.
    pub(super) fn acknowledge(&mut self, signed: &SignedAcknowledgement, reply: Sender) {
        let it = signed.acknowledgement();
        if let Err(error) = self.check_acknowledgement(signed) {
            return answer(reply, Err(error));
        }
        let Some(member) = self.members.get_mut(&it.member) else {
            return answer(reply, Err(SendError::UnknownMember(it.member.to_string())));
        };
        if it.time <= member.acknowledged {
            return answer(reply, Ok(()));
        }
        member.acknowledged = it.time;
        let (number, time, store) = (member.number, it.time, Rc::clone(&self.store));
        tokio::task::spawn_local(async move {
            let kept = store.acknowledge(number, time).await;
            answer(reply, kept.map_err(|error| unavailable(&error)));
        });
    }

    fn check_acknowledgement(&self, signed: &SignedAcknowledgement) -> Result<(), SendError> {
        let it = signed.acknowledgement();
        let (domain, keys) = self
            .keys(&it.member)
            .ok_or_else(|| SendError::UnknownMember(it.member.to_string()))?;
        signed
            .verify(&domain, &keys)
            .map_err(|error| SendError::Refused(refused(&error)))?;
        if it.time > self.recent.last_drawn() {
            let reason = format!("{} was not sequenced yet", it.time);
            super::verification::alarm("acknowledgement", &reason);
            return Err(SendError::Refused(reason));
        }
        Ok(())
    }

    /// How far each member is behind with what it has kept.
    pub(super) fn measure_lags(&self) {
        for (id, member) in self.members.iter() {
            // nobody reads for the sequencer itself
            if id.kind() == MemberKind::Sequencer {
                continue;
            }
            if let Some(tip) = self.chains.tip(member.number) {
                let lag = tip.time.since(member.acknowledged).micros().max(0);
                #[allow(clippy::cast_precision_loss, reason = "a gauge")]
                metrics::gauge!("jura_sequencer_acknowledgement_lag_seconds", "member" => id.to_string())
                    .set(lag as f64 / 1e6);
            }
        }
    }
}

impl Member {
    /// Whether these are the keys that it has, but for those that are about to end.
    pub(super) fn has(&self, keys: &[PublicKey]) -> bool {
        let current = self.keys.iter().filter(|it| it.valid_until.is_none());
        current.clone().count() == keys.len() && current.clone().all(|it| keys.contains(&it.key))
    }

    /// Other keys from now on; those before end soon.
    pub(super) fn replace_keys(&mut self, keys: &[PublicKey], others_until: Timestamp) {
        self.keys.retain(|it| !keys.contains(&it.key));
        for other in &mut self.keys {
            other.valid_until.get_or_insert(others_until);
        }
        self.keys.extend(keys.iter().map(|key| MemberKey {
            key: *key,
            valid_until: None,
        }));
    }
}

fn unavailable(error: &storage::Error) -> SendError {
    SendError::Unavailable(error.to_string())
}
