//! Values that applications give, checked against their types, and the way back to labels.

use std::sync::Arc;

use super::kinds::{
    Values, alice, enumeration, int, labelled, name, none, numeric, pair, some, text, unlabelled,
    variant,
};
use super::support::in_module;
use crate::lf::value::{Numeric, Record, Rendered, Value};
use crate::model::{ContractId, Identifier, PackageId, Timestamp};

#[test]
fn values_of_the_wrong_kind_are_refused_with_type_and_value() {
    Values::new().check(&[
        (
            "party",
            text("alice"),
            "mismatching type: Party and value: Text(alice)",
        ),
        ("bool", int(1), "mismatching type: Bool and value: Int64(1)"),
        (
            "int",
            text("12"),
            "mismatching type: Int64 and value: Text(12)",
        ),
        (
            "decimal",
            int(3),
            "mismatching type: Numeric 10 and value: Int64(3)",
        ),
        (
            "optional",
            int(5),
            "mismatching type: Optional Int64 and value: Int64(5)",
        ),
        (
            "date",
            Value::Timestamp(Timestamp::from_micros(0).unwrap()),
            "mismatching type: Date and value: Timestamp(1970-01-01T00:00:00Z)",
        ),
        (
            "time",
            Value::Date(0),
            "mismatching type: Timestamp and value: Date(1970-01-01)",
        ),
        (
            "list",
            Value::TextMap(vec![]),
            "mismatching type: List Int64 and value: TextMap(SortedLookupList())",
        ),
        (
            "pair",
            int(1),
            "mismatching type: M:Pair Int64 and value: Int64(1)",
        ),
        (
            "color",
            text("Red"),
            "mismatching type: M:Color and value: Text(Red)",
        ),
        (
            "unit",
            unlabelled(vec![]),
            "mismatching type: Unit and value: Record(None,ImmArray())",
        ),
        (
            "way",
            enumeration("Left"),
            "mismatching type: M:Way (M:Pair Int64) and value: Enum(None,Left)",
        ),
        (
            "color",
            variant(None, "Green", Value::Unit),
            "mismatching type: M:Color and value: Variant(None,Green,Unit)",
        ),
        (
            "list",
            Value::List(vec![int(1), text("2")]),
            "mismatching type: Int64 and value: Text(2)",
        ),
    ]);
}

#[test]
fn constructors_must_be_those_of_the_type() {
    Values::new().check(&[
        ("color", enumeration("Green"), "Enum(None,Green)"),
        (
            "color",
            enumeration("Purple"),
            "unknown constructor Purple in enumeration P:M:Color",
        ),
        (
            "way",
            variant(None, "Middle", pair()),
            "unknown constructor Middle in variant P:M:Way",
        ),
        (
            "way",
            variant(None, "Left", int(1)),
            "mismatching type: M:Pair Int64 and value: Int64(1)",
        ),
        (
            "way",
            variant(None, "Both", unlabelled(vec![pair(), pair()])),
            "Variant(None,Both,Record(None,ImmArray((None,Record(None,ImmArray((None,Int64(1)),(None,Int64(2))))),(None,Record(None,ImmArray((None,Int64(1)),(None,Int64(2))))))))",
        ),
    ]);
}

#[test]
fn labels_may_be_in_any_order_and_without_all_of_them_positions_count() {
    let values = Values::new();
    let expected = "Record(None,ImmArray((None,Int64(1)),(None,Int64(2))))";
    let half = Value::Record(Record {
        id: None,
        fields: vec![(Some(name("left")), int(1)), (None, int(2))],
    });
    let wrong = Value::Record(Record {
        id: None,
        fields: vec![(None, int(1)), (Some(name("left")), int(2))],
    });
    values.check(&[
        (
            "pair",
            labelled(&[("right", int(2)), ("left", int(1))]),
            expected,
        ),
        ("pair", pair(), expected),
        ("pair", half, expected),
        (
            "pair",
            wrong,
            "Mismatching record field label 'left' (expecting 'right') for record P:M:Pair",
        ),
        (
            "pair",
            labelled(&[("left", int(1)), ("right", int(2)), ("left", int(1))]),
            "Duplicate label left in record",
        ),
        (
            "pair",
            labelled(&[("left", int(1))]),
            "Missing non-optional field \"right\", cannot upgrade non-optional fields.",
        ),
        (
            "pair",
            unlabelled(vec![int(1)]),
            "Missing non-optional field \"right\", cannot upgrade non-optional fields.",
        ),
    ]);
    let many: Vec<_> = (0..100_000).map(|n| format!("l{n}")).collect();
    let mut many: Vec<_> = many.iter().map(|label| (label.as_str(), none())).collect();
    many.push(("l7", none()));
    assert_eq!(
        values.show("nothing", &labelled(&many)),
        "Duplicate label l7 in record"
    );
}

#[test]
fn optional_fields_may_be_missing_or_superfluous() {
    let short = "Record(None,ImmArray((None,Party(alice)),(None,Text(a ring))))";
    let gift = |more: Vec<Value>| unlabelled([vec![alice(), text("a ring")], more].concat());
    Values::new().check(&[
        ("gift", gift(vec![]), short),
        ("gift", gift(vec![none(), none()]), short),
        ("gift", gift(vec![none(), none(), none(), none()]), short),
        (
            "gift",
            gift(vec![none(), some(int(3))]),
            "Record(None,ImmArray((None,Party(alice)),(None,Text(a ring)),(None,Optional(None)),(None,Optional(Some(Int64(3))))))",
        ),
        (
            "gift",
            labelled(&[("more", none()), ("what", text("a ring")), ("from", alice()), ("x", none())]),
            short,
        ),
        (
            "pair",
            labelled(&[("left", int(1)), ("right", int(2)), ("x", int(3))]),
            "Found non-optional extra field \"x\", cannot remove for downgrading.",
        ),
        (
            "pair",
            labelled(&[("left", int(1)), ("right", int(2)), ("x", some(int(3)))]),
            "An optional contract field (\"x\") with a value of Some may not be dropped during downgrading.",
        ),
        (
            "pair",
            unlabelled(vec![int(1), int(2), int(3)]),
            "Found non-optional extra field, cannot remove for downgrading.",
        ),
        ("nothing", unlabelled(vec![]), "Record(None,ImmArray())"),
    ]);
}

#[test]
fn numbers_must_fit_their_scale() {
    Values::new().check(&[
        ("decimal", numeric("1."), "Numeric(1.0000000000)"),
        ("decimal", numeric("+1.5"), "Numeric(1.5000000000)"),
        ("decimal", numeric("-0"), "Numeric(0.0000000000)"),
        (
            "decimal",
            numeric("1.00000000000000"),
            "Numeric(1.0000000000)",
        ),
        (
            "decimal",
            numeric("0.00000000001"),
            "Cannot represent 0.00000000001 as (Numeric 10) without loss of precision",
        ),
        (
            "decimal",
            numeric("10000000000000000000000000000"),
            "Out-of-bounds (Numeric 10) 10000000000000000000000000000.0000000000",
        ),
        (
            "cents",
            numeric("1.234"),
            "Cannot represent 1.234 as (Numeric 2) without loss of precision",
        ),
        (
            "cents",
            numeric("999999999999999999999999999999999999.99"),
            "Numeric(999999999999999999999999999999999999.99)",
        ),
        (
            "cents",
            numeric("1000000000000000000000000000000000000"),
            "Out-of-bounds (Numeric 2) 1000000000000000000000000000000000000.00",
        ),
    ]);
    for bad in ["", ".5", "1e3", "1.5.", "--1", "0x1", " 1", "1_000"] {
        assert_eq!(Numeric::parse_untyped(bad), None, "{bad}");
    }
}

#[test]
fn maps_are_sorted_and_the_last_of_equal_keys_counts() {
    let entry = |key: &str, value| (Arc::from(key), int(value));
    let way = |constructor, n, to: &str| (variant(None, constructor, int(n)), text(to));
    Values::new().check(&[
        (
            "texts",
            Value::TextMap(vec![entry("b", 1), entry("\u{10000}", 2), entry("\u{e000}", 3), entry("", 4)]),
            "TextMap(SortedLookupList((,Int64(4)),(b,Int64(1)),(\u{e000},Int64(3)),(\u{10000},Int64(2))))",
        ),
        (
            "texts",
            Value::TextMap(vec![entry("a", 1), entry("b", 2), entry("a", 3)]),
            "key a duplicated when trying to build map",
        ),
        // constructors are in the order of their declaration
        (
            "map",
            Value::GenMap(vec![(enumeration("Green"), int(1)), (enumeration("Red"), int(2)), (enumeration("Green"), int(3))]),
            "GenMap((Enum(None,Red),Int64(2)),(Enum(None,Green),Int64(3)))",
        ),
        (
            "ways",
            Value::GenMap(vec![way("Right", 1, "a"), way("Left", 2, "b"), way("Left", -1, "c"), way("Left", 2, "d")]),
            "GenMap((Variant(None,Left,Int64(-1)),Text(c)),(Variant(None,Left,Int64(2)),Text(d)),(Variant(None,Right,Int64(1)),Text(a)))",
        ),
    ]);
}

#[test]
fn type_ids_must_name_the_type_in_whatever_package() {
    let values = Values::new();
    let with = |id: Identifier| {
        let Value::Record(mut record) = pair() else {
            unreachable!()
        };
        record.id = Some(id);
        Value::Record(record)
    };
    let other: PackageId = "ab".repeat(32).parse().unwrap();
    values.check(&[
        (
            "pair",
            with(in_module(&values.package, "Pair")),
            "Record(None,ImmArray((None,Int64(1)),(None,Int64(2))))",
        ),
        (
            "pair",
            with(in_module(&other, "Pair")),
            "Record(None,ImmArray((None,Int64(1)),(None,Int64(2))))",
        ),
        (
            "pair",
            with(in_module(&values.package, "Gift")),
            "Mismatching variant id, the type tells us M:Pair, but the value tells us M:Gift",
        ),
        (
            "way",
            variant(Some(in_module(&other, "Weg")), "Left", pair()),
            "Mismatching variant id, the type tells us M:Way, but the value tells us M:Weg",
        ),
    ]);
}

#[test]
fn texts_contract_ids_and_nesting_have_their_limits() {
    let values = Values::new();
    let local = ContractId::new([7; 32], &[]);
    let complete = ContractId::new([7; 32], &[0xca, 0x12]);
    let key = Value::TextMap(vec![("a\0".into(), int(1))]);
    values.check(&[
        ("text", text("a\0b"), "Text contains null character"),
        ("texts", key, "Text contains null character"),
        (
            "wrapped",
            unlabelled(vec![Value::List(vec![int(1)])]),
            "Record(None,ImmArray((None,List(Int64(1)))))",
        ),
        (
            "contract",
            Value::ContractId(local.clone()),
            &format!("Illegal Contract ID \"{local}\", non-suffixed V1 Contract IDs are forbidden"),
        ),
        (
            "contract",
            Value::ContractId(complete.clone()),
            &format!("ContractId({complete})"),
        ),
    ]);
    let deep = |levels: usize| {
        let stop = variant(None, "Stop", Value::Unit);
        (0..levels).fold(stop, |inner, _| variant(None, "More", inner))
    };
    assert!(values.translate("deep", &deep(99)).is_ok());
    for levels in [100, 200] {
        assert_eq!(
            values.show("deep", &deep(levels)),
            "Provided value exceeds maximum nesting level of 100"
        );
    }
    let function = values.field_type("Open", "function");
    let error = values.engine.translate(&function, &int(1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unserializableType type Arrow Int64 Int64"
    );
}

#[test]
fn types_that_grow_with_the_value_have_an_end() {
    let values = Values::new();
    let tree = |levels: usize, leaf: Value| {
        let leaf = variant(None, "Leaf", leaf);
        (0..levels).fold(leaf, |inner, _| variant(None, "Node", inner))
    };
    let four = unlabelled(vec![pair(), pair()]);
    assert!(values.translate("perfect", &tree(2, four)).is_ok());
    let wrong = values.show("perfect", &tree(2, int(1)));
    assert_eq!(
        wrong,
        "mismatching type: M:Two (M:Two Int64 Int64) (M:Two Int64 Int64) and value: Int64(1)"
    );
    let endless = values.show("perfect", &tree(90, int(1)));
    assert!(
        endless.starts_with("unserializableType type M:P"),
        "{endless}"
    );
    assert!(endless.len() < 20_000, "{}", endless.len());
}

#[test]
fn answers_have_labels_and_ids_but_no_trailing_nones() {
    let values = Values::new();
    let enrich = |field: &str, value: Value| {
        let typ = values.field_type("All", field);
        let value = values.engine.translate(&typ, &value).unwrap();
        let enriched = values.engine.enrich(&typ, &value).unwrap();
        // what is enriched is accepted, and means the same
        assert_eq!(values.engine.translate(&typ, &enriched).unwrap(), value);
        Rendered(&enriched)
            .to_string()
            .replace(values.package.as_str(), "P")
    };
    assert_eq!(
        enrich(
            "gift",
            unlabelled(vec![alice(), text("a ring"), none(), none()])
        ),
        "Record(Some(P:M:Gift),ImmArray((Some(from),Party(alice)),(Some(what),Text(a ring))))"
    );
    assert_eq!(
        enrich("way", variant(None, "Left", pair())),
        "Variant(Some(P:M:Way),Left,Record(Some(P:M:Pair),ImmArray((Some(left),Int64(1)),(Some(right),Int64(2)))))"
    );
    let map = Value::GenMap(vec![(enumeration("Red"), int(2))]);
    assert_eq!(
        enrich("map", map),
        "GenMap((Enum(Some(P:M:Color),Red),Int64(2)))"
    );
    assert_eq!(
        enrich("optionals", some(none())),
        "Optional(Some(Optional(None)))"
    );
    assert_eq!(enrich("list", Value::List(vec![int(1)])), "List(Int64(1))");
}
