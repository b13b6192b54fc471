//! What the demo has to show, one after the other.

use std::net::SocketAddr;
use std::time::Duration;

use crate::model::Timestamp;

/// Something to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scene {
    /// What this is.
    Title,
    /// Something is not as usual.
    Note(String),
    /// A part of the story begins.
    Chapter(&'static str),
    /// Something was done.
    Step {
        /// What.
        done: String,
        /// How long it took.
        took: Duration,
    },
    /// Who is where.
    Network {
        /// The participants, in their order.
        participants: Vec<Host>,
        /// The domain between them.
        domain: String,
    },
    /// One transaction, as each party sees it.
    Transaction {
        /// The same everywhere.
        update_id: String,
        /// The same everywhere.
        record_time: Timestamp,
        /// By party.
        seen: Vec<Seen>,
    },
    /// Who owns what, before and after.
    Holdings(Vec<Change>),
    /// Which components have a text in their databases.
    Stored {
        /// The text.
        text: &'static str,
        /// All components, and whether each has it.
        components: Vec<(String, bool)>,
    },
    /// Something was refused, as it should be.
    Refused {
        /// The error id.
        id: String,
        /// What the ledger says.
        message: String,
    },
    /// Where everything is, and what to try.
    Addresses(Places),
    /// What comes now.
    End {
        /// Whether the network goes on.
        serves: bool,
        /// From the command's beginning.
        took: Duration,
    },
}

/// A participant and the parties that it hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) participant: &'static str,
    pub(super) parties: Vec<&'static str>,
    pub(super) ledger_api: SocketAddr,
}

/// A transaction as a party sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) party: &'static str,
    pub(super) participant: &'static str,
    /// The place in the participant's stream of updates.
    pub(super) offset: i64,
    /// After the submission.
    pub(super) after: Duration,
    pub(super) events: Vec<Event>,
}

/// An event with those that follow from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) template: String,
    pub(super) what: Happening,
    pub(super) consequences: Vec<Event>,
}

/// What happens to a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Happening {
    /// It comes into being.
    Created {
        /// What it is about, if it is an asset.
        asset: Option<Holding>,
    },
    /// One of its choices is made.
    Exercised {
        /// Which.
        choice: String,
        /// By whom.
        by: Vec<String>,
        /// Whether the contract is archived by it.
        consuming: bool,
    },
}

/// An asset. Ordered for showing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Holding {
    pub(super) instrument: String,
    /// As people write it.
    pub(super) amount: String,
    pub(super) owner: String,
}

/// What one party's participant shows of assets, before the trade and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) party: &'static str,
    pub(super) participant: &'static str,
    pub(super) before: Vec<Holding>,
    pub(super) after: Vec<Holding>,
}

/// Where the network can be reached, and by which name this program was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) program: String,
    pub(super) services: Vec<Service>,
    pub(super) monitoring: Option<SocketAddr>,
}

/// A gRPC server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) address: SocketAddr,
    /// What it serves, if not all that its name says.
    pub(super) remark: &'static str,
}
