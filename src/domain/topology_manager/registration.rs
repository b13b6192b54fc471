//! What the sequencer is told: for whom it works, who takes part, and with which keys.

use std::collections::BTreeMap;
use std::future::Future;

use super::actor::Shell;
use crate::crypto::PublicKey;
use crate::model::{Fingerprint, MemberId, MemberKind};
use crate::sequencer_client::SendError;
use crate::storage;

impl Shell {
    /// Tells the sequencer for whom it works, and everybody with which key it signs: the domain's
    /// namespace signs for it.
    pub(super) async fn introduce_sequencer(&mut self) -> Result<(), storage::Error> {
        let sequencer = self.desk.identity.member.sibling(MemberKind::Sequencer);
        let registrar = self.role.registrar.clone();
        let (domain, member) = (self.desk.identity.domain.clone(), sequencer.clone());
        let statement = persist(
            || registrar.introduce(domain.clone(), member.clone()),
            &sequencer,
        )
        .await;
        let certificate = statement
            .clone()
            .countersign(&self.desk.identity.namespace_key)
            .encode();
        persist(|| registrar.certify(vec![certificate.clone()]), &sequencer).await;
        if let Err(error) = self.introduce(&sequencer, vec![statement]).await? {
            tracing::error!(%error, "the sequencer's key was not published");
        }
        Ok(())
    }

    /// Registers the members, and their keys where they have changed, with the sequencer.
    pub(super) async fn register_members(&mut self) {
        let state = self.desk.core.head();
        for member in state.members() {
            let Some(keys) = state.keys_of(member) else {
                continue;
            };
            let names: Vec<Fingerprint> = keys.signing.iter().map(PublicKey::fingerprint).collect();
            if self.registered.get(member) == Some(&names) {
                continue;
            }
            let registrar = &self.role.registrar;
            persist(
                || registrar.register(member.clone(), keys.signing.clone()),
                member,
            )
            .await;
            self.registered.insert(member.clone(), names);
        }
    }
}

/// Keys of members, by their fingerprints.
pub(super) type Registered = BTreeMap<MemberId, Vec<Fingerprint>>;

/// Asks the sequencer as often as it takes.
async fn persist<T, F>(ask: impl Fn() -> F, member: &MemberId) -> T
where
    F: Future<Output = Result<T, SendError>>,
{
    loop {
        match ask().await {
            Ok(done) => return done,
            Err(error) => {
                tracing::debug!(%member, %error, "telling the sequencer again");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}
