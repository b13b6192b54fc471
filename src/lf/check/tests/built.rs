//! Rules that no text breaks, since it wouldn't be read: programs built as data.

use std::sync::Arc;

use super::{verdict, verdict_of};
use crate::lf::ast::{
    DataCons, DefDataType, DefValue, Expr, Kind, LanguageVersion, Literal, Package, Type,
};
use crate::lf::text::parse;

/// The rules that are tested here.
pub(super) const RULES: &[&str] = &[
    "defined-twice",
    "empty-cons",
    "malformed-literal",
    "no-parameters-allowed",
];

fn package(body: &str) -> Package {
    let text = format!("language 2.3; metadata ('p' : '1.0.0'); module M {{ {body} }}");
    parse(&text, &|_, _| None).unwrap()
}

fn rule(package: &Package) -> &'static str {
    verdict(package).unwrap_err().fault.rule()
}

#[test]
fn a_definition_that_is_there_twice_is_refused() {
    let mut package = package("val x : Unit = (); enum E = A;");
    assert!(verdict(&package).is_ok());
    let value = package.modules[0].values[0].clone();
    package.modules[0].values.push(value);
    assert_eq!(rule(&package), "defined-twice");
}

#[test]
fn a_synonym_with_the_name_of_a_type_is_refused() {
    let mut package = package("synonym S = Unit; enum E = A;");
    package.modules[0].synonyms[0].name = "E".parse().unwrap();
    assert_eq!(rule(&package), "defined-twice");
}

#[test]
fn a_literal_that_stands_for_nothing_is_refused() {
    for (literal, typ) in [
        (Literal::Date(2_932_897), "Date"),
        (Literal::Date(-719_163), "Date"),
        (Literal::Timestamp(i64::MAX), "Timestamp"),
        (Literal::Timestamp(i64::MIN), "Timestamp"),
        (Literal::Numeric("1".into()), "(Numeric 0)"),
        (Literal::Numeric("1.0.0".into()), "(Numeric 1)"),
        (Literal::Numeric("١.٠".into()), "(Numeric 1)"),
        (
            Literal::Numeric(format!("{}.", "9".repeat(39)).into()),
            "(Numeric 0)",
        ),
        (
            Literal::Numeric(format!("0.{}", "0".repeat(38)).into()),
            "(Numeric 37)",
        ),
    ] {
        let mut package = package(&format!("val x : {typ} = ERROR @{typ} \"\";"));
        assert!(verdict(&package).is_ok(), "{typ}");
        package.modules[0].values[0].expr = Expr::Lit(literal.clone());
        assert_eq!(rule(&package), "malformed-literal", "{literal:?}");
    }
    for (literal, typ) in [
        (Literal::Date(2_932_896), "Date"),
        (Literal::Date(-719_162), "Date"),
        (
            Literal::Numeric(format!("{}.", "9".repeat(38)).into()),
            "(Numeric 0)",
        ),
        (
            Literal::Numeric(format!("0.{}", "0".repeat(37)).into()),
            "(Numeric 37)",
        ),
    ] {
        let mut package = package(&format!("val x : {typ} = ERROR @{typ} \"\";"));
        package.modules[0].values[0].expr = Expr::Lit(literal.clone());
        assert_eq!(verdict(&package), Ok(()), "{literal:?}");
    }
}

#[test]
fn a_list_without_elements_in_front_of_its_tail_is_refused() {
    let mut package = package("val x : List Unit = Cons @Unit [()] (Nil @Unit);");
    assert_eq!(verdict(&package), Ok(()));
    let Expr::Cons { front, .. } = &mut package.modules[0].values[0].expr else {
        panic!("no list");
    };
    front.clear();
    assert_eq!(rule(&package), "empty-cons");
}

#[test]
fn the_type_of_an_interface_has_no_parameters() {
    let mut package = package("interface_type I;");
    let Package { modules, .. } = &mut package;
    let data: &mut DefDataType = &mut modules[0].data_types[0];
    assert_eq!(data.cons, DataCons::Interface);
    data.params
        .push(("a".parse().unwrap(), Arc::new(Kind::Star)));
    assert_eq!(rule(&package), "no-parameters-allowed");
}

#[test]
fn applications_and_abstractions_of_nothing_are_what_is_in_them() {
    // archives don't have them, but the tree can
    let unit = || Box::new(Expr::Con(crate::lf::ast::BuiltinCon::Unit));
    let mut package = package("val x : Unit = ();");
    for expr in [
        Expr::App {
            function: unit(),
            args: Vec::new(),
        },
        Expr::TypeApp {
            expr: unit(),
            types: Vec::new(),
        },
        Expr::Abs {
            params: Vec::new(),
            body: unit(),
        },
        Expr::TypeAbs {
            params: Vec::new(),
            body: unit(),
        },
        Expr::Let {
            bindings: Vec::new(),
            body: unit(),
        },
    ] {
        let value: &mut DefValue = &mut package.modules[0].values[0];
        value.expr = expr;
        value.typ = Arc::new(Type::Builtin(crate::lf::ast::BuiltinType::Unit));
        assert_eq!(verdict(&package), Ok(()));
    }
}

#[test]
fn every_version_of_the_language_has_the_same_core() {
    for language in LanguageVersion::ALL {
        let source = format!(
            "language {language}; metadata ('p' : '1.0.0');
            module M {{ val x : forall a. a -> a = /\\a. \\(x : a) -> x; }}"
        );
        assert_eq!(verdict_of(&source), Ok(()));
    }
}
