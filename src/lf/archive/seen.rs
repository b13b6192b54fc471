//! Which parts of the schema were read, for the test that every form of the language has a case.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::schema;
use crate::lf::ast::{BuiltinFunction, BuiltinType, FailureCategory};

/// A message and its field, or a kind of builtin and its name.
pub(in crate::lf) type Form = (&'static str, &'static str);

thread_local! {
    static SEEN: RefCell<BTreeSet<Form>> = const { RefCell::new(BTreeSet::new()) };
}

/// Takes note of something that was read.
pub(super) fn note(of: &'static str, what: &'static str) {
    SEEN.with_borrow_mut(|seen| seen.insert((of, what)));
}

/// What this thread has read since it was asked last.
pub(in crate::lf) fn take() -> BTreeSet<Form> {
    SEEN.take()
}

/// Everything that can be read.
pub(in crate::lf) fn all() -> BTreeSet<Form> {
    let messages = schema::DEFINITIONS.iter().chain(schema::EXPRESSIONS);
    let mut all: BTreeSet<Form> = messages
        .flat_map(|message| {
            message
                .fields
                .iter()
                .map(|field| (message.name, field.name))
        })
        .collect();
    let functions = BuiltinFunction::ALL.iter();
    all.extend(functions.map(|function| ("BuiltinFunction", function.name())));
    all.extend(
        BuiltinType::ALL
            .iter()
            .map(|typ| ("BuiltinType", typ.name())),
    );
    let categories = [
        FailureCategory::InvalidIndependentOfSystemState,
        FailureCategory::InvalidGivenCurrentSystemStateOther,
    ];
    all.extend(categories.map(|category| ("FailureCategory", category.name())));
    all
}
