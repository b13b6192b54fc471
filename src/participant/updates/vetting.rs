//! What this participant has vetted, for the views that it computes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::{DomainId, PackageId, ParticipantId, Timestamp};
use crate::participant::errors::Refusal;
use crate::participant::submission::SyncPort;
use crate::topology;

/// Asks sync; while sync restarts, says what sync said last: reading goes on.
pub(super) struct LocalVetting {
    sync: Arc<dyn SyncPort>,
    last: Mutex<Option<Vetting>>,
}

/// What a participant had vetted when it was asked.
#[derive(Debug, Clone)]
pub(super) struct Vetting {
    participant: ParticipantId,
    topologies: BTreeMap<DomainId, topology::State>,
}

impl LocalVetting {
    pub(super) fn new(sync: Arc<dyn SyncPort>) -> Self {
        Self {
            sync,
            last: Mutex::default(),
        }
    }

    /// What is vetted now.
    ///
    /// # Errors
    /// When sync has never answered.
    pub(super) async fn now(&self) -> Result<Vetting, Refusal> {
        let asked = self.ask().await;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match asked {
            Ok(vetting) => {
                *last = Some(vetting.clone());
                Ok(vetting)
            }
            Err(refusal) => last.clone().ok_or(refusal),
        }
    }

    async fn ask(&self) -> Result<Vetting, Refusal> {
        Ok(Vetting {
            participant: self.sync.participant_id().await?,
            topologies: self.sync.topologies().await?,
        })
    }
}

impl Vetting {
    /// Whether a package is vetted for all times to come on some domain; only such a one computes
    /// views.
    pub(super) fn is_lasting(&self, package: &PackageId) -> bool {
        let mut topologies = self.topologies.values();
        topologies.any(|it| it.is_vetted(&self.participant, package, Timestamp::MAX))
    }
}
