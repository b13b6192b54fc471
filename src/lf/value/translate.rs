//! From what an application says to what its type means: the value in normal form.
//!
//! Facts from the recordings of Canton: labels in any order, or positions when any label is
//! missing; missing optional fields become `None`, superfluous fields must be `None`; type ids are
//! compared without their package; the last of two equal map keys wins.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::{NESTING_MAX, Numeric, Record, Rendered, Value, order};
use crate::lf::signature::{Instance, LookupError, Reference, Shape, Signatures};
use crate::lf::types::Type;
use crate::model::{ContractId, Identifier, Name};

/// Why a value has not the type that it should have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TranslationError {
    /// The value does not fit the type.
    #[error("{0}")]
    Mismatch(String),
    /// The type or the value names something that is not there.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// More than 100 levels.
    #[error("Provided value exceeds maximum nesting level of {NESTING_MAX}")]
    Nesting,
    /// A text that the language does not have.
    #[error("Text contains null character")]
    NullCharacter,
    /// A contract id that cannot be on any ledger.
    #[error("Illegal Contract ID \"{0}\", non-suffixed V1 Contract IDs are forbidden")]
    IllegalContractId(ContractId),
    /// A contract id in a contract key.
    #[error("Contract IDs are not supported in contract keys: {0}")]
    ContractIdInKey(ContractId),
}

/// Checks a value against its type and brings it to normal form.
pub fn translate(
    signatures: &Signatures,
    typ: &Type,
    value: &Value,
) -> Result<Value, TranslationError> {
    Translator { signatures }.value(typ, value, 0)
}

/// Checks that a contract id could be on a ledger.
pub(crate) fn check_contract_id(id: &ContractId) -> Result<(), TranslationError> {
    if id.suffix().is_empty() {
        return Err(TranslationError::IllegalContractId(id.clone()));
    }
    Ok(())
}

struct Translator<'a> {
    signatures: &'a Signatures,
}

type Fields<'a> = Instance<'a, [(Name, Type)]>;

impl Translator<'_> {
    fn value(&self, typ: &Type, value: &Value, depth: usize) -> Result<Value, TranslationError> {
        if depth > NESTING_MAX {
            return Err(TranslationError::Nesting);
        }
        let next = depth + 1;
        Ok(match (self.signatures.shape(typ)?, value) {
            (Shape::Unit, Value::Unit)
            | (Shape::Bool, Value::Bool(_))
            | (Shape::Int64, Value::Int64(_))
            | (Shape::Timestamp, Value::Timestamp(_))
            | (Shape::Date, Value::Date(_))
            | (Shape::Party, Value::Party(_)) => value.clone(),
            (Shape::Text, Value::Text(text)) => Value::Text(check_text(text)?),
            (Shape::Numeric(scale), Value::Numeric(n)) => Value::Numeric(numeric(*n, scale)?),
            (Shape::ContractId, Value::ContractId(id)) => {
                check_contract_id(id)?;
                value.clone()
            }
            (Shape::Optional(of), Value::Optional(inner)) => {
                let inner = inner.as_ref().map(|v| self.value(of, v, next));
                Value::Optional(inner.transpose()?.map(Box::new))
            }
            (Shape::List(of), Value::List(elements)) => {
                let elements = elements.iter().map(|v| self.value(of, v, next));
                Value::List(elements.collect::<Result<_, _>>()?)
            }
            (Shape::TextMap(of), Value::TextMap(entries)) => self.text_map(of, entries, next)?,
            (Shape::GenMap(key, of), Value::GenMap(entries)) => {
                self.gen_map(key, of, entries, next)?
            }
            (Shape::Record(instance), Value::Record(record)) => {
                self.record(&instance, record, next)?
            }
            (
                Shape::Variant(instance),
                Value::Variant {
                    id,
                    constructor,
                    value,
                },
            ) => {
                check_id(instance.id, id.as_ref())?;
                let payload = constructor_type(&instance, constructor)?;
                Value::Variant {
                    id: None,
                    constructor: constructor.clone(),
                    value: Box::new(self.value(&payload, value, next)?),
                }
            }
            (Shape::Enum(instance), Value::Enum { id, constructor }) => {
                check_id(instance.id, id.as_ref())?;
                enum_value(&instance, constructor)?
            }
            (Shape::NotSerializable, _) => {
                let message = format!("unserializableType type {typ}");
                return Err(TranslationError::Mismatch(message));
            }
            _ => {
                let message = format!("mismatching type: {typ} and value: {}", Rendered(value));
                return Err(TranslationError::Mismatch(message));
            }
        })
    }

    fn text_map(
        &self,
        of: &Type,
        entries: &[(Arc<str>, Value)],
        depth: usize,
    ) -> Result<Value, TranslationError> {
        let entries = entries
            .iter()
            .map(|(key, value)| Ok((check_text(key)?, self.value(of, value, depth)?)));
        let mut entries = entries.collect::<Result<Vec<_>, TranslationError>>()?;
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        match entries.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(TranslationError::Mismatch(format!(
                "key {} duplicated when trying to build map",
                pair[0].0
            ))),
            None => Ok(Value::TextMap(entries)),
        }
    }

    fn gen_map(
        &self,
        key_type: &Type,
        of: &Type,
        entries: &[(Value, Value)],
        depth: usize,
    ) -> Result<Value, TranslationError> {
        let mut translated: Vec<(Value, Value)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let key = self.value(key_type, key, depth)?;
            translated.push((key, self.value(of, value, depth)?));
        }
        let keys = order::Order::new(self.signatures, key_type);
        translated.sort_by(|(a, _), (b, _)| keys.compare(a, b));
        // the sort is stable, so the last of equal keys is the one that was given last
        let mut distinct: Vec<(Value, Value)> = Vec::with_capacity(translated.len());
        for entry in translated {
            match distinct.last_mut() {
                Some(last) if last.0 == entry.0 => *last = entry,
                _ => distinct.push(entry),
            }
        }
        Ok(Value::GenMap(distinct))
    }

    fn record(
        &self,
        instance: &Fields<'_>,
        record: &Record,
        depth: usize,
    ) -> Result<Value, TranslationError> {
        check_id(instance.id, record.id.as_ref())?;
        let mut given = arrange(instance, &record.fields)?;
        let mut fields = Vec::with_capacity(instance.cons.len());
        for (index, (label, field_type)) in instance.cons.iter().enumerate() {
            let field_type = instance.instantiate(field_type);
            let value = match given.fields.get_mut(index).and_then(Option::take) {
                Some(value) => self.value(&field_type, value, depth)?,
                None => self.missing(label, &field_type)?,
            };
            fields.push((None, value));
        }
        check_superfluous(&given.superfluous)?;
        while matches!(fields.last(), Some((_, Value::Optional(None)))) {
            fields.pop();
        }
        Ok(Value::Record(Record { id: None, fields }))
    }

    fn missing(&self, label: &Name, typ: &Type) -> Result<Value, TranslationError> {
        match self.signatures.shape(typ)? {
            Shape::Optional(_) => Ok(Value::Optional(None)),
            _ => Err(TranslationError::Mismatch(format!(
                "Missing non-optional field \"{label}\", cannot upgrade non-optional fields."
            ))),
        }
    }
}

/// The fields of a record as given: by the positions of the type, and those beyond.
struct Arranged<'v> {
    fields: Vec<Option<&'v Value>>,
    superfluous: Vec<(Option<&'v Name>, &'v Value)>,
}

fn arrange<'v>(
    instance: &Fields<'_>,
    given: &'v [(Option<Name>, Value)],
) -> Result<Arranged<'v>, TranslationError> {
    let labels: Option<Vec<&Name>> = given.iter().map(|(label, _)| label.as_ref()).collect();
    let Some(labels) = labels else {
        return by_position(instance, given);
    };
    if let Some(label) = duplicate(&labels) {
        let message = format!("Duplicate label {label} in record");
        return Err(TranslationError::Mismatch(message));
    }
    Ok(by_label(instance, given))
}

/// The first label that was there before.
fn duplicate<'v>(labels: &[&'v Name]) -> Option<&'v Name> {
    // small records are the rule, and large ones may be an attack
    if labels.len() <= 16 {
        let mut indices = 0..labels.len();
        return indices
            .find(|index| labels[..*index].contains(&labels[*index]))
            .map(|index| labels[index]);
    }
    let mut seen = BTreeSet::new();
    labels.iter().copied().find(|label| !seen.insert(*label))
}

fn by_label<'v>(instance: &Fields<'_>, given: &'v [(Option<Name>, Value)]) -> Arranged<'v> {
    let mut arranged = Arranged {
        fields: vec![None; instance.cons.len()],
        superfluous: Vec::new(),
    };
    for (index, (label, value)) in given.iter().enumerate() {
        let fits = |position: usize| {
            let expected = instance.cons.get(position).map(|(name, _)| name);
            expected.is_some() && expected == label.as_ref()
        };
        // nearly all applications keep the order of the type
        let position = if fits(index) {
            Some(index)
        } else {
            label.as_ref().and_then(|label| instance.rank(label))
        };
        match position {
            Some(position) => arranged.fields[position] = Some(value),
            None => arranged.superfluous.push((label.as_ref(), value)),
        }
    }
    arranged
}

fn by_position<'v>(
    instance: &Fields<'_>,
    given: &'v [(Option<Name>, Value)],
) -> Result<Arranged<'v>, TranslationError> {
    for ((label, _), (expected, _)) in given.iter().zip(instance.cons) {
        if let Some(label) = label.as_ref().filter(|label| *label != expected) {
            return Err(TranslationError::Mismatch(format!(
                "Mismatching record field label '{label}' (expecting '{expected}') for record {}",
                instance.id
            )));
        }
    }
    let beyond = given.iter().skip(instance.cons.len());
    Ok(Arranged {
        fields: given.iter().map(|(_, value)| Some(value)).collect(),
        superfluous: beyond
            .map(|(label, value)| (label.as_ref(), value))
            .collect(),
    })
}

fn check_superfluous(fields: &[(Option<&Name>, &Value)]) -> Result<(), TranslationError> {
    for (label, value) in fields {
        let message = match (value, label) {
            (Value::Optional(None), _) => continue,
            (Value::Optional(Some(_)), Some(label)) => format!(
                "An optional contract field (\"{label}\") with a value of Some may not be dropped during downgrading."
            ),
            (Value::Optional(Some(_)), None) => "An optional contract field with a value of Some may not be dropped during downgrading.".to_owned(),
            (_, Some(label)) => format!(
                "Found non-optional extra field \"{label}\", cannot remove for downgrading."
            ),
            (_, None) => {
                "Found non-optional extra field, cannot remove for downgrading.".to_owned()
            }
        };
        return Err(TranslationError::Mismatch(message));
    }
    Ok(())
}

fn check_text(text: &Arc<str>) -> Result<Arc<str>, TranslationError> {
    if text.contains('\0') {
        return Err(TranslationError::NullCharacter);
    }
    Ok(text.clone())
}

fn numeric(given: Numeric, scale: u8) -> Result<Numeric, TranslationError> {
    given.cast(scale).ok_or_else(|| {
        let loses_digits = given.scale() > scale && !given.fits_scale(scale);
        TranslationError::Mismatch(if loses_digits {
            format!("Cannot represent {given} as (Numeric {scale}) without loss of precision")
        } else {
            let zeros = "0".repeat(usize::from(scale.saturating_sub(given.scale())));
            format!("Out-of-bounds (Numeric {scale}) {given}{zeros}")
        })
    })
}

/// A type id, if one is told, must name the type; its package does not matter.
fn check_id(expected: &Identifier, told: Option<&Identifier>) -> Result<(), TranslationError> {
    let Some(told) = told else { return Ok(()) };
    if (told.module(), told.name()) == (expected.module(), expected.name()) {
        return Ok(());
    }
    Err(TranslationError::Mismatch(format!(
        "Mismatching variant id, the type tells us {}:{}, but the value tells us {}:{}",
        expected.module(),
        expected.name(),
        told.module(),
        told.name()
    )))
}

fn constructor_type<'a>(
    instance: &Fields<'a>,
    constructor: &Name,
) -> Result<Cow<'a, Type>, TranslationError> {
    let rank = instance.rank(constructor);
    let found = rank.and_then(|rank| instance.cons.get(rank));
    let (_, typ) = found.ok_or_else(|| {
        LookupError::of(Reference::VariantConstructor(
            instance.id.clone(),
            constructor.clone(),
        ))
    })?;
    Ok(instance.instantiate(typ))
}

fn enum_value(
    instance: &Instance<'_, [Name]>,
    constructor: &Name,
) -> Result<Value, TranslationError> {
    if instance.rank(constructor).is_none() {
        let reference = Reference::EnumConstructor(instance.id.clone(), constructor.clone());
        return Err(LookupError::of(reference).into());
    }
    Ok(Value::Enum {
        id: None,
        constructor: constructor.clone(),
    })
}
