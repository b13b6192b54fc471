//! Bytes of values and of transactions.

use super::changes::Changes;
use super::{fuzz, kept, trying};
use crate::lf::transaction::{ContractInstance, Transaction};
use crate::lf::value::Value;

/// Whether the bytes mean something; nothing else has the same bytes.
fn attempt(bytes: &[u8]) -> bool {
    let value = Value::from_bytes(bytes).map(|value| value.to_bytes());
    let transaction = Transaction::from_bytes(bytes).map(|transaction| transaction.to_bytes());
    let instance = ContractInstance::from_bytes(bytes).map(|instance| instance.to_bytes());
    let read = [value.ok(), transaction.ok(), instance.ok()];
    let read: Vec<Vec<u8>> = read.into_iter().flatten().collect();
    assert!(
        read.iter().all(|written| written == bytes),
        "read and written"
    );
    !read.is_empty()
}

#[test]
fn changed_bytes_of_values_and_transactions_are_refused_or_canonical() {
    let seeds = kept("values");
    for bytes in &seeds {
        assert!(
            trying("values", bytes, attempt),
            "a kept input means nothing"
        );
    }
    let meaningful = fuzz!(20_000, Changes, |changes: &Changes| {
        trying("values", &changes.of_bytes(&seeds), attempt)
    });
    assert!(meaningful > 0);
}
