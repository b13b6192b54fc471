//! How the ledger API reaches sync.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::domains::{ConnectedDomain, DomainConnection, DomainStatus};
use super::hosting::{HostingChange, HostingOutcome};
use crate::lf::value::Value;
use crate::model::{
    CommandId, ContractId, DomainId, Duration, Name, Offset, PackageId, PackageName, PackageRef,
    ParticipantId, Party, PartyHint, SubmissionId, Timestamp, TypeConRef, UserId, WorkflowId,
};
use crate::participant::errors::Refusal;
use crate::participant::packages::{VettingChange, VettingUpdate};
use crate::topology;

/// Commands as the door has checked them: well-formed, not yet typed.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Who submits.
    pub user_id: UserId,
    /// The application's name for the change.
    pub command_id: CommandId,
    /// The application's name for this attempt; made up if it gave none.
    pub submission_id: SubmissionId,
    /// The workflow that it belongs to.
    pub workflow_id: Option<WorkflowId>,
    /// The parties whose authority the commands have; not empty.
    pub act_as: BTreeSet<Party>,
    /// Parties whose contracts may be read besides.
    pub read_as: BTreeSet<Party>,
    /// What is to happen, in one transaction; not empty.
    pub commands: Vec<Command>,
    /// How far back a duplicate is looked for.
    pub deduplication: DeduplicationPeriod,
    /// The ledger time is not to be earlier.
    pub min_ledger_time: Option<MinLedgerTime>,
    /// The domain to use; any that fits if absent.
    pub domain: Option<DomainId>,
    /// Keys whose contracts may be needed: nothing is done with them but to check them.
    pub prefetch_keys: Vec<(TypeConRef, Value)>,
    /// Contracts that the submitters need not see on the ledger.
    pub disclosed: Vec<DisclosedContract>,
    /// Versions to use where commands name packages by name.
    pub package_preference: BTreeSet<PackageId>,
    /// Where it belongs in a distributed trace.
    pub trace: TraceContext,
}

/// Which keys of a participant are to be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRotation {
    /// What it signs with.
    pub signing: bool,
    /// What others encrypt with.
    pub encryption: bool,
}

/// One command.
#[derive(Debug, Clone)]
pub enum Command {
    /// Create a contract.
    Create {
        /// Of which template.
        template: TypeConRef,
        /// With which argument.
        argument: Value,
    },
    /// Exercise a choice on a contract.
    Exercise {
        /// The template or interface to which the choice belongs.
        template: TypeConRef,
        /// The contract.
        contract_id: ContractId,
        /// The choice.
        choice: Name,
        /// Its argument.
        argument: Value,
    },
    /// Exercise a choice on the contract with a key.
    ExerciseByKey {
        /// The template.
        template: TypeConRef,
        /// The key.
        key: Value,
        /// The choice.
        choice: Name,
        /// Its argument.
        argument: Value,
    },
    /// Create a contract and exercise a choice on it.
    CreateAndExercise {
        /// Of which template.
        template: TypeConRef,
        /// With which argument.
        create_argument: Value,
        /// The choice.
        choice: Name,
        /// Its argument.
        choice_argument: Value,
    },
}

impl Command {
    /// The package that it names, if it does so by name.
    pub fn package_name(&self) -> Option<&PackageName> {
        let template = match self {
            Self::Create { template, .. }
            | Self::Exercise { template, .. }
            | Self::ExerciseByKey { template, .. }
            | Self::CreateAndExercise { template, .. } => template,
        };
        match &template.package {
            PackageRef::Name(name) => Some(name),
            PackageRef::Id(_) => None,
        }
    }
}

/// How far back a duplicate is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeduplicationPeriod {
    /// As far as the participant remembers.
    Maximum,
    /// This long before now.
    Duration(Duration),
    /// After this offset.
    Offset(Offset),
}

/// The earliest ledger time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinLedgerTime {
    /// A time.
    Absolute(Timestamp),
    /// A time from now.
    Relative(Duration),
}

/// A contract that comes with the command.
#[derive(Debug, Clone)]
pub struct DisclosedContract {
    /// Its template, if the application names it.
    pub template: Option<TypeConRef>,
    /// Its id, if the application names it.
    pub contract_id: Option<ContractId>,
    /// The blob that a created event had.
    pub blob: Bytes,
    /// The domain, if the application names it.
    pub domain: Option<DomainId>,
}

/// W3C trace context, as it came or as it was made up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TraceContext {
    /// `traceparent`
    pub parent: String,
    /// `tracestate`
    pub state: String,
}

/// The trace's id in a `traceparent`: `00-<32 digits>-<16 digits>-<2 digits>`.
pub fn trace_id(parent: &str) -> Option<&str> {
    let is_hex = |text: &str, length: usize| {
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        text.len() == length && text.bytes().all(is_digit)
    };
    let mut parts = parent.split('-');
    let (version, id) = (parts.next()?, parts.next()?);
    let (span, flags) = (parts.next()?, parts.next()?);
    let is_nil = |text: &str| text.bytes().all(|b| b == b'0');
    let well_formed = is_hex(version, 2) && is_hex(id, 32) && is_hex(span, 16) && is_hex(flags, 2);
    // later versions may have more parts; the first has not, and ff is none
    let known = version != "ff" && (version != "00" || parts.next().is_none());
    (well_formed && known && parent.len() <= 256 && !is_nil(id) && !is_nil(span)).then_some(id)
}

/// What the ledger API asks of sync. Calls return when sync has answered; refusals that come with
/// [`crate::participant::errors::Category::TransientServerFailure`] mean that it is away for a moment.
#[tonic::async_trait]
pub trait SyncPort: Send + Sync + 'static {
    /// Accepts a submission for processing: exactly one completion follows. An error means that
    /// nothing was accepted and no completion comes.
    async fn submit(&self, submission: Submission) -> Result<(), Refusal>;

    /// Makes a party known on a domain, hosted here; returns when it can be used. Without a domain, on
    /// the only one that there is.
    async fn allocate_party(
        &self,
        hint: PartyHint,
        domain: Option<DomainId>,
    ) -> Result<Party, Refusal>;

    /// Checks a DAR; keeps its packages and vets them if `vet`, or, with `dry_run`, only checks that
    /// they could be; returns when they can be used. Without a domain, it vets them on the only one.
    async fn upload_dar(
        &self,
        dar: Bytes,
        vet: bool,
        dry_run: bool,
        domain: Option<DomainId>,
    ) -> Result<(), Refusal>;

    /// Changes which packages this participant is willing to run on a domain, or on the only one;
    /// returns when that is in force.
    async fn change_vetting(
        &self,
        change: VettingChange,
        domain: Option<DomainId>,
    ) -> Result<VettingUpdate, Refusal>;

    /// Replaces keys of the participant while it works; returns when the new ones, and only they, are in
    /// force.
    async fn rotate_keys(&self, rotation: KeyRotation) -> Result<(), Refusal>;

    /// The domains that this participant is connected to now, the preferred ones first.
    async fn connected_domains(&self) -> Result<Vec<ConnectedDomain>, Refusal>;

    /// All domains that it is, or is to be, or was connected to.
    async fn domains(&self) -> Result<Vec<DomainStatus>, Refusal>;

    /// Connects to a domain of another process, and keeps that; returns when it is connected.
    async fn connect_domain(&self, connection: DomainConnection) -> Result<DomainStatus, Refusal>;

    /// Leaves a domain of another process until it is connected again, and keeps that.
    async fn disconnect_domain(&self, alias: String) -> Result<(), Refusal>;

    /// Hosts a party here, or changes how; see [`HostingChange`].
    async fn host_party(&self, change: HostingChange) -> Result<HostingOutcome, Refusal>;

    /// Who this participant is.
    async fn participant_id(&self) -> Result<ParticipantId, Refusal>;

    /// Who is who on each domain, as far as sync has read its events.
    async fn topologies(&self) -> Result<BTreeMap<DomainId, topology::State>, Refusal>;

    /// What waits for signatures on each domain.
    async fn topology_proposals(
        &self,
    ) -> Result<BTreeMap<DomainId, Vec<topology::Proposal>>, Refusal>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_taken_over_only_if_it_is_well_formed() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(trace_id(good), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        let later = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x";
        assert!(trace_id(later).is_some());
        for bad in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        ] {
            assert_eq!(trace_id(bad), None, "{bad}");
        }
    }
}
