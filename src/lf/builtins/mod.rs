//! Builtin functions, a file per family.
//!
//! Each takes values and gives a value, throws (arithmetic), or fails. None calls a function of the
//! program: folds and exception messages, which do, are the machine's own.
//!
//! Invariants: an operand of a wrong type is a fault, never a panic; whatever may take long or much
//! memory is charged to the meter before it is done.

mod arithmetic;
mod conversion;
mod crypto;
mod der;
mod failure;
mod maps;
mod text;

pub(crate) use arithmetic::int64;

use super::ast::BuiltinFunction;
use super::compile::Names;
use super::machine::{Fault, Meter, Val};

/// What builtins need besides their operands.
pub(crate) struct Context<'a> {
    pub(crate) meter: &'a mut Meter,
    pub(crate) names: &'a Names,
    /// What `TRACE` was told.
    pub(crate) traces: &'a mut Vec<std::sync::Arc<str>>,
    /// Whether contract ids mean nothing to the code, as on the ledger.
    pub(crate) hides_contract_ids: bool,
}

/// How many operands a builtin takes.
pub(crate) fn arity(builtin: BuiltinFunction) -> usize {
    use BuiltinFunction as B;
    match builtin {
        B::TextMapEmpty | B::GenMapEmpty => 0,
        B::Error
        | B::NumericToInt64
        | B::Int64ToText
        | B::NumericToText
        | B::TimestampToText
        | B::DateToText
        | B::PartyToText
        | B::TextToParty
        | B::TextToInt64
        | B::ContractIdToText
        | B::Sha256Text
        | B::ExplodeText
        | B::ImplodeText
        | B::CodePointsToText
        | B::TextToCodePoints
        | B::DateToUnixDays
        | B::UnixDaysToDate
        | B::TimestampToUnixMicroseconds
        | B::UnixMicrosecondsToTimestamp
        | B::CoerceContractId
        | B::GenMapKeys
        | B::GenMapValues
        | B::GenMapSize
        | B::AnyExceptionMessage
        | B::TextMapToList
        | B::TextMapSize
        | B::Keccak256Text
        | B::HexToText
        | B::TextToHex
        | B::Sha256Hex
        | B::Secp256k1ValidateKey => 1,
        B::MulNumeric
        | B::DivNumeric
        | B::Foldl
        | B::Foldr
        | B::EqualList
        | B::GenMapInsert
        | B::TextMapInsert
        | B::Secp256k1Bool
        | B::Secp256k1WithEcdsaBool => 3,
        B::FailWithStatus => 4,
        B::Trace
        | B::Equal
        | B::LessEq
        | B::Less
        | B::GreaterEq
        | B::Greater
        | B::AddInt64
        | B::SubInt64
        | B::MulInt64
        | B::DivInt64
        | B::ModInt64
        | B::ExpInt64
        | B::AddNumeric
        | B::SubNumeric
        | B::RoundNumeric
        | B::CastNumeric
        | B::ShiftNumeric
        | B::Int64ToNumeric
        | B::TextToNumeric
        | B::AppendText
        | B::GenMapLookup
        | B::GenMapDelete
        | B::TextMapLookup
        | B::TextMapDelete => 2,
    }
}

/// A builtin of one operand.
pub(crate) fn unary(
    builtin: BuiltinFunction,
    a: Val,
    context: &mut Context<'_>,
) -> Result<Val, Fault> {
    use BuiltinFunction as B;
    match builtin {
        B::Error => Err(failure::error(&a)),
        B::CoerceContractId => Ok(a),
        B::NumericToInt64 => arithmetic::numeric_to_int64(&a),
        B::ContractIdToText => conversion::contract_id_to_text(&a, context.hides_contract_ids),
        B::Int64ToText
        | B::NumericToText
        | B::TimestampToText
        | B::DateToText
        | B::PartyToText
        | B::TextToParty
        | B::TextToInt64
        | B::DateToUnixDays
        | B::UnixDaysToDate
        | B::TimestampToUnixMicroseconds
        | B::UnixMicrosecondsToTimestamp => conversion::convert(builtin, &a, context.meter),
        B::ExplodeText | B::ImplodeText | B::CodePointsToText | B::TextToCodePoints => {
            text::text(builtin, &a, context.meter)
        }
        B::GenMapKeys | B::GenMapValues | B::GenMapSize | B::TextMapToList | B::TextMapSize => {
            maps::contents(builtin, &a, context)
        }
        B::Sha256Text
        | B::Keccak256Text
        | B::HexToText
        | B::TextToHex
        | B::Sha256Hex
        | B::Secp256k1ValidateKey => crypto::unary(builtin, &a, context.meter),
        _ => Err(Fault::ill_typed(builtin.name())),
    }
}

/// A builtin of two operands.
pub(crate) fn binary(
    builtin: BuiltinFunction,
    a: &Val,
    b: Val,
    context: &mut Context<'_>,
) -> Result<Val, Fault> {
    use BuiltinFunction as B;
    match builtin {
        B::Trace => failure::trace(a, b, context.traces),
        B::DivInt64 | B::ModInt64 | B::ExpInt64 => arithmetic::int64(builtin, a, &b),
        B::AddNumeric
        | B::SubNumeric
        | B::RoundNumeric
        | B::CastNumeric
        | B::ShiftNumeric
        | B::Int64ToNumeric => arithmetic::numeric(builtin, a, &b),
        B::TextToNumeric => conversion::text_to_numeric(a, &b, context.meter),
        B::AppendText => text::append(a, &b, context.meter),
        B::GenMapLookup | B::TextMapLookup => maps::lookup(builtin, a, &b, context.meter),
        B::GenMapDelete | B::TextMapDelete => maps::delete(builtin, a, b, context.meter),
        _ => Err(Fault::ill_typed(builtin.name())),
    }
}

/// A builtin whose operands are in a row; they may be taken.
pub(crate) fn nary(
    builtin: BuiltinFunction,
    operands: &mut [Val],
    context: &mut Context<'_>,
) -> Result<Val, Fault> {
    use BuiltinFunction as B;
    match (builtin, operands) {
        (B::MulNumeric | B::DivNumeric, [scale, a, b]) => arithmetic::scaled(builtin, scale, a, b),
        (B::GenMapInsert | B::TextMapInsert, [key, value, map]) => {
            let [key, value, map] = [key, value, map].map(std::mem::take);
            maps::insert(builtin, key, value, map, context.meter)
        }
        (B::Secp256k1Bool | B::Secp256k1WithEcdsaBool, [signature, message, key]) => {
            context.meter.spend(crypto::SIGNATURE_STEPS)?;
            crypto::verify(builtin, signature, message, key)
        }
        (B::FailWithStatus, [id, category, message, metadata]) => Err(failure::fail_with_status(
            (id, category),
            (message, metadata),
            context.meter,
        )),
        _ => Err(Fault::ill_typed(builtin.name())),
    }
}
