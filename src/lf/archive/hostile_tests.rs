//! Archives that nobody's compiler made: cut, damaged, endless, exponential.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::message::Body;
use super::wire::Writer;
use super::*;
use crate::lf::ast::{
    Binding, BuiltinCon, BuiltinType, CaseAlternative, DefValue, Expr, FeatureFlags,
    LanguageVersion, Module, Pattern, Type, Update,
};
use crate::lf::models::Model;
use crate::lf::test_dars;
use crate::model::{DottedName, Name, PackageName, PackageVersion};

fn unit_type() -> Arc<Type> {
    Arc::new(Type::Builtin(BuiltinType::Unit))
}

/// A package with one value.
fn package_of(language: LanguageVersion, expr: Expr) -> Package {
    Package {
        language,
        name: PackageName::parse("hostile").unwrap(),
        version: PackageVersion::parse("1.0.0").unwrap(),
        upgrades: None,
        dependencies: Vec::new(),
        modules: vec![Module {
            name: DottedName::parse("M").unwrap(),
            flags: FeatureFlags {
                forbid_party_literals: true,
                dont_divulge_contract_ids_in_create_arguments: true,
                dont_disclose_non_consuming_choices_to_observers: true,
            },
            synonyms: Vec::new(),
            data_types: Vec::new(),
            values: vec![DefValue {
                name: DottedName::parse("deep").unwrap(),
                typ: unit_type(),
                expr,
                location: None,
            }],
            templates: Vec::new(),
            exceptions: Vec::new(),
            interfaces: Vec::new(),
        }],
    }
}

/// An expression that nests `wrap` so many times that it has `levels` levels.
fn nested(levels: u32, wrap: impl Fn(Expr) -> Expr) -> Expr {
    (1..levels).fold(Expr::Con(BuiltinCon::Unit), |inner, _| wrap(inner))
}

fn some(value: Expr) -> Expr {
    Expr::Some {
        element: unit_type(),
        value: Box::new(value),
    }
}

fn fault(error: Error) -> Fault {
    match error {
        Error::Malformed { fault, .. } => fault,
        other => panic!("{other}"),
    }
}

/// Every way in which expressions nest.
fn wrappers() -> Vec<fn(Expr) -> Expr> {
    vec![
        some,
        |inner| Expr::App {
            function: Box::new(Expr::Con(BuiltinCon::Unit)),
            args: vec![inner],
        },
        |inner| Expr::StructCon {
            fields: vec![(Name::literal("f"), inner)],
        },
        |inner| Expr::Case {
            scrutinee: Box::new(Expr::Con(BuiltinCon::Unit)),
            alternatives: vec![CaseAlternative {
                pattern: Pattern::Default,
                body: inner,
            }],
        },
        |inner| Expr::Let {
            bindings: vec![Binding {
                name: Name::literal("x"),
                typ: unit_type(),
                bound: inner,
            }],
            body: Box::new(Expr::Con(BuiltinCon::Unit)),
        },
        |inner| {
            Expr::Update(Box::new(Update::TryCatch {
                result: unit_type(),
                body: Expr::Con(BuiltinCon::Unit),
                binder: Name::literal("x"),
                handler: inner,
            }))
        },
    ]
}

#[test]
fn expressions_as_deep_as_allowed_are_built_and_dropped_on_a_small_stack() {
    // test threads have 2 MB
    for (index, wrap) in wrappers().into_iter().enumerate() {
        let package = package_of(LanguageVersion::V2_2, nested(2000, wrap));
        let archive = Archive::encode(&package).unwrap();
        drop(archive.decode().unwrap());
        drop(package);
        let package = package_of(LanguageVersion::V2_2, nested(2001, wrap));
        let fault = fault(Archive::encode(&package).unwrap_err());
        assert!(matches!(fault, Fault::TooDeep { .. }), "{index}: {fault}");
    }
}

#[test]
fn in_lf_2_1_messages_nest_a_thousand_times() {
    let encode = |levels| {
        let package = package_of(LanguageVersion::V2_1, nested(levels, some));
        Archive::encode(&package)
    };
    // module, value, and two messages for each level but the last
    let archive = encode(499).unwrap();
    assert!(archive.decode().is_ok());
    let fault = fault(encode(500).unwrap_err());
    let expected = Fault::TooDeep {
        what: "a message",
        max: 1000,
    };
    assert_eq!(fault, expected);
}

/// The bytes of a message with one field.
fn message(field: u32, inner: &Writer) -> Writer {
    let mut message = Writer::new();
    message.message(field, inner);
    message
}

fn index(field: u32, index: u64) -> Writer {
    let mut message = Writer::new();
    message.case_number(field, index);
    message
}

/// A package in 2.2 with tables of types and expressions as given, and one value that is the last
/// expression with the last type.
fn with_tables(types: &[Writer], expressions: &[Writer]) -> Vec<u8> {
    let unit = message(3, &Writer::new());
    let mut package = Writer::new();
    let mut value = Writer::new();
    let mut name_and_type = Writer::new();
    name_and_type.message(2, &index(8, types.len() as u64));
    value.message(2, &name_and_type);
    value.message(3, &index(44, expressions.len() as u64 - 1));
    let mut flags = Writer::new();
    (1..=3).for_each(|flag| flags.flag(flag, true));
    let mut module = Writer::new();
    module.message(2, &flags);
    module.message(5, &value);
    package.message(1, &module);
    package.bytes(2, b"a");
    package.bytes(2, b"1");
    let mut name = Writer::new();
    name.packed(1, [0]);
    package.message(3, &name);
    // name "a", version "1"
    let mut metadata = Writer::new();
    metadata.number(2, 1);
    package.message(4, &metadata);
    for typ in std::iter::once(&unit).chain(types) {
        package.message(5, typ);
    }
    for expression in expressions {
        package.message(7, expression);
    }
    package.message(9, &Writer::new());
    package.into_bytes()
}

fn decode_in_2_2(package: &[u8]) -> Fault {
    let decoded = decode::package(package, LanguageVersion::V2_2);
    match decoded.unwrap_err() {
        Error::Malformed { fault, .. } => fault,
        other => panic!("{other}"),
    }
}

fn unit_expr() -> Writer {
    index(5, 0)
}

#[test]
fn shared_expressions_that_would_become_exponential_trees_are_refused() {
    let doubled = |entry: u64| {
        let mut app = Writer::new();
        app.message(1, &index(44, entry));
        app.message(2, &index(44, entry));
        message(15, &app)
    };
    let expressions: Vec<_> = std::iter::once(unit_expr())
        .chain((0..60).map(doubled))
        .collect();
    let fault = decode_in_2_2(&with_tables(&[], &expressions));
    assert!(matches!(fault, Fault::TooLarge { .. }), "{fault}");
}

#[test]
fn types_that_are_too_deep_or_too_large_are_refused_before_they_are_built() {
    let app = |function: u64, arg: u64| {
        let mut app = Writer::new();
        app.message(1, &index(8, function));
        app.message(2, &index(8, arg));
        message(9, &app)
    };
    let expressions = [unit_expr()];
    let chain: Vec<_> = (0..100_000).map(|entry| app(0, entry)).collect();
    let fault = decode_in_2_2(&with_tables(&chain, &expressions));
    assert!(matches!(fault, Fault::TooDeep { .. }), "{fault}");
    let doubled: Vec<_> = (0..64).map(|entry| app(entry, entry)).collect();
    let fault = decode_in_2_2(&with_tables(&doubled, &expressions));
    assert!(matches!(fault, Fault::TooLarge { .. }), "{fault}");
}

#[test]
fn entries_of_tables_refer_to_smaller_indices_only() {
    let loop_of_two = [message(26, &{
        let mut some = Writer::new();
        some.message(1, &index(8, 0));
        some.message(2, &index(44, 0));
        some
    })];
    let fault = decode_in_2_2(&with_tables(&[], &loop_of_two));
    assert!(matches!(fault, Fault::Index { .. }), "{fault}");
    let reference_only = [unit_expr(), index(44, 0)];
    let fault = decode_in_2_2(&with_tables(&[], &reference_only));
    assert!(matches!(fault, Fault::Interning(_)), "{fault}");
    let self_reference = [message(9, &{
        let mut app = Writer::new();
        app.message(1, &index(8, 1));
        app.message(2, &index(8, 0));
        app
    })];
    let fault = decode_in_2_2(&with_tables(&self_reference, &[unit_expr()]));
    assert!(matches!(fault, Fault::Index { .. }), "{fault}");
}

#[test]
fn a_package_that_is_fine_shows_that_the_others_are_refused_for_their_reason() {
    let package = with_tables(&[], &[unit_expr()]);
    let package = decode::package(&package, LanguageVersion::V2_2).unwrap();
    assert_eq!(
        package.modules[0].values[0].expr,
        Expr::Con(BuiltinCon::Unit)
    );
}

#[test]
fn features_of_later_and_development_versions_are_named() {
    let package = with_tables(&[], &[unit_expr()]);
    let error = decode::package(&package, LanguageVersion::V2_1).unwrap_err();
    let says = "the package is malformed: interned_exprs is not supported in LF 2.1";
    assert_eq!(error.to_string(), says);
    let mut experimental = Writer::new();
    experimental.message(9999, &Writer::new());
    let package = with_tables(&[], &[experimental]);
    let error = decode::package(&package, LanguageVersion::V2_2).unwrap_err();
    let says = "the package is malformed in a:a: Expr has no field 9999, which only LF 2.dev has";
    assert_eq!(error.to_string(), says);
}

#[test]
fn versions_of_the_language_that_are_not_run_are_named() {
    for (field, minor, says) in [(2, "15", "1.15"), (4, "dev", "2.dev"), (4, "4", "2.4")] {
        let mut payload = Writer::new();
        payload.bytes(3, minor.as_bytes());
        payload.bytes(field, b"");
        let error = Archive::of_payload(payload.into_bytes()).unwrap_err();
        let version = says.to_owned();
        assert_eq!(error, Error::Language { version });
    }
}

#[test]
fn every_beginning_of_a_dar_or_payload_is_refused_and_none_panics() {
    let dar = Model::Features.dar().unwrap();
    let directory = dar
        .windows(4)
        .position(|bytes| bytes == b"PK\x01\x02")
        .unwrap();
    for length in 0..dar.len() {
        assert_eq!(
            read_dar(&dar[..length]).is_ok(),
            length >= directory,
            "{length}"
        );
    }
    let payload = Model::Features.archive().unwrap().payload;
    for length in 0..payload.len() {
        assert!(decode_payload(&payload[..length]).is_err(), "{length}");
    }
}

/// Packages with many features of the language: ours, and others if they are there.
static FEATURE_PAYLOADS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let ours = Model::ALL
        .iter()
        .map(|model| model.archive().unwrap().payload);
    let others = ["encoder-test-2.1", "encoder-test-2.2"]
        .iter()
        .filter_map(|name| test_dars::one(name))
        .map(|bytes| read_dar(&bytes).unwrap().main.payload);
    ours.chain(others).collect()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn changed_bytes_end_in_a_package_or_an_error(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        for mut payload in FEATURE_PAYLOADS.clone() {
            for (at, byte) in &changes {
                let at = at.index(payload.len());
                payload[at] = *byte;
            }
            if let Ok(package) = decode_payload(&payload) {
                // whatever still decodes can be written again, or is refused for a reason
                let _ = Archive::encode(&package);
            }
        }
    }

    #[test]
    fn changed_bytes_of_a_dar_end_in_a_dar_or_an_error(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = Model::Bench.dar().unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = read_dar(&bytes);
    }

    #[test]
    fn any_bytes_end_in_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Archive::open(&bytes).is_err());
        prop_assert!(read_dar(&bytes).is_err());
        let view = super::schema::PACKAGE.read(Body::outermost(&bytes), LanguageVersion::V2_3);
        drop(view);
    }
}
