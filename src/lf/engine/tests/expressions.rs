//! Expression forms, evaluation order, and what the compiler makes of calls.

use super::support::show;

fn check(definitions: &str, cases: &[(&str, &str, &str)]) {
    for (typ, expr, expected) in cases {
        assert_eq!(&show(definitions, typ, expr), expected, "{expr}");
    }
}

#[test]
fn records_structs_variants_and_enums() {
    check(
        "record @serializable P = { x : Int64, y : Int64 };
         record @serializable Q (a : *) = { first : a, second : a };
         variant @serializable V = A : Int64 | B : Text;
         enum @serializable Color = Red | Green | Blue;
         val swap : M:P -> M:P = \\(p : M:P) -> M:P {x = M:P {y} p, y = M:P {x} p};",
        &[
            ("Int64", "M:P {x} (M:P {x = 1, y = 2})", "Int64(1)"),
            (
                "Int64",
                "M:P {y} (M:P {(M:P {x = 1, y = 2}) with y = 3})",
                "Int64(3)",
            ),
            ("Int64", "M:P {x} (M:swap (M:P {x = 1, y = 2}))", "Int64(2)"),
            (
                "Int64",
                "M:Q @Int64 {second} (M:Q @Int64 {first = 1, second = 2})",
                "Int64(2)",
            ),
            ("Int64", "<b = 1, a = 2>.a", "Int64(2)"),
            ("Int64", "(<<b = 1, a = 2> with b = 5>).b", "Int64(5)"),
            ("M:V", "M:V:B \"x\"", "Variant(None,B,Text(x))"),
            ("M:Color", "M:Color:Green", "Enum(None,Green)"),
            (
                "Int64",
                "case M:V:A 7 of M:V:A n -> n | M:V:B t -> 0",
                "Int64(7)",
            ),
            (
                "Int64",
                "case M:V:B \"t\" of M:V:A n -> n | _ -> 9",
                "Int64(9)",
            ),
            (
                "Int64",
                "case M:Color:Blue of M:Color:Red -> 1 | M:Color:Blue -> 3 | _ -> 2",
                "Int64(3)",
            ),
            (
                "Int64",
                "case M:Color:Green of M:Color:Red -> 1 | _ -> 2 | M:Color:Green -> 3",
                "Int64(2)",
            ),
        ],
    );
}

#[test]
fn lists_optionals_and_booleans() {
    check(
        "",
        &[
            (
                "List Int64",
                "Cons @Int64 [1, 2] (Cons @Int64 [3] (Nil @Int64))",
                "List(Int64(1),Int64(2),Int64(3))",
            ),
            (
                "Int64",
                "case Cons @Int64 [1, 2] (Nil @Int64) of Nil -> 0 | Cons h t -> case t of Nil -> h | Cons i u -> ADD_INT64 h i",
                "Int64(3)",
            ),
            (
                "Optional (Optional Int64)",
                "Some @(Optional Int64) (None @Int64)",
                "Optional(Some(Optional(None)))",
            ),
            (
                "Int64",
                "case None @Int64 of Some x -> x | None -> 4",
                "Int64(4)",
            ),
            ("Int64", "case None @Int64 of _ -> 5", "Int64(5)"),
            ("Int64", "case () of () -> 6", "Int64(6)"),
            ("Int64", "case True of False -> 1 | True -> 2", "Int64(2)"),
        ],
    );
}

#[test]
fn variables_are_captured_shadowed_and_moved() {
    check(
        "val compose : (Int64 -> Int64) -> (Int64 -> Int64) -> Int64 -> Int64 = \\(f : Int64 -> Int64) (g : Int64 -> Int64) (x : Int64) -> f (g x);
         val twice : (Int64 -> Int64) -> Int64 -> Int64 = \\(f : Int64 -> Int64) -> M:compose f f;",
        &[
            ("Int64", "let x : Int64 = 1; x : Int64 = ADD_INT64 x 1 in x", "Int64(2)"),
            ("Int64", "let x : Int64 = 1 in ADD_INT64 (let x : Int64 = 10 in x) x", "Int64(11)"),
            ("Int64", "let a : Int64 = 1; f : Int64 -> Int64 -> Int64 = \\(b : Int64) -> \\(c : Int64) -> ADD_INT64 a (ADD_INT64 b c) in f 2 3", "Int64(6)"),
            ("Int64", "let a : Int64 = 5; f : Unit -> Unit -> Int64 = \\(u : Unit) -> let g : Unit -> Int64 = \\(v : Unit) -> a in g in f () ()", "Int64(5)"),
            ("Int64", "(\\(x : Int64) -> (\\(x : Int64) -> x) (ADD_INT64 x 1)) 1", "Int64(2)"),
            ("Int64", "M:twice (M:twice (ADD_INT64 3)) 0", "Int64(12)"),
            ("Int64", "M:twice (M:compose (MUL_INT64 2) (ADD_INT64 1)) 3", "Int64(18)"),
            // the same list as scrutinee and afterwards
            ("List Int64", "let xs : List Int64 = Cons @Int64 [1, 2] (Nil @Int64) in case xs of Nil -> xs | Cons h t -> Cons @Int64 [h, h] xs", "List(Int64(1),Int64(1),Int64(1),Int64(2))"),
            // a function as its own argument
            ("Int64", "(\\(f : forall a . a -> a) -> f @(forall a . a -> a) f @Int64 1) (/\\ a . \\(x : a) -> x)", "Int64(1)"),
        ],
    );
}

#[test]
fn evaluation_is_strict_and_from_left_to_right() {
    check(
        "record @serializable P = { x : Int64, y : Int64 };
         val fail : Text -> Int64 = \\(t : Text) -> ERROR @Int64 t;
         val k : Int64 -> Int64 -> Int64 = \\(x : Int64) (y : Int64) -> x;",
        &[
            (
                "Int64",
                "let x : Int64 = ERROR @Int64 \"let\" in 1",
                "Interpretation error: Error: User abort: let",
            ),
            (
                "Int64",
                "M:k (M:fail \"first\") (M:fail \"second\")",
                "Interpretation error: Error: User abort: first",
            ),
            (
                "Int64",
                "(ERROR @(Int64 -> Int64) \"function\") (M:fail \"argument\")",
                "Interpretation error: Error: User abort: function",
            ),
            (
                "Int64",
                "M:P {x} (M:P {x = M:fail \"x\", y = M:fail \"y\"})",
                "Interpretation error: Error: User abort: x",
            ),
            (
                "Int64",
                "<b = M:fail \"b\", a = M:fail \"a\">.a",
                "Interpretation error: Error: User abort: b",
            ),
            (
                "Int64",
                "case True of True -> 1 | False -> M:fail \"no\"",
                "Int64(1)",
            ),
        ],
    );
}

#[test]
fn any_values_and_type_representations_know_their_types() {
    check(
        "record @serializable A = { x : Int64 };
         record @serializable B = { x : Int64 };",
        &[
            (
                "Optional M:A",
                "from_any @M:A (to_any @M:A (M:A {x = 1}))",
                "Optional(Some(Record(None,ImmArray((None,Int64(1))))))",
            ),
            (
                "Optional M:B",
                "from_any @M:B (to_any @M:A (M:A {x = 1}))",
                "Optional(None)",
            ),
            (
                "Bool",
                "EQUAL @TypeRep (type_rep @M:A) (type_rep @M:A)",
                "Bool(true)",
            ),
            (
                "Bool",
                "EQUAL @TypeRep (type_rep @M:A) (type_rep @M:B)",
                "Bool(false)",
            ),
            (
                "Bool",
                "LESS @Any (to_any @M:A (M:A {x = 9})) (to_any @M:B (M:B {x = 1}))",
                "Bool(true)",
            ),
            (
                "Bool",
                "LESS @Any (to_any @M:A (M:A {x = 1})) (to_any @M:A (M:A {x = 2}))",
                "Bool(true)",
            ),
        ],
    );
}

#[test]
fn exceptions_that_nobody_catches_are_failures_with_their_message() {
    let definitions = "record @serializable E = { why : Text };
         exception E = { message \\(e : M:E) -> APPEND_TEXT \"because \" (M:E {why} e) };
         record @serializable Bad = { };
         exception Bad = { message \\(e : M:Bad) -> throw @Text @M:E (M:E {why = \"of this\"}) };";
    check(
        definitions,
        &[
            (
                "Int64",
                "throw @Int64 @M:E (M:E {why = \"x\"})",
                "UNHANDLED_EXCEPTION/M:E: because x",
            ),
            (
                "Int64",
                "throw @Int64 @M:Bad (M:Bad {})",
                "UNHANDLED_EXCEPTION/M:Bad: <Failed to calculate message as M:E was thrown during conversion>",
            ),
            (
                "Optional M:E",
                "from_any_exception @M:E (to_any_exception @M:E (M:E {why = \"x\"}))",
                "Optional(Some(Record(None,ImmArray((None,Text(x))))))",
            ),
            (
                "Optional M:E",
                "from_any_exception @M:E (to_any_exception @M:Bad (M:Bad {}))",
                "Optional(None)",
            ),
        ],
    );
}

#[test]
fn top_level_values_are_evaluated_once_and_may_need_each_other() {
    check(
        "val a : Int64 = ADD_INT64 M:b 1;
         val b : Int64 = ADD_INT64 M:c 1;
         val c : Int64 = 1;
         val loop : Int64 = M:pool;
         val pool : Int64 = M:loop;
         val even : Int64 -> Bool = \\(n : Int64) -> case EQUAL @Int64 n 0 of True -> True | False -> M:odd (SUB_INT64 n 1);
         val odd : Int64 -> Bool = \\(n : Int64) -> case EQUAL @Int64 n 0 of True -> False | False -> M:even (SUB_INT64 n 1);",
        &[
            ("Int64", "MUL_INT64 M:a M:a", "Int64(9)"),
            ("Int64", "M:loop", "Interpretation error: Error: recursion needed more than 268435456 bytes of stack"),
            ("Bool", "M:even 100001", "Bool(false)"),
        ],
    );
}
