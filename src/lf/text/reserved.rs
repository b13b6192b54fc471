//! Words that mean something where an expression is expected.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::lf::ast::{BuiltinFunction, FailureCategory};

/// What a reserved word begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reserved {
    /// It ends the expression before it.
    Stop,
    /// It begins a form of expression.
    Form(Form),
    /// A builtin function.
    Builtin(BuiltinFunction),
    /// A category of failure.
    Category(FailureCategory),
}

/// Forms of expressions that begin with a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "spelled out in `FORMS`")]
pub(super) enum Form {
    Let,
    Case,
    Loc,
    True,
    False,
    Nil,
    Cons,
    None,
    Some,
    ToAny,
    FromAny,
    TypeRep,
    ToAnyException,
    FromAnyException,
    Throw,
    ToInterface,
    FromInterface,
    UnsafeFromInterface,
    ToRequiredInterface,
    FromRequiredInterface,
    UnsafeFromRequiredInterface,
    CallInterface,
    ViewInterface,
    InterfaceSignatory,
    InterfaceObserver,
    InterfaceTypeRep,
    Pure,
    Bind,
    Create,
    CreateInterface,
    Fetch,
    FetchInterface,
    Exercise,
    ExerciseInterface,
    ExerciseByKey,
    FetchByKey,
    QueryNByKey,
    GetTime,
    LedgerTimeLt,
    EmbedExpr,
    Try,
}

/// Words that end the expression before them.
const STOPS: [&str; 5] = ["in", "of", "with", "to", "catch"];

/// How forms are spelled. The first spelling of a form, the specification's, is the one that is
/// printed; the others are those of the parser with which Daml-LF is tested.
const FORMS: [(&str, Form); 51] = [
    ("let", Form::Let),
    ("case", Form::Case),
    ("loc", Form::Loc),
    ("True", Form::True),
    ("False", Form::False),
    ("Nil", Form::Nil),
    ("Cons", Form::Cons),
    ("None", Form::None),
    ("Some", Form::Some),
    ("to_any", Form::ToAny),
    ("from_any", Form::FromAny),
    ("type_rep", Form::TypeRep),
    ("to_any_exception", Form::ToAnyException),
    ("from_any_exception", Form::FromAnyException),
    ("throw", Form::Throw),
    ("to_interface", Form::ToInterface),
    ("from_interface", Form::FromInterface),
    ("unsafe_from_interface", Form::UnsafeFromInterface),
    ("to_required_interface", Form::ToRequiredInterface),
    ("from_required_interface", Form::FromRequiredInterface),
    (
        "unsafe_from_required_interface",
        Form::UnsafeFromRequiredInterface,
    ),
    ("call_interface", Form::CallInterface),
    ("call_method", Form::CallInterface),
    ("view_interface", Form::ViewInterface),
    ("interface_signatory", Form::InterfaceSignatory),
    ("signatory_interface", Form::InterfaceSignatory),
    ("interface_observer", Form::InterfaceObserver),
    ("observer_interface", Form::InterfaceObserver),
    ("interface_typerep", Form::InterfaceTypeRep),
    ("interface_template_type_rep", Form::InterfaceTypeRep),
    ("pure", Form::Pure),
    ("upure", Form::Pure),
    ("bind", Form::Bind),
    ("ubind", Form::Bind),
    ("create", Form::Create),
    ("create_interface", Form::CreateInterface),
    ("create_by_interface", Form::CreateInterface),
    ("fetch", Form::Fetch),
    ("fetch_template", Form::Fetch),
    ("fetch_interface", Form::FetchInterface),
    ("exercise", Form::Exercise),
    ("exercise_interface", Form::ExerciseInterface),
    ("exercise_by_key", Form::ExerciseByKey),
    ("fetch_by_key", Form::FetchByKey),
    ("query_n_by_key", Form::QueryNByKey),
    ("get_time", Form::GetTime),
    ("uget_time", Form::GetTime),
    ("ledger_time_lt", Form::LedgerTimeLt),
    ("embed_expr", Form::EmbedExpr),
    ("uembed_expr", Form::EmbedExpr),
    ("try", Form::Try),
];

impl Form {
    /// How it is spelled.
    pub(super) fn spelled(self) -> &'static str {
        FORMS
            .iter()
            .find(|(_, form)| *form == self)
            .map_or("", |(spelled, _)| spelled)
    }
}

/// What a word means where an expression is expected, if it is reserved there.
pub(super) fn reserved(word: &str) -> Option<Reserved> {
    static WORDS: OnceLock<FxHashMap<&str, Reserved>> = OnceLock::new();
    let words = WORDS.get_or_init(|| {
        let stops = STOPS.iter().map(|stop| (*stop, Reserved::Stop));
        let forms = FORMS
            .iter()
            .map(|(word, form)| (*word, Reserved::Form(*form)));
        let functions = BuiltinFunction::ALL
            .iter()
            .map(|function| (function.name(), Reserved::Builtin(*function)));
        let categories = FailureCategory::ALL
            .iter()
            .map(|category| (category.name(), Reserved::Category(*category)));
        stops
            .chain(forms)
            .chain(functions)
            .chain(categories)
            .collect()
    });
    words.get(word).copied()
}
