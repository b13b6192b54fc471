//! Texts, by code points.

use std::sync::Arc;

use crate::lf::ast::BuiltinFunction;
use crate::lf::error::Error;
use crate::lf::machine::{Fault, Meter, Parts, Val};

/// Bytes of a text that are worth one step.
const BYTES_PER_STEP: usize = 64;
/// Memory of one list cell with a short text.
const CELL_BYTES: usize = 120;

/// `EXPLODE_TEXT`, `IMPLODE_TEXT`, `CODE_POINTS_TO_TEXT`, `TEXT_TO_CODE_POINTS`.
pub(super) fn text(builtin: BuiltinFunction, a: &Val, meter: &mut Meter) -> Result<Val, Fault> {
    use BuiltinFunction as B;
    match (builtin, a) {
        (B::ExplodeText, Val::Text(text)) => explode(text, meter),
        (B::ImplodeText, list) => implode(list, meter),
        (B::CodePointsToText, list) => from_code_points(list, meter),
        (B::TextToCodePoints, Val::Text(text)) => {
            meter.work(text.len());
            meter.allocate(text.len().saturating_mul(CELL_BYTES))?;
            let points = text.chars().map(|c| Val::Int64(i64::from(u32::from(c))));
            Ok(Val::list(points))
        }
        _ => Err(Fault::ill_typed(builtin.name())),
    }
}

fn explode(text: &str, meter: &mut Meter) -> Result<Val, Fault> {
    meter.work(text.len());
    meter.allocate(text.len().saturating_mul(CELL_BYTES))?;
    let mut buffer = [0; 4];
    let mut list = Val::Nil;
    for c in text.chars().rev() {
        let letter = Val::Text(Arc::from(&*c.encode_utf8(&mut buffer)));
        list = Val::Cons(Parts::two(letter, list));
    }
    Ok(list)
}

fn implode(list: &Val, meter: &mut Meter) -> Result<Val, Fault> {
    let mut length: usize = 0;
    let mut count: usize = 0;
    for element in list.elements() {
        let Val::Text(text) = element else {
            return Err(Fault::ill_typed("IMPLODE_TEXT"));
        };
        length = length.saturating_add(text.len());
        count += 1;
    }
    meter.work(count + length / BYTES_PER_STEP);
    meter.allocate_text(length)?;
    let mut all = String::with_capacity(length);
    for element in list.elements() {
        if let Val::Text(text) = element {
            all.push_str(text);
        }
    }
    Ok(Val::text(all))
}

fn from_code_points(list: &Val, meter: &mut Meter) -> Result<Val, Fault> {
    let mut text = String::new();
    for element in list.elements() {
        let Val::Int64(point) = element else {
            return Err(Fault::ill_typed("CODE_POINTS_TO_TEXT"));
        };
        let c = u32::try_from(*point).ok().and_then(char::from_u32);
        // Canton's engine takes this for a defect of its own, not for a failure of the program
        let invalid = || Error::Internal {
            builtin: BuiltinFunction::CodePointsToText.name(),
            reason: format!("invalid code point 0x{point:x}."),
        };
        text.push(c.ok_or_else(invalid)?);
        meter.work(1);
    }
    meter.allocate_text(text.len())?;
    Ok(Val::text(text))
}

/// `APPEND_TEXT`
pub(super) fn append(a: &Val, b: &Val, meter: &mut Meter) -> Result<Val, Fault> {
    let (Val::Text(a), Val::Text(b)) = (a, b) else {
        return Err(Fault::ill_typed("APPEND_TEXT"));
    };
    let length = a.len().saturating_add(b.len());
    meter.work(length / BYTES_PER_STEP);
    meter.allocate_text(length)?;
    let mut all = String::with_capacity(length);
    all.push_str(a);
    all.push_str(b);
    Ok(Val::text(all))
}
