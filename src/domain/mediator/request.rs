//! One request on its way to a verdict: pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{MemberId, ParticipantId, Party, Timestamp};
use crate::protocol::{Answer, InformeeTree, Reject, RequestId, Response, RootHash, Verdict};
use crate::topology::{Hosting, Permission, State};

/// A request that waits for answers.
#[derive(Debug)]
pub(super) struct Request {
    pub id: RequestId,
    root_hash: RootHash,
    /// Answers that count come before this time.
    pub deadline: Timestamp,
    /// Who must confirm, and what became of it.
    confirmations: BTreeMap<Party, Confirmation>,
    /// Who is told of the verdict.
    pub recipients: Vec<MemberId>,
}

#[derive(Debug)]
struct Confirmation {
    hosting: Hosting,
    approved: BTreeSet<ParticipantId>,
    rejected: BTreeSet<ParticipantId>,
}

impl Confirmation {
    fn is_reached(&self) -> bool {
        self.approved.len() >= self.hosting.threshold as usize
    }

    fn is_out_of_reach(&self) -> bool {
        let may_still_approve = self
            .hosting
            .hosts
            .iter()
            .filter(|host| host.permission >= Permission::Confirmation)
            .filter(|host| !self.rejected.contains(&host.participant))
            .count();
        may_still_approve < self.hosting.threshold as usize
    }
}

impl Request {
    /// Takes up a request. An error is a verdict at once: the request is not as it must be.
    pub(super) fn open(
        id: RequestId,
        tree: &InformeeTree,
        topology: &State,
    ) -> Result<Self, Box<(Self, Verdict)>> {
        let mut request = Self {
            id,
            root_hash: tree.root_hash(),
            deadline: id
                .0
                .plus(topology.parameters().confirmation_response_timeout),
            confirmations: BTreeMap::new(),
            recipients: Vec::new(),
        };
        let mut recipients = BTreeSet::from([tree.submitting_participant.member()]);
        let mut unknown = Vec::new();
        for party in &tree.informees {
            let Some(hosting) = topology.hosting(party) else {
                unknown.push(party.to_string());
                continue;
            };
            recipients.extend(hosting.hosts.iter().map(|host| host.participant.member()));
            if tree.confirming_parties.contains(party) {
                let confirmation = Confirmation {
                    hosting: hosting.clone(),
                    approved: BTreeSet::new(),
                    rejected: BTreeSet::new(),
                };
                request.confirmations.insert(party.clone(), confirmation);
            }
        }
        request.recipients = recipients.into_iter().collect();
        let reject = if unknown.is_empty() {
            tree.confirming_parties
                .is_empty()
                .then(|| malformed("nobody confirms the request"))
        } else {
            Some(Reject {
                error_id: "UNKNOWN_INFORMEES".to_owned(),
                message: format!("parties not known on the domain: {}", unknown.join(", ")),
                resource_type: "PARTIES".to_owned(),
                resources: unknown,
                malformed: false,
            })
        };
        match reject {
            None => Ok(request),
            Some(reject) => {
                let verdict = request.verdict(Answer::Reject(reject));
                Err(Box::new((request, verdict)))
            }
        }
    }

    /// Takes an answer; the verdict if it is decided now.
    pub(super) fn answer(
        &mut self,
        participant: &ParticipantId,
        response: &Response,
    ) -> Option<Verdict> {
        if response.root_hash != self.root_hash {
            tracing::warn!(%participant, request = %self.id, "an answer to other contents, ignored");
            return None;
        }
        for party in &response.parties {
            let Some(confirmation) = self.confirmations.get_mut(party) else {
                continue;
            };
            let answered = confirmation.approved.contains(participant)
                || confirmation.rejected.contains(participant);
            if answered || !confirmation.hosting.confirms(participant) {
                continue;
            }
            match &response.answer {
                Answer::Approve => confirmation.approved.insert(participant.clone()),
                Answer::Reject(_) => confirmation.rejected.insert(participant.clone()),
            };
        }
        self.decision(&response.answer)
    }

    fn decision(&self, last: &Answer) -> Option<Verdict> {
        let mut confirmations = self.confirmations.values();
        if confirmations.any(Confirmation::is_out_of_reach) {
            return Some(self.verdict(last.clone()));
        }
        self.confirmations
            .values()
            .all(Confirmation::is_reached)
            .then(|| self.verdict(Answer::Approve))
    }

    /// The verdict when the time is over.
    pub(super) fn time_out(&self) -> Verdict {
        let missing: Vec<String> = self
            .confirmations
            .iter()
            .filter(|(_, confirmation)| !confirmation.is_reached())
            .map(|(party, _)| party.to_string())
            .collect();
        self.verdict(Answer::Reject(Reject {
            error_id: "MEDIATOR_SAYS_TX_TIMED_OUT".to_owned(),
            message: format!(
                "no confirmation came in time for the parties {}",
                missing.join(", ")
            ),
            ..Reject::default()
        }))
    }

    fn verdict(&self, answer: Answer) -> Verdict {
        Verdict {
            request: self.id,
            root_hash: self.root_hash,
            answer,
        }
    }
}

fn malformed(message: &str) -> Reject {
    Reject {
        error_id: "LOCAL_VERDICT_MALFORMED_REQUEST".to_owned(),
        message: message.to_owned(),
        malformed: true,
        ..Reject::default()
    }
}
