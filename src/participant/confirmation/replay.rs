//! Interpreting views again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::lf::engine::{Engine, Interpreted, Replay, ReplayCommand, ReplayRoot, Step};
use crate::lf::error::Error as EngineError;
use crate::lf::transaction::{ContractInstance, KeyQuestion, Node, Transaction};
use crate::model::{ContractId, Hash, PackageId, Party};
use crate::protocol::{KeyAnswer, LightView, ViewData};

/// The contracts that came with views.
pub(super) type Inputs = BTreeMap<ContractId, Arc<ContractInstance>>;

/// The root node of a view, as it was sent.
pub(super) fn action(data: &ViewData) -> Result<Node, String> {
    let transaction = Transaction::from_bytes(&data.action).map_err(|error| error.to_string())?;
    let mut nodes = transaction.nodes.into_iter();
    match (nodes.next(), nodes.next()) {
        (Some(Node::Rollback(_)), _) => Err("a rollback is no action".to_owned()),
        (Some(node), None) => Ok(node),
        _ => Err("an action is one node".to_owned()),
    }
}

/// What may end an interpretation early.
pub(super) enum Ended {
    /// It failed.
    Failed(EngineError),
    /// A package is missing.
    NeedsPackage(PackageId),
}

/// Interprets a view again, with the contracts that came with the request and no others.
pub(super) fn replay(
    view: &LightView,
    action: &Node,
    inputs: &Inputs,
    engine: &Engine,
    unknown: &BTreeSet<PackageId>,
) -> Result<Box<Interpreted>, Ended> {
    let data = view.view.data.content();
    let times = view.transaction.content();
    let command = ReplayCommand::of(action);
    let command = command.ok_or_else(|| {
        Ended::Failed(EngineError::RootNode("a rollback is no command".to_owned()))
    })?;
    let mut interpretation = engine.replay(Replay {
        roots: vec![ReplayRoot {
            command,
            seed: data.seed,
        }],
        authorizers: authorizers(view, action),
        package_preference: Arc::new(data.package_preference.clone()),
        ledger_time: times.ledger_time,
        preparation_time: times.preparation_time,
        cancelled: Arc::new(AtomicBool::new(false)),
    });
    loop {
        match interpretation.run() {
            Step::NeedContract(id) => interpretation.answer_contract(inputs.get(&id).cloned()),
            Step::NeedKey(question) => {
                interpretation.answer_key(answer_key(&question, &data.keys, inputs));
            }
            Step::NeedPackage(package) if unknown.contains(&package) => {
                interpretation.answer_package(false);
            }
            Step::NeedPackage(package) => return Err(Ended::NeedsPackage(package)),
            Step::Paused => {}
            Step::Done(interpreted) => return Ok(interpreted),
            Step::Failed(error) => return Err(Ended::Failed(error)),
        }
    }
}

/// A root view has the authority of the submitters. Another has that of the node above, which is
/// checked by those who see that one; see `checks/authorization.rs`.
fn authorizers(view: &LightView, action: &Node) -> BTreeSet<Party> {
    match view.submitter.content() {
        Some(submitter) => submitter.act_as.clone(),
        None => action.required_authorizers(),
    }
}

/// The contracts that the submitter found by a key, as its request tells. Whether there are others is
/// not checked, as in Canton: a participant may not know them.
fn answer_key(
    question: &KeyQuestion,
    keys: &BTreeMap<Hash, KeyAnswer>,
    inputs: &Inputs,
) -> Vec<(ContractId, Arc<ContractInstance>)> {
    let told: BTreeSet<&ContractId> = question.told.iter().collect();
    let found = keys.get(&question.key.key.hash).into_iter();
    let found = found.flat_map(|answer| &answer.contracts);
    found
        .filter(|id| !told.contains(id))
        .take(question.wanted)
        .filter_map(|id| Some((id.clone(), Arc::clone(inputs.get(id)?))))
        .collect()
}
