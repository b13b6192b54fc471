//! Arguments and results of scripts as JSON, in the encoding that the JSON Ledger API has.
//!
//! Records and text maps are objects, variants `{"tag", "value"}`, enumerations and parties strings,
//! other maps lists of pairs; `None` is `null` and `Some x` is `x`, but for optionals in optionals, where
//! they are `[]` and `[x]`. Numbers may be read from strings; numerics are written as strings, so
//! that no digit is lost.

mod read;
mod write;

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
            let json: serde_json::Value = serde_json::from_str(text).unwrap();
            let value = from_json(&known, &typ, &json).unwrap();
            assert_eq!(to_json(&known, &typ, &value).unwrap(), json, "{typ}");
        }
    }

    #[test]
    fn numbers_may_be_strings_and_strings_numbers() {
        let known = Signatures::default();
        let numeric = builtin(B::Numeric).apply([Type::Nat(2)]);
        for (typ, one, other) in [
            (
                builtin(B::Int64),
                serde_json::json!(5),
                serde_json::json!("5"),
            ),
            (numeric, serde_json::json!(0.5), serde_json::json!("0.50")),
        ] {
            let read = |json| from_json(&known, &typ, json).unwrap();
            assert_eq!(read(&one), read(&other));
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let known = Signatures::default();
        let list = builtin(B::List).apply([builtin(B::Int64)]);
        let error = from_json(&known, &list, &serde_json::json!([1, "x"])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "at .1: expected a number of 64 bits, got \"x\""
        );
        let deep = (0..300).fold(builtin(B::Int64), |of, _| {
            Type::App(Arc::new(builtin(B::List)), Arc::new(of))
        });
        let json = (0..300).fold(serde_json::json!(1), |of, _| serde_json::json!([of]));
        assert!(from_json(&known, &deep, &json).is_err());
    }
}
