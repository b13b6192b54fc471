//! Updates.

use std::sync::Arc;

use super::{Binding, Expr, Ref, Type};
use crate::model::Name;

/// An update: what a command does to the ledger.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "named as in the specification")]
pub enum Update {
    Pure {
        typ: Arc<Type>,
        expr: Expr,
    },
    /// At least one binding.
    Block {
        bindings: Vec<Binding>,
        body: Expr,
    },
    Create {
        template: Ref,
        arg: Expr,
    },
    CreateInterface {
        interface: Ref,
        arg: Expr,
    },
    Exercise {
        template: Ref,
        choice: Name,
        contract_id: Expr,
        arg: Expr,
    },
    ExerciseInterface {
        interface: Ref,
        choice: Name,
        contract_id: Expr,
        arg: Expr,
    },
    ExerciseByKey {
        template: Ref,
        choice: Name,
        key: Expr,
        arg: Expr,
    },
    Fetch {
        template: Ref,
        contract_id: Expr,
    },
    FetchInterface {
        interface: Ref,
        contract_id: Expr,
    },
    /// A function from key to update (2.3).
    FetchByKey {
        template: Ref,
    },
    /// A function from limit and key to update (2.3).
    QueryNByKey {
        template: Ref,
    },
    GetTime,
    LedgerTimeLt(Expr),
    Embed {
        typ: Arc<Type>,
        expr: Expr,
    },
    TryCatch {
        result: Arc<Type>,
        body: Expr,
        binder: Name,
        handler: Expr,
    },
}
