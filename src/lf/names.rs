//! The names of builtins, as the specification and the text form spell them.

use super::ast::{BuiltinFunction, BuiltinType, FailureCategory, LanguageVersion};

impl BuiltinType {
    /// Every builtin type.
    pub const ALL: &'static [Self] = &[
        Self::Unit,
        Self::Bool,
        Self::Int64,
        Self::Date,
        Self::Timestamp,
        Self::Numeric,
        Self::Party,
        Self::Text,
        Self::ContractId,
        Self::Optional,
        Self::List,
        Self::GenMap,
        Self::Any,
        Self::AnyException,
        Self::TypeRep,
        Self::Arrow,
        Self::Update,
        Self::FailureCategory,
        Self::TextMap,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unit => "Unit",
            Self::Bool => "Bool",
            Self::Int64 => "Int64",
            Self::Date => "Date",
            Self::Timestamp => "Timestamp",
            Self::Numeric => "Numeric",
            Self::Party => "Party",
            Self::Text => "Text",
            Self::ContractId => "ContractId",
            Self::Optional => "Optional",
            Self::List => "List",
            Self::GenMap => "GenMap",
            Self::Any => "Any",
            Self::AnyException => "AnyException",
            Self::TypeRep => "TypeRep",
            Self::Arrow => "Arrow",
            Self::Update => "Update",
            Self::FailureCategory => "FailureCategory",
            Self::TextMap => "TextMap",
        }
    }
}

impl FailureCategory {
    /// Every category.
    pub const ALL: &'static [Self] = &[
        Self::InvalidIndependentOfSystemState,
        Self::InvalidGivenCurrentSystemStateOther,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidIndependentOfSystemState => "INVALID_INDEPENDENT_OF_SYSTEM_STATE",
            Self::InvalidGivenCurrentSystemStateOther => "INVALID_GIVEN_CURRENT_SYSTEM_STATE_OTHER",
        }
    }
}

impl BuiltinFunction {
    /// Every builtin function.
    pub const ALL: &'static [Self] = &[
        Self::Trace,
        Self::Error,
        Self::Equal,
        Self::LessEq,
        Self::Less,
        Self::GreaterEq,
        Self::Greater,
        Self::AddInt64,
        Self::SubInt64,
        Self::MulInt64,
        Self::DivInt64,
        Self::ModInt64,
        Self::ExpInt64,
        Self::AddNumeric,
        Self::SubNumeric,
        Self::MulNumeric,
        Self::DivNumeric,
        Self::RoundNumeric,
        Self::CastNumeric,
        Self::ShiftNumeric,
        Self::Int64ToNumeric,
        Self::NumericToInt64,
        Self::Int64ToText,
        Self::NumericToText,
        Self::TimestampToText,
        Self::DateToText,
        Self::PartyToText,
        Self::TextToParty,
        Self::TextToInt64,
        Self::TextToNumeric,
        Self::ContractIdToText,
        Self::Sha256Text,
        Self::ExplodeText,
        Self::AppendText,
        Self::ImplodeText,
        Self::CodePointsToText,
        Self::TextToCodePoints,
        Self::DateToUnixDays,
        Self::UnixDaysToDate,
        Self::TimestampToUnixMicroseconds,
        Self::UnixMicrosecondsToTimestamp,
        Self::CoerceContractId,
        Self::Foldl,
        Self::Foldr,
        Self::EqualList,
        Self::GenMapEmpty,
        Self::GenMapInsert,
        Self::GenMapLookup,
        Self::GenMapDelete,
        Self::GenMapKeys,
        Self::GenMapValues,
        Self::GenMapSize,
        Self::AnyExceptionMessage,
        Self::TextMapEmpty,
        Self::TextMapInsert,
        Self::TextMapLookup,
        Self::TextMapDelete,
        Self::TextMapToList,
        Self::TextMapSize,
        Self::FailWithStatus,
        Self::Keccak256Text,
        Self::Secp256k1Bool,
        Self::HexToText,
        Self::TextToHex,
        Self::Sha256Hex,
        Self::Secp256k1WithEcdsaBool,
        Self::Secp256k1ValidateKey,
    ];

    /// The first version of the language that has it.
    pub const fn since(self) -> LanguageVersion {
        match self {
            Self::Secp256k1ValidateKey => LanguageVersion::V2_3,
            _ => LanguageVersion::V2_1,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Error => "ERROR",
            Self::Equal => "EQUAL",
            Self::LessEq => "LESS_EQ",
            Self::Less => "LESS",
            Self::GreaterEq => "GREATER_EQ",
            Self::Greater => "GREATER",
            Self::AddInt64 => "ADD_INT64",
            Self::SubInt64 => "SUB_INT64",
            Self::MulInt64 => "MUL_INT64",
            Self::DivInt64 => "DIV_INT64",
            Self::ModInt64 => "MOD_INT64",
            Self::ExpInt64 => "EXP_INT64",
            Self::AddNumeric => "ADD_NUMERIC",
            Self::SubNumeric => "SUB_NUMERIC",
            Self::MulNumeric => "MUL_NUMERIC",
            Self::DivNumeric => "DIV_NUMERIC",
            Self::RoundNumeric => "ROUND_NUMERIC",
            Self::CastNumeric => "CAST_NUMERIC",
            Self::ShiftNumeric => "SHIFT_NUMERIC",
            Self::Int64ToNumeric => "INT64_TO_NUMERIC",
            Self::NumericToInt64 => "NUMERIC_TO_INT64",
            Self::Int64ToText => "INT64_TO_TEXT",
            Self::NumericToText => "NUMERIC_TO_TEXT",
            Self::TimestampToText => "TIMESTAMP_TO_TEXT",
            Self::DateToText => "DATE_TO_TEXT",
            Self::PartyToText => "PARTY_TO_TEXT",
            Self::TextToParty => "TEXT_TO_PARTY",
            Self::TextToInt64 => "TEXT_TO_INT64",
            Self::TextToNumeric => "TEXT_TO_NUMERIC",
            Self::ContractIdToText => "CONTRACT_ID_TO_TEXT",
            Self::Sha256Text => "SHA256_TEXT",
            Self::ExplodeText => "EXPLODE_TEXT",
            Self::AppendText => "APPEND_TEXT",
            Self::ImplodeText => "IMPLODE_TEXT",
            Self::CodePointsToText => "CODE_POINTS_TO_TEXT",
            Self::TextToCodePoints => "TEXT_TO_CODE_POINTS",
            Self::DateToUnixDays => "DATE_TO_UNIX_DAYS",
            Self::UnixDaysToDate => "UNIX_DAYS_TO_DATE",
            Self::TimestampToUnixMicroseconds => "TIMESTAMP_TO_UNIX_MICROSECONDS",
            Self::UnixMicrosecondsToTimestamp => "UNIX_MICROSECONDS_TO_TIMESTAMP",
            Self::CoerceContractId => "COERCE_CONTRACT_ID",
            Self::Foldl => "FOLDL",
            Self::Foldr => "FOLDR",
            Self::EqualList => "EQUAL_LIST",
            Self::GenMapEmpty => "GENMAP_EMPTY",
            Self::GenMapInsert => "GENMAP_INSERT",
            Self::GenMapLookup => "GENMAP_LOOKUP",
            Self::GenMapDelete => "GENMAP_DELETE",
            Self::GenMapKeys => "GENMAP_KEYS",
            Self::GenMapValues => "GENMAP_VALUES",
            Self::GenMapSize => "GENMAP_SIZE",
            Self::AnyExceptionMessage => "ANY_EXCEPTION_MESSAGE",
            Self::TextMapEmpty => "TEXTMAP_EMPTY",
            Self::TextMapInsert => "TEXTMAP_INSERT",
            Self::TextMapLookup => "TEXTMAP_LOOKUP",
            Self::TextMapDelete => "TEXTMAP_DELETE",
            Self::TextMapToList => "TEXTMAP_TO_LIST",
            Self::TextMapSize => "TEXTMAP_SIZE",
            Self::FailWithStatus => "FAIL_WITH_STATUS",
            Self::Keccak256Text => "KECCAK256_TEXT",
            Self::Secp256k1Bool => "SECP256K1_BOOL",
            Self::HexToText => "HEX_TO_TEXT",
            Self::TextToHex => "TEXT_TO_HEX",
            Self::Sha256Hex => "SHA256_HEX",
            Self::Secp256k1WithEcdsaBool => "SECP256K1_WITH_ECDSA_BOOL",
            Self::Secp256k1ValidateKey => "SECP256K1_VALIDATE_KEY",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_builtin_has_a_name_of_its_own() {
        let functions: HashSet<_> = BuiltinFunction::ALL.iter().map(|f| f.name()).collect();
        assert_eq!(functions.len(), BuiltinFunction::ALL.len());
        let types: HashSet<_> = BuiltinType::ALL.iter().map(|t| t.name()).collect();
        assert_eq!(types.len(), BuiltinType::ALL.len());
    }
}
