//! Integers and numerics. What does not fit is an arithmetic exception.

use crate::lf::ast::BuiltinFunction;
use crate::lf::machine::{Fault, Val};
use crate::lf::value::Numeric;

fn int(val: &Val, builtin: BuiltinFunction) -> Result<i64, Fault> {
    match val {
        Val::Int64(n) => Ok(*n),
        _ => Err(Fault::ill_typed(builtin.name())),
    }
}

fn decimal(val: &Val, builtin: BuiltinFunction) -> Result<Numeric, Fault> {
    val.as_numeric()
        .ok_or_else(|| Fault::ill_typed(builtin.name()))
}

/// `ADD_INT64`, `SUB_INT64`, `MUL_INT64`, `DIV_INT64`, `MOD_INT64`, `EXP_INT64`.
pub(crate) fn int64(builtin: BuiltinFunction, a: &Val, b: &Val) -> Result<Val, Fault> {
    use BuiltinFunction as B;
    let (x, y) = (int(a, builtin)?, int(b, builtin)?);
    let result = match builtin {
        B::AddInt64 => x.checked_add(y),
        B::SubInt64 => x.checked_sub(y),
        B::MulInt64 => x.checked_mul(y),
        B::DivInt64 => x.checked_div(y),
        // the smallest integer modulo -1 is 0, although its quotient overflows
        B::ModInt64 if y != 0 => Some(x.wrapping_rem(y)),
        B::ExpInt64 => power(x, y),
        _ => None,
    };
    let failed = || Fault::arithmetic(builtin.name(), &[x.to_string(), y.to_string()]);
    result.map(Val::Int64).ok_or_else(failed)
}

/// By squaring, so that even the largest exponents take few steps.
fn power(mut base: i64, exponent: i64) -> Option<i64> {
    let mut left = u64::try_from(exponent).ok()?;
    let mut result: i64 = 1;
    if left == 0 {
        return Some(1);
    }
    while left > 1 {
        if left % 2 == 1 {
            result = result.checked_mul(base)?;
        }
        base = base.checked_mul(base)?;
        left /= 2;
    }
    result.checked_mul(base)
}

/// `ADD_NUMERIC`, `SUB_NUMERIC`, `ROUND_NUMERIC`, `CAST_NUMERIC`, `SHIFT_NUMERIC`,
/// `INT64_TO_NUMERIC`. Where the first operand only tells a scale, messages show it, too.
pub(crate) fn numeric(builtin: BuiltinFunction, a: &Val, b: &Val) -> Result<Val, Fault> {
    use BuiltinFunction as B;
    let (result, operands) = match builtin {
        B::AddNumeric | B::SubNumeric => {
            let (x, y) = (decimal(a, builtin)?, decimal(b, builtin)?);
            if x.scale() != y.scale() {
                return Err(Fault::ill_typed(builtin.name()));
            }
            let result = if builtin == B::AddNumeric {
                x.plus(y)
            } else {
                x.minus(y)
            };
            (result, [x.to_short_text(), y.to_short_text()])
        }
        B::RoundNumeric => {
            let (digits, x) = (int(a, builtin)?, decimal(b, builtin)?);
            (x.round(digits), [digits.to_string(), x.to_short_text()])
        }
        B::Int64ToNumeric => {
            let (scale, x) = (decimal(a, builtin)?, int(b, builtin)?);
            let result = Numeric::from_int64(x, scale.scale());
            (result, [scale.to_short_text(), x.to_string()])
        }
        _ => {
            let (scale, x) = (decimal(a, builtin)?, decimal(b, builtin)?);
            let result = if builtin == B::CastNumeric {
                x.cast(scale.scale())
            } else {
                x.shift(scale.scale())
            };
            (result, [scale.to_short_text(), x.to_short_text()])
        }
    };
    let failed = || Fault::arithmetic(builtin.name(), &operands);
    result.map(Val::from).ok_or_else(failed)
}

/// `MUL_NUMERIC` and `DIV_NUMERIC`: the first operand tells the scale of the result.
pub(crate) fn scaled(
    builtin: BuiltinFunction,
    scale: &Val,
    a: &Val,
    b: &Val,
) -> Result<Val, Fault> {
    let scale = decimal(scale, builtin)?;
    let (x, y) = (decimal(a, builtin)?, decimal(b, builtin)?);
    let result = if builtin == BuiltinFunction::MulNumeric {
        x.multiply(y, scale.scale())
    } else {
        x.divide(y, scale.scale())
    };
    let failed = || {
        let operands = [scale, x, y].map(Numeric::to_short_text);
        Fault::arithmetic(builtin.name(), &operands)
    };
    result.map(Val::from).ok_or_else(failed)
}

/// `NUMERIC_TO_INT64`
pub(super) fn numeric_to_int64(a: &Val) -> Result<Val, Fault> {
    let builtin = BuiltinFunction::NumericToInt64;
    let x = decimal(a, builtin)?;
    let failed = || Fault::arithmetic(builtin.name(), &[x.to_short_text()]);
    x.to_int64().map(Val::Int64).ok_or_else(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compute(builtin: BuiltinFunction, x: i64, y: i64) -> Option<i64> {
        match int64(builtin, &Val::Int64(x), &Val::Int64(y)) {
            Ok(Val::Int64(n)) => Some(n),
            Err(Fault::Exception(_)) => None,
            _ => panic!("neither a number nor an exception"),
        }
    }

    #[test]
    fn integers_round_towards_zero_and_overflow_is_an_exception() {
        use BuiltinFunction as B;
        for (builtin, x, y, expected) in [
            (B::AddInt64, i64::MAX, 1, None),
            (B::SubInt64, i64::MIN, 1, None),
            (B::MulInt64, i64::MIN, -1, None),
            (B::DivInt64, -7, 2, Some(-3)),
            (B::DivInt64, i64::MIN, -1, None),
            (B::DivInt64, 1, 0, None),
            (B::ModInt64, -7, 2, Some(-1)),
            (B::ModInt64, i64::MIN, -1, Some(0)),
            (B::ModInt64, 1, 0, None),
            (B::ExpInt64, 2, 62, Some(1 << 62)),
            (B::ExpInt64, 2, 63, None),
            (B::ExpInt64, 2, -1, None),
            (B::ExpInt64, 0, 0, Some(1)),
            (B::ExpInt64, -1, i64::MAX, Some(-1)),
        ] {
            assert_eq!(compute(builtin, x, y), expected, "{builtin:?} {x} {y}");
        }
    }

    #[test]
    fn the_exception_tells_the_operation_and_its_operands() {
        let fault = int64(
            BuiltinFunction::AddInt64,
            &Val::Int64(i64::MAX),
            &Val::Int64(1),
        );
        let Err(Fault::Exception(exception)) = fault else {
            panic!("no exception")
        };
        let (typ, payload) = exception.as_any().unwrap();
        assert_eq!(
            typ.to_string(),
            "DA.Exception.ArithmeticError:ArithmeticError"
        );
        let Val::Record(fields) = payload else {
            panic!("no record")
        };
        let Some(Val::Text(message)) = fields.first() else {
            panic!("no text")
        };
        assert_eq!(
            &**message,
            "ArithmeticError while evaluating (ADD_INT64 9223372036854775807 1)."
        );
    }
}
