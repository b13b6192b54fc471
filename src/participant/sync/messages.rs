//! What sync's mailbox takes.

use std::collections::BTreeMap;

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::model::{DomainId, ParticipantId, Party, PartyHint};
use crate::participant::errors::Refusal;
use crate::participant::packages::{VettingChange, VettingUpdate};
use crate::participant::submission::{
    ConnectedDomain, DomainConnection, DomainStatus, HostingChange, HostingOutcome, KeyRotation,
    Submission,
};
use crate::topology;

/// Where an answer goes.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// A message to sync.
#[derive(Debug)]
pub enum SyncMessage {
    /// Do this.
    Submit {
        /// What.
        submission: Box<Submission>,
        /// Answered when it is accepted for processing.
        reply: Reply<()>,
    },
    /// Make a party known.
    AllocateParty {
        /// The first part of its name.
        hint: PartyHint,
        /// On which domain.
        domain: Option<DomainId>,
        /// Answered when it can be used.
        reply: Reply<Party>,
    },
    /// Keep packages.
    UploadDar {
        /// The DAR.
        dar: Bytes,
        /// Whether this participant is willing to run them.
        vet: bool,
        /// Only check it, and whether it could be vetted.
        dry_run: bool,
        /// On which domain they are vetted.
        domain: Option<DomainId>,
        /// Answered when they can be used.
        reply: Reply<()>,
    },
    /// Change which packages this participant is willing to run.
    ChangeVetting {
        /// How.
        change: VettingChange,
        /// On which domain.
        domain: Option<DomainId>,
        /// Answered when it is in force.
        reply: Reply<VettingUpdate>,
    },
    /// Replace keys.
    RotateKeys {
        /// Which.
        rotation: KeyRotation,
        /// Answered when the new ones, and only they, are in force.
        reply: Reply<()>,
    },
    /// Connect to a domain of another process.
    ConnectDomain {
        /// Which.
        connection: DomainConnection,
        /// Answered when it is connected.
        reply: Reply<DomainStatus>,
    },
    /// Leave a domain of another process.
    DisconnectDomain {
        /// Which.
        alias: String,
        /// Answered when that is kept.
        reply: Reply<()>,
    },
    /// Change who hosts a party.
    HostParty {
        /// How.
        change: HostingChange,
        /// Answered when it is in force or waits for others.
        reply: Reply<HostingOutcome>,
    },
    /// Which domains are there?
    Domains {
        /// Answered at once.
        reply: Reply<Vec<DomainStatus>>,
    },
    /// Which domains are connected?
    ConnectedDomains {
        /// Answered at once.
        reply: Reply<Vec<ConnectedDomain>>,
    },
    /// Who?
    ParticipantId {
        /// Answered at once.
        reply: Reply<ParticipantId>,
    },
    /// What waits for signatures?
    TopologyProposals {
        /// Answered at once.
        reply: Reply<BTreeMap<DomainId, Vec<topology::Proposal>>>,
    },
    /// Who is who?
    Topologies {
        /// Answered at once.
        reply: Reply<BTreeMap<DomainId, topology::State>>,
    },
}
