//! The messages of an archive: names, numbers and wire types of their fields.

use super::message::{Field, Message, SLOTS, Shape};
use crate::lf::ast::LanguageVersion::{V2_1, V2_2, V2_3};

const fn field(number: u32, name: &'static str, shape: Shape) -> Field {
    Field {
        number,
        name,
        shape,
        since: V2_1,
        until: V2_3,
    }
}

const fn number(number: u32, name: &'static str) -> Field {
    field(number, name, Shape::Number)
}
const fn bytes(number: u32, name: &'static str) -> Field {
    field(number, name, Shape::Bytes)
}
const fn many(number: u32, name: &'static str) -> Field {
    field(number, name, Shape::Many)
}
const fn many_numbers(number: u32, name: &'static str) -> Field {
    field(number, name, Shape::ManyNumbers)
}
const fn case_number(number: u32, name: &'static str) -> Field {
    field(number, name, Shape::CaseNumber)
}
const fn case(number: u32, name: &'static str) -> Field {
    field(number, name, Shape::CaseBytes)
}

const fn singular_fields(fields: &[Field]) -> usize {
    let mut count = 0;
    let mut index = 0;
    while index < fields.len() {
        if matches!(fields[index].shape, Shape::Number | Shape::Bytes) {
            count += 1;
        }
        index += 1;
    }
    count
}

macro_rules! messages {
    ($all:ident; $($name:ident = $label:literal [$($field:expr),* $(,)?];)*) => {
        #[cfg(test)]
        pub(super) static $all: &[&Message] = &[$(&$name),*];
        $(
            pub(super) static $name: Message = Message { name: $label, fields: &[$($field),*] };
            const _: () = assert!(singular_fields(&[$($field),*]) <= SLOTS);
        )*
    };
}

messages! {
    DEFINITIONS;
    ARCHIVE = "Archive" [number(1, "hash_function"), bytes(3, "payload"), bytes(4, "hash")];
    PAYLOAD = "ArchivePayload" [
        number(5, "patch"), bytes(3, "minor"), case(2, "daml_lf_1"), case(4, "daml_lf_2"),
    ];
    PACKAGE = "Package" [
        many(1, "modules"), many(2, "interned_strings"), many(3, "interned_dotted_names"),
        bytes(4, "metadata"), many(5, "interned_types"),
        many(6, "interned_kinds").since(V2_2), many(7, "interned_exprs").since(V2_2),
        case(8, "no_imported_packages_reason").since(V2_2), case(9, "package_imports").since(V2_2),
    ];
    METADATA = "PackageMetadata" [
        number(1, "name_interned_str"), number(2, "version_interned_str"), bytes(3, "upgraded_package_id"),
    ];
    UPGRADED = "UpgradedPackageId" [number(1, "upgraded_package_id_interned_str")];
    IMPORTS = "PackageImports" [many(1, "imported_packages")];
    DOTTED_NAME = "InternedDottedName" [many_numbers(1, "segments_interned_str")];
    UNIT = "Unit" [];

    MODULE = "Module" [
        number(1, "name_interned_dname"), bytes(2, "flags"), many(3, "synonyms"), many(4, "data_types"),
        many(5, "values"), many(6, "templates"), many(7, "exceptions"), many(8, "interfaces"),
    ];
    FLAGS = "FeatureFlags" [
        number(1, "forbidPartyLiterals"), number(2, "dontDivulgeContractIdsInCreateArguments"),
        number(3, "dontDiscloseNonConsumingChoicesToObservers"),
    ];
    SYNONYM = "DefTypeSyn" [
        bytes(1, "location"), number(2, "name_interned_dname"), many(3, "params"), bytes(4, "type"),
    ];
    DATA_TYPE = "DefDataType" [
        bytes(1, "location"), number(2, "name_interned_dname"), many(3, "params"), number(4, "serializable"),
        case(5, "record"), case(6, "variant"), case(7, "enum"), case(8, "interface"),
    ];
    FIELDS = "DefDataType.Fields" [many(1, "fields")];
    ENUM_CONSTRUCTORS = "DefDataType.EnumConstructors" [many_numbers(2, "constructors_interned_str")];
    VALUE = "DefValue" [bytes(1, "location"), bytes(2, "name_with_type"), bytes(3, "expr")];
    NAME_WITH_TYPE = "DefValue.NameWithType" [number(1, "name_interned_dname"), bytes(2, "type")];
    TEMPLATE = "DefTemplate" [
        number(1, "tycon_interned_dname"), number(2, "param_interned_str"), bytes(3, "precond"),
        bytes(4, "signatories"), many(6, "choices"), bytes(7, "observers"), bytes(8, "location"),
        bytes(9, "key").since(V2_3), many(10, "implements"),
    ];
    TEMPLATE_KEY = "DefTemplate.DefKey" [bytes(1, "type"), bytes(3, "maintainers"), bytes(4, "key_expr")];
    IMPLEMENTS = "DefTemplate.Implements" [bytes(1, "interface"), bytes(2, "body"), bytes(3, "location")];
    INSTANCE_BODY = "InterfaceInstanceBody" [many(1, "methods"), bytes(2, "view")];
    INSTANCE_METHOD = "InterfaceInstanceMethod" [number(1, "method_interned_name"), bytes(2, "value")];
    CHOICE = "TemplateChoice" [
        bytes(1, "location"), number(2, "name_interned_str"), number(3, "consuming"), bytes(4, "controllers"),
        bytes(5, "observers"), bytes(6, "arg_binder"), bytes(8, "ret_type"), bytes(9, "update"),
        number(10, "self_binder_interned_str"),
    ];
    INTERFACE = "DefInterface" [
        bytes(1, "location"), number(2, "tycon_interned_dname"), many(3, "methods"),
        number(4, "param_interned_str"), many(5, "choices"), bytes(6, "view"), many(7, "requires"),
    ];
    INTERFACE_METHOD = "InterfaceMethod" [
        bytes(1, "location"), number(2, "method_interned_name"), bytes(3, "type"),
    ];
    EXCEPTION = "DefException" [number(1, "name_interned_dname"), bytes(2, "location"), bytes(3, "message")];

    PACKAGE_REF = "SelfOrImportedPackageId" [
        case(1, "self_package_id"), case_number(3, "imported_package_id_interned_str"),
        case_number(4, "package_import_id").since(V2_2),
    ];
    MODULE_REF = "ModuleId" [bytes(1, "package_id"), number(2, "module_name_interned_dname")];
    // TypeConId, TypeSynId and ValueId have the same fields
    REF = "a qualified name" [bytes(1, "module"), number(2, "name_interned_dname")];
    // FieldWithType and VarWithType have the same fields
    NAME_AND_TYPE = "VarWithType" [number(3, "var_interned_str"), bytes(2, "type")];
    NAME_AND_KIND = "TypeVarWithKind" [number(3, "var_interned_str"), bytes(2, "kind")];
    FIELD_WITH_EXPR = "FieldWithExpr" [number(3, "field_interned_str"), bytes(2, "expr")];
    BINDING = "Binding" [bytes(1, "binder"), bytes(2, "bound")];
    LOCATION = "Location" [bytes(1, "module"), bytes(2, "range")];
    RANGE = "Location.Range" [
        number(1, "start_line"), number(2, "start_col"), number(3, "end_line"), number(4, "end_col"),
    ];

    KIND = "Kind" [
        case(1, "star"), case(2, "arrow"), case(3, "nat"), case_number(4, "interned_kind").since(V2_2),
    ];
    KIND_ARROW = "Kind.Arrow" [many(1, "params"), bytes(2, "result")];
    TYPE = "Type" [
        case(1, "var"), case(2, "con"), case(3, "builtin"), case(4, "forall"), case(5, "struct"),
        case_number(6, "nat"), case(7, "syn"), case_number(8, "interned_type"), case(9, "tapp").since(V2_2),
    ];
    TYPE_VAR = "Type.Var" [number(3, "var_interned_str"), many(2, "args")];
    TYPE_CON = "Type.Con" [bytes(1, "tycon"), many(2, "args")];
    TYPE_BUILTIN = "Type.Builtin" [number(1, "builtin"), many(2, "args")];
    TYPE_FORALL = "Type.Forall" [many(1, "vars"), bytes(2, "body")];
    TYPE_STRUCT = "Type.Struct" [many(1, "fields")];
    TYPE_APP = "Type.TApp" [bytes(1, "lhs"), bytes(2, "rhs")];
}

messages! {
    EXPRESSIONS;
    EXPR = "Expr" [
        bytes(1, "location"),
        case_number(2, "var_interned_str"), case(3, "val"), case_number(4, "builtin"),
        case_number(5, "builtin_con"), case(6, "builtin_lit"), case(7, "rec_con"), case(8, "rec_proj"),
        case(9, "rec_upd"), case(10, "variant_con"), case(11, "enum_con"), case(12, "struct_con"),
        case(13, "struct_proj"), case(14, "struct_upd"), case(15, "app"), case(16, "ty_app"), case(17, "abs"),
        case(18, "ty_abs"), case(19, "case"), case(20, "let"), case(21, "nil"), case(22, "cons"),
        case(23, "update"), case(25, "optional_none"), case(26, "optional_some"), case(27, "to_any"),
        case(28, "from_any"), case(29, "type_rep"), case(30, "to_any_exception"),
        case(31, "from_any_exception"), case(32, "throw"), case(33, "to_interface"),
        case(34, "from_interface"), case(35, "call_interface"), case(36, "signatory_interface"),
        case(37, "observer_interface"), case(38, "view_interface"),
        case(39, "unsafe_from_interface").until(V2_1), case(40, "interface_template_type_rep"),
        case(41, "to_required_interface"), case(42, "from_required_interface"),
        case(43, "unsafe_from_required_interface"), case_number(44, "interned_expr").since(V2_2),
    ];
    LITERAL = "BuiltinLit" [
        case_number(1, "int64"), field(2, "timestamp", Shape::CaseFixed64),
        case_number(3, "numeric_interned_str"), case_number(4, "text_interned_str"), case_number(5, "date"),
        case_number(6, "failure_category"),
    ];
    RECORD_CON = "Expr.RecCon" [bytes(1, "tycon"), many(2, "fields")];
    RECORD_PROJ = "Expr.RecProj" [bytes(1, "tycon"), number(4, "field_interned_str"), bytes(3, "record")];
    RECORD_UPDATE = "Expr.RecUpd" [
        bytes(1, "tycon"), number(2, "field_interned_str"), bytes(3, "record"), bytes(4, "update"),
    ];
    VARIANT_CON = "Expr.VariantCon" [
        bytes(1, "tycon"), number(2, "variant_con_interned_str"), bytes(3, "variant_arg"),
    ];
    ENUM_CON = "Expr.EnumCon" [bytes(1, "tycon"), number(2, "enum_con_interned_str")];
    STRUCT_CON = "Expr.StructCon" [many(1, "fields")];
    STRUCT_PROJ = "Expr.StructProj" [number(1, "field_interned_str"), bytes(2, "struct")];
    STRUCT_UPDATE = "Expr.StructUpd" [
        number(1, "field_interned_str"), bytes(2, "struct"), bytes(3, "update"),
    ];
    APP = "Expr.App" [bytes(1, "fun"), many(2, "args")];
    TY_APP = "Expr.TyApp" [bytes(1, "expr"), many(2, "types")];
    ABS = "Expr.Abs" [many(1, "param"), bytes(2, "body")];
    TY_ABS = "Expr.TyAbs" [many(1, "param"), bytes(2, "body")];
    CASE = "Case" [bytes(1, "scrut"), many(2, "alts")];
    BLOCK = "Block" [many(1, "bindings"), bytes(2, "body")];
    CONS = "Expr.Cons" [bytes(1, "type"), many(2, "front"), bytes(3, "tail")];
    // Nil and OptionalNone
    TYPE_ONLY = "a type argument" [bytes(1, "type")];
    // OptionalSome, ToAny, FromAny, ToAnyException, FromAnyException, Pure and EmbedExpr
    TYPED = "a typed expression" [bytes(1, "type"), bytes(2, "expr")];
    THROW = "Expr.Throw" [bytes(1, "return_type"), bytes(2, "exception_type"), bytes(3, "exception_expr")];
    // conversions between a template or interface and an interface: two names and an expression
    CONVERSION = "an interface conversion" [bytes(1, "interface"), bytes(2, "type"), bytes(3, "expr")];
    UNSAFE_CONVERSION = "an unsafe interface conversion" [
        bytes(1, "interface"), bytes(2, "type"), bytes(3, "contract_id_expr"), bytes(4, "interface_expr"),
    ];
    CALL_INTERFACE = "Expr.CallInterface" [
        bytes(1, "interface_type"), number(2, "method_interned_name"), bytes(3, "interface_expr"),
    ];
    // a template or interface and an expression: views, signatories, creates, fetches, …
    ON_INTERFACE = "a template or interface with an expression" [bytes(1, "interface"), bytes(2, "expr")];

    ALTERNATIVE = "CaseAlt" [
        bytes(1, "body"), case(2, "default"), case(3, "variant"), case_number(4, "builtin_con"),
        case(5, "nil"), case(6, "cons"), case(7, "optional_none"), case(8, "optional_some"), case(9, "enum"),
    ];
    VARIANT_PATTERN = "CaseAlt.Variant" [
        bytes(1, "con"), number(2, "variant_interned_str"), number(3, "binder_interned_str"),
    ];
    ENUM_PATTERN = "CaseAlt.Enum" [bytes(1, "con"), number(2, "constructor_interned_str")];
    CONS_PATTERN = "CaseAlt.Cons" [number(1, "var_head_interned_str"), number(2, "var_tail_interned_str")];
    SOME_PATTERN = "CaseAlt.OptionalSome" [number(1, "var_body_interned_str")];

    UPDATE = "Update" [
        case(1, "pure"), case(2, "block"), case(3, "create"), case(4, "exercise"), case(5, "fetch"),
        case(6, "get_time"), case(7, "embed_expr"), case(9, "fetch_by_key").since(V2_3),
        case(10, "exercise_by_key").since(V2_3), case(11, "try_catch"), case(12, "create_interface"),
        case(13, "exercise_interface"), case(14, "fetch_interface"), case(15, "ledger_time_lt"),
        case(16, "query_n_by_key").since(V2_3),
    ];
    EXERCISE = "Update.Exercise" [
        bytes(1, "template"), number(6, "choice_interned_str"), bytes(3, "cid"), bytes(5, "arg"),
    ];
    // ExerciseInterface and ExerciseByKey have the same fields
    EXERCISE_OTHER = "Update.ExerciseInterface" [
        bytes(1, "interface"), number(2, "choice_interned_str"), bytes(3, "cid"), bytes(4, "arg"),
    ];
    BY_KEY = "Update.RetrieveByKey" [bytes(1, "template")];
    TRY_CATCH = "Update.TryCatch" [
        bytes(1, "return_type"), bytes(2, "try_expr"), number(3, "var_interned_str"), bytes(4, "catch_expr"),
    ];
}
