//! Reading a domain's messages with the topology that the domain has published so far.

use bytes::Bytes;

use super::{Error, GoodSignatures, Message, SignedMessage};
use crate::model::{DomainId, MemberId, Timestamp};
use crate::topology::{Effective, PublishedTransaction, Register, State};

#[cfg(test)]
mod tests;

/// A member's knowledge of who is who, which grows with the messages that it reads.
#[derive(Debug, Clone)]
pub struct Follower {
    domain: DomainId,
    topology_manager: MemberId,
    register: Register,
    /// Came into force with the snapshot, and was not told yet.
    untold: Vec<Effective>,
    good: GoodSignatures,
}

/// What a message was.
#[derive(Debug)]
pub enum Followed {
    /// The topology manager published; already taken up.
    Topology(Vec<PublishedTransaction>),
    /// Anything else, with its signer.
    Message(Box<SignedMessage>),
    /// A message from before this member was admitted.
    Nothing,
}

impl Follower {
    /// Knows nothing yet but whom to believe.
    pub fn new(domain: DomainId, topology_manager: MemberId) -> Self {
        Self {
            domain,
            topology_manager,
            register: Register::new(),
            untold: Vec::new(),
            good: GoodSignatures::default(),
        }
    }

    /// Takes up what was published earlier, in order.
    ///
    /// # Errors
    /// If it cannot have been published.
    pub fn restore(
        &mut self,
        published: &PublishedTransaction,
    ) -> Result<(), crate::topology::Error> {
        self.register
            .publish(&published.transaction, published.sequenced_at)
    }

    /// Time has come to an event: must be said before anything of it is taken. Gives what has come into
    /// force since it was asked last; once more after the event was taken, what a snapshot has brought.
    pub fn advance(&mut self, to: Timestamp) -> Vec<Effective> {
        let mut effective = std::mem::take(&mut self.untold);
        effective.extend(self.register.advance(to));
        effective
    }

    /// The signatures that were found good lately.
    pub const fn good_signatures(&self) -> &GoodSignatures {
        &self.good
    }

    /// The domain.
    pub const fn domain(&self) -> &DomainId {
        &self.domain
    }

    /// Who is who, for what is sequenced at the time of the event.
    pub fn topology(&self) -> &State {
        self.register.now()
    }

    /// Who is who when.
    pub const fn register(&self) -> &Register {
        &self.register
    }

    /// Takes a message of the event at a time if it is about topology; `None` if it is about something
    /// else, or refused. Nothing is checked of others, so that this can be done elsewhere, with the
    /// topology as it is now.
    pub fn take_topology(
        &mut self,
        time: Timestamp,
        content: &Bytes,
    ) -> Option<Vec<PublishedTransaction>> {
        let opened = SignedMessage::open_unchecked(content.clone(), &self.domain).ok()?;
        let about_topology = matches!(
            opened.message,
            Message::TopologyBroadcast(_) | Message::TopologySnapshot(_)
        );
        if !about_topology {
            return None;
        }
        match self.take(time, content.clone()) {
            Ok(Followed::Topology(published)) => Some(published),
            Ok(Followed::Message(_) | Followed::Nothing) => None,
            Err(error) => {
                metrics::counter!("jura_refused_messages_total").increment(1);
                tracing::warn!(%error, "topology message refused");
                None
            }
        }
    }

    /// Reads a message of the event at a time.
    ///
    /// # Errors
    /// If it is not one of this domain's, or not signed by who it says.
    pub fn take(&mut self, time: Timestamp, content: Bytes) -> Result<Followed, Error> {
        if self
            .register
            .head()
            .keys_of(&self.topology_manager)
            .is_none()
        {
            return self.bootstrap(time, content);
        }
        let (topology, good) = (self.topology(), &self.good);
        let opened = SignedMessage::open_known(content, &self.domain, topology, good)?;
        let from_manager = opened.signer == self.topology_manager;
        match opened.message {
            Message::TopologyBroadcast(transactions) if from_manager => {
                let published = transactions
                    .into_iter()
                    .map(|transaction| PublishedTransaction {
                        transaction,
                        sequenced_at: time,
                    });
                Ok(Followed::Topology(self.publish(published)))
            }
            // comes once more with the broadcast that admits us
            Message::TopologySnapshot(_) if from_manager => Ok(Followed::Nothing),
            message => Ok(Followed::Message(Box::new(SignedMessage {
                signer: opened.signer,
                message,
            }))),
        }
    }

    /// The first thing that a new member receives is everything published before it, with the times.
    /// It is believed because the domain's namespace, which the member knows by the domain's id, has
    /// signed for the topology manager's key in it, and that key has signed the message.
    fn bootstrap(&mut self, time: Timestamp, content: Bytes) -> Result<Followed, Error> {
        let opened = SignedMessage::open_unchecked(content.clone(), &self.domain)?;
        let Message::TopologySnapshot(transactions) = opened.message else {
            return Ok(Followed::Nothing);
        };
        let mut newcomer = self.clone();
        let mut decoded = Vec::with_capacity(transactions.len());
        for transaction in transactions {
            let it = PublishedTransaction::decode(transaction).map_err(Error::malformed)?;
            if it.sequenced_at >= time {
                return Err(Error::malformed("a snapshot of the future"));
            }
            decoded.push(it);
        }
        let published = newcomer.publish(decoded);
        newcomer.untold = newcomer.register.advance(time);
        let checked = SignedMessage::open(content, &self.domain, newcomer.topology())?;
        let founded = newcomer.register.head().domain();
        if checked.signer != self.topology_manager || founded.is_some_and(|it| *it != self.domain) {
            return Err(Error::UnknownSigner(checked.signer.to_string()));
        }
        *self = newcomer;
        Ok(Followed::Topology(published))
    }

    fn publish(
        &mut self,
        transactions: impl IntoIterator<Item = PublishedTransaction>,
    ) -> Vec<PublishedTransaction> {
        let mut published = Vec::new();
        for transaction in transactions {
            match self.restore(&transaction) {
                Ok(()) => published.push(transaction),
                // the manager checks what it publishes: it is faulty, and all members ignore this
                Err(error) => {
                    metrics::counter!("jura_refused_messages_total").increment(1);
                    tracing::warn!(%error, "published topology transaction ignored");
                }
            }
        }
        published
    }
}
