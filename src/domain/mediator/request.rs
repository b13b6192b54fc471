//! One request on its way to a verdict: pure.

use std::collections::{BTreeMap, BTreeSet};

use super::confirmation::{Confirmation, Taken};
use super::replays::UsedUuid;
use crate::model::{MemberId, ParticipantId, Party, Timestamp};
use crate::protocol::{
    Answer, InformeeTree, Quorum, Reject, RequestId, Response, RootHash, Verdict, ViewPosition,
};
use crate::topology::State;

/// A request that waits for answers.
#[derive(Debug)]
pub(super) struct Request {
    pub id: RequestId,
    root_hash: RootHash,
    /// Answers that count come before this time.
    pub deadline: Timestamp,
    /// The views that are not confirmed yet.
    views: BTreeMap<ViewPosition, View>,
    /// Those that are.
    confirmed: BTreeSet<ViewPosition>,
    /// Who is told of the verdict.
    pub recipients: Vec<MemberId>,
}

/// A view that waits for answers.
#[derive(Debug)]
struct View {
    quorums: Vec<Quorum>,
    confirmations: BTreeMap<Party, Confirmation>,
}

/// How a view stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Open,
    Confirmed,
    /// Whoever answers now, it cannot be confirmed any more.
    Lost,
}

impl View {
    fn standing(&self) -> Standing {
        let weight = |quorum: &Quorum, counts: &dyn Fn(&Confirmation) -> bool| -> u64 {
            let parties = quorum.parties.iter();
            let counting = parties.filter(|(party, _)| {
                let confirmation = self.confirmations.get(*party);
                confirmation.is_some_and(counts)
            });
            counting.map(|(_, weight)| u64::from(*weight)).sum()
        };
        let needs = |quorum: &Quorum| u64::from(quorum.threshold);
        let may_still = |it: &Confirmation| !it.is_out_of_reach();
        let mut quorums = self.quorums.iter();
        if quorums.any(|quorum| weight(quorum, &may_still) < needs(quorum)) {
            return Standing::Lost;
        }
        let mut quorums = self.quorums.iter();
        if quorums.all(|quorum| weight(quorum, &Confirmation::is_reached) >= needs(quorum)) {
            return Standing::Confirmed;
        }
        Standing::Open
    }
}

impl Request {
    /// Takes up a request. An error is a verdict at once: the request is not as it must be. `fault` says
    /// what is wrong with how it was delivered, given the participants that must have something of it.
    pub(super) fn open(
        id: RequestId,
        tree: &InformeeTree,
        topology: &State,
        fault: impl Fn(&BTreeSet<MemberId>) -> Option<Reject>,
    ) -> Result<Self, Box<(Self, Verdict)>> {
        let common = tree.common.content();
        let mut request = Self {
            id,
            root_hash: tree.root_hash(),
            deadline: id
                .0
                .plus(topology.parameters().confirmation_response_timeout),
            views: BTreeMap::new(),
            confirmed: BTreeSet::new(),
            recipients: Vec::new(),
        };
        let mut recipients = BTreeSet::from([common.submitting_participant.member()]);
        let mut unknown: BTreeSet<&Party> = BTreeSet::new();
        let mut reject = None;
        for (position, (confirmers, _)) in tree.views.positions().into_iter().zip(tree.views.iter())
        {
            let confirmers = confirmers.content();
            let mut view = View {
                quorums: confirmers.quorums.clone(),
                confirmations: BTreeMap::new(),
            };
            let confirming = confirmers.confirming();
            for party in &confirmers.informees {
                let Some(hosting) = topology.hosting(party) else {
                    unknown.insert(party);
                    continue;
                };
                recipients.extend(hosting.hosts.iter().map(|host| host.participant.member()));
                if confirming.contains(party) {
                    view.confirmations
                        .insert(party.clone(), Confirmation::new(hosting.clone()));
                }
            }
            if view.quorums.is_empty() {
                reject = Some(malformed("nobody confirms a view"));
            }
            request.views.insert(position, view);
        }
        if let Some(fault) = fault(&recipients) {
            reject = Some(fault);
        }
        request.recipients = recipients.into_iter().collect();
        if tree.views.is_empty() {
            reject = Some(malformed("the request has no view"));
        }
        if id.0 > common.max_sequencing_time {
            reject = Some(malformed("the request was sequenced after its time"));
        }
        if !unknown.is_empty() {
            reject = Some(unknown_informees(&unknown));
        }
        let reject = reject.or_else(|| request.hopeless());
        match reject {
            None => Ok(request),
            Some(reject) => {
                let verdict = request.verdict(Answer::Reject(reject));
                Err(Box::new((request, verdict)))
            }
        }
    }

    /// A quorum that nobody can reach.
    fn hopeless(&self) -> Option<Reject> {
        let lost = |view: &View| view.standing() == Standing::Lost;
        let position = self.views.iter().find(|(_, view)| lost(view));
        position.map(|(position, _)| {
            malformed(&format!("a quorum of view {position} cannot be reached"))
        })
    }

    /// Takes an answer; the verdict if it is decided now.
    pub(super) fn answer(
        &mut self,
        participant: &ParticipantId,
        response: &Response,
    ) -> Option<Verdict> {
        if response.root_hash != self.root_hash {
            alarm(participant, self.id, "it is to other contents");
            return None;
        }
        let approves = response.answer == Answer::Approve;
        for confirmed in &response.views {
            let Some(view) = self.views.get_mut(&confirmed.position) else {
                if !self.confirmed.contains(&confirmed.position) {
                    alarm(participant, self.id, "it is about a view that is not there");
                }
                continue;
            };
            for party in &confirmed.parties {
                let confirmation = view.confirmations.get_mut(party);
                let taken = confirmation.map(|it| it.take(participant, approves));
                match taken {
                    Some(Taken::Counted | Taken::Repeated) => {}
                    Some(Taken::Contradicts) => {
                        alarm(participant, self.id, "it contradicts an earlier one");
                    }
                    Some(Taken::NotAHost) | None => {
                        alarm(participant, self.id, "it is for a party of others");
                    }
                }
            }
            match view.standing() {
                Standing::Open => {}
                Standing::Confirmed => {
                    self.views.remove(&confirmed.position);
                    self.confirmed.insert(confirmed.position.clone());
                }
                Standing::Lost => return Some(self.verdict(response.answer.clone())),
            }
        }
        self.views.is_empty().then(|| self.verdict(Answer::Approve))
    }

    /// The verdict when the time is over.
    pub(super) fn time_out(&self) -> Verdict {
        let views = self.views.values();
        let missing: BTreeSet<&Party> = views
            .flat_map(|view| &view.confirmations)
            .filter(|(_, confirmation)| !confirmation.is_reached())
            .map(|(party, _)| party)
            .collect();
        let missing: Vec<&str> = missing.into_iter().map(Party::as_str).collect();
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

/// An answer, or a part of one, that no honest participant gives.
fn alarm(participant: &ParticipantId, request: RequestId, reason: &str) {
    metrics::counter!("jura_refused_messages_total").increment(1);
    tracing::warn!(%participant, %request, reason, "an answer that does not count, ignored");
}

fn unknown_informees(unknown: &BTreeSet<&Party>) -> Reject {
    let unknown: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    Reject {
        error_id: "UNKNOWN_INFORMEES".to_owned(),
        message: format!("parties not known on the domain: {}", unknown.join(", ")),
        resource_type: "PARTIES".to_owned(),
        resources: unknown,
        malformed: false,
    }
}

/// A request whose name was used before.
pub(super) fn replayed(used: &UsedUuid, until: Timestamp) -> Reject {
    Reject {
        error_id: "DUPLICATE_CONFIRMATION_REQUEST_UUID".to_owned(),
        message: format!(
            "the request has the UUID of an earlier one, {}: it cannot be used again until {until}",
            used.text()
        ),
        malformed: true,
        ..Reject::default()
    }
}

/// A request of which not everybody has got what is theirs, or somebody what is not.
pub(super) fn misdelivered(message: String) -> Reject {
    Reject {
        error_id: "MEDIATOR_RECEIVED_MALFORMED_MESSAGE".to_owned(),
        message,
        malformed: true,
        ..Reject::default()
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
