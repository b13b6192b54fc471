//! Arguments and results of scripts as JSON, in the encoding that the JSON Ledger API has.
//!
//! Records and text maps are objects, variants `{"tag", "value"}`, enumerations and parties strings,
//! other maps lists of pairs; `None` is `null` and `Some x` is `x`, but for optionals in optionals, where
//! they are `[]` and `[x]`. Numbers may be read from strings; numerics are written as strings, so
//! that no digit is lost. Numbers are read digit by digit, never as floating point; an object in which a
//! field is there twice is refused.

mod parse;
mod read;
mod write;

pub use parse::{Json, SyntaxError, parse};
pub use read::{JsonError, from_json};
pub use write::to_json;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lf::ast::BuiltinType as B;
    use crate::lf::signature::Signatures;
    use crate::lf::types::Type;

    fn builtin(builtin: B) -> Type {
        Type::Builtin(builtin)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let known = Signatures::default();
        let optional = |of: Type| builtin(B::Optional).apply([of]);
        let nested = optional(optional(builtin(B::Int64)));
        let numeric = builtin(B::Numeric).apply([Type::Nat(10)]);
        let map = builtin(B::GenMap).apply([builtin(B::Int64), builtin(B::Text)]);
        for (typ, text) in [
            (builtin(B::Unit), "{}"),
            (builtin(B::Bool), "true"),
            (builtin(B::Int64), "-9223372036854775808"),
            (numeric, "\"12345678901234567890.0000000001\""),
            (builtin(B::Date), "\"9999-12-31\""),
            (builtin(B::Timestamp), "\"1970-01-01T00:00:00.000001Z\""),
            (builtin(B::Party), "\"Alice\""),
            (optional(builtin(B::Text)), "null"),
            (optional(builtin(B::Text)), "\"x\""),
            (nested.clone(), "null"),
            (nested.clone(), "[]"),
            (nested, "[1]"),
            (builtin(B::List).apply([builtin(B::Text)]), "[\"a\",\"b\"]"),
            (
                builtin(B::TextMap).apply([builtin(B::Int64)]),
                "{\"a\":1,\"b\":2}",
            ),
            (map, "[[1,\"x\"],[2,\"y\"]]"),
        ] {
            let value = from_json(&known, &typ, &parse(text).unwrap()).unwrap();
            let json = to_json(&known, &typ, &value).unwrap();
            assert_eq!(json.to_string(), text, "{typ}");
        }
    }

    #[test]
    fn numbers_may_be_strings_and_strings_numbers() {
        let known = Signatures::default();
        let numeric = builtin(B::Numeric).apply([Type::Nat(2)]);
        for (typ, one, other) in [
            (builtin(B::Int64), "5", "\"5\""),
            (numeric, "0.5", "\"0.50\""),
        ] {
            let read = |json| from_json(&known, &typ, &parse(json).unwrap()).unwrap();
            assert_eq!(read(one), read(other));
        }
    }

    #[test]
    fn no_digit_of_a_numeric_is_lost() {
        let known = Signatures::default();
        let numeric = |scale| builtin(B::Numeric).apply([Type::Nat(scale)]);
        let read = |scale, text: &str| {
            let typ = numeric(scale);
            let value = from_json(&known, &typ, &parse(text).unwrap()).ok()?;
            Some(to_json(&known, &typ, &value).unwrap().as_str()?.to_owned())
        };
        for (scale, text, expected) in [
            (
                2,
                "123456789012345678901234567890123456.78",
                Some("123456789012345678901234567890123456.78"),
            ),
            (10, "0.1234567891", Some("0.1234567891")),
            (10, "9007199254740993", Some("9007199254740993.0000000000")),
            (
                0,
                "99999999999999999999999999999999999999",
                Some("99999999999999999999999999999999999999."),
            ),
            (2, "1.5e3", Some("1500.00")),
            (2, "-150E-2", Some("-1.50")),
            (2, "0e99", Some("0.00")),
            // what does not fit is refused, never rounded
            (2, "1.505", None),
            (2, "15e-3", None),
            (2, "1e40", None),
            (2, "1e1000000000", None),
            (2, "1234567890123456789012345678901234567", None),
        ] {
            assert_eq!(read(scale, text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_number_is_no_text() {
        let known = Signatures::default();
        for typ in [B::Text, B::Party, B::Date] {
            let error = from_json(&known, &builtin(typ), &parse("1").unwrap()).unwrap_err();
            assert_eq!(error.to_string(), "at the top: expected a string, got 1");
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let known = Signatures::default();
        let list = builtin(B::List).apply([builtin(B::Int64)]);
        let json = parse("[1, \"x\"]").unwrap();
        let error = from_json(&known, &list, &json).unwrap_err();
        assert_eq!(
            error.to_string(),
            "at .1: expected a number of 64 bits, got \"x\""
        );
        let deep = (0..300).fold(builtin(B::Int64), |of, _| {
            Type::App(Arc::new(builtin(B::List)), Arc::new(of))
        });
        let json = format!("{}1{}", "[".repeat(300), "]".repeat(300));
        let error = from_json(&known, &deep, &parse(&json).unwrap()).unwrap_err();
        let told = error.to_string();
        assert!(told.contains(".0.0…: values are nested deeper"), "{told}");
        assert!(told.chars().count() < 300, "{told}");
    }
}
