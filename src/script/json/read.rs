//! JSON to values.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::parse::Json;
use crate::lf::signature::{Instance, Shape, Signatures};
use crate::lf::types::Type;
use crate::lf::value::{NESTING_MAX, Numeric, Record, Value, calendar};
use crate::model::{ContractId, Name, Party, Timestamp};

/// Characters of a path that are shown: those at the top are what one looks for.
const PATH_LENGTH_MAX: usize = 200;

/// Why JSON is no value of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// Where: fields and indices, each after a dot.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl std::error::Error for JsonError {}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = match self.path.char_indices().nth(PATH_LENGTH_MAX) {
            _ if self.path.is_empty() => "the top",
            Some((end, _)) => &format!("{}…", self.path.get(..end).unwrap_or_default()),
            None => &self.path,
        };
        write!(f, "at {path}: {}", self.message)
    }
}

/// A value of a type.
pub fn from_json(known: &Signatures, typ: &Type, json: &Json) -> Result<Value, JsonError> {
    Reader {
        known,
        path: Vec::new(),
    }
    .value(typ, json)
}

struct Reader<'a> {
    known: &'a Signatures,
    path: Vec<String>,
}

impl Reader<'_> {
    fn fail<T>(&self, message: impl Into<String>) -> Result<T, JsonError> {
        let path = self.path.iter().map(|step| format!(".{step}"));
        Err(JsonError {
            path: path.collect(),
            message: message.into(),
        })
    }

    fn expected<T>(&self, what: &str, json: &Json) -> Result<T, JsonError> {
        let text: String = json.to_string().chars().take(100).collect();
        self.fail(format!("expected {what}, got {text}"))
    }

    fn inside<T>(
        &mut self,
        step: &impl ToString,
        read: impl FnOnce(&mut Self) -> Result<T, JsonError>,
    ) -> Result<T, JsonError> {
        if self.path.len() > NESTING_MAX {
            return self.fail(format!(
                "values are nested deeper than {NESTING_MAX} levels"
            ));
        }
        self.path.push(step.to_string());
        let value = read(self)?;
        self.path.pop();
        Ok(value)
    }

    fn value(&mut self, typ: &Type, json: &Json) -> Result<Value, JsonError> {
        let shape = match self.known.shape(typ) {
            Ok(shape) => shape,
            Err(error) => return self.fail(error.to_string()),
        };
        match shape {
            Shape::Optional(of) => self.optional(of, json),
            Shape::List(of) => self.list(of, json),
            Shape::TextMap(of) => self.text_map(of, json),
            Shape::GenMap(key, of) => self.gen_map(key, of, json),
            Shape::Record(instance) => self.record(&instance, json),
            Shape::Variant(instance) => self.variant(&instance, json),
            Shape::Enum(instance) => match json.name() {
                Some(constructor) if instance.rank(&constructor).is_some() => Ok(Value::Enum {
                    id: None,
                    constructor,
                }),
                _ => self.expected(&format!("a constructor of {}", instance.id.name()), json),
            },
            Shape::NotSerializable => {
                self.fail(format!("no value of type {typ} can be read from JSON"))
            }
            Shape::Unit => match json {
                Json::Object(fields) if fields.is_empty() => Ok(Value::Unit),
                _ => self.expected("{}", json),
            },
            Shape::Bool => match json {
                Json::Bool(flag) => Ok(Value::Bool(*flag)),
                _ => self.expected("true or false", json),
            },
            shape => self.simple(&shape, json),
        }
    }

    /// Values that are written as a string, or as a number if they are numbers.
    fn simple(&self, shape: &Shape<'_>, json: &Json) -> Result<Value, JsonError> {
        let is_number = matches!(shape, Shape::Int64 | Shape::Numeric(_));
        let text = match json {
            Json::Text(text) => text.clone(),
            Json::Number(number) if is_number => number.clone(),
            other if is_number => return self.expected("a number or a string", other),
            other => return self.expected("a string", other),
        };
        let (value, what) = match shape {
            Shape::Int64 => (
                i64::from_str(&text).ok().map(Value::Int64),
                "a number of 64 bits",
            ),
            Shape::Numeric(scale) => (numeric(&text, *scale), "a numeric that fits"),
            Shape::Text => (Some(Value::Text(Arc::from(text))), "a text"),
            Shape::Party => (Party::parse(&text).ok().map(Value::Party), "a party"),
            Shape::ContractId => {
                let id = ContractId::parse(&text).ok();
                (id.map(Value::ContractId), "a contract id")
            }
            Shape::Date => (date(&text), "a date (YYYY-MM-DD)"),
            Shape::Timestamp => (timestamp(&text), "a time (YYYY-MM-DDThh:mm:ss.ffffffZ)"),
            _ => (None, "another value"),
        };
        match value {
            Some(value) => Ok(value),
            None => self.expected(what, json),
        }
    }

    fn optional(&mut self, of: &Type, json: &Json) -> Result<Value, JsonError> {
        let some = |value| Value::Optional(Some(Box::new(value)));
        match json {
            Json::Null => Ok(Value::Optional(None)),
            Json::List(items) if super::write::is_optional(self.known, of) => match &items[..] {
                [] => Ok(some(Value::Optional(None))),
                [inner] => self.inside(&0, |it| it.value(of, inner)).map(some),
                _ => self.expected("[] or a list of one element", json),
            },
            other => self.inside(&"Some", |it| it.value(of, other)).map(some),
        }
    }

    fn list(&mut self, of: &Type, json: &Json) -> Result<Value, JsonError> {
        let Json::List(items) = json else {
            return self.expected("a list", json);
        };
        let mut values = Vec::new();
        for (index, item) in items.iter().enumerate() {
            values.push(self.inside(&index, |it| it.value(of, item))?);
        }
        Ok(Value::List(values))
    }

    fn text_map(&mut self, of: &Type, json: &Json) -> Result<Value, JsonError> {
        let Json::Object(fields) = json else {
            return self.expected("an object", json);
        };
        let mut entries = BTreeMap::new();
        for (key, value) in fields {
            let value = self.inside(&key, |it| it.value(of, value))?;
            entries.insert(Arc::from(key.as_str()), value);
        }
        Ok(Value::TextMap(entries.into_iter().collect()))
    }

    fn gen_map(&mut self, key: &Type, of: &Type, json: &Json) -> Result<Value, JsonError> {
        let Json::List(items) = json else {
            return self.expected("a list of pairs", json);
        };
        let mut entries = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let pair = match item {
                Json::List(pair) => &pair[..],
                _ => &[],
            };
            let [k, v] = pair else {
                return self.expected("a pair", item);
            };
            let k = self.inside(&index, |it| it.value(key, k))?;
            let v = self.inside(&index, |it| it.value(of, v))?;
            entries.push((k, v));
        }
        Ok(Value::GenMap(entries))
    }

    fn record(
        &mut self,
        instance: &Instance<'_, [(Name, Type)]>,
        json: &Json,
    ) -> Result<Value, JsonError> {
        let given: Vec<Option<&Json>> = match json {
            Json::List(items) if items.len() == instance.cons.len() => {
                items.iter().map(Some).collect()
            }
            Json::Object(fields) => {
                let mut given = vec![None; instance.cons.len()];
                for (field, value) in fields {
                    let name = Name::parse(field).ok();
                    let rank = name.and_then(|name| instance.rank(&name));
                    match rank.and_then(|rank| given.get_mut(rank)) {
                        Some(place) => *place = Some(value),
                        None => {
                            return self
                                .fail(format!("{} has no field {field}", instance.id.name()));
                        }
                    }
                }
                given
            }
            other => return self.expected("an object", other),
        };
        let mut fields = Vec::new();
        for ((name, typ), json) in instance.cons.iter().zip(given) {
            let typ = instance.instantiate(typ);
            let value = match json {
                Some(json) => self.inside(&name, |it| it.value(&typ, json))?,
                None if super::write::is_optional(self.known, &typ) => Value::Optional(None),
                None => return self.fail(format!("the field {name} is missing")),
            };
            fields.push((Some(name.clone()), value));
        }
        Ok(Value::Record(Record { id: None, fields }))
    }

    fn variant(
        &mut self,
        instance: &Instance<'_, [(Name, Type)]>,
        json: &Json,
    ) -> Result<Value, JsonError> {
        let tag = json.field("tag").and_then(Json::name);
        let rank = tag.and_then(|tag| instance.rank(&tag));
        let found = rank.and_then(|rank| instance.cons.get(rank));
        let Some((constructor, typ)) = found else {
            let what = format!(
                "{{\"tag\", \"value\"}} with a constructor of {}",
                instance.id.name()
            );
            return self.expected(&what, json);
        };
        let empty = Json::Object(Vec::new());
        let inner = json.field("value").unwrap_or(&empty);
        let typ = instance.instantiate(typ);
        let value = self.inside(&constructor, |it| it.value(&typ, inner))?;
        Ok(Value::Variant {
            id: None,
            constructor: constructor.clone(),
            value: Box::new(value),
        })
    }
}

impl Json {
    /// The name that a string is.
    fn name(&self) -> Option<Name> {
        match self {
            Self::Text(text) => Name::parse(text).ok(),
            _ => None,
        }
    }

    /// A field of an object.
    fn field(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else {
            return None;
        };
        let found = fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value)
    }
}

/// Digits that an exponent may move the point by; no numeric has more.
const EXPONENT_MAX: usize = 100;

/// A number without exponent: `1.5e3` is `1500`.
fn without_exponent(text: &str) -> Option<String> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return Some(text.to_owned());
    };
    let sign = if mantissa.starts_with('-') { "-" } else { "" };
    let mantissa = mantissa.trim_start_matches('-');
    let exponent = i32::from_str(exponent).ok()?;
    let by = usize::try_from(exponent.unsigned_abs()).ok()?;
    if by > EXPONENT_MAX {
        return None;
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let zeros = "0".repeat(by);
    // as many digits on both sides as the point may move
    let digits = format!("{zeros}{whole}{fraction}{zeros}");
    let point = by + whole.len();
    let point = if exponent < 0 { point - by } else { point + by };
    let (whole, fraction) = digits.split_at_checked(point)?;
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(format!("{sign}{whole}.{fraction}"))
}

fn numeric(text: &str, scale: u8) -> Option<Value> {
    let text = &without_exponent(text)?;
    let number = Numeric::parse_untyped(text).or_else(|| Numeric::parse_text(text, scale))?;
    let shift = scale.checked_sub(number.scale())?;
    let unscaled = number
        .unscaled()
        .checked_mul(10_i128.checked_pow(u32::from(shift))?)?;
    Numeric::new(unscaled, scale).map(Value::Numeric)
}

fn date(text: &str) -> Option<Value> {
    let date = jiff::civil::Date::from_str(text).ok()?;
    let since = date.since(jiff::civil::date(1970, 1, 1)).ok()?;
    calendar::date_from_days(i64::from(since.get_days())).map(Value::Date)
}

fn timestamp(text: &str) -> Option<Value> {
    let time = jiff::Timestamp::from_str(text).ok()?;
    let time = Timestamp::from_micros(time.as_microsecond()).ok()?;
    Some(Value::Timestamp(time))
}
