//! Outcomes in words: values, errors and transactions, with short names for ids.

use crate::lf::engine::Interpreted;
use crate::lf::error::Error;
use crate::lf::transaction::{Key, Node, NodeId, Transaction};
use crate::lf::value::{Rendered, Value};
use crate::model::{ContractId, Identifier, PackageId, Party, Timestamp};

/// Hexadecimal digits of the shortest contract id.
const CONTRACT_ID_DIGITS: usize = 66;

/// Writes ids shortly: the package's as `P`, contracts' as `#1`, `#2`, … in the order in which they
/// are met.
pub(super) struct Words {
    package: String,
    contracts: Vec<String>,
}

impl Words {
    pub(super) fn new(package: &PackageId) -> Self {
        Self {
            package: package.to_string(),
            contracts: Vec::new(),
        }
    }

    pub(super) fn value(&mut self, value: &Value) -> String {
        self.short(&Rendered(value).to_string())
    }

    pub(super) fn error(&mut self, error: &Error) -> String {
        let report = error.report();
        let text = format!("! {} ({}): {error}", report.id, report.category);
        self.short(&text).replace('\n', " / ")
    }

    /// What an update came to, what it did, and what it said on the way.
    pub(super) fn done(&mut self, result: &Value, done: &Interpreted) -> Vec<String> {
        let mut lines = vec![self.value(result)];
        let transaction = &done.transaction;
        if let Node::Exercise(case) = &transaction.nodes[1] {
            self.nodes(transaction, &case.children, 1, &mut lines);
        }
        for trace in &done.traces {
            lines.push(format!("  trace {trace}"));
        }
        if done.used_time {
            lines.push("  uses the time".to_owned());
        }
        if done.time_bounds != (Timestamp::MIN, Timestamp::MAX) {
            let (min, max) = done.time_bounds;
            lines.push(format!("  between {min} and {max}"));
        }
        lines
    }

    fn nodes(
        &mut self,
        transaction: &Transaction,
        ids: &[NodeId],
        depth: usize,
        lines: &mut Vec<String>,
    ) {
        for id in ids {
            let node = transaction.node(*id).unwrap();
            lines.push(format!("{}{}", "  ".repeat(depth), self.node(node)));
            let children = match node {
                Node::Exercise(exercise) => &exercise.children,
                Node::Rollback(rollback) => &rollback.children,
                Node::Create(_) | Node::Fetch(_) | Node::QueryByKey(_) => continue,
            };
            self.nodes(transaction, children, depth + 1, lines);
        }
    }

    fn node(&mut self, node: &Node) -> String {
        match node {
            Node::Create(create) => format!(
                "create {} {} {} signed by {}{}{}",
                name(&create.template),
                self.contract(&create.contract_id),
                self.value(&create.argument),
                list(&create.signatories),
                seen(create.stakeholders.difference(&create.signatories)),
                self.key(create.key.as_ref()),
            ),
            Node::Fetch(fetch) => format!(
                "fetch{} {} {}{} by {}",
                by_key(fetch.by_key),
                name(&fetch.template),
                self.contract(&fetch.contract_id),
                through(fetch.interface.as_ref()),
                list(&fetch.acting),
            ),
            Node::Exercise(exercise) => format!(
                "{}exercise{} {}:{} {}{} {} by {}{} = {}",
                if exercise.consuming { "consuming " } else { "" },
                by_key(exercise.by_key),
                name(&exercise.template),
                exercise.choice,
                self.contract(&exercise.contract_id),
                through(exercise.interface.as_ref()),
                self.value(&exercise.argument),
                list(&exercise.acting),
                seen(exercise.choice_observers.iter()),
                match &exercise.result {
                    Some(result) => self.value(result),
                    None => "nothing".to_owned(),
                },
            ),
            Node::QueryByKey(query) => {
                let found: Vec<String> = query.result.iter().map(|id| self.contract(id)).collect();
                let others = if query.exhaustive { ", no others" } else { "" };
                let key = self.key(Some(&query.key));
                let template = name(&query.template);
                format!("query {template} = [{}]{others}{key}", found.join(","))
            }
            Node::Rollback(_) => "rollback".to_owned(),
        }
    }

    fn key(&mut self, key: Option<&Key>) -> String {
        key.map_or_else(String::new, |key| {
            format!(
                " key {} of {}",
                self.value(&key.value),
                list(&key.maintainers)
            )
        })
    }

    fn contract(&mut self, id: &ContractId) -> String {
        self.short(&id.to_string())
    }

    fn short(&mut self, text: &str) -> String {
        let text = text.replace(&self.package, "P");
        let text = text.replace(&format!("@{}", &self.package[..8]), "@p");
        let mut short = String::new();
        let mut digits = String::new();
        for c in text.chars().chain(['\n']) {
            if c.is_ascii_digit() || ('a'..='f').contains(&c) {
                digits.push(c);
                continue;
            }
            if digits.len() >= CONTRACT_ID_DIGITS && digits.starts_with("00") {
                short.push('#');
                short += &self.number(&digits).to_string();
            } else {
                short += &digits;
            }
            digits.clear();
            short.push(c);
        }
        short.pop();
        short
    }

    fn number(&mut self, id: &str) -> usize {
        let known = self.contracts.iter().position(|known| known == id);
        let index = known.unwrap_or_else(|| {
            self.contracts.push(id.to_owned());
            self.contracts.len() - 1
        });
        index + 1
    }
}

fn name(id: &Identifier) -> String {
    format!("{}:{}", id.module(), id.name())
}

fn by_key(by_key: bool) -> &'static str {
    if by_key { " by key" } else { "" }
}

fn through(interface: Option<&Identifier>) -> String {
    interface.map_or_else(String::new, |id| format!(" as {}", name(id)))
}

fn list<'a>(parties: impl IntoIterator<Item = &'a Party>) -> String {
    let names: Vec<&str> = parties.into_iter().map(Party::as_str).collect();
    names.join(",")
}

fn seen<'a>(parties: impl IntoIterator<Item = &'a Party>) -> String {
    match list(parties) {
        none if none.is_empty() => none,
        names => format!(" seen by {names}"),
    }
}
