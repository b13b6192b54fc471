//! What all services of one participant share.

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2 as proto;
use tokio::sync::OnceCell;

use super::command_inspection_service::History;
use super::config::Config;
use super::party_management_service::PartyRecords;
use super::tracker::Tracker;
use super::user_management_service::Users;
use crate::lf::engine::Engine;
use crate::model::{DomainId, Offset, ParticipantId};
use crate::participant::errors::Refusal;
use crate::participant::submission::{Submission, SyncPort};
use crate::participant::updates::ReadModel;
use crate::runtime::clock::Clock;
use crate::runtime::shutdown::Signal;

/// What all services of one participant share.
pub(super) struct Door {
    pub(super) config: Config,
    pub(super) model: ReadModel,
    pub(super) sync: Arc<dyn SyncPort>,
    pub(super) clock: Clock,
    pub(super) users: Users,
    pub(super) party_records: PartyRecords,
    pub(super) tracker: Tracker,
    pub(super) history: History,
    /// Fires when the server stops.
    pub(super) stop: Signal,
    /// Never changes once sync has told it.
    pub(super) participant: OnceCell<ParticipantId>,
}

impl Door {
    /// Hands a submission to sync; `commands` are what the client wrote.
    pub(super) async fn submit(
        &self,
        submission: Submission,
        commands: Vec<proto::Command>,
    ) -> Result<(), Refusal> {
        let id = submission.submission_id.clone();
        self.history.begin(&submission, commands, self.clock.now());
        let submitted = self.sync.submit(submission).await;
        if let Err(refusal) = &submitted {
            self.history.refuse(&id, refusal, self.clock.now());
        }
        submitted
    }

    /// The engine, which has the packages' signatures.
    pub(super) fn engine(&self) -> &Engine {
        self.model.packages().engine()
    }

    /// The end of the ledger.
    pub(super) fn end(&self) -> Result<Offset, Refusal> {
        Ok(self.model.ledger_end()?.offset)
    }

    /// The participant's id.
    pub(super) async fn participant(&self) -> Result<&ParticipantId, Refusal> {
        let ask = || self.sync.participant_id();
        self.participant.get_or_try_init(ask).await
    }

    /// The domains that the participant is connected to.
    pub(super) async fn domains(&self) -> Result<Vec<DomainId>, Refusal> {
        let connected = self.sync.connected_domains().await?;
        Ok(connected.into_iter().map(|domain| domain.id).collect())
    }
}
