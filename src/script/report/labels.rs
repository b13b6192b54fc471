//! Short names of contracts: the number of the transaction that created it and of the node in it.

use std::collections::HashMap;

use crate::lf::transaction::{Node, Transaction};
use crate::model::ContractId;

/// Short names of contracts.
#[derive(Debug, Default)]
pub(super) struct Labels(HashMap<String, String>);

/// Hexadecimal digits of a package id.
const PACKAGE_DIGITS: usize = 64;

/// Hexadecimal digits of the shortest contract id.
const ID_DIGITS_MIN: usize = 66;

impl Labels {
    /// Names the contracts that a transaction creates.
    pub(super) fn add(&mut self, number: usize, transaction: &Transaction) {
        for (index, node) in transaction.nodes.iter().enumerate() {
            if let Node::Create(create) = node {
                let label = format!("#{number}:{index}");
                self.0.insert(create.contract_id.to_string(), label);
            }
        }
    }

    /// The short name of a contract; the beginning of its id if the script has not created it.
    pub(super) fn label(&self, id: &ContractId) -> String {
        let id = id.to_string();
        match self.0.get(&id) {
            Some(label) => label.clone(),
            None => format!("{}…", id.get(..12).unwrap_or(&id)),
        }
    }

    /// A text with short names, as [`Labels::label`] gives them, in place of contract ids, and types without their packages.
    pub(super) fn replace(&self, text: &str) -> String {
        let mut replaced = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| c.is_ascii_hexdigit()) {
            let (before, word) = rest.split_at(start);
            let end = word.find(|c: char| !c.is_ascii_hexdigit());
            let (word, after) = word.split_at(end.unwrap_or(word.len()));
            replaced.push_str(before);
            match ContractId::parse(word) {
                Ok(id) if word.len() >= ID_DIGITS_MIN => replaced.push_str(&self.label(&id)),
                _ => replaced.push_str(word),
            }
            rest = after;
            if word.len() == PACKAGE_DIGITS
                && let Some(name) = after.strip_prefix(':')
            {
                replaced.truncate(replaced.len() - PACKAGE_DIGITS);
                rest = name;
            }
        }
        replaced + rest
    }
}
