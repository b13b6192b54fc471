//! Real packages and hand-written texts, printed and read.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::lf::archive::{self, Archive};
use crate::lf::ast::{Expr, Literal, Package};
use crate::lf::test_dars;
use crate::model::PackageId;

fn read(source: &str) -> Result<Package, Error> {
    parse(source, &|_, _| None)
}

/// Every package of every real DAR, once.
fn real_packages() -> BTreeMap<PackageId, Package> {
    let dars = test_dars::all().into_iter();
    let archives: BTreeMap<PackageId, Archive> = dars
        .filter(|(name, _)| !name.contains("prefreeze"))
        .flat_map(|(_, bytes)| {
            let dar = archive::read_dar(&bytes).unwrap();
            dar.archives().cloned().collect::<Vec<_>>()
        })
        .map(|archive| (archive.id.clone(), archive))
        .collect();
    let packages = archives.into_iter();
    packages
        .map(|(id, archive)| (id, archive.decode().unwrap()))
        .collect()
}

#[test]
fn every_real_package_reads_back_from_its_text_as_it_was() {
    for (id, package) in real_packages() {
        let text = print(&package);
        let again = read(&text).unwrap_or_else(|error| panic!("{} {id}: {error}", package.name));
        assert!(again == package, "{} {id} changed", package.name);
    }
}

/// Not a test: how long printing and reading takes. Run with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn timing_of_printing_and_reading() {
    let packages = real_packages();
    let start = std::time::Instant::now();
    let texts: Vec<String> = packages.values().map(print).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{bytes} bytes printed in {:?}", start.elapsed());
    let start = std::time::Instant::now();
    for text in &texts {
        drop(read(text).unwrap());
    }
    println!("read in {:?}", start.elapsed());
}

/// Puts an expression into a package.
fn around(expr: &str) -> String {
    format!("metadata ('t' : '1'); import 'p' = 'q';\nmodule M {{ val x : Unit = {expr}; }}")
}

fn expression(source: &str) -> Expr {
    let mut package = read(&around(source)).unwrap_or_else(|error| panic!("{source}: {error}"));
    package.modules[0].values.remove(0).expr
}

#[test]
fn every_form_of_expression_reads_back_as_it_was() {
    for source in [
        "x y z",
        "f @Int64 @(List Text) x @nat",
        "(f x) (g y)",
        "`let` `ADD_INT64` ADD_INT64",
        "\\(x : Int64) (y : a -> b -> c) -> y x",
        "/\\a (b : nat) (c : (* -> *) -> *). x",
        "\\(x : forall a (b : nat). <f : a, g : Numeric b>) -> x",
        "\\(x : |M:S a (|M:R|) Int64|) -> x",
        "\\(x : Arrow a) -> \\(y : Arrow a b c) -> y",
        "let x : Int64 = 1; y : Text = \"a\\n\\\"\\\\\" in x",
        "case x of M:T:A y -> y | M:T:B -> z | _ -> (case z of Nil -> 1 | Cons h t -> 2)",
        "case x of () -> 1 | True -> 2 | False -> 3 | None -> 4 | Some y -> 5",
        "f (case x of)",
        "M:T {}",
        "M:T @a @(f b) {x = 1, y = \\(z : Unit) -> z}",
        "M:T @a {x} (M:T {x} y)",
        "M:T @a { f x with y = 2 }",
        "f (M:T:A @a 1) (M:T:B) M:v",
        "'p':M.N:T.U {f} x",
        "<a = 1, b = 2>",
        "(x).a",
        "(((x).a).b).c",
        "< -1 with a = 2 >",
        "Cons @Party [a, f b] (Nil @Party)",
        "Some @(Optional a) (None @a)",
        "f 1 -1 1.50 -0.0 \"é\" 2026-01-31 0001-01-01T00:00:00.000001Z",
        "f () True False INVALID_INDEPENDENT_OF_SYSTEM_STATE",
        "to_any @M:T (from_any @M:T x)",
        "f (type_rep @M:T) (to_any_exception @M:E x) (from_any_exception @M:E x)",
        "throw @Unit @M:E (M:E {})",
        "to_interface @M:I @M:T (from_interface @M:I @M:T x)",
        "unsafe_from_interface @M:I @M:T cid x",
        "to_required_interface @M:I @M:J (from_required_interface @M:I @M:J x)",
        "unsafe_from_required_interface @M:I @M:J cid x",
        "call_interface @M:I method (view_interface @M:I x)",
        "f (interface_signatory @M:I x) (interface_observer @M:I x) (interface_typerep @M:I x)",
        "bind x : Unit <- create @M:T (M:T {}); y : M:T <- fetch @M:T x in pure @Unit ()",
        "f (create_interface @M:I x) (fetch_interface @M:I x)",
        "f (exercise @M:T Ch cid arg) (exercise_interface @M:I Ch cid arg)",
        "f (exercise_by_key @M:T Ch key arg) (fetch_by_key @M:T) (query_n_by_key @M:T)",
        "try @Unit get_time catch e -> Some @(Update Unit) (ledger_time_lt x)",
        "embed_expr @Unit (f x)",
        "loc(1, 2, 3, 4) (f (loc('p':M, 0, 0, 0, 1) x))",
    ] {
        let package = read(&around(source)).unwrap_or_else(|error| panic!("{source}: {error}"));
        let text = print(&package);
        let again = read(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(again, package, "{source} became {text}");
        // and what is printed once is printed the same way again
        assert_eq!(print(&again), text);
    }
}

#[test]
fn both_spellings_of_a_word_are_the_same() {
    for (one, other) in [
        ("pure @Unit ()", "upure @Unit ()"),
        ("bind x : Unit <- y in z", "ubind x : Unit <- y in z"),
        ("get_time", "uget_time"),
        ("embed_expr @Unit x", "uembed_expr @Unit x"),
        ("fetch @M:T x", "fetch_template @M:T x"),
        ("create_interface @M:I x", "create_by_interface @M:I x"),
        ("call_interface @M:I m x", "call_method @M:I m x"),
        ("interface_signatory @M:I x", "signatory_interface @M:I x"),
        ("interface_observer @M:I x", "observer_interface @M:I x"),
        (
            "interface_typerep @M:I x",
            "interface_template_type_rep @M:I x",
        ),
        ("\\(x : Optional a) -> x", "λ (x : Option a) → x"),
        ("/\\ (a : *). x", "Λ (a : ⋆) . x"),
        (
            "\\(x : forall a. a) -> <f = x>",
            "\\(x : ∀ a. a) -> ⟨f = x⟩",
        ),
        ("\\(x : |M:S a|) -> x", "\\(x : ||M:S a||) -> x"),
    ] {
        assert_eq!(expression(one), expression(other), "{one}");
    }
}

#[test]
fn literals_are_read_exactly() {
    let literal = |source| match expression(source) {
        Expr::Lit(literal) => literal,
        other => panic!("{other:?}"),
    };
    assert_eq!(literal("-9223372036854775808"), Literal::Int64(i64::MIN));
    assert_eq!(literal("1.50"), Literal::Numeric("1.50".into()));
    assert_eq!(literal("9999-12-31"), Literal::Date(2_932_896));
    assert_eq!(
        literal("1969-12-31T23:59:59.999999Z"),
        Literal::Timestamp(-1)
    );
    assert_eq!(literal("\"\\u{1f600}\""), Literal::Text("😀".into()));
}

#[test]
fn mistakes_are_shown_with_what_was_expected() {
    let header = "metadata ('t' : '1');\n";
    for (source, line, column, says) in [
        ("", 1, 1, "expected \"metadata\", found the end of the text"),
        (
            "language 2.7;",
            1,
            10,
            "expected 2.1, 2.2 or 2.3, found \"2.7\"",
        ),
        (
            "metadata (t : 1)",
            1,
            11,
            "expected the name of a package in single quotes, found \"t\"",
        ),
        ("metadata ('t' : '01')", 1, 17, "is malformed"),
        (
            "metadata ('t' : '1') modul",
            1,
            22,
            "expected \"module\", found \"modul\"",
        ),
        (
            "metadata ('t' : '1') import 'a' = 'b' : '2';",
            1,
            35,
            "package b 2 is not among",
        ),
        (
            "metadata ('t' : '1') module M {",
            1,
            32,
            "expected synonym, record,",
        ),
        (
            "metadata ('t' : '1') module M { val x = 1; }",
            1,
            39,
            "expected \":\", found \"=\"",
        ),
        (
            "metadata ('t' : '1') module M { val x : = 1; }",
            1,
            41,
            "expected a type, found \"=\"",
        ),
        (
            "metadata ('t' : '1') module M {} module M {}",
            1,
            41,
            "module M is defined twice",
        ),
        (
            "metadata ('t' : '1') module M { enum E = A; enum E = B; }",
            1,
            29,
            "definition E is defined twice",
        ),
    ] {
        let error = read(source).unwrap_err();
        assert!(error.message.contains(says), "{source}: {error}");
        assert_eq!(
            (error.line, error.column),
            (line, column),
            "{source}: {error}"
        );
    }
    for (expr, says) in [
        ("", "expected an expression, found \";\""),
        ("f in", "expected \";\", found \"in\""),
        (
            "\\x -> x",
            "expected a parameter with its type in parentheses",
        ),
        (
            "(let x : Unit = 1)",
            "expected \";\" or \"in\", found \")\"",
        ),
        ("case x of Foo -> 1", "expected a pattern, found \"Foo\""),
        (
            "M:T { a = 1 b = 2 }",
            "expected \",\" or \"}\", found \"=\"",
        ),
        ("9223372036854775808", "is no 64-bit integer"),
        ("01.0", "a numeric has at most 38 digits"),
        ("2026-02-30", "is not a time"),
        ("\"\\x\"", "stands for no character"),
        ("Some 1", "expected \"@\", found \"1\""),
        (
            "f @(Numeric 38)",
            "expected a scale from 0 to 37, found \"38\"",
        ),
        ("'b':M:x", "no package is imported as \"b\""),
    ] {
        let error = read(&format!("{header}module M {{ val x : Unit = {expr}; }}")).unwrap_err();
        assert!(error.message.contains(says), "{expr}: {error}");
        assert_eq!(error.line, 2, "{expr}");
    }
}

#[test]
fn nesting_ends_in_an_error_and_not_in_an_overflow() {
    for (open, close) in [
        ("(", ")"),
        ("Some @Unit (", ")"),
        ("\\(x : Unit) -> ", ""),
        ("case x of _ -> ", ""),
        ("let x : Unit = ", " in x"),
        ("<f = ", ">"),
        ("f (", ")"),
        ("M:T {f} ", ""),
    ] {
        for levels in [500, 3_000, 200_000] {
            let source = format!("{}x{}", open.repeat(levels), close.repeat(levels));
            let result = read(&around(&source));
            assert_eq!(result.is_ok(), levels == 500, "{open} {levels} times");
        }
    }
    for (open, close) in [
        ("(", ")"),
        ("List (", ")"),
        ("a -> ", ""),
        ("forall a. ", ""),
    ] {
        let typ = format!("{}b{}", open.repeat(100_000), close.repeat(100_000));
        assert!(read(&around(&format!("None @({typ})"))).is_err(), "{open}");
    }
    assert!(read(&around(&format!("None @(f{})", " a".repeat(100_000)))).is_err());
    assert!(read(&around(&format!("x{}", ".a".repeat(100_000)))).is_err());
    assert!(read(&around(&format!("x{}", " y @a".repeat(100_000)))).is_err());
}

#[test]
fn a_package_is_imported_by_id_or_by_name_and_version() {
    let base = "metadata ('base' : '1.0.0'); module B { record @serializable R = {}; }";
    let base = build_archive(base, &[]).unwrap();
    let source = "metadata ('main' : '1'); import 'b' = 'base' : '1.0.0';
        module M { record @serializable S = { r : 'b':B:R }; }";
    let main = build_archive(source, std::slice::from_ref(&base)).unwrap();
    let needed = main.decode().unwrap().dependencies;
    assert_eq!(needed, std::slice::from_ref(&base.id));
    let by_id = source.replace("'base' : '1.0.0'", &format!("'{}'", base.id));
    assert_eq!(build_archive(&by_id, &[]).unwrap(), main);
    let dar = archive::read_dar(&build_dar(source, std::slice::from_ref(&base)).unwrap()).unwrap();
    assert_eq!((dar.main, dar.dependencies), (main, vec![base.clone()]));
    assert_eq!(build_dar(&by_id, &[]), Err(BuildError::Missing(base.id)));
}

/// A text with every kind of definition.
const DEFINITIONS: &str = "language 2.3;
metadata ('all' : '1.2.3');
upgrades '0123456789abcdef';

module A.B {
  synonym @loc(1, 2, 3, 4) S (f : * -> *) a = f a;
  record @serializable @loc(1, 2, 3, 4) T a = { p : Party, q : Numeric 10 };
  variant @serializable V = X : Int64 | Y : Unit;
  variant None = ;
  enum @serializable E = Red | Green;
  record Ex = { m : Text };
  exception @loc(1, 2, 3, 4) Ex = { message \\(e : A.B:Ex) -> A.B:Ex {m} e };
  interface_type @loc(5, 6, 7, 8) J;
  interface (this : J) = { viewtype Unit; };
  interface @loc(1, 2, 3, 4) (this : I) = {
    viewtype Unit;
    requires A.B:J;
    method @loc(1, 2, 3, 4) m : Int64 -> Text;
    choice @nonConsuming C (self) (arg : Unit) : Unit, controllers Nil @Party to pure @Unit ();
  };
  record @serializable Tpl = { p : Party };
  template @loc(1, 2, 3, 4) (this : Tpl) = {
    key @Party (A.B:Tpl {p} this) (\\(p : Party) -> Cons @Party [p] (Nil @Party));
    precondition True;
    signatories Cons @Party [A.B:Tpl {p} this] (Nil @Party);
    observers Nil @Party;
    choice @loc(1, 2, 3, 4) D (self) (arg : Unit) : Unit,
      controllers Nil @Party, observers Nil @Party to pure @Unit ();
    implements @loc(1, 2, 3, 4) A.B:J { view = (); };
    implements A.B:I { view = (); method m = INT64_TO_TEXT; };
  };
  val @loc(1, 2, 3, 4) v.w : Unit = ();
}

module Empty {}
";

#[test]
fn every_kind_of_definition_reads_back_as_it_was() {
    let package = read(DEFINITIONS).unwrap();
    let text = print(&package);
    assert_eq!(read(&text).unwrap(), package, "{text}");
    let archive = Archive::encode(&package).unwrap();
    assert!(archive.decode().unwrap() == package);
    // the type of I was left out
    assert_eq!(package.modules[0].data_types.len(), 8);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_text_with_a_piece_cut_out_ends_in_a_tree_or_an_error(
        from in any::<prop::sample::Index>(),
        length in 0usize..30,
    ) {
        let from = from.index(DEFINITIONS.len());
        let to = (from + length).min(DEFINITIONS.len());
        let cut = [&DEFINITIONS[..from], &DEFINITIONS[to..]].concat();
        if let Ok(package) = read(&cut) {
            prop_assert_eq!(read(&print(&package)).unwrap(), package);
        }
    }

    #[test]
    fn any_words_and_signs_end_in_a_tree_or_an_error(
        words in proptest::collection::vec(
            prop::sample::select(vec![
                "x", "M", ":", "@", "(", ")", "{", "}", "<", ">", ".", ",", ";", "=", "|", "->", "<-",
                "\\", "/\\", "*", "let", "in", "case", "of", "with", "to", "Some", "Cons", "[", "]", "1",
                "1.0", "\"a\"", "'p'", "`y`", "create", "forall", "Int64", "catch", "try", "loc", "||",
            ]),
            0..60,
        ),
    ) {
        if let Ok(package) = read(&around(&words.join(" "))) {
            prop_assert_eq!(read(&print(&package)).unwrap(), package);
        }
    }

    #[test]
    fn any_characters_end_in_an_error(text in any::<String>()) {
        prop_assert!(read(&text).is_err());
        let _ = read(&around(&text));
    }
}
