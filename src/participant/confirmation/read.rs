//! Phase 3: from the bytes of a request to a checked request. Runs on the compute pool.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bytes::Bytes;

use super::checks::{self, Request, malformed};
use super::locks::Usage;
use super::request::{CheckedRequest, Content};
use crate::lf::engine::{Engine, Interpreted, Replay, ReplayCommand, ReplayRoot, Step};
use crate::lf::error::Error as EngineError;
use crate::lf::transaction::{ContractInstance, KeyInput, KeyQuestion, Node, NodeId, Transaction};
use crate::model::{
    ContractId, Hash, Identifier, MemberId, PackageId, ParticipantId, Party, ProtocolVersion,
};
use crate::protocol::{InformeeTree, Reject, RequestId, TransactionView};
use crate::topology::State;

/// The parts of a request as they were delivered, their signatures checked.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// Its sequencing time.
    pub id: RequestId,
    /// Who signed the informee tree and the view; the same for both.
    pub signer: MemberId,
    /// Who must know and confirm.
    pub tree: InformeeTree,
    /// The view, encoded; `None` if none came.
    pub view: Option<Bytes>,
    /// Who is who at its sequencing time.
    pub topology: State,
    /// The domain's rules.
    pub protocol_version: ProtocolVersion,
}

/// What a request leads to.
#[derive(Debug)]
pub enum Read {
    /// Checked.
    Checked(Box<CheckedRequest>),
    /// These packages must be loaded first, if they are known; then read it again.
    NeedsPackages(BTreeSet<PackageId>),
}

/// Reads and checks a request. `unknown` are packages that need not be asked for again.
pub fn read(
    delivered: &Delivered,
    engine: &Engine,
    checking: &ParticipantId,
    unknown: &BTreeSet<PackageId>,
) -> Read {
    let Some(view_bytes) = &delivered.view else {
        return unreadable(delivered, checking, "no view was delivered");
    };
    let view = match TransactionView::decode(view_bytes.clone()) {
        Ok(view) => view,
        Err(error) => return unreadable(delivered, checking, &error.to_string()),
    };
    let transaction = match Transaction::from_bytes(&view.transaction) {
        Ok(transaction) => transaction,
        Err(error) => return unreadable(delivered, checking, &error.to_string()),
    };
    let inputs = match read_inputs(&view) {
        Ok(inputs) => inputs,
        Err(reason) => return unreadable(delivered, checking, &reason),
    };
    let missing = missing_packages(&transaction, engine, unknown);
    if !missing.is_empty() {
        return Read::NeedsPackages(missing);
    }
    let replayed = replay(&view, &transaction, &inputs, engine);
    let packages = packages(&transaction, engine, delivered.protocol_version);
    let problem = checks::run(&Request {
        id: delivered.id,
        signer: &delivered.signer,
        tree: &delivered.tree,
        view_bytes,
        view: &view,
        transaction: &transaction,
        packages: &packages,
        inputs: &inputs,
        replayed: &replayed,
        topology: &delivered.topology,
        protocol_version: delivered.protocol_version,
        checking,
    });
    let content = replayed
        .ok()
        .map(|interpreted| content(view, transaction, &interpreted));
    checked(delivered, checking, content, problem)
}

fn unreadable(delivered: &Delivered, checking: &ParticipantId, reason: &str) -> Read {
    let problem = malformed(format!("the request cannot be read: {reason}"));
    checked(delivered, checking, None, Some(problem))
}

fn checked(
    delivered: &Delivered,
    checking: &ParticipantId,
    content: Option<Content>,
    problem: Option<Reject>,
) -> Read {
    let topology = &delivered.topology;
    let hosting = |party: &&Party| topology.hosting(party);
    let informees = delivered.tree.informees.iter();
    let confirming = delivered.tree.confirming_parties.iter();
    Read::Checked(Box::new(CheckedRequest {
        id: delivered.id,
        root_hash: delivered.tree.root_hash(),
        deadline: delivered
            .id
            .0
            .plus(topology.parameters().decision_timeout()),
        confirming_here: confirming
            .filter(|party| hosting(party).is_some_and(|it| it.confirms(checking)))
            .cloned()
            .collect(),
        hosted_here: informees
            .filter(|party| hosting(party).is_some_and(|it| it.permission(checking).is_some()))
            .cloned()
            .collect(),
        content,
        problem,
    }))
}

fn read_inputs(
    view: &TransactionView,
) -> Result<BTreeMap<ContractId, Arc<ContractInstance>>, String> {
    view.inputs
        .iter()
        .map(|input| {
            let instance =
                ContractInstance::from_bytes(&input.instance).map_err(|error| error.to_string())?;
            Ok((input.contract_id.clone(), Arc::new(instance)))
        })
        .collect()
}

fn missing_packages(
    transaction: &Transaction,
    engine: &Engine,
    unknown: &BTreeSet<PackageId>,
) -> BTreeSet<PackageId> {
    used_packages(transaction)
        .filter(|package| !engine.contains(package) && !unknown.contains(*package))
        .cloned()
        .collect()
}

fn used_packages(transaction: &Transaction) -> impl Iterator<Item = &PackageId> {
    let nodes = transaction.nodes.iter();
    let used = nodes.flat_map(|node| node.template().into_iter().chain(node.interface()));
    used.map(Identifier::package)
}

/// The packages that must be vetted by those who run the transaction.
fn packages(
    transaction: &Transaction,
    engine: &Engine,
    version: ProtocolVersion,
) -> BTreeSet<PackageId> {
    let used = used_packages(transaction).cloned();
    if version.needs_vetted_dependencies() {
        engine.signatures().closure(used)
    } else {
        used.collect()
    }
}

/// Interprets the root nodes again, with the contracts that came with the request and no others.
fn replay(
    view: &TransactionView,
    transaction: &Transaction,
    inputs: &BTreeMap<ContractId, Arc<ContractInstance>>,
    engine: &Engine,
) -> Result<Box<Interpreted>, EngineError> {
    let roots = transaction.roots.iter().zip(
        view.root_seeds
            .iter()
            .copied()
            .chain(std::iter::repeat(None)),
    );
    let roots = roots
        .map(|(id, seed)| {
            transaction
                .node(*id)
                .and_then(ReplayCommand::of)
                .map(|command| ReplayRoot { command, seed })
                .ok_or_else(|| EngineError::RootNode(format!("node {id} is no command")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let keys = transaction.key_inputs();
    let mut interpretation = engine.replay(Replay {
        roots,
        authorizers: view.submitter.act_as.clone(),
        package_preference: Arc::new(view.package_preference.clone()),
        ledger_time: view.ledger_time,
        preparation_time: view.preparation_time,
        cancelled: Arc::new(AtomicBool::new(false)),
    });
    loop {
        match interpretation.run() {
            Step::NeedContract(id) => interpretation.answer_contract(inputs.get(&id).cloned()),
            Step::NeedKey(question) => {
                interpretation.answer_key(answer_key(&question, &keys, inputs));
            }
            Step::NeedPackage(_) => interpretation.answer_package(false),
            Step::Paused => {}
            Step::Done(interpreted) => return Ok(interpreted),
            Step::Failed(error) => return Err(error),
        }
    }
}

/// The contracts that the submitter found by a key, as its transaction tells. Whether there are others
/// is not checked, as in Canton: a participant may not know them.
fn answer_key(
    question: &KeyQuestion,
    keys: &BTreeMap<Hash, KeyInput>,
    inputs: &BTreeMap<ContractId, Arc<ContractInstance>>,
) -> Vec<(ContractId, Arc<ContractInstance>)> {
    let told: BTreeSet<&ContractId> = question.told.iter().collect();
    let found = keys.get(&question.key.key.hash).into_iter();
    let found = found.flat_map(|input| &input.contracts);
    found
        .filter(|id| !told.contains(id))
        .filter_map(|id| Some((id.clone(), inputs.get(id)?.clone())))
        .take(question.wanted)
        .collect()
}

fn content(view: TransactionView, transaction: Transaction, interpreted: &Interpreted) -> Content {
    let created = created(&transaction, interpreted, &view);
    let (usage, transient) = usage(&transaction);
    Content {
        view,
        transaction: Arc::new(transaction),
        created,
        usage,
        transient,
    }
}

/// The contracts that the transaction creates, with what hides their contents in their ids.
fn created(
    transaction: &Transaction,
    interpreted: &Interpreted,
    view: &TransactionView,
) -> Vec<(ContractId, Arc<ContractInstance>)> {
    in_force(transaction)
        .filter_map(|(id, node)| match node {
            Node::Create(create) => {
                let seed = interpreted.node_seeds.get(&id)?;
                let salt = ContractInstance::salt_of(seed);
                let instance = ContractInstance::of_create(create, view.ledger_time, salt);
                Some((create.contract_id.clone(), Arc::new(instance)))
            }
            Node::Exercise(_) | Node::Fetch(_) | Node::QueryByKey(_) | Node::Rollback(_) => None,
        })
        .collect()
}

/// What the transaction does to contracts of the ledger, and those that come and go within it.
fn usage(transaction: &Transaction) -> (Usage, BTreeSet<ContractId>) {
    let mut usage = Usage::default();
    let mut consumed = BTreeSet::new();
    let mut touched = BTreeSet::new();
    for (_, node) in in_force(transaction) {
        match node {
            Node::Create(create) => {
                usage.created.insert(create.contract_id.clone());
            }
            Node::Exercise(exercise) if exercise.consuming => {
                consumed.insert(exercise.contract_id.clone());
            }
            Node::Exercise(exercise) => {
                touched.insert(exercise.contract_id.clone());
            }
            Node::Fetch(fetch) => {
                touched.insert(fetch.contract_id.clone());
            }
            Node::QueryByKey(query) => touched.extend(query.result.iter().cloned()),
            Node::Rollback(_) => {}
        }
    }
    let transient = usage.created.intersection(&consumed).cloned().collect();
    let from_ledger = |ids: BTreeSet<ContractId>, usage: &Usage| -> BTreeSet<ContractId> {
        ids.difference(&usage.created).cloned().collect()
    };
    usage.consumed = from_ledger(consumed, &usage);
    let read = from_ledger(touched, &usage);
    usage.read = read.difference(&usage.consumed).cloned().collect();
    (usage, transient)
}

/// The nodes that were not rolled back. What is looked at inside of a rollback counts as read only
/// by conformance: it must be active for the submitter, and its state is not changed.
fn in_force(transaction: &Transaction) -> impl Iterator<Item = (NodeId, &Node)> {
    let mut open: Vec<NodeId> = transaction.roots.iter().rev().copied().collect();
    std::iter::from_fn(move || {
        let id = open.pop()?;
        let node = transaction.node(id)?;
        if !matches!(node, Node::Rollback(_)) {
            open.extend(node.children().iter().rev());
        }
        Some((id, node))
    })
}
