//! Phase 1: a confirmation request, as its submitter, the mediator and participants see it.
//!
//! All three compute the same root hash, each from what it may read and hashes of the rest.

use std::collections::BTreeSet;

use bytes::Bytes;
use prost::Message as _;

use super::forest::Forest;
use super::merkle::{Blindable, Leaf, LeafContent, Place, list_hash};
use super::parts::{hash, hash_bytes, hashes, parties, texts, time};
use super::view::{ViewConfirmers, ViewData, ViewPosition};
use super::{Error, RootHash};
use crate::model::{
    Hash, HashBuilder, ParticipantId, Party, Purpose, SubmissionId, Timestamp, WorkflowId,
};
use crate::wire::protocol as wire;

/// Known to all who receive something of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommonMetadata {
    /// Makes two requests with the same contents different.
    pub request_uuid: [u8; 16],
    /// Who submits.
    pub submitting_participant: ParticipantId,
    /// The request's own deadline.
    pub max_sequencing_time: Timestamp,
    /// The topology under which it was made is the one in force for this time, says its submitter.
    pub topology_time: Timestamp,
}

/// Who submits, for those who see a root view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmitterMetadata {
    /// The parties whose authority the root nodes have.
    pub act_as: BTreeSet<Party>,
    /// Which change.
    pub change_id: Hash,
    /// A change accepted after this time is a duplicate.
    pub deduplication_start: Timestamp,
    /// The application's name for this attempt.
    pub submission_id: SubmissionId,
}

/// What holds for the whole transaction, for those who see any of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionMetadata {
    /// What `getTime` gives; the effective time of the transaction.
    pub ledger_time: Timestamp,
    /// When the submission was interpreted.
    pub preparation_time: Timestamp,
    /// The workflow that it belongs to.
    pub workflow_id: Option<WorkflowId>,
    /// W3C trace context.
    pub traceparent: String,
    /// W3C trace context.
    pub tracestate: String,
}

/// A view with everything in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Who must know and confirm.
    pub confirmers: Leaf<ViewConfirmers>,
    /// What it does.
    pub data: Leaf<ViewData>,
}

/// A request as its submitter knows it: everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestTree {
    /// For all.
    pub common: Leaf<CommonMetadata>,
    /// For those who see a root view.
    pub submitter: Leaf<SubmitterMetadata>,
    /// For those who see any view.
    pub transaction: Leaf<TransactionMetadata>,
    /// What is done.
    pub views: Forest<View>,
}

/// A request as the mediator sees it: who must know and confirm, and no contract data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InformeeTree {
    /// For all.
    pub common: Leaf<CommonMetadata>,
    submitter: Hash,
    transaction: Hash,
    /// Each with the hash of its data.
    pub views: Forest<(Leaf<ViewConfirmers>, Hash)>,
}

/// One view of a request, with hashes in place of everything that its readers don't see by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LightView {
    /// For all.
    pub common: Leaf<CommonMetadata>,
    /// For those who see a root view.
    pub submitter: Blindable<SubmitterMetadata>,
    /// For those who see any view.
    pub transaction: Leaf<TransactionMetadata>,
    /// The view.
    pub view: View,
    /// What stands for the views inside of it.
    pub subviews: Vec<Hash>,
    /// From the view upwards.
    path: Vec<Step>,
}

/// A step from a view to the one in which it is, or to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    place: Place,
    /// Confirmers and data of the view above; none at the root.
    above: Option<(Hash, Hash)>,
}

fn view_hash(confirmers: Hash, data: Hash, inside: Hash) -> Hash {
    HashBuilder::new(Purpose::View)
        .bytes(confirmers.as_bytes())
        .bytes(data.as_bytes())
        .bytes(inside.as_bytes())
        .finish()
}

fn root_hash(common: Hash, submitter: Hash, transaction: Hash, views: Hash) -> RootHash {
    let hash = HashBuilder::new(Purpose::RequestRoot)
        .bytes(common.as_bytes())
        .bytes(submitter.as_bytes())
        .bytes(transaction.as_bytes())
        .bytes(views.as_bytes())
        .finish();
    RootHash(hash)
}

impl RequestTree {
    /// What the request is known by, and what its participants see: a view for each.
    pub fn light_views(&self) -> (RootHash, Vec<LightView>) {
        let hashes = self
            .views
            .hashes(|view, inside| view_hash(view.confirmers.hash(), view.data.hash(), inside));
        let root = root_hash(
            self.common.hash(),
            self.submitter.hash(),
            self.transaction.hash(),
            hashes.root,
        );
        let light = |(number, view): (usize, &View)| {
            let mut path = Vec::new();
            let mut at = Some(number);
            while let Some(here) = at {
                at = self.views.parent(here);
                let above = at.and_then(|parent| self.views.get(parent));
                path.push(Step {
                    place: hashes.places[here].clone(),
                    above: above.map(|above| (above.confirmers.hash(), above.data.hash())),
                });
            }
            LightView {
                common: self.common.clone(),
                submitter: if path.len() == 1 {
                    Blindable::Open(self.submitter.clone())
                } else {
                    Blindable::Blinded(self.submitter.hash())
                },
                transaction: self.transaction.clone(),
                view: view.clone(),
                subviews: self.views.child_hashes(number, &hashes),
                path,
            }
        };
        (root, self.views.iter().enumerate().map(light).collect())
    }

    /// What the mediator sees.
    pub fn informee_tree(&self) -> InformeeTree {
        let views = self.views.iter().zip(self.views.depths());
        let views = views.map(|(view, depth)| {
            let blinded = (view.confirmers.clone(), view.data.hash());
            (blinded, depth)
        });
        InformeeTree {
            common: self.common.clone(),
            submitter: self.submitter.hash(),
            transaction: self.transaction.hash(),
            views: Forest::from_depths(views).unwrap_or_default(),
        }
    }
}

impl InformeeTree {
    /// What the request is known by.
    pub fn root_hash(&self) -> RootHash {
        let hashes = self
            .views
            .hashes(|(confirmers, data), inside| view_hash(confirmers.hash(), *data, inside));
        root_hash(
            self.common.hash(),
            self.submitter,
            self.transaction,
            hashes.root,
        )
    }

    pub(super) fn to_wire(&self) -> wire::InformeeTree {
        let views = self.views.iter().zip(self.views.depths());
        let view = |((confirmers, data), depth): (&(Leaf<ViewConfirmers>, Hash), u32)| {
            wire::InformeeView {
                confirmers: Some(confirmers.to_wire()),
                data_hash: hash_bytes(data),
                depth,
            }
        };
        wire::InformeeTree {
            common: Some(self.common.to_wire()),
            submitter_hash: hash_bytes(&self.submitter),
            transaction_hash: hash_bytes(&self.transaction),
            views: views.map(view).collect(),
        }
    }

    pub(super) fn from_wire(tree: wire::InformeeTree) -> Result<Self, Error> {
        let views = tree.views.into_iter().map(|view| {
            let blinded = (Leaf::from_wire(view.confirmers)?, hash(&view.data_hash)?);
            Ok((blinded, view.depth))
        });
        let views = Forest::from_depths(views.collect::<Result<Vec<_>, Error>>()?);
        Ok(Self {
            common: Leaf::from_wire(tree.common)?,
            submitter: hash(&tree.submitter_hash)?,
            transaction: hash(&tree.transaction_hash)?,
            views: views.ok_or_else(|| Error::malformed("a view is deeper than it can be"))?,
        })
    }
}

impl LightView {
    /// What the request is known by.
    ///
    /// # Errors
    /// If the view cannot stand where it says.
    pub fn root_hash(&self) -> Result<RootHash, Error> {
        let View { confirmers, data } = &self.view;
        let mut hash = view_hash(confirmers.hash(), data.hash(), list_hash(&self.subviews));
        for step in &self.path {
            let list = step.place.list_hash(hash)?;
            hash = match step.above {
                Some((confirmers, data)) => view_hash(confirmers, data, list),
                None => list,
            };
        }
        Ok(root_hash(
            self.common.hash(),
            self.submitter.hash(),
            self.transaction.hash(),
            hash,
        ))
    }

    /// Where it stands.
    pub fn position(&self) -> ViewPosition {
        let indices = self.path.iter().rev();
        ViewPosition(indices.map(|step| step.place.index).collect())
    }

    /// Whether it is in no other view.
    pub const fn is_root(&self) -> bool {
        self.path.len() == 1
    }

    /// The bytes that are encrypted.
    pub fn encode(&self) -> Vec<u8> {
        let (submitter, submitter_hash) = match &self.submitter {
            Blindable::Open(leaf) => (Some(leaf.to_wire()), Bytes::new()),
            Blindable::Blinded(hash) => (None, hash_bytes(hash)),
        };
        wire::LightView {
            common: Some(self.common.to_wire()),
            submitter,
            submitter_hash,
            transaction: Some(self.transaction.to_wire()),
            confirmers: Some(self.view.confirmers.to_wire()),
            data: Some(self.view.data.to_wire()),
            subview_hashes: self.subviews.iter().map(hash_bytes).collect(),
            path: self.path.iter().map(Step::to_wire).collect(),
        }
        .encode_to_vec()
    }

    /// Reads what [`LightView::encode`] wrote.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn decode(bytes: Bytes) -> Result<Self, Error> {
        let wire = wire::LightView::decode(bytes).map_err(Error::malformed)?;
        let path = wire.path.iter().map(Step::from_wire);
        let path = path.collect::<Result<Vec<_>, _>>()?;
        let is_at_root = |step: &Step| step.above.is_none();
        if path.iter().position(is_at_root).map(|it| it + 1) != Some(path.len()) {
            return Err(Error::malformed(
                "the path of a view does not lead to the root",
            ));
        }
        let submitter = match wire.submitter {
            Some(leaf) if path.len() == 1 => Blindable::Open(Leaf::from_wire(Some(leaf))?),
            None if path.len() > 1 => Blindable::Blinded(hash(&wire.submitter_hash)?),
            _ => return Err(Error::malformed("the submitter is told to the wrong view")),
        };
        Ok(Self {
            common: Leaf::from_wire(wire.common)?,
            submitter,
            transaction: Leaf::from_wire(wire.transaction)?,
            view: View {
                confirmers: Leaf::from_wire(wire.confirmers)?,
                data: Leaf::from_wire(wire.data)?,
            },
            subviews: hashes(&wire.subview_hashes)?,
            path,
        })
    }
}

impl Step {
    fn to_wire(&self) -> wire::PathStep {
        let above = self.above.as_ref();
        wire::PathStep {
            index: self.place.index,
            count: self.place.count,
            proof: self.place.proof.iter().map(hash_bytes).collect(),
            confirmers_hash: above.map(|it| hash_bytes(&it.0)).unwrap_or_default(),
            data_hash: above.map(|it| hash_bytes(&it.1)).unwrap_or_default(),
        }
    }

    fn from_wire(step: &wire::PathStep) -> Result<Self, Error> {
        let above = if step.confirmers_hash.is_empty() && step.data_hash.is_empty() {
            None
        } else {
            Some((hash(&step.confirmers_hash)?, hash(&step.data_hash)?))
        };
        Ok(Self {
            place: Place {
                index: step.index,
                count: step.count,
                proof: hashes(&step.proof)?,
            },
            above,
        })
    }
}

impl LeafContent for CommonMetadata {
    const KIND: &'static str = "common metadata";

    fn encode(&self) -> Vec<u8> {
        wire::CommonMetadata {
            request_uuid: self.request_uuid.to_vec().into(),
            submitting_participant: self.submitting_participant.to_string(),
            max_sequencing_time: self.max_sequencing_time.micros(),
            topology_time: self.topology_time.micros(),
        }
        .encode_to_vec()
    }

    fn decode(bytes: Bytes) -> Result<Self, Error> {
        let wire = wire::CommonMetadata::decode(bytes).map_err(Error::malformed)?;
        let uuid = wire.request_uuid.as_ref().try_into();
        Ok(Self {
            request_uuid: uuid.map_err(|_| Error::malformed("request uuid is not 16 bytes"))?,
            submitting_participant: ParticipantId::parse(&wire.submitting_participant)
                .map_err(Error::malformed)?,
            max_sequencing_time: time(wire.max_sequencing_time)?,
            topology_time: time(wire.topology_time)?,
        })
    }
}

impl LeafContent for SubmitterMetadata {
    const KIND: &'static str = "submitter metadata";

    fn encode(&self) -> Vec<u8> {
        wire::SubmitterMetadata {
            act_as: texts(&self.act_as),
            change_id: hash_bytes(&self.change_id),
            deduplication_start: self.deduplication_start.micros(),
            submission_id: self.submission_id.to_string(),
        }
        .encode_to_vec()
    }

    fn decode(bytes: Bytes) -> Result<Self, Error> {
        let wire = wire::SubmitterMetadata::decode(bytes).map_err(Error::malformed)?;
        Ok(Self {
            act_as: parties(&wire.act_as)?,
            change_id: hash(&wire.change_id)?,
            deduplication_start: time(wire.deduplication_start)?,
            submission_id: SubmissionId::parse(&wire.submission_id).map_err(Error::malformed)?,
        })
    }
}

impl LeafContent for TransactionMetadata {
    const KIND: &'static str = "transaction metadata";

    fn encode(&self) -> Vec<u8> {
        let workflow_id = self.workflow_id.as_ref().map(ToString::to_string);
        wire::TransactionMetadata {
            ledger_time: self.ledger_time.micros(),
            preparation_time: self.preparation_time.micros(),
            workflow_id: workflow_id.unwrap_or_default(),
            traceparent: self.traceparent.clone(),
            tracestate: self.tracestate.clone(),
        }
        .encode_to_vec()
    }

    fn decode(bytes: Bytes) -> Result<Self, Error> {
        let wire = wire::TransactionMetadata::decode(bytes).map_err(Error::malformed)?;
        let workflow_id = match wire.workflow_id.as_str() {
            "" => None,
            id => Some(WorkflowId::parse(id).map_err(Error::malformed)?),
        };
        Ok(Self {
            ledger_time: time(wire.ledger_time)?,
            preparation_time: time(wire.preparation_time)?,
            workflow_id,
            traceparent: wire.traceparent,
            tracestate: wire.tracestate,
        })
    }
}
