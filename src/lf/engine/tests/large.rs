//! Large packages are read, checked and compiled in time that grows with their size and no faster: what
//! would take minutes otherwise ends at once.

use std::fmt::Write;

use super::support::{in_module, with_text};
use crate::lf::engine::{Config, Engine, LoadError};
use crate::lf::text::{build_archive, parse};
use crate::lf::value::Value;

/// As many as a type may have.
const MEMBERS: usize = 65_535;

fn joined(count: usize, separator: &str, one: impl Fn(usize) -> String) -> String {
    let all: Vec<String> = (0..count).map(one).collect();
    all.join(separator)
}

fn in_package(definitions: &str) -> String {
    format!("language 2.1; metadata ('large' : '1.0.0'); module M {{ {definitions} }}")
}

fn load(definitions: &str) -> Result<(), LoadError> {
    let archive = build_archive(&in_package(definitions), &[]).unwrap();
    let engine = Engine::new(Config::default());
    engine.load(&archive.id, &archive.decode().unwrap())
}

#[test]
fn a_case_on_as_many_constructors_as_there_may_be_is_compiled() {
    let constructors = joined(MEMBERS, " | ", |n| format!("C{n}"));
    // in the other order, so that no place can be guessed
    let alternatives = joined(MEMBERS, " | ", |n| {
        let n = MEMBERS - 1 - n;
        format!("M:E:C{n} -> {n}")
    });
    let (engine, package) = with_text(&in_package(&format!(
        "enum @serializable E = {constructors};
         val number : M:E -> Int64 = \\(e : M:E) -> case e of {alternatives};
         val result : Int64 = M:number M:E:C65000;"
    )));
    let result = engine.evaluate(&in_module(&package, "result"));
    assert_eq!(result, Ok(Value::Int64(65_000)));
}

#[test]
fn every_field_of_a_large_record_is_written_read_and_changed() {
    const FIELDS: usize = 20_000;
    let fields = joined(FIELDS, ", ", |n| format!("f{n} : Int64"));
    let values = joined(FIELDS, ", ", |n| format!("f{n} = {n}"));
    let reads = joined(FIELDS, " ", |n| {
        format!("val r{n} : Int64 = M:R {{f{n}}} (M:R {{M:r with f{n} = {n}}});")
    });
    let (engine, package) = with_text(&in_package(&format!(
        "record R = {{ {fields} }}; val r : M:R = M:R {{ {values} }}; {reads}"
    )));
    let result = engine.evaluate(&in_module(&package, "r19999"));
    assert_eq!(result, Ok(Value::Int64(19_999)));
}

#[test]
fn types_with_more_members_than_code_can_tell_are_refused_before_any_work() {
    let constructors = joined(150_000, " | ", |n| format!("C{n}"));
    let alternatives = joined(150_000, " | ", |n| format!("M:E:C{n} -> {n}"));
    let enumeration = format!(
        "enum E = {constructors};
         val number : M:E -> Int64 = \\(e : M:E) -> case e of {alternatives};"
    );
    let variants = joined(MEMBERS + 1, " | ", |n| format!("C{n} : Unit"));
    let fields = joined(MEMBERS + 1, ", ", |n| format!("f{n} : Int64"));
    for (definitions, what) in [
        (enumeration, "enum"),
        (format!("variant V = {variants};"), "variant"),
        (format!("record R = {{ {fields} }};"), "record"),
    ] {
        let error = load(&definitions).unwrap_err().to_string();
        assert!(error.ends_with(&format!("too large: {what}")), "{error}");
    }
}

#[test]
fn many_cases_on_a_large_type_are_refused_before_they_fill_the_memory() {
    let constructors = joined(60_000, " | ", |n| format!("C{n}"));
    let cases = joined(1_000, " ", |n| {
        format!("val f{n} : M:E -> Bool = \\(e : M:E) -> case e of M:E:C{n} -> True | _ -> False;")
    });
    let error = load(&format!("enum E = {constructors}; {cases}")).unwrap_err();
    let error = error.to_string();
    assert!(error.ends_with("too large: tables of a package"), "{error}");
}

#[test]
fn many_modules_and_interfaces_are_read_checked_and_compiled() {
    let mut source = "language 2.1; metadata ('many' : '1.0.0');".to_owned();
    for n in 0..20_000 {
        let _ = write!(source, "module M{n} {{ val x : Int64 = {n}; }}");
    }
    source.push_str("module I { record @serializable V = {};");
    for n in 0..20_000 {
        let _ = write!(source, "interface (this : I{n}) = {{ viewtype I:V; }};");
    }
    source.push('}');
    let package = parse(&source, &|_, _| None).unwrap();
    assert_eq!(package.modules.len(), 20_001);
    let (engine, id) = with_text(&source);
    let last = format!("{id}:M19999:x").parse().unwrap();
    assert_eq!(engine.evaluate(&last), Ok(Value::Int64(19_999)));
    let interfaces = &package.modules[20_000];
    assert_eq!(interfaces.data_types.len(), 20_001);
}
