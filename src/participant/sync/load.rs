//! Starting: from what is kept to a shell that goes on from there.
//!
//! The one way up, for a process that starts and for a role that is rebuilt.

use std::sync::Arc;

use futures_util::stream::{FuturesOrdered, FuturesUnordered};

use super::actor::{Shell, SyncRole};
use super::administration::Administration;
use super::contracts::ContractStore;
use super::identity::Identity;
use super::intake::Intake;
use super::outbox::Outbox;
use super::processor::Processor;
use super::register::{InFlight, Submitted};
use super::store::Store;
use super::turn::LogEnd;
use crate::model::Duration;
use crate::participant::submission::{Interpreter, OffsetTimes};
use crate::protocol::{Follower, SubmissionRequest};
use crate::runtime::RoleFailure;
use crate::sequencer_client::{Subscription, join};
use crate::storage;

impl Shell {
    pub(super) async fn load(role: Arc<SyncRole>) -> Result<Self, RoleFailure> {
        let store = Arc::new(Store::new(role.database.clone(), role.schema.clone()));
        let identity = store
            .identity(|| {
                Identity::generate(&role.name).map_err(|error| {
                    storage::Error::Config(format!("the participant's name does not work: {error}"))
                })
            })
            .await?;
        let info = join(&role.service, |info| identity.introduce(info))
            .await
            .map_err(|reason| RoleFailure::new(format!("the domain refuses: {reason}")))?;
        let restored = store.restore(&info.id).await?;
        let mut follower = Follower::new(info.id.clone(), info.topology_manager.clone());
        for transaction in restored.topology {
            follower
                .restore(transaction)
                .map_err(storage::Error::corrupt)?;
        }
        let mut in_flight = InFlight::default();
        let mut outbox = Outbox::new(
            Arc::clone(&role.sequencer),
            info.id.clone(),
            identity.clone(),
        );
        for row in restored.in_flight {
            let request =
                SubmissionRequest::decode(row.request).map_err(storage::Error::corrupt)?;
            let submitted = Submitted {
                change_id: row.change_id,
                in_flight: row.in_flight,
            };
            in_flight.insert(row.message_id, submitted);
            outbox.send(request);
        }
        let mut times = OffsetTimes::default();
        for (time, offset) in restored.times {
            times.sample(time, offset);
        }
        role.tail.notify(restored.last_offset);
        // requests without a verdict are read again, from the first of them on
        let resume = restored
            .undecided
            .keys()
            .next()
            .map_or(restored.position, |first| {
                first.0.minus(Duration::from_micros(1))
            });
        let contracts = Arc::new(ContractStore::new(
            Arc::clone(&store),
            role.config.contracts_cached,
        ));
        Ok(Self {
            interpreter: Interpreter {
                participant: identity.participant.clone(),
                packages: role.packages.clone(),
                contracts: Arc::<ContractStore>::clone(&contracts),
                compute: role.compute.clone(),
            },
            subscription: Subscription::new(Arc::clone(&role.sequencer), identity.member(), resume),
            kept_undecided: restored.undecided.keys().copied().collect(),
            restoring: restored.undecided.clone(),
            intake: Intake {
                follower,
                participant: identity.participant.clone(),
                packages: role.packages.clone(),
                compute: role.compute.clone(),
                kept: restored.position,
                undecided: restored.undecided,
            },
            processor: Processor::default(),
            in_flight,
            outbox,
            administration: Administration::default(),
            end: LogEnd {
                offset: restored.last_offset,
                times,
            },
            processed: restored.position,
            kept: restored.position,
            interpreting: FuturesUnordered::new(),
            checking: FuturesOrdered::new(),
            uploading: FuturesUnordered::new(),
            store,
            contracts,
            identity,
            info,
            role,
        })
    }
}
