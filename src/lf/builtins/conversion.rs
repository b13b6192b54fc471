//! Between texts, numbers, dates, times and parties.

use crate::lf::ast::BuiltinFunction;
use crate::lf::machine::{Fault, Meter, Val};
use crate::lf::value::Numeric;
use crate::lf::value::calendar::{self, DateText, TimestampText};
use crate::model::{Party, Timestamp};

/// Bytes of a text that are worth one step.
const BYTES_PER_STEP: usize = 64;

/// Conversions of one operand.
pub(super) fn convert(builtin: BuiltinFunction, a: &Val, meter: &mut Meter) -> Result<Val, Fault> {
    use BuiltinFunction as B;
    match a {
        Val::Text(text) => {
            meter.work(text.len() / BYTES_PER_STEP);
            meter.allocate_parts(1);
        }
        Val::Party(party) => meter.allocate(party.as_str().len())?,
        // a short text
        _ => meter.allocate_parts(1),
    }
    Ok(match (builtin, a) {
        (B::Int64ToText, Val::Int64(n)) => Val::text(n.to_string()),
        (B::NumericToText, numeric) => {
            let numeric = numeric.as_numeric();
            let numeric = numeric.ok_or_else(|| Fault::ill_typed(builtin.name()))?;
            Val::text(numeric.to_short_text())
        }
        (B::TimestampToText, Val::Timestamp(micros)) => {
            let time = Timestamp::from_micros_clamped(*micros);
            Val::text(TimestampText(time).to_string())
        }
        (B::DateToText, Val::Date(days)) => Val::text(DateText(*days).to_string()),
        (B::PartyToText, Val::Party(party)) => Val::text(party.as_str()),
        (B::TextToParty, Val::Text(text)) => Val::optional(Party::parse(text).ok().map(Val::Party)),
        (B::TextToInt64, Val::Text(text)) => Val::optional(text_to_int64(text).map(Val::Int64)),
        (B::DateToUnixDays, Val::Date(days)) => Val::Int64(i64::from(*days)),
        (B::UnixDaysToDate, Val::Int64(days)) => {
            let date = calendar::date_from_days(*days);
            let failed = || Fault::arithmetic(builtin.name(), &[days.to_string()]);
            Val::Date(date.ok_or_else(failed)?)
        }
        (B::TimestampToUnixMicroseconds, Val::Timestamp(micros)) => Val::Int64(*micros),
        (B::UnixMicrosecondsToTimestamp, Val::Int64(micros)) => {
            let failed = |_| Fault::arithmetic(builtin.name(), &[micros.to_string()]);
            Val::Timestamp(Timestamp::from_micros(*micros).map_err(failed)?.micros())
        }
        _ => return Err(Fault::ill_typed(builtin.name())),
    })
}

/// `CONTRACT_ID_TO_TEXT`: on the ledger ids mean nothing to code; outside they are texts.
pub(super) fn contract_id_to_text(id: &Val, hides: bool) -> Result<Val, Fault> {
    match id {
        Val::ContractId(_) if hides => Ok(Val::None),
        Val::ContractId(id) => Ok(Val::optional(Some(Val::text(id.to_string())))),
        _ => Err(Fault::ill_typed("CONTRACT_ID_TO_TEXT")),
    }
}

/// `[+-]?\d+` that fits.
fn text_to_int64(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let well_formed = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    well_formed.then(|| text.parse().ok()).flatten()
}

/// `TEXT_TO_NUMERIC`: the first operand tells the scale.
pub(super) fn text_to_numeric(scale: &Val, text: &Val, meter: &mut Meter) -> Result<Val, Fault> {
    let (Val::Numeric { scale, .. }, Val::Text(text)) = (scale, text) else {
        return Err(Fault::ill_typed("TEXT_TO_NUMERIC"));
    };
    meter.work(text.len() / BYTES_PER_STEP);
    let numeric = Numeric::parse_text(text, *scale);
    Ok(Val::optional(numeric.map(Val::from)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_with_sign_and_without_anything_else() {
        for (text, expected) in [
            ("0", Some(0)),
            ("+12", Some(12)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("007", Some(7)),
            ("9223372036854775808", None),
            ("", None),
            ("+", None),
            ("1.0", None),
            (" 1", None),
            ("١", None),
        ] {
            assert_eq!(text_to_int64(text), expected, "{text}");
        }
    }

    #[test]
    fn dates_and_times_out_of_range_are_exceptions() {
        use BuiltinFunction as B;
        for (builtin, n) in [
            (B::UnixDaysToDate, i64::from(calendar::DATE_MAX) + 1),
            (B::UnixDaysToDate, i64::MIN),
            (B::UnixMicrosecondsToTimestamp, i64::MAX),
        ] {
            let result = convert(builtin, &Val::Int64(n), &mut Meter::unlimited());
            assert!(matches!(result, Err(Fault::Exception(_))));
        }
    }
}
