//! Phases 3 to 7: sequenced events on their way through the loop.

use super::actor::Shell;
use super::course::{changes, used_contracts};
use super::intake::CheckedEvent;
use super::outbox::Outbox;
use super::turn::{Context, Turn};
use crate::model::MemberKind;
use crate::protocol::{Message, MessageId, Response, SubmissionRequest};
use crate::storage;
use crate::topology::State;

impl Shell {
    /// Takes checked events in their order, keeps what follows, then sends and tells.
    pub(super) async fn process(
        &mut self,
        events: Vec<CheckedEvent>,
    ) -> Result<(), storage::Error> {
        self.rotate();
        let (wanted, changes) = (used_contracts(&events), changes(&events));
        let (states, accepted) = tokio::try_join!(
            self.contracts.states(wanted),
            self.store.accepted_at(&changes)
        )?;
        let mut turn = Turn::new(states, accepted);
        for event in events {
            self.take(event, &mut turn);
        }
        self.write(turn).await
    }

    fn take(&mut self, event: CheckedEvent, turn: &mut Turn) {
        let mut context = Context {
            domain: &self.info.id,
            participant: &self.identity.participant,
            end: &mut self.end,
            in_flight: &mut self.in_flight,
        };
        for refusal in self.course.take(event, turn, &mut context) {
            self.vetting.refused(refusal.id);
            self.rotation.refused(refusal.id);
            self.administration.refused(&refusal);
        }
    }

    /// Writes a turn, then does what may be done only after that.
    pub(super) async fn write(&mut self, mut turn: Turn) -> Result<(), storage::Error> {
        // an answer alone need not be kept: it follows from the events
        if !turn.writes.is_empty() {
            self.keep(&mut turn).await?;
        }
        self.contracts.apply(turn.changes);
        self.role.tail.append(turn.appended);
        self.respond(turn.responses);
        for party in &turn.parties {
            self.administration.party_published(party);
        }
        self.vet();
        Ok(())
    }

    fn respond(&mut self, responses: Vec<Response>) {
        let topology = self.intake.follower.topology();
        if let Some(request) = answers(responses, topology, &self.outbox) {
            self.outbox.send(request);
        }
    }
}

/// Answers to the mediator, all of a turn in one batch.
pub(super) fn answers(
    responses: Vec<Response>,
    topology: &State,
    outbox: &Outbox,
) -> Option<SubmissionRequest> {
    let mediator = topology.members_of(MemberKind::Mediator).next()?;
    // too late for one of them, and the mediator ignores that one
    let last = responses.iter().map(|it| it.request).max()?;
    let timeout = topology.parameters().confirmation_response_timeout;
    let mut subject = Vec::new();
    let mut envelopes = Vec::new();
    for response in responses {
        subject.extend_from_slice(&response.request.0.micros().to_be_bytes());
        let message = Message::Response(response);
        envelopes.push(outbox.envelope(&message, vec![mediator.clone()]));
    }
    let message_id = MessageId::about("responses", &subject);
    Some(outbox.request(message_id, envelopes, last.0.plus(timeout)))
}
