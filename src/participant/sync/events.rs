//! Phases 3 to 7: sequenced events on their way through the loop.

use super::actor::Shell;
use super::intake::{CheckedEvent, Item};
use super::turn::{Context, Turn};
use crate::model::{ContractId, MemberKind};
use crate::participant::submission::ChangeId;
use crate::protocol::{Message, MessageId, Response};
use crate::storage;

impl Shell {
    /// Takes checked events in their order, keeps what follows, then sends and tells.
    pub(super) async fn process(
        &mut self,
        events: Vec<CheckedEvent>,
    ) -> Result<(), storage::Error> {
        self.rotate();
        let items = events.iter().flat_map(|event| &event.items);
        let wanted = items.flat_map(|item| self.used_contracts(item)).collect();
        let changes = events.iter().flat_map(|event| &event.items);
        let changes: Vec<ChangeId> = changes.filter_map(change_of).collect();
        let (states, accepted) = tokio::try_join!(
            self.contracts.find(wanted),
            self.store.accepted_at(&changes)
        )?;
        let mut turn = Turn::new(states, accepted);
        for event in events {
            self.take(event, &mut turn);
        }
        self.write(turn).await?;
        self.work_on_commitments();
        Ok(())
    }

    fn take(&mut self, event: CheckedEvent, turn: &mut Turn) {
        let time = event.time;
        let is_new = time > self.intake.kept;
        if is_new {
            self.pass_boundaries(time, &event.effective);
        }
        let mut context = Context {
            domain: &self.info.id,
            participant: &self.identity.participant,
            end: &mut self.end,
            in_flight: &mut self.in_flight,
            commitments: &mut self.commitments,
        };
        if is_new {
            for effective in event.effective {
                turn.take(self.processor.advance(effective.at), &mut context);
                turn.publish(&effective, &mut context);
            }
            turn.take(self.processor.advance(time), &mut context);
            turn.writes.topology.extend(event.topology);
            self.processed = time;
        }
        let ours = event
            .message_id
            .filter(|message_id| context.in_flight.contains(message_id));
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
                    self.administration.refused(&refusal);
                    continue;
                }
                Item::Commitment(said) if is_new => {
                    let register = self.intake.follower.register();
                    context.hear(&said, time, register, &mut turn.writes.commitments);
                    continue;
                }
                Item::Verdict(_) | Item::TopologyRefusal(_) | Item::Commitment(_) => continue,
            };
            turn.take(effects, &mut context);
        }
    }

    /// The contracts whose states a request's fate, or what a verdict changes, depends on.
    fn used_contracts(&self, item: &Item) -> Vec<ContractId> {
        let content = match item {
            Item::Request(request) => request.content.as_ref(),
            Item::Verdict(verdict) => {
                let consumed = self.processor.consumed(verdict.request).into_iter();
                return consumed.flatten().cloned().collect();
            }
            Item::TopologyRefusal(_) | Item::Commitment(_) => None,
        };
        let Some(content) = content else {
            return Vec::new();
        };
        let usage = &content.usage;
        let used = usage.consumed.iter().chain(&usage.read);
        used.chain(&usage.created).cloned().collect()
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

    /// Adds what has changed about requests without a verdict since they were kept last.
    pub(super) fn note_undecided(&mut self, turn: &mut Turn) {
        let mut undecided = self.processor.undecided();
        undecided.extend(self.restoring.clone());
        let kept = self.kept_undecided.iter();
        turn.writes.undecided_removed = kept
            .filter(|id| !undecided.contains_key(id))
            .copied()
            .collect();
        turn.writes.undecided_added = undecided
            .iter()
            .filter(|(id, _)| !self.kept_undecided.contains(id))
            .map(|(id, decision)| (*id, *decision))
            .collect();
        self.kept_undecided = undecided.into_keys().collect();
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
        Item::Verdict(_) | Item::TopologyRefusal(_) | Item::Commitment(_) => None,
    }
}
