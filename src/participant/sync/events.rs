//! Phases 3 to 7: sequenced events on their way through the loop.

use super::actor::Shell;
use super::connection::Connection;
use super::intake::{CheckedEvent, Item};
use super::turn::{Context, Turn};
use crate::model::{ContractId, DomainId, MemberKind};
use crate::participant::submission::ChangeId;
use crate::protocol::{Message, MessageId, Response};
use crate::storage;

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
        let wanted = events
            .iter()
            .flat_map(|event| &event.items)
            .flat_map(used_contracts)
            .collect();
        let changes = events.iter().flat_map(|event| &event.items);
        let changes: Vec<ChangeId> = changes.filter_map(change_of).collect();
        let (states, accepted) = tokio::try_join!(
            self.contracts.states(wanted, connection.number),
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
        self.write(Some(domain), turn).await
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
        let time = event.time;
        let is_new = time > self.intake.kept;
        if is_new {
            for effective in event.effective {
                turn.take(self.processor.advance(effective.at), context);
                turn.publish(&effective, context);
            }
            turn.take(self.processor.advance(time), context);
            turn.writes.topology.extend(event.topology);
            self.processed = time;
        }
        let ours = event
            .message_id
            .filter(|message_id| context.in_flight.contains(message_id, self.number));
        for item in event.items {
            let effects = match item {
                Item::Request(request) if is_new => {
                    let change = request.change.as_ref();
                    let accepted = change.and_then(|change| turn.accepted(change.id));
                    let state = |id: &ContractId| turn.state(id);
                    self.processor.request(*request, ours, state, accepted)
                }
                Item::Request(request) => match self.restoring.remove(&request.id) {
                    Some(decision) => self.processor.restore(*request, ours, decision),
                    None => continue,
                },
                Item::Verdict(verdict) if is_new => self.processor.verdict(verdict, time),
                Item::TopologyRefusal(refusal) if is_new => {
                    self.vetting.refused(refusal.id);
                    self.rotation.refused(refusal.id);
                    self.hosting.refused(&refusal);
                    self.administration.refused(&refusal);
                    continue;
                }
                Item::Verdict(_) | Item::TopologyRefusal(_) => continue,
            };
            turn.take(effects, context);
        }
    }

    /// Sends answers to the mediator, all of a turn in one batch.
    fn respond(&mut self, responses: Vec<Response>) {
        let topology = self.intake.follower.topology();
        let Some(mediator) = topology.members_of(MemberKind::Mediator).next().cloned() else {
            return;
        };
        // too late for one of them, and the mediator ignores that one
        let Some(last) = responses.iter().map(|it| it.request).max() else {
            return;
        };
        let timeout = topology.parameters().confirmation_response_timeout;
        let mut subject = Vec::new();
        let mut envelopes = Vec::new();
        for response in responses {
            subject.extend_from_slice(&response.request.0.micros().to_be_bytes());
            let message = Message::Response(response);
            envelopes.push(self.outbox.envelope(&message, vec![mediator.clone()]));
        }
        let message_id = MessageId::about("responses", &subject);
        let request = self
            .outbox
            .request(message_id, envelopes, last.0.plus(timeout));
        self.outbox.send(request);
    }
}

/// The change that a request is about, if that is watched here.
fn change_of(item: &Item) -> Option<ChangeId> {
    match item {
        Item::Request(request) => request.change.as_ref().map(|change| change.id),
        Item::Verdict(_) | Item::TopologyRefusal(_) => None,
    }
}

/// The contracts whose states a request's fate depends on.
fn used_contracts(item: &Item) -> Vec<ContractId> {
    let Item::Request(request) = item else {
        return Vec::new();
    };
    let Some(content) = &request.content else {
        return Vec::new();
    };
    let usage = &content.usage;
    let used = usage.consumed.iter().chain(&usage.read);
    used.chain(&usage.created).cloned().collect()
}
