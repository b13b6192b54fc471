//! Phase 3: from the views of a request to a checked request. Runs on the compute pool.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::checks::{self, Request, malformed};
use super::replay::{Ended, Inputs, action, replay};
use super::request::{Change, CheckedRequest, Content, Problem};
use super::top_view::{TopView, VisibleView};
use super::usage::usage;
use crate::lf::engine::Engine;
use crate::lf::transaction::{ContractInstance, Transaction};
use crate::model::{
    ContractId, Identifier, MemberId, PackageId, ParticipantId, Party, ProtocolVersion,
};
use crate::participant::submission::ChangeId;
use crate::participant::views::created_instances;
use crate::protocol::{ConfirmedView, Decrypted, LightView, Recipients, RequestId, RootHash};
use crate::topology::{History, State};

/// The parts of a request as they were delivered, their signatures checked.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// Its sequencing time.
    pub id: RequestId,
    /// Who signed its parts.
    pub signer: MemberId,
    /// What all parts must belong to.
    pub root_hash: RootHash,
    /// Who else got the root hash, as far as we are told.
    pub root_recipients: Recipients,
    /// The views, decrypted.
    pub decrypted: Arc<Decrypted>,
    /// Who else got each of the encrypted views, by its number.
    pub view_recipients: Arc<[Arc<Recipients>]>,
    /// Who is who at its sequencing time.
    pub topology: State,
    /// Who was who before.
    pub history: Arc<History>,
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
    let (placed, misplaced) = in_place(delivered);
    let views: Vec<&LightView> = placed.iter().map(|visible| visible.view).collect();
    let faults = delivered.decrypted.faults.iter().cloned();
    let unreadable = faults.chain(misplaced).next();
    let Some(first) = views.first() else {
        let reason = unreadable.unwrap_or_else(|| "no view was delivered".to_owned());
        return checked(delivered, checking, &views, None, Some(malformed(reason)));
    };
    let (inputs, fault) = read_inputs(&views);
    if let Some(reason) = unreadable.or(fault) {
        return checked(delivered, checking, &views, None, Some(malformed(reason)));
    }
    let (tops, missing) = match read_tops(placed, &inputs, engine, unknown) {
        Ok(read) => read,
        Err(reason) => {
            return checked(delivered, checking, &views, None, Some(malformed(reason)));
        }
    };
    if !missing.is_empty() {
        return Read::NeedsPackages(missing);
    }
    let packages = packages(&tops, engine, delivered.protocol_version);
    let request = Request {
        id: delivered.id,
        signer: &delivered.signer,
        root_recipients: &delivered.root_recipients,
        common: first.common.content(),
        times: first.transaction.content(),
        submitter: views.iter().find_map(|view| view.submitter.content()),
        tops: &tops,
        packages: &packages,
        inputs: &inputs,
        topology: &delivered.topology,
        protocol_version: delivered.protocol_version,
        checking,
    };
    let problem = checks::run(&request, &delivered.history);
    let content = content(first, &tops, &inputs, delivered, checking);
    checked(delivered, checking, &views, content, problem)
}

/// The views that belong to the request, in their order, and what is wrong with others.
fn in_place(delivered: &Delivered) -> (Vec<VisibleView<'_>>, Option<String>) {
    let mut fault = None;
    let mut views: Vec<VisibleView<'_>> = Vec::new();
    let mut seen = BTreeSet::new();
    let decrypted = &delivered.decrypted;
    for (view, number) in decrypted.views.iter().zip(&decrypted.numbers) {
        let Some(recipients) = delivered.view_recipients.get(*number) else {
            continue;
        };
        if view.root_hash() != Ok(delivered.root_hash) {
            fault = Some("a view belongs to another request".to_owned());
        } else if seen.insert(view.position()) {
            views.push(VisibleView {
                position: view.position(),
                view,
                recipients,
            });
        } else {
            fault = Some(format!("view {} came twice", view.position()));
        }
    }
    (views, fault)
}

/// The contracts that came with the views, and what is wrong with others.
fn read_inputs(views: &[&LightView]) -> (Inputs, Option<String>) {
    let mut inputs = Inputs::new();
    let mut fault = None;
    let all = views
        .iter()
        .flat_map(|view| &view.view.data.content().inputs);
    for input in all {
        if inputs.contains_key(&input.contract_id) {
            continue;
        }
        match ContractInstance::from_bytes(&input.instance) {
            Ok(instance) => {
                inputs.insert(input.contract_id.clone(), Arc::new(instance));
            }
            Err(error) => fault = Some(format!("contract {}: {error}", input.contract_id)),
        }
    }
    (inputs, fault)
}

/// Interprets the views that are in no other visible one; the packages that are missing for that.
fn read_tops<'v>(
    views: Vec<VisibleView<'v>>,
    inputs: &Inputs,
    engine: &Engine,
    unknown: &BTreeSet<PackageId>,
) -> Result<(Vec<TopView<'v>>, BTreeSet<PackageId>), String> {
    let mut tops: Vec<TopView<'v>> = Vec::new();
    let mut missing = BTreeSet::new();
    for visible in views {
        let view = visible.view;
        let last = tops
            .last_mut()
            .filter(|top| top.has_inside(&visible.position));
        if let Some(top) = last {
            top.inside.push(visible);
            continue;
        }
        let action = action(view.view.data.content())?;
        let ids = action.template().into_iter().chain(action.interface());
        let packages = ids.map(Identifier::package);
        let absent = packages.filter(|it| !engine.contains(it) && !unknown.contains(*it));
        let absent: BTreeSet<PackageId> = absent.cloned().collect();
        let replayed = if absent.is_empty() {
            match replay(view, &action, inputs, engine, unknown) {
                Ok(interpreted) => Ok(interpreted),
                Err(Ended::Failed(error)) => Err(error.to_string()),
                Err(Ended::NeedsPackage(package)) => {
                    missing.insert(package);
                    Err("a package is missing".to_owned())
                }
            }
        } else {
            missing.extend(absent);
            Err("a package is missing".to_owned())
        };
        tops.push(TopView {
            visible,
            inside: Vec::new(),
            action,
            replayed,
        });
    }
    Ok((tops, missing))
}

fn checked(
    delivered: &Delivered,
    checking: &ParticipantId,
    views: &[&LightView],
    content: Option<Content>,
    problem: Option<Problem>,
) -> Read {
    let topology = &delivered.topology;
    let confirming_here = |view: &&LightView| {
        let confirmers = view.view.confirmers.content();
        let confirming = confirmers.confirming().into_iter();
        let here = confirming.filter(|party| {
            let hosting = topology.hosting(party);
            hosting.is_some_and(|it| it.confirms(checking))
        });
        let parties: BTreeSet<Party> = here.cloned().collect();
        (!parties.is_empty()).then(|| ConfirmedView {
            position: view.position(),
            parties,
        })
    };
    Read::Checked(Box::new(CheckedRequest {
        id: delivered.id,
        root_hash: delivered.root_hash,
        deadline: delivered
            .id
            .0
            .plus(topology.parameters().decision_timeout()),
        confirming_here: views.iter().filter_map(confirming_here).collect(),
        hosted_here: hosted_among(views, delivered, checking),
        change: change(views, delivered, checking),
        content,
        problem,
    }))
}

/// The change that the request is about, if a submitter is hosted here.
fn change(views: &[&LightView], delivered: &Delivered, checking: &ParticipantId) -> Option<Change> {
    let submitter = views.iter().find_map(|view| view.submitter.content())?;
    let mut submitters = submitter.act_as.iter();
    let is_here = submitters.any(|party| is_hosted(party, delivered, checking));
    is_here.then(|| Change {
        id: ChangeId::from_hash(submitter.change_id),
        deduplication_start: submitter.deduplication_start,
        submission_id: submitter.submission_id.clone(),
    })
}

/// The informees of the views that are hosted here.
fn hosted_among(
    views: &[&LightView],
    delivered: &Delivered,
    checking: &ParticipantId,
) -> BTreeSet<Party> {
    let confirmers = views.iter().map(|view| view.view.confirmers.content());
    let informees = confirmers.flat_map(|it| &it.informees);
    let hosted = informees.filter(|party| is_hosted(party, delivered, checking));
    hosted.cloned().collect()
}

fn is_hosted(party: &Party, delivered: &Delivered, checking: &ParticipantId) -> bool {
    let hosting = delivered.topology.hosting(party);
    hosting.is_some_and(|it| it.permission(checking).is_some())
}

/// The packages that must be vetted by those who run what is visible of the transaction.
fn packages(
    tops: &[TopView<'_>],
    engine: &Engine,
    version: ProtocolVersion,
) -> BTreeSet<PackageId> {
    let parts = tops.iter().filter_map(|top| top.replayed.as_ref().ok());
    let nodes = parts.flat_map(|replayed| &replayed.transaction.nodes);
    let used = nodes.flat_map(|node| node.template().into_iter().chain(node.interface()));
    let used = used.map(|id| id.package().clone());
    if version.needs_vetted_dependencies() {
        engine.signatures().closure(used)
    } else {
        used.collect()
    }
}

/// The part of the transaction that is visible here.
fn content(
    first: &LightView,
    tops: &[TopView<'_>],
    inputs: &Inputs,
    delivered: &Delivered,
    checking: &ParticipantId,
) -> Option<Content> {
    let mut transaction = Transaction::default();
    let mut created = Vec::new();
    let times = first.transaction.content();
    for top in tops {
        let replayed = top.replayed.as_ref().ok()?;
        if top.is_rolled_back() {
            continue;
        }
        let part = &replayed.transaction;
        created.extend(created_instances(
            part,
            &replayed.node_seeds,
            times.ledger_time,
        ));
        transaction.append(part);
    }
    let (mut usage, transient) = usage(&transaction);
    let is_ours = |id: &ContractId| {
        let instance = inputs.get(id);
        instance.is_some_and(|it| {
            it.stakeholders
                .iter()
                .any(|party| is_hosted(party, delivered, checking))
        })
    };
    usage.consumed.retain(is_ours);
    usage.read.retain(is_ours);
    Some(Content {
        times: times.clone(),
        transaction: Arc::new(transaction),
        created,
        usage,
        transient,
    })
}
