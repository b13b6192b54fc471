//! Daml-LF as data: what an archive or a text says, before anything is resolved.
//!
//! Follows the Daml-LF 2 specification. Names are as written; a reference into the package itself
//! stays [`PackageIs::This`], since a package written as text has no id before it is encoded.
//! Types are shared (`Arc`), as archives share them; expressions are trees.

use std::fmt;
use std::sync::Arc;

use crate::model::{DottedName, ModuleName, Name, PackageId, PackageName, PackageVersion};

/// A version of the language. Asked for at each place where versions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LanguageVersion {
    /// LF 2.1
    V2_1,
    /// LF 2.2
    V2_2,
    /// LF 2.3
    V2_3,
}

impl LanguageVersion {
    /// Every version that Jura runs, oldest first.
    pub const ALL: [Self; 3] = [Self::V2_1, Self::V2_2, Self::V2_3];

    /// The minor version as archives spell it.
    pub const fn minor(self) -> &'static str {
        match self {
            Self::V2_1 => "1",
            Self::V2_2 => "2",
            Self::V2_3 => "3",
        }
    }
}

impl fmt::Display for LanguageVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "2.{}", self.minor())
    }
}

/// A package.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// The version of the language it is written in.
    pub language: LanguageVersion,
    /// Its name.
    pub name: PackageName,
    /// Its version under that name.
    pub version: PackageVersion,
    /// The package that it says to upgrade, if it says so.
    pub upgrades: Option<PackageId>,
    /// The packages it refers to, sorted. Computed from the references, not declared.
    pub dependencies: Vec<PackageId>,
    /// Its modules.
    pub modules: Vec<Module>,
}

/// A module.
#[derive(Debug, Clone, PartialEq)]
pub struct Module {
    /// Its name.
    pub name: ModuleName,
    /// Feature flags as archives carry them.
    pub flags: FeatureFlags,
    /// Type synonyms.
    pub synonyms: Vec<DefTypeSynonym>,
    /// Records, variants, enums and the types of interfaces.
    pub data_types: Vec<DefDataType>,
    /// Values and functions.
    pub values: Vec<DefValue>,
    /// Templates.
    pub templates: Vec<DefTemplate>,
    /// Exceptions.
    pub exceptions: Vec<DefException>,
    /// Interfaces.
    pub interfaces: Vec<DefInterface>,
}

/// Flags of a module. All three must be set in LF 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::struct_excessive_bools, reason = "the archive has these three")]
pub struct FeatureFlags {
    /// Party literals are forbidden.
    pub forbid_party_literals: bool,
    /// Contract ids in create arguments divulge nothing.
    pub dont_divulge_contract_ids_in_create_arguments: bool,
    /// Observers don't see non-consuming choices.
    pub dont_disclose_non_consuming_choices_to_observers: bool,
}

/// The package that a reference points into.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PackageIs {
    /// The package that contains the reference.
    This,
    /// Another package.
    Other(PackageId),
}

/// A reference to a type constructor, type synonym, value, template or interface.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ref {
    /// The package.
    pub package: PackageIs,
    /// The module in it.
    pub module: ModuleName,
    /// The name in the module.
    pub name: DottedName,
}

/// A kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `*`
    Star,
    /// `nat`
    Nat,
    /// `k1 -> k2`
    Arrow(Arc<Kind>, Arc<Kind>),
}

/// A type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// A type variable.
    Var(Name),
    /// A type constructor.
    Con(Ref),
    /// A type synonym with all its arguments.
    Synonym(Ref, Vec<Arc<Type>>),
    /// A builtin type.
    Builtin(BuiltinType),
    /// `t1 t2`
    App(Arc<Type>, Arc<Type>),
    /// `forall (a : k). t`
    Forall(Name, Arc<Kind>, Arc<Type>),
    /// `⟨f1: t1, …⟩`
    Struct(Vec<(Name, Arc<Type>)>),
    /// A natural number, 0 to 37: the scale of a numeric.
    Nat(u8),
}

/// Builtin type constructors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "named as in the specification")]
pub enum BuiltinType {
    Unit,
    Bool,
    Int64,
    Date,
    Timestamp,
    Numeric,
    Party,
    Text,
    ContractId,
    Optional,
    List,
    GenMap,
    TextMap,
    Any,
    AnyException,
    TypeRep,
    Arrow,
    Update,
    FailureCategory,
}

/// A position in Daml source code; lines and columns count from 0.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Location {
    /// The module, if it is not the current one.
    pub module: Option<(PackageIs, ModuleName)>,
    /// First line, first column.
    pub start: (u32, u32),
    /// Last line, column after the last.
    pub end: (u32, u32),
}

/// A type constructor applied to arguments, as expressions carry it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TypeConApp {
    /// The constructor.
    pub con: Ref,
    /// Its arguments.
    pub args: Vec<Arc<Type>>,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "named as in the specification")]
pub enum Expr {
    Var(Name),
    Val(Ref),
    Builtin(BuiltinFunction),
    Con(BuiltinCon),
    Lit(Literal),
    RecordCon {
        tycon: TypeConApp,
        fields: Vec<(Name, Expr)>,
    },
    RecordProj {
        tycon: TypeConApp,
        field: Name,
        record: Box<Expr>,
    },
    RecordUpdate {
        tycon: TypeConApp,
        field: Name,
        record: Box<Expr>,
        update: Box<Expr>,
    },
    VariantCon {
        tycon: TypeConApp,
        constructor: Name,
        arg: Box<Expr>,
    },
    EnumCon {
        tycon: Ref,
        constructor: Name,
    },
    StructCon {
        fields: Vec<(Name, Expr)>,
    },
    StructProj {
        field: Name,
        strukt: Box<Expr>,
    },
    StructUpdate {
        field: Name,
        strukt: Box<Expr>,
        update: Box<Expr>,
    },
    /// A function and at least one argument. From LF 2.2 on archives have one application for each
    /// argument (and type argument, and one abstraction for each parameter); decoding groups them.
    App {
        function: Box<Expr>,
        args: Vec<Expr>,
    },
    /// A polymorphic expression and at least one type.
    TypeApp {
        expr: Box<Expr>,
        types: Vec<Arc<Type>>,
    },
    /// At least one parameter.
    Abs {
        params: Vec<(Name, Arc<Type>)>,
        body: Box<Expr>,
    },
    /// At least one parameter.
    TypeAbs {
        params: Vec<(Name, Arc<Kind>)>,
        body: Box<Expr>,
    },
    Case {
        scrutinee: Box<Expr>,
        alternatives: Vec<CaseAlternative>,
    },
    /// At least one binding.
    Let {
        bindings: Vec<Binding>,
        body: Box<Expr>,
    },
    Nil(Arc<Type>),
    /// At least one element before the tail.
    Cons {
        element: Arc<Type>,
        front: Vec<Expr>,
        tail: Box<Expr>,
    },
    None(Arc<Type>),
    Some {
        element: Arc<Type>,
        value: Box<Expr>,
    },
    ToAny {
        typ: Arc<Type>,
        expr: Box<Expr>,
    },
    FromAny {
        typ: Arc<Type>,
        expr: Box<Expr>,
    },
    TypeRep(Arc<Type>),
    ToAnyException {
        typ: Arc<Type>,
        expr: Box<Expr>,
    },
    FromAnyException {
        typ: Arc<Type>,
        expr: Box<Expr>,
    },
    Throw {
        result: Arc<Type>,
        exception_type: Arc<Type>,
        exception: Box<Expr>,
    },
    ToInterface {
        interface: Ref,
        template: Ref,
        expr: Box<Expr>,
    },
    FromInterface {
        interface: Ref,
        template: Ref,
        expr: Box<Expr>,
    },
    UnsafeFromInterface {
        interface: Ref,
        template: Ref,
        contract_id: Box<Expr>,
        expr: Box<Expr>,
    },
    ToRequiredInterface {
        required: Ref,
        requiring: Ref,
        expr: Box<Expr>,
    },
    FromRequiredInterface {
        required: Ref,
        requiring: Ref,
        expr: Box<Expr>,
    },
    UnsafeFromRequiredInterface {
        required: Ref,
        requiring: Ref,
        contract_id: Box<Expr>,
        expr: Box<Expr>,
    },
    CallInterface {
        interface: Ref,
        method: Name,
        expr: Box<Expr>,
    },
    ViewInterface {
        interface: Ref,
        expr: Box<Expr>,
    },
    SignatoryInterface {
        interface: Ref,
        expr: Box<Expr>,
    },
    ObserverInterface {
        interface: Ref,
        expr: Box<Expr>,
    },
    InterfaceTemplateTypeRep {
        interface: Ref,
        expr: Box<Expr>,
    },
    Update(Box<Update>),
    /// An expression with its place in the source.
    Located(Box<Location>, Box<Expr>),
}

/// Builtin constructors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "named as in the specification")]
pub enum BuiltinCon {
    Unit,
    False,
    True,
}

/// A literal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Literal {
    /// A signed integer.
    Int64(i64),
    /// A decimal with its scale, as written; the number of digits after the point is the scale.
    Numeric(Arc<str>),
    /// A text.
    Text(Arc<str>),
    /// Microseconds since 1970.
    Timestamp(i64),
    /// Days since 1970.
    Date(i32),
    /// A category of failure.
    FailureCategory(FailureCategory),
}

/// Categories of `failWithStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "named as in the specification")]
pub enum FailureCategory {
    InvalidIndependentOfSystemState,
    InvalidGivenCurrentSystemStateOther,
}

/// A binding of a `let` or of an update block.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// The variable.
    pub name: Name,
    /// Its type.
    pub typ: Arc<Type>,
    /// What it is bound to.
    pub bound: Expr,
}

/// A pattern and what follows when it matches.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseAlternative {
    /// The pattern.
    pub pattern: Pattern,
    /// The expression for it.
    pub body: Expr,
}

/// A pattern of a `case`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the specification")]
pub enum Pattern {
    Default,
    Variant {
        tycon: Ref,
        constructor: Name,
        binder: Name,
    },
    Enum {
        tycon: Ref,
        constructor: Name,
    },
    Builtin(BuiltinCon),
    Nil,
    Cons {
        head: Name,
        tail: Name,
    },
    None,
    Some {
        body: Name,
    },
}

/// An update: what a command does to the ledger.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "named as in the specification")]
pub enum Update {
    Pure {
        typ: Arc<Type>,
        expr: Expr,
    },
    /// At least one binding.
    Block {
        bindings: Vec<Binding>,
        body: Expr,
    },
    Create {
        template: Ref,
        arg: Expr,
    },
    CreateInterface {
        interface: Ref,
        arg: Expr,
    },
    Exercise {
        template: Ref,
        choice: Name,
        contract_id: Expr,
        arg: Expr,
    },
    ExerciseInterface {
        interface: Ref,
        choice: Name,
        contract_id: Expr,
        arg: Expr,
    },
    ExerciseByKey {
        template: Ref,
        choice: Name,
        key: Expr,
        arg: Expr,
    },
    Fetch {
        template: Ref,
        contract_id: Expr,
    },
    FetchInterface {
        interface: Ref,
        contract_id: Expr,
    },
    /// A function from key to update (2.3).
    FetchByKey {
        template: Ref,
    },
    /// A function from limit and key to update (2.3).
    QueryNByKey {
        template: Ref,
    },
    GetTime,
    LedgerTimeLt(Expr),
    Embed {
        typ: Arc<Type>,
        expr: Expr,
    },
    TryCatch {
        result: Arc<Type>,
        body: Expr,
        binder: Name,
        handler: Expr,
    },
}

/// A type synonym.
#[derive(Debug, Clone, PartialEq)]
pub struct DefTypeSynonym {
    /// Its name.
    pub name: DottedName,
    /// Its parameters.
    pub params: Vec<(Name, Arc<Kind>)>,
    /// The type it stands for.
    pub typ: Arc<Type>,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// A data type.
#[derive(Debug, Clone, PartialEq)]
pub struct DefDataType {
    /// Its name.
    pub name: DottedName,
    /// Its parameters.
    pub params: Vec<(Name, Arc<Kind>)>,
    /// Whether its values may be stored on the ledger.
    pub serializable: bool,
    /// Its constructors.
    pub cons: DataCons,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// The constructors of a data type.
#[derive(Debug, Clone, PartialEq)]
pub enum DataCons {
    /// Named fields.
    Record(Vec<(Name, Arc<Type>)>),
    /// Alternatives with one argument each.
    Variant(Vec<(Name, Arc<Type>)>),
    /// Alternatives without arguments.
    Enum(Vec<Name>),
    /// The type of an interface: its values are contracts.
    Interface,
}

/// A value or function.
#[derive(Debug, Clone, PartialEq)]
pub struct DefValue {
    /// Its name.
    pub name: DottedName,
    /// Its type.
    pub typ: Arc<Type>,
    /// What it is.
    pub expr: Expr,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// A template. Its argument is the record of the same name.
#[derive(Debug, Clone, PartialEq)]
pub struct DefTemplate {
    /// Its name.
    pub name: DottedName,
    /// The variable that stands for the argument in the expressions below.
    pub param: Name,
    /// `ensure`: of type `Bool`.
    pub precondition: Option<Expr>,
    /// Of type `List Party`.
    pub signatories: Expr,
    /// Of type `List Party`.
    pub observers: Expr,
    /// Its choices.
    pub choices: Vec<Choice>,
    /// Its key.
    pub key: Option<TemplateKey>,
    /// The interfaces that it implements.
    pub implements: Vec<InterfaceInstance>,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// The key of a template.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateKey {
    /// Its type.
    pub typ: Arc<Type>,
    /// From the template's argument.
    pub key: Expr,
    /// A function from the key to `List Party`.
    pub maintainers: Expr,
}

/// A choice of a template or interface.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Its name.
    pub name: Name,
    /// Whether it archives the contract.
    pub consuming: bool,
    /// Of type `List Party`; sees the contract and the argument.
    pub controllers: Expr,
    /// Of type `List Party`; sees the contract and the argument.
    pub observers: Option<Expr>,
    /// The variable that stands for the contract id.
    pub self_binder: Name,
    /// The variable that stands for the argument, and its type.
    pub arg: (Name, Arc<Type>),
    /// The type of the result.
    pub result: Arc<Type>,
    /// What it does: of type `Update result`.
    pub update: Expr,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// How a template implements an interface.
#[derive(Debug, Clone, PartialEq)]
pub struct InterfaceInstance {
    /// The interface.
    pub interface: Ref,
    /// Its methods; the template's parameter is in scope.
    pub methods: Vec<(Name, Expr)>,
    /// Its view; the template's parameter is in scope.
    pub view: Expr,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// An interface.
#[derive(Debug, Clone, PartialEq)]
pub struct DefInterface {
    /// Its name.
    pub name: DottedName,
    /// The variable that stands for the contract in its choices.
    pub param: Name,
    /// Its methods and their types.
    pub methods: Vec<InterfaceMethod>,
    /// Its choices.
    pub choices: Vec<Choice>,
    /// The type of its view.
    pub view: Arc<Type>,
    /// The interfaces that an implementation must implement, too.
    pub requires: Vec<Ref>,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// A method of an interface.
#[derive(Debug, Clone, PartialEq)]
pub struct InterfaceMethod {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub typ: Arc<Type>,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// An exception. Its payload is the record of the same name.
#[derive(Debug, Clone, PartialEq)]
pub struct DefException {
    /// Its name.
    pub name: DottedName,
    /// A function from the payload to `Text`.
    pub message: Expr,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// Builtin functions, named as in the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "named as in the specification")]
pub enum BuiltinFunction {
    Trace,
    Error,
    Equal,
    LessEq,
    Less,
    GreaterEq,
    Greater,
    AddInt64,
    SubInt64,
    MulInt64,
    DivInt64,
    ModInt64,
    ExpInt64,
    AddNumeric,
    SubNumeric,
    MulNumeric,
    DivNumeric,
    RoundNumeric,
    CastNumeric,
    ShiftNumeric,
    Int64ToNumeric,
    NumericToInt64,
    Int64ToText,
    NumericToText,
    TimestampToText,
    DateToText,
    PartyToText,
    TextToParty,
    TextToInt64,
    TextToNumeric,
    ContractIdToText,
    Sha256Text,
    ExplodeText,
    AppendText,
    ImplodeText,
    CodePointsToText,
    TextToCodePoints,
    DateToUnixDays,
    UnixDaysToDate,
    TimestampToUnixMicroseconds,
    UnixMicrosecondsToTimestamp,
    CoerceContractId,
    Foldl,
    Foldr,
    EqualList,
    GenMapEmpty,
    GenMapInsert,
    GenMapLookup,
    GenMapDelete,
    GenMapKeys,
    GenMapValues,
    GenMapSize,
    AnyExceptionMessage,
    TextMapEmpty,
    TextMapInsert,
    TextMapLookup,
    TextMapDelete,
    TextMapToList,
    TextMapSize,
    FailWithStatus,
    Keccak256Text,
    Secp256k1Bool,
    HexToText,
    TextToHex,
    Sha256Hex,
    Secp256k1WithEcdsaBool,
    Secp256k1ValidateKey,
}
