//! The envelope's content: one of the protocol's messages.

use bytes::Bytes;
use prost::Message as _;

use super::parts::{hash, hash_bytes};
use super::{
    AcsCommitment, EncryptedView, Error, InformeeTree, MessageId, Response, RootHash, Verdict,
};
use crate::model::DomainId;
use crate::wire::protocol as wire;
use wire::message::Kind;

/// The version of the protocol that this code speaks.
pub const PROTOCOL_VERSION: u32 = 4;

/// A message of the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Phase 1: who must know and who must confirm.
    InformeeTree(InformeeTree),
    /// Phase 1: what all parts of the request belong to.
    RootHash(RootHash),
    /// Phase 1: what the transaction does, in views for the same recipients.
    EncryptedViews(Vec<EncryptedView>),
    /// Phase 4: a participant's answer.
    Response(Response),
    /// Phase 5: the outcome.
    Verdict(Verdict),
    /// A member asks the topology manager to publish signed topology transactions.
    TopologySubmission(TopologySubmission),
    /// The topology manager does not publish, and says why.
    TopologyRefusal(TopologyRefusal),
    /// The topology manager publishes.
    TopologyBroadcast(Vec<Bytes>),
    /// Everything published before, for a new member.
    TopologySnapshot(Vec<Bytes>),
    /// A participant tells another what both have in common.
    AcsCommitment(AcsCommitment),
    /// A moment in time.
    Tick,
}

/// Signed topology transactions that a member wants published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopologySubmission {
    /// The member's name for it.
    pub id: MessageId,
    /// The transactions, encoded.
    pub transactions: Vec<Bytes>,
}

/// Why topology transactions were not published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopologyRefusal {
    /// Which submission.
    pub id: MessageId,
    /// Why not.
    pub reason: String,
}

impl Message {
    /// The bytes that are signed.
    pub(super) fn encode(&self, domain: &DomainId) -> Vec<u8> {
        let kind = match self {
            Self::InformeeTree(tree) => Kind::InformeeTree(tree.to_wire()),
            Self::RootHash(root) => Kind::RootHash(wire::RootHash {
                root_hash: hash_bytes(&root.0),
            }),
            Self::EncryptedViews(views) => Kind::EncryptedViews(wire::EncryptedViews {
                views: views.iter().map(EncryptedView::to_wire).collect(),
            }),
            Self::Response(response) => Kind::Response(response.to_wire()),
            Self::Verdict(verdict) => Kind::Verdict(verdict.to_wire()),
            Self::TopologySubmission(it) => Kind::TopologySubmission(wire::TopologySubmission {
                submission_id: it.id.as_bytes().to_vec().into(),
                transactions: it.transactions.clone(),
            }),
            Self::TopologyRefusal(it) => Kind::TopologyRefusal(wire::TopologyRefusal {
                submission_id: it.id.as_bytes().to_vec().into(),
                reason: it.reason.clone(),
            }),
            Self::TopologyBroadcast(transactions) => {
                Kind::TopologyBroadcast(wire::TopologyBroadcast {
                    transactions: transactions.clone(),
                })
            }
            Self::TopologySnapshot(transactions) => {
                Kind::TopologySnapshot(wire::TopologySnapshot {
                    transactions: transactions.clone(),
                })
            }
            Self::AcsCommitment(commitment) => Kind::AcsCommitment(commitment.to_wire()),
            Self::Tick => Kind::Tick(wire::Tick {}),
        };
        wire::Message {
            protocol_version: PROTOCOL_VERSION,
            domain: domain.to_string(),
            kind: Some(kind),
        }
        .encode_to_vec()
    }

    /// Reads the bytes that were signed.
    pub(super) fn decode(bytes: Bytes, domain: &DomainId) -> Result<Self, Error> {
        let message = wire::Message::decode(bytes).map_err(Error::malformed)?;
        if message.protocol_version != PROTOCOL_VERSION {
            return Err(Error::UnsupportedVersion {
                found: message.protocol_version,
                supported: PROTOCOL_VERSION,
            });
        }
        if message.domain != domain.as_str() {
            return Err(Error::WrongDomain(message.domain));
        }
        match message.kind {
            None => Err(Error::malformed("no content")),
            Some(Kind::InformeeTree(tree)) => InformeeTree::from_wire(tree).map(Self::InformeeTree),
            Some(Kind::RootHash(root)) => Ok(Self::RootHash(RootHash(hash(&root.root_hash)?))),
            Some(Kind::EncryptedViews(it)) => {
                let views = it.views.into_iter().map(EncryptedView::from_wire);
                views.collect::<Result<_, _>>().map(Self::EncryptedViews)
            }
            Some(Kind::Response(response)) => Response::from_wire(response).map(Self::Response),
            Some(Kind::Verdict(verdict)) => Verdict::from_wire(verdict).map(Self::Verdict),
            Some(Kind::TopologySubmission(it)) => {
                Ok(Self::TopologySubmission(TopologySubmission {
                    id: submission_id(&it.submission_id)?,
                    transactions: it.transactions,
                }))
            }
            Some(Kind::TopologyRefusal(it)) => Ok(Self::TopologyRefusal(TopologyRefusal {
                id: submission_id(&it.submission_id)?,
                reason: it.reason,
            })),
            Some(Kind::TopologyBroadcast(it)) => Ok(Self::TopologyBroadcast(it.transactions)),
            Some(Kind::TopologySnapshot(it)) => Ok(Self::TopologySnapshot(it.transactions)),
            Some(Kind::AcsCommitment(it)) => AcsCommitment::from_wire(&it).map(Self::AcsCommitment),
            Some(Kind::Tick(_)) => Ok(Self::Tick),
        }
    }
}

fn submission_id(bytes: &[u8]) -> Result<MessageId, Error> {
    MessageId::from_slice(bytes).ok_or_else(|| Error::malformed("submission id is not 32 bytes"))
}
