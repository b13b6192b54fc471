//! Reading a domain's messages with the topology that the domain has published so far.

use bytes::Bytes;

use super::{Error, Message, SignedMessage};
use crate::model::{DomainId, MemberId};
use crate::topology::{Applied, SignedTransaction, State};

/// A member's knowledge of who is who, which grows with the messages that it reads.
#[derive(Debug, Clone)]
pub struct Follower {
    domain: DomainId,
    topology_manager: MemberId,
    topology: State,
}

/// What a message was.
#[derive(Debug)]
pub enum Followed {
    /// The topology manager published; already applied.
    Topology(Vec<Published>),
    /// Anything else, with its signer.
    Message(SignedMessage),
    /// A message from before this member was admitted.
    Nothing,
}

/// A topology transaction that is in force from now on.
#[derive(Debug, Clone)]
pub struct Published {
    /// The transaction, encoded.
    pub transaction: Bytes,
    /// What it changed.
    pub applied: Applied,
}

impl Follower {
    /// Knows nothing yet but whom to believe.
    pub fn new(domain: DomainId, topology_manager: MemberId) -> Self {
        Self {
            domain,
            topology_manager,
            topology: State::new(),
        }
    }

    /// Takes up what was published earlier, in order.
    ///
    /// # Errors
    /// If it cannot have been published.
    pub fn restore(&mut self, transaction: Bytes) -> Result<(), crate::topology::Error> {
        self.topology
            .apply(&SignedTransaction::decode(transaction)?)
            .map(|_| ())
    }

    /// The domain.
    pub const fn domain(&self) -> &DomainId {
        &self.domain
    }

    /// Who is who now.
    pub const fn topology(&self) -> &State {
        &self.topology
    }

    /// Takes a message if it is about topology; `None` if it is about something else, or refused.
    /// Nothing is checked of others, so that this can be done elsewhere, with the topology as it is
    /// now.
    pub fn take_topology(&mut self, content: &Bytes) -> Option<Vec<Published>> {
        let opened = SignedMessage::open_unchecked(content.clone(), &self.domain).ok()?;
        let about_topology = matches!(
            opened.message,
            Message::TopologyBroadcast(_) | Message::TopologySnapshot(_)
        );
        if !about_topology {
            return None;
        }
        match self.take(content.clone()) {
            Ok(Followed::Topology(published)) => Some(published),
            Ok(Followed::Message(_) | Followed::Nothing) => None,
            Err(error) => {
                tracing::warn!(%error, "topology message refused");
                None
            }
        }
    }

    /// Reads a message.
    ///
    /// # Errors
    /// If it is not one of this domain's, or not signed by who it says.
    pub fn take(&mut self, content: Bytes) -> Result<Followed, Error> {
        if self.topology.keys_of(&self.topology_manager).is_none() {
            return self.bootstrap(content);
        }
        let opened = SignedMessage::open(content, &self.domain, &self.topology)?;
        let from_manager = opened.signer == self.topology_manager;
        match opened.message {
            Message::TopologyBroadcast(transactions) if from_manager => {
                Ok(Followed::Topology(self.apply(transactions)))
            }
            // comes once more with the broadcast that admits us
            Message::TopologySnapshot(_) => Ok(Followed::Nothing),
            message => Ok(Followed::Message(SignedMessage {
                signer: opened.signer,
                message,
            })),
        }
    }

    /// The first thing that a new member receives is everything published before it. It is believed
    /// because the domain's namespace, which the member knows by the domain's id, has signed for the
    /// topology manager's key in it, and that key has signed the message.
    fn bootstrap(&mut self, content: Bytes) -> Result<Followed, Error> {
        let opened = SignedMessage::open_unchecked(content.clone(), &self.domain)?;
        let (Message::TopologySnapshot(transactions) | Message::TopologyBroadcast(transactions)) =
            opened.message
        else {
            return Ok(Followed::Nothing);
        };
        let mut newcomer = self.clone();
        let published = newcomer.apply(transactions);
        let checked = SignedMessage::open(content, &self.domain, &newcomer.topology)?;
        if checked.signer != self.topology_manager {
            return Err(Error::UnknownSigner(checked.signer.to_string()));
        }
        *self = newcomer;
        Ok(Followed::Topology(published))
    }

    fn apply(&mut self, transactions: Vec<Bytes>) -> Vec<Published> {
        let mut published = Vec::with_capacity(transactions.len());
        for transaction in transactions {
            let applied = SignedTransaction::decode(transaction.clone())
                .and_then(|signed| self.topology.apply(&signed));
            match applied {
                Ok(applied) => published.push(Published {
                    transaction,
                    applied,
                }),
                // the manager checks what it publishes: it is faulty, and all members ignore this
                Err(error) => tracing::warn!(%error, "published topology transaction ignored"),
            }
        }
        published
    }
}
