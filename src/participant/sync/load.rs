//! Starting: from what is kept to a shell that goes on from there.
//!
//! The one way up, for a process that starts and for a role that is rebuilt.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::stream::{FuturesOrdered, FuturesUnordered};

use super::actor::{Shell, SyncRole};
use super::administration::Administration;
use super::contracts::ContractStore;
use super::course::Course;
use super::identity::Identity;
use super::intake::{Intake, ViewKeys};
use super::outbox::Outbox;
use super::processor::Decision;
use super::register::{InFlight, Submitted};
use super::rotation::Rotation;
use super::store::{InFlightRow, Store};
use super::turn::LogEnd;
use super::vetting::Vetting;
use crate::model::{Duration, MemberKind, Timestamp};
use crate::participant::submission::Interpreter;
use crate::protocol::{Follower, RequestId, SubmissionRequest};
use crate::runtime::RoleFailure;
use crate::runtime::health::Reporter;
use crate::sequencer_client::{DomainInfo, Position, Subscription, SubscriptionSettings, join};
use crate::storage;
use crate::topology::PublishedTransaction;

impl Shell {
    /// Comes up: identity, domain, and everything that was kept.
    pub(super) async fn load(role: Arc<SyncRole>, health: Reporter) -> Result<Self, RoleFailure> {
        let store = Arc::new(Store::new(role.database.clone(), role.schema.clone()));
        let identity = identity(&store, &role.name).await?;
        let info = join(&role.service, |info| identity.introduce(info))
            .await
            .map_err(|reason| RoleFailure::new(format!("the domain refuses: {reason}")))?;
        let restored = store.restore(&info.id).await?;
        let follower = follower(&info, &restored.topology, restored.position.seen.time)?;
        let key = identity.signing_key_in(follower.topology()).clone();
        let mut outbox = Outbox::new(
            Arc::clone(&role.sequencer),
            info.id.clone(),
            identity.member(),
            key.clone(),
        );
        let in_flight = resume(restored.in_flight, &mut outbox)?;
        role.tail.notify(restored.last_offset);
        let contracts = Arc::new(ContractStore::new(
            Arc::clone(&store),
            role.config.contracts_cached,
        ));
        Ok(Self {
            interpreter: Interpreter {
                clock: role.clock.clone(),
                protocol_version: role.protocol_version,
                participant: identity.participant.clone(),
                packages: role.packages.clone(),
                contracts: Arc::<ContractStore>::clone(&contracts),
                compute: role.compute.clone(),
            },
            subscription: Subscription::start(SubscriptionSettings {
                sequencer: Arc::clone(&role.sequencer),
                domain: info.id.clone(),
                sequencer_id: info.topology_manager.sibling(MemberKind::Sequencer),
                member: identity.member(),
                key,
                position: read_from(restored.position, &restored.undecided),
                health,
            }),
            course: Course::new(restored.position.seen.time, restored.undecided.clone()),
            intake: Intake {
                follower,
                participant: identity.participant.clone(),
                keys: Arc::new(ViewKeys::new(identity.decryption_keys())),
                protocol_version: role.protocol_version,
                kept: restored.position.seen.time,
                undecided: restored.undecided,
            },
            in_flight,
            outbox,
            administration: Administration::default(),
            vetting: Vetting::default(),
            rotation: Rotation::default(),
            end: LogEnd {
                offset: restored.last_offset,
                times: restored.times.into_iter().collect(),
            },
            interpreting: FuturesUnordered::new(),
            checking: FuturesOrdered::new(),
            uploading: FuturesUnordered::new(),
            checking_vetting: FuturesUnordered::new(),
            store,
            contracts,
            identity,
            info,
            role,
        })
    }
}

async fn identity(store: &Store, name: &str) -> Result<Identity, storage::Error> {
    store
        .identity(|| {
            Identity::generate(name).map_err(|error| {
                storage::Error::Config(format!("the participant's name does not work: {error}"))
            })
        })
        .await
}

/// Who is who, as it was published up to the position.
pub(super) fn follower(
    info: &DomainInfo,
    topology: &[PublishedTransaction],
    position: Timestamp,
) -> Result<Follower, storage::Error> {
    let mut follower = Follower::new(info.id.clone(), info.topology_manager.clone());
    for published in topology {
        follower
            .restore(published)
            .map_err(storage::Error::corrupt)?;
    }
    // what has come into force up to there was told before
    follower.advance(position);
    Ok(follower)
}

/// Sends again what was registered: some of it may never have left. What was sequenced is not
/// sequenced again.
fn resume(rows: Vec<InFlightRow>, outbox: &mut Outbox) -> Result<InFlight, storage::Error> {
    let (in_flight, requests) = registered(rows)?;
    for request in requests {
        outbox.resume(request);
    }
    Ok(in_flight)
}

/// What was registered, with the requests to be sent.
pub(super) fn registered(
    rows: Vec<InFlightRow>,
) -> Result<(InFlight, Vec<SubmissionRequest>), storage::Error> {
    let mut in_flight = InFlight::default();
    let mut requests = Vec::with_capacity(rows.len());
    for row in rows {
        requests.push(SubmissionRequest::decode(row.request).map_err(storage::Error::corrupt)?);
        let submitted = Submitted {
            change_id: row.change_id,
            in_flight: row.in_flight,
        };
        in_flight.insert(row.message_id, submitted);
    }
    Ok((in_flight, requests))
}

/// Requests without a verdict are read again, so reading starts before the first of them. Where that
/// is was not always kept.
pub(super) fn read_from(position: Position, undecided: &BTreeMap<RequestId, Decision>) -> Position {
    let first = undecided.keys().next();
    match first.map(|first| first.0.minus(Duration::from_micros(1))) {
        Some(before) if before < position.resume.time => Position {
            resume: Position::known(before, None),
            seen: position.seen,
        },
        Some(_) | None => position,
    }
}
