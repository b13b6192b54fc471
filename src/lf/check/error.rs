//! Why a package is ill-formed: one variant for each rule.

use std::fmt;

use crate::lf::ast::{LanguageVersion, Location};
use crate::lf::distinct::Duplicate;
use crate::model::{DottedName, ModuleName, PackageId};

/// A package that breaks a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct CheckError {
    /// The definition; none if the package as a whole is wrong.
    pub place: Option<Box<Place>>,
    /// What is wrong.
    pub fault: Box<Fault>,
}

/// A part of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The module.
    pub module: ModuleName,
    /// What kind of definition: `value`, `template`, …
    pub what: &'static str,
    /// Its name; none for the module itself.
    pub definition: Option<DottedName>,
    /// The choice, method, field, … in it.
    pub part: Option<String>,
    /// Where in the source, if the package says so.
    pub location: Option<Location>,
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{} [{}]", self.fault, self.fault.rule())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.what, self.module)?;
        if let Some(definition) = &self.definition {
            write!(f, ":{definition}")?;
        }
        if let Some(part) = &self.part {
            write!(f, ", {part}")?;
        }
        if let Some(Location { start, .. }) = &self.location {
            write!(f, " (line {}, column {})", start.0 + 1, start.1 + 1)?;
        }
        Ok(())
    }
}

macro_rules! faults {
    ($($(#[$doc:meta])* $variant:ident $({$($field:ident : $type:ty),+})? = $rule:literal, $($message:expr),+;)+) => {
        /// What is wrong. Types and names are in the words of the text form.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        #[allow(missing_docs, reason = "the message says what the fields are")]
        pub enum Fault {
            $($(#[$doc])* #[error($($message),+)] $variant $({$($field: $type),+})?,)+
        }

        impl Fault {
            /// The rule's name, which never changes.
            pub const fn rule(&self) -> &'static str {
                match self {
                    $(Self::$variant $({$($field: _),+})? => $rule,)+
                }
            }

            /// The names of all rules.
            pub const RULES: &'static [&'static str] = &[$($rule),+];
        }
    };
}

faults! {
    /// Two definitions with one name where names must differ.
    Duplicate { duplicate: Duplicate } = "defined-twice", "{duplicate}";
    /// Two names that are the same when case is ignored.
    Collision { one: String, other: String } = "name-collision", "{one} and {other} have the same name";
    /// Modules that use each other.
    ModuleCycle { modules: String } = "module-cycle", "modules use each other in a circle: {modules}";
    /// Synonyms that stand for each other.
    SynonymCycle { synonyms: String } = "synonym-cycle", "type synonyms stand for each other: {synonyms}";
    /// A dependency in a later version of the language.
    NewerDependency { dependency: PackageId, has: LanguageVersion, own: LanguageVersion }
        = "newer-dependency", "package {dependency} has language version {has}, later than {own}";
    /// Something that the package's version of the language doesn't have.
    Feature { what: String, language: LanguageVersion } = "not-in-language", "{what} is not in language version {language}";

    /// A name that stands for nothing.
    Unknown { what: &'static str, name: String } = "unknown-name", "unknown {what} {name}";
    /// A field, constructor, choice or method that there is not.
    NoMember { what: &'static str, of: String, name: String } = "unknown-member", "{of} has no {what} {name}";
    /// A variable that nothing binds.
    UnboundVariable { name: String } = "unbound-variable", "unbound variable {name}";
    /// A type variable that nothing binds.
    UnboundTypeVariable { name: String } = "unbound-type-variable", "unbound type variable {name}";

    /// A kind that ends in `nat`.
    NatResult { kind: String } = "nat-result", "a kind must not end in nat: {kind}";
    /// A type of the wrong kind.
    Kind { typ: String, expected: String, found: String }
        = "kind-mismatch", "type {typ}: expected kind {expected}, found {found}";
    /// A type with an argument that it doesn't take.
    NoTypeFunction { typ: String, kind: String } = "no-type-function", "type {typ} of kind {kind} takes no argument";
    /// A type constructor or synonym with too few or too many arguments.
    Arity { what: String, expected: usize, found: usize }
        = "wrong-arity", "{what}: expected {expected} type arguments, found {found}";
    /// A type parameter twice.
    DuplicateParameter { name: String } = "duplicate-type-parameter", "type parameter {name} is given twice";
    /// A field twice.
    DuplicateField { name: String } = "duplicate-field", "field {name} is given twice";
    /// An enum or the type of an interface with parameters.
    Parameters { what: &'static str } = "no-parameters-allowed", "an {what} has no type parameters";

    /// An expression of another type.
    Type { expected: String, found: String } = "type-mismatch", "expected type {expected}, found {found}";
    /// Something that is applied and no function.
    NoFunction { found: String } = "no-function", "expected a function, found type {found}";
    /// Something that is applied to a type and not polymorphic.
    NotPolymorphic { found: String } = "not-polymorphic", "expected a polymorphic type, found {found}";
    /// Something whose field is taken and no struct.
    NoStruct { found: String } = "no-struct", "expected a struct, found type {found}";
    /// Something that is run and no update.
    NoUpdate { found: String } = "no-update", "expected an update, found type {found}";
    /// A type that is not of the form that is needed.
    WrongData { expected: &'static str, found: String } = "wrong-data-type", "expected {expected}, found {found}";
    /// A record with other fields.
    Fields { of: String, expected: String, found: String }
        = "wrong-fields", "{of}: expected the fields {expected}, found {found}";
    /// A literal that is out of range.
    Literal { text: String } = "malformed-literal", "malformed literal {text}";
    /// A case without alternatives.
    EmptyCase = "empty-case", "a case has no alternatives";
    /// A list without elements in front of its tail.
    EmptyCons = "empty-cons", "Cons has no elements";
    /// A pattern for values of another type.
    Pattern { pattern: String, scrutinee: String }
        = "pattern-mismatch", "pattern {pattern} matches nothing of type {scrutinee}";
    /// A pattern with the same variable twice.
    ClashingVariables { name: String } = "clashing-pattern-variables", "variable {name} is twice in a pattern";
    /// A case that misses something.
    NotExhaustive { scrutinee: String, missing: String }
        = "not-exhaustive", "a case on type {scrutinee} misses {missing}";
    /// A type that no `Any` can hold.
    NoAnyType { found: String } = "no-any-type", "expected a type constructor without arguments, found {found}";
    /// A type that is no exception.
    NoException { found: String } = "no-exception-type", "expected an exception, found type {found}";
    /// A template that does not implement an interface.
    NoInstance { template: String, interface: String } = "no-instance", "{template} does not implement {interface}";
    /// An interface that does not require another.
    NotRequired { interface: String, required: String } = "not-required", "{interface} does not require {required}";

    /// A template or exception without a record for it.
    NoRecord { what: &'static str, name: String }
        = "no-record", "the argument of {what} {name} is no record without parameters";
    /// The type of an interface that isn't there.
    NoInterface { name: String } = "no-interface", "there is no interface for the type {name}";
    /// An interface that has the name of another type.
    NoInterfaceType { name: String } = "no-interface-type", "the type {name} is not that of an interface";
    /// A view that is no record.
    View { found: String } = "view-type", "expected the name of a record without parameters as view, found {found}";
    /// An interface that requires itself.
    RequiresItself = "requires-itself", "an interface requires itself";
    /// An interface that doesn't require what those that it requires do.
    NotClosed { required: String, missing: String }
        = "requirements-not-closed", "{required} requires {missing}, which is not required here";
    /// An instance of an interface without one of what that requires.
    MissingInstance { interface: String, required: String }
        = "missing-instance", "{interface} requires {required}, which is not implemented";
    /// An instance without a method.
    MissingMethod { interface: String, name: String }
        = "missing-method", "method {name} of {interface} is not implemented";

    /// A type whose values cannot be on the ledger where they must.
    NotSerializable { requirement: &'static str, typ: String, reason: String }
        = "not-serializable", "the {requirement} must be serializable; {typ} is not: {reason}";

    /// Types nested too deep.
    TooDeep = "too-deep", "types are nested too deep";
    /// Types that are too large.
    TooLarge = "too-large", "types are too large";
    /// A check that takes too long.
    TooMuchWork = "too-much-work", "checking the types takes too long";
    /// A bug of the checker.
    Internal { what: &'static str } = "internal", "internal error: {what}";
}

/// Words as a list, shortened.
pub(super) fn list(words: impl ExactSizeIterator<Item = impl Into<String>>) -> String {
    const SHOWN: usize = 20;
    let more = words.len().saturating_sub(SHOWN);
    let mut shown: Vec<String> = words.take(SHOWN).map(Into::into).collect();
    if more > 0 {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}
