//! A package with a field of every type, and values written shortly.

use super::support::{in_module, with_text};
use crate::lf::engine::Engine;
use crate::lf::error::Error;
use crate::lf::signature::DataCons;
use crate::lf::types::Type;
use crate::lf::value::{Numeric, Record, Rendered, Value};
use crate::model::{Identifier, Name, PackageId, Party};

const SOURCE: &str = "
language 2.1;
metadata ('values' : '1.0.0');
module M {
  record @serializable Pair (a : *) = { left : a, right : a };
  record @serializable Gift = { from : Party, what : Text, note : Optional Text, more : Optional Int64 };
  record @serializable Nothing = { };
  variant @serializable Way (a : *) = Left : a | Right : a | Both : M:Pair a;
  variant @serializable Deep = Stop : Unit | More : M:Deep;
  variant @serializable Perfect (a : *) = Leaf : a | Node : M:Perfect (M:Two a a);
  record @serializable Two (a : *) (b : *) = { one : a, two : b };
  enum @serializable Color = Red | Green;
  record @serializable Wrapped a = { inner : List a };
  record @serializable All = {
    unit : Unit, bool : Bool, int : Int64, decimal : Numeric 10, cents : Numeric 2, text : Text,
    date : Date, time : Timestamp, party : Party, contract : ContractId M:Gift, list : List Int64,
    optional : Optional Int64, optionals : Optional (Optional Int64), texts : TextMap Int64, map : GenMap M:Color Int64,
    ways : GenMap (M:Way Int64) Text, pair : M:Pair Int64, gift : M:Gift, nothing : M:Nothing,
    way : M:Way (M:Pair Int64), color : M:Color, deep : M:Deep, perfect : M:Perfect Int64, wrapped : M:Wrapped Int64
  };
  record Open = { function : Int64 -> Int64 };
}
";

pub(super) struct Values {
    pub(super) engine: Engine,
    pub(super) package: PackageId,
}

impl Values {
    pub(super) fn new() -> Self {
        let (engine, package) = with_text(SOURCE);
        Self { engine, package }
    }

    pub(super) fn field_type(&self, record: &str, field: &str) -> Type {
        let signatures = self.engine.signatures();
        let id = in_module(&self.package, record);
        let DataCons::Record(fields) = &signatures.data_type(&id).unwrap().cons else {
            panic!("{record} is no record")
        };
        let found = fields.iter().find(|(label, _)| label.as_str() == field);
        found
            .unwrap_or_else(|| panic!("no field {field}"))
            .1
            .clone()
    }

    pub(super) fn translate(&self, field: &str, value: &Value) -> Result<Value, Error> {
        self.engine.translate(&self.field_type("All", field), value)
    }

    /// The normal form in words, or the error.
    pub(super) fn show(&self, field: &str, value: &Value) -> String {
        match self.translate(field, value) {
            Ok(value) => Rendered(&value).to_string(),
            Err(error) => error.to_string().replace(self.package.as_str(), "P"),
        }
    }

    pub(super) fn check(&self, cases: &[(&str, Value, &str)]) {
        for (field, value, expected) in cases {
            assert_eq!(&self.show(field, value), expected, "{field}: {value:?}");
        }
    }
}

pub(super) fn int(value: i64) -> Value {
    Value::Int64(value)
}

pub(super) fn text(value: &str) -> Value {
    Value::Text(value.into())
}

pub(super) fn numeric(value: &str) -> Value {
    Value::Numeric(Numeric::parse_untyped(value).unwrap())
}

pub(super) fn name(value: &str) -> Name {
    Name::parse(value).unwrap()
}

pub(super) fn some(value: Value) -> Value {
    Value::Optional(Some(Box::new(value)))
}

pub(super) fn none() -> Value {
    Value::Optional(None)
}

pub(super) fn unlabelled(fields: Vec<Value>) -> Value {
    let fields = fields.into_iter().map(|value| (None, value)).collect();
    Value::Record(Record { id: None, fields })
}

pub(super) fn labelled(fields: &[(&str, Value)]) -> Value {
    let fields = fields.iter();
    let fields = fields.map(|(label, value)| (Some(name(label)), value.clone()));
    Value::Record(Record {
        id: None,
        fields: fields.collect(),
    })
}

pub(super) fn variant(id: Option<Identifier>, constructor: &str, value: Value) -> Value {
    Value::Variant {
        id,
        constructor: name(constructor),
        value: Box::new(value),
    }
}

pub(super) fn enumeration(constructor: &str) -> Value {
    Value::Enum {
        id: None,
        constructor: name(constructor),
    }
}

pub(super) fn alice() -> Value {
    Value::Party(Party::parse("alice").unwrap())
}

pub(super) fn pair() -> Value {
    unlabelled(vec![int(1), int(2)])
}
