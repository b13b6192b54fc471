//! Views of contracts for answers to applications.

use super::model::{alice, bob, record};
use super::support::{in_module, with_text};
use crate::lf::error::Error;
use crate::lf::value::Value;

/// `Both` implements the interfaces `Base` and `More`, `Only` just `Base`.
const SOURCE: &str = r#"
language 2.1;
metadata ('interfaces' : '1.0.0');
module M {
  record @serializable Number = { n : Int64 };
  record @serializable Word = { text : Text };
  interface (this : Base) = { viewtype M:Number; };
  interface (this : More) = { viewtype M:Word; requires M:Base; };
  record @serializable Both = { owner : Party, seer : Party, n : Int64 };
  template (this : Both) = {
    precondition True;
    signatories Cons @Party [M:Both {owner} this] (Nil @Party);
    observers Cons @Party [M:Both {seer} this] (Nil @Party);
    implements M:Base { view = M:Number {n = ADD_INT64 100 (M:Both {n} this)}; };
    implements M:More { view = M:Word {text = "more"}; };
  };
  record @serializable Only = { owner : Party };
  template (this : Only) = {
    precondition True;
    signatories Cons @Party [M:Only {owner} this] (Nil @Party);
    observers Nil @Party;
    implements M:Base { view = M:Number {n = -1}; };
  };
}
"#;

#[test]
fn views_are_computed_for_answers() {
    let (engine, package) = with_text(SOURCE);
    let both = record(vec![alice(), bob(), Value::Int64(7)]);
    let view = |template: &str, argument: &Value, interface: &str| {
        let [template, interface] = [template, interface].map(|name| in_module(&package, name));
        engine.view(&template, argument, &interface)
    };
    assert_eq!(
        view("Both", &both, "Base"),
        Ok(record(vec![Value::Int64(107)]))
    );
    assert_eq!(
        view("Both", &both, "More"),
        Ok(record(vec![Value::Text("more".into())]))
    );
    let only = record(vec![alice()]);
    assert!(matches!(view("Only", &only, "More"), Err(Error::Lookup(_))));
    assert!(matches!(view("Only", &both, "Base"), Err(Error::Value(_))));
}
