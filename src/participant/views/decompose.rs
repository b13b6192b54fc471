//! Where views begin.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::lf::transaction::{Node, NodeId, Transaction};
use crate::model::{ParticipantId, Party};
use crate::protocol::{Forest, Quorum, ViewConfirmers};
use crate::topology::State;

/// A view before it holds anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedView {
    /// Its first node; all below belong to it or to the views inside of it.
    pub root: NodeId,
    /// Who must know and confirm.
    pub confirmers: ViewConfirmers,
    /// The participants that host an informee of its first node, and so of all of its nodes.
    pub participants: BTreeSet<ParticipantId>,
    /// Inside of a rollback.
    pub rolled_back: bool,
}

/// Parties that nobody hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownParties(pub BTreeSet<Party>);

/// What is told about a node while the nodes below it are visited.
#[derive(Debug, Clone, Copy)]
struct Above {
    view: Option<usize>,
    rolled_back: bool,
}

/// Cuts a transaction: each root begins a view, and so does a node that concerns a participant which
/// does not see the view that it would be in.
///
/// # Errors
/// If somebody concerned has no host.
pub fn decompose(
    transaction: &Transaction,
    topology: &State,
) -> Result<Forest<PlannedView>, UnknownParties> {
    let mut cut = Cut {
        hosts: Hosts::new(topology),
        views: Vec::new(),
    };
    let mut above = vec![
        Above {
            view: None,
            rolled_back: false
        };
        transaction.nodes.len()
    ];
    // nodes are numbered in the order of execution: a node before those below it
    for (index, node) in (0..).zip(&transaction.nodes) {
        let id = NodeId(index);
        let here = cut.place(id, node, above[id.index()]);
        for child in node.children() {
            above[child.index()] = here;
        }
    }
    if !cut.hosts.unknown.is_empty() {
        return Err(UnknownParties(cut.hosts.unknown));
    }
    let mut forest = Forest::default();
    for open in cut.views {
        forest.push(open.parent, open.close());
    }
    Ok(forest)
}

struct Cut<'a> {
    hosts: Hosts<'a>,
    views: Vec<OpenView>,
}

struct OpenView {
    parent: Option<usize>,
    root: NodeId,
    informees: BTreeSet<Party>,
    quorums: BTreeSet<Quorum>,
    participants: BTreeSet<ParticipantId>,
    rolled_back: bool,
}

impl Cut<'_> {
    /// Puts a node into a view; what holds for those below it.
    fn place(&mut self, id: NodeId, node: &Node, above: Above) -> Above {
        if let Node::Rollback(_) = node {
            return Above {
                rolled_back: true,
                ..above
            };
        }
        let confirming = confirming(node);
        let mut informees = node.informees();
        informees.extend(confirming.iter().cloned());
        let participants = self.hosts.of_all(&informees);
        let quorum = quorum(confirming);
        let view = above.view.filter(|view| {
            let seen_by = &self.views[*view].participants;
            participants.is_subset(seen_by)
        });
        let view = if let Some(view) = view {
            self.views[view].informees.extend(informees);
            self.views[view].quorums.insert(quorum);
            view
        } else {
            self.views.push(OpenView {
                parent: above.view,
                root: id,
                informees,
                quorums: BTreeSet::from([quorum]),
                participants,
                rolled_back: above.rolled_back,
            });
            self.views.len() - 1
        };
        Above {
            view: Some(view),
            rolled_back: above.rolled_back,
        }
    }
}

impl OpenView {
    fn close(self) -> PlannedView {
        PlannedView {
            root: self.root,
            confirmers: ViewConfirmers {
                informees: self.informees,
                quorums: self.quorums.into_iter().collect(),
            },
            participants: self.participants,
            rolled_back: self.rolled_back,
        }
    }
}

/// Who must confirm a node: the signatories of its contract, the maintainers of its key, those who act.
fn confirming(node: &Node) -> BTreeSet<Party> {
    let mut confirming = node.required_authorizers();
    match node {
        Node::Create(create) => confirming.extend(create.signatories.iter().cloned()),
        Node::Exercise(exercise) => confirming.extend(exercise.signatories.iter().cloned()),
        Node::Fetch(fetch) => confirming.extend(fetch.signatories.iter().cloned()),
        // the maintainers of a key are required authorizers
        Node::QueryByKey(_) | Node::Rollback(_) => {}
    }
    confirming
}

/// Every one of them counts once, and all are needed.
fn quorum(confirming: BTreeSet<Party>) -> Quorum {
    let parties: BTreeMap<Party, u32> = confirming.into_iter().map(|party| (party, 1)).collect();
    Quorum {
        threshold: u32::try_from(parties.len()).unwrap_or(u32::MAX),
        parties,
    }
}

/// Who hosts whom, each party looked up once.
struct Hosts<'a> {
    topology: &'a State,
    known: HashMap<Party, BTreeSet<ParticipantId>>,
    unknown: BTreeSet<Party>,
}

impl<'a> Hosts<'a> {
    fn new(topology: &'a State) -> Self {
        Self {
            topology,
            known: HashMap::new(),
            unknown: BTreeSet::new(),
        }
    }

    fn of_all(&mut self, parties: &BTreeSet<Party>) -> BTreeSet<ParticipantId> {
        let mut all = BTreeSet::new();
        for party in parties {
            if !self.known.contains_key(party) {
                let hosts = self.look_up(party);
                self.known.insert(party.clone(), hosts);
            }
            all.extend(self.known[party].iter().cloned());
        }
        all
    }

    fn look_up(&mut self, party: &Party) -> BTreeSet<ParticipantId> {
        let Some(hosting) = self.topology.hosting(party) else {
            self.unknown.insert(party.clone());
            return BTreeSet::new();
        };
        let hosts = hosting.hosts.iter();
        hosts.map(|host| host.participant.clone()).collect()
    }
}
