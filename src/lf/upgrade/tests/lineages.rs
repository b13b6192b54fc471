//! Several versions at once.

use std::collections::BTreeSet;

use super::Packages;
use crate::lf::upgrade::{LineageError, Violation, check_lineages, check_pair, is_utility};
use crate::model::PackageId;

/// A package with one record.
fn package(version: &str, fields: &str) -> String {
    named(
        "p",
        version,
        &format!("record @serializable R = {{ {fields} }};"),
    )
}

fn named(name: &str, version: &str, body: &str) -> String {
    format!("metadata ('{name}' : '{version}'); module M {{ {body} }}")
}

struct Lineage {
    packages: Packages,
    ids: Vec<PackageId>,
}

impl Lineage {
    fn of<const N: usize>(sources: &[String; N]) -> Self {
        let mut packages = Packages::default();
        let ids = sources.iter().map(|it| packages.add(it).id.clone());
        let ids = ids.collect();
        Self { packages, ids }
    }

    /// Adds one to all others.
    fn check(&self, added: usize) -> Result<(), LineageError> {
        let target: BTreeSet<PackageId> = self.ids.iter().cloned().collect();
        let added = [self.ids[added].clone()].into();
        check_lineages(&added, &target, &self.packages.signatures)
    }
}

#[test]
fn a_version_that_comes_between_two_is_checked_against_both() {
    let lineage = Lineage::of(&[
        package("1.9.0", "x : Int64"),
        package("1.10.0", "x : Int64, y : Optional Text"),
        package("2.0.0", "x : Int64, y : Optional Text, z : Optional Text"),
    ]);
    for added in 0..3 {
        assert_eq!(lineage.check(added), Ok(()));
    }
    let lineage = Lineage::of(&[
        package("1.0.0", "x : Int64"),
        package("1.1.0", "x : Int64, y : Optional Text"),
        package("2.0.0", "x : Int64"),
    ]);
    for added in 0..3 {
        match lineage.check(added) {
            Err(LineageError::Incompatible { past, present, .. }) => {
                assert_eq!(
                    (past.version.as_str(), present.version.as_str()),
                    ("1.1.0", "2.0.0")
                );
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_error_names_both_packages() {
    let lineage = Lineage::of(&[package("1.0.0", "x : Int64"), package("1.0.1", "")]);
    let [past, present] = &lineage.ids[..] else {
        panic!()
    };
    let error = lineage.check(1).unwrap_err().to_string();
    let expected = format!(
        "Upgrade checks indicate that {present} (p v1.0.1) cannot be an upgrade of {past} (p v1.0.0). \
         Reason: The upgraded data type R is missing some of its original fields."
    );
    assert!(error.starts_with(&expected), "{error}");
}

#[test]
fn two_packages_with_one_name_and_version_are_refused() {
    let lineage = Lineage::of(&[package("1.0.0", "x : Int64"), package("1.0.0", "x : Text")]);
    assert!(matches!(
        lineage.check(1),
        Err(LineageError::SameVersion { .. })
    ));
    // and only where both would be vetted
    let alone = [lineage.ids[1].clone()].into();
    assert_eq!(
        check_lineages(&alone, &alone, &lineage.packages.signatures),
        Ok(())
    );
}

#[test]
fn names_that_are_not_concerned_are_not_looked_at() {
    let lineage = Lineage::of(&[
        package("1.0.0", "x : Int64"),
        package("1.0.0", "x : Text"),
        named("q", "1.0.0", "record @serializable R = { };"),
    ]);
    assert_eq!(lineage.check(2), Ok(()));
}

#[test]
fn what_a_package_needs_is_checked_before_it() {
    let dependency = |version, fields| {
        named(
            "zz",
            version,
            &format!("record @serializable D = {{ {fields} }};"),
        )
    };
    let user = |fields: &str| {
        format!(
            "metadata ('aa' : '1.0.0'); import 'zz' = 'zz' : '1.0.1';
             module M {{ record @serializable R = {{ {fields} }}; }}"
        )
    };
    let lineage = Lineage::of(&[
        dependency("1.0.0", "x : Int64"),
        dependency("1.0.1", "x : Text"),
        user("d : 'zz':M:D"),
        user("d : 'zz':M:D, more : Text"),
    ]);
    match lineage.check(3) {
        Err(LineageError::Incompatible { present, .. }) => assert_eq!(present.name.as_str(), "zz"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_dependency_that_is_not_there_is_told() {
    let lineage = Lineage::of(&[named("zz", "1.0.0", "record @serializable D = { };"), {
        "metadata ('aa' : '1.0.0'); import 'zz' = 'zz' : '1.0.0';
         module M { record @serializable R = { d : 'zz':M:D }; }"
            .to_owned()
    }]);
    let mut known = crate::lf::signature::Signatures::default();
    known.insert(
        lineage
            .packages
            .signatures
            .package(&lineage.ids[1])
            .unwrap()
            .clone(),
    );
    let added = [lineage.ids[1].clone()].into();
    let missing = check_lineages(&added, &added, &known).unwrap_err();
    assert!(
        matches!(missing, LineageError::MissingDependency { missing, .. } if missing == lineage.ids[0])
    );
}

#[test]
fn utility_packages_are_not_compared() {
    let utility = |version, body| named("u", version, body);
    let lineage = Lineage::of(&[
        utility("1.0.0", "record R = { f : Int64 };"),
        utility("1.0.0", "record R = { f : Text };"),
        utility("1.0.1", "val x : Int64 = 1;"),
    ]);
    for id in &lineage.ids {
        assert!(is_utility(lineage.packages.signatures.package(id).unwrap()));
    }
    assert_eq!(lineage.check(1), Ok(()));
    // nor do they stand between versions that are
    let lineage = Lineage::of(&[
        package("1.0.0", "x : Int64"),
        named("p", "1.1.0", "val x : Int64 = 1;"),
        package("1.2.0", "x : Text"),
    ]);
    match lineage.check(1) {
        Err(LineageError::Incompatible { past, present, .. }) => {
            assert_eq!(
                (past.version.as_str(), present.version.as_str()),
                ("1.0.0", "1.2.0")
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_standard_library_has_no_templates() {
    let data = |x| {
        named(
            "daml-prim",
            "0.0.0",
            &format!("record @serializable R = {{ x : {x} }};"),
        )
    };
    let lineage = Lineage::of(&[data("Int64"), data("Text")]);
    assert_eq!(lineage.check(1), Ok(()));
    let template = "record @serializable T = { owner : Party };
        template (this : T) = {
          signatories Cons @Party [M:T {owner} this] (Nil @Party);
          observers Nil @Party;
        };";
    let lineage = Lineage::of(&[named("daml-stdlib", "1.0.0", template)]);
    assert!(matches!(lineage.check(0), Err(LineageError::NotUtility(_))));
}

#[test]
fn interfaces_and_exceptions_may_change_and_disappear() {
    let with = |version, body: &str| named("p", version, body);
    let past = "record @serializable V = { };
        interface (this : I) = { viewtype M:V; method m : Int64; };
        record @serializable E = { x : Int64 }; exception E = { message \\(e : M:E) -> \"no\" };";
    let mut packages = Packages::default();
    let old = packages.add(&with("1.0.0", past));
    for present in [
        "record @serializable V = { };",
        "record @serializable V = { };
         interface (this : I) = { viewtype M:V; method m : Text; };
         record @serializable E = { x : Text }; exception E = { message \\(e : M:E) -> \"no\" };",
    ] {
        let new = packages.add(&with("1.0.1", present));
        assert_eq!(check_pair(&old, &new, &packages.signatures), Ok(()));
    }
    // but a data type of that name is one
    let new = packages.add(&with(
        "1.0.1",
        "record @serializable V = { }; record @serializable E = { x : Text };",
    ));
    assert_eq!(check_pair(&old, &new, &packages.signatures), Ok(()));
    let back = check_pair(&new, &old, &packages.signatures).unwrap_err();
    assert!(matches!(back.violation, Violation::MissingDataType(_)));
}

#[test]
fn types_that_share_their_parts_are_compared_in_no_time() {
    // 2 to the 64th nodes: synonyms are bounded, but parts may be shared by an archive
    use crate::lf::ast::BuiltinType;
    use crate::lf::types::Type;
    use std::sync::Arc;
    let doubled = |leaf: Type| {
        let mut typ = Arc::new(leaf);
        for _ in 0..64 {
            typ = Arc::new(Type::App(Arc::clone(&typ), typ));
        }
        typ
    };
    let signatures = crate::lf::signature::Signatures::default();
    let types = super::super::types::Types { known: &signatures };
    let unit = doubled(Type::Builtin(BuiltinType::Unit));
    let again = doubled(Type::Builtin(BuiltinType::Unit));
    let other = doubled(Type::Builtin(BuiltinType::Text));
    assert_eq!(types.change((&unit, &again), (&[], &[])), None);
    assert!(types.change((&unit, &other), (&[], &[])).is_some());
}

#[test]
fn records_with_very_many_fields_are_compared_in_no_time_and_told_briefly() {
    let fields = |typ: &str| {
        let fields = (0..20_000).map(|n| format!("f{n} : {typ}"));
        fields.collect::<Vec<_>>().join(", ")
    };
    let lineage = Lineage::of(&[
        package("1.0.0", &fields("Int64")),
        package("1.0.1", &fields("Text")),
    ]);
    let told = lineage.check(1).unwrap_err().to_string();
    assert!(
        told.contains("f4 was Int64 and is Text and more."),
        "{told}"
    );
    let lineage = Lineage::of(&[package("1.0.0", ""), package("1.0.1", &fields("Text"))]);
    let told = lineage.check(1).unwrap_err().to_string();
    assert!(
        told.contains("Not Optional: f0, f1, f2, f3, f4 and more."),
        "{told}"
    );
}
