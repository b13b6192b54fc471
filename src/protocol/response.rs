//! Phases 4 and 5: what participants answer, and what becomes of the request.

use std::collections::BTreeSet;

use super::parts::{hash, parties, texts, time};
use super::{Error, RequestId, RootHash, ViewPosition};
use crate::model::Party;
use crate::wire::protocol as wire;

/// A participant's answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Which request.
    pub request: RequestId,
    /// What the participant saw.
    pub root_hash: RootHash,
    /// About which views.
    pub views: Vec<ConfirmedView>,
    /// What it answers.
    pub answer: Answer,
}

/// A view about which a participant answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmedView {
    /// Which view.
    pub position: ViewPosition,
    /// On whose behalf.
    pub parties: BTreeSet<Party>,
}

/// Yes or no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Nothing speaks against it.
    Approve,
    /// Something does.
    Reject(Reject),
}

/// Why a request is rejected, in the words of the public error that its submitter will see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reject {
    /// Which of the public errors.
    pub error_id: String,
    /// What happened.
    pub message: String,
    /// What it is about.
    pub resources: Vec<String>,
    /// What kind of things these are.
    pub resource_type: String,
    /// The request does not follow the protocol.
    pub malformed: bool,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Which request.
    pub request: RequestId,
    /// What the mediator saw.
    pub root_hash: RootHash,
    /// Accepted or not.
    pub answer: Answer,
}

impl Response {
    pub(super) fn to_wire(&self) -> wire::ConfirmationResponse {
        use wire::confirmation_response::Answer as W;
        wire::ConfirmationResponse {
            request_id: self.request.0.micros(),
            root_hash: self.root_hash.0.as_bytes().to_vec().into(),
            views: self.views.iter().map(ConfirmedView::to_wire).collect(),
            answer: Some(match &self.answer {
                Answer::Approve => W::Approval(wire::Approval {}),
                Answer::Reject(reject) => W::Reject(reject.to_wire()),
            }),
        }
    }

    pub(super) fn from_wire(it: wire::ConfirmationResponse) -> Result<Self, Error> {
        use wire::confirmation_response::Answer as W;
        Ok(Self {
            request: RequestId(time(it.request_id)?),
            root_hash: RootHash(hash(&it.root_hash)?),
            views: it
                .views
                .into_iter()
                .map(ConfirmedView::from_wire)
                .collect::<Result<_, _>>()?,
            answer: match it.answer {
                None => return Err(Error::malformed("no answer")),
                Some(W::Approval(_)) => Answer::Approve,
                Some(W::Reject(reject)) => Answer::Reject(Reject::from_wire(reject)),
            },
        })
    }
}

impl ConfirmedView {
    fn to_wire(&self) -> wire::ConfirmedView {
        wire::ConfirmedView {
            position: self.position.0.clone(),
            parties: texts(&self.parties),
        }
    }

    fn from_wire(view: wire::ConfirmedView) -> Result<Self, Error> {
        Ok(Self {
            position: ViewPosition(view.position),
            parties: parties(&view.parties)?,
        })
    }
}

impl Verdict {
    pub(super) fn to_wire(&self) -> wire::Verdict {
        use wire::verdict::Outcome as W;
        wire::Verdict {
            request_id: self.request.0.micros(),
            root_hash: self.root_hash.0.as_bytes().to_vec().into(),
            outcome: Some(match &self.answer {
                Answer::Approve => W::Approval(wire::Approval {}),
                Answer::Reject(reject) => W::Reject(reject.to_wire()),
            }),
        }
    }

    pub(super) fn from_wire(it: wire::Verdict) -> Result<Self, Error> {
        use wire::verdict::Outcome as W;
        Ok(Self {
            request: RequestId(time(it.request_id)?),
            root_hash: RootHash(hash(&it.root_hash)?),
            answer: match it.outcome {
                None => return Err(Error::malformed("no outcome")),
                Some(W::Approval(_)) => Answer::Approve,
                Some(W::Reject(reject)) => Answer::Reject(Reject::from_wire(reject)),
            },
        })
    }
}

impl Reject {
    /// A request that was as it must be when it was made, and is not under the topology at its sequencing
    /// time. Everybody who notices says the same.
    pub fn overtaken() -> Self {
        Self {
            error_id: "NO_VIEW_WITH_VALID_RECIPIENTS".to_owned(),
            message:
                "The topology has changed since the request was made; submit the command again"
                    .to_owned(),
            ..Self::default()
        }
    }

    fn to_wire(&self) -> wire::Reject {
        wire::Reject {
            error_id: self.error_id.clone(),
            message: self.message.clone(),
            resources: self.resources.clone(),
            resource_type: self.resource_type.clone(),
            malformed: self.malformed,
        }
    }

    fn from_wire(it: wire::Reject) -> Self {
        Self {
            error_id: it.error_id,
            message: it.message,
            resources: it.resources,
            resource_type: it.resource_type,
            malformed: it.malformed,
        }
    }
}
