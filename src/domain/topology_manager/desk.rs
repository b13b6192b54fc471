//! What the topology manager decides on what it reads, and what it has to publish next: pure.

use std::collections::{BTreeMap, VecDeque};

use super::core::{Core, Publication};
use super::identity::Identity;
use super::store::{Kept, Refusal};
use crate::model::{MemberId, Timestamp};
use crate::protocol::{Envelope, Message, MessageId, Recipients, SequencedEvent, SignedMessage};
use crate::topology::Error;

/// The topology manager at work.
#[derive(Debug)]
pub(super) struct Desk {
    pub core: Core,
    pub identity: Identity,
    /// Kept, but perhaps not sequenced.
    pub unsent: VecDeque<Publication>,
    /// Of these it is not known yet when they were sequenced.
    unseen: BTreeMap<MessageId, i64>,
}

/// What some events lead to: to be kept, then sent.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub publications: Vec<Publication>,
    pub refusals: Vec<Refusal>,
    /// When publications were sequenced.
    pub times: Vec<(i64, Timestamp)>,
}

impl Desk {
    /// Nothing published.
    pub(super) fn new(identity: Identity) -> Self {
        Self {
            core: Core::new(),
            identity,
            unsent: VecDeque::new(),
            unseen: BTreeMap::new(),
        }
    }

    /// Takes up what was published in an earlier life, which has read so far.
    pub(super) fn restore(&mut self, kept: Kept, processed: Timestamp) -> Result<(), Error> {
        let Kept {
            publication,
            is_sequenced,
            sequenced_at,
        } = kept;
        self.core.restore(&publication, sequenced_at, processed)?;
        if sequenced_at.is_none() {
            self.unseen
                .insert(publication.message_id(), publication.number);
        }
        if !is_sequenced {
            self.unsent.push_back(publication);
        }
        Ok(())
    }

    /// Publications that are kept: they are to be sent.
    pub(super) fn queue(&mut self, publications: Vec<Publication>) {
        for publication in publications {
            self.unseen
                .insert(publication.message_id(), publication.number);
            self.unsent.push_back(publication);
        }
    }

    /// Decides on what was submitted with an event.
    pub(super) fn process(
        &mut self,
        event: SequencedEvent,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let time = event.time;
        self.core.advance(time);
        let own = event.message_id.and_then(|id| self.unseen.remove(&id));
        if let Some(number) = own {
            self.core.sequenced(number, time)?;
            outcome.times.push((number, time));
        }
        // our own come back to us
        if event.message_id.is_some() {
            return Ok(());
        }
        for envelope in event.envelopes {
            self.decide(time, envelope.content, outcome);
        }
        Ok(())
    }

    fn decide(&mut self, time: Timestamp, content: bytes::Bytes, outcome: &mut Outcome) {
        let opened = SignedMessage::open(content, &self.identity.domain, self.core.topology());
        let (signer, submission) = match opened {
            Ok(SignedMessage {
                signer,
                message: Message::TopologySubmission(submission),
            }) => (signer, submission),
            // somebody asks for the time
            Ok(SignedMessage {
                message: Message::Tick,
                ..
            }) => return,
            Ok(SignedMessage { signer, .. }) => {
                metrics::counter!("jura_refused_messages_total").increment(1);
                tracing::warn!(%signer, "message that is not for the topology manager, ignored");
                return;
            }
            Err(error) => {
                metrics::counter!("jura_refused_messages_total").increment(1);
                tracing::warn!(%error, "message to the topology manager refused");
                return;
            }
        };
        match self.core.submit(&submission.transactions, time) {
            Ok(Some(publication)) => outcome.publications.push(publication),
            Ok(None) => {}
            Err(error) => {
                tracing::info!(%signer, %error, "topology transactions refused");
                outcome.refusals.push(Refusal {
                    submission_id: submission.id,
                    member: signer,
                    reason: error.to_string(),
                });
            }
        }
    }

    /// The first publication that is not sent, in envelopes. One that admits a member waits until it is
    /// known when the ones before were sequenced: the newcomer is told.
    pub(super) fn next(&self) -> Option<(&Publication, Vec<Envelope>)> {
        let publication = self.unsent.front()?;
        let mut envelopes = Vec::new();
        if let Some(member) = &publication.admits {
            let snapshot = Message::TopologySnapshot(self.core.before(publication)?);
            envelopes.push(self.envelope(&snapshot, vec![member.clone()]));
        }
        let broadcast = Message::TopologyBroadcast(publication.transactions.clone());
        envelopes.push(self.envelope(&broadcast, publication.recipients.clone()));
        Some((publication, envelopes))
    }

    /// The first publication is sequenced, and that is kept.
    pub(super) fn sent(&mut self) {
        self.unsent.pop_front();
    }

    pub(super) fn envelope(&self, message: &Message, recipients: Vec<MemberId>) -> Envelope {
        Envelope {
            content: SignedMessage::seal(
                message,
                &self.identity.domain,
                &self.identity.member,
                &self.identity.signing_key,
            ),
            recipients: Recipients::group(recipients),
        }
    }
}

#[cfg(test)]
mod tests;
