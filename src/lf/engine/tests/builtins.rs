//! Builtin functions as programs meet them: what they yield at their edges, and how they fail.

use super::support::show;
use crate::lf::ast::BuiltinFunction;

/// Type, expression, and what it comes to.
const CASES: &[(&str, &str, &str)] = &[
    // integers
    ("Int64", "ADD_INT64 1 2", "Int64(3)"),
    (
        "Int64",
        "ADD_INT64 9223372036854775807 1",
        "UNHANDLED_EXCEPTION/DA.Exception.ArithmeticError:ArithmeticError: ArithmeticError while evaluating (ADD_INT64 9223372036854775807 1).",
    ),
    ("Int64", "SUB_INT64 1 2", "Int64(-1)"),
    ("Int64", "MUL_INT64 -3 4", "Int64(-12)"),
    ("Int64", "DIV_INT64 -7 2", "Int64(-3)"),
    (
        "Int64",
        "DIV_INT64 1 0",
        "UNHANDLED_EXCEPTION/DA.Exception.ArithmeticError:ArithmeticError: ArithmeticError while evaluating (DIV_INT64 1 0).",
    ),
    ("Int64", "MOD_INT64 -7 2", "Int64(-1)"),
    ("Int64", "EXP_INT64 2 10", "Int64(1024)"),
    ("Text", "INT64_TO_TEXT -12", "Text(-12)"),
    (
        "Optional Int64",
        "TEXT_TO_INT64 \"+12\"",
        "Optional(Some(Int64(12)))",
    ),
    ("Optional Int64", "TEXT_TO_INT64 \"1.0\"", "Optional(None)"),
    // numerics
    ("Numeric 2", "ADD_NUMERIC @2 1.50 0.25", "Numeric(1.75)"),
    ("Numeric 2", "SUB_NUMERIC @2 1.50 2.25", "Numeric(-0.75)"),
    (
        "Numeric 1",
        "MUL_NUMERIC @2 @1 @1 0.0 0.50 0.5",
        "Numeric(0.2)",
    ),
    (
        "Numeric 2",
        "DIV_NUMERIC @1 @1 @2 0.00 1.0 8.0",
        "Numeric(0.12)",
    ),
    (
        "Numeric 2",
        "DIV_NUMERIC @1 @1 @2 0.00 1.0 0.0",
        "UNHANDLED_EXCEPTION/DA.Exception.ArithmeticError:ArithmeticError: ArithmeticError while evaluating (DIV_NUMERIC 0.0 1.0 0.0).",
    ),
    ("Numeric 2", "ROUND_NUMERIC @2 -1 25.00", "Numeric(20.00)"),
    ("Numeric 1", "CAST_NUMERIC @2 @1 0.0 1.50", "Numeric(1.5)"),
    (
        "Numeric 1",
        "CAST_NUMERIC @2 @1 0.0 1.55",
        "UNHANDLED_EXCEPTION/DA.Exception.ArithmeticError:ArithmeticError: ArithmeticError while evaluating (CAST_NUMERIC 0.0 1.55).",
    ),
    ("Numeric 1", "SHIFT_NUMERIC @2 @1 0.0 1.55", "Numeric(15.5)"),
    ("Numeric 2", "INT64_TO_NUMERIC @2 0.00 -3", "Numeric(-3.00)"),
    ("Int64", "NUMERIC_TO_INT64 @2 -3.99", "Int64(-3)"),
    ("Text", "NUMERIC_TO_TEXT @2 1.50", "Text(1.5)"),
    (
        "Optional (Numeric 2)",
        "TEXT_TO_NUMERIC @2 0.00 \"01.5\"",
        "Optional(Some(Numeric(1.50)))",
    ),
    (
        "Optional (Numeric 2)",
        "TEXT_TO_NUMERIC @2 0.00 \"1.555\"",
        "Optional(None)",
    ),
    // comparison
    (
        "Bool",
        "EQUAL @(List Int64) (Cons @Int64 [1] (Nil @Int64)) (Cons @Int64 [1] (Nil @Int64))",
        "Bool(true)",
    ),
    ("Bool", "LESS @Text \"a\" \"b\"", "Bool(true)"),
    (
        "Bool",
        "LESS_EQ @(Optional Int64) (Some @Int64 1) (None @Int64)",
        "Bool(false)",
    ),
    ("Bool", "GREATER @Bool True False", "Bool(true)"),
    ("Bool", "GREATER_EQ @Unit () ()", "Bool(true)"),
    (
        "Bool",
        "EQUAL @(Int64 -> Int64) (ADD_INT64 1) (ADD_INT64 1)",
        "Interpretation error: Error: functions are not comparable",
    ),
    (
        "Bool",
        "LESS @TypeRep (type_rep @M:E) (type_rep @M:F)",
        "Bool(true)",
    ),
    // texts
    ("Text", "APPEND_TEXT \"a\" \"é\"", "Text(aé)"),
    (
        "List Text",
        "EXPLODE_TEXT \"a€😀\"",
        "List(Text(a),Text(€),Text(😀))",
    ),
    ("List Text", "EXPLODE_TEXT \"\"", "List()"),
    ("Text", "IMPLODE_TEXT (EXPLODE_TEXT \"a€😀\")", "Text(a€😀)"),
    (
        "List Int64",
        "TEXT_TO_CODE_POINTS \"a😀\"",
        "List(Int64(97),Int64(128512))",
    ),
    (
        "Text",
        "CODE_POINTS_TO_TEXT (TEXT_TO_CODE_POINTS \"a😀\")",
        "Text(a😀)",
    ),
    (
        "Text",
        "CODE_POINTS_TO_TEXT (Cons @Int64 [55296] (Nil @Int64))",
        "Interpretation error: Error: User abort: invalid code point 0xd800.",
    ),
    (
        "Text",
        "SHA256_TEXT \"a\"",
        "Text(ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb)",
    ),
    (
        "Text",
        "SHA256_HEX \"61\"",
        "Text(ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb)",
    ),
    (
        "Text",
        "KECCAK256_TEXT \"\"",
        "Text(c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470)",
    ),
    (
        "Text",
        "KECCAK256_TEXT \"0\"",
        "Interpretation error: Error: Invalid byte encoding format for 0:\ncan not parse hex string",
    ),
    ("Text", "TEXT_TO_HEX \"é\"", "Text(c3a9)"),
    ("Text", "HEX_TO_TEXT \"c3a9\"", "Text(é)"),
    (
        "Bool",
        "SECP256K1_BOOL \"\" \"\" \"00\"",
        "Interpretation error: Error: Malformed public key for 00:\nencoded key spec not recognized",
    ),
    (
        "Bool",
        "SECP256K1_WITH_ECDSA_BOOL \"\" \"zz\" \"00\"",
        "Interpretation error: Error: Invalid byte encoding format for zz:\ncan not parse message hex string",
    ),
    (
        "Bool",
        "SECP256K1_VALIDATE_KEY \"3056301006072a8648ce3d020106052b8104000a0342000479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8\"",
        "Bool(true)",
    ),
    // dates and times
    ("Text", "DATE_TO_TEXT 0001-01-01", "Text(0001-01-01)"),
    ("Int64", "DATE_TO_UNIX_DAYS 9999-12-31", "Int64(2932896)"),
    ("Date", "UNIX_DAYS_TO_DATE -719162", "Date(0001-01-01)"),
    (
        "Date",
        "UNIX_DAYS_TO_DATE -719163",
        "UNHANDLED_EXCEPTION/DA.Exception.ArithmeticError:ArithmeticError: ArithmeticError while evaluating (UNIX_DAYS_TO_DATE -719163).",
    ),
    (
        "Text",
        "TIMESTAMP_TO_TEXT 2026-01-31T12:00:00.1Z",
        "Text(2026-01-31T12:00:00.100Z)",
    ),
    (
        "Int64",
        "TIMESTAMP_TO_UNIX_MICROSECONDS 1970-01-01T00:00:01Z",
        "Int64(1000000)",
    ),
    (
        "Timestamp",
        "UNIX_MICROSECONDS_TO_TIMESTAMP 1",
        "Timestamp(1970-01-01T00:00:00.000001Z)",
    ),
    // parties and contract ids
    (
        "Optional Party",
        "TEXT_TO_PARTY \"alice\"",
        "Optional(Some(Party(alice)))",
    ),
    (
        "Optional Party",
        "TEXT_TO_PARTY \"al!ce\"",
        "Optional(None)",
    ),
    (
        "Optional Text",
        "case TEXT_TO_PARTY \"alice\" of Some p -> Some @Text (PARTY_TO_TEXT p) | None -> None @Text",
        "Optional(Some(Text(alice)))",
    ),
    (
        "Int64",
        "(\\(f : ContractId Unit -> ContractId Bool) -> 1) (COERCE_CONTRACT_ID @Unit @Bool)",
        "Int64(1)",
    ),
    (
        "Int64",
        "(\\(f : ContractId Unit -> Optional Text) -> 1) (CONTRACT_ID_TO_TEXT @Unit)",
        "Int64(1)",
    ),
    // lists
    (
        "Int64",
        "FOLDL @Int64 @Int64 SUB_INT64 10 (Cons @Int64 [1, 2, 3] (Nil @Int64))",
        "Int64(4)",
    ),
    (
        "Int64",
        "FOLDR @Int64 @Int64 SUB_INT64 10 (Cons @Int64 [1, 2, 3] (Nil @Int64))",
        "Int64(-8)",
    ),
    (
        "Bool",
        "EQUAL_LIST @Int64 (LESS @Int64) (Cons @Int64 [2, 3] (Nil @Int64)) (Cons @Int64 [1, 2] (Nil @Int64))",
        "Bool(true)",
    ),
    (
        "Bool",
        "EQUAL_LIST @Int64 (EQUAL @Int64) (Cons @Int64 [1] (Nil @Int64)) (Nil @Int64)",
        "Bool(false)",
    ),
    // maps
    (
        "TextMap Int64",
        "TEXTMAP_INSERT @Int64 \"b\" 2 (TEXTMAP_INSERT @Int64 \"a\" 1 (TEXTMAP_EMPTY @Int64))",
        "TextMap(SortedLookupList((a,Int64(1)),(b,Int64(2))))",
    ),
    (
        "Optional Int64",
        "TEXTMAP_LOOKUP @Int64 \"a\" (TEXTMAP_INSERT @Int64 \"a\" 1 (TEXTMAP_EMPTY @Int64))",
        "Optional(Some(Int64(1)))",
    ),
    (
        "Int64",
        "TEXTMAP_SIZE @Int64 (TEXTMAP_DELETE @Int64 \"a\" (TEXTMAP_INSERT @Int64 \"a\" 1 (TEXTMAP_EMPTY @Int64)))",
        "Int64(0)",
    ),
    (
        "Int64",
        "FOLDL @<key : Text, value : Int64> @Int64 (\\(n : Int64) (e : <key : Text, value : Int64>) -> ADD_INT64 n e.value) 0 (TEXTMAP_TO_LIST @Int64 (TEXTMAP_INSERT @Int64 \"a\" 7 (TEXTMAP_EMPTY @Int64)))",
        "Int64(7)",
    ),
    (
        "GenMap Int64 Text",
        "GENMAP_INSERT @Int64 @Text 2 \"b\" (GENMAP_INSERT @Int64 @Text 1 \"a\" (GENMAP_EMPTY @Int64 @Text))",
        "GenMap((Int64(1),Text(a)),(Int64(2),Text(b)))",
    ),
    (
        "Optional Text",
        "GENMAP_LOOKUP @Int64 @Text 2 (GENMAP_EMPTY @Int64 @Text)",
        "Optional(None)",
    ),
    (
        "Int64",
        "GENMAP_SIZE @Int64 @Text (GENMAP_DELETE @Int64 @Text 1 (GENMAP_INSERT @Int64 @Text 1 \"a\" (GENMAP_EMPTY @Int64 @Text)))",
        "Int64(0)",
    ),
    (
        "List Int64",
        "GENMAP_KEYS @Int64 @Text (GENMAP_INSERT @Int64 @Text 1 \"a\" (GENMAP_EMPTY @Int64 @Text))",
        "List(Int64(1))",
    ),
    (
        "List Text",
        "GENMAP_VALUES @Int64 @Text (GENMAP_INSERT @Int64 @Text 1 \"a\" (GENMAP_EMPTY @Int64 @Text))",
        "List(Text(a))",
    ),
    (
        "Int64",
        "GENMAP_SIZE @(Int64 -> Int64) @Text (GENMAP_INSERT @(Int64 -> Int64) @Text (ADD_INT64 1) \"a\" (GENMAP_EMPTY @(Int64 -> Int64) @Text))",
        "Interpretation error: Error: functions are not comparable",
    ),
    // errors
    (
        "Int64",
        "ERROR @Int64 \"no\"",
        "Interpretation error: Error: User abort: no",
    ),
    ("Int64", "TRACE @Int64 \"look\" 1", "Int64(1)"),
    (
        "Int64",
        "FAIL_WITH_STATUS @Int64 \"my.id\" INVALID_GIVEN_CURRENT_SYSTEM_STATE_OTHER \"sorry\" (TEXTMAP_EMPTY @Text)",
        "my.id: sorry",
    ),
    (
        "Text",
        "ANY_EXCEPTION_MESSAGE (to_any_exception @M:E (M:E {why = \"oh\"}))",
        "Text(oh)",
    ),
];

const DEFINITIONS: &str = "record @serializable F = {}; record @serializable E = { why : Text }; exception E = { message \\(e : M:E) -> M:E {why} e };";

#[test]
fn builtins_yield_what_the_specification_says() {
    for (typ, expr, expected) in CASES {
        assert_eq!(&show(DEFINITIONS, typ, expr), expected, "{expr}");
    }
}

#[test]
fn every_builtin_has_a_case() {
    for builtin in BuiltinFunction::ALL {
        let name = builtin.name();
        let words = |text: &str| {
            let separators = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
            text.split(separators).any(|word| word == name)
        };
        assert!(CASES.iter().any(|(_, expr, _)| words(expr)), "{name}");
    }
}

/// Every builtin as a value: applied to nothing, then to all but the last argument, then to it.
#[test]
fn builtins_are_functions_like_all_others() {
    for (typ, expr, expected) in [
        (
            "Int64",
            "(\\(f : Int64 -> Int64 -> Int64) -> f 1 2) ADD_INT64",
            "Int64(3)",
        ),
        (
            "Int64",
            "(\\(f : Int64 -> Int64) -> f 2) (SUB_INT64 1)",
            "Int64(-1)",
        ),
        (
            "Int64",
            "FOLDL @Int64 @(Int64 -> Int64) (\\(f : Int64 -> Int64) (x : Int64) (y : Int64) -> f (ADD_INT64 x y)) (MUL_INT64 10) (Cons @Int64 [1, 2] (Nil @Int64)) 4",
            "Int64(70)",
        ),
        (
            "Int64",
            "(\\(fold : (Int64 -> Int64 -> Int64) -> Int64 -> List Int64 -> Int64) -> fold ADD_INT64 0 (Cons @Int64 [1, 2] (Nil @Int64))) (FOLDL @Int64 @Int64)",
            "Int64(3)",
        ),
        (
            "Text",
            "(\\(f : AnyException -> Text) -> f (to_any_exception @M:E (M:E {why = \"oh\"}))) ANY_EXCEPTION_MESSAGE",
            "Text(oh)",
        ),
    ] {
        assert_eq!(show(DEFINITIONS, typ, expr), expected, "{expr}");
    }
}
