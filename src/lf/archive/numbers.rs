//! The numbers by which archives name builtins.

use super::fault::Fault;
use crate::lf::ast::{BuiltinCon, BuiltinFunction, BuiltinType, FailureCategory, LanguageVersion};

/// A table that goes both ways.
struct Numbers<T: 'static> {
    what: &'static str,
    numbers: &'static [(T, i32)],
}

impl<T: Copy + PartialEq> Numbers<T> {
    fn meaning(&self, number: i32) -> Result<T, Fault> {
        self.numbers
            .iter()
            .find(|(_, known)| *known == number)
            .map(|(meaning, _)| *meaning)
            .ok_or(Fault::UnknownNumber {
                what: self.what,
                number: i64::from(number),
            })
    }

    fn number(&self, meaning: T) -> u64 {
        self.numbers
            .iter()
            .find(|(known, _)| *known == meaning)
            .map_or(0, |(_, number)| u64::from(number.unsigned_abs()))
    }
}

/// The builtin function with a number, if the version of the language has it.
pub(super) fn function(number: i32, version: LanguageVersion) -> Result<BuiltinFunction, Fault> {
    let function = FUNCTIONS.meaning(number)?;
    check_version(function, version)?;
    #[cfg(test)]
    super::seen::note("BuiltinFunction", function.name());
    Ok(function)
}

/// The number of a builtin function, if the version of the language has it.
pub(super) fn of_function(
    function: BuiltinFunction,
    version: LanguageVersion,
) -> Result<u64, Fault> {
    check_version(function, version)?;
    Ok(FUNCTIONS.number(function))
}

fn check_version(function: BuiltinFunction, version: LanguageVersion) -> Result<(), Fault> {
    if version < function.since() {
        return Err(Fault::Version {
            what: function.name(),
            version,
        });
    }
    Ok(())
}

/// The builtin type with a number.
pub(super) fn builtin_type(number: i32) -> Result<BuiltinType, Fault> {
    let typ = TYPES.meaning(number)?;
    #[cfg(test)]
    super::seen::note("BuiltinType", typ.name());
    Ok(typ)
}

/// The number of a builtin type.
pub(super) fn of_type(typ: BuiltinType) -> u64 {
    TYPES.number(typ)
}

/// The builtin constructor with a number.
pub(super) fn constructor(number: i32) -> Result<BuiltinCon, Fault> {
    CONSTRUCTORS.meaning(number)
}

/// The number of a builtin constructor.
pub(super) fn of_constructor(constructor: BuiltinCon) -> u64 {
    CONSTRUCTORS.number(constructor)
}

/// The failure category with a number.
pub(super) fn category(number: i32) -> Result<FailureCategory, Fault> {
    let category = CATEGORIES.meaning(number)?;
    #[cfg(test)]
    super::seen::note("FailureCategory", category.name());
    Ok(category)
}

/// The number of a failure category.
pub(super) fn of_category(category: FailureCategory) -> u64 {
    CATEGORIES.number(category)
}

static CONSTRUCTORS: Numbers<BuiltinCon> = Numbers {
    what: "builtin constructor",
    numbers: &[
        (BuiltinCon::Unit, 0),
        (BuiltinCon::False, 1),
        (BuiltinCon::True, 2),
    ],
};

static CATEGORIES: Numbers<FailureCategory> = Numbers {
    what: "failure category",
    numbers: &[
        (FailureCategory::InvalidIndependentOfSystemState, 0),
        (FailureCategory::InvalidGivenCurrentSystemStateOther, 1),
    ],
};

static TYPES: Numbers<BuiltinType> = Numbers {
    what: "builtin type",
    numbers: &[
        (BuiltinType::Unit, 0),
        (BuiltinType::Bool, 1),
        (BuiltinType::Int64, 2),
        (BuiltinType::Date, 3),
        (BuiltinType::Timestamp, 4),
        (BuiltinType::Numeric, 5),
        (BuiltinType::Party, 6),
        (BuiltinType::Text, 7),
        (BuiltinType::ContractId, 8),
        (BuiltinType::Optional, 9),
        (BuiltinType::List, 10),
        (BuiltinType::GenMap, 11),
        (BuiltinType::Any, 13),
        (BuiltinType::AnyException, 14),
        (BuiltinType::TypeRep, 15),
        (BuiltinType::Arrow, 16),
        (BuiltinType::Update, 17),
        (BuiltinType::FailureCategory, 18),
        (BuiltinType::TextMap, 19),
    ],
};

static FUNCTIONS: Numbers<BuiltinFunction> = Numbers {
    what: "builtin function",
    numbers: &[
        (BuiltinFunction::Trace, 0),
        (BuiltinFunction::Error, 1),
        (BuiltinFunction::Equal, 2),
        (BuiltinFunction::LessEq, 3),
        (BuiltinFunction::Less, 4),
        (BuiltinFunction::GreaterEq, 5),
        (BuiltinFunction::Greater, 6),
        (BuiltinFunction::AddInt64, 7),
        (BuiltinFunction::SubInt64, 8),
        (BuiltinFunction::MulInt64, 9),
        (BuiltinFunction::DivInt64, 10),
        (BuiltinFunction::ModInt64, 11),
        (BuiltinFunction::ExpInt64, 12),
        (BuiltinFunction::AddNumeric, 13),
        (BuiltinFunction::SubNumeric, 14),
        (BuiltinFunction::MulNumeric, 15),
        (BuiltinFunction::DivNumeric, 16),
        (BuiltinFunction::RoundNumeric, 17),
        (BuiltinFunction::CastNumeric, 18),
        (BuiltinFunction::ShiftNumeric, 19),
        (BuiltinFunction::Int64ToNumeric, 20),
        (BuiltinFunction::NumericToInt64, 21),
        (BuiltinFunction::Int64ToText, 22),
        (BuiltinFunction::NumericToText, 23),
        (BuiltinFunction::TimestampToText, 25),
        (BuiltinFunction::DateToText, 26),
        (BuiltinFunction::PartyToText, 27),
        (BuiltinFunction::TextToParty, 28),
        (BuiltinFunction::TextToInt64, 29),
        (BuiltinFunction::TextToNumeric, 30),
        (BuiltinFunction::ContractIdToText, 31),
        (BuiltinFunction::Sha256Text, 32),
        (BuiltinFunction::ExplodeText, 33),
        (BuiltinFunction::AppendText, 34),
        (BuiltinFunction::ImplodeText, 35),
        (BuiltinFunction::CodePointsToText, 36),
        (BuiltinFunction::TextToCodePoints, 37),
        (BuiltinFunction::DateToUnixDays, 38),
        (BuiltinFunction::UnixDaysToDate, 39),
        (BuiltinFunction::TimestampToUnixMicroseconds, 40),
        (BuiltinFunction::UnixMicrosecondsToTimestamp, 41),
        (BuiltinFunction::CoerceContractId, 42),
        (BuiltinFunction::Foldl, 43),
        (BuiltinFunction::Foldr, 44),
        (BuiltinFunction::EqualList, 45),
        (BuiltinFunction::GenMapEmpty, 52),
        (BuiltinFunction::GenMapInsert, 53),
        (BuiltinFunction::GenMapLookup, 54),
        (BuiltinFunction::GenMapDelete, 55),
        (BuiltinFunction::GenMapKeys, 56),
        (BuiltinFunction::GenMapValues, 57),
        (BuiltinFunction::GenMapSize, 58),
        (BuiltinFunction::AnyExceptionMessage, 59),
        (BuiltinFunction::TextMapEmpty, 60),
        (BuiltinFunction::TextMapInsert, 61),
        (BuiltinFunction::TextMapLookup, 62),
        (BuiltinFunction::TextMapDelete, 63),
        (BuiltinFunction::TextMapToList, 64),
        (BuiltinFunction::TextMapSize, 65),
        (BuiltinFunction::FailWithStatus, 66),
        (BuiltinFunction::Keccak256Text, 67),
        (BuiltinFunction::Secp256k1Bool, 68),
        (BuiltinFunction::HexToText, 69),
        (BuiltinFunction::TextToHex, 70),
        (BuiltinFunction::Sha256Hex, 71),
        (BuiltinFunction::Secp256k1WithEcdsaBool, 72),
        (BuiltinFunction::Secp256k1ValidateKey, 73),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_has_a_number_of_its_own() {
        for &function in BuiltinFunction::ALL {
            let number = of_function(function, LanguageVersion::V2_3).unwrap();
            let number = i32::try_from(number).unwrap();
            assert_eq!(super::function(number, LanguageVersion::V2_3), Ok(function));
        }
        for &typ in BuiltinType::ALL {
            let number = i32::try_from(of_type(typ)).unwrap();
            assert_eq!(builtin_type(number), Ok(typ));
        }
    }

    /// The schema that Digital Asset publishes, as another crate has it: a builtin that it gets is
    /// noticed here.
    #[test]
    fn every_builtin_of_the_published_schema_is_known_or_newer_than_lf_2_3() {
        use canton_lf::pb::daml_lf_2 as published;
        const NEWER: [i32; 1] = [74];
        const DEVELOPMENT: i32 = 1_000;
        let known = |number, name: &str| {
            let function = function(number, LanguageVersion::V2_3);
            assert!(function.is_ok_and(|known| known.name() == name), "{name}");
        };
        for number in (0..DEVELOPMENT).filter(|number| !NEWER.contains(number)) {
            if let Ok(function) = published::BuiltinFunction::try_from(number) {
                known(number, function.as_str_name());
            } else {
                assert!(function(number, LanguageVersion::V2_3).is_err(), "{number}");
            }
            let typ = published::BuiltinType::try_from(number);
            assert_eq!(typ.is_ok(), builtin_type(number).is_ok(), "{typ:?}");
        }
    }

    #[test]
    fn numbers_of_development_versions_and_gaps_are_refused() {
        for number in [-1, 24, 46, 2001, 5001] {
            assert!(function(number, LanguageVersion::V2_3).is_err(), "{number}");
        }
        for number in [12, 20, 1002] {
            assert!(builtin_type(number).is_err(), "{number}");
        }
        assert!(function(73, LanguageVersion::V2_2).is_err());
    }
}
