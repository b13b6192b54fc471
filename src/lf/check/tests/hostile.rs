//! Packages that mean to make the check run for ever, fill the memory or overflow the stack.

use std::fmt::Write as _;

use crate::lf::check::arena::{LIMITS, Limits};
use crate::lf::check::package::check_within;
use crate::lf::check::{CheckError, World};
use crate::lf::text::parse;

/// The rules that are tested here.
pub(super) const RULES: &[&str] = &["too-deep", "too-large", "too-much-work"];

fn verdict(body: &str, limits: Limits) -> Result<(), CheckError> {
    let source = format!("language 2.3; metadata ('p' : '1.0.0'); module M {{ {body} }}");
    let package = parse(&source, &|_, _| None).unwrap_or_else(|error| panic!("{error}"));
    let id = "00".repeat(32).parse().unwrap();
    check_within(&package, &id, &World::default(), limits).map(drop)
}

fn rule(body: &str, limits: Limits) -> &'static str {
    match verdict(body, limits) {
        Ok(()) => "none",
        Err(error) => error.fault.rule(),
    }
}

/// Synonyms, each with the one before in itself: the last has 2^count layers.
fn nesting(count: usize) -> String {
    let mut body = "synonym S0 a = List a; ".to_owned();
    for (before, number) in (1..=count).enumerate() {
        write!(
            body,
            "synonym S{number} a = |M:S{before} (|M:S{before} a|)|; "
        )
        .unwrap();
    }
    body
}

/// Synonyms, each with the one before in it twice: the last has 2^count leaves.
fn doubling(count: usize) -> String {
    let mut body = "record P a b = {}; synonym D0 a = M:P a a; ".to_owned();
    for (before, number) in (1..=count).enumerate() {
        write!(
            body,
            "synonym D{number} a = M:P (|M:D{before} a|) (|M:D{before} a|); "
        )
        .unwrap();
    }
    body
}

#[test]
fn types_that_double_in_size_are_shared() {
    let mut body = doubling(400);
    body += "val x : |M:D400 Unit| -> |M:D400 Unit| = \\(x : |M:D400 Unit|) -> x;";
    assert_eq!(rule(&body, LIMITS), "none");
    // and their text is not as long
    body += "val y : |M:D400 Unit| = ();";
    let error = verdict(&body, LIMITS).unwrap_err();
    assert_eq!(error.fault.rule(), "type-mismatch");
    assert!(error.to_string().len() < 2_000, "{error}");
}

#[test]
fn types_that_double_in_depth_are_refused() {
    let body = nesting(13);
    assert_eq!(rule(&body, LIMITS), "none");
    let body = nesting(40);
    assert_eq!(rule(&body, LIMITS), "too-deep");
}

/// Types of 4096 layers, each around a record of its own.
fn towers(count: usize) -> String {
    let mut body = nesting(12);
    for number in 0..count {
        write!(
            body,
            "record R{number} = {{}}; val x{number} : |M:S12 M:R{number}| = Nil @|M:S12 M:R{number}|; "
        )
        .unwrap();
    }
    body
}

#[test]
fn types_that_fill_the_memory_are_refused() {
    let limits = Limits {
        nodes: 100_000,
        ..LIMITS
    };
    assert_eq!(rule(&towers(60), limits), "too-large");
    // not without the limit: the types are wrong, but small enough
    assert_eq!(rule(&towers(60), LIMITS), "type-mismatch");
    // variables count, too
    let mut body = "val x : Unit = ();".to_owned();
    for number in 0..200 {
        write!(body, "val y{number} : Unit -> Unit = \\(x : Unit) -> (\\(y : forall a. a -> a) -> x) (/\\a. \\(z : a) -> z); ").unwrap();
    }
    assert_eq!(rule(&body, LIMITS), "none");
    assert_eq!(
        rule(
            &body,
            Limits {
                nodes: 100,
                ..LIMITS
            }
        ),
        "too-large"
    );
}

#[test]
fn a_check_that_takes_too_long_is_given_up() {
    // each projection walks through a type of 4096 layers, and makes nothing new of it
    let mut body = nesting(12);
    body += "record R a = { x : |M:S12 a| }; val f : M:R Unit -> Unit = \\(r : M:R Unit) -> ";
    for _ in 0..500 {
        body += "(\\(l : |M:S12 Unit|) -> ";
    }
    body += "()";
    for _ in 0..500 {
        body += ") (M:R @Unit {x} r)";
    }
    body += ";";
    let limits = Limits {
        steps: 1_000_000,
        ..LIMITS
    };
    assert_eq!(rule(&body, limits), "too-much-work");
    assert_eq!(rule(&body, LIMITS), "none");
}

#[test]
fn a_chain_of_synonyms_or_modules_takes_no_stack() {
    let mut body = "synonym S0 = Unit; ".to_owned();
    for (before, number) in (1..20_000).enumerate() {
        write!(body, "synonym S{number} = |M:S{before}|; ").unwrap();
    }
    body += "val x : |M:S19999| = ();";
    assert_eq!(rule(&body, LIMITS), "none");
    let body = body.replace("synonym S0 = Unit;", "synonym S0 = |M:S19999|;");
    let error = verdict(&body, LIMITS).unwrap_err();
    assert_eq!(error.fault.rule(), "synonym-cycle");
    assert!(
        error.to_string().len() < 2_000,
        "{}",
        error.to_string().len()
    );
}

#[test]
fn expressions_as_deep_as_can_be_read_are_checked() {
    let levels = 1_900;
    let body = format!(
        "val x : Optional Unit -> Unit = \\(x : Optional Unit) -> {}(){};",
        "case x of None -> () | Some y -> (".repeat(levels),
        ")".repeat(levels)
    );
    assert_eq!(rule(&body, LIMITS), "none");
}
