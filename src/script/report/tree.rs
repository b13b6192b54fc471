//! Transactions as trees.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::labels::Labels;
use super::value;
use crate::lf::engine::Engine;
use crate::lf::transaction::{Node, NodeId, Transaction};
use crate::lf::value::Value;
use crate::model::{Identifier, Party};

/// Shows a transaction's nodes, one a line, those below another indented below it.
pub(super) fn tree(engine: &Engine, transaction: &Transaction, labels: &Labels) -> String {
    let mut out = String::new();
    let last = transaction.roots.last();
    // what is to be shown, and what stands before it
    let mut open: Vec<(NodeId, String, bool)> = Vec::new();
    for root in transaction.roots.iter().rev() {
        open.push((*root, String::new(), Some(root) == last));
    }
    while let Some((id, before, is_last)) = open.pop() {
        let Some(node) = transaction.node(id) else {
            continue;
        };
        let branch = if is_last { "└─ " } else { "├─ " };
        let below = format!("{before}{}", if is_last { "   " } else { "│  " });
        let detail = if node.children().is_empty() {
            "   "
        } else {
            "│  "
        };
        let mut lines = lines(engine, node, labels).into_iter();
        let _ = writeln!(out, "{before}{branch}{}", lines.next().unwrap_or_default());
        for line in lines {
            let _ = writeln!(out, "{below}{detail}{line}");
        }
        let last = node.children().last();
        for child in node.children().iter().rev() {
            open.push((*child, below.clone(), Some(child) == last));
        }
    }
    out
}

fn lines(engine: &Engine, node: &Node, labels: &Labels) -> Vec<String> {
    match node {
        Node::Create(create) => {
            let label = labels.label(&create.contract_id);
            let observers = create.stakeholders.difference(&create.signatories);
            let observers: BTreeSet<Party> = observers.cloned().collect();
            let mut line = format!("create {} {label}", short(&create.template));
            let _ = write!(line, ", signed by {}", list(&create.signatories));
            if !observers.is_empty() {
                let _ = write!(line, ", observed by {}", list(&observers));
            }
            let argument = engine.enrich_argument(&create.template, &create.argument);
            let mut lines = vec![line];
            let argument = argument.as_ref().unwrap_or(&create.argument);
            lines.push(value::fields(argument, labels));
            if let Some(key) = &create.key {
                let shown = engine.enrich_key(&create.template, &key.value);
                let shown = shown.as_ref().unwrap_or(&key.value);
                lines.push(format!("key {}", value::value(shown, labels)));
            }
            lines.retain(|line| !line.is_empty());
            lines
        }
        Node::Exercise(exercise) => {
            let label = labels.label(&exercise.contract_id);
            let of = exercise.interface.as_ref().unwrap_or(&exercise.template);
            let mut line = format!("exercise {} of {}", exercise.choice, short(of));
            if exercise.interface.is_some() {
                let _ = write!(line, " on {}", short(&exercise.template));
            }
            let _ = write!(line, " {label}, by {}", list(&exercise.acting));
            if !exercise.consuming {
                line.push_str(", not consuming");
            }
            let argument = engine.enrich_choice_argument(of, &exercise.choice, &exercise.argument);
            let argument = argument.as_ref().unwrap_or(&exercise.argument);
            let mut lines = vec![line, value::fields(argument, labels)];
            if let Some(result) = &exercise.result
                && *result != Value::Unit
            {
                let shown = engine.enrich_choice_result(of, &exercise.choice, result);
                let shown = shown.as_ref().unwrap_or(result);
                lines.push(format!("→ {}", value::value(shown, labels)));
            }
            lines.retain(|line| !line.is_empty());
            lines
        }
        Node::Fetch(fetch) => {
            let label = labels.label(&fetch.contract_id);
            let template = short(&fetch.template);
            vec![format!(
                "fetch {template} {label}, by {}",
                list(&fetch.acting)
            )]
        }
        Node::QueryByKey(query) => {
            let shown = engine.enrich_key(&query.template, &query.key.value);
            let shown = shown.as_ref().unwrap_or(&query.key.value);
            let found = query.result.iter().map(|id| labels.label(id).clone());
            let found: Vec<String> = found.collect();
            vec![format!(
                "query {} by key {}: {}",
                short(&query.template),
                value::value(shown, labels),
                if found.is_empty() {
                    "none".to_owned()
                } else {
                    found.join(", ")
                }
            )]
        }
        Node::Rollback(_) => vec!["rolled back".to_owned()],
    }
}

/// A type without its package.
pub(super) fn short(id: &Identifier) -> String {
    format!("{}:{}", id.module(), id.name())
}

/// Parties, one after the other.
pub(super) fn list(parties: &BTreeSet<Party>) -> String {
    let names: Vec<&str> = parties.iter().map(Party::as_str).collect();
    names.join(", ")
}
