//! With which key the sequencer signs, and why that is believed.
//!
//! A member knows its domain by the domain's id, which ends with the fingerprint of the domain's
//! namespace. What that namespace has signed about the sequencer's key is therefore believed, whoever
//! brings it. After a rotation the sequencer brings a later statement; an earlier one is never taken
//! again.

use std::sync::Arc;

use bytes::Bytes;

use super::{ReadError, SequencerPort};
use crate::crypto::PublicKey;
use crate::model::{Fingerprint, MemberId};
use crate::topology::{SignedTransaction, State, Subject};

/// What is known of the sequencer's key.
#[derive(Debug)]
pub(super) struct Trust {
    sequencer: MemberId,
    /// The key with the serial of the statement about it.
    known: Option<(PublicKey, u32)>,
}

/// Why a key is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Nobody could be asked.
    Away(ReadError),
    /// The domain's namespace has not signed for it.
    Untrusted(String),
}

impl Trust {
    /// Believes the namespace of `sequencer`, which is the domain's.
    pub(super) const fn new(sequencer: MemberId) -> Self {
        Self {
            sequencer,
            known: None,
        }
    }

    /// The key with a fingerprint, if the sequencer signs with it; asks when it is not the one
    /// that is known.
    pub(super) async fn key(
        &mut self,
        port: &Arc<dyn SequencerPort>,
        fingerprint: &Fingerprint,
    ) -> Result<PublicKey, Doubt> {
        let known = self.known.map(|(key, _)| key);
        if let Some(key) = known.filter(|key| key.fingerprint() == *fingerprint) {
            return Ok(key);
        }
        let certificate = port.certificate().await.map_err(Doubt::Away)?;
        self.learn(certificate)?;
        let known = self.known.map(|(key, _)| key);
        known
            .filter(|key| key.fingerprint() == *fingerprint)
            .ok_or_else(|| Doubt::Untrusted(format!("the domain has not signed for {fingerprint}")))
    }

    fn learn(&mut self, certificate: Vec<Bytes>) -> Result<(), Doubt> {
        let untrusted = |error: crate::topology::Error| Doubt::Untrusted(error.to_string());
        let mut state = State::new();
        for bytes in certificate {
            let transaction = SignedTransaction::decode(bytes).map_err(untrusted)?;
            state.apply(&transaction).map_err(untrusted)?;
        }
        let subject = Subject::OwnerToKey(self.sequencer.clone());
        let keys = state.keys_of(&self.sequencer);
        let key = keys.and_then(|keys| keys.signing.first());
        let (Some(key), Some(serial)) = (key, state.serial(&subject)) else {
            let reason = format!("the certificate is not about {}", self.sequencer);
            return Err(Doubt::Untrusted(reason));
        };
        match self.known {
            Some((_, known)) if serial < known => Err(Doubt::Untrusted(
                "the certificate is older than the one that is known".to_owned(),
            )),
            Some((known, at)) if at == serial && known != *key => Err(Doubt::Untrusted(
                "two certificates name different keys".to_owned(),
            )),
            _ => {
                self.known = Some((*key, serial));
                Ok(())
            }
        }
    }
}
