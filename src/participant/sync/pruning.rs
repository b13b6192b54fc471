//! Pruning: what may go is decided here, in the loop that also looks for duplicates. What goes is
//! deleted beside it.

use std::convert::Infallible;

use super::actor::{Shell, SyncRole};
use super::connection::Connection;
use super::messages::Reply;
use super::store::Store as SyncStore;
use crate::model::{Duration, MemberKind, Offset, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::pruning::{Pruned, Pruner, Store, safe_offset, unsafe_to_prune};
use crate::participant::submission::{ChangeId, Lookback, forgotten};
use crate::runtime::Task;
use crate::storage;

/// What expires is looked for this often at most, and this often at least.
const LOOK: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// What was pruned, and what does it.
pub(super) struct Pruning {
    store: Store,
    pruned: Option<Pruned>,
    /// When to look next whether something has expired.
    next_look: Timestamp,
    _pruner: Task<Infallible>,
}

impl Pruning {
    /// Goes on where an earlier life was.
    pub(super) async fn load(role: &SyncRole) -> Result<Self, storage::Error> {
        let store = Store::new(role.database.clone(), role.schema.clone());
        let pruned = store.pruned().await?;
        if let Some(pruned) = &pruned {
            role.head.prune(pruned.up_to);
            tell(&role.name, pruned.up_to);
        }
        let beginning = role.head.beginning().clone();
        let deleting = Pruner::new(store.clone(), beginning);
        Ok(Self {
            store,
            pruned,
            next_look: Timestamp::EPOCH,
            _pruner: Task::start(deleting.run()),
        })
    }

    /// Everything up to here is gone.
    pub(super) fn up_to(&self) -> Offset {
        self.pruned.map_or(Offset::BEGIN, |pruned| pruned.up_to)
    }

    /// Whether a period starts before what is remembered.
    fn is_too_early(&self, period: Lookback, now: Timestamp) -> bool {
        self.pruned.is_some_and(|pruned| match period {
            Lookback::Offset(start) => start < pruned.up_to,
            Lookback::Duration(duration) => now.minus(duration) <= pruned.at,
        })
    }

    /// Why a change cannot be looked for: it may have been accepted in the part of its period that
    /// nobody remembers. If it is known to have been accepted, that is its last acceptance.
    pub(super) async fn forgotten(
        &self,
        store: &SyncStore,
        change: ChangeId,
        period: Lookback,
        now: Timestamp,
    ) -> Result<Option<Refusal>, storage::Error> {
        if !self.is_too_early(period, now) || store.accepted(change).await?.is_some() {
            return Ok(None);
        }
        Ok(Some(forgotten(self.up_to())))
    }
}

impl Shell {
    /// Prunes up to an offset if that is safe; answers when it is decided.
    pub(super) async fn prune(
        &mut self,
        up_to: Offset,
        reply: Reply<()>,
    ) -> Result<(), storage::Error> {
        let answer = match self.may_prune(up_to) {
            Ok(None) => Ok(()),
            Ok(Some(pruned)) => Ok(self.begin_to_prune(pruned).await?),
            Err(refusal) => Err(refusal),
        };
        let _ = reply.send(answer);
        Ok(())
    }

    /// What is to be pruned; nothing if it was.
    fn may_prune(&self, up_to: Offset) -> Result<Option<Pruned>, Refusal> {
        if up_to <= self.pruning.up_to() {
            return Ok(None);
        }
        let max = self.remembered_for();
        unsafe_to_prune(up_to, &self.end.times, self.indexed_end()?, max)
            .map(Some)
            .map_err(|reason| reason.refusal(up_to, max))
    }

    /// How long what is gone must be remembered: for duplicates, and for the commitments as of the last
    /// boundary, which a start computes again.
    fn remembered_for(&self) -> Duration {
        let topologies = self.connections.values().map(Connection::topology);
        // who is alone says nothing to anybody
        let shared = topologies.filter(|it| it.members_of(MemberKind::Participant).count() > 1);
        let intervals = shared.map(|topology| {
            let interval = topology.parameters().reconciliation_interval;
            Duration::from_micros(interval.micros().saturating_mul(2))
        });
        intervals.fold(self.role.config.deduplication_max, Duration::max)
    }

    /// What readers have been shown: the log is deleted only where it was indexed, and as what is
    /// published is in the database, it is durable with anything that sync keeps after it.
    fn indexed_end(&self) -> Result<Offset, Refusal> {
        let end = self.role.head.end().map(|end| end.offset);
        end.ok_or_else(|| Refusal::new(ErrorId::ServiceNotRunning, "The indexer is not running."))
    }

    async fn begin_to_prune(&mut self, pruned: Pruned) -> Result<(), storage::Error> {
        self.pruning.store.decide(pruned).await?;
        self.pruning.pruned = Some(pruned);
        self.end.times.forget(pruned.up_to);
        self.role.head.prune(pruned.up_to);
        tell(&self.role.name, pruned.up_to);
        tracing::info!(up_to = pruned.up_to.get(), "pruning");
        Ok(())
    }

    /// Prunes what is older than it is to be kept, every now and then.
    pub(super) async fn expire(&mut self, now: Timestamp) -> Result<(), storage::Error> {
        let Some(retention) = self.role.config.retention else {
            return Ok(());
        };
        if now < self.pruning.next_look || self.role.head.beginning().is_going() {
            return Ok(());
        }
        let interval = Duration::from_micros(retention.micros() / 10).clamp(LOOK.0, LOOK.1);
        self.pruning.next_look = now.plus(interval);
        let Ok(end) = self.indexed_end() else {
            return Ok(());
        };
        let max = self.remembered_for();
        let before = now.minus(retention);
        let safe = safe_offset(&self.end.times, end, max, Some(before));
        match safe.map(|up_to| self.may_prune(up_to)) {
            Some(Ok(Some(pruned))) => self.begin_to_prune(pruned).await,
            Some(_) | None => Ok(()),
        }
    }
}

fn tell(participant: &str, up_to: Offset) {
    #[allow(clippy::cast_precision_loss, reason = "a figure to look at")]
    metrics::gauge!("jura_pruned_offset", "component" => participant.to_owned())
        .set(up_to.get() as f64);
}
