//! Phases 3 to 7: sequenced events on their way through the loop.

use super::actor::Shell;
use super::connection::Connection;
use super::course::{Notice, changes};
use super::intake::CheckedEvent;
use super::outbox::Outbox;
use super::turn::{Context, Turn};
use crate::model::{DomainId, MemberKind};
use crate::protocol::{Message, MessageId, Recipients, Response, SubmissionRequest};
use crate::storage;
use crate::topology::State;

impl Shell {
    /// Takes checked events of a domain in their order, keeps what follows, then sends and tells.
    pub(super) async fn process(
        &mut self,
        domain: &DomainId,
        events: Vec<CheckedEvent>,
    ) -> Result<(), storage::Error> {
        self.rotate();
        let Some(connection) = self.connections.get_mut(domain) else {
            return Ok(());
        };
        let wanted = connection.course.used_contracts(&events);
        let changes = changes(&events);
        let (states, accepted) = tokio::try_join!(
            self.contracts.on_domain(wanted, connection.number),
            self.store.accepted_at(&changes)
        )?;
        let mut turn = Turn::new(states, accepted);
        let mut context = Context {
            domain,
            number: connection.number,
            participant: &self.identity.participant,
            end: &mut self.end,
            in_flight: &mut self.in_flight,
        };
        for event in events {
            connection.take(event, &mut turn, &mut context);
        }
        self.write(Some(domain), turn).await?;
        if let Some(connection) = self.connections.get_mut(domain) {
            connection.work_on_commitments();
        }
        Ok(())
    }

    /// Writes a turn, then does what may be done only after that.
    pub(super) async fn write(
        &mut self,
        domain: Option<&DomainId>,
        mut turn: Turn,
    ) -> Result<(), storage::Error> {
        // an answer alone need not be kept: it follows from the events
        if !turn.writes.is_empty() {
            self.keep(domain, &mut turn).await?;
        }
        self.contracts.apply(turn.changes);
        self.role.tail.append(turn.appended);
        let Some(domain) = domain else {
            return Ok(());
        };
        if let Some(connection) = self.connections.get_mut(domain) {
            connection.respond(turn.responses);
            for party in &turn.parties {
                connection.administration.party_published(party);
            }
            connection.tell_hosting();
        }
        self.vet(domain);
        Ok(())
    }
}

impl Connection {
    fn take(&mut self, event: CheckedEvent, turn: &mut Turn, context: &mut Context<'_>) {
        if self.course.is_new(event.time) {
            let register = self.intake.follower.register();
            self.commitments.pass(
                self.course.processed,
                event.time,
                &event.effective,
                register,
            );
        }
        let time = event.time;
        for notice in self.course.take(event, turn, context) {
            match notice {
                Notice::Refused(refusal) => {
                    self.vetting.refused(refusal.id);
                    self.rotation.refused(refusal.id);
                    self.hosting.refused(&refusal);
                    self.administration.refused(&refusal);
                }
                Notice::Commitment(said) => {
                    let register = self.intake.follower.register();
                    let writes = &mut turn.writes.commitments;
                    self.commitments.hear(&said, time, register, writes);
                }
            }
        }
        self.commitments.change(turn.shared.drain(..));
    }

    /// Sends answers to the mediator, all of a turn in one batch.
    fn respond(&mut self, responses: Vec<Response>) {
        if let Some(request) = answers(responses, self.topology(), &self.outbox) {
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
    let requests = responses.iter().map(|it| it.request.0.micros());
    let subject: Vec<u8> = requests.flat_map(i64::to_be_bytes).collect();
    let messages: Vec<Message> = responses.into_iter().map(Message::Response).collect();
    let envelopes = outbox.envelopes(&messages, &Recipients::group([mediator.clone()]));
    let message_id = MessageId::about("responses", &subject);
    Some(outbox.request(message_id, envelopes, last.0.plus(timeout)))
}
