//! Hashes of contract keys are those that Canton computes.

use super::support::with_text;
use crate::lf::ast::BuiltinType as B;
use crate::lf::types::Type;
use crate::lf::value::key_hash;
use crate::model::{Identifier, PackageName};

const SOURCE: &str = r#"
language 2.1;
metadata ('hashes' : '1.0.0');
module Module {
  record @serializable ComplexRecord = {
    fInt0 : Int64, fInt1 : Int64, fInt2 : Int64, fNumeric0 : Numeric 10, fNumeric1 : Numeric 10,
    fBool0 : Bool, fBool1 : Bool, fDate0 : Date, fDate1 : Date, fTime0 : Timestamp, fTime1 : Timestamp,
    fText0 : Text, fText1 : Text, fParty : Party, fUnit : Unit, fOpt0 : Optional Text,
    fOpt1 : Optional Text, fList : List Text, fVariant : Module:Variant, fRecord : Module:Record,
    fTextMap : TextMap Int64, fGenMap : GenMap Text Int64
  };
  record @serializable Record = { field1 : Text, field2 : Text };
  variant @serializable Variant = VariantCons : Int64;
  val party : Party = case TEXT_TO_PARTY "Alice" of Some party -> party | None -> ERROR @Party "no party";
  val result : Module:ComplexRecord = Module:ComplexRecord {
    fInt0 = 0, fInt1 = 123456, fInt2 = -1, fNumeric0 = 0.0000000000, fNumeric1 = 0.3333333333,
    fBool0 = True, fBool1 = False, fDate0 = UNIX_DAYS_TO_DATE 0, fDate1 = UNIX_DAYS_TO_DATE 123456,
    fTime0 = UNIX_MICROSECONDS_TO_TIMESTAMP 0, fTime1 = UNIX_MICROSECONDS_TO_TIMESTAMP 123456,
    fText0 = "", fText1 = "abcd-äöü€", fParty = Module:party, fUnit = (), fOpt0 = None @Text,
    fOpt1 = Some @Text "Some", fList = Cons @Text ["A", "B", "C"] (Nil @Text),
    fVariant = Module:Variant:VariantCons 0, fRecord = Module:Record {field1 = "field1", field2 = "field2"},
    fTextMap = TEXTMAP_INSERT @Int64 "keyB" 1 (TEXTMAP_INSERT @Int64 "keyA" 0 (TEXTMAP_EMPTY @Int64)),
    fGenMap = GENMAP_INSERT @Text @Int64 "keyB" 1 (GENMAP_INSERT @Text @Int64 "keyA" 0 (GENMAP_EMPTY @Text @Int64))
  };
}
module Mod {
  enum @serializable Color = Red | Green;
  record @serializable Unit = { };
  record @serializable Tuple = { _1 : Bool, _2 : Bool };
  variant @serializable Either = Left : Bool | Right : Bool;
  val green : Mod:Color = Mod:Color:Green;
  val unit : Mod:Unit = Mod:Unit {};
  val tuple : Mod:Tuple = Mod:Tuple {_1 = True, _2 = False};
  val left : Mod:Either = Mod:Either:Left False;
  val negative : Numeric 10 = -10000.0000000000;
  val zero : Numeric 0 = 0.;
  val large : Numeric 0 = 10000.;
  val nested : Optional (Optional Bool) = Some @(Optional Bool) (Some @Bool False);
  val list : List Bool = Cons @Bool [False, True] (Nil @Bool);
  val textmap : TextMap Bool = TEXTMAP_INSERT @Bool "b" True (TEXTMAP_INSERT @Bool "a" False (TEXTMAP_EMPTY @Bool));
  val genmap : GenMap Text Bool = GENMAP_INSERT @Text @Bool "b" True (GENMAP_INSERT @Text @Bool "a" False (GENMAP_EMPTY @Text @Bool));
  val before : Timestamp = 1969-07-21T02:56:15Z;
}
"#;

fn of(builtin: B, args: impl IntoIterator<Item = Type>) -> Type {
    Type::Builtin(builtin).apply(args)
}

fn bool() -> Type {
    Type::Builtin(B::Bool)
}

#[test]
fn hashes_of_keys_are_cantons() {
    let (engine, package) = with_text(SOURCE);
    let signatures = engine.signatures();
    let id = |name: &str| -> Identifier { format!("{package}:{name}").parse().unwrap() };
    let data = |name: &str| Type::Con(id(name));
    let hash = |template: &str, typ: &Type, definition: &str| {
        let value = engine.evaluate(&id(definition)).unwrap();
        let name = PackageName::parse("package-name-0").unwrap();
        let hash = key_hash(&signatures, &name, &id(template), typ, &value);
        hash.unwrap().to_string()
    };
    let complex = data("Module:ComplexRecord");
    assert_eq!(
        hash("Module:Template", &complex, "Module:result"),
        "71c28060678dcc5b193f248769672af758205c0520b12d69c680edbc9d5d0ea6"
    );
    let scale = |scale| of(B::Numeric, [Type::Nat(scale)]);
    let text = || Type::Builtin(B::Text);
    let nested = of(B::Optional, [of(B::Optional, [bool()])]);
    for (definition, typ, expected) in [
        (
            "green",
            data("Mod:Color"),
            "0d71124de174ced81bfd5d63fa8508aa6cdb34cb453bb24e5d4c5e9274a2f0a9",
        ),
        (
            "unit",
            data("Mod:Unit"),
            "184daf4f7d4a83e5c8d1f63cb0d376a8d712e6c5cb95346a2c22a6aa114599f0",
        ),
        (
            "tuple",
            data("Mod:Tuple"),
            "1650925c5f9d47ff1595db1d8c9344d0ee8b81b4b8f697bb3ff767e461bba470",
        ),
        (
            "left",
            data("Mod:Either"),
            "5186b12a7a988104b9ebac9e160a1ae92e5ba933836250992d3f2450deae2d76",
        ),
        (
            "negative",
            scale(10),
            "33c37af38ef97508b50d41e3290b616827bf52696b2539b45a41176e6bd5c906",
        ),
        (
            "zero",
            scale(0),
            "50e9c5165eb244884d9655b978338d2400eaa2b3c92895b6fe4161e6f5ca952d",
        ),
        (
            "large",
            scale(0),
            "c81106258111cb6f8bbc1d9431d07d44070a288fb173e6ad60f0d3f2ff2329dc",
        ),
        (
            "nested",
            nested,
            "59ef5b3cc46bc79df7c1f2949e440ddc560d3bbee4aa22c979984e7821eb8b0d",
        ),
        (
            "list",
            of(B::List, [bool()]),
            "edbe423c9fae816912ebae3537bab586bb10d69f9f6f76e786e1537505cc734a",
        ),
        (
            "textmap",
            of(B::TextMap, [bool()]),
            "7824d3539f957af853c564f4a5c0aea80d1b0bc0bf62a672b914f9229e5369de",
        ),
        (
            "genmap",
            of(B::GenMap, [text(), bool()]),
            "3c2c165ff9cc37d3db113c6e4765cb1800781793548308c64ff64b7629e782f5",
        ),
        (
            "before",
            Type::Builtin(B::Timestamp),
            "e2f206c033c614c06381887f83fde5e38f38b52ae39c071ba81a6c66f0109599",
        ),
    ] {
        let hash = hash("module:name", &typ, &format!("Mod:{definition}"));
        assert_eq!(hash, expected, "{definition}");
    }
}

#[test]
fn versions_of_a_package_that_add_an_optional_field_have_the_same_hashes() {
    let (engine, package) = with_text(SOURCE);
    let newer = SOURCE.replace("_2 : Bool }", "_2 : Bool, _3 : Optional Bool }");
    let newer = newer.replace("_2 = False}", "_2 = False, _3 = None @Bool}");
    let (newer, newer_package) = with_text(&newer);
    let value = engine
        .evaluate(&format!("{package}:Mod:tuple").parse().unwrap())
        .unwrap();
    let hash = |engine: &crate::lf::engine::Engine, package: &crate::model::PackageId| {
        let id = |name: &str| -> Identifier { format!("{package}:{name}").parse().unwrap() };
        let name = PackageName::parse("hashes").unwrap();
        let typ = Type::Con(id("Mod:Tuple"));
        key_hash(&engine.signatures(), &name, &id("Mod:T"), &typ, &value).unwrap()
    };
    assert_eq!(hash(&engine, &package), hash(&newer, &newer_package));
}
