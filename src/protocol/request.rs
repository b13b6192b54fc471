//! Phase 1: the parts of a confirmation request.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use prost::Message as _;

use super::{Error, RootHash};
use crate::model::{
    CommandId, ContractId, Hash, Offset, PackageId, PackageName, ParticipantId, Party, Purpose,
    SubmissionId, Timestamp, UserId, WorkflowId,
};
use crate::wire::protocol as wire;

/// Who must know of a transaction and who must confirm it. Holds no contract data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InformeeTree {
    /// Makes two requests with the same contents different.
    pub request_uuid: [u8; 16],
    /// Who submits.
    pub submitting_participant: ParticipantId,
    /// The hash of the view's bytes.
    pub view_hash: Hash,
    /// Who must know.
    pub informees: BTreeSet<Party>,
    /// Who must confirm; all of them are informees.
    pub confirming_parties: BTreeSet<Party>,
}

/// The transaction, for the participants that host its informees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionView {
    /// On whose behalf.
    pub submitter: SubmitterMetadata,
    /// What `getTime` gives; the effective time of the transaction.
    pub ledger_time: Timestamp,
    /// When the submission was interpreted.
    pub preparation_time: Timestamp,
    /// The workflow that it belongs to.
    pub workflow_id: Option<WorkflowId>,
    /// The encoded transaction.
    pub transaction: Bytes,
    /// The seeds of the root nodes, in their order; `None` for a node that needs none.
    pub root_seeds: Vec<Option<Hash>>,
    /// The contracts that the transaction uses.
    pub inputs: Vec<InputContract>,
    /// The versions of packages by which contracts were looked at through interfaces.
    pub package_preference: BTreeMap<PackageName, PackageId>,
    /// W3C trace context.
    pub traceparent: String,
    /// W3C trace context.
    pub tracestate: String,
}

/// Who submits what, and under which name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmitterMetadata {
    /// The parties whose authority the root nodes have.
    pub act_as: BTreeSet<Party>,
    /// Part of the change id.
    pub user_id: UserId,
    /// Part of the change id.
    pub command_id: CommandId,
    /// The application's name for this attempt.
    pub submission_id: SubmissionId,
    /// Where the deduplication period starts at the submitting participant.
    pub deduplication_offset: Offset,
    /// The request's own deadline.
    pub max_sequencing_time: Timestamp,
}

/// A contract that a transaction uses, as the submitter knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputContract {
    /// Which contract: the id authenticates the instance.
    pub contract_id: ContractId,
    /// The encoded contract instance.
    pub instance: Bytes,
}

impl InformeeTree {
    /// The hash that responses and the verdict refer to.
    pub fn root_hash(&self) -> RootHash {
        RootHash(Hash::of(
            Purpose::RequestRoot,
            &self.to_wire().encode_to_vec(),
        ))
    }

    pub(super) fn to_wire(&self) -> wire::InformeeTree {
        wire::InformeeTree {
            request_uuid: self.request_uuid.to_vec().into(),
            submitting_participant: self.submitting_participant.to_string(),
            view_hash: self.view_hash.as_bytes().to_vec().into(),
            informees: texts(&self.informees),
            confirming_parties: texts(&self.confirming_parties),
        }
    }

    pub(super) fn from_wire(tree: &wire::InformeeTree) -> Result<Self, Error> {
        let decoded = Self {
            request_uuid: tree
                .request_uuid
                .as_ref()
                .try_into()
                .map_err(|_| Error::malformed("request uuid is not 16 bytes"))?,
            submitting_participant: ParticipantId::parse(&tree.submitting_participant)
                .map_err(Error::malformed)?,
            view_hash: hash(&tree.view_hash)?,
            informees: parties(&tree.informees)?,
            confirming_parties: parties(&tree.confirming_parties)?,
        };
        if decoded.confirming_parties.is_subset(&decoded.informees) {
            Ok(decoded)
        } else {
            Err(Error::malformed("a confirming party is no informee"))
        }
    }
}

impl TransactionView {
    /// The hash that the informee tree has of the view.
    pub fn hash(encoded: &[u8]) -> Hash {
        Hash::of(Purpose::Transaction, encoded)
    }

    /// The bytes of the view.
    pub fn encode(&self) -> Vec<u8> {
        wire::TransactionView {
            submitter: Some(self.submitter.to_wire()),
            ledger_time: self.ledger_time.micros(),
            preparation_time: self.preparation_time.micros(),
            workflow_id: self
                .workflow_id
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            transaction: self.transaction.clone(),
            root_seeds: self
                .root_seeds
                .iter()
                .map(|seed| seed.map_or_else(Bytes::new, |seed| seed.as_bytes().to_vec().into()))
                .collect(),
            inputs: self.inputs.iter().map(InputContract::to_wire).collect(),
            package_preference: preference_to_wire(&self.package_preference),
            traceparent: self.traceparent.clone(),
            tracestate: self.tracestate.clone(),
        }
        .encode_to_vec()
    }

    /// Reads what [`TransactionView::encode`] wrote.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn decode(bytes: Bytes) -> Result<Self, Error> {
        let view = wire::TransactionView::decode(bytes).map_err(Error::malformed)?;
        let submitter = view
            .submitter
            .as_ref()
            .ok_or_else(|| Error::malformed("no submitter"))?;
        let workflow_id = match view.workflow_id.as_str() {
            "" => None,
            id => Some(WorkflowId::parse(id).map_err(Error::malformed)?),
        };
        let root_seeds = view
            .root_seeds
            .iter()
            .map(|seed| match seed.len() {
                0 => Ok(None),
                _ => hash(seed).map(Some),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            submitter: SubmitterMetadata::from_wire(submitter)?,
            ledger_time: time(view.ledger_time)?,
            preparation_time: time(view.preparation_time)?,
            workflow_id,
            transaction: view.transaction,
            root_seeds,
            inputs: view
                .inputs
                .into_iter()
                .map(InputContract::from_wire)
                .collect::<Result<_, _>>()?,
            package_preference: preference_from_wire(&view.package_preference)?,
            traceparent: view.traceparent,
            tracestate: view.tracestate,
        })
    }
}

impl SubmitterMetadata {
    fn to_wire(&self) -> wire::SubmitterMetadata {
        wire::SubmitterMetadata {
            act_as: texts(&self.act_as),
            user_id: self.user_id.to_string(),
            command_id: self.command_id.to_string(),
            submission_id: self.submission_id.to_string(),
            deduplication_offset: self.deduplication_offset.get(),
            max_sequencing_time: self.max_sequencing_time.micros(),
        }
    }

    fn from_wire(it: &wire::SubmitterMetadata) -> Result<Self, Error> {
        Ok(Self {
            act_as: parties(&it.act_as)?,
            user_id: UserId::parse(&it.user_id).map_err(Error::malformed)?,
            command_id: CommandId::parse(&it.command_id).map_err(Error::malformed)?,
            submission_id: SubmissionId::parse(&it.submission_id).map_err(Error::malformed)?,
            deduplication_offset: Offset::new(it.deduplication_offset)
                .ok_or_else(|| Error::malformed("negative deduplication offset"))?,
            max_sequencing_time: time(it.max_sequencing_time)?,
        })
    }
}

impl InputContract {
    fn to_wire(&self) -> wire::InputContract {
        wire::InputContract {
            contract_id: self.contract_id.as_bytes().to_vec().into(),
            instance: self.instance.clone(),
        }
    }

    fn from_wire(input: wire::InputContract) -> Result<Self, Error> {
        Ok(Self {
            contract_id: ContractId::from_bytes(&input.contract_id).map_err(Error::malformed)?,
            instance: input.instance,
        })
    }
}

fn texts(parties: &BTreeSet<Party>) -> Vec<String> {
    parties.iter().map(ToString::to_string).collect()
}

pub(super) fn parties(texts: &[String]) -> Result<BTreeSet<Party>, Error> {
    texts
        .iter()
        .map(|text| Party::parse(text))
        .collect::<Result<_, _>>()
        .map_err(Error::malformed)
}

fn preference_to_wire(
    preference: &BTreeMap<PackageName, PackageId>,
) -> Vec<wire::PackagePreference> {
    let one = |(name, id): (&PackageName, &PackageId)| wire::PackagePreference {
        package_name: name.to_string(),
        package_id: id.to_string(),
    };
    preference.iter().map(one).collect()
}

fn preference_from_wire(
    preference: &[wire::PackagePreference],
) -> Result<BTreeMap<PackageName, PackageId>, Error> {
    let one = |it: &wire::PackagePreference| {
        let name = PackageName::parse(&it.package_name).map_err(Error::malformed)?;
        let id = PackageId::parse(&it.package_id).map_err(Error::malformed)?;
        Ok((name, id))
    };
    preference.iter().map(one).collect()
}

pub(super) fn hash(bytes: &[u8]) -> Result<Hash, Error> {
    Hash::from_slice(bytes).ok_or_else(|| Error::malformed("a hash is not 32 bytes"))
}

pub(super) fn time(micros: i64) -> Result<Timestamp, Error> {
    Timestamp::from_micros(micros).map_err(Error::malformed)
}
